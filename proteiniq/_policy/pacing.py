"""When a request may leave, so that the service need not refuse it.

The service allows 120 requests in 60 s for each key, over all routes, and one read of a job's status
or result in 5 s for each key and job (documentation, "Rate limits"). Other programs may share the
key, so what the headers of a response say corrects what is counted here.

Nothing here waits, reads a clock or takes a lock. A `Window` decides over a `State` of plain values; `Pace`, in
`pace.py`, leads one request through the windows that it has to pass. `_wire/pacers.py` keeps the states of a process in
memory, `_wire/pace_file.py` those of several processes in a file. A request asks when its turn is, sleeps, and asks
again, since the response to another may have moved it.

`now` is `time.monotonic()` in all threads and event loops alike, in seconds. The first three constants are the
service's own, the others a choice of this project.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping

import attrs

RATE_LIMIT = 120
RATE_WINDOW = 60.0
JOB_READ_INTERVAL = 5.0

LONGEST_NAP = 5.0
"""The longest sleep before asking again, in seconds: a higher limit is learned, someone ahead gives up."""

LONGEST_HOLD = 3600.0
"""The longest pause that is kept to, in seconds: one absurd response must not silence a key for ever."""

LONGEST_FLIGHT = 600.0
"""Seconds after which a request that was never released counts as answered: its process died."""

HEADROOM = 0.005
"""The part of the window that is added to it, for clocks that run apart."""

SHORTEST = 0.001
"""The shortest time to wait before asking again, in seconds, so that nobody spins."""

# A response tells what the service counted a little earlier. What stopped counting meanwhile is remembered for so long,
# in seconds, so that it isn't taken for requests of others.
_LONGEST_LAG = 5.0

# Someone in the queue who has not asked for so long is not there any more, in seconds.
_LONGEST_SILENCE = 4 * LONGEST_NAP

# With less than a quarter left and others at it too, requests leave one at a time: in simulation,
# four processes that know nothing of each other are refused a third as often.
_SCARCE = 4

# A header that promises more than this is not believed; it bounds the memory of a window.
_HIGHEST_LIMIT = 100_000

# While one request goes ahead as a probe, the others ask again after this, in seconds.
_RECHECK = 0.25

# A probe that takes longer, such as an upload, doesn't keep the others waiting, in seconds.
_PROBE_LAPSES = 5.0

_NEVER = float("-inf")


def _by_seat(times: Mapping[int | str, float]) -> dict[int, float]:
    # JSON makes text of the numbers.
    return {int(seat): time for seat, time in times.items()}


@attrs.define
class State:
    """What a window remembers, as plain values that JSON can hold. Times are monotonic."""

    limit: int | None = None
    """What the service's headers said it is."""
    seconds: float = 0.0
    """How long the window is at least, as the service's headers said."""
    seats: int = 0
    """How many were given; the number of the next."""
    queue: list[int] = attrs.field(factory=list)
    """The seats that wait, in order."""
    asked: dict[int, float] = attrs.field(factory=dict, converter=_by_seat)
    """When each of these asked last, the longest ago first."""
    flying: dict[int, float] = attrs.field(factory=dict, converter=_by_seat)
    """The seats whose request is on its way, and when it left, the oldest first."""
    ours: list[float] = attrs.field(factory=list)
    """When our own requests were answered."""
    gone: list[float] = attrs.field(factory=list)
    """When requests of `ours` stopped counting, lately."""
    others: list[float] = attrs.field(factory=list)
    """When others, as it seems, sent theirs."""
    hold: float = _NEVER
    """Nobody leaves before."""
    careful: bool = False
    """One request is on its way at a time, the probe."""
    probe: int | None = None
    next_probe: float = _NEVER
    overruled: bool = False
    """A refusal named a moment; what is believed of others yields to it."""
    heard: float = _NEVER
    """When the headers of a response were last read."""
    time: float = _NEVER
    """The latest time that was given."""


class Window:
    """At most `limit` requests in any `seconds`, in the order in which they asked.

    A request holds its seat from its departure until `seconds` after its response, because it may have
    been counted by the service at any moment in between. So no window of the service ever sees more
    than `limit`, however long requests take on their way. What was not heard of for long is given up: a process that
    died holds no seat for ever.

    The service's headers correct the limit, and lengthen the window. `most` is never exceeded, whatever they say, since
    others may need the rest.

    The clock may stand still or go back: a jump back of less than the window is waited out; a
    longer one means that the clock started anew, and everything is forgotten. Not safe to use from several threads.

    >>> window = Window(limit=1, seconds=60, headroom=0)
    >>> first, second = window.reserve(now=100.0), window.reserve(now=100.0)
    >>> window.claim(first, now=100.0)
    0.0
    >>> window.release(first, now=101.0)
    True
    >>> window.claim(second, now=111.0)
    50.0
    """

    def __init__(
        self,
        limit: int,
        seconds: float,
        state: State | None = None,
        *,
        most: int | None = None,
        headroom: float = HEADROOM,
    ) -> None:
        if limit < 1 or not seconds > 0 or headroom < 0:
            raise ValueError("a window needs a limit of 1 or more and a positive length")
        self.state = state or State()
        self._limit = min(limit, _HIGHEST_LIMIT)
        self._most = _HIGHEST_LIMIT if most is None else most
        self._seconds = seconds
        self._headroom = headroom

    @property
    def limit(self) -> int:
        """How many requests may leave in a window."""
        return min(self._allowed, self._most)

    @property
    def _allowed(self) -> int:
        """How many the service allows, those of others included."""
        return self.state.limit or self._limit

    @property
    def _period(self) -> float:
        return max(self._seconds, self.state.seconds) * (1 + self._headroom)

    def reserve(self, now: float) -> int:
        """Take the last place in the queue and return its number."""
        time = self._advance(now)
        seat = self.state.seats
        self.state.seats += 1
        self._position(seat, time)
        return seat

    def claim(self, seat: int, now: float) -> float:
        """Return 0.0 when the request may leave now, which counts it; else the seconds to wait.

        The wait is what is expected now; ask again after it. A seat that was given up meanwhile is back in its place.
        """
        time, state = self._advance(now), self.state
        if seat in state.flying:
            return 0.0
        position = self._position(seat, time)
        if time >= state.hold and self._has_room(position, time):
            self._leave_queue(seat)
            state.flying[seat] = time
            if state.careful:
                state.probe, state.next_probe = seat, time + _PROBE_LAPSES
                state.overruled = False
            return 0.0
        delay = self._turn(position, time) - time
        return max(delay, _RECHECK if state.careful else SHORTEST)

    def release(self, seat: int, now: float) -> bool:
        """End a request, whatever became of it, and return whether it had left.

        One that had not leaves the queue and costs nothing. A second call does nothing.
        """
        time, state = self._advance(now), self.state
        if seat == state.probe:
            state.probe, state.next_probe = None, time
        if state.flying.pop(seat, None) is not None:
            state.ours.append(time)
            return True
        if seat in state.asked:
            self._leave_queue(seat)
        return False

    def cancel(self, seat: int, now: float) -> None:
        """End a request that never reached the service, so that it is not counted."""
        if self.release(seat, now):
            self.state.ours.pop()

    def observe(
        self,
        now: float,
        *,
        seat: int | None = None,
        limit: int | None = None,
        remaining: int | None = None,
        reset_after: float | None = None,
        window: float | None = None,
    ) -> None:
        """Take the rate limit's headers from the response to the request of `seat`, before it is released.

        What the service counts beyond our own was sent by others. Our requests on their way may be
        in its count or not: with any of them out the number of others is only ever raised. Requests of ours that
        stopped counting since this one left may be in its count, too.
        """
        time, state = self._advance(now), self.state
        if limit is not None and limit > 0:
            state.limit = min(limit, _HIGHEST_LIMIT)
        if window is not None and self._period < window <= LONGEST_HOLD:
            state.seconds = window
        if remaining is not None:
            used = self._allowed - min(max(remaining, 0), self._allowed)
            left = state.flying.get(seat, time) if seat is not None else time
            late = len(state.gone) - bisect_right(state.gone, left)
            others = max(0, used - len(state.ours) - len(state.flying) - late)
            self._count_others(others, time, exact=len(state.flying) <= 1)
            # Of our own requests it is known when they stop counting, and better than in the whole seconds of headers.
            if remaining <= 0 and others > 0 and reset_after is not None:
                state.hold = max(state.hold, time + min(reset_after, self._period))
        if remaining is not None and remaining * _SCARCE <= self._allowed:
            # Others race us to the last of them, and see us as late as we see them.
            state.careful = state.careful or bool(state.others)
        elif state.probe is not None:
            state.careful = False
        state.heard = time

    def refused(self, now: float, retry_after: float) -> None:
        """Let nobody leave for `retry_after` seconds (an hour at most), and then one alone first."""
        time = self._advance(now)
        self.state.hold = max(self.state.hold, time + min(retry_after, LONGEST_HOLD))
        self.state.careful = self.state.overruled = True

    def held(self, now: float) -> float:
        """Return how long the service still wants nobody to leave, in seconds."""
        time = self._advance(now)
        return max(0.0, self.state.hold - time)

    def idle(self, now: float) -> bool:
        """Whether nothing is remembered that a new window would not know."""
        time, state = self._advance(now), self.state
        return not (state.queue or state.flying or state.ours or state.others or time < state.hold)

    def idle_from(self) -> float:
        """When it will be idle at the latest, if nobody asks any more."""
        return max(self.state.hold, self.state.time + LONGEST_FLIGHT + self._period)

    def forget_seats(self) -> None:
        """Take all requests on their way for answered, and empty the queue: whoever had the seats is gone."""
        state = self.state
        state.ours += [state.time] * len(state.flying)
        state.queue, state.asked, state.flying, state.probe = [], {}, {}, None

    def _position(self, seat: int, time: float) -> int:
        """How many wait before this one, which asks now. It enters the queue where it isn't there."""
        state = self.state
        position = bisect_left(state.queue, seat)
        if state.asked.pop(seat, None) is None:
            state.queue.insert(position, seat)
        state.asked[seat] = time
        return position

    def _leave_queue(self, seat: int) -> None:
        del self.state.asked[seat]
        del self.state.queue[bisect_left(self.state.queue, seat)]

    def _has_room(self, position: int, time: float) -> bool:
        state = self.state
        free = self.limit - len(state.ours) - len(state.flying)
        others = 0 if state.overruled else len(self._in_our_way(state.others))
        if state.careful:
            return position == 0 and time >= state.next_probe and others < free
        return position < free - others

    def _turn(self, position: int, time: float) -> float:
        """Return when the request at `position` may leave, if all before it leave when they may."""
        state = self.state
        rounds, place = divmod(position, self.limit)
        # What is on its way holds its seat from the response on, which comes now at the earliest.
        others = () if state.overruled and position == 0 else self._in_our_way(state.others)
        held = [*sorted([*state.ours, *others]), *[time] * len(state.flying)]
        index = len(held) + place - self.limit
        first = held[index] + self._period if index >= 0 else time
        return max(first, state.hold) + rounds * self._period

    def _in_our_way(self, others: list[float]) -> list[float]:
        """Those requests of others that leave us less than `most`."""
        return others[max(0, self._allowed - self.limit) :]

    def _count_others(self, others: int, time: float, *, exact: bool) -> None:
        known = self.state.others
        if exact:
            del known[: max(0, len(known) - others)]
        # When they were sent is not known, but for after what we heard last: spread them over it.
        since = max(self.state.heard, time - self._period)
        missing = others - len(known)
        known += [since + (time - since) * number / missing for number in range(1, missing + 1)]

    def _advance(self, now: float) -> float:
        """The time, with what counts no more forgotten."""
        if now < self.state.time - self._period:
            self.state = State(limit=self.state.limit, seconds=self.state.seconds, seats=self.state.seats)
        state = self.state
        # A little earlier than the last is another thread that read the clock before it got here.
        time = state.time = max(now, state.time)
        for seat in _older(state.flying, time, LONGEST_FLIGHT):
            del state.flying[seat]
            state.ours.append(time)
        for seat in _older(state.asked, time, _LONGEST_SILENCE):
            self._leave_queue(seat)
        for stamps in (state.ours, state.others):
            old = bisect_right(stamps, time, key=lambda stamp: stamp + self._period)
            if stamps is state.ours:
                state.gone += [stamp + self._period for stamp in stamps[:old]]
            del stamps[:old]
        del state.gone[: bisect_right(state.gone, time - _LONGEST_LAG)]
        return time


def _older(times: dict[int, float], time: float, age: float) -> list[int]:
    """The seats whose time is `age` seconds ago or more; `times` is in order."""
    old = []
    for seat, then in times.items():
        if then + age > time:
            break
        old.append(seat)
    return old
