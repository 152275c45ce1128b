"""How fast a batch goes, learned while it runs. `now` is a monotonic time in seconds."""

from __future__ import annotations

from collections import deque

_MINUTE = 60.0
_LATEST = 200
"""How many ended items the rate is learned from."""
_FEWEST = 3


class Rates:
    """Requests a minute, and the time that is left.

    >>> rates = Rates(now=0.0)
    >>> for number in range(1, 5):
    ...     rates.ended(now=10.0 * number)
    >>> rates.seconds_left(items=6)
    60.0
    """

    def __init__(self, now: float) -> None:
        self._requests: deque[float] = deque()
        self._ends: deque[float] = deque([now], maxlen=_LATEST)

    def requested(self, now: float) -> None:
        """Record a request."""
        self._requests.append(now)

    def ended(self, now: float) -> None:
        """Record the end of an item."""
        self._ends.append(now)

    def requests_per_minute(self, now: float) -> int:
        """Return the number of requests in the last minute."""
        while self._requests and self._requests[0] <= now - _MINUTE:
            self._requests.popleft()
        return len(self._requests)

    def seconds_left(self, items: int) -> float | None:
        """Return how long these items will take at the present rate, None if that is unknown or there are none."""
        count = len(self._ends) - 1
        if count < _FEWEST or not items:
            return None
        return items * (self._ends[-1] - self._ends[0]) / count
