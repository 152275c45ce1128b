"""Client-side rate limiting: when a request may be sent without a 429.

The service allows 120 requests in 60 s for each key, over all routes, and one read of a job's status
or result in 5 s for each key and job (documentation, "Rate limits"). Other programs may share the
key, so the headers of a response correct what is counted here.

Nothing here waits, reads a clock or takes a lock. A `Window` decides over a `State` of plain values; `Pace`, in
`pace.py`, takes one request through the windows that apply to it. `_wire/pacers.py` keeps the states of a process in
memory, `_wire/pace_file.py` those of several processes in a file. A request claims its seat, sleeps for the returned
time, and claims again, since the response to another request may have changed it.

`now` is `time.monotonic()` in all threads and event loops alike, in seconds. The first three constants are the
service's own, and the others are chosen by this project.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from .pacing_state import HEADROOM, HIGHEST_LIMIT, LONGEST_HOLD, NEVER, PROBE_LAPSES, SHORTEST, State

RATE_LIMIT = 120
RATE_WINDOW = 60.0
JOB_READ_INTERVAL = 5.0

LONGEST_NAP = 5.0
"""Maximum sleep before the next claim, in seconds: the limit may rise, or a request ahead may be abandoned."""

LONGEST_FLIGHT = 600.0
"""Time after which an unreleased request counts as complete, in seconds, because its process has died."""

# A response has the service's count of a little earlier. Our requests that expired meanwhile are remembered for this
# long, in seconds, so that they aren't taken for requests of others.
_LONGEST_LAG = 5.0

# A queued request that hasn't been claimed for this long is abandoned, in seconds.
_LONGEST_SILENCE = 4 * LONGEST_NAP

# With less than a quarter left and other clients active, requests are sent one at a time: in simulation,
# four independent processes are then refused a third as often.
_SCARCE = 4

# While one request is sent as a probe, the others claim again after this, in seconds.
_RECHECK = 0.25


class Window:
    """At most `limit` requests in any `seconds`, in order of reservation.

    A request keeps its seat from when it is sent until `seconds` after its response, because the service may
    count it at any time in between. So no window of the service ever has more than `limit` requests, however
    long they take. A seat that isn't released for a long time is freed, because its process may have died.

    The service's headers correct the limit, and lengthen the window. `most` is never exceeded, since other
    clients may need the rest.

    The clock may stand still or go back. A jump back of less than the window is waited out; after a longer
    one, the clock has been reset, and the state is dropped. Not safe to use from several threads.

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
            raise ValueError(
                "a window must have a limit of 1 or more, a positive length and no negative headroom, "
                f"got {limit}, {seconds} s and {headroom}"
            )
        self.state = state or State()
        self._limit = min(limit, HIGHEST_LIMIT)
        self._most = HIGHEST_LIMIT if most is None else most
        self._seconds = seconds
        self._headroom = headroom

    @property
    def limit(self) -> int:
        """Maximum number of our requests in a window."""
        return min(self._allowed, self._most)

    @property
    def _allowed(self) -> int:
        """Maximum number that the service allows, including those of other clients."""
        return self.state.limit or self._limit

    @property
    def _period(self) -> float:
        return max(self._seconds, self.state.seconds) * (1 + self._headroom)

    def reserve(self, now: float) -> int:
        """Take a seat at the end of the queue, and return its number."""
        time = self._advance(now)
        seat = self.state.seats
        self.state.seats += 1
        self._position(seat, time)
        return seat

    def claim(self, seat: int, now: float) -> float:
        """Return 0.0 and count the request if it may be sent now, or the seconds to wait.

        The wait is an estimate, so claim again after it. An abandoned seat gets its place in the queue back.
        """
        time, state = self._advance(now), self.state
        if seat in state.flying:
            return 0.0
        position = self._position(seat, time)
        if time >= max(state.hold, state.yields) and self._has_room(position, time):
            self._leave_queue(seat)
            state.flying[seat] = time
            if state.careful:
                state.probe, state.next_probe = seat, time + PROBE_LAPSES
                state.overruled = False
            return 0.0
        delay = self._turn(position, time) - time
        return max(delay, _RECHECK if state.careful else SHORTEST)

    def release(self, seat: int, now: float) -> bool:
        """End a request, and return whether it was sent.

        An unsent one leaves the queue and isn't counted. A second call has no effect.
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

    def cancel(self, seat: int, now: float) -> bool:
        """End a request that the service doesn't count, as one that didn't reach it. Returns whether it was sent."""
        is_sent = self.release(seat, now)
        if is_sent:
            self.state.ours.pop()
        return is_sent

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
        """Read the rate-limit headers of the response to the request of `seat`, before it is released.

        Requests that the service counts beyond our own were sent by others. Our other requests in flight may or
        may not be in its count, and so may those that expired since this one was sent, so with any of them the number
        of others is only increased.
        """
        time, state = self._advance(now), self.state
        if limit is not None and limit > 0:
            state.limit = min(limit, HIGHEST_LIMIT)
        if window is not None and self._period < window <= LONGEST_HOLD:
            state.seconds = window
        if remaining is not None:
            used = self._allowed - min(max(remaining, 0), self._allowed)
            left = state.flying.get(seat, time) if seat is not None else time
            late = len(state.gone) - bisect_right(state.gone, left)
            most = max(0, used - len(state.flying) - self._surely_counted(time))
            others = max(0, used - len(state.flying) - len(state.ours) - late)
            self._count_others(others, most if len(state.flying) <= 1 else HIGHEST_LIMIT, time)
            is_used_up = remaining <= 0 and others > 0
            # The expiry of our own requests is known, and more precisely than the whole seconds of headers.
            if is_used_up and reset_after is not None:
                state.hold = max(state.hold, time + min(reset_after, self._period))
            state.yields = self._yields(time) if is_used_up else NEVER
        if remaining is not None and remaining * _SCARCE <= self._allowed:
            # Other clients compete for the remaining ones, and notice our requests with the same delay.
            state.careful = state.careful or bool(state.others)
        elif state.probe is not None:
            state.careful = False
        state.heard = time

    def refused(self, now: float, retry_after: float) -> None:
        """Send no request for `retry_after` seconds (an hour at most), and then a single probe first."""
        time = self._advance(now)
        self.state.hold = max(self.state.hold, time + min(retry_after, LONGEST_HOLD))
        self.state.careful = self.state.overruled = True

    def held(self, now: float) -> float:
        """Return how long no request may be sent because of a refusal, in seconds."""
        time = self._advance(now)
        return max(0.0, self.state.hold - time)

    def idle(self, now: float) -> bool:
        """Whether the state is that of a new window."""
        time, state = self._advance(now), self.state
        return not (state.queue or state.flying or state.ours or state.others or time < state.hold)

    def idle_from(self) -> float:
        """The latest time at which it becomes idle without further requests."""
        return max(self.state.hold, self.state.time + LONGEST_FLIGHT + self._period)

    def forget_seats(self) -> None:
        """Count all requests in flight as complete, and empty the queue: the owners of the seats are gone."""
        state = self.state
        state.ours += [state.time] * len(state.flying)
        state.queue, state.asked, state.flying, state.probe = [], {}, {}, None

    def _position(self, seat: int, time: float) -> int:
        """The position of a seat in the queue, which it enters if necessary. Its claim is recorded."""
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
        """Return when the request at `position` may be sent, if all before it are sent as early as possible."""
        state = self.state
        rounds, place = divmod(position, self.limit)
        # A request in flight keeps its seat until a window after its response, which comes now at the earliest.
        others = () if state.overruled and position == 0 else self._in_our_way(state.others)
        held = [*sorted([*state.ours, *others]), *[time] * len(state.flying)]
        index = len(held) + place - self.limit
        first = held[index] + self._period if index >= 0 else time
        return max(first, state.hold, state.yields) + rounds * self._period

    def _yields(self, time: float) -> float:
        """Return until when to leave places to the other clients, which have used up the limit together with us.

        They probably send as many requests as in the last window, so each place that one of theirs leaves is taken
        again, and asking for it is refused. The larger our share, the more of the coming places are our own, and
        those are worth the wait.
        """
        ours = self.state.ours
        if not ours:
            return NEVER
        share = len(ours) / len(self.state.others)
        return min(ours[0] + self._period, time + share * self._period)

    def _in_our_way(self, others: list[float]) -> list[float]:
        """The requests of others that leave us less than `most`."""
        return others[max(0, self._allowed - self.limit) :]

    def _surely_counted(self, time: float) -> int:
        """The number of our complete requests that the service counts; the headroom keeps them for longer."""
        ours = self.state.ours
        return len(ours) - bisect_right(ours, time - self._period / (1 + self._headroom))

    def _count_others(self, least: int, most: int, time: float) -> None:
        """Record that others have sent at least and at most so many requests in the last window."""
        known = self.state.others
        del known[: max(0, len(known) - most)]
        # They were sent at unknown times since the last headers: spread them over that period.
        since = max(self.state.heard, time - self._period)
        missing = least - len(known)
        known += [since + (time - since) * number / missing for number in range(1, missing + 1)]

    def _advance(self, now: float) -> float:
        """The time, after dropping expired requests."""
        period = self._period
        if now < self.state.time - period:
            self.state = State(limit=self.state.limit, seconds=self.state.seconds, seats=self.state.seats)
        state = self.state
        # Another thread may have read the clock a little earlier.
        time = state.time = max(now, state.time)
        for seat in _older(state.flying, time, LONGEST_FLIGHT):
            del state.flying[seat]
            state.ours.append(time)
        for seat in _older(state.asked, time, _LONGEST_SILENCE):
            self._leave_queue(seat)
        for stamps in (state.ours, state.others):
            # Mostly none has expired, and this is quicker than a search.
            if not stamps or stamps[0] + period > time:
                continue
            old = bisect_right(stamps, time, key=lambda stamp: stamp + period)
            if stamps is state.ours:
                state.gone += [stamp + period for stamp in stamps[:old]]
            del stamps[:old]
        if state.gone:
            del state.gone[: bisect_right(state.gone, time - _LONGEST_LAG)]
        return time


def _older(times: dict[int, float], time: float, age: float) -> list[int]:
    """The seats whose time is at least `age` seconds ago; `times` is in order."""
    old = []
    for seat, then in times.items():
        if then + age > time:
            break
        old.append(seat)
    return old
