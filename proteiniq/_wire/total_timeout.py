"""An end for a whole request, under httpx: its timeouts bound each read and write, so that an answer whose headers
drip in takes for ever.

A timeout that is an `Until` passes through httpx and httpcore as the number that it is, down to the socket, where the
streams here make it the time that is left.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

READ = 1 << 18
"""The least that is asked for at once, bytes. httpcore asks for 64 KiB, and then a download is mostly its own work."""

READ_MUCH = 1 << 19
"""The same of a large answer on an event loop, where each time costs more; for small ones it would only be memory."""

_SHORTEST = 0.001
"""A timeout of zero would make a socket non-blocking, s."""


class Span:
    """`total` seconds from the first step that a request takes on the wire, and no later than `latest` s from now.

    The time in which it waits for a connection that other requests have is not its own.
    """

    def __init__(self, total: float, latest: float | None = None) -> None:
        self.total = total
        self._latest = None if latest is None else time.monotonic() + latest
        self._end: float | None = None

    def left(self) -> float:
        now = time.monotonic()
        if self._end is None:
            end = now + self.total
            self._end = end if self._latest is None else min(end, self._latest)
        return self._end - now


class Until(float):
    """A timeout of so many seconds for each step, whose steps all together end with the span."""

    _span: Span

    def __new__(cls, seconds: float, span: Span) -> Until:
        until = super().__new__(cls, min(seconds, span.total))
        until._span = span
        return until

    def left(self) -> float:
        return max(_SHORTEST, min(float(self), self._span.left()))


def bind(pool: Any, *, asynchronous: bool) -> None:
    """Make a connection pool of httpcore heed `Until`. What is no such pool, in tests, stays as it is."""
    # Neither httpx nor its transports take a network backend, though the pool that they make does.
    backend = getattr(pool, "_network_backend", None)
    if backend is not None:
        pool._network_backend = _AsyncBackend(backend) if asynchronous else _Backend(backend)


def _left(timeout: float | None) -> float | None:
    return timeout.left() if isinstance(timeout, Until) else timeout


@contextmanager
def much(stream: Any) -> Iterator[None]:
    """Ask an asynchronous stream for more at once meanwhile, as a large answer is read from it."""
    # asyncio takes no more from a socket at once than `max_size`; trio and other loops have none.
    transport: Any = getattr(getattr(getattr(stream, "_stream", None), "_stream", None), "_transport", None)
    if not isinstance(stream, _AsyncStream) or not hasattr(transport, "max_size"):
        yield
        return
    before, transport.max_size, stream.least = transport.max_size, READ_MUCH, READ_MUCH
    try:
        yield
    finally:
        transport.max_size, stream.least = before, READ


# Neither httpcore's classes nor its types here: it is loaded with the first request.


class _Backend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options: Any) -> _Stream:
        return _Stream(self._backend.connect_tcp(host, port, timeout=_left(timeout), **options))


class _Stream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        return self._stream.read(max(max_bytes, READ), _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _AsyncBackend:
    def __init__(self, backend: Any) -> None:
        self._backend = backend

    async def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, **options: Any
    ) -> _AsyncStream:
        return _AsyncStream(await self._backend.connect_tcp(host, port, timeout=_left(timeout), **options))


class _AsyncStream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.least = READ

    async def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        return await self._stream.read(max(max_bytes, self.least), _left(timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, _left(timeout))

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _AsyncStream:
        return _AsyncStream(await self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
