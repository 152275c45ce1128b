# Generated from proteiniq/_async/wire.py by scripts/unasync.py. Edit that file instead.

"""The wire: sends requests over httpcore. No type and no exception of a library that it uses leaves it."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .. import _forks
from .._wire.clock import Clock, MachineClock
from .._wire.connections import Pools
from .._wire.exchange import Incoming, Outgoing, Response, as_encoded, finish, read_headers
from .._wire.failures import without_frames
from .._wire.route import ENVIRONMENT, Route
from .._wire.total_timeout import Deadline, current
from .._wire.turns import MOST_CONNECTIONS, MOST_STREAMS, Permits, Turns
from .transport import Adapter, Transport

if TYPE_CHECKING:
    from .._wire.libraries import BaseTransport


class Wire:
    """Sends requests. All of them go through `transport`, one of httpx, or `own`, one of the application."""

    def __init__(
        self,
        transport: BaseTransport | None = None,
        *,
        clock: Clock | None = None,
        route: Route = ENVIRONMENT,
        own: Transport | None = None,
    ) -> None:
        self._own = Adapter(own) if own is not None else None
        self._clock = clock or MachineClock()
        self._pools = Pools(transport, route)
        self._turns = Turns(MOST_CONNECTIONS)
        self.streams = Permits(MOST_STREAMS)
        _forks.register(self)

    @contextmanager
    def open(self, outgoing: Outgoing) -> Generator[Incoming]:
        """Send and hand over the response once its headers are there; its body is in its content codings (`codings`).

        Raises WireFailure, and ConfigurationError if the client is closed or has another event loop.
        """
        failure: BaseException
        deadline = Deadline.of(outgoing, self._clock)
        with self._turns.one(outgoing.queue_timeout):
            try:
                response = self._send(outgoing, deadline)
            except BaseException as error:
                failure = without_frames(error, outgoing.key)
            else:
                headers = read_headers(response.headers, outgoing.key)
                chunks = _chunks(response.stream)
                try:
                    yield Incoming(response.status, headers, chunks)
                finally:
                    finish(response, chunks)
                return
            raise failure

    def _send(self, outgoing: Outgoing, deadline: Deadline | None) -> Response:
        request = as_encoded(outgoing)
        if self._own is not None:
            self._pools.check_open()
            return self._own.send(request)
        token = current.set(deadline)
        try:
            transport = self._pools.transport(request.address)
            if transport is not None:
                replied = transport.handle_request(request.for_httpx())
                return Response(replied.status_code, replied.headers.raw, replied.stream, replied.close)
            pool = self._pools.to(request.address)
            response = pool.handle_request(request.for_httpcore())
            return Response(response.status, response.headers, response.stream, response.close)
        finally:
            current.reset(token)

    def close(self) -> None:
        self._turns.check_loop()
        for each in self._pools.close():
            each.close()

    def after_fork(self) -> None:
        """Leave the connections to the parent: on one that both read, each could get the other's responses."""
        self._pools = self._pools.leave_to_parent()
        self._turns = Turns(MOST_CONNECTIONS)
        self.streams = Permits(MOST_STREAMS)


def _chunks(stream: Iterable[bytes]) -> Iterator[bytes]:
    failure: BaseException
    try:
        for chunk in stream:
            yield chunk
    except BaseException as error:
        failure = without_frames(error)
    else:
        return
    raise failure
