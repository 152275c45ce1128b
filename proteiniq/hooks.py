"""What a client tells of each attempt to send a request: one log line, and a call of every hook.

    def count(details: AttemptDetails) -> None:
        metrics.increment("proteiniq.attempts", status=details.status)

    client = ProteinIQ(hooks=[count])

The logger is `proteiniq`; it is silent until the application configures logging. An attempt that is followed by
another is logged at INFO, every other at DEBUG.
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
    """One attempt, after it ended.

    `status` and `code` are those of the answer; `failure` is what went wrong instead of one (`connect`, `timeout`,
    `read`, …). `number` counts from 1. `duration` is from sending to the end of the answer, without pacing, and `wait`
    the pause before the next attempt, None when there is none; both in seconds. `started_at` is aware, in UTC.
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
        again = f", again in {self.wait:.2f} s" if self.wait is not None else ""
        return f"{self.method} {self.path}: {ended} in {self.duration:.3f} s, attempt {self.number}{again}"


Hook = Callable[[AttemptDetails], object]
"""Called in the thread or task that sent the request, while it waits: be quick."""


def wanted(hooks: Sequence[Hook], wait: float | None) -> bool:
    """Whether anyone would hear of an attempt, so that its details need not be made for nobody."""
    return bool(hooks) or log.isEnabledFor(_level(wait))


def tell(hooks: Sequence[Hook], details: AttemptDetails) -> None:
    """Log the attempt and call the hooks. One that raises is logged, and stops nothing: the request may be paid for."""
    log.log(_level(details.wait), "%s", details)
    for hook in hooks:
        try:
            hook(details)
        except Exception:
            log.exception("the hook %r failed", hook)


def _level(wait: float | None) -> int:
    return logging.DEBUG if wait is None else logging.INFO
