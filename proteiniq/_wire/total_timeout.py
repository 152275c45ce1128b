"""A total timeout for a request, which httpcore lacks: its own timeouts bound each read and write."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clock import Clock
    from .exchange import Outgoing


class Deadline:
    """`total` seconds from the first use of the network, and no later than `latest` seconds from now.

    The time in which a request waits for a connection that others use is not part of `total`. `monotonic` is the clock.
    """

    def __init__(self, total: float, latest: float | None = None, *, monotonic: Callable[[], float]) -> None:
        self._total = total
        self._monotonic = monotonic
        self._latest = None if latest is None else monotonic() + latest
        self._end: float | None = None

    @classmethod
    def of(cls, outgoing: Outgoing, clock: Clock) -> Deadline | None:
        """The deadline of a request from now on, if it has one."""
        if outgoing.total_timeout is None:
            return None
        return cls(outgoing.total_timeout, outgoing.queue_timeout, monotonic=clock.monotonic)

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
