"""The windows that apply to one request: its job's, if it reads one, and its key's.

Nothing here waits or reads a clock; `now` is a monotonic time in seconds.
"""

from __future__ import annotations

import attrs

from .pacing import JOB_READ_INTERVAL, Window
from .rate_headers import RateHeaders

_SWEEP_AT_LEAST = 256


class JobReads:
    """At most one read of each job's status or result in `interval` seconds; the first is immediate.

    Jobs that weren't read for that long are dropped, so memory doesn't grow with their number.
    """

    def __init__(self, interval: float = JOB_READ_INTERVAL) -> None:
        self._interval = interval
        self._windows: dict[str, Window] = {}
        self._sweep_at = _SWEEP_AT_LEAST

    def __len__(self) -> int:
        return len(self._windows)

    def window(self, job: str, now: float) -> Window:
        """Return the window of one job."""
        window = self._windows.get(job)
        if window is None:
            # At twice the number that remained last time, so the cost per job stays constant.
            if len(self._windows) >= self._sweep_at:
                self._windows = {j: w for j, w in self._windows.items() if not w.idle(now)}
                self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._windows))
            window = self._windows[job] = Window(1, self._interval)
        return window

    def forget_seats(self) -> None:
        """Count all reads in flight as complete."""
        for window in self._windows.values():
            window.forget_seats()


@attrs.define
class Seats:
    """The seats of one request: in its job's window, then in its key's."""

    job: int | None = None
    key: int | None = None

    @property
    def are_taken(self) -> bool:
        return self.job is not None or self.key is not None


@attrs.frozen
class Pace:
    """The windows that apply to one request: its job's, if it reads one, and its key's."""

    key: Window
    job: Window | None = None

    def claim(self, seats: Seats, now: float) -> float:
        """Return 0.0 if the request may be sent now, or the seconds until the next claim."""
        if self.job is not None and seats.key is None:
            # The job's window comes first: a read that waits for its job must not delay other
            # requests of the key.
            if seats.job is None:
                seats.job = self.job.reserve(now)
            delay = self.job.claim(seats.job, now)
            if delay > 0:
                return delay
        if seats.key is None:
            seats.key = self.key.reserve(now)
        return self.key.claim(seats.key, now)

    def held(self, now: float) -> float:
        """Return how long this request must wait because of a refusal, in seconds."""
        return max(self.key.held(now), self.job.held(now) if self.job is not None else 0.0)

    def release(
        self, seats: Seats, now: float, rate: RateHeaders | None = None, is_refused: bool = False
    ) -> None:
        """End a request, sent or not. `rate` are the headers of its response, if any; `is_refused` is true of a 429."""
        sent = False
        if seats.key is not None and is_refused and rate is not None and rate.remaining == 0:
            # If the service counts it all the same, the headers will show it as one of other clients.
            sent = self.key.cancel(seats.key, now)
        if rate is not None:
            self.key.observe(
                now,
                seat=seats.key,
                limit=rate.limit,
                remaining=rate.remaining,
                reset_after=rate.reset_after,
                window=rate.window,
            )
            if is_refused and rate.wait is not None:
                self._refused(now, rate.wait, rate.remaining)
        if seats.key is not None:
            sent = self.key.release(seats.key, now) or sent
        if self.job is not None and seats.job is not None:
            if sent:
                self.job.release(seats.job, now)
            else:
                self.job.cancel(seats.job, now)

    def _refused(self, now: float, wait: float, remaining: int | None) -> None:
        """Send no request for `wait` seconds.

        If the key has requests `remaining`, the job was read too often, and only its reads wait.
        """
        if self.job is not None and remaining is not None and remaining > 0:
            self.job.refused(now, wait)
        else:
            self.key.refused(now, wait)
