"""How a download goes on after it was cut, and when a result that is late is asked for again.

The decisions are functions of what is known, like those of `retry` for single requests, and the figures are those of
the same `RetryPolicy`. Which statuses mean an expired URL is a choice of this project: none is stated.
"""

from __future__ import annotations

import attrs

from ..models import JobStatus
from .polling import poll_interval
from .retry import GiveUp, RetryPolicy, Wait

EXPIRED = (400, 403, 410)
"""Statuses with which storage refuses a signed URL that has expired."""

OUT_OF_RANGE = 416
"""A part was asked for that is not there (RFC 9110): the file has become shorter."""


@attrs.frozen
class Restart:
    """Wait for some seconds, then download from the start: what is there is not, or may not be, a part of the file."""

    seconds: float


@attrs.frozen
class Renew:
    """Get a new signed URL, then go on from what is there."""


@attrs.frozen(kw_only=True)
class Cut:
    """One attempt of a download that did not bring the whole file, and what is known of it.

    `status` is that of an error response; `may_pass` says whether the same request may succeed later; `spoiled` that
    what came, or what is there, is not a part of the file. `retry_after` is the wait that the storage asks for.
    """

    status: int | None = None
    may_pass: bool = True
    spoiled: bool = False
    retry_after: float | None = None


def resume(
    cut: Cut, *, failures: int, renewed: bool, policy: RetryPolicy, jitter: float
) -> Wait | Restart | Renew | GiveUp:
    """Return what follows a cut download; after a `Wait` it goes on from what is there.

    `failures` counts the attempts in a row that brought nothing, this one included. `renewed` says that the URL was
    renewed since anything came. `jitter` is a random number in [0, 1).

    >>> resume(Cut(status=503), failures=1, renewed=False, policy=RetryPolicy(), jitter=0.5)
    Wait(seconds=0.25, reason='503')
    >>> resume(Cut(status=403, may_pass=False), failures=1, renewed=False, policy=RetryPolicy(), jitter=0.5)
    Renew()
    """
    if cut.status in EXPIRED:
        return GiveUp("final") if renewed else Renew()
    restart = cut.spoiled or cut.status == OUT_OF_RANGE
    if not (restart or cut.may_pass):
        return GiveUp("final")
    if failures > policy.max_retries:
        return GiveUp("attempts")
    asked = cut.retry_after or 0.0
    if asked > policy.max_retry_after:
        return GiveUp("retry_after", asked)
    seconds = max(asked, jitter * policy.backoff(failures))
    return Restart(seconds) if restart else Wait(seconds, str(cut.status or "cut"))


def late_result(
    status: JobStatus, *, reads: int, retry_after: float | None, now: float, give_up: float
) -> Wait | GiveUp:
    """Return when to read the result of a job that has ended again: its status may be ahead of its result.

    `reads` counts the reads so far, `give_up` is the monotonic time at which nobody waits any longer.
    """
    pause = max(retry_after or 0.0, poll_interval(status, reads))
    return GiveUp("deadline", pause) if now + pause >= give_up else Wait(pause, "late result")
