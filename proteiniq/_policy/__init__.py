"""Decisions without I/O and without a clock: the time is given."""
