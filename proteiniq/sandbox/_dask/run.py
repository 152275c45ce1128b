"""One start of a job on a cluster. The supervisor polls it; all else happens on the event loop of the runner."""

from __future__ import annotations

import asyncio
import logging
import queue
import secrets
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from .. import _lease
from .._errors import OUT_OF_SPACE, is_full
from .._folder import open_private
from .._runs import Ended, Lost, Order, Progress
from .._space import OUT_OF_SPACE_CODE, Problem
from .attempt import Attempt, Execution
from .fetch import Damaged, Read, fetch

log = logging.getLogger("proteiniq.sandbox")

KILLED = Ended(None, -9)


class DaskRun:
    """A job that waits for a worker, or has one."""

    def __init__(
        self,
        folder: Path,
        order: Order,
        lease_s: float,
        *,
        kill: Callable[[DaskRun], object],
        done: Callable[[DaskRun], object],
    ) -> None:
        self.name = f"{order.job}.{order.tries}.{secrets.token_hex(4)}"
        self.order = order
        self.payload = (folder / "job.json").read_text(encoding="utf-8")
        self.attempt = Attempt(lease_s)
        self.not_before = 0.0
        """When it may be given to Dask again."""
        self.future: Any = None
        self.workers: frozenset[str] = frozenset()
        """Those that Dask may choose from."""
        self.log_bytes = 0
        self.done = False
        self._folder = folder
        self._kill = kill
        """Called from any thread."""
        self._done = done
        """Called on the event loop, after the end."""
        self._news: queue.SimpleQueue[Progress | Ended | Lost] = queue.SimpleQueue()
        self._percent: float | None = None
        self._fetching: asyncio.Task[None] | None = None
        open_private(folder / "log").close()

    # For the supervisor

    def poll(self, timeout: float) -> Progress | Ended | Lost | None:
        try:
            return self._news.get(timeout=max(timeout, 0.001))
        except queue.Empty:
            return None

    def kill(self) -> None:
        self._kill(self)

    def end(self) -> None:
        self.kill()
        while not isinstance(self._news.get(), (Ended, Lost)):
            pass

    # On the event loop

    def unwant(self) -> None:
        """Nobody wants it any more. If no worker has it, that is its end."""
        self.attempt.wanted = False
        if self.attempt.holder is None:
            self.finish(KILLED)

    def finish(self, news: Ended | Lost) -> None:
        """Tell the supervisor how it ended. Nothing of it runs any more."""
        if not self.done:
            self.done = True
            if self._fetching is not None:
                self._fetching.cancel()
            self._news.put(news if self.attempt.wanted else KILLED)
            self._done(self)

    def lose(self, reason: str) -> None:
        self.finish(Lost(reason))

    def report(self, report: Mapping[str, Any], read: Read, storage: str | None) -> None:
        """What the execution that has it says."""
        if self.done:
            return
        start, data = report["log"]
        if data:
            try:
                with open_private(self._folder / "log") as file:
                    file.write((b"\n[...]\n" if start > self.log_bytes else b"") + data)
            except OSError:  # On a full disk the job fails, if at all, when its files are brought here.
                log.warning("the log of job %s can't be written", self.order.job, exc_info=True)
            self.log_bytes = start + len(data)
        if report["percent"] not in (None, self._percent):
            self._percent = report["percent"]
            self._news.put(Progress(report["percent"]))
        if report["end"] is not None and self._fetching is None:
            self._fetching = asyncio.create_task(self._end(report["end"], read, storage))

    async def _end(self, end: Mapping[str, Any], read: Read, storage: str | None) -> None:
        try:
            ended = Ended(end["outcome"], end["exit_code"], _problem(end["stopped"]))
            whole = await self._fetched(end, read, storage)
        except Exception as error:
            log.exception("the files of job %s could not be brought here", self.order.job)
            self._fetching = None
            if is_full(error):
                self.finish(Ended(None, 0, (OUT_OF_SPACE_CODE, OUT_OF_SPACE)))
            else:
                self.lose("Its files could not be brought from its worker.")
            return
        self._fetching = None
        if whole:
            self.finish(ended)
        else:
            self.lose("Its worker was lost before its files were brought here.")

    async def _fetched(self, end: Mapping[str, Any], read: Read, storage: str | None) -> bool:
        try:
            return await fetch(end, self._folder, read, storage)
        except Damaged:
            log.warning("files of job %s were damaged on the way; they are brought again", self.order.job)
            return await fetch(end, self._folder, read, storage)

    def holds(self, execution: Execution) -> bool:
        return self.attempt.holder == execution

    def is_over(self) -> bool:
        """Whether a worker had it, and nothing of it can run any more because the worker didn't hear from here."""
        return self.attempt.holder is not None and _lease.clock() >= self.attempt.over


def _problem(stopped: Any) -> Problem | None:
    return None if stopped is None else (stopped[0], stopped[1])


def reading(call: Callable[..., Awaitable[Any]], run: DaskRun, execution: Execution, pause: float) -> Read:
    """Read pieces of files of an execution, again after a failure, for as long as it may still be there."""

    async def read(name: str, offset: int, size: int) -> bytes | None:
        while True:
            try:
                data = await call("piece", execution=execution.id, name=name, offset=offset, size=size)
            except (OSError, TimeoutError):
                if run.is_over():
                    return None
                await asyncio.sleep(pause)
            else:
                return data if isinstance(data, bytes) else None

    return read
