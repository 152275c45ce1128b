"""Wait for many jobs with few requests.

A wait goes in rounds, and each is a look at the jobs (`look`). Between two rounds the wait listens to the events of one
job, and its end brings the next round forward, since jobs often end one after another. How long to pause and when a
round may come early are choices of this client.

Nothing here waits or reads a clock: `now` is a monotonic time in seconds, as is `deadline`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import attrs

from ..models import JobState, JobStatus
from .look import Failed, ListPage, Looker, Moves, Outcome, ReadJob
from .polling import LAST_LOOK, READ_INTERVAL, Expire, expire, poll_interval

PER_REQUEST = 2.0
"""The pause for each request of a round, in seconds: a wait uses at most a quarter of the documented rate
limit, 30 requests in 60 s."""

BURST = 30
"""How many requests a wait may send at once, beyond `PER_REQUEST`, to notice quickly that jobs have ended."""

EARLIEST_ROUND = 1.0
"""The shortest pause between two rounds, in seconds: of the end of one round and the start of the next."""

SHORTEST_LISTEN = 0.25
"""The shortest pause that an event stream is opened for, in seconds: it would end before the first event."""

MOST_UNHEARD = 3
"""Event streams in a row that end early without the end of their job, after which the wait no longer listens."""

LONGEST_PAUSE = 60.0
"""The longest pause between two rounds, in seconds."""


@attrs.frozen
class Pause:
    """Wait for some seconds, then get the next move. `failed` is true if a request of the last round failed."""

    seconds: float
    failed: bool = attrs.field(default=False, repr=False, eq=False)


@attrs.frozen
class Listen:
    """Listen to the events of a job for some seconds, or until it has ended, then get the next move."""

    job_id: str
    seconds: float


@attrs.frozen
class Follow:
    """Watch the only remaining job: its events are quicker than any round."""

    job_id: str


Move = Pause | Listen | ListPage | ReadJob | Follow | Expire


class Rounds:
    """Decides the next move of a wait for many jobs, and knows which of them have not ended.

    `jobs` maps ids to creation times, None if unknown. Not safe for several threads.

    >>> rounds = Rounds({"job_1": None, "job_2": None})
    >>> rounds.next_move(now=0.0)
    ListPage(is_first=True)
    >>> rounds.next_move(now=0.1, outcome=Failed(retry_after=30.0))
    Pause(seconds=30.0)
    """

    def __init__(self, jobs: Mapping[str, datetime | None], *, deadline: float | None = None) -> None:
        self._left = dict(jobs)
        self._deadline = deadline
        self._looker = Looker(deadline)
        self._changed = False
        self._running: set[str] = set()
        self._unheard = 0
        self._allowance = float(BURST)
        self._moves = self._plan()
        next(self._moves)

    @property
    def left(self) -> tuple[str, ...]:
        """The jobs that have not ended as far as known, in their original order."""
        return tuple(self._left)

    def next_move(self, now: float, outcome: Outcome = None) -> Move | None:
        """Return the next move after the last one ended with `outcome`; None if all jobs have ended.

        A round starts at the earliest 5 s after the end of the one before, or 1 s if a job has ended since and no
        status would be read again. The last one starts `LAST_LOOK` before the deadline, and nothing at the deadline or
        later.
        """
        try:
            return self._moves.send((now, outcome))
        except StopIteration as end:
            last: Move | None = end.value  # and None from then on
            return last

    def seen(self, state: JobState) -> None:
        """Record a job's state from a page, a status or an event. Other jobs are ignored."""
        if state.id not in self._left:
            return
        if state.is_terminal:
            del self._left[state.id]
            return
        if state.created_at is not None:
            self._left[state.id] = state.created_at
        if state.status == JobStatus.PROCESSING:
            self._running.add(state.id)

    def drop(self, job_id: str) -> None:
        """Stop waiting for a job."""
        self._left.pop(job_id, None)

    def changed(self) -> None:
        """Record that a job's state changed: the next round comes soon."""
        self._changed = True

    def _plan(self) -> Moves[Move, Move | None]:
        now, _ = yield None
        counted = now
        quiet = failed_rounds = 0
        earliest = next_round = ended = float("-inf")
        may_listen = True
        while self._left:
            self._allowance = min(BURST, self._allowance + (now - counted) / PER_REQUEST)
            counted = now
            if self._expired(now):
                return Expire()
            if len(self._left) == 1:
                return Follow(next(iter(self._left)))
            start = self._start(now, earliest, next_round)
            if isinstance(start, Expire):
                return start
            if start > now:
                if may_listen and (job := self._worth_hearing(now, start)):
                    now, outcome = yield Listen(job, start - now)
                    may_listen = self._heard(job, outcome, now, start)
                    if job not in self._left:
                        quiet = 0
                        if self._may_list_again():
                            earliest = next_round = ended + EARLIEST_ROUND
                    earliest, next_round = (max(at, self._looker.not_before) for at in (earliest, next_round))
                else:
                    now, _ = yield Pause(start - now, failed_rounds > 0)
                continue

            self._changed, may_listen = False, True
            this = yield from self._looker.look(self._left, now)

            ended = now = this.now
            self._allowance -= this.requests
            quiet = 0 if self._changed else quiet + 1
            failed_rounds = failed_rounds + 1 if this.failed else 0
            # After a failure the pause grows as for a quiet job, and a little faster.
            interval = poll_interval(JobStatus.PROCESSING, max(quiet, 2 * failed_rounds))
            pause = min(max(interval, PER_REQUEST * this.requests), LONGEST_PAUSE)
            earliest = max(now + READ_INTERVAL, self._looker.not_before)
            next_round = max(now + pause, self._looker.not_before)
        return None

    def _worth_hearing(self, now: float, until: float) -> str | None:
        """Return the job to listen to, one that runs if any is known to, or None to pause instead."""
        if until - now < SHORTEST_LISTEN or now < self._looker.not_before:
            return None
        if self._unheard >= MOST_UNHEARD or self._allowance < 1:
            return None
        return next((job for job in self._left if job in self._running), next(iter(self._left)))

    def _heard(self, job: str, outcome: Outcome, now: float, until: float) -> bool:
        """Record how listening to a job ended. Returns whether to listen again before the next round."""
        self._allowance -= 1
        early = job in self._left and now < until
        self._unheard = self._unheard + 1 if early else 0
        if isinstance(outcome, Failed):
            self._looker.refused(now, outcome)
        return not early

    def _may_list_again(self) -> bool:
        """Whether a round may come early: it would only list jobs. The status of a job is read every 5 s at most."""
        return self._looker.only_lists(self._left) and self._allowance >= 1

    def _expired(self, now: float) -> bool:
        return self._deadline is not None and now >= self._deadline

    def _start(self, now: float, earliest: float, next_round: float) -> float | Expire:
        """The time of the next round, or the end of the wait if there is no time for one."""
        start = max(now, next_round)
        if self._deadline is not None:
            last = max(earliest, self._deadline - LAST_LOOK)
            if max(now, last) >= self._deadline:
                return expire(self._deadline, now, last)
            # A round so late that none could follow it takes place at the last look instead.
            if start + READ_INTERVAL > last:
                start = max(now, last)
        return start
