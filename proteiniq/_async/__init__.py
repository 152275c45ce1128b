"""The facade, awaited. The sync facade in `proteiniq/_sync/` is made from it by `scripts/unasync.py`."""
