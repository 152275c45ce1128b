"""Observe each attempt to send a request: the client logs one line and calls every hook.

    def count(details: AttemptDetails) -> None:
        metrics.increment("proteiniq.attempts", status=details.status)

    client = ProteinIQ(hooks=[count])

The logger is `proteiniq`; it is silent until the application configures logging. An attempt that will be retried is
logged at INFO, any other at DEBUG.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

import attrs

log = logging.getLogger("proteiniq")
log.addHandler(logging.NullHandler())


@attrs.frozen(kw_only=True)
class AttemptDetails:
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


Hook = Callable[[AttemptDetails], object]
"""Called in the thread or task that sent the request, which waits for it: return quickly."""


def _wanted(hooks: Sequence[Hook], wait: float | None) -> bool:
    """Whether an attempt would be logged or passed to a hook. If not, its details needn't be created."""
    return bool(hooks) or log.isEnabledFor(_level(wait))


def _tell(hooks: Sequence[Hook], details: AttemptDetails) -> None:
    """Log the attempt and call the hooks. An exception in a hook is only logged, since the request may be paid for."""
    log.log(_level(details.wait), "%s", details)
    for hook in hooks:
        try:
            hook(details)
        except Exception:
            log.exception("the hook %r failed", hook)


def _level(wait: float | None) -> int:
    return logging.DEBUG if wait is None else logging.INFO
