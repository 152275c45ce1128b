"""TCP connections of the async client on asyncio.

They receive into one buffer, and go on while a chunk is worked on. anyio's streams, which are for any event loop,
stop and start reading with each chunk, so that a fast download is mostly their own work.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import Any

from .libraries import (
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)
from .sockets import RESPONDED, STALL, is_readable

BUFFER = 1 << 19
"""The most that is received ahead of the reader, in bytes."""

_NO_LIMIT = 1e6
"""Of asyncio for a TLS handshake, in seconds; `start_tls` has its own."""


def is_running() -> bool:
    """Whether the caller is a task of asyncio."""
    try:
        return asyncio.current_task() is not None
    except RuntimeError:
        return False


class AsyncioBackend(AsyncNetworkBackend):
    """Connects to one address, without a time limit. Errors of the system are passed on."""

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> AsyncNetworkStream:
        _, made = await asyncio.get_running_loop().create_connection(AsyncioStream, host, port)
        return made


class AsyncioStream(asyncio.BufferedProtocol, AsyncNetworkStream):
    def __init__(self) -> None:
        self.transport: Any = None
        self._loop = asyncio.get_running_loop()
        self._buffer = memoryview(bytearray(BUFFER))
        self._size = 0
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._is_full = self._is_over = self._is_lost = False
        self._error: Exception | None = None

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.set_write_buffer_limits(0)  # `write` waits until the system has taken everything

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer[self._size :]

    def buffer_updated(self, nbytes: int) -> None:
        self._size += nbytes
        if self._size == BUFFER:
            self._is_full = True
            self.transport.pause_reading()
        _wake(self._reader)

    def eof_received(self) -> None:
        self._is_over = True
        _wake(self._reader)

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over, self._is_lost, self._error = True, True, exc
        _wake(self._reader)
        _wake(self._writer)

    def pause_writing(self) -> None:
        self._writer = self._loop.create_future()

    def resume_writing(self) -> None:
        _wake(self._writer)

    # What httpcore calls.

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._size and not self._is_over:
            self._reader = self._loop.create_future()
            await self._wait_for_data(self._reader, timeout)
        if not self._size and self._error is not None:
            raise ReadError(str(self._error)) from self._error
        size = min(self._size, max_bytes)
        data = bytes(self._buffer[:size])
        self._size -= size
        self._buffer[: self._size] = self._buffer[size : size + self._size]
        if self._is_full:
            self._is_full = False
            self.transport.resume_reading()
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._check_open()
        self.transport.write(buffer)
        waited = 0.0
        while self._writer is not None and not self._writer.done():
            step = STALL if timeout is None else min(STALL, timeout - waited)
            done, _ = await asyncio.wait([self._writer], timeout=step)
            self._check_open()
            waited += step
            if not done and self._size:
                raise WriteError(RESPONDED)
            if not done and timeout is not None and waited >= timeout:
                raise WriteTimeout

    async def aclose(self) -> None:
        if not self._is_lost:  # asyncio fails to abort a transport that closed itself while it was writing
            self.transport.abort()
        await asyncio.sleep(0)

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        plain = self.transport
        try:
            async with asyncio.timeout(timeout):
                self.transport = await self._loop.start_tls(
                    plain, self, ssl_context, server_hostname=server_hostname, ssl_handshake_timeout=_NO_LIMIT
                )
        except BaseException as error:
            plain.abort()
            if isinstance(error, TimeoutError):
                raise ConnectTimeout("the TLS handshake did not end in time") from None
            raise
        self.transport.set_write_buffer_limits(
            high=1, low=0
        )  # with 0, that of TLS pauses with nothing to write
        return self

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks for: the TLS object, and whether an idle connection was closed or got data."""
        if info == "is_readable":
            return self._size > 0 or self._is_over or is_readable(self.transport.get_extra_info("socket"))
        return self.transport.get_extra_info(info)

    def _check_open(self) -> None:
        if self._is_over or self.transport.is_closing():
            raise WriteError(str(self._error or "the connection was closed")) from self._error

    async def _wait_for_data(self, waiting: asyncio.Future[None], timeout: float | None) -> None:
        def end() -> None:
            if not waiting.done():
                waiting.set_exception(ReadTimeout())

        alarm = None if timeout is None else self._loop.call_later(timeout, end)
        try:
            await waiting
        finally:
            if alarm is not None:
                alarm.cancel()


def _wake(waiting: asyncio.Future[None] | None) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
