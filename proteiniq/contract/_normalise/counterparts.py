"""What is likely to be meant where something is missing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable


def counterpart(name: str, unread: Iterable[str]) -> str:
    """The name there that is likely to be it, for a message: one that shares a word with it, or looks like it."""
    names = sorted(unread)
    sharing = [each for each in names if _words(each) & _words(name)]
    close = sharing or difflib.get_close_matches(name, names, n=1)
    return f" ({' or '.join(close[:3])} is there, and unread)" if close else ""


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)} - {"is", "the", "of"}
