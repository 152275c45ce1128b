"""Write a download as it arrives: in the event loop, or in a thread if the disk is slow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .._inputs.callbacks import AsyncCallback, Callback
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

    def __init__(self, download: Download, clock: Clock, progress: AsyncCallback) -> None:
        self._download = download
        self._clock = clock
        self._progress = progress
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

    async def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Start with a response. Returns whether to read its body: not if the same file is there already."""
        self._download.begin(status, headers)
        kept = False
        if self._download.may_keep:
            from anyio.to_thread import run_sync

            kept = await run_sync(self._download.keeps, headers)
        if kept or not self._download.size:
            await self._report()
        return not kept

    async def _report(self) -> None:
        try:
            await self._progress(self._download.size, self._download.expected)
        except OSError as error:
            self._download.not_ours(error)
            raise

    async def write(self, chunk: bytes) -> None:
        if self._is_quick:
            started = self._clock.monotonic()
            self._download.write(chunk)
            self._is_quick = self._clock.monotonic() - started < QUICK
            await self._report()
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
        await self._report()

    @staticmethod
    async def finish(download: Download) -> None:
        """Move the complete file to its target; syncing it to disk may take long."""
        from anyio.to_thread import run_sync

        await run_sync(download.finish)


class Writer:
    """Writes chunks as they arrive."""

    def __init__(self, download: Download, clock: Clock, progress: Callback) -> None:
        self._download = download
        self._progress = progress

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *exc_info: object) -> None:
        pass

    def begin(self, status: int, headers: Mapping[str, str]) -> bool:
        """Start with a response. Returns whether to read its body: not if the same file is there already."""
        self._download.begin(status, headers)
        kept = self._download.may_keep and self._download.keeps(headers)
        if kept or not self._download.size:
            self._report()
        return not kept

    def _report(self) -> None:
        try:
            self._progress(self._download.size, self._download.expected)
        except OSError as error:
            self._download.not_ours(error)
            raise

    def write(self, chunk: bytes) -> None:
        self._download.write(chunk)
        self._report()

    @staticmethod
    def finish(download: Download) -> None:
        download.finish()
