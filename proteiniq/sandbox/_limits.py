"""Limits as pure policy: the request window, reads of one job, and quotas of a workspace.

Nothing here reads a clock: `now` is given, in seconds. Source of the figures: https://proteiniq.io/docs/api,
pages "overview" and "errors".
"""

from __future__ import annotations

import datetime
import math
import threading
from collections import deque

import attrs


@attrs.frozen
class Verdict:
    """Whether a request may pass, and what its answer tells of the window."""

    allowed: bool
    remaining: int
    reset: float
    """When the window has room for one more, or has one more than now; s since the epoch."""
    retry_after: float
    """How long until a request may pass, s; 0 when this one may."""


class Windows:
    """At most `limit` requests of one key in any `window` seconds. Refused requests don't count."""

    def __init__(self, limit: int, window: float) -> None:
        self.limit = limit
        self.window = window
        self._passed: dict[str, deque[float]] = {}

    def ask(self, key: str, now: float) -> Verdict:
        """Count one request of `key`, or refuse it."""
        passed = self._passed.setdefault(key, deque())
        # Requests of the future are from before the clock was set back.
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
    """One status or result read of a job by a key in any `interval` seconds."""

    def __init__(self, interval: float) -> None:
        self.interval = interval
        self._last: dict[tuple[str, str], float] = {}
        self._lock = threading.Lock()

    def ask(self, key: str, job: str, now: float) -> float:
        """0 when the read may pass, otherwise how long to wait, s."""
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
    """The `Retry-After` header for a wait of so many seconds, under a limit per `period` seconds.

    Whole seconds, rounded up, as the service documents. Only a period below 1 s, which the service has not,
    gives a decimal, so that tests with shortened periods need not wait a second for a tenth of one.
    """
    if period < 1:
        return f"{max(math.ceil(wait * 1000), 1) / 1000:g}"
    return str(max(math.ceil(wait), 1))


@attrs.frozen
class Standing:
    """Where a workspace stands: what it may still spend and how much it runs."""

    available_credits: int
    active_jobs: int
    jobs_today: int


@attrs.frozen
class Quota:
    """What a workspace may run at once, and in one UTC day."""

    max_concurrent_jobs: int
    daily_limit: int

    def blocking(self, standing: Standing, credits: int) -> list[tuple[str, str]]:
        """Code and message of everything that keeps a job of this price from being accepted."""
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
                    f"{standing.jobs_today} of {self.daily_limit} jobs of today (UTC) are used.",
                )
            )
        return found


def start_of_day(now: float) -> float:
    """Midnight, UTC, before `now`; s since the epoch."""
    day = datetime.datetime.fromtimestamp(now, datetime.UTC)
    return day.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
