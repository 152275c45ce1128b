"""A request and its response as the pipeline sees them, and the request as httpcore and httpx take it."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import InvalidInput
from .encoding import BadAddress, encoded
from .failures import WireFailure
from .key import ApiKey

if TYPE_CHECKING:
    import httpcore
    import httpx

    from .encoding import Encoded


@attrs.frozen(kw_only=True)
class Outgoing:
    """A request as it will be sent.

    `timeout` is for each step of it, in seconds, `read_timeout` another one for each chunk of the response,
    `total_timeout` for all of it, to the last byte of the response. `queue_timeout` is how long it may wait for a
    connection that other requests use, None for ever. Only with a `key` a header has it; `repeatable` says whether the
    body can be sent again from the start, and `idempotent` whether its headers make a second one harmless.
    """

    method: str
    url: str
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
    """A response whose body is read as it arrives. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: AsyncIterator[bytes]


@attrs.frozen
class Incoming:
    """A response whose body is read as it arrives. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


def as_encoded(outgoing: Outgoing) -> Encoded:
    try:
        return encoded(outgoing)
    except BadAddress as error:
        why = str(error)
    except (TypeError, ValueError, RecursionError) as error:
        why = str(error) or type(error).__name__
        raise InvalidInput(
            f"nothing was sent: the request can't be written as JSON or text: {why}. "
            "Give plain numbers (no NaN), text, lists and mappings"
        ) from None
    raise WireFailure("protocol", f"the address can't be used: {why}", sent=False)


def _extensions(outgoing: Outgoing) -> dict[str, Any]:
    seconds = outgoing.timeout
    return {
        "timeout": {
            "connect": seconds,
            "read": outgoing.read_timeout or seconds,
            "write": seconds,
            "pool": outgoing.queue_timeout,
        }
    }


def httpcore_request(request: Encoded, outgoing: Outgoing) -> httpcore.Request:
    from httpcore import URL, Request

    to = request.address
    return Request(
        request.method,
        URL(scheme=to.scheme, host=to.host, port=to.port, target=to.target),
        headers=request.headers,
        content=request.content,
        extensions=_extensions(outgoing),
    )


def httpx_request(request: Encoded, outgoing: Outgoing) -> httpx.Request:
    from httpx import Request

    return Request(
        request.method,
        request.address.url,
        headers=request.headers,
        content=request.content,
        extensions=_extensions(outgoing),
    )


def read_headers(raw: list[tuple[bytes, bytes]], sent: ApiKey | None) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        if sent is not None:
            text = sent.hide(text)
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
