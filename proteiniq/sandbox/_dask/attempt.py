"""One start of a job, as the sandbox sees it: which execution has it, and when nothing of it runs any more.

Dask starts a task again by itself when it takes its worker for lost, although that worker may only be out of reach. So
a task asks before it starts, and the sandbox allows only one of all executions of an attempt.
"""

from __future__ import annotations

import attrs

from .. import _lease


@attrs.frozen
class Execution:
    """A task that has started on a worker. It runs nothing until it is allowed to."""

    worker: str
    """The worker's address."""
    process: str
    """The worker's process: another one may get the same address later."""
    id: str


@attrs.define
class Attempt:
    lease_s: float
    wanted: bool = True
    holder: Execution | None = None
    over: float = 0.0
    """When nothing of the holder runs any more unless it hears from the sandbox, by the sandbox's clock."""

    def asks(self, execution: Execution, heard: float) -> bool:
        """Whether an execution that asked at `heard` may go on; the first one may."""
        if self.holder is None and self.wanted:
            self.holder = execution
        may = self.wanted and self.holder == execution
        if may:
            self.renews(heard)
        return may

    def renews(self, heard: float) -> None:
        """The holder is about to be told to go on, from what was heard of it at `heard`."""
        self.over = max(self.over, _lease.over(heard, self.lease_s))
