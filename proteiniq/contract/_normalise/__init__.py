"""Normalise a service's document: rewrite it under our names and in our schema."""
