"""Arguments that several resources take, checked before any request."""

from __future__ import annotations

import ipaddress
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

from .._policy.times import parse_timestamp
from .._short_repr import shown
from ..errors import InvalidInput

IDEMPOTENCY_KEY_LENGTH = 255
"""The longest idempotency key. Our choice: no length is stated."""

ID_LENGTH = 1000
"""The longest id. Our choice: servers cut connections whose request line is much longer, without a word."""

_HALF = re.compile("[\ud800-\udfff]")
_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


def check_limit(limit: int | None) -> None:
    """Raise InvalidInput unless `limit` is a page size that the service takes (documentation, "Files")."""
    if limit is not None and not (_is_whole(limit) and 1 <= limit <= 100):
        raise InvalidInput(f"limit={shown(limit)}: a page has from 1 to 100 items")


def check_id(kind: str, value: str) -> str:
    """The id, which must be one: an empty one would ask for the whole list. Raises InvalidInput."""
    if isinstance(value, str) and len(value) > ID_LENGTH:
        raise InvalidInput(f"{shown(value)} is no {kind} id: it has {len(value):,} characters")
    if not isinstance(value, str) or not value.strip() or value in (".", "..") or not is_text(value):
        raise InvalidInput(f"{shown(value)} is no {kind} id")
    return value


def is_text(value: str) -> bool:
    """Whether it can be sent: half a character (a lone surrogate) can't."""
    return _HALF.search(value) is None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(name: str) -> bool:
    """Whether a connection to a host of this name can be asked for."""
    if name.isascii():  # what the codec says of it, without loading the codec
        *labels, last = name.split(".")
        return name != "" and all(0 < len(label) < 64 for label in labels) and len(last) < 64
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False


def is_url(text: str) -> bool:
    """Whether it is an address that can be asked: http or https, with a host."""
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and is_host(parts.hostname or "")
        # A port that can't be is found where it is read.
        return known and parts.port != 0 and text.isprintable()
    except ValueError:
        return False


def is_downgrade(url: str, target: str) -> bool:
    """Whether to go from `url` to `target`, both of them addresses, gives up the encryption."""
    return urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https"


def moment(name: str, value: datetime | str | None) -> datetime | None:
    """A time argument, aware. Raises InvalidInput for text that is no ISO 8601 time."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = parse_timestamp(value)
        except ValueError:
            raise InvalidInput(
                f"{name}={shown(value)} is no ISO 8601 time, such as 2026-06-12T08:05:00Z"
            ) from None
    if not isinstance(value, datetime):
        raise InvalidInput(f"{name}={shown(value)} is no datetime and no ISO 8601 text")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def check_idempotency_key(key: str) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or len(key) > IDEMPOTENCY_KEY_LENGTH:
        raise InvalidInput(
            f"idempotency_key: 1 to {IDEMPOTENCY_KEY_LENGTH} printable ASCII characters without a space at "
            "either end, unique for each job"
        )
    return key


def check_credits(name: str, value: float | None) -> None:
    if value is not None and not (_is_number(value) and value >= 0):
        raise InvalidInput(f"{name}={shown(value)}: it is a number of credits, 0 or more")


def check_reserved_credits(value: int | None) -> None:
    if value is not None and not (_is_whole(value) and 1 <= value < 2**53):
        raise InvalidInput(f"max_reserved_credits={shown(value)}: a whole number from 1 to 2^53−1")


def check_timeout(value: float | None) -> None:
    if value is not None and not (_is_number(value) and value >= 0):
        raise InvalidInput(f"timeout={shown(value)}: it is a number of seconds, 0 or more")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
