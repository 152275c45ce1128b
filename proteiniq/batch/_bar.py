"""The progress of a batch as text for people: a line that changes on a terminal, a line a minute elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

from ._status import BatchStatus

_WIDTH = 20
_EVERY = 60.0


class Bar:
    """Shows a batch's progress on `stream`, stderr by default. `now` is a monotonic time in seconds."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._changes = self._stream.isatty() and os.environ.get("TERM") != "dumb"
        self._shown_at = float("-inf")
        self._estimate: float | None = None
        self._shown = ""

    def show(self, status: BatchStatus, now: float) -> None:
        """Show how far the batch is."""
        if self._changes:
            self._line(f"{_bar(status)} {status}")
        elif self._is_worth_a_line(status, now):
            self._shown_at, self._shown, self._estimate = now, str(status), status.estimated_credits
            print(status, file=self._stream, flush=True)

    def _is_worth_a_line(self, status: BatchStatus, now: float) -> bool:
        if status.finished or status.estimated_credits != self._estimate:
            return str(status) != self._shown
        return now - self._shown_at >= _EVERY

    def close(self) -> None:
        """Leave the last line as it is."""
        if self._changes and self._shown:
            print(file=self._stream, flush=True)
            self._shown = ""

    def _line(self, text: str) -> None:
        columns = shutil.get_terminal_size().columns - 1
        cut = text if len(text) <= columns else text[: max(0, columns - 3)] + "..."
        print(f"\r{cut:<{min(columns, len(self._shown))}}", end="", file=self._stream, flush=True)
        self._shown = cut


def _bar(status: BatchStatus) -> str:
    """Return the share of items that have ended, as text: `[##########----------]  50 %`."""
    share = 1.0 if not status.items else (status.items - status.running - status.waiting) / status.items
    full = int(share * _WIDTH)
    return f"[{'#' * full}{'-' * (_WIDTH - full)}] {int(share * 100):3d} %"
