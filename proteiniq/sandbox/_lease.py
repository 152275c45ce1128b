"""Leases: how long a process goes on without hearing from the sandbox, and when the sandbox may take it for ended.

The holder of a lease states its clock, and the sandbox repeats that in its next message. Only then may the holder go on
for `seconds` from what it had stated. The sandbox heard that later than it was said, so however long messages take,
nothing runs `seconds` after the sandbox has heard it. The two clocks need not agree, only run at about the same rate.
"""

from __future__ import annotations

import time

_DRIFT = 0.05
_GRACE_S = 1.0


def clock() -> float:
    """A clock that only moves forward, in seconds, also while the machine is suspended where the system can tell."""
    known = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if known is None else time.clock_gettime(known)


def over(heard: float, seconds: float) -> float:
    """When nothing runs any more under a lease of `seconds` that repeats what was heard at `heard`."""
    return heard + seconds * (1 + _DRIFT) + _GRACE_S
