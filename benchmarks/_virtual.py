"""An event loop whose time passes only while nobody does anything, and a clock of it.

    run(main)

A wait of any length takes no time. What the client would do in a thread, such as waiting for the disk, is done in the
loop, so each run is the same.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from unittest import mock

import anyio.to_thread

T = TypeVar("T")

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
"""The wall clock at the start of a loop, whose time is 0 then."""


class _Selector(selectors.DefaultSelector):
    """Lets time pass instead of waiting."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if timeout is None:
            raise RuntimeError("nothing is going to happen any more")
        self.loop.now += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time is virtual, in seconds from 0."""

    def __init__(self) -> None:
        self.now = 0.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


async def _at_once(step: Callable[..., T], *given: Any, **options: Any) -> T:
    await asyncio.sleep(0)
    return step(*given)


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine function in virtual time."""
    with (
        mock.patch.object(anyio.to_thread, "run_sync", _at_once),
        asyncio.Runner(loop_factory=VirtualLoop) as runner,
    ):
        return runner.run(main())


class VirtualClock:
    """The clock of the loop, for `AsyncProteinIQ(clock=)`."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def utcnow(self) -> datetime:
        return EPOCH + timedelta(seconds=self.monotonic())

    def random(self) -> float:
        return self._random.random()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
