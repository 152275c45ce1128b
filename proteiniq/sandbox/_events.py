"""The event stream of a job, and the notifications that wake it.

The service's documentation doesn't state event names and ids. By our choice, events are unnamed and numbered from 1 in
each stream.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

HEADERS = {
    "Cache-Control": "private, no-cache, no-transform",
    "X-Accel-Buffering": "no",
}


class Changes:
    """Notifies the event streams of a job, which run on the server's loop, that the job changed.

    Any thread may change a job.
    """

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self.closed = False

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def publish(self, job_id: str) -> None:
        """Report that a job has changed or was removed. Call it from any thread."""
        self._on_loop(self._wake, job_id)

    def publish_all(self) -> None:
        """Report that any job may have changed. Call it from any thread."""
        self._on_loop(self._wake_all)

    def close(self) -> None:
        """End every stream soon. Call it from any thread."""
        self.closed = True
        self._on_loop(self._wake_all)

    @contextmanager
    def watch(self, job_id: str) -> Iterator[asyncio.Event]:
        """An event that is set when the job changes. Call it on the loop."""
        changed = asyncio.Event()
        self._watchers.setdefault(job_id, set()).add(changed)
        try:
            yield changed
        finally:
            self._watchers[job_id].discard(changed)
            if not self._watchers[job_id]:
                del self._watchers[job_id]

    def _on_loop(self, callback: Callable[..., None], *arguments: Any) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # A closed loop has no streams to wake.
                self._loop.call_soon_threadsafe(callback, *arguments)

    def _wake(self, job_id: str) -> None:
        for changed in self._watchers.get(job_id, ()):
            changed.set()

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for changed in watchers:
                changed.set()


async def stream(
    job_id: str,
    read: Callable[[], tuple[Mapping[str, Any], bool] | None],
    changes: Changes,
    heartbeat: float,
) -> AsyncIterator[str]:
    """Yield the current job, then the job after each change until it has ended, with comments in between.

    `read` returns the job resource and whether it has ended, or None if the job is gone.
    """
    sent: Mapping[str, Any] | None = None
    number = 0
    with changes.watch(job_id) as changed:
        while True:
            # Cleared before the job is read, so that a change after the read wakes the wait below.
            changed.clear()
            found = read()
            if found is None:
                return
            job, ended = found
            if job != sent:
                number += 1
                sent = job
                yield f"id: {number}\ndata: {json.dumps(job, separators=(',', ':'))}\n\n"
            if ended or changes.closed:
                return
            try:
                async with asyncio.timeout(heartbeat):
                    await changed.wait()
            except TimeoutError:
                yield ": heartbeat\n\n"
