"""Turns for connections: how many requests of one client are under way at once, for both clients."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import ConfigurationError
from .failures import WireFailure

if TYPE_CHECKING:
    import anyio

MOST_CONNECTIONS = 32
"""Connections of one client; further requests wait for one of them."""
MOST_STREAMS = 24
"""Event streams of one client: they hold their connections for as long as jobs take, and other requests need some."""


class Permits:
    """A semaphore that never blocks. Safe for threads."""

    def __init__(self, number: int) -> None:
        self._free = threading.Semaphore(number)

    @contextmanager
    def one(self) -> Iterator[bool]:
        """Whether a permit was free; it is held meanwhile."""
        has_one = self._free.acquire(blocking=False)
        try:
            yield has_one
        finally:
            if has_one:
                self._free.release()


class Turns:
    """A number of turns. The queue of httpcore takes time with the square of those who wait in it."""

    def __init__(self, number: int) -> None:
        self._free = threading.Semaphore(number)

    @contextmanager
    def one(self, timeout: float | None) -> Generator[None]:
        """Wait at most `timeout` seconds for a turn, and hold it. Raises WireFailure."""
        if not self._free.acquire(timeout=timeout):
            raise _none_free()
        try:
            yield
        finally:
            self._free.release()

    def check_loop(self) -> None:
        """Threads need no loop."""


class AsyncTurns:
    """A number of turns on the event loop of the first of them, to which the connections belong."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._loop: Any = None
        self._free: anyio.Semaphore | None = None

    @asynccontextmanager
    async def one(self, timeout: float | None) -> AsyncGenerator[None]:
        """Wait at most `timeout` seconds for a turn, and hold it.

        Raises WireFailure, and ConfigurationError on another event loop than before.
        """
        from anyio import Semaphore, WouldBlock, move_on_after  # the sync client needs none of it

        self.check_loop()
        if self._free is None:
            self._free = Semaphore(self._number)
        try:
            self._free.acquire_nowait()
        except WouldBlock:
            with move_on_after(timeout) as scope:
                await self._free.acquire()
            if scope.cancelled_caught:
                raise _none_free() from None
        try:
            yield
        finally:
            self._free.release()

    def check_loop(self) -> None:
        """Raise ConfigurationError on another event loop than before, where connections fail later and less clearly."""
        from anyio.lowlevel import current_token

        loop = current_token()
        if self._loop is None:
            self._loop = loop
        elif self._loop != loop:
            raise ConfigurationError(
                "this async client was used on another event loop before: make one client for each loop "
                "(for each asyncio.run) and close it there, or use the sync client"
            )


def _none_free() -> WireFailure:
    return WireFailure("timeout", "no connection became free", sent=False)
