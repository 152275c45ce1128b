"""Properties here run whole computations, and the first imports Biopython, so none has a deadline."""

from hypothesis import settings

settings.register_profile("computation", deadline=None)
settings.load_profile("computation")
