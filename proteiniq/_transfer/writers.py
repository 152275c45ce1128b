"""Write a download as it arrives: in the event loop, or in a thread if the disk is slow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._wire.clock import Clock
from ..errors import ProteinIQError
from .download import Download

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

BLOCK = 1 << 20
"""Bytes written at once in a thread."""

QUICK = 0.05
"""Seconds after which a write is assumed to wait for the disk."""


class AsyncWriter:
    """Writes chunks as they arrive, and in a thread of its own after the first slow write.

    The event loop must not wait for a slow disk; with a fast one, a thread costs more than the write. In the thread,
    one block is written while the next one arrives. After an interrupted transfer the received bytes are written,
    after any other error not.
    """

    def __init__(self, download: Download, clock: Clock) -> None:
        self._download = download
        self._clock = clock
        self._is_quick = True
        self._next: list[bytes] = []
        self._size = 0
        self._thread: Executor | None = None
        self._written: Future[None] | None = None

    async def __aenter__(self) -> AsyncWriter:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None or issubclass(kind, ProteinIQError):
                if self._next:
                    await self._begin_block()
                await self._settle()
        finally:
            if self._thread is not None:
                self._thread.shutdown()

    async def write(self, chunk: bytes) -> None:
        if self._is_quick:
            started = self._clock.monotonic()
            self._download.write(chunk)
            self._is_quick = self._clock.monotonic() - started < QUICK
            self._download.report()
            return
        self._next.append(chunk)
        self._size += len(chunk)
        if self._size >= BLOCK:
            await self._begin_block()

    async def _begin_block(self) -> None:
        await self._settle()
        if self._thread is None:
            from concurrent.futures import ThreadPoolExecutor

            self._thread = ThreadPoolExecutor(1, "proteiniq-download")
        block, self._next, self._size = self._next, [], 0
        self._written = self._thread.submit(self._download.write, *block)

    async def _settle(self) -> None:
        """Wait for the block being written."""
        written, self._written = self._written, None
        if written is None:
            return
        if not written.done():
            from anyio.to_thread import run_sync

            await run_sync(written.exception)
        written.result()
        self._download.report()

    @staticmethod
    async def keeps(download: Download, headers: Mapping[str, str]) -> bool:
        """Whether the file is there already (`Download.keeps`); reading it may take long."""
        if not download.may_keep:
            return False
        from anyio.to_thread import run_sync

        return await run_sync(download.keeps, headers)

    @staticmethod
    async def finish(download: Download) -> None:
        """Move the complete file to its target; syncing it to disk may take long."""
        from anyio.to_thread import run_sync

        await run_sync(download.finish)


class Writer:
    """Writes chunks as they arrive."""

    def __init__(self, download: Download, clock: Clock) -> None:
        self._download = download

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def write(self, chunk: bytes) -> None:
        self._download.write(chunk)
        self._download.report()

    @staticmethod
    def finish(download: Download) -> None:
        download.finish()

    @staticmethod
    def keeps(download: Download, headers: Mapping[str, str]) -> bool:
        return download.keeps(headers)
