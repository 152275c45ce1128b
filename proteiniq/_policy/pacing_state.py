"""What a `pacing.Window` knows of a rate limit: plain values, which `_wire/pace_file.py` stores for other processes.

The constants are chosen by this project.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeGuard

import attrs

LONGEST_HOLD = 3600.0
"""Maximum pause after a refusal, in seconds, so that one absurd response doesn't block a key forever."""

HEADROOM = 0.005
"""Fraction by which a window is extended, because clocks drift apart."""

SHORTEST = 0.001
"""Minimum sleep before the next claim, in seconds, to avoid busy loops."""

# Higher limits in headers are ignored, which bounds the memory of a window.
HIGHEST_LIMIT = 100_000

# A probe that takes longer, such as an upload, no longer delays the others, in seconds.
PROBE_LAPSES = 5.0

NEVER = float("-inf")

# No machine runs for so many seconds.
_LATEST = 1e12


def _by_seat(times: Mapping[int | str, float]) -> dict[int, float]:
    # The keys are strings in JSON.
    return {int(seat): time for seat, time in times.items()}


@attrs.define(on_setattr=attrs.setters.NO_OP)
class State:
    """The state of a window, as plain values for JSON. Times are monotonic."""

    limit: int | None = None
    """The limit in the service's headers."""
    seconds: float = 0.0
    """Minimum length of the window, from the service's headers."""
    seats: int = 0
    """Number of seats assigned, which is the number of the next one."""
    queue: list[int] = attrs.field(factory=list)
    """The waiting seats, in order."""
    asked: dict[int, float] = attrs.field(factory=dict, converter=_by_seat)
    """Time of the last claim of each waiting seat, the oldest first."""
    flying: dict[int, float] = attrs.field(factory=dict, converter=_by_seat)
    """Seats of requests in flight and when they were sent, the oldest first."""
    ours: list[float] = attrs.field(factory=list)
    """When our own requests completed."""
    gone: list[float] = attrs.field(factory=list)
    """When requests of `ours` expired recently."""
    others: list[float] = attrs.field(factory=list)
    """When other clients probably sent their requests."""
    hold: float = NEVER
    """No request is sent before this time."""
    yields: float = NEVER
    """Before this time, places that become free are left to other clients."""
    careful: bool = False
    """Only one request is in flight at a time, the probe."""
    probe: int | None = None
    next_probe: float = NEVER
    overruled: bool = False
    """The time of a refusal overrides the estimate of other clients."""
    heard: float = NEVER
    """When the headers of a response were last read."""
    time: float = NEVER
    """The latest `now`."""

    def is_possible(self) -> bool:
        """Whether a window can have this state. One that was stored may be damaged, and stop all requests for ever."""
        times = (
            self.heard,
            *self.asked.values(),
            *self.flying.values(),
            *self.ours,
            *self.gone,
            *self.others,
        )
        return (
            _is_time(self.time, _LATEST)
            and all(_is_time(each, self.time + SHORTEST) for each in times)
            and _is_time(self.hold, self.time + LONGEST_HOLD * (1 + HEADROOM))
            and _is_time(self.yields, self.time + LONGEST_HOLD * (1 + HEADROOM))
            and _is_time(self.next_probe, self.time + PROBE_LAPSES)
            and _is_number(self.seconds)
            and 0 <= self.seconds <= LONGEST_HOLD
            and (self.limit is None or (type(self.limit) is int and 0 < self.limit <= HIGHEST_LIMIT))
            and type(self.seats) is int
            and all(type(seat) is int and seat < self.seats for seat in (*self.queue, *self.flying))
            and self.queue == sorted(self.asked)
            and type(self.careful) is type(self.overruled) is bool
        )


def _is_time(value: object, latest: float) -> bool:
    return _is_number(value) and (value == NEVER or -_LATEST <= value <= latest)


def _is_number(value: object) -> TypeGuard[float]:
    return type(value) in (int, float)
