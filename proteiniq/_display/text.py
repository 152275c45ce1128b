"""Values as text for people. Nothing that the service sends can control a terminal or reorder text."""

from __future__ import annotations

from typing import Any

MANY = 80
"""How many values of a list are shown."""


def escaped(text: str) -> str:
    """Return the text with all characters escaped that control a terminal or reorder text."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def one_line(text: object, longest: int = 500) -> str:
    """Return a text on one line, escaped, shortened, and without the secret of a key.

    >>> one_line("two\\nlines\\x1b[2J")
    'two lines\\\\x1b[2J'
    """
    from .._wire.key import hide_keys

    # A key that is cut in two would not be recognised, so keys are hidden before.
    clear = escaped(" ".join(hide_keys(str(text)[: 100 * longest]).split()))
    return clear if len(clear) <= longest else f"{clear[: longest - 1]}…"


def shown(value: Any, longest: int = 500) -> str:
    """Return a value as a table shows it: text on one line, shortened."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() if -(10**15) < value < 10**15:
            return f"{value:,}"
        case int():
            return "a large number"
        case float():
            return f"{value:,.12g}"
        case str():
            return one_line(value, longest)
        case list() | tuple():
            left = [f"… and {len(value) - MANY:,} more"] if len(value) > MANY else []
            return one_line(", ".join([*map(shown, value[:MANY]), *left]), longest)
    if hasattr(value, "astimezone"):
        return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return one_line(value, longest)


def duration_text(seconds: float, decimals: int = 0) -> str:
    """Return a duration in its two largest units. `decimals` is for durations below a minute.

    >>> duration_text(7.4), duration_text(130), duration_text(7260), duration_text(200_000), duration_text(7.4, 1)
    ('7 s', '2 min 10 s', '2 h 1 min', '2 d 7 h', '7.4 s')
    """
    if decimals and round(seconds, decimals) < 60:
        return f"{seconds:.{decimals}f} s"
    whole = max(0, int(seconds))
    for size, unit, part, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part} {smaller}"
    return f"{whole} s"


def bytes_text(count: int) -> str:
    """Return a number of bytes.

    >>> bytes_text(999), bytes_text(1_500_000)
    ('999 B', '1.5 MB')
    """
    for size, unit in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} B"


def text_width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(0 if category(each) in ("Mn", "Me") else 1 + (east_asian_width(each) in "WF") for each in text)


def cut(text: str, columns: int) -> str:
    """Return the start of a text that fits into some columns of a terminal."""
    while text_width(text) > columns:
        text = text[:-1]
    return text
