"""Which errors a wait passes over although they would end another call: those that may not be the last word."""

from __future__ import annotations

import attrs

from ..errors import ProteinIQError
from .retry import VISIBLE_WITHIN, patience

FEWEST = 3
"""Which error in a row may end a wait: between two of them, the retries of one request may take minutes."""


@attrs.define
class Tolerance:
    """The errors of one request that come in a row. `now` is a monotonic time in seconds."""

    _since: float = 0.0
    _count: int = 0

    def passes_over(self, error: ProteinIQError, now: float, *, exists: bool) -> bool:
        """Whether the wait goes on; `exists` is true if what was not found is known to exist."""
        if error.retryable:
            self._count = 0
            return True
        if self._count == 0:
            self._since = now
        self._count += 1
        longest = patience(error, exists=exists)
        return longest > 0 and (self._count < FEWEST or now - self._since < longest)


class Recent:
    """The ids of what a client has just made, which may not be visible yet where it is read.

    `now` is a monotonic time in seconds. Safe for threads.

    >>> recent = Recent()
    >>> recent.add("job_1", now=10.0)
    >>> recent.is_recent("job_1", now=30.0), recent.is_recent("job_1", now=80.0), recent.is_recent("job_2", now=30.0)
    (True, False, False)
    """

    def __init__(self) -> None:
        self._made: dict[str, float] = {}

    def add(self, made: str, now: float) -> None:
        """Record what was made now."""
        for old in [old for old in tuple(self._made) if not self.is_recent(old, now)]:
            self._made.pop(old, None)
        self._made[made] = now

    def is_recent(self, made: str, now: float) -> bool:
        """Whether it was made in the last minute."""
        then = self._made.get(made)
        return then is not None and now - then <= VISIBLE_WITHIN
