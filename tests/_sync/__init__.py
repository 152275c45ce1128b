# Generated from tests/_async/__init__.py by scripts/unasync.py. Edit that file instead.

