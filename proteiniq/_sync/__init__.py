# Made from proteiniq/_async/__init__.py by scripts/unasync.py: edit that file instead.

"""The facade, blocking. Made from `proteiniq/_sync/` by `scripts/unasync.py`."""
