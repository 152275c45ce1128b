"""Properties here run whole computations; the first example also imports Biopython, so none has a deadline."""

from hypothesis import settings

settings.register_profile("computation", deadline=None)
settings.load_profile("computation")
