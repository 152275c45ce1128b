"""The wire: sends requests over httpcore. No type and no exception of a library that it uses leaves it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from .. import _forks
from .._wire.clock import Clock, MachineClock
from .._wire.connections import AsyncPools
from .._wire.exchange import AsyncIncoming, Outgoing, Response, as_encoded, finish_async, read_headers
from .._wire.failures import without_frames
from .._wire.route import ENVIRONMENT, Route
from .._wire.total_timeout import Deadline, current
from .._wire.turns import MOST_CONNECTIONS, MOST_STREAMS, AsyncTurns, Permits
from .transport import AsyncAdapter, AsyncTransport

if TYPE_CHECKING:
    from .._wire.libraries import AsyncBaseTransport


class AsyncWire:
    """Sends requests. All of them go through `transport`, one of httpx, or `own`, one of the application."""

    def __init__(
        self,
        transport: AsyncBaseTransport | None = None,
        *,
        clock: Clock | None = None,
        route: Route = ENVIRONMENT,
        own: AsyncTransport | None = None,
    ) -> None:
        self._own = AsyncAdapter(own) if own is not None else None
        self._clock = clock or MachineClock()
        self._pools = AsyncPools(transport, route)
        self._turns = AsyncTurns(MOST_CONNECTIONS)
        self.streams = Permits(MOST_STREAMS)
        _forks.register(self)

    @asynccontextmanager
    async def open(self, outgoing: Outgoing) -> AsyncGenerator[AsyncIncoming]:
        """Send and hand over the response once its headers are there; its body is in its content codings (`codings`).

        Raises WireFailure, and ConfigurationError if the client is closed or has another event loop.
        """
        failure: BaseException
        deadline = Deadline.of(outgoing, self._clock)
        async with self._turns.one(outgoing.queue_timeout):
            try:
                response = await self._send(outgoing, deadline)
            except BaseException as error:
                failure = without_frames(error, outgoing.key)
            else:
                headers = read_headers(response.headers, outgoing.key)
                chunks = _chunks(response.stream)
                try:
                    yield AsyncIncoming(response.status, headers, chunks)
                finally:
                    await finish_async(response, chunks)
                return
            raise failure

    async def _send(self, outgoing: Outgoing, deadline: Deadline | None) -> Response:
        request = as_encoded(outgoing)
        if self._own is not None:
            self._pools.check_open()
            return await self._own.send(request)
        token = current.set(deadline)
        try:
            transport = self._pools.transport(request.address)
            if transport is not None:
                replied = await transport.handle_async_request(request.for_httpx())
                return Response(replied.status_code, replied.headers.raw, replied.stream, replied.aclose)
            pool = self._pools.to(request.address)
            response = await pool.handle_async_request(request.for_httpcore())
            return Response(response.status, response.headers, response.stream, response.aclose)
        finally:
            current.reset(token)

    async def close(self) -> None:
        self._turns.check_loop()
        for each in self._pools.close():
            await each.aclose()

    def after_fork(self) -> None:
        """Leave the connections to the parent: on one that both read, each could get the other's responses."""
        self._pools = self._pools.leave_to_parent()
        self._turns = AsyncTurns(MOST_CONNECTIONS)
        self.streams = Permits(MOST_STREAMS)


async def _chunks(stream: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    failure: BaseException
    try:
        async for chunk in stream:
            yield chunk
    except BaseException as error:
        failure = without_frames(error)
    else:
        return
    raise failure
