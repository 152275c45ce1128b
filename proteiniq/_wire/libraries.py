"""The HTTP libraries: no other module of the client names them, so that a move to httpcore2 and httpx2 is made here.

Importing this module imports httpcore, which the wire does with its first request. httpx is needed only while
recorders (vcrpy) or mocks (pytest-httpx) of HTTP are active. They replace a method of httpx's transports, and a wire
that went past it would send what they are there to catch.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterable, Iterable
from typing import TYPE_CHECKING, Any

from httpcore import (
    URL as URL,
    AnyIOBackend as AnyIOBackend,
    AsyncConnectionPool as AsyncConnectionPool,
    AsyncHTTPProxy as AsyncHTTPProxy,
    AsyncNetworkBackend as AsyncNetworkBackend,
    AsyncNetworkStream as AsyncNetworkStream,
    AsyncSOCKSProxy as AsyncSOCKSProxy,
    ConnectError as ConnectError,
    ConnectionPool as ConnectionPool,
    ConnectTimeout as ConnectTimeout,
    HTTPProxy as HTTPProxy,
    NetworkBackend as NetworkBackend,
    NetworkStream as NetworkStream,
    ReadError as ReadError,
    ReadTimeout as ReadTimeout,
    Request as Request,
    SOCKSProxy as SOCKSProxy,
    SyncBackend as SyncBackend,
    WriteError as WriteError,
    WriteTimeout as WriteTimeout,
)

from .secrecy import hide_in_log

if TYPE_CHECKING:
    import ssl

    import httpx
    from httpx import AsyncBaseTransport as AsyncBaseTransport, BaseTransport as BaseTransport

hide_in_log("httpcore.connection", "httpcore.http11", "httpcore.proxy", "httpcore.socks")

NAMES = ("httpcore", "httpx")
"""The libraries whose exceptions `failures` translates. Both use the same names for them."""


def is_replaced(transport: str, method: str) -> bool:
    """Whether another method has been put in the place of a method of httpx's own transport."""
    found = getattr(getattr(sys.modules.get("httpx"), transport, None), method, None)
    own = f"{transport}.{method}"
    return found is not None and (hasattr(found, "__wrapped__") or getattr(found, "__qualname__", "") != own)


def httpx_transport(name: str, proxy: str | None, certificates: ssl.SSLContext) -> Any:
    """Make a transport of httpx."""
    import httpx

    encrypted = proxy is not None and proxy.startswith("https:")
    through = httpx.Proxy(proxy, ssl_context=certificates if encrypted else None) if proxy else None
    return getattr(httpx, name)(proxy=through, verify=certificates)


def httpx_request(
    method: str,
    url: str,
    headers: list[tuple[bytes, bytes]],
    content: bytes | Iterable[bytes] | AsyncIterable[bytes],
    extensions: dict[str, Any],
) -> httpx.Request:
    import httpx

    return httpx.Request(method, url, headers=headers, content=content, extensions=extensions)
