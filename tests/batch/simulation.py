"""A batch without a client: the schedule against a service that takes no time but that of its jobs and requests.

What it needs is counted: requests by kind, and the time until the last result, relative to the least that is possible.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Callable, Sequence

import attrs

from proteiniq._policy.look import Listed, ListPage, ReadJob
from proteiniq._policy.moves import Fetch, Hear, Move, ReadAccount, Rest, Submit
from proteiniq._policy.pacing import Window
from proteiniq._policy.schedule import Schedule
from proteiniq.models import JobState, JobStatus

LATENCY = 0.05
STREAMS = 24


@attrs.frozen
class Run:
    """What a batch needed. `ratio` is its time over the least possible, `refused` the submits without a slot."""

    ratio: float
    requests: dict[str, int]
    refused: int

    def each(self, jobs: int) -> float:
        """Requests for each job."""
        return sum(self.requests.values()) / jobs


def least(durations: Sequence[float], slots: int, rate: float) -> float:
    """The least time: two requests a job at the rate, or the jobs in order on the slots, known at once."""
    free = [0.0] * slots
    for duration in durations:
        heapq.heappush(free, heapq.heappop(free) + duration)
    return max(*free, 2 * len(durations) / rate)


class Simulation:
    """A service with `slots`, others take `taken` of them; `limit` requests a minute, `foreign` of others."""

    def __init__(
        self, durations: Sequence[float], slots: int, *, taken: int = 0, limit: int = 120, foreign: int = 0
    ) -> None:
        self.now = 0.0
        self.durations = durations
        self.slots, self.taken = slots, taken
        self.rate = (limit - foreign) / 60
        self.schedule = Schedule(rate=limit / 60, streams=STREAMS)
        self.requests: Counter[str] = Counter()
        self.refused = 0
        self.finished = 0.0
        self._window = Window(limit - foreign, 60.0)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._queue: deque[tuple[int, Callable[[], None]]] = deque()
        self._jobs: dict[str, tuple[float, float]] = {}
        self._active: set[str] = set()
        self._heard: set[str] = set()
        self._cursor = 0
        self._submitting = 0
        self._wakes = {"turn": -1.0, "rest": -1.0}

    def run(self) -> Run:
        """Run the batch to its end."""
        self.schedule.account(0.0, self.taken, self.slots)
        while (move := self._next()) is not None:
            if isinstance(move, Rest):
                if move.until is not None:
                    self._wake("rest", move.until)
                self.now, _, step = heapq.heappop(self._events)
                step()
                self._turn()
        bound = least(self.durations, self.slots - self.taken, self.rate)
        return Run(self.finished / bound, dict(self.requests), self.refused)

    def _next(self) -> Move | None:
        self.schedule.pending = len(self._jobs) + self._submitting < len(self.durations)
        move = self.schedule.next_move(self.now)
        if move is not None and not isinstance(move, Rest):
            self._request(move)
        return move

    def _request(self, move: Move) -> None:
        steps: dict[type, Callable[[], None]] = {
            Submit: self._submit,
            Fetch: lambda: self._fetch(move.job_id),  # type: ignore[union-attr]
            Hear: lambda: self._hear(move.job_id),  # type: ignore[union-attr]
            ListPage: lambda: self._list(move.is_first),  # type: ignore[union-attr]
            ReadJob: lambda: self._read(move.job_id),  # type: ignore[union-attr]
            ReadAccount: self._account,
        }
        self._submitting += isinstance(move, Submit)
        self.requests[type(move).__name__] += 1
        self._queue.append((self._window.reserve(self.now), steps[type(move)]))
        self._turn()

    def _turn(self) -> None:
        """Send what the rate limit allows."""
        while self._queue:
            seat, step = self._queue[0]
            delay = self._window.claim(seat, self.now)
            if delay > 0:
                self._wake("turn", self.now + min(delay, 5.0))
                return
            self._queue.popleft()
            self._at(self.now + LATENCY, lambda seat=seat, step=step: self._answer(seat, step))  # type: ignore[misc]

    def _answer(self, seat: int, step: Callable[[], None]) -> None:
        self._window.release(seat, self.now)
        step()

    def _at(self, time: float, step: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (time, self._count, step))

    def _wake(self, name: str, time: float) -> None:
        if not self.now < self._wakes[name] <= time:
            self._wakes[name] = time
            self._at(time, lambda: None)

    # ---- the service

    def _submit(self) -> None:
        self._submitting -= 1
        if len(self._active) >= self.slots - self.taken:
            self.refused += 1
            self.schedule.full(self.now, 0.5)
            return
        job = f"job_{len(self._jobs)}"
        end = self.now + self.durations[len(self._jobs)]
        self._jobs[job] = self.now, end
        self._active.add(job)
        self._at(end, lambda: self._end(job))
        self.schedule.submitted(job, None, self.now)

    def _end(self, job: str) -> None:
        self._active.discard(job)
        if job in self._heard:
            self._tell(job)

    def _tell(self, job: str) -> None:
        begun, ended = self._jobs[job]
        self.schedule.ended(job, self.now, took=ended - begun, fetch=True)

    def _hear(self, job: str) -> None:
        if job in self._active:
            self._heard.add(job)
        else:
            self._tell(job)

    def _look_at(self, job: str) -> None:
        if job in self._active:
            self.schedule.seen(job, self.now)
        else:
            self._tell(job)

    def _list(self, is_first: bool) -> None:
        """A page of the job list, newest first; others have as many jobs on it as they have slots."""
        ours = 100 * (self.slots - self.taken) // self.slots
        jobs = list(self._jobs)[::-1]
        self._cursor = 0 if is_first else self._cursor
        page = jobs[self._cursor : self._cursor + ours]
        self._cursor += ours
        for job in page:
            self._look_at(job)
        states = [_state(job) for job in page] + [_state("other")] * (100 - ours)
        self.schedule.looked(self.now, Listed(states, len(jobs) > self._cursor), ours=len(page))

    def _read(self, job: str) -> None:
        self._look_at(job)
        self.schedule.looked(self.now, None)

    def _fetch(self, job: str) -> None:
        self.finished = self.now
        self.schedule.fetched(job)

    def _account(self) -> None:
        self.schedule.account(self.now, self.taken + len(self._active), self.slots)


def _state(job: str) -> JobState:
    return JobState(
        id=job,
        status=JobStatus("PROCESSING"),
        tool=None,
        name=None,
        progress=None,
        created_at=None,
        started_at=None,
        completed_at=None,
        credits_used=None,
        error=None,
    )
