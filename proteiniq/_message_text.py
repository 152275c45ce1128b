"""How values, numbers and exceptions appear in error messages."""

from __future__ import annotations

LONGEST = 80


def short_repr(value: object) -> str:
    """Return the `repr` of a value, shortened: a rejected argument may be a whole file or a huge number."""
    try:
        text = repr(value)
    except ValueError:  # Python's `repr` rejects integers of more than 4300 digits.
        return f"{type(value).__name__} with too many digits to show"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def number_text(value: float) -> str:
    """Return a number as messages show it: not shortened, and without the last digits of binary fractions.

    >>> number_text(1234567.5), number_text(0.1 + 0.2), number_text(2147483647), number_text(40.0)
    ('1234567.5', '0.3', '2147483647', '40')
    """
    return str(value) if isinstance(value, int) else f"{value:.12g}"


def counted(number: float, what: str, many: str | None = None) -> str:
    """Return a number of things: `1 credit`, `2 credits`. `many` is a plural that doesn't just end in `s`."""
    text = f"{number:,}" if isinstance(number, int) else number_text(number)
    return f"{text} {what if number == 1 else many or what + 's'}"


def why(error: Exception) -> str:
    """Return what an exception says, without its number and path, or its class if it says nothing."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
