"""What a client has just made, which may not be visible yet where it is read."""

from __future__ import annotations

from .retry import VISIBLE_WITHIN


class Recent:
    """The ids made in the last minute. `now` is a monotonic time in seconds. Safe for threads.

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
