"""Property tests here have no deadline: they run whole computations, and the first one imports Biopython."""

from hypothesis import settings

settings.register_profile("computation", deadline=None)
settings.load_profile("computation")
