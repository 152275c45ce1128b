"""What the supervisor and the runners say to each other: orders, and what becomes of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs

from ._space import Problem

TIMEOUT_CODE = "timeout"


@attrs.frozen
class Limits:
    """How long a job of `tool` may run, in seconds, and how much it may write and hold in memory, in bytes."""

    tool: str
    seconds: float
    output_bytes: int
    memory_bytes: int | None = None


@attrs.frozen
class Order:
    """What a runner has to know of a job besides its folder."""

    job: str
    tries: int
    """How many times the job has been started, this time included."""
    limits: Limits
    resources: Mapping[str, float] = attrs.field(factory=dict)
    """What a worker of a cluster must have free: name → amount."""


@attrs.frozen
class Progress:
    percent: float


@attrs.frozen
class Ended:
    """The process has ended, and so has everything that it started.

    `outcome` is its last message, `{"done": true}` or `{"failed": {"code", "message"}}`, or None if it
    died without one.
    """

    outcome: Mapping[str, Any] | None
    exit_code: int
    """Negative if a signal ended the process."""
    stopped: Problem | None = None
    """Which limit it went past, as code and message of the job's error."""


@attrs.frozen
class Lost:
    """Nothing of the run is left, and nobody knows how it ended: the job may run again."""

    reason: str
    """A sentence."""


class Run(Protocol):
    """A job's process."""

    def poll(self, timeout: float) -> Progress | Ended | Lost | None:
        """The next event, or None after `timeout` seconds. Only one thread may poll."""

    def kill(self) -> None:
        """Kill the process and everything it started; `poll` then returns `Ended`. Call it from any thread."""

    def end(self) -> None:
        """Kill it, and return when it has ended; for a run that can't be polled any more."""


class Runner(Protocol):
    @property
    def slots(self) -> int:
        """How many jobs can run at the same time, now."""

    def unable(self, claimed: Collection[str]) -> Collection[str]:
        """The ids of tools whose jobs have to wait, while jobs of the tools `claimed` run."""

    def start(self, folder: Path, order: Order) -> Run:
        """Start the worker of the job in a folder that contains `job.json`, and keep it within the limits.

        When the run has ended, the folder has its files in `out/`, its `results.json` and its `log`.
        """
