"""Requests of a batch that run at the same time: in tasks of the event loop, or in threads in the sync client.

They are started, and their outcomes are taken, in one place, so what decides on them needs no lock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

import attrs

from .blocking import spawn

T = TypeVar("T")


@attrs.frozen
class TaskEnd(Generic[T]):
    """How a task ended: with a value, or with an exception."""

    tag: T
    value: Any = None
    error: BaseException | None = None


Done = Callable[[TaskEnd[Any]], Any]
"""A tag that acts on the outcome."""


class _Tasks(Generic[T]):
    """What both crews know of their tasks: how those ended that were not taken yet, and which are waited for.

    An interrupt may come between any two steps. So an outcome stays until `taken`, when it has been acted on.
    """

    def __init__(self) -> None:
        self._ended: deque[tuple[int, TaskEnd[T]]] = deque()
        self._waited: set[int] = set()
        self._begun = 0

    @property
    def busy(self) -> bool:
        """Whether a task that is waited for at the end has an outcome that wasn't taken yet."""
        return bool(self._waited)

    def taken(self) -> None:
        """Forget the outcome that `next` returned."""
        self._waited.discard(self._ended[0][0])
        self._ended.popleft()


class Crew(_Tasks[T]):
    """Tasks in threads. Those that are left at the end are not waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._event = threading.Event()

    def start(self, tag: T, task: Callable[[], Any], *, waits: bool = True) -> None:
        """Start a task; `tag` says in its outcome which it was. One that is not waited for may be left at the end."""
        number = self._begun = self._begun + 1
        thread = threading.Thread(
            target=self._run, args=(number, tag, task), name="proteiniq-batch", daemon=True
        )
        try:
            if waits:
                self._waited.add(number)
            thread.start()
        except BaseException:
            if thread.ident is None:  # it has not begun
                self._waited.discard(number)
            raise

    def next(self, seconds: float | None) -> TaskEnd[T] | None:
        """Wait for the next task to end, at most so long. Returns None if none has."""
        while not self._ended:
            self._event.clear()
            if not self._ended and not self._event.wait(None if seconds is None else max(0.0, seconds)):
                return None
        return self._ended[0][1]

    def close(self) -> None:
        """Leave the tasks that are still running."""

    def shielded(self, step: Callable[[], object]) -> None:
        """Make a step, also after an interrupt; a second interrupt cuts it short."""
        step()

    def _run(self, number: int, tag: T, task: Callable[[], Any]) -> None:
        try:
            outcome = TaskEnd(tag, task())
        except BaseException as error:
            outcome = TaskEnd(tag, error=error)
        self._ended.append((number, outcome))
        self._event.set()


class AsyncCrew(_Tasks[T]):
    """Tasks of the event loop, which end with the crew."""

    def __init__(self) -> None:
        from anyio import Event

        super().__init__()
        self._event = Event
        self._news = Event()
        self._cancels: dict[int, Callable[[], object]] = {}

    def start(self, tag: T, task: Callable[[], Awaitable[Any]], *, waits: bool = True) -> None:
        """Start a task; `tag` says in its outcome which it was. One that is not waited for may be left at the end."""
        number = self._begun = self._begun + 1
        self._cancels[number] = spawn(lambda: self._run(number, tag, task))
        if waits:
            self._waited.add(number)

    async def next(self, seconds: float | None) -> TaskEnd[T] | None:
        """Wait for the next task to end, at most so long. Returns None if none has."""
        from anyio import move_on_after

        with move_on_after(None if seconds is None else max(0.0, seconds)):
            while not self._ended:
                self._news = self._event()
                await self._news.wait()
        return self._ended[0][1] if self._ended else None

    async def close(self) -> None:
        """Cancel the tasks that are still running, and wait until they have ended."""
        from anyio import CancelScope
        from anyio.lowlevel import checkpoint

        with CancelScope(shield=True):
            await checkpoint()  # lets each task begin: one that has not would not note that it was cancelled
            for cancel in list(self._cancels.values()):
                cancel()
            while self._cancels:
                self._ended.clear()
                await self.next(None)

    async def shielded(self, step: Callable[[], Awaitable[object]]) -> None:
        """Make a step that a cancellation must not cut short."""
        from anyio import CancelScope

        with CancelScope(shield=True):
            await step()

    async def _run(self, number: int, tag: T, task: Callable[[], Awaitable[Any]]) -> None:
        try:
            outcome = TaskEnd(tag, await task())
        except BaseException as error:
            outcome = TaskEnd(tag, error=error)
            if not isinstance(error, Exception):  # it was cancelled
                raise
        finally:
            del self._cancels[number]
            self._ended.append((number, outcome))
            self._news.set()
