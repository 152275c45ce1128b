"""How many job slots of a workspace are taken by jobs that are not of the batch, as far as known.

An account says how many jobs are active, whoever submitted them. Some jobs of the batch may have ended unnoticed before
it was read, so each of them counts as one of others until it is known to have been active then.

Times are monotonic, in seconds. That of an account is when its response arrived, which is later than when the jobs were
counted, and the end of a job is noticed late, too. So only what was so `LATE` seconds later counts as known.
"""

from __future__ import annotations

from collections.abc import Iterable

from .following import Active

LATE = 1.0
"""How late an account or the end of a job is known, at most. Where it is later, a submit may be refused."""


class Others:
    """The `count` of active jobs of others, which is rather too high than too low.

    >>> others = Others()
    >>> others.account(now=100.0, active=5, ours=2)
    >>> others.count
    3
    """

    def __init__(self) -> None:
        self.count = 0
        self.heard_from = float("inf")
        """From when jobs that are listened to are known to have been active. To be updated then, to lower the count."""
        self._active: int | None = None
        self._at = float("-inf")
        self._ended = 0

    def account(self, now: float, active: int, ours: int) -> None:
        """Record that so many jobs were active, of which at most `ours` are of the batch."""
        self.count = min(active, max(self.count, active - ours))
        self.heard_from = now + LATE if self.count else float("inf")
        self._active, self._at, self._ended = active, now, 0

    def full(self, count: int) -> None:
        """Record that a submit was refused, from which follows how many slots others take, at least."""
        self.count = max(self.count, count)
        self._active = None  # it is out of date

    def ended(self, since: float, took: float) -> None:
        """Record that a job of the batch has ended `took` seconds after it was submitted."""
        self._ended += since <= self._at and self._at + LATE < since + took

    def update(self, jobs: Iterable[Active], now: float) -> None:
        """Lower the count, if more of the jobs that were active are now known to be of the batch."""
        if now >= self.heard_from:
            self.heard_from = float("inf")
        if self._active is not None:
            ours = self._ended + sum(self._was_active(each, now) for each in jobs)
            self.count = min(self.count, max(0, self._active - ours))

    def _was_active(self, job: Active, now: float) -> bool:
        """Whether a job was surely active: it was seen later, or its stream has not told of its end."""
        known_from = self._at + LATE
        is_heard = job.heard and job.heard_since < self._at and now >= known_from
        return job.since <= self._at and (is_heard or job.looked > known_from)
