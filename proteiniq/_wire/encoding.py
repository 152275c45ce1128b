"""Requests as bytes."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterable, Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import attrs

from .._version import VERSION

if TYPE_CHECKING:
    from .exchange import Outgoing

USER_AGENT = f"proteiniq-python/{VERSION}"

_DEFAULTS = (
    (b"Accept", b"*/*"),
    (b"Accept-Encoding", b"gzip, deflate"),
    (b"User-Agent", USER_AGENT.encode()),
)

_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
# What stays as it is in a URL (URL standard, "percent-encode sets"); a path or query that is encoded already, too.
_PATH = "".join(set(_PRINTABLE) - set('"#<>?`{}'))
_QUERY = "".join(set(_PRINTABLE) - set('"#<>'))


@attrs.frozen
class Address:
    """A parsed URL: `host` is for the lookup, `host_header` for the Host header."""

    scheme: str
    host: str
    port: int | None
    target: str = attrs.field(repr=False)
    host_header: bytes
    authorization: bytes | None = attrs.field(repr=False)
    """Of a URL with a user name or password."""

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header.decode()}{self.target}"


class BadAddress(Exception):
    """A URL is not one that a request can be sent to."""


@lru_cache(256)
def address(url: str) -> Address:
    """Take a URL apart. Raises BadAddress."""
    try:
        return _address(url)
    except ValueError as error:
        raise BadAddress(str(error)) from None


def _address(url: str) -> Address:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # whose message may contain a password
        raise ValueError("it is not a valid URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError("it must begin with https:// or http:// and a host")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    shown = f"[{host}]" if ":" in host else host
    if port is not None and port != (443 if parts.scheme == "https" else 80):
        shown = f"{shown}:{port}"
    target = quote(parts.path, safe=_PATH) or "/"
    if parts.query:
        target += "?" + quote(parts.query, safe=_QUERY)
    authorization = None
    if parts.username or parts.password:
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        authorization = b"Basic " + base64.b64encode(user.encode())
    return Address(parts.scheme, host, port, target, shown.encode("ascii"), authorization)


@attrs.frozen
class Encoded:
    """A request as it is sent."""

    method: str
    address: Address
    headers: list[tuple[bytes, bytes]] = attrs.field(repr=False)
    content: bytes | Iterable[bytes] | AsyncIterable[bytes] = attrs.field(repr=False)


def encoded(outgoing: Outgoing) -> Encoded:
    """Encode a request. Raises TypeError, ValueError or RecursionError for what can't be."""
    to = address(outgoing.url)
    if outgoing.params:
        query = urlencode(_pairs(outgoing.params))
        to = attrs.evolve(to, target=f"{to.target.partition('?')[0]}?{query}")
    headers = [(b"Host", to.host_header), *_DEFAULTS]
    if outgoing.headers:
        given = {name.lower().encode("ascii") for name in outgoing.headers}
        headers = [each for each in headers if each[0].lower() not in given]
        headers += [(name.encode("ascii"), value.encode("ascii")) for name, value in outgoing.headers.items()]
    else:
        given = set()
    if outgoing.key is not None:
        headers.append((b"Authorization", outgoing.key.authorization().encode("ascii")))
    elif to.authorization is not None and b"authorization" not in given:
        headers.append((b"Authorization", to.authorization))
    content: Any = b""
    if outgoing.json is not None:
        content = json.dumps(
            outgoing.json, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()
        if b"content-type" not in given:
            headers.append((b"Content-Type", b"application/json"))
    elif outgoing.content is not None:
        content = outgoing.content
        if b"content-length" not in given and b"transfer-encoding" not in given:
            headers.append((b"Transfer-Encoding", b"chunked"))
    if isinstance(content, bytes) and (content or outgoing.method in ("POST", "PUT", "PATCH")):
        headers.append((b"Content-Length", b"%d" % len(content)))
    return Encoded(outgoing.method, to, headers, content)


def _pairs(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    each = ((name, value if isinstance(value, (list, tuple)) else (value,)) for name, value in params.items())
    return [(name, _text(value)) for name, values in each for value in values]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
