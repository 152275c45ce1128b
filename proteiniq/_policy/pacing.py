"""When a request may leave, so that the service need not refuse it.

The service allows 120 requests in 60 s for each key, over all routes, and one read of a job's status
or result in 5 s for each key and job (documentation, "Rate limits"). Other programs may share the
key, so what the headers of an answer say corrects what is counted here.

Nothing here waits or reads a clock. Whoever wants to send takes a place in the queue and asks when
its turn is, sleeps, and asks again, since an answer to someone else may have moved it:

    ticket = pacer.reserve(job)
    try:
        while (delay := pacer.claim(ticket, monotonic())) > 0:
            sleep(min(delay, LONGEST_NAP))
        ...  # send; hand the answer's headers to `observe` and a 429 to `refused`
    finally:
        pacer.release(ticket, monotonic())

`now` is `time.monotonic()` in all threads and event loops alike, in seconds.
"""

from __future__ import annotations

import logging
import threading
from bisect import bisect_left
from collections import deque
from itertools import count
from typing import Protocol

import attrs

log = logging.getLogger("proteiniq")

RATE_LIMIT = 120
RATE_WINDOW = 60.0
JOB_READ_INTERVAL = 5.0

LONGEST_NAP = 5.0
"""The longest sleep before asking again, in seconds, since a turn may come sooner than it was told:
a higher limit is learned, someone ahead gives up. Our choice."""

HEADROOM = 0.005
"""Part of the window that is added to it, for clocks that run apart. Our choice."""

# With less than a quarter left and others at it too, requests leave one at a time: in simulation,
# four processes that know nothing of each other are refused a third as often.
_SCARCE = 4

# A header that promises more than this is not believed; it bounds the memory of a window.
_HIGHEST_LIMIT = 100_000

SHORTEST = 0.001
"""The shortest time to wait before asking again, in seconds: nobody should spin."""

# Nobody can say when the answer that all wait for will come.
_RECHECK = 0.25

# A probe that is answered no sooner, an upload say, does not keep the others waiting any longer.
_PROBE_LAPSES = 5.0

LONGEST_HOLD = 3600.0
"""The longest pause that is kept to, in seconds: one absurd answer must not silence a key for the life of the
process. Our choice."""

_SWEEP_AT_LEAST = 256


class Window:
    """At most `limit` requests in any `seconds`, in the order in which they asked.

    A request holds its seat from its departure until `seconds` after its answer, because it may have
    been counted by the service at any moment in between. So no window of the service ever sees more
    than `limit`, however long requests take on their way.

    The clock may stand still or go back: a jump back of less than the window is waited out, after
    a longer one counting goes on as if no time had passed. Not safe to use from several threads.

    >>> window = Window(limit=1, seconds=60, headroom=0)
    >>> first, second = window.reserve(), window.reserve()
    >>> window.claim(first, now=100.0)
    0.0
    >>> window.release(first, now=101.0)
    True
    >>> window.claim(second, now=111.0)
    50.0
    """

    def __init__(self, limit: int, seconds: float, *, headroom: float = HEADROOM) -> None:
        if limit < 1 or not seconds > 0 or headroom < 0:
            raise ValueError("a window needs a limit of 1 or more and a positive length")
        self._headroom = headroom
        self.limit = min(limit, _HIGHEST_LIMIT)
        self._period = seconds * (1 + headroom)
        self._seats = count()
        self._queue: list[int] = []  # seats that wait, in order
        self._flying: set[int] = set()  # seats whose request is on its way
        self._ours: deque[float] = deque()  # when our answered requests were answered
        self._others: deque[float] = deque()  # when others, as it seems, sent theirs
        self._hold = float("-inf")
        self._careful = False  # one request is on its way at a time, the probe
        self._probe: int | None = None
        self._next_probe = float("-inf")
        self._overruled = False  # a refusal named a moment; what we believe of others yields to it
        self._time = self._heard = float("-inf")
        self._skew = 0.0

    def reserve(self) -> int:
        """Take the last place in the queue and return it."""
        seat = next(self._seats)
        self._queue.append(seat)
        return seat

    def claim(self, seat: int, now: float) -> float:
        """Return 0.0 when the request may leave now, which counts it; else the seconds to wait.

        The wait is what is expected now; ask again after it.
        """
        time = self._advance(now)
        if seat in self._flying:
            return 0.0
        position = self._position(seat)
        if position is None:
            raise ValueError("this seat was released")
        if time >= self._hold and self._has_room(position, time):
            del self._queue[position]
            self._flying.add(seat)
            if self._careful:
                self._probe, self._next_probe = seat, time + _PROBE_LAPSES
                self._overruled = False
            return 0.0
        delay = self._turn(position, time) - time
        return max(delay, _RECHECK if self._careful else SHORTEST)

    def release(self, seat: int, now: float) -> bool:
        """End a request, whatever became of it, and return whether it had left.

        One that had not leaves the queue and costs nothing. A second call does nothing.
        """
        time = self._advance(now)
        if seat == self._probe:
            self._probe, self._next_probe = None, time
        if seat in self._flying:
            self._flying.remove(seat)
            self._ours.append(time)
            return True
        position = self._position(seat)
        if position is not None:
            del self._queue[position]
        return False

    def cancel(self, seat: int, now: float) -> None:
        """End a request that never reached the service, so that it is not counted."""
        if self.release(seat, now):
            self._ours.pop()

    def observe(
        self,
        now: float,
        *,
        limit: int | None = None,
        remaining: int | None = None,
        reset_after: float | None = None,
    ) -> None:
        """Take the rate limit's headers from an answer, before its request is released.

        What the service counts beyond our own was sent by others. Our requests on their way may be
        in its count or not: with any of them out the number of others is only ever raised.
        """
        time = self._advance(now)
        if limit is not None and limit > 0:
            self.limit = min(limit, _HIGHEST_LIMIT)
        if remaining is not None:
            used = self.limit - min(max(remaining, 0), self.limit)
            others = max(0, used - len(self._ours) - len(self._flying))
            self._count_others(others, time, exact=len(self._flying) <= 1)
            if remaining <= 0 and reset_after is not None:
                self._hold = max(self._hold, time + min(reset_after, self._period))
        if remaining is not None and remaining * _SCARCE <= self.limit:
            # Others race us to the last of them, and see us as late as we see them.
            self._careful = self._careful or bool(self._others)
        elif self._probe is not None:
            self._careful = False
        self._heard = time

    def refused(self, now: float, retry_after: float) -> None:
        """Let nobody leave for `retry_after` seconds (an hour at most), and then one alone first."""
        self._hold = max(self._hold, self._advance(now) + min(retry_after, LONGEST_HOLD))
        self._careful = self._overruled = True

    def held(self, now: float) -> float:
        """Return how long the service still wants nobody to leave, in seconds."""
        return max(0.0, self._hold - self._advance(now))

    def idle(self, now: float) -> bool:
        """Whether nothing is remembered that a new window would not know."""
        time = self._advance(now)
        return not (self._queue or self._flying or self._ours or self._others or time < self._hold)

    def _position(self, seat: int) -> int | None:
        position = bisect_left(self._queue, seat)
        if position < len(self._queue) and self._queue[position] == seat:
            return position
        return None

    def _has_room(self, position: int, time: float) -> bool:
        free = self.limit - len(self._ours) - len(self._flying)
        others = 0 if self._overruled else len(self._others)
        if self._careful:
            return position == 0 and time >= self._next_probe and others < free
        return position < free - others

    def _turn(self, position: int, time: float) -> float:
        """Return when the request at `position` may leave, if all before it leave when they may."""
        rounds, place = divmod(position, self.limit)
        # What is on its way holds its seat from the answer on, which comes now at the earliest.
        others = () if self._overruled and position == 0 else self._others
        held = [*sorted([*self._ours, *others]), *[time] * len(self._flying)]
        index = len(held) + place - self.limit
        first = held[index] + self._period if index >= 0 else time
        return max(first, self._hold) + rounds * self._period

    def _count_others(self, others: int, time: float, *, exact: bool) -> None:
        if exact:
            while len(self._others) > others:
                self._others.popleft()
        # When they were sent is not known, but for after what we heard last: spread them over it.
        since = max(self._heard, time - self._period)
        missing = others - len(self._others)
        for number in range(1, missing + 1):
            self._others.append(since + (time - since) * number / missing)

    def _advance(self, now: float) -> float:
        time = now + self._skew
        if time < self._time - self._period:
            self._skew = self._time - now
        # A little earlier than the last is another thread that read the clock before it got here.
        self._time = time = max(time, self._time)
        for stamps in (self._ours, self._others):
            while stamps and stamps[0] + self._period <= time:
                stamps.popleft()
        return time


class JobReads:
    """At most one read of each job's status or result in `interval` seconds; the first is free.

    Jobs that were not read for that long are forgotten, so memory does not grow with their number.
    Not safe to use from several threads.
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
            # Twice what was left last time: sweeping stays cheap for each job, however many.
            if len(self._windows) >= self._sweep_at:
                self._windows = {j: w for j, w in self._windows.items() if not w.idle(now)}
                self._sweep_at = max(_SWEEP_AT_LEAST, 2 * len(self._windows))
            window = self._windows[job] = Window(1, self._interval)
        return window


@attrs.define(eq=False)
class Ticket:
    """One request's place in the queues of a `Pacer`; opaque to whoever holds it."""

    job: Window | None = None
    job_seat: int = -1
    seat: int | None = None


class Pacer(Protocol):
    """What the transport asks before it sends. Safe to use from several threads and event loops.

    An implementation that also shares its count between processes has the same methods.
    """

    def reserve(self, now: float, job: str | None = None) -> Ticket:
        """Take a place in the queue; `job` is its id when its status or result is to be read."""

    def claim(self, ticket: Ticket, now: float) -> float:
        """Return 0.0 when the request may leave now, else the seconds after which to ask again."""

    def observe(
        self,
        now: float,
        *,
        limit: int | None = None,
        remaining: int | None = None,
        reset_after: float | None = None,
    ) -> None:
        """Take the rate limit's headers from an answer, before its ticket is released."""

    def refused(
        self, ticket: Ticket, now: float, retry_after: float, *, remaining: int | None = None
    ) -> None:
        """Take a 429: nobody leaves for `retry_after` seconds.

        When the key has requests `remaining`, it was the job that was read too often, and only
        its reads wait.
        """

    def held(self, ticket: Ticket, now: float) -> float:
        """Return the seconds for which the service still wants this request not to be sent, 0.0 mostly.

        It is a part of what `claim` returns that nothing shortens.
        """

    def release(self, ticket: Ticket, now: float) -> None:
        """End a request, sent or not; a second call does nothing."""

    def close(self) -> None:
        """The client is closed. What was counted stays: the service goes on counting too."""


class LocalPacer:
    """A `Pacer` for all clients of one key in this process; its lock is never held for long."""

    def __init__(
        self,
        limit: int = RATE_LIMIT,
        seconds: float = RATE_WINDOW,
        job_interval: float = JOB_READ_INTERVAL,
    ) -> None:
        self.figures = (limit, seconds, job_interval)
        """What it was made with; headers may have corrected it since."""
        self._lock = threading.Lock()
        self._window = Window(limit, seconds)
        self._job_interval = job_interval  # 0: reads of one job are not kept apart
        self._reads = JobReads(job_interval)

    def reserve(self, now: float, job: str | None = None) -> Ticket:
        with self._lock:
            if job is None or not self._job_interval:
                return Ticket(seat=self._window.reserve())
            window = self._reads.window(job, now)
            return Ticket(job=window, job_seat=window.reserve())

    def claim(self, ticket: Ticket, now: float) -> float:
        with self._lock:
            if ticket.seat is None:
                # First the job's turn, then the key's: a read that waits for its job must not keep
                # other requests waiting behind it.
                if ticket.job is None:
                    raise ValueError("this ticket was released")
                delay = ticket.job.claim(ticket.job_seat, now)
                if delay > 0:
                    return delay
                ticket.seat = self._window.reserve()
            return self._window.claim(ticket.seat, now)

    def observe(
        self,
        now: float,
        *,
        limit: int | None = None,
        remaining: int | None = None,
        reset_after: float | None = None,
    ) -> None:
        with self._lock:
            self._window.observe(now, limit=limit, remaining=remaining, reset_after=reset_after)

    def refused(
        self, ticket: Ticket, now: float, retry_after: float, *, remaining: int | None = None
    ) -> None:
        with self._lock:
            if ticket.job is not None and remaining is not None and remaining > 0:
                ticket.job.refused(now, retry_after)
            else:
                self._window.refused(now, retry_after)

    def held(self, ticket: Ticket, now: float) -> float:
        with self._lock:
            job = ticket.job.held(now) if ticket.job is not None else 0.0
            return max(job, self._window.held(now))

    def release(self, ticket: Ticket, now: float) -> None:
        with self._lock:
            sent = ticket.seat is not None and self._window.release(ticket.seat, now)
            if ticket.job is not None:
                if sent:
                    ticket.job.release(ticket.job_seat, now)
                else:
                    ticket.job.cancel(ticket.job_seat, now)
            ticket.job = ticket.seat = None

    def close(self) -> None:
        pass


_pacers: dict[tuple[str, str], LocalPacer] = {}
_pacers_lock = threading.Lock()


def shared(
    origin: str,
    key_id: str,
    *,
    limit: int = RATE_LIMIT,
    seconds: float = RATE_WINDOW,
    job_interval: float = JOB_READ_INTERVAL,
) -> LocalPacer:
    """Return the one pacer that all clients of a key have in this process.

    `origin` is scheme, host and port; `key_id` the public part of the key. It outlives its clients,
    as the service's count does. The figures are those of the first client; headers correct them.
    """
    with _pacers_lock:
        pacer = _pacers.get((origin, key_id))
        if pacer is None:
            pacer = _pacers[origin, key_id] = LocalPacer(limit, seconds, job_interval)
    if pacer.figures != (limit, seconds, job_interval):
        log.warning(
            "the key %s has a pace in this process already: rate_limit, rate_window and job_read_interval stay %s",
            key_id,
            ", ".join(f"{figure:g}" for figure in pacer.figures),
        )
    return pacer
