"""A request and its response as the pipeline sees them, and the request as httpcore and httpx take it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import attrs

from .._message_text import why
from ..errors import InvalidInput
from .encoding import BadAddress, encoded
from .failures import WireFailure
from .key import ApiKey
from .secrecy import SignedUrl, without_queries

if TYPE_CHECKING:
    from .encoding import Address, Encoded
    from .libraries import Request


@attrs.frozen(kw_only=True)
class Outgoing:
    """A request as it will be sent.

    `timeout` is for each step of it, in seconds, `read_timeout` another one for each chunk of the response,
    `total_timeout` for all of it, to the last byte of the response. `queue_timeout` is how long it may wait for a
    connection that other requests use, None for ever. Only with a `key` a header has it; `repeatable` says whether the
    body can be sent again from the start, and `idempotent` whether its headers make a second one harmless.
    """

    method: str
    url: str = attrs.field(repr=lambda url: repr(without_queries(url)))
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    params: Mapping[str, Any] | None = None
    json: Any = attrs.field(default=None, repr=False)
    content: Iterable[bytes] | AsyncIterable[bytes] | None = attrs.field(default=None, repr=False)
    timeout: float
    read_timeout: float | None = None
    total_timeout: float | None = None
    queue_timeout: float | None = None
    key: ApiKey | None = None
    repeatable: bool = True
    idempotent: bool = False


@attrs.frozen
class AsyncIncoming:
    """A response whose body is read as it arrives, in its content codings. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@attrs.frozen
class Incoming:
    """A response whose body is read as it arrives, in its content codings. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


@attrs.frozen
class Response:
    """A response of either library, and what closes it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    stream: Any
    close: Callable[[], Any]


@attrs.frozen
class Sendable:
    """A request as bytes, and as the libraries take it."""

    _encoded: Encoded
    _outgoing: Outgoing

    @property
    def address(self) -> Address:
        return self._encoded.address

    @property
    def key(self) -> ApiKey | None:
        return self._outgoing.key

    def for_httpcore(self) -> Request:
        from .libraries import URL, Request

        to, request = self.address, self._encoded
        return Request(
            request.method,
            URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target),
            headers=request.headers,
            content=request.content,
            extensions=self._extensions(),
        )

    def for_httpx(self) -> Any:
        from .libraries import httpx_request

        request = self._encoded
        return httpx_request(
            request.method, self.address.url, request.headers, request.content, self._extensions()
        )

    def for_transport(self) -> tuple[dict[str, Any], Any]:
        """Return the parts of a request to a transport of the application, and its body."""
        request, outgoing = self._encoded, self._outgoing
        parts = {
            "method": request.method,
            "url": self.address.url,
            "headers": tuple(
                (name.decode("ascii"), value.decode("ascii")) for name, value in request.headers
            ),
            "timeout": outgoing.timeout,
            "read_timeout": outgoing.read_timeout or outgoing.timeout,
            "total_timeout": outgoing.total_timeout,
        }
        return parts, request.content

    def _extensions(self) -> dict[str, Any]:
        seconds = self._outgoing.timeout
        read = self._outgoing.read_timeout or seconds
        return {
            "timeout": {
                "connect": seconds,
                "read": read,
                "write": seconds,
                "pool": self._outgoing.queue_timeout,
            }
        }


def as_encoded(outgoing: Outgoing) -> Sendable:
    try:
        return Sendable(encoded(outgoing), outgoing)
    except BadAddress as error:
        bad = str(error)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(
            f"nothing was sent: the request can't be written as JSON or text: {why(error)}. "
            "Give plain numbers (no NaN), text, lists and mappings"
        ) from None
    raise WireFailure("protocol", f"the address can't be used: {bad}", sent=False)


def finish(response: Response, chunks: Iterator[bytes]) -> None:
    """Give a response's connection back, or close it if the body was left in the middle."""
    response.close()


async def finish_async(response: Response, chunks: AsyncIterator[bytes]) -> None:
    """Give a response's connection back, or close it if the body was left in the middle."""
    from anyio import CancelScope

    with CancelScope(shield=True):
        await response.close()
        # A body that was left in the middle is a row of suspended generators, ours and httpcore's. Asked again
        # they find the connection closed and end; left to the garbage collector they would each warn under trio.
        with suppress(Exception):
            async for _ in chunks:
                pass


_SINGLE = frozenset({"content-type", "date", "etag", "last-modified", "location"})
"""Headers that are not lists: the first counts, if a proxy has added another."""

_NEXT_PLACE = re.compile(r",\s+(?=https?://|/)")


def read_headers(raw: list[tuple[bytes, bytes]], sent: ApiKey | None) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if sent is not None:
            text = sent.hide(text)
        if key not in found:
            found[key] = text
        elif key not in _SINGLE:
            found[key] += f", {text}"
    if "location" in found:
        # A proxy may have joined several.
        found["location"] = SignedUrl(_NEXT_PLACE.split(found["location"])[0])
    return found
