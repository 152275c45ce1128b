# Generated from tests/_async/faults/__init__.py by scripts/unasync.py. Edit that file instead.

