# Generated from proteiniq/_async/__init__.py by scripts/unasync.py. Edit that file instead.

"""The sync facade, generated from `proteiniq/_async/` by `scripts/unasync.py`."""
