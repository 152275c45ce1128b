"""The wire: sends requests over httpcore. No type and no exception of a library that it uses leaves it.

Both halves stand here side by side because they differ in nothing but `await`; everything above them is written
once, async, and made sync by `scripts/unasync.py`.

Recorders (vcrpy) and mocks (pytest-httpx) of HTTP replace a method of httpx's transports while they are active. A wire
that went past httpx would send what they are there to catch, so that requests go through an httpx transport then; else
httpx is not needed, and not imported.
"""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Generator,
    Iterable,
    Iterator,
)
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ..errors import ConfigurationError
from .clock import Clock, MachineClock
from .encoding import decoder
from .exchange import (
    AsyncIncoming,
    Incoming,
    Outgoing,
    as_encoded,
    httpcore_request,
    httpx_request,
    read_headers,
)
from .failures import WireFailure, without_frames
from .total_timeout import Deadline, current

if TYPE_CHECKING:
    import anyio
    import httpcore
    import httpx

    from .connections import Pools
    from .encoding import Decoder, Encoded

P = TypeVar("P")

MOST_CONNECTIONS = 32
"""Connections of one client; further requests wait for one of them."""
MOST_STREAMS = 24
"""Event streams of one client: they hold their connections for as long as jobs take, and other requests need some."""
_CLOSED = "this client is closed: make another one"


class Permits:
    """A number of permits, which nobody waits for. Safe for threads."""

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


@attrs.frozen
class _Response:
    """A response of either library, and what closes it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    stream: Any
    close: Any


class AsyncWire:
    """Sends requests, awaited, on the event loop of the first of them.

    `transport` is an httpx transport to send all of them with.
    """

    def __init__(
        self, transport: httpx.AsyncBaseTransport | None = None, *, clock: Clock | None = None
    ) -> None:
        self._loop: Any = None
        self._transport = transport
        self._clock = clock or MachineClock()
        self._pools: Pools[httpcore.AsyncConnectionPool] | None = None
        self._substitutes: dict[str | None, httpx.AsyncBaseTransport] = {}
        self._turns: anyio.Semaphore | None = None
        self.streams = Permits(MOST_STREAMS)
        self.is_closed = False

    @asynccontextmanager
    async def open(self, outgoing: Outgoing) -> AsyncGenerator[AsyncIncoming]:
        """Send and hand over the response once its headers are there.

        Raises WireFailure, and ConfigurationError on another event loop than before.
        """
        self._check_loop()
        failure: BaseException
        turns = self._opened()
        # httpcore's own queue takes time with the square of those who wait in it.
        await _turn(turns, outgoing.queue_timeout)
        try:
            try:
                response = await self._send(outgoing)
            except BaseException as error:
                failure = without_frames(error, outgoing.key)
            else:
                headers = read_headers(response.headers, outgoing.key)
                chunks = _async_chunks(response.stream, decoder(headers))
                try:
                    yield AsyncIncoming(response.status, headers, chunks)
                finally:
                    await _end(response, chunks)
                return
            raise failure
        finally:
            turns.release()

    async def _send(self, outgoing: Outgoing) -> _Response:
        request = as_encoded(outgoing)
        token = current.set(_deadline(outgoing, self._clock))
        try:
            substitute = self._substitute(request)
            if substitute is not None:
                replied = await substitute.handle_async_request(httpx_request(request, outgoing))
                return _Response(replied.status_code, replied.headers.raw, replied.stream, replied.aclose)
            response = await self._pool(request).handle_async_request(httpcore_request(request, outgoing))
            return _Response(response.status, response.headers, response.stream, response.aclose)
        finally:
            current.reset(token)

    def _substitute(self, request: Encoded) -> httpx.AsyncBaseTransport | None:
        """The httpx transport that has to send it, if one has to."""
        if self._transport is not None or not _is_replaced("AsyncHTTPTransport", "handle_async_request"):
            return self._transport
        import httpx

        to = request.address
        proxy = self._opened_pools().proxy(to.scheme, to.host, to.port)
        if proxy not in self._substitutes:
            self._substitutes[proxy] = httpx.AsyncHTTPTransport(proxy=proxy)
        return self._substitutes[proxy]

    def _check_loop(self) -> None:
        # Connections belong to the loop that made them: on another one they fail later and less clearly.
        from anyio.lowlevel import current_token  # the sync client needs none of it

        loop = current_token()
        if self._loop is None:
            self._loop = loop
        elif self._loop != loop:
            raise ConfigurationError(
                "this async client was used on another event loop before: make one client for each loop "
                "(for each asyncio.run) and close it there, or use the sync client"
            )

    def _opened(self) -> anyio.Semaphore:
        if self.is_closed:
            raise ConfigurationError(_CLOSED)
        if self._turns is None:
            from anyio import Semaphore

            self._turns = Semaphore(MOST_CONNECTIONS)
        return self._turns

    def _opened_pools(self) -> Pools[httpcore.AsyncConnectionPool]:
        if self._pools is None:
            from .connections import async_pools

            self._pools = async_pools()
        return self._pools

    def _pool(self, request: Encoded) -> httpcore.AsyncConnectionPool:
        return _set_up(self._opened_pools(), request)

    async def close(self) -> None:
        if self._turns is not None:
            self._check_loop()
        self.is_closed = True
        for pool in self._pools.made if self._pools is not None else ():
            await pool.aclose()
        for transport in (self._transport, *self._substitutes.values()):
            if transport is not None:
                await transport.aclose()


async def _turn(turns: anyio.Semaphore, timeout: float | None) -> None:
    """Wait until fewer requests are on the way than there are connections. Raises WireFailure."""
    from anyio import WouldBlock, move_on_after

    try:
        turns.acquire_nowait()
    except WouldBlock:
        pass
    else:
        return
    with move_on_after(timeout):
        await turns.acquire()
        return
    raise WireFailure("timeout", "no connection became free", sent=False)


class Wire:
    """Sends requests, blocking. `transport` is an httpx transport to send all of them with."""

    def __init__(self, transport: httpx.BaseTransport | None = None, *, clock: Clock | None = None) -> None:
        self._transport = transport
        self._clock = clock or MachineClock()
        self._pools: Pools[httpcore.ConnectionPool] | None = None
        self._substitutes: dict[str | None, httpx.BaseTransport] = {}
        self._of_parent: Any = None
        self._lock = threading.Lock()
        self.streams = Permits(MOST_STREAMS)
        self.is_closed = False
        _wires.add(self)

    @contextmanager
    def open(self, outgoing: Outgoing) -> Generator[Incoming]:
        """Send and hand over the response once its headers are there. Raises WireFailure."""
        failure: BaseException
        try:
            response = self._send(outgoing)
        except BaseException as error:
            failure = without_frames(error, outgoing.key)
        else:
            headers = read_headers(response.headers, outgoing.key)
            try:
                yield Incoming(response.status, headers, _chunks(response.stream, decoder(headers)))
            finally:
                response.close()
            return
        raise failure

    def _send(self, outgoing: Outgoing) -> _Response:
        if self.is_closed:
            raise ConfigurationError(_CLOSED)
        request = as_encoded(outgoing)
        token = current.set(_deadline(outgoing, self._clock))
        try:
            substitute = self._substitute(request)
            if substitute is not None:
                replied = substitute.handle_request(httpx_request(request, outgoing))
                return _Response(replied.status_code, replied.headers.raw, replied.stream, replied.close)
            response = self._pool(request).handle_request(httpcore_request(request, outgoing))
            return _Response(response.status, response.headers, response.stream, response.close)
        finally:
            current.reset(token)

    def _substitute(self, request: Encoded) -> httpx.BaseTransport | None:
        """The httpx transport that has to send it, if one has to."""
        if self._transport is not None or not _is_replaced("HTTPTransport", "handle_request"):
            return self._transport
        import httpx

        to = request.address
        with self._lock:
            proxy = self._opened_pools().proxy(to.scheme, to.host, to.port)
            if proxy not in self._substitutes:
                self._substitutes[proxy] = httpx.HTTPTransport(proxy=proxy)
            return self._substitutes[proxy]

    def _opened_pools(self) -> Pools[httpcore.ConnectionPool]:
        if self._pools is None:
            from .connections import pools

            self._pools = pools()
        return self._pools

    def _pool(self, request: Encoded) -> httpcore.ConnectionPool:
        with self._lock:
            if self.is_closed:
                raise ConfigurationError(_CLOSED)
            return _set_up(self._opened_pools(), request)

    def close(self) -> None:
        with self._lock:
            self.is_closed = True
        for pool in self._pools.made if self._pools is not None else ():
            pool.close()
        for transport in (self._transport, *self._substitutes.values()):
            if transport is not None:
                transport.close()

    def _leave_to_parent(self) -> None:
        """After a fork: on a connection that both processes read, one would take the responses of the other."""
        # Kept, not closed: closing takes locks that a thread of the parent may have held, and has no right to them.
        self._of_parent = (self._pools, self._substitutes)
        self._pools, self._substitutes = None, {}
        self._lock = threading.Lock()
        self.streams = Permits(MOST_STREAMS)


_wires: weakref.WeakSet[Wire] = weakref.WeakSet()


def _after_fork() -> None:
    for wire in _wires:
        wire._leave_to_parent()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_after_fork)


def _is_replaced(transport: str, method: str) -> bool:
    """Whether somebody has put another method in the place of a method of httpx's own transport."""
    found = getattr(getattr(sys.modules.get("httpx"), transport, None), method, None)
    if found is None:
        return False
    return hasattr(found, "__wrapped__") or getattr(found, "__qualname__", "") != f"{transport}.{method}"


def _set_up(pools: Pools[P], request: Encoded) -> P:
    """The pool for a request. Raises ConfigurationError when it can't be made."""
    to = request.address
    try:
        return pools.to(to.scheme, to.host, to.port)
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        why = str(error)
    raise ConfigurationError(
        f"the connections can't be set up: {why}. Look at the environment's proxies (HTTPS_PROXY, NO_PROXY, …) and "
        "certificates (SSL_CERT_FILE, SSL_CERT_DIR)"
    )


def _deadline(outgoing: Outgoing, clock: Clock) -> Deadline | None:
    if outgoing.total_timeout is None:
        return None
    return Deadline(outgoing.total_timeout, outgoing.queue_timeout, monotonic=clock.monotonic)


async def _async_chunks(stream: AsyncIterable[bytes], decoder: Decoder | None) -> AsyncIterator[bytes]:
    try:
        async for chunk in stream:
            whole = chunk if decoder is None else decoder.decode(chunk)
            if whole:
                yield whole
        if decoder is not None:
            decoder.end()
    except BaseException as error:
        failure = without_frames(error)
    else:
        return
    raise failure


async def _end(response: _Response, chunks: AsyncIterator[bytes]) -> None:
    from anyio import CancelScope

    with CancelScope(shield=True):
        await response.close()
        # A body that was left in the middle is a row of suspended generators, ours and httpcore's. Asked again
        # they find the connection closed and end; left to the garbage collector they would each warn under trio.
        with suppress(Exception):
            async for _ in chunks:
                pass


def _chunks(stream: Iterable[bytes], decoder: Decoder | None) -> Iterator[bytes]:
    try:
        for chunk in stream:
            whole = chunk if decoder is None else decoder.decode(chunk)
            if whole:
                yield whole
        if decoder is not None:
            decoder.end()
    except BaseException as error:
        failure = without_frames(error)
    else:
        return
    raise failure
