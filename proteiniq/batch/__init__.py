"""Batches: many jobs of one tool, in a folder that outlives the process."""
