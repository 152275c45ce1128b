"""Clocks, injected so that tests and benchmarks can replace them."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What both clients use. `monotonic` is in seconds from an arbitrary start; `utcnow` is the wall clock."""

    def monotonic(self) -> float: ...
    def utcnow(self) -> datetime: ...
    def random(self) -> float: ...


class SyncClock(Clock, Protocol):
    """What `ProteinIQ(clock=)` takes: your tests can have time pass without waiting.

    `random`, from 0 to 1, spreads retries.
    """

    def sleep(self, seconds: float) -> None: ...


class AsyncClock(Clock, Protocol):
    """What `AsyncProteinIQ(clock=)` takes."""

    async def sleep(self, seconds: float) -> None: ...


class _Machine:
    """The machine's own clock and random numbers."""

    def monotonic(self) -> float:
        return time.monotonic()

    def utcnow(self) -> datetime:
        return datetime.now(UTC)

    def random(self) -> float:
        return random.random()


class MachineClock(_Machine):
    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class AsyncMachineClock(_Machine):
    async def sleep(self, seconds: float) -> None:
        import anyio  # loaded only once there is an event loop

        await anyio.sleep(seconds)
