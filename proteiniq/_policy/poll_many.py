"""How a wait for many jobs learns of all of them with few requests.

It goes in rounds: the newest pages of the job list first, then the status of each job that was not on
them. The service documents that the list exists ("Jobs"), not its order; newest first is our choice, and
where it is wrong the statuses make up for it. How far to page and how long to pause are our choice too.

Nothing here waits or reads a clock: `now` is a monotonic time in seconds, as is `deadline`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import attrs

from ..models import JobState, JobStatus
from .polling import LAST_LOOK, READ_INTERVAL, Expire, expire, poll_interval

PAGE = 100
"""How many jobs a page of the list has, at most (documentation, "Files")."""

PER_REQUEST = 2.0
"""The pause that each request of a round costs, in seconds: a wait takes a quarter of the stated rate
limit at most, 30 requests in 60 s. Our choice."""

LONGEST_PAUSE = 60.0
"""The longest pause between two rounds, in seconds. Our choice."""

LIST_ATTEMPTS = 3
"""After how many rounds in a row whose list failed the statuses are read in its place. Our choice."""


@attrs.frozen
class Pause:
    """Wait for some seconds, then ask again what to do."""

    seconds: float


@attrs.frozen
class ListPage:
    """Ask for the newest page of the job list; for the one after the last when `is_first` is false."""

    is_first: bool


@attrs.frozen
class ReadJob:
    """Ask for the status of a job that no page has shown."""

    job_id: str


@attrs.frozen
class Follow:
    """Watch the only job that is left by itself: its events are quicker than any round."""

    job_id: str


Move = Pause | ListPage | ReadJob | Follow | Expire


class Rounds:
    """What a wait for many jobs does next, and which of them have not ended.

    `jobs` maps ids to when they were created, None where that isn't known. A round never asks for more
    pages than there are jobs left, since statuses would cost no more; nor for a page behind one that is
    older than all jobs that are still missing. A job that had to be read by its status is not looked for
    on later pages again. Not safe to use from several threads.

    >>> rounds = Rounds({"job_1": None, "job_2": None})
    >>> rounds.next_move(now=0.0)
    ListPage(is_first=True)
    """

    def __init__(self, jobs: Mapping[str, datetime | None], *, deadline: float | None = None) -> None:
        self._left = dict(jobs)
        self._deadline = deadline
        self._lists = True
        self._deep: set[str] = set()  # not on the pages that were worth asking for
        self._unseen: dict[str, None] = {}  # in this round, in order
        self._in_round = self._paging = False
        self._pages = self._most_pages = self._requests = 0
        self._changed = False
        self._quiet = 0
        self._list_failures = self._failed_rounds = 0
        self._failed = False
        self._not_before = self._next_round = self._earliest = float("-inf")

    @property
    def left(self) -> tuple[str, ...]:
        """The jobs that have not ended, as far as is known, in the order in which they were given."""
        return tuple(self._left)

    def next_move(self, now: float) -> Move:
        """Return what to do next; there must be a job left.

        A round starts 5 s after the end of the last at the earliest, the last one `LAST_LOOK` before the
        deadline, and nothing at the deadline or after it.
        """
        if self._deadline is not None and now >= self._deadline:
            return Expire()
        if self._in_round:
            if self._paging:
                return ListPage(is_first=self._pages == 0)
            if self._unseen:
                return ReadJob(next(iter(self._unseen)))
            self._end_round(now)
        if len(self._left) == 1:
            return Follow(next(iter(self._left)))

        start = max(now, self._next_round)
        if self._deadline is not None:
            last = max(self._earliest, self._deadline - LAST_LOOK)
            if max(now, last) >= self._deadline:
                return expire(self._deadline, now, last)
            # A round so late that none could follow it is made at the last look instead.
            if start + READ_INTERVAL > last:
                start = max(now, last)
        if start > now:
            return Pause(start - now)
        self._begin_round()
        return self.next_move(now)

    def seen(self, state: JobState) -> None:
        """A page, a status or an event told a job's state; one that isn't awaited changes nothing."""
        if state.id not in self._left:
            return
        self._unseen.pop(state.id, None)
        if state.is_terminal:
            del self._left[state.id]
        elif state.created_at is not None:
            self._left[state.id] = state.created_at

    def changed(self) -> None:
        """A job is in another state than before: the next round comes soon again."""
        self._changed = True

    def page_read(self, states: Iterable[JobState], *, has_more: bool) -> None:
        """A page of the list was answered; each of its jobs has been passed to `seen`."""
        self._pages += 1
        self._requests += 1
        self._list_failures = 0
        times = [state.created_at for state in states if state.created_at is not None]
        self._paging = (
            has_more and self._pages < self._most_pages and self._may_follow(min(times) if times else None)
        )

    def list_failed(self, now: float, retry_after: float | None = None) -> None:
        """A page could not be had now and may be later."""
        self._requests += 1
        self._list_failures += 1
        self._failed = True
        self._paging = False
        self._hold(now, retry_after)
        if self._list_failures < LIST_ATTEMPTS:
            self._unseen.clear()

    def list_unsupported(self) -> None:
        """There is no list, or none that can be read: statuses from now on."""
        self._requests += 1
        self._lists = self._paging = False

    def status_read(self, job_id: str) -> None:
        """A status was answered; its job has been passed to `seen`."""
        self._requests += 1
        self._unseen.pop(job_id, None)
        if self._lists and not self._list_failures:
            self._deep.add(job_id)

    def read_failed(self, job_id: str, now: float, retry_after: float | None = None) -> None:
        """A status could not be had now and may be later."""
        self._requests += 1
        self._failed = True
        self._unseen.pop(job_id, None)
        self._hold(now, retry_after)
        if retry_after:
            self._unseen.clear()  # who is asked to wait asks for nothing else either

    def _begin_round(self) -> None:
        self._in_round = True
        self._unseen = dict.fromkeys(self._left)
        self._pages = self._requests = 0
        self._most_pages = len(self._left)
        self._changed = self._failed = False
        self._paging = self._lists and any(job not in self._deep for job in self._left)

    def _end_round(self, now: float) -> None:
        self._in_round = False
        self._quiet = 0 if self._changed else self._quiet + 1
        self._failed_rounds = self._failed_rounds + 1 if self._failed else 0
        # A fault is waited out as a quiet job is, and a little longer.
        quiet = max(self._quiet, 2 * self._failed_rounds)
        pause = max(poll_interval(JobStatus.PROCESSING, quiet), PER_REQUEST * self._requests)
        self._earliest = max(now + READ_INTERVAL, self._not_before)
        self._next_round = max(now + min(pause, LONGEST_PAUSE), self._not_before)

    def _may_follow(self, oldest: datetime | None) -> bool:
        """Whether a page behind one whose oldest job was created then may have a job that is missing."""
        wanted = [self._left[job] for job in self._unseen if job not in self._deep]
        return any(created is None or oldest is None or created <= oldest for created in wanted)

    def _hold(self, now: float, retry_after: float | None) -> None:
        self._not_before = max(self._not_before, now + (retry_after or 0.0))
