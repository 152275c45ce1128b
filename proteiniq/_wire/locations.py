"""Where a response leads: the URL of a redirect or of a file, in the form in which it can be requested."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urljoin

from .._inputs.arguments import is_downgrade, is_url

REDIRECTS = (301, 302, 303, 307, 308)

_AUTHORITY = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?(?://[^/?#]*)?", re.IGNORECASE)
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")


def location(headers: Mapping[str, str]) -> str:
    """Return the Location header, empty if there is none.

    It should be ASCII (RFC 9110, 10.2.2). Like browsers and curl this takes other bytes for what has to be
    percent-encoded, and in a host name for UTF-8. Headers are decoded as Latin-1 here, one character for each byte.
    """
    raw = headers.get("location", "").strip().encode("latin-1", "replace")
    try:
        return requestable(raw.decode())
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def requestable(url: str) -> str:
    """Return a URL with its characters beyond ASCII percent-encoded, except those of the host name."""
    end = _AUTHORITY.match(url).end()  # type: ignore[union-attr]  # it matches the empty string
    try:
        return url[:end] + _BEYOND_ASCII.sub(lambda match: quote(match[0]), url[end:])
    except UnicodeEncodeError:  # half of a character, which `is_url` refuses
        return url


def redirect_target(url: str, status: int, headers: Mapping[str, str]) -> str | None:
    """Return the URL to which a response redirects, None if it can't be followed, or goes from https:// to http://."""
    found = location(headers)
    if status not in REDIRECTS or not found:
        return None
    try:
        target = urljoin(url, found)
    except ValueError:  # such as "https://[bad"
        return None
    return target if is_url(target) and not is_downgrade(url, target) else None
