"""Fetch an OpenAPI document from a URL or a file, in JSON or YAML."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from ._normalise.access import NotAContract, check_json

LARGEST = 10 * 2**20
"""Maximum size of a document in bytes; the service's own has about 100,000."""
LONGEST = 30.0
"""Timeout for the whole fetch, in seconds."""
_CHUNK = 64 * 1024
_MOST_NODES = 1_000_000
_YAML_SCALARS = (
    # kind, pattern, first characters
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(0|[1-9][0-9]*)", [*"-0123456789"]),
    ("float", r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?", [*"-0123456789"]),
)


class CannotFetch(Exception):
    """The document can't be fetched. The message has its source and the reason."""


@attrs.frozen
class Fetched:
    """A document and its source."""

    source: str
    content: bytes
    document: dict[str, Any]
    is_json: bool
    etag: str | None = None


def default_source() -> str:
    """The host of the service's document: `PROTEINIQ_BASE_URL`, or the public host.

    Raises CannotFetch if the variable is empty.
    """
    source = os.environ.get("PROTEINIQ_BASE_URL", "https://proteiniq.io")
    if not source.strip():
        raise CannotFetch(f"PROTEINIQ_BASE_URL must be a URL such as https://proteiniq.io, got {source!r}")
    return source


def fetch(
    source: str | os.PathLike[str],
    *,
    etag: str | None = None,
    timeout: float = LONGEST,
    largest: int = LARGEST,
) -> Fetched | None:
    """The document at a URL or in a file, or None if it still has the entity tag `etag`.

    A URL without a path gets the path of the service's document. No key is sent. Raises CannotFetch if it can't be
    fetched within `timeout` seconds and `largest` bytes, and NotAContract if it is not a JSON or YAML object.
    """
    place = str(source)
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]+://", place):
        check_url(place)
        url = place if urlsplit(place).path.strip("/") else place.rstrip("/") + "/api/v1/openapi.json"
        return _download(url, etag, timeout, largest)
    try:
        with Path(place).open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise CannotFetch(f"{place}: {error.strerror or error}") from error
    return _fetched(place, content, largest)


def check_url(url: str) -> None:
    """Raise CannotFetch unless `url` is allowed: https, or http to localhost."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise CannotFetch(f"{url}: not a URL") from error
    if parts.scheme not in ("http", "https") or not host:
        raise CannotFetch(f"{url}: not an http or https URL")
    if parts.scheme == "http" and not _is_loopback(host):
        raise CannotFetch(f"{url}: plain http is only allowed to localhost, use https")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _download(url: str, etag: str | None, timeout: float, largest: int) -> Fetched | None:
    import httpx  # not needed to start a client

    headers = {"Accept": "application/json, application/yaml;q=0.9", "Accept-Encoding": "identity"}
    if etag:
        headers["If-None-Match"] = etag
    hooks = {"request": [lambda request: check_url(str(request.url))]}  # each redirect is a request
    deadline = time.monotonic() + timeout
    content = bytearray()
    try:
        with (
            httpx.Client(follow_redirects=True, timeout=timeout, event_hooks=hooks) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code == 304 and etag:
                return None
            if not response.is_success:
                raise CannotFetch(f"{url}: the response was {response.status_code} {response.reason_phrase}")
            for chunk in response.iter_bytes(_CHUNK):
                content += chunk
                if len(content) > largest:
                    break
                if time.monotonic() > deadline:  # httpx only limits the wait for each chunk
                    raise httpx.ReadTimeout("")
    except httpx.TimeoutException as error:
        raise CannotFetch(f"{url}: no response within {timeout:g} s") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise CannotFetch(f"{url}: {error}") from error
    return _fetched(url, bytes(content), largest, response.headers.get("ETag"))


def _fetched(source: str, content: bytes, largest: int, etag: str | None = None) -> Fetched:
    if len(content) > largest:
        raise CannotFetch(f"{source}: more than {largest} bytes")
    is_json = content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"["))
    try:
        document = json.loads(content) if is_json else _yaml(content)
        check_json(document)
        if not isinstance(document, dict):
            raise NotAContract("expected an object at the top level")
    except RecursionError as error:
        raise NotAContract(f"{source}: nested too deeply") from error
    except NotAContract as error:
        raise NotAContract(f"{source}: {error}") from error
    except ValueError as error:
        raise NotAContract(f"{source}: not JSON: {error}") from error
    return Fetched(source, content, document, is_json, etag)


def _yaml(content: bytes) -> Any:
    if content.lstrip()[:1] == b"<":
        raise NotAContract("a web page, not an OpenAPI document")
    try:
        import yaml
    except ImportError as error:
        raise NotAContract("not JSON; to read YAML, install PyYAML") from error

    class Loader(yaml.SafeLoader):
        """YAML with JSON's types: no dates, and `yes`, `on` and `012` are strings."""

    Loader.yaml_implicit_resolvers = {}
    for kind, pattern, beginnings in _YAML_SCALARS:
        Loader.add_implicit_resolver(f"tag:yaml.org,2002:{kind}", re.compile(f"(?:{pattern})$"), beginnings)
    try:
        node = yaml.load(content, Loader)
    except (yaml.YAMLError, ValueError) as error:
        raise NotAContract(f"neither JSON nor YAML: {' '.join(str(error).split())}") from error
    return _text_keys(node, [_MOST_NODES])


def _text_keys(node: Any, left: list[int]) -> Any:
    """A copy with strings as keys (`200:` is a number in YAML), in which aliases are copied."""
    left[0] -= 1
    if left[0] < 0:
        raise NotAContract(f"its aliases expand to more than {_MOST_NODES} values")
    if isinstance(node, dict):
        return {str(key): _text_keys(value, left) for key, value in node.items()}
    if isinstance(node, list):
        return [_text_keys(value, left) for value in node]
    return node
