"""Keep a process of this machine within its limits of time, output and memory, while it is polled."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Protocol

import attrs

from . import _memory
from ._runs import TIMEOUT_CODE, Ended, Limits, Progress
from ._space import Problem, Space

LOOK_S = 0.25
"""Interval between looks at what a job has written and at its memory, in seconds."""

OUT_OF_MEMORY_CODE = "out_of_memory"


class LocalProcess(Protocol):
    """A run whose process is on this machine."""

    @property
    def pid(self) -> int: ...
    def poll(self, timeout: float) -> Progress | Ended | None: ...
    def extend(self, until: float) -> None: ...
    def kill(self) -> None: ...
    def end(self) -> None: ...


class WatchedRun:
    """A run that is ended when it goes past a limit."""

    def __init__(self, run: LocalProcess, folder: Path, limits: Limits) -> None:
        self._run = run
        self._folder = folder
        self._limits = limits
        self._space = Space(limits.output_bytes)
        self._deadline = time.monotonic() + limits.seconds
        self._look = 0.0
        self._stopped: Problem | None = None

    def poll(self, timeout: float) -> Progress | Ended | None:
        until = time.monotonic() + timeout
        while True:
            now = time.monotonic()
            if self._stopped is None and (problem := self._problem(now)):
                self._stopped = problem
                self._run.kill()
            limit = until if self._stopped else min(until, self._deadline, self._look)
            news = self._run.poll(max(limit - now, 0.0))
            if isinstance(news, Ended):
                # What was written since the last look counts too.
                stopped = self._stopped or self._space.problem(self._folder)
                return attrs.evolve(news, stopped=stopped)
            if news is not None:
                return news
            if time.monotonic() >= until:
                return None

    def extend(self, until: float) -> None:
        self._run.extend(until)

    def kill(self) -> None:
        self._run.kill()

    def end(self) -> None:
        self._run.end()

    def _problem(self, now: float) -> Problem | None:
        """Why the job can't go on, or None."""
        limits = self._limits
        if now >= self._deadline:
            message = f"The job ran longer than the {limits.seconds:g} s that {limits.tool} allows."
            return (TIMEOUT_CODE, message)
        if now < self._look:
            return None
        self._look = now + LOOK_S
        if problem := self._space.problem(self._folder):
            return problem
        most = limits.memory_bytes
        if most is not None and _memory.used(self._run.pid, most) > most:
            message = f"The job used more than the {most / 2**20:,.0f} MiB of memory that it may use."
            return (OUT_OF_MEMORY_CODE, message)
        return None
