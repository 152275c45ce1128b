"""Wait for many jobs with few requests.

A wait follows its jobs as a batch does (`following`), and goes in rounds: each is a look at all of them (`look`).
Between two rounds the wait listens to the events of one job, and its end brings the next round forward, since jobs
often end one after another. A wait has bounds of its own, which are choices of this client: how long a pause is at
least and at most.

Nothing here waits or reads a clock: `now` is a monotonic time in seconds, as is `deadline`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import attrs

from ..models import JobState, JobStatus
from .durations import duration
from .following import Following
from .look import Failed, ListPage, Looker, Moves, Outcome, ReadJob
from .polling import READ_INTERVAL, Expire, in_time, poll_interval

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

    `jobs` maps ids to creation times, None if unknown. `wall` is the wall-clock time at `now`, which tells how
    old a job is; without it, all count as new at `now`. Not safe for several threads.

    >>> rounds = Rounds({"job_1": None, "job_2": None}, now=0.0)
    >>> rounds.next_move(now=0.0)
    ListPage(is_first=True)
    >>> rounds.next_move(now=0.1, outcome=Failed(retry_after=30.0))
    Pause(seconds=30.0)
    """

    def __init__(
        self,
        jobs: Mapping[str, datetime | None],
        now: float,
        *,
        wall: datetime | None = None,
        deadline: float | None = None,
    ) -> None:
        self._began = None if wall is None else wall - timedelta(seconds=now)
        self._deadline = float("inf") if deadline is None else deadline
        self._following = Following()
        for job_id, created_at in jobs.items():
            self._following.add(job_id, created_at, now, age=0.0, hear_after=now)
        self._looker = Looker(deadline)
        self._changed = False
        self._unheard = 0
        self._allowance = float(BURST)
        self._moves = self._plan()
        next(self._moves)

    @property
    def left(self) -> tuple[str, ...]:
        """The jobs that have not ended as far as known, in their original order."""
        return tuple(self._following.jobs)

    def next_move(self, now: float, outcome: Outcome = None) -> Move | None:
        """Return the next move after the last one ended with `outcome`; None if all jobs have ended.

        A round starts at the earliest 5 s after the end of the one before, or 1 s if a job has ended since and no
        status would be read again. It starts early when jobs are expected to have ended by the durations of others. The
        last one starts `LAST_LOOK` before the deadline, and nothing at the deadline or later.
        """
        try:
            return self._moves.send((now, outcome))
        except StopIteration as end:
            last: Move | None = end.value  # and None from then on
            return last

    def seen(self, state: JobState, now: float) -> None:
        """Record a job's state from a page, a status or an event. Other jobs are ignored."""
        if state.is_terminal:
            self._following.ended(state.id, now, duration(state))
        else:
            runs = state.status == JobStatus.PROCESSING
            self._following.seen(state.id, now, state.created_at, self._age(state.created_at, now), runs)

    def drop(self, job_id: str) -> None:
        """Stop waiting for a job."""
        self._following.drop(job_id)

    def changed(self) -> None:
        """Record that a job's state changed: the next round comes soon."""
        self._changed = True

    def _plan(self) -> Moves[Move, Move | None]:
        now, _ = yield None
        counted = now
        quiet = failed_rounds = 0
        earliest = not_before = at_latest = ended = float("-inf")
        may_listen = True
        following = self._following
        while following.jobs:
            self._allowance = min(BURST, self._allowance + (now - counted) / PER_REQUEST)
            counted = now
            if len(following.jobs) == 1:
                return Follow(next(iter(following.jobs)))
            due = following.look_due(now, rate=1 / PER_REQUEST, not_before=not_before, at_latest=at_latest)
            due = max(due, self._looker.not_before)
            start = in_time(self._deadline, now, max(earliest, self._looker.not_before), max(now, due))
            if isinstance(start, Expire):
                return start
            if start > now:
                if may_listen and (job := self._worth_hearing(now, start)):
                    now, outcome = yield Listen(job, start - now)
                    may_listen = self._heard(job, outcome, now, start)
                    if job not in following.jobs:
                        quiet = 0
                        if self._may_list_again():
                            earliest = at_latest = ended + EARLIEST_ROUND
                else:
                    now, _ = yield Pause(start - now, failed_rounds > 0)
                continue

            self._changed, may_listen = False, True
            this = yield from self._looker.look(following.look(now, at_all=True), now)

            ended = now = this.now
            self._allowance -= this.requests
            quiet = 0 if self._changed else quiet + 1
            if this.failed:
                failed_rounds += 1
                following.look_failed()
            else:
                failed_rounds = 0
                following.looked(now)
            # After a failure the pause grows as for a quiet job, and a little faster.
            interval = poll_interval(JobStatus.PROCESSING, max(quiet, 2 * failed_rounds))
            pause = min(max(READ_INTERVAL, PER_REQUEST * this.requests), LONGEST_PAUSE)
            earliest = now + READ_INTERVAL
            at_latest = now + max(interval, pause)
            not_before = at_latest if this.failed else now + pause
        return None

    def _age(self, created_at: datetime | None, now: float) -> float | None:
        """How long a job has existed, None if unknown: a guess, since the clocks of client and service may differ."""
        if self._began is None or created_at is None:
            return None
        return max(0.0, now - (created_at - self._began).total_seconds())

    def _worth_hearing(self, now: float, until: float) -> str | None:
        """Return the job to listen to, one that runs if any is known to, or None to pause instead."""
        if until - now < SHORTEST_LISTEN or now < self._looker.not_before:
            return None
        if self._unheard >= MOST_UNHEARD or self._allowance < 1:
            return None
        jobs = self._following.jobs
        return next((job for job, each in jobs.items() if each.runs), next(iter(jobs)))

    def _heard(self, job: str, outcome: Outcome, now: float, until: float) -> bool:
        """Record how listening to a job ended. Returns whether to listen again before the next round."""
        self._allowance -= 1
        early = job in self._following.jobs and now < until
        self._unheard = self._unheard + 1 if early else 0
        if isinstance(outcome, Failed):
            self._looker.refused(now, outcome)
        return not early

    def _may_list_again(self) -> bool:
        """Whether a round may come early: it would only list jobs. The status of a job is read every 5 s at most."""
        return self._looker.only_lists(self._following.jobs) and self._allowance >= 1
