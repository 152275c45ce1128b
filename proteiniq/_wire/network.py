"""Network streams that keep to the deadline of a request, which bounds every connect, TLS handshake, read and write.

A stream takes the deadline of the request that is written to it, and keeps it for the reads of the response.
"""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from typing import Any

from .addresses import connect_async, look_up_async
from .libraries import (
    AsyncNetworkBackend,
    AsyncNetworkStream,
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkStream,
    ReadError,
    ReadTimeout,
    WriteError,
    WriteTimeout,
)
from .total_timeout import Deadline, current

PIECE = 1 << 16
"""The most that is written with one timeout, in bytes: a slow upload goes on while this much moves in that time."""

_MOST_UNSENT = 1 << 17

READ = 1 << 18
"""The least that is read at once, in bytes. httpcore asks for 64 KiB, and then a download is mostly its own work."""


def _within(deadline: Deadline | None, timeout: float | None, over: type[Exception]) -> float | None:
    """The timeout of a step. Raises `over` when the deadline has passed."""
    if deadline is None:
        return timeout
    left = deadline.left()
    if left <= 0:
        raise over("the request took longer than its total timeout")
    return left if timeout is None else min(timeout, left)


class _As:
    """Raises an exception of httpcore for an error of the system, of TLS, of a port or of a host name.

    httpcore's own streams pass on the ssl.SSLError of a damaged TLS record, an OverflowError of a port and a
    UnicodeError of a host name; ours pass on all of these.
    """

    def __init__(self, kind: type[Exception]) -> None:
        self._kind = kind

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        if isinstance(error, (OSError, ValueError, OverflowError)):
            raise self._kind(str(error)) from error


_connecting, _reading, _writing = _As(ConnectError), _As(ReadError), _As(WriteError)


def _keep_little_unsent(sock: Any) -> None:
    """Systems buffer megabytes of an upload. That would hide for long whether a slow one still moves."""
    if sock is not None:
        with suppress(OSError, AttributeError):  # Windows lacks it, and some systems in containers
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _MOST_UNSENT)


class Backend(NetworkBackend):
    """Connects with streams that keep to the deadline."""

    def __init__(self, backend: NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> NetworkStream:
        within = _within(current.get(), timeout, ConnectTimeout)
        with _connecting:
            stream = self._backend.connect_tcp(host, port, within, *args, **options)
        _keep_little_unsent(stream.get_extra_info("socket"))
        return Stream(stream)


class Stream(NetworkStream):
    def __init__(self, stream: NetworkStream) -> None:
        self._stream = stream
        self._deadline: Deadline | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        within = _within(self._deadline, timeout, ReadTimeout)
        with _reading:
            return self._stream.read(max(max_bytes, READ), within)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._deadline = current.get() if buffer else self._deadline
        for start in range(0, len(buffer), PIECE):
            within = _within(self._deadline, timeout, WriteTimeout)
            with _writing:
                self._stream.write(buffer[start : start + PIECE], within)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        within = _within(current.get(), timeout, ConnectTimeout)
        with _connecting:
            return Stream(self._stream.start_tls(ssl_context, server_hostname, within))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class AsyncBackend(AsyncNetworkBackend):
    """Connects with streams that keep to the deadline."""

    def __init__(self, backend: AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> AsyncNetworkStream:
        within = _within(current.get(), timeout, ConnectTimeout)
        with _connecting:
            stream = await self._backend.connect_tcp(host, port, within, *args, **options)
        _keep_little_unsent(stream.get_extra_info("socket"))
        return AsyncStream(stream)


class AsyncAddresses(AsyncNetworkBackend):
    """Connects to the first address of a host that accepts; `timeout` is for the look-up and all of them."""

    def __init__(self, backend: AsyncNetworkBackend) -> None:
        self._backend = backend

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, *args: Any, **options: Any
    ) -> AsyncNetworkStream:
        from anyio import fail_after

        try:
            with fail_after(timeout):
                addresses = await look_up_async(host, port)
                return await connect_async(
                    addresses,
                    lambda address: self._backend.connect_tcp(address, port, None, *args, **options),
                )
        except TimeoutError:
            raise ConnectTimeout(
                f"{host} was not resolved, or did not accept a connection, in time"
            ) from None


class AsyncStream(AsyncNetworkStream):
    def __init__(self, stream: AsyncNetworkStream) -> None:
        self._stream = stream
        self._deadline: Deadline | None = None

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        within = _within(self._deadline, timeout, ReadTimeout)
        with _reading:
            return await self._stream.read(max(max_bytes, READ), within)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._deadline = current.get() if buffer else self._deadline
        for start in range(0, len(buffer), PIECE):
            within = _within(self._deadline, timeout, WriteTimeout)
            with _writing:
                await self._stream.write(buffer[start : start + PIECE], within)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> AsyncNetworkStream:
        within = _within(current.get(), timeout, ConnectTimeout)
        with _connecting:
            return AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, within))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
