"""Transports that an application writes: in-process, recorded, or over the HTTP library of its own network.

    class Recorded:
        async def send(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
            headers, body = recordings[request.method, request.url]
            return AsyncTransportResponse(status=200, headers=headers, body=body)

    client = AsyncProteinIQ(transport=Recorded())

A transport sends one request once. Retries, the rate limit, decoding and errors remain the client's.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from .._message_text import short_repr
from .._shown import Shown
from .._wire.failures import reported
from .._wire.secrecy import without_queries
from ..errors import ConfigurationError

if TYPE_CHECKING:
    from .._wire.exchange import Response, Sendable
    from .._wire.key import ApiKey


@attrs.frozen(kw_only=True, repr=False)
class AsyncTransportRequest(Shown):
    """A request for a transport to send. `headers` are all of its headers, the key among them.

    `timeout` limits connecting and each write, `read_timeout` the wait for each chunk of the response, and
    `total_timeout`, unless it is None, all of it to the last byte of the response. They are in seconds, and a transport
    raises TimeoutError when one has passed.
    """

    method: str
    url: str = attrs.field(repr=lambda url: repr(without_queries(url)))
    headers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    body: bytes | AsyncIterable[bytes] = attrs.field(repr=False)
    timeout: float
    read_timeout: float
    total_timeout: float | None


@attrs.frozen(kw_only=True, repr=False)
class AsyncTransportResponse(Shown):
    """A response from a transport. Its body is read as it arrives, then its `aclose` is called if it has one.

    The headers describe the body as it is passed: a transport that has decoded it leaves out `Content-Encoding` and
    `Content-Length`.
    """

    status: int
    headers: Iterable[tuple[str, str]] = ()
    body: bytes | AsyncIterable[bytes] = attrs.field(default=b"", repr=False)


class AsyncTransport(Protocol):
    """What sends requests. The client calls `send` for many requests at once, and doesn't close the transport."""

    async def send(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
        """Send a request once, without following redirects, and return the response when its headers are there.

        An OSError means that there is no complete response, and may be retried. For ConnectionRefusedError,
        socket.gaierror and a refused certificate (ssl.SSLCertVerificationError) nothing was sent; for any other error,
        TimeoutError included, the service may have acted on the request. Other exceptions pass to the caller.
        """
        ...


_BYTES = (bytes, bytearray, memoryview)


class AsyncAdapter:
    """Lets the wire send through a transport of the application."""

    def __init__(self, transport: AsyncTransport) -> None:
        if isinstance(transport, type) or not callable(getattr(transport, "send", None)):
            got = (
                f"the class {transport.__name__}" if isinstance(transport, type) else type(transport).__name__
            )
            raise ConfigurationError(f"transport must be an object with a method send(request), got {got}")
        self._transport = transport

    async def send(self, request: Sendable) -> Response:
        """Send a request. Raises WireFailure for an OSError of the transport."""
        parts, content = request.for_transport()
        body = content if isinstance(content, bytes) else _AsyncUpload(content)
        try:
            response = await self._transport.send(AsyncTransportRequest(**parts, body=body))
        except Exception as error:
            if isinstance(body, _AsyncUpload) and body.failure is not None:
                raise body.failure from None  # not the transport's
            raise reported(error, request.key) from None
        if not isinstance(response, AsyncTransportResponse):
            if inspect.iscoroutine(response):
                response.close()
            raise ConfigurationError(
                f"transport.send must return a {AsyncTransportResponse.__name__}, got {type(response).__name__}"
            )
        return _response(response, request.key)


class _AsyncUpload:
    """The body of a request, which keeps what failed in it."""

    def __init__(self, content: AsyncIterable[bytes]) -> None:
        self._content = content
        self.failure: Exception | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._content:
                yield chunk
        except Exception as error:
            self.failure = error
            raise


class _AsyncBody:
    """The body of a response, of which nothing is read after it is closed."""

    def __init__(self, body: Any, key: ApiKey | None) -> None:
        self._body = body
        self._chunks: Any = None
        self._key = key
        self._is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if isinstance(self._body, _BYTES):
            yield bytes(self._body)
            return
        try:
            self._chunks = self._body.__aiter__()
            async for chunk in self._chunks:
                if not isinstance(chunk, _BYTES):
                    raise _wrong("body", "bytes or yield bytes", type(chunk).__name__)
                yield bytes(chunk)
                if self._is_closed:
                    return
        except Exception as error:
            raise reported(error, self._key) from None

    async def aclose(self) -> None:
        self._is_closed = True
        # The iterator too: a suspended generator that is left to the garbage collector warns under trio.
        for each in (self._chunks, self._body) if self._chunks is not self._body else (self._body,):
            close = getattr(each, "aclose", None)
            if close is not None:
                with suppress(OSError):  # The response is there already.
                    await close()


def _response(response: AsyncTransportResponse, key: ApiKey | None) -> Response:
    """Return the response as the wire takes it. Raises ConfigurationError."""
    from .._wire.exchange import Response

    status = response.status
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise _wrong("status", "a whole number from 100 to 599", short_repr(status))
    try:
        if isinstance(response.headers, Mapping):
            raise TypeError
        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in response.headers]
    except (AttributeError, TypeError, ValueError):
        raise _wrong("headers", "pairs of strings", type(response.headers).__name__) from None
    if not isinstance(response.body, _BYTES) and not hasattr(response.body, "__aiter__"):
        raise _wrong("body", "bytes or yield bytes", type(response.body).__name__)
    body = _AsyncBody(response.body, key)
    return Response(status, headers, body, body.aclose)


def _wrong(field: str, must: str, got: str) -> ConfigurationError:
    return ConfigurationError(f"{field} of a {AsyncTransportResponse.__name__} must be {must}, got {got}")
