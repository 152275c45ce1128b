# Made from tests/_async/faults/__init__.py by scripts/unasync.py: edit that file instead.

