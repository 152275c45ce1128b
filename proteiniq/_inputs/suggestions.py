"""What a mistyped name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str], most: int | None = None) -> str:
    """Return the end of a message: the most similar known name, or else all of them, or the first `most`."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name[:100].casefold(), list(folded), n=1)
    if close:
        return f": did you mean {folded[close[0]]!r}?"
    return f": choose from {', '.join(list(folded.values())[:most])}" if folded else ""
