"""The async facade. The sync facade in `proteiniq/_sync/` is generated from it by `scripts/unasync.py`."""
