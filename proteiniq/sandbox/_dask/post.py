"""What a Dask worker answers to the sandbox: news of its executions, pieces of their files, and the end of them.

`work` is the task. `install` makes a worker answer; the sandbox calls it when it first sees the worker. Functions that
Dask calls on its event loop don't block: what reads files or waits runs in a thread.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .. import _lease
from .execution import Execution, Grant, sweep

log = logging.getLogger("proteiniq.sandbox")

HANDLER = "proteiniq-sandbox"
"""The name under which a worker answers."""

_PROCESS = secrets.token_hex(8)
_GONE_S = 10.0


class Post:
    """The executions of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._executions: dict[str, Execution] = {}
        self._version = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def open(self, server: str, attempt: str, lease_s: float, base: Path) -> Execution:
        execution = Execution(server, attempt, lease_s, base, self.changed)
        with self._lock:
            self._executions[execution.id] = execution
        return execution

    def close(self, execution: Execution) -> None:
        with self._lock:
            del self._executions[execution.id]
        self.changed()

    def changed(self) -> None:
        """Wake whoever waits for news."""
        with self._lock:
            self._version += 1
            waiting, self._waiting = self._waiting, set()
        for loop, event in waiting:
            loop.call_soon_threadsafe(event.set)

    async def news(
        self,
        server: str,
        process: str,
        version: int,
        said: float,
        held: list[str],
        logs: Mapping[str, int],
        wait: float,
    ) -> dict[str, Any]:
        """The executions of a sandbox, as soon as something is new, at the latest after `wait` seconds.

        `said` repeats the clock of the last news to the executions in `held`. `logs` says how much of their
        logs is known.
        """
        # The clock of another process means nothing here.
        for execution in self._of(server) if process == _PROCESS else ():
            if execution.id in held or execution.state == "asking":
                execution.hears(said)
        await self._change(version, wait)
        return await asyncio.to_thread(self._report, server, logs)

    async def allow(self, execution: str, said: float, **grant: Any) -> bool:
        """Let an execution start. False if it is gone."""
        found = self._executions.get(execution)
        if found is None:
            return False
        found.hears(said)
        found.allow(Grant(**grant))
        return True

    async def end(self, process: str, execution: str) -> bool:
        """End an execution. True if nothing of it is left, False if that takes long or it is another process's."""
        if process != _PROCESS:
            return False
        found = self._executions.get(execution)
        if found is None:
            return True
        await asyncio.to_thread(found.end)
        until = _lease.clock() + _GONE_S
        while True:
            version = self._version
            if found.state == "gone":
                return True
            if (left := until - _lease.clock()) <= 0:
                return False
            await self._change(version, left)

    async def piece(self, execution: str, name: str, offset: int, size: int) -> bytes | None:
        """A piece of a file that the job has left, or None if its execution is gone.

        It is empty where the file can't be read: an error would look like one of the connection.
        """
        found = self._executions.get(execution)
        return None if found is None else await asyncio.to_thread(_read, found.path(name), offset, size)

    async def _change(self, version: int, timeout: float) -> None:
        """Wait until something is newer than `version`."""
        waiting = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            if self._version != version:
                return
            self._waiting.add(waiting)
        try:
            await asyncio.wait_for(waiting[1].wait(), timeout)
        except TimeoutError:
            pass
        finally:
            with self._lock:
                self._waiting.discard(waiting)

    def _of(self, server: str) -> list[Execution]:
        with self._lock:
            return [each for each in self._executions.values() if each.server == server]

    def _report(self, server: str, logs: Mapping[str, int]) -> dict[str, Any]:
        with self._lock:
            version = self._version
        return {
            "process": _PROCESS,
            "version": version,
            "clock": _lease.clock(),
            "executions": {
                each.id: {
                    "attempt": each.attempt,
                    "state": each.state,
                    "percent": each.percent,
                    "log": each.log(logs.get(each.id, 0)),
                    "end": each.end_of_job,
                }
                for each in self._of(server)
            },
        }


_POST = Post()


def _read(path: Path, offset: int, size: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(offset)
            return file.read(size)
    except OSError:
        log.exception("%s can't be read", path)
        return b""


async def answer(what: str, arguments: Mapping[str, Any]) -> Any:
    """A message of the sandbox."""
    return await getattr(_POST, what)(**arguments)


def base_of(worker: Any) -> Path:
    """Where the folders of jobs are on the machine of a worker: beside those of Dask's own data."""
    return Path(worker.local_directory).parent / f"proteiniq-jobs-{os.getuid()}"


async def install(worker: Any) -> str:
    """Let a worker answer, and remove what earlier ones have left. Returns the id of its process."""
    await asyncio.to_thread(sweep, base_of(worker))
    worker.handlers[HANDLER] = answer
    return _PROCESS


def work(server: str, attempt: str, lease_s: float) -> str:
    """The task of one attempt."""
    from distributed import get_worker

    execution = _POST.open(server, attempt, lease_s, base_of(get_worker()))
    try:
        return execution.carry_out()
    finally:
        _POST.close(execution)
