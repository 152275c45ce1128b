"""What a mistyped name may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return the end of a message: the most similar known name, or else all of them."""
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name[:100].casefold(), list(folded), n=1)
    if close:
        return f": did you mean {folded[close[0]]!r}?"
    return f": choose from {', '.join(folded.values())}" if folded else ""
