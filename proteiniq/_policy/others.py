"""How many job slots of a workspace are taken by jobs that are not of the batch, as far as known.

An account says how many jobs are active, whoever submitted them. Some jobs of the batch may have ended unnoticed before
it was read, so each of them counts as one of others until it is known to have been active then.

Times are monotonic, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable

from .following import Active


class Others:
    """The `count` of active jobs of others, which is rather too high than too low.

    >>> others = Others()
    >>> others.account(now=100.0, active=5, ours=2)
    >>> others.count
    3
    """

    def __init__(self) -> None:
        self.count = 0
        self._active: int | None = None
        self._at = float("-inf")
        self._ended = 0

    def account(self, now: float, active: int, ours: int) -> None:
        """Record that so many jobs were active, of which at most `ours` are of the batch."""
        self.count = max(self.count, active - ours)
        self._active, self._at, self._ended = active, now, 0

    def full(self, count: int) -> None:
        """Record that a submit was refused, from which follows how many slots others take, at least."""
        self.count = max(self.count, count)
        self._active = None  # it is out of date

    def ended(self, since: float, took: float) -> None:
        """Record that a job of the batch has ended `took` seconds after it was submitted."""
        self._ended += since <= self._at < since + took

    def update(self, jobs: Iterable[Active]) -> None:
        """Lower the count, if more of the jobs that were active are now known to be of the batch."""
        if self._active is not None:
            ours = self._ended + sum(each.was_active(self._at) for each in jobs)
            self.count = min(self.count, max(0, self._active - ours))
