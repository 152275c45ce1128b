"""How long jobs take, learned from those that have ended.

The estimates are a choice of this client; the service states no duration. All times are in seconds.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Iterable

from ..models import JobState

REMEMBERED = 256
"""How many durations are remembered, the latest ones."""

_GROWTH = 0.25
"""A job that runs longer than any known one is expected to end within this share of its age."""

_SHORTEST_GROWTH = 2.0


class Durations:
    """The durations of the latest jobs.

    >>> known = Durations()
    >>> for seconds in (10.0, 20.0, 30.0, 40.0):
    ...     known.add(seconds)
    >>> round(known.chance(seen=15.0, age=30.0), 2)  # two of the three that take longer than 15 s
    0.67
    """

    def __init__(self) -> None:
        self._latest: deque[float] = deque()
        self._sorted: list[float] = []

    def __len__(self) -> int:
        return len(self._latest)

    def add(self, seconds: float) -> None:
        """Remember the duration of a job that has ended."""
        self._latest.append(seconds)
        insort(self._sorted, seconds)
        if len(self._latest) > REMEMBERED:
            del self._sorted[bisect_right(self._sorted, self._latest.popleft()) - 1]

    def mean(self, ages: Iterable[float] = ()) -> float | None:
        """Return the expected duration, None if no job has ended.

        `ages` are those of the jobs that have not ended. The ones that are older than any known duration count as if
        they ended now: without them, the first jobs to end, which are the short ones, would count for all.
        """
        if not self._sorted:
            return None
        longer = [age for age in ages if age > self._sorted[-1]]
        return (sum(self._latest) + sum(longer)) / (len(self._latest) + len(longer))

    def chance(self, seen: float, age: float) -> float:
        """Return the probability that a job of this age has ended, if it had not when it was `seen` at that age."""
        longer = len(self._sorted) - bisect_right(self._sorted, seen)
        if longer:
            return 1.0 - (len(self._sorted) - bisect_right(self._sorted, age)) / longer
        return min(1.0, max(0.0, age - seen) / (seen * _GROWTH + _SHORTEST_GROWTH))


def duration(job: JobState) -> float | None:
    """Return how long a job that has ended took since its creation, None if the service doesn't say."""
    if job.created_at is None or job.completed_at is None:
        return None
    seconds = (job.completed_at - job.created_at).total_seconds()
    return seconds if seconds > 0 else None
