"""Objects and waits that show themselves: what this takes (`_display/`) is loaded once it is used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._display.live import Live
    from ._wire.clock import Clock


class Shown:
    """An object whose `repr` is one short line, and that a notebook shows as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        from ._display.line import line

        return line(self)

    def _repr_html_(self) -> str | None:
        try:
            from ._display.card import card

            return card(self)
        except Exception:
            return None  # so a notebook shows the `repr`


@contextmanager
def showing(wanted: bool, clock: Clock) -> Iterator[Live | None]:
    """Show progress while the block runs, if that is wanted. Nothing that goes wrong with it ends the block."""
    if not wanted:
        yield None
        return
    from ._display.live import Live

    with Live(clock.monotonic) as live:
        yield live
