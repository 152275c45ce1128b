"""Clocks for tests: pauses are short, and count in full."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

SPEED = 20
"""A pause takes a twentieth of its time."""


class ShortClock:
    """A clock for `ProteinIQ(clock=)`: pauses take a twentieth of their time, and everything else its own.

    After a pause the clock has moved on by all of it. So retries and polling are fast, and deadlines still end them. A
    wait that only polls therefore has a twentieth of its timeout.
    """

    def __init__(self) -> None:
        self._skipped = 0.0
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def utcnow(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._skipped)

    def random(self) -> float:
        """Retries are not spread, so that a test always takes the same course."""
        return 0.5

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds / SPEED)
        self._skip(seconds)

    def _skip(self, seconds: float) -> None:
        with self._lock:
            self._skipped += seconds - seconds / SPEED


class AsyncShortClock(ShortClock):
    """The same for `AsyncProteinIQ(clock=)`."""

    async def sleep(self, seconds: float) -> None:  # type: ignore[override]  # the same, awaited
        import anyio  # loaded only once there is an event loop

        await anyio.sleep(seconds / SPEED)
        self._skip(seconds)
