"""How a wait for many jobs learns of all of them with few requests.

It goes in rounds: the newest pages of the job list first, then the status of each job that was not on
them. The service documents that the list exists ("Jobs"), not its order; newest first is our choice, and
where it is wrong the statuses make up for it. How far to page and how long to pause are our choice too.

Nothing here waits or reads a clock: `now` is a monotonic time in seconds, as is `deadline`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

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


@attrs.frozen
class Listed:
    """A page came, and each of its jobs has been passed to `seen`.

    `is_usable` is false when the rest of the list can't be read: statuses from now on.
    """

    states: Sequence[JobState] = ()
    has_more: bool = False
    is_usable: bool = True


@attrs.frozen
class Failed:
    """A page or a status could not be had now and may be later, after `retry_after` seconds."""

    retry_after: float | None = None


Outcome = Listed | Failed | None
"""How a move ended; None for a pause, and for a status that came and has been passed to `seen`."""

R = TypeVar("R")
Moves = Generator[Move | None, tuple[float, Outcome], R]


@attrs.define
class _Round:
    unseen: dict[str, None]
    """The jobs that nothing told of yet, in order."""
    requests: int = 0
    failed: bool = False


class Rounds:
    """What a wait for many jobs does next, and which of them have not ended.

    `jobs` maps ids to when they were created, None where that isn't known. A round never asks for more
    pages than there are jobs left, since statuses would cost no more; nor for a page behind one that is
    older than all jobs that are still missing. A job that had to be read by its status is not looked for
    on later pages again. Not safe to use from several threads.

    >>> rounds = Rounds({"job_1": None, "job_2": None})
    >>> rounds.next_move(now=0.0)
    ListPage(is_first=True)
    >>> rounds.next_move(now=0.1, outcome=Failed(retry_after=30.0))
    Pause(seconds=30.0)
    """

    def __init__(self, jobs: Mapping[str, datetime | None], *, deadline: float | None = None) -> None:
        self._left = dict(jobs)
        self._deadline = deadline
        self._lists = True
        self._list_failures = 0
        self._deep: set[str] = set()  # not on the pages that were worth asking for
        self._changed = False
        self._not_before = float("-inf")
        self._moves = self._plan()
        next(self._moves)

    @property
    def left(self) -> tuple[str, ...]:
        """The jobs that have not ended, as far as is known, in the order in which they were given."""
        return tuple(self._left)

    def next_move(self, now: float, outcome: Outcome = None) -> Move | None:
        """Return what to do next, after the last move ended with `outcome`; None when all jobs have ended.

        A round starts 5 s after the end of the last at the earliest, the last one `LAST_LOOK` before the
        deadline, and nothing at the deadline or after it.
        """
        try:
            return self._moves.send((now, outcome))
        except StopIteration:
            return None

    def seen(self, state: JobState) -> None:
        """A page, a status or an event told a job's state; one that isn't awaited changes nothing."""
        if state.id not in self._left:
            return
        if state.is_terminal:
            del self._left[state.id]
        elif state.created_at is not None:
            self._left[state.id] = state.created_at

    def changed(self) -> None:
        """A job is in another state than before: the next round comes soon again."""
        self._changed = True

    def _plan(self) -> Moves[None]:
        now, _ = yield None
        quiet = failed_rounds = 0
        earliest = next_round = float("-inf")
        while self._left:
            if self._expired(now):
                yield Expire()
                return
            if len(self._left) == 1:
                yield Follow(next(iter(self._left)))
                return
            start = self._start(now, earliest, next_round)
            if isinstance(start, Expire):
                yield start
                return
            if start > now:
                now, _ = yield Pause(start - now)
                continue

            this = _Round(dict.fromkeys(self._left))
            self._changed = False
            now = yield from self._list(this, now)
            now = yield from self._read(this, now)

            quiet = 0 if self._changed else quiet + 1
            failed_rounds = failed_rounds + 1 if this.failed else 0
            # A fault is waited out as a quiet job is, and a little longer.
            interval = poll_interval(JobStatus.PROCESSING, max(quiet, 2 * failed_rounds))
            pause = min(max(interval, PER_REQUEST * this.requests), LONGEST_PAUSE)
            earliest = max(now + READ_INTERVAL, self._not_before)
            next_round = max(now + pause, self._not_before)

    def _list(self, this: _Round, now: float) -> Moves[float]:
        """Ask for pages as long as they may show a job that is missing. Gives the time of the last response."""
        if not self._lists or all(job in self._deep for job in self._left):
            return now
        for page in range(len(self._left)):
            now, outcome = yield ListPage(is_first=page == 0)
            this.requests += 1
            if isinstance(outcome, Failed):
                self._list_failures += 1
                self._failed(this, outcome, now)
                if self._list_failures < LIST_ATTEMPTS:
                    this.unseen.clear()
                break
            if isinstance(outcome, Listed):
                self._list_failures = 0
                self._lists = outcome.is_usable
                for state in outcome.states:
                    this.unseen.pop(state.id, None)
                if not outcome.has_more or not self._may_follow(this, outcome.states) or self._expired(now):
                    break
        return now

    def _read(self, this: _Round, now: float) -> Moves[float]:
        """Read the status of each job that no page has shown. Gives the time of the last response."""
        while this.unseen and not self._expired(now):
            job = next(iter(this.unseen))
            now, outcome = yield ReadJob(job)
            this.requests += 1
            del this.unseen[job]
            if isinstance(outcome, Failed):
                self._failed(this, outcome, now)
                if outcome.retry_after:
                    this.unseen.clear()  # who is asked to wait asks for nothing else either
            elif self._lists and not self._list_failures:
                self._deep.add(job)
        return now

    def _failed(self, this: _Round, failure: Failed, now: float) -> None:
        this.failed = True
        self._not_before = max(self._not_before, now + (failure.retry_after or 0.0))

    def _expired(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline

    def _start(self, now: float, earliest: float, next_round: float) -> float | Expire:
        """When the next round starts, or the end of the wait when there is no time for one."""
        start = max(now, next_round)
        if self._deadline is not None:
            last = max(earliest, self._deadline - LAST_LOOK)
            if max(now, last) >= self._deadline:
                return expire(self._deadline, now, last)
            # A round so late that none could follow it is made at the last look instead.
            if start + READ_INTERVAL > last:
                start = max(now, last)
        return start

    def _may_follow(self, this: _Round, states: Sequence[JobState]) -> bool:
        """Whether a page behind one with these jobs may have a job that is missing."""
        oldest = min((state.created_at for state in states if state.created_at is not None), default=None)
        wanted = [self._left[job] for job in this.unseen if job not in self._deep]
        return any(created is None or oldest is None or created <= oldest for created in wanted)
