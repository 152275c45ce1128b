"""How long to wait before submitting again while the workspace has as many active jobs as its plan allows.

The service documents the error (documentation, "Errors"), not how to wait for a slot: all values are choices of this
client. Nothing here waits or reads a clock.
"""

from __future__ import annotations

import attrs

FIRST_PAUSE = 2.0
LONGEST_PAUSE = 30.0
_GROWTH = 1.5

LAST_TRY = 1.0
"""How long before the deadline the last try is made, in seconds, so that its response can still arrive."""


@attrs.frozen
class SlotWait:
    """A wait for a job slot: `timeout` as the caller gave it, in seconds, and the monotonic time that it ends at."""

    timeout: float | None
    deadline: float | None


def slot_pause(
    tries: int,
    *,
    jitter: float,
    asked: float | None = None,
    remaining: float | None = None,
    longest: float = float("inf"),
) -> float | None:
    """Return the pause before the next try, in seconds, or None if there is no time for one.

    `tries` counts the refusals so far. The pause grows from 2 s to 30 s, and is up to a quarter shorter at random, so
    that programs which wait together don't try together; `jitter` is a random number in [0, 1). `remaining` is the time
    to the deadline, in seconds, None without one. A pause that the service `asked` for is never shortened; without a
    deadline, it may be `longest` seconds.

    >>> [round(slot_pause(tries, jitter=0.0), 2) for tries in (1, 2, 3, 100)]
    [2.0, 3.0, 4.5, 30.0]
    """
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * _GROWTH ** min(tries - 1, 64)) * (1 - jitter / 4)
    asked = asked or 0.0
    if remaining is None:
        if asked > longest:
            return None
    else:
        last = remaining - LAST_TRY
        if last <= 0 or asked > last:
            return None
        pause = min(pause, last)
    return max(pause, asked)
