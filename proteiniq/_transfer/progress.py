"""Progress of transfers."""

from __future__ import annotations

from collections.abc import Callable

OnProgress = Callable[[int, int | None], object]
"""Called with the number of bytes transferred so far, and the total, None if it is unknown.

The async client also takes a coroutine function, and awaits it between two pieces of the transfer.
"""


class CombinedProgress:
    """The progress of several files as one."""

    def __init__(self, on_progress: OnProgress, files: int) -> None:
        self._on_progress = on_progress
        self._left = files
        self._before = self._now = 0

    def __call__(self, received: int, total: int | None) -> object:
        self._now = received
        is_last = self._left == 1
        return self._on_progress(
            self._before + received, self._before + total if is_last and total is not None else None
        )

    def next_file(self) -> None:
        self._before, self._now = self._before + self._now, 0
        self._left -= 1
