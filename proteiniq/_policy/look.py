"""One look at many jobs: the newest pages of the job list first, then the status of each job that was on none.

The service documents that the list exists ("Jobs"), but not its order; if newest is not first, the statuses make up for
it. How far to page is a choice of this client. A wait for many jobs (`poll_many`) and a batch (`schedule`) look in this
way; when a look is worth its requests is decided in `following`.

Nothing here waits or reads a clock: `now` is a monotonic time in seconds, as is `deadline`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import attrs

from ..models import JobState

PAGE = 100
"""How many jobs a page of the list has, at most (documentation, "Files")."""

LIST_ATTEMPTS = 3
"""Looks in a row with a failed list after which statuses are read instead."""


@attrs.frozen
class ListPage:
    """Request the newest page of the job list, or the page after the last one if `is_first` is false."""

    is_first: bool


@attrs.frozen
class ReadJob:
    """Request the status of a job that was on no page."""

    job_id: str


@attrs.frozen
class Listed:
    """A page was read, and each of its jobs passed on.

    `is_usable` is false if the rest of the list can't be read, so that only statuses are from now on.
    """

    states: Sequence[JobState] = ()
    has_more: bool = False
    is_usable: bool = True


@attrs.frozen
class Failed:
    """A request failed and may succeed later, after `retry_after` seconds.

    `by_rate` is true if the rate limit refused it, which says nothing of its route.
    """

    retry_after: float | None = None
    by_rate: bool = False


Outcome = Listed | Failed | None
"""How a move ended; None for a pause, and for a status or events that were passed on."""

M = TypeVar("M")
R = TypeVar("R")
Moves = Generator[M | None, tuple[float, Outcome], R]


@attrs.define
class Look:
    """A look at some jobs, in order. Afterwards, `now` is the time of the last response."""

    now: float
    unseen: dict[str, None]
    """The jobs not seen in this look yet."""
    requests: int = 0
    failed: bool = False


class Looker:
    """Looks at jobs, and remembers which of them are on no page worth requesting.

    A look never requests more pages than there are jobs, since statuses would cost no more, and no page after one that
    is older than all missing jobs. A job whose status had to be read is not looked for on later pages again.
    `not_before` is the time before which the service wants no request.
    """

    def __init__(self, deadline: float | None = None) -> None:
        self._deadline = deadline
        self._lists = True
        self._list_failures = 0
        self._deep: set[str] = set()
        self.not_before = float("-inf")

    def look(self, jobs: Mapping[str, datetime | None], now: float) -> Moves[ListPage | ReadJob, Look]:
        """Yield the requests of a look at `jobs`, which maps ids to creation times, None if unknown.

        `jobs` may lose those that have ended meanwhile.
        """
        this = Look(now, dict.fromkeys(jobs))
        yield from self._list(jobs, this)
        yield from self._read(jobs, this)
        return this

    def only_lists(self, jobs: Iterable[str]) -> bool:
        """Whether a look would only list these jobs, and read no status."""
        return self._lists and not self._list_failures and self._deep.isdisjoint(jobs)

    def forget(self, job: str) -> None:
        """Forget a job that is no longer looked at."""
        self._deep.discard(job)

    def refused(self, now: float, failure: Failed) -> None:
        """Record the wait that the service asked for."""
        self.not_before = max(self.not_before, now + (failure.retry_after or 0.0))

    def _list(self, jobs: Mapping[str, datetime | None], this: Look) -> Moves[ListPage | ReadJob, None]:
        """Request pages as long as they may contain a missing job."""
        if not self._lists or all(job in self._deep for job in jobs):
            return
        for page in range(len(jobs)):
            this.now, outcome = yield ListPage(is_first=page == 0)
            this.requests += 1
            if isinstance(outcome, Failed):
                self._list_failures += not outcome.by_rate
                self._failed(this, outcome)
                if self._list_failures < LIST_ATTEMPTS:
                    this.unseen.clear()
                return
            listed = outcome or Listed()
            self._list_failures = 0
            self._lists = listed.is_usable
            for state in listed.states:
                this.unseen.pop(state.id, None)
            if not listed.has_more or not self._may_follow(jobs, this, listed.states) or self._expired(this):
                return

    def _read(self, jobs: Mapping[str, datetime | None], this: Look) -> Moves[ListPage | ReadJob, None]:
        """Read the status of each job that was on no page, and has not ended meanwhile."""
        while this.unseen and not self._expired(this):
            job = next(iter(this.unseen))
            if job not in jobs:
                del this.unseen[job]
                continue
            this.now, outcome = yield ReadJob(job)
            this.requests += 1
            del this.unseen[job]
            if isinstance(outcome, Failed):
                self._failed(this, outcome)
                if outcome.retry_after:
                    this.unseen.clear()  # the service asked to wait, so nothing else is requested either
            elif self._lists and not self._list_failures:
                self._deep.add(job)

    def _failed(self, this: Look, failure: Failed) -> None:
        this.failed = True
        self.refused(this.now, failure)

    def _expired(self, this: Look) -> bool:
        return self._deadline is not None and this.now >= self._deadline

    def _may_follow(
        self, jobs: Mapping[str, datetime | None], this: Look, states: Sequence[JobState]
    ) -> bool:
        """Whether a page after one with these jobs may contain a missing job."""
        oldest = min((state.created_at for state in states if state.created_at is not None), default=None)
        wanted = [jobs.get(job) for job in this.unseen if job not in self._deep]
        return any(created is None or oldest is None or created <= oldest for created in wanted)
