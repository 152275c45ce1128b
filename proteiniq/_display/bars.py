"""Small pictures that say a state or a share at a glance, in colours that can be seen on white and on black."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from .text import one_line, shown

GREEN, RED, BLUE, AMBER, GREY = "#2f8a57", "#d1495b", "#3b7fd4", "#b87514", "#888888"
"""Each has a contrast of 3 or more with white and with #111 (WCAG 2.2, 1.4.11); a notebook's theme isn't known."""

_WIDTH, _HEIGHT = 240, 10

_COLOURS = {
    "COMPLETED": GREEN,
    "done": GREEN,
    "FAILED": RED,
    "failed": RED,
    "TIMEOUT": RED,
    "BUDGET_EXCEEDED": AMBER,
    "in_doubt": AMBER,
    "CANCELLED": GREY,
    "skipped": GREY,
    "PENDING": GREY,
    "QUEUED": GREY,
}
"""The colours of states; that of another one is blue."""

_MARKS = {
    "COMPLETED": '<path d="M4 8.5l3 3 5-6"/>',
    "FAILED": '<path d="M5 5l6 6M11 5l-6 6"/>',
    "TIMEOUT": '<path d="M8 4v4l3 2"/>',
    "CANCELLED": '<path d="M4 8h8"/>',
    "BUDGET_EXCEEDED": '<path d="M8 4v5M8 11v1"/>',
    "tool": '<path d="M2 5h4M2 11h4M10 8h4"/><circle cx="8" cy="8" r="2"/>',
    "file": '<path d="M4 2h5l3 3v9H4zM9 2v3h3"/>',
    "page": '<path d="M3 4h10M3 8h10M3 12h10"/>',
    "quote": '<path d="M5 12V4h4a2 2 0 0 1 0 5H5"/>',
}
"""Drawings in 16 by 16 units."""

_KINDS = ("tool", "file", "page", "quote")


@attrs.frozen
class Picture:
    """An SVG document, what it shows, and its size in pixels."""

    svg: str
    description: str
    width: int
    height: int


def mark_of(state: str) -> Picture:
    """Return a small mark for a state of a job, or for a kind of object."""
    colour = GREY if state in _KINDS else _COLOURS.get(state, BLUE)
    ring = "" if state in _KINDS else '<circle cx="8" cy="8" r="7"/>'
    drawn = f'<g fill="none" stroke="{colour}" stroke-width="1.5">{ring}{_MARKS.get(state, "")}</g>'
    return Picture(_svg(16, 16, drawn), one_line(state, 40), 16, 16)


def share_of(part: Any, whole: Any, what: str) -> Picture | None:
    """Return a bar for a part of a whole, None unless both are numbers and there is a whole."""
    if not isinstance(part, (int, float)) or not isinstance(whole, (int, float)) or whole <= 0:
        return None
    return shares([("", part / whole)], f"{shown(part)} of {shown(whole)} {what}")


def shares(parts: Sequence[tuple[str, float]], description: str) -> Picture:
    """Return a bar with a part for each state; what is left of 1 stays empty, and `waiting` does."""
    drawn = [f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="2" fill="{GREY}" fill-opacity="0.3"/>']
    start = 0.0
    for state, share in parts:
        length = min(max(share, 0.0) * _WIDTH, _WIDTH - start)
        if length and state != "waiting":
            # Parts of one colour are told apart by the gap.
            visible = max(1.0, length - 1)
            colour = _COLOURS.get(state, BLUE)
            drawn.append(f'<rect x="{start:.1f}" width="{visible:.1f}" height="{_HEIGHT}" fill="{colour}"/>')
        start += length
    return Picture(_svg(_WIDTH, _HEIGHT, "".join(drawn)), one_line(description), _WIDTH, _HEIGHT)


def _svg(width: int, height: int, drawn: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{drawn}</svg>'
    )
