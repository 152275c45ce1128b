"""Limits as pure policy: the request window, reads of one job, and quotas of a workspace.

Nothing here reads a clock: `now` is an argument, in seconds. The figures are from https://proteiniq.io/docs/api,
pages "overview" and "errors".
"""

from __future__ import annotations

import datetime
import math
import threading
from collections import deque
from collections.abc import Callable

import attrs


@attrs.frozen
class Verdict:
    """Whether a request is allowed, and the state of the window for the response headers."""

    allowed: bool
    remaining: int
    reset: float
    """When `remaining` next grows by one, in seconds since the epoch."""
    retry_after: float
    """Time until a request is allowed, in seconds; 0 if this one is."""


class Windows:
    """Allows `limit` requests of one key in any `window` seconds. Refused requests don't count."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit = limit
        self.window = window
        self._passed: dict[str, deque[float]] = {}

    def ask(self, key: str, now: float) -> Verdict:
        """Count one request of `key`, or refuse it."""
        passed = self._passed.setdefault(key, deque())
        # Requests in the future were made before the clock was set back.
        while passed and not now - self.window < passed[0] <= now:
            passed.popleft()
        allowed = len(passed) < self.limit
        if allowed:
            passed.append(now)
        reset = passed[0] + self.window
        return Verdict(allowed, self.limit - len(passed), reset, 0.0 if allowed else max(reset - now, 0.0))

    def clear(self) -> None:
        self._passed.clear()


class JobReads:
    """Allows one status or result read of a job by a key in any `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._last: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def ask(self, key: str, job: str, now: float) -> float:
        """0 if the read is allowed, otherwise the time to wait, in seconds."""
        with self._lock:
            last = self._last.get((key, job))
            if last is not None and last <= now < last + self.interval:
                return last + self.interval - now
            if len(self._last) > 10_000:
                self._last = {k: t for k, t in self._last.items() if t <= now < t + self.interval}
            self._last[key, job] = now
            return 0.0

    def clear(self) -> None:
        self._last.clear()


def retry_after(wait: float, period: float) -> str:
    """The `Retry-After` header for a wait, in seconds, under a limit per `period` seconds.

    It is in whole seconds, rounded up, as the service documents. Only a period below 1 s, which the service doesn't
    have, gives a decimal, so that tests with shortened periods don't have to wait a whole second.
    """
    if period < 1:
        return f"{max(math.ceil(wait * 1000), 1) / 1000:g}"
    return str(max(math.ceil(wait), 1))


@attrs.frozen
class Standing:
    """The state of a workspace: what it can still spend, and how many jobs it has."""

    available_credits: int
    active_jobs: int
    jobs_today: int


@attrs.frozen
class Quota:
    """How many jobs a workspace may run at the same time, and in one UTC day."""

    most_active: Callable[[], int]
    daily_limit: int

    @property
    def max_concurrent_jobs(self) -> int:
        return self.most_active()

    def blocking(self, standing: Standing, credits: int) -> list[tuple[str, str]]:
        """Code and message of every reason to refuse a job of this price."""
        found = []
        if credits > standing.available_credits:
            found.append(
                (
                    "insufficient_credits",
                    f"The job needs {credits} credits; {standing.available_credits} are available.",
                )
            )
        if standing.active_jobs >= self.max_concurrent_jobs:
            found.append(
                (
                    "concurrent_job_limit_exceeded",
                    f"{standing.active_jobs} of {self.max_concurrent_jobs} concurrent jobs are active: "
                    "wait until one ends, or cancel a queued one.",
                )
            )
        if standing.jobs_today >= self.daily_limit:
            found.append(
                (
                    "daily_limit_exceeded",
                    f"{standing.jobs_today} of {self.daily_limit} jobs for today (UTC) are used.",
                )
            )
        return found


def start_of_day(now: float) -> float:
    """The last midnight (UTC) before `now`, in seconds since the epoch."""
    day = datetime.datetime.fromtimestamp(now, datetime.UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
