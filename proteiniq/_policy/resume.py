"""How an interrupted download resumes, also with a new URL, and when a late result is read again.

Like those in `retry`, the decisions are pure functions, and they use the same `RetryPolicy`. The service doesn't
document which statuses mean an expired URL, so `EXPIRED` is a choice of this client.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from ..models import JobStatus, ResultFileInfo
from .polling import LAST_LOOK, READ_INTERVAL, poll_interval
from .retry import GiveUp, RetryPolicy, Wait

EXPIRED = (400, 403, 410)
"""The statuses of storage for a signed URL that has expired."""

OUT_OF_RANGE = 416
"""The requested range does not exist (RFC 9110): the file has become shorter."""


@attrs.frozen
class Restart:
    """Wait for `seconds`, then download from the start: the received bytes may not be a part of the file."""

    seconds: float


@attrs.frozen
class Renew:
    """Get a new signed URL, then resume after the received bytes."""


@attrs.frozen(kw_only=True)
class Cut:
    """A download attempt that did not complete the file.

    `status` is the status of an error response. `may_pass` is true if the same request may succeed later. `spoiled` is
    true if the received bytes are not a part of the file. `retry_after` is the wait that storage asks for, in seconds.
    """

    status: int | None = None
    may_pass: bool = True
    spoiled: bool = False
    retry_after: float | None = None


def resume(
    cut: Cut, *, failures: int, renewed: bool, policy: RetryPolicy, jitter: float
) -> Wait | Restart | Renew | GiveUp:
    """Return what to do after an interrupted download; after a `Wait` it resumes after the received bytes.

    `failures` counts the attempts in a row that received nothing, including this one. `renewed` is true if the URL was
    renewed and nothing was received since. `jitter` is a random number in [0, 1).

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
    requested = cut.retry_after or 0.0
    if requested > policy.max_retry_after:
        return GiveUp("retry_after", requested)
    seconds = max(requested, jitter * policy.backoff(failures))
    return Restart(seconds) if restart else Wait(seconds, str(cut.status or "cut"))


def late_result(
    status: JobStatus, *, reads: int, retry_after: float | None, now: float, give_up: float
) -> Wait | GiveUp:
    """Return when to read the result of an ended job again: a result may become available after its job's status.

    `reads` counts the reads so far; `give_up` is the monotonic time to stop at. The last read is just before it. Only a
    wait that the service asks for ends it earlier, with the time `needed`.
    """
    left = give_up - now
    if retry_after is not None and retry_after >= left:
        return GiveUp("deadline", retry_after)
    pause = max(retry_after or 0.0, min(poll_interval(status, reads), left - LAST_LOOK))
    return GiveUp("deadline") if pause < READ_INTERVAL else Wait(pause, "late result")


def renewed_file(
    info: ResultFileInfo, fresh: Sequence[ResultFileInfo], *, nth: int, count: int
) -> ResultFileInfo | None:
    """Return the same file in a fresh result, None if that is uncertain.

    The name isn't enough, since several files may have it. The key or the path of the URL tells them apart, or else
    their order: `nth` counts from 0 among the `count` files that had this name.
    """
    named = [each for each in fresh if each.name == info.name]
    keyed = [each for each in named if info.key is not None and each.key == info.key]
    stored = [each for each in named if _place(each) == _place(info)]
    for same in (keyed, stored):
        if len(same) == 1:
            return same[0]
    return named[nth] if len(named) == count else None


def _place(info: ResultFileInfo) -> str:
    """Return where a file is stored: its URL without the signature."""
    return (info.url or "").partition("?")[0]
