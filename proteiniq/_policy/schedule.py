"""What a batch requests next: a submit, a result, a look at its running jobs, the events of one of them.

The service allows a number of active jobs in a workspace, whoever submitted them, and a number of requests per key. A
batch needs two requests a job, and has to learn when a job has ended. Where jobs are long, the slots limit it and
requests are plenty: each job is followed by its events, or by pages of the job list, requested when a job is expected
to have ended. Where jobs are short, the requests limit it: it looks only when there is nothing else to do, and one page
tells of many jobs. All of this is a choice of this client.

Nothing here waits, reads a clock or knows of items: `now` is a monotonic time in seconds.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

from .following import Following
from .look import Failed, Listed, ListPage, Look, Looker, Moves, Outcome, ReadJob
from .moves import Fetch, Hear, Move, ReadAccount, Rest, Search, Submit
from .others import Others
from .polling import PATIENCE
from .slots import slot_pause

MOST_REQUESTS = 8
"""Requests on their way at once, without event streams. At a latency of a second, that is 480 a minute."""

MOST_FETCHES = 4
"""Results that are read and saved at once, so that long downloads leave room for submits."""

ACCOUNT_INTERVAL = 60.0
"""How often the account is read, at most, while other jobs of the workspace take slots, in seconds."""

ACCOUNT_JOBS = 20.0
SCARCE_ACCOUNT_JOBS = 200.0
"""For how many jobs of the batch the account is read once, at most; the latter where requests limit the batch."""

FRESH = 1.0
"""How long a look tells how many jobs are active, in seconds."""

LONGEST_BACKOFF = 60.0
"""The longest pause after failures in a row, in seconds, if the service asks for none."""

LONGEST_STREAM = 3600.0
"""After this time an event stream is closed, in seconds."""

MOST_UNHEARD = 3
"""Streams in a row that end early and without the end of their job, after which pages are requested instead."""

READ_AGAIN = 5.0
"""How long after an early end the event stream of a job is opened again, in seconds."""

STREAM_RETRY = 120.0
"""How long after that a stream is opened again, in seconds."""

FIRST_HEARD = 4
"""How many jobs are listened to at once while no duration is known."""

SEARCH_AFTER = 5.0
"""How long after a lost submit its job is looked for in the list, in seconds."""

_HEARD_REQUESTS = 3 / 0.95
"""Requests for a job that is listened to, and a few more, since not all of the rate can be used."""


class Schedule:
    """Decides the next request of a batch. Each move has to be carried out, and its end to be reported.

    `rate` is the number of requests that the key allows, per second. `pending` says whether an item waits for its
    submit. Not safe for several threads.

    >>> schedule = Schedule(rate=2.0, streams=24)
    >>> schedule.account(now=0.0, active=0, slots=1)
    >>> schedule.next_move(now=0.0)
    Submit()
    >>> schedule.submitted("job_1", None, now=0.1)
    >>> schedule.next_move(now=0.1)
    Hear(job_id='job_1', patience=120.0)
    """

    def __init__(self, *, rate: float, streams: int = 0) -> None:
        self.pending = True
        self.rate = rate
        self._streams = streams
        self._following = Following()
        self._to_fetch: deque[str] = deque()
        self._fetching: set[str] = set()
        self._submitting = 0
        self._unknown = 0
        self._searching = False
        self._search_after = float("-inf")
        self._slots: int | None = None
        self._others = Others()
        self._refusals = 0
        self._account_at = float("-inf")
        self._reading = False
        self._looker = Looker()
        self._look: Moves[ListPage | ReadJob, Look] | None = None
        self._request: ListPage | ReadJob | None = None
        self._on_its_way = False
        self._failures = 0
        self._not_before = float("-inf")
        self._submit_after = float("-inf")
        self._unheard = 0
        self._hear_after = float("-inf")

    def account(self, now: float, active: int | None, slots: int | None, rate: float | None = None) -> None:
        """Record the account: the active jobs of the workspace, how many it may have, and requests per second."""
        self._reading = False
        self._account_at = now
        self._slots = slots if slots is not None else self._slots
        if active is not None:
            self._others.account(now, active, self._ours)
        self.rate = rate or self.rate
        self._worked()

    def account_unread(self, now: float, failed: Failed) -> None:
        """Record that the account can't be read now."""
        self._reading = False
        self._account_at = now
        self.failed(now, failed)

    def submitted(self, job_id: str, created_at: datetime | None, now: float) -> None:
        """Record the job that a submit made."""
        self._submitting -= 1
        self._refusals = 0
        self._worked()
        self.follow(job_id, created_at, now)

    def follow(self, job_id: str, created_at: datetime | None, now: float, *, age: float = 0.0) -> None:
        """Follow a job that exists already, for `age` seconds."""
        self._following.add(job_id, created_at, now, age, self._hear_from(now))

    def not_submitted(self) -> None:
        """Record that a submit made no job, for a reason that concerns its item alone."""
        self._submitting -= 1
        self._worked()

    def full(self, now: float, jitter: float, retry_after: float | None = None) -> None:
        """Record that a submit was refused because the workspace has as many active jobs as it may have."""
        self._submitting -= 1
        self._refusals += 1
        if self._slots is None:
            self._slots = max(1, self._ours)
        self._others.full(self._slots - self._ours)
        pause = slot_pause(self._refusals, jitter=jitter, asked=retry_after) or 0.0
        self._submit_after = now + pause

    def unsent(self, now: float, failed: Failed) -> None:
        """Record that a submit failed without making a job."""
        self._submitting -= 1
        self.failed(now, failed)

    def lost(self, now: float, failed: Failed) -> None:
        """Record a submit without a response, which may have made a job that takes a slot."""
        self.unknown(now)
        self.unsent(now, failed)

    def unknown(self, now: float) -> None:
        """Record a submit of an earlier run that has no response."""
        self._unknown += 1
        self._search_after = max(self._search_after, now + SEARCH_AFTER)

    def searched(self, now: float, failed: Failed | None = None) -> None:
        """Record that the list was searched for the jobs of submits without a response, or that it can't be now."""
        self._searching = False
        self._search_after = now + SEARCH_AFTER
        if failed is not None:
            self.failed(now, failed)

    def found(self) -> None:
        """Record that it is known what became of a submit without a response."""
        self._unknown -= 1

    def seen(self, job_id: str, now: float, created_at: datetime | None = None) -> None:
        """Record that a job was active."""
        self._following.seen(job_id, now, created_at)

    def ended(self, job_id: str, now: float, *, took: float | None = None, fetch: bool) -> None:
        """Record that a job has ended, after `took` seconds if the service says so; `fetch` its result."""
        active = self._following.ended(job_id, now, took)
        if active is None:
            return
        if took is not None:
            self._others.ended(active.since, took)
            self._others.update(self._following.jobs.values(), now)
        self._looker.forget(job_id)
        if active.heard:
            self._unheard = 0
        if fetch:
            self._to_fetch.append(job_id)

    def vanished(self, job_id: str) -> None:
        """Record that the service no longer has a job, which says nothing of how long jobs take."""
        self._following.drop(job_id)
        self._looker.forget(job_id)

    def fetched(self, job_id: str) -> None:
        """Record that a result is saved, or lost for good."""
        self._fetching.discard(job_id)
        self._worked()

    def fetch(self, job_id: str) -> None:
        """Fetch the result of a job that has ended before, or fetch it again."""
        self._fetching.discard(job_id)
        self._to_fetch.append(job_id)

    def unheard(self, job_id: str, now: float, failed: Failed | None = None) -> None:
        """Record that an event stream ended without the end of its job."""
        if active := self._following.unheard(job_id):
            if now - active.heard_since < PATIENCE:
                self._unheard += 1
                active.hear_after = now + READ_AGAIN
            if self._unheard >= MOST_UNHEARD:
                self._hear_after, self._unheard = now + STREAM_RETRY, 0
        if failed is not None:
            self._not_before = max(self._not_before, now + (failed.retry_after or 0.0))

    def looked(self, now: float, outcome: Outcome, *, ours: int | None = None) -> None:
        """Record the end of a ListPage or ReadJob, whose jobs were passed to `seen` and `ended`.

        `ours` is how many jobs on a page are of the batch, whether they have ended or not.
        """
        self._on_its_way = False
        if isinstance(outcome, Failed):
            self.failed(now, outcome)
        else:
            self._worked()
        if isinstance(outcome, Listed):
            self._following.on_page(len(outcome.states), ours)
        assert self._look is not None
        try:
            self._request = self._look.send((now, outcome))
        except StopIteration as end:
            self._look = self._request = None
            self._others.update(self._following.jobs.values(), now)
            if end.value.failed:
                self._following.look_failed()
            else:
                self._following.looked(now)

    def failed(self, now: float, failed: Failed) -> None:
        """Record a failure that may pass: nothing is requested for a while.

        Several requests that were on their way at the same time, and all fail, count as one failure.
        """
        pause = failed.retry_after
        if pause is None:
            if now >= self._not_before:
                self._failures += 1
            pause = min(LONGEST_BACKOFF, 2.0 ** min(max(self._failures - 1, 0), 16))
        self._not_before = max(self._not_before, now + pause)

    def hold(self, until: float) -> None:
        """Submit nothing before a time."""
        self._submit_after = max(self._submit_after, until)

    @property
    def busy(self) -> int:
        """Requests on their way, without event streams."""
        return self._submitting + len(self._fetching) + self._on_its_way + self._reading + self._searching

    def next_move(self, now: float) -> Move | None:
        """Return the next move, None if all is done."""
        if not (self.pending or self._following.jobs or self._to_fetch or self.busy or self._unknown):
            return None
        if now < self._not_before:
            return Rest(self._not_before)
        if now >= self._others.heard_from:
            self._others.update(self._following.jobs.values(), now)
        return (self._request_next(now) if self.busy < MOST_REQUESTS else None) or Rest(self._wake(now))

    def _request_next(self, now: float) -> Move | None:
        scarce = self._is_scarce(now)
        if self._unknown and not self._searching and now >= self._search_after:
            self._searching = True
            return Search()
        if self._may_submit and now >= self._submit_after:
            self._submitting += 1
            return Submit()
        if not scarce and (job := self._to_hear(now)):
            return self._hear(job, now)
        if not scarce and (request := self._next_look(now, scarce)):
            return request
        if self._to_fetch and len(self._fetching) < MOST_FETCHES:
            job = self._to_fetch.popleft()
            self._fetching.add(job)
            return Fetch(job)
        # Where requests are scarce, one that waits for its turn leaves jobs time to end.
        if not (scarce and self.busy and self._look is None) and (request := self._next_look(now, scarce)):
            return request
        if now >= self._account_due(now) and not self._submitting and self._knows_active(now):
            self._reading = True
            return ReadAccount()
        return None

    def _wake(self, now: float) -> float | None:
        times = [self._account_due(now), self._look_due(now, self._is_scarce(now)), self._others.heard_from]
        if self._may_submit:
            times.append(self._submit_after)
        if self._unknown and not self._searching:
            times.append(self._search_after)
        times += [
            max(each.hear_after, self._hear_after) for each in self._following.jobs.values() if not each.heard
        ]
        later = [time for time in times if time > now]
        until = min(later, default=float("inf"))
        return None if until == float("inf") else until

    @property
    def _ours(self) -> int:
        return len(self._following.jobs) + self._submitting + self._unknown

    @property
    def _may_submit(self) -> bool:
        if not self.pending or self._reading:
            return False
        return self._slots is None or self._ours < self._slots - self._others.count

    def _is_scarce(self, now: float) -> bool:
        """Whether requests limit the batch, and not slots."""
        throughput = self._throughput(now)
        return throughput is not None and throughput > 0.45 * self.rate

    def _throughput(self, now: float) -> float | None:
        """Jobs per second if every slot is always taken, None if unknown."""
        if self._slots is None:
            return None
        mean = self._following.mean(now)
        return max(1, self._slots - self._others.count) / mean if mean else None

    def _to_hear(self, now: float) -> str | None:
        """Return a job to listen to, None if pages are better or there is no stream left."""
        if now < self._hear_after or not self._streams:
            return None
        throughput = self._throughput(now)
        if self.pending and throughput is not None and _HEARD_REQUESTS * throughput > self.rate:
            return None
        if self._following.are_heard >= self._streams:
            return None
        jobs = self._following.jobs
        most = max(len(jobs), (self._slots or 0) - self._others.count if self.pending else 0)
        for job, each in jobs.items():
            is_wanted = most <= self._streams or self._following.on_later_pages(each)
            if is_wanted and not each.heard and now >= each.hear_after:
                return job
        return None

    def _hear_from(self, now: float) -> float:
        """Return from when a new job is listened to, if no duration is known.

        A few jobs show one. Until the others are so old that requests can't limit the batch, listening to them might be
        a waste.
        """
        following = self._following
        if following.knows_durations or len(following.jobs) < FIRST_HEARD or self._slots is None:
            return now
        return now + self._slots * _HEARD_REQUESTS / self.rate

    def _hear(self, job: str, now: float) -> Hear:
        active = self._following.hear(job, now)
        # A job that runs long has no events for long.
        return Hear(job, max(PATIENCE, 2 * (now - active.since), 4 * (self._following.mean(now) or 0.0)))

    def _next_look(self, now: float, scarce: bool) -> ListPage | ReadJob | None:
        """Return the next request of the look that is under way or due."""
        if self._on_its_way:
            return None
        if self._look is None and now >= self._look_due(now, scarce):
            self._look = self._looker.look(self._following.look(now), now)
            self._request = next(self._look)
        self._on_its_way = self._request is not None
        return self._request

    def _look_due(self, now: float, scarce: bool) -> float:
        """Return when to look at jobs, or to request the next page of the look that is under way."""
        if self._look is not None:
            return now if not self._on_its_way else float("inf")
        return self._following.look_due(now, rate=self.rate, scarce=scarce)

    def _account_due(self, now: float) -> float:
        """Return when to read the account again: while other jobs take slots that an item waits for."""
        if self._reading or not self.pending or self._may_submit or not self._others.count:
            return float("inf")
        throughput = min(self._throughput(now) or self.rate, self.rate / 2)
        jobs = SCARCE_ACCOUNT_JOBS if self._is_scarce(now) else ACCOUNT_JOBS
        return self._account_at + max(ACCOUNT_INTERVAL, jobs / throughput)

    def _knows_active(self, now: float) -> bool:
        """Whether it is known now how many jobs of the batch are active."""
        following = self._following
        return now < following.looked_at + FRESH or following.are_heard == len(following.jobs)

    def _worked(self) -> None:
        self._failures = 0
