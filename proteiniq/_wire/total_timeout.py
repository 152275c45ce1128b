"""A total timeout for a request, which httpcore lacks: its own timeouts bound each read and write."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar


class Deadline:
    """`total` seconds from the first use of the network, and no later than `latest` seconds from now.

    The time in which a request waits for a connection that others use is not part of `total`. `monotonic` is the clock.
    """

    def __init__(self, total: float, latest: float | None = None, *, monotonic: Callable[[], float]) -> None:
        self._total = total
        self._monotonic = monotonic
        self._latest = None if latest is None else monotonic() + latest
        self._end: float | None = None

    def left(self) -> float:
        """The seconds that are left; not more than 0 when it is over."""
        now = self._monotonic()
        if self._end is None:
            end = now + self._total
            self._end = end if self._latest is None else min(end, self._latest)
        return self._end - now


current: ContextVar[Deadline | None] = ContextVar("proteiniq_deadline", default=None)
"""The deadline of the request that is being sent. httpcore sends a request in the context of its caller, and passes
nothing of the request itself to the network."""
