"""Observe each attempt to send a request: the client logs one line and calls every hook.

    def count(details: AttemptDetails) -> None:
        metrics.increment("proteiniq.attempts", status=details.status)

    client = ProteinIQ(hooks=[count])

A hook that is an object with a method `on_pause` is also told before each long pause, with its `PauseDetails`.

The logger is `proteiniq`; it is silent until the application configures logging. An attempt that will be retried and a
long pause are logged at INFO, any other attempt at DEBUG.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import attrs

from ._shown import Shown

log = logging.getLogger("proteiniq")
log.addHandler(logging.NullHandler())


@attrs.frozen(kw_only=True, repr=False)
class AttemptDetails(Shown):
    """One attempt, after it has ended.

    `status` and `code` are those of the response, or `failure` is the reason why there is none (`connect`, `timeout`,
    `read`, …). `number` counts from 1. `duration` is the time from sending to the end of the response, without pacing,
    and `wait` the pause before the next attempt, or None if there won't be one; both are in seconds. `started_at` is
    aware and in UTC.
    """

    operation: str
    method: str
    host: str
    path: str
    status: int | None
    code: str | None
    failure: str | None
    number: int
    started_at: datetime
    duration: float
    wait: float | None
    job_id: str | None
    request_id: str | None

    def __str__(self) -> str:
        ended = f"{self.status} {self.code}" if self.code else str(self.status or self.failure)
        retry = f", retry in {self.wait:.2f} s" if self.wait is not None else ""
        return f"{self.method} {self.path}: {ended} in {self.duration:.3f} s, attempt {self.number}{retry}"


LONG_PAUSE = 5.0
"""Longer pauses are logged and reported to the hooks, in seconds."""


@attrs.frozen(kw_only=True, repr=False)
class PauseDetails(Shown):
    """A pause that begins now, of more than 5 s: for the rate limit, before a retry, or while the service fails.

    `seconds` is how long it will take, as far as is known, and `reason` why. `operation` is what waits: that of a
    request, or `wait`.
    """

    seconds: float
    reason: str
    operation: str
    job_id: str | None

    def __str__(self) -> str:
        job = f" of job {self.job_id}" if self.job_id is not None else ""
        return f"{self.operation}{job}: waiting {self.seconds:.0f} s ({self.reason})"


Hook = Callable[[AttemptDetails], object]
"""Called in the thread or task that sent the request, which waits for it: return quickly."""


def _wanted(hooks: Sequence[Hook], wait: float | None) -> bool:
    """Whether an attempt would be logged or passed to a hook. If not, its details needn't be created."""
    return bool(hooks) or log.isEnabledFor(_level(wait))


def _tell(hooks: Sequence[Hook], details: AttemptDetails) -> None:
    """Log the attempt and call the hooks. An exception in a hook is only logged, since the request may be paid for."""
    log.log(_level(details.wait), "%s", details)
    for hook in hooks:
        _call(hook, hook, details)


def _tell_pause(hooks: Sequence[Hook], details: PauseDetails) -> None:
    """Log a long pause, and call the method `on_pause` of the hooks that have one."""
    log.info("%s", details)
    for hook in hooks:
        on_pause = getattr(hook, "on_pause", None)
        if callable(on_pause):
            _call(hook, on_pause, details)


def _call(hook: Hook, function: Callable[[Any], object], details: AttemptDetails | PauseDetails) -> None:
    try:
        function(details)
    except Exception:
        log.exception("the hook %r failed", hook)


def _level(wait: float | None) -> int:
    return logging.DEBUG if wait is None else logging.INFO
