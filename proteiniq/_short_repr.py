"""Values as error messages show them."""

from __future__ import annotations

LONGEST = 80


def short_repr(value: object) -> str:
    """The `repr`, cut where it gets long: what was given by mistake may be a whole file, or a number without end."""
    try:
        text = repr(value)
    except ValueError:  # Python writes no integer of more than 4300 digits.
        return f"{type(value).__name__} with very many digits"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
