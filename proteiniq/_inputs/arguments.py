"""Checks of arguments that several resources take, made before any request.

Lengths not documented by the service are choices of this client.
"""

from __future__ import annotations

import copy
import ipaddress
import numbers
import re
import stat
from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from .._message_text import short_repr, why
from .._policy.times import parse_timestamp
from ..errors import InvalidInput

IDEMPOTENCY_KEY_LENGTH = 255
"""The longest idempotency key, in characters."""

ID_LENGTH = 1000
"""The longest id, in characters. Some servers close the connection on a much longer request line."""

_HALF = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NUMPY_FLAGS = (("numpy", "bool"), ("numpy", "bool_"))
_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


LARGEST_PAGE = 100
"""The most items of a page (documentation, "Files")."""


@attrs.frozen
class Span:
    """Which part of a list is requested: its pages' size, at most so many items, and the cursor that it starts at."""

    page_size: int | None = None
    max_items: int | None = None
    starting_after: str | None = None

    @classmethod
    def of(
        cls,
        limit: int | None = None,
        page_size: int | None = None,
        max_items: int | None = None,
        starting_after: str | None = None,
    ) -> Span:
        """Return the part that these arguments mean; `limit` is an older name of `page_size`. Raises InvalidInput."""
        check_page_size("limit", limit)
        check_page_size("page_size", page_size)
        if None not in (limit, page_size) and limit != page_size:
            raise InvalidInput("limit and page_size are two names of the same: pass only page_size")
        if max_items is not None:
            check_whole("max_items", max_items, 0)
        if starting_after is not None and not (
            isinstance(starting_after, str) and starting_after and is_text(starting_after)
        ):
            raise InvalidInput(
                f"starting_after must be the next_cursor of a page, got {short_repr(starting_after)}"
            )
        return cls(page_size or limit, max_items, starting_after)

    @property
    def size(self) -> int | None:
        """The page size to request, None for the service's default."""
        if self.page_size is None and self.max_items:
            return min(self.max_items, LARGEST_PAGE)
        return self.page_size


def check_page_size(name: str, value: int | None) -> None:
    """Raise InvalidInput unless `value` is a page size that the service accepts (documentation, "Files")."""
    if value is not None and not (_is_whole(value) and 1 <= value <= LARGEST_PAGE):
        raise InvalidInput(f"{name} must be from 1 to {LARGEST_PAGE}, got {short_repr(value)}")


def check_id(kind: str, value: object) -> str:
    """Return the id, without white space around it, of an argument that is an id or stands for a resource.

    Raises InvalidInput if it can't be an id; an empty one would request the whole list.
    """
    refers_to = getattr(type(value), "_refers_to", None)
    if refers_to is not None:
        if refers_to[0] != kind:
            raise InvalidInput(f"expected a {kind} or its id, got a {refers_to[0]}: {short_repr(value)}")
        value = getattr(value, refers_to[1])
    given, value = value, value.strip() if isinstance(value, str) else value
    if isinstance(value, str) and len(value) > ID_LENGTH:
        raise InvalidInput(
            f"{kind} id must be at most {ID_LENGTH:,} characters, got {len(value):,}: {short_repr(value)}"
        )
    if not isinstance(value, str) or value in ("", ".", "..") or not is_text(value):
        raise InvalidInput(f"{short_repr(given)} is not a {kind} id")
    return value


def check_filters(**filters: object) -> None:
    """Raise InvalidInput for an empty filter: left out, it would return the whole list."""
    for name, value in filters.items():
        if isinstance(value, str) and not value.strip():
            raise InvalidInput(f"{name} must not be empty: omit it for the whole list")


def as_documented(value: str | None, words: Container[str]) -> str | None:
    """Return a word of the documentation as it is spelled there, in upper case; any other value as it is."""
    capitals = value.upper() if isinstance(value, str) else value
    return capitals if capitals in words else value


def is_text(value: str) -> bool:
    """Whether the string can be sent as UTF-8: a lone surrogate can't."""
    return _HALF.search(value) is None


def is_token(value: object) -> bool:
    """Whether it is a string that HTTP takes as the name of a header or a product (RFC 9110, section 5.6.2)."""
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def special_file(path: Path) -> str | None:
    """Return what a path is if it is not a file, such as "a device": reading it might wait forever, or never end.

    A pipe that this process already has, such as /dev/stdin, counts as a file: opening it does not wait for a writer.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return None  # what opens it says why it can't be read
    if stat.S_ISREG(mode):
        return None
    if stat.S_ISDIR(mode):
        return "a directory"
    if stat.S_ISFIFO(mode):
        return "a named pipe" if path.resolve().exists() else None
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def is_loopback(host: str) -> bool:
    """Whether the host is the local machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_host(name: str) -> bool:
    """Whether `name` is valid as a host name."""
    if name.isascii():  # the same as the codec, without loading it
        *labels, last = name.split(".")
        return name != "" and all(0 < len(label) < 64 for label in labels) and len(last) < 64
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False


def is_url(text: str) -> bool:
    """Whether the text is an http or https URL with a host."""
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and is_host(parts.hostname or "")
        # Reading `port` raises ValueError if it is invalid.
        return known and parts.port != 0 and text.isprintable()
    except ValueError:
        return False


def is_downgrade(url: str, target: str) -> bool:
    """Whether going from `url` to `target` would give up encryption."""
    return urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https"


def moment(name: str, value: datetime | str | None) -> datetime | None:
    """Return a time argument as an aware datetime. Raises InvalidInput for anything else."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = parse_timestamp(value)
        except ValueError:
            raise InvalidInput(
                f"{name} must be an ISO 8601 time such as 2026-06-12T08:05:00Z, got {short_repr(value)}"
            ) from None
    if not isinstance(value, datetime):
        raise InvalidInput(f"{name} must be a datetime or an ISO 8601 string, got {short_repr(value)}")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def copied(value: Any, what: str) -> Any:
    """Return a deep copy. Raises InvalidInput for values that can't be copied."""
    try:
        return copy.deepcopy(value)
    except Exception as error:  # objects define how they are copied
        raise InvalidInput(f"{what}: {why(error)[:100]}. Nothing was sent: pass JSON values") from None


def check_idempotency_key(key: str) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or len(key) > IDEMPOTENCY_KEY_LENGTH:
        raise InvalidInput(
            f"idempotency_key must be 1 to {IDEMPOTENCY_KEY_LENGTH} printable ASCII characters without a space at "
            f"either end, got {short_repr(key)}"
        )
    return key


def check_name(value: str | None) -> None:
    """Raise InvalidInput unless `value` can be the name of a job."""
    if value is not None and not (isinstance(value, str) and is_text(value)):
        raise InvalidInput(f"name must be text, got {short_repr(value)}")


def check_credits(name: str, value: float | None) -> None:
    if value is not None and not (is_number(value) and value >= 0):
        raise InvalidInput(f"{name} must be a non-negative number of credits, got {short_repr(value)}")


def check_reserved_credits(value: int | None) -> int | None:
    """Return the limit as a plain integer, which JSON can have."""
    if value is not None and not (_is_whole(value) and 1 <= value < 2**53):
        raise InvalidInput(
            f"max_reserved_credits must be a whole number from 1 to 2^53−1, got {short_repr(value)}"
        )
    return None if value is None else int(value)


def check_timeout(value: float | None) -> None:
    if value is not None:
        check_seconds("timeout", value)


def check_seconds(name: str, value: float) -> None:
    if not (is_number(value) and value >= 0):
        raise InvalidInput(f"{name} must be a non-negative number of seconds, got {short_repr(value)}")


def check_whole(name: str, value: int, least: int) -> None:
    """Raise InvalidInput unless `value` is a whole number that is at least `least`, which is 0 or 1."""
    if not (_is_whole(value) and value >= least):
        kind = "positive" if least else "non-negative"
        raise InvalidInput(f"{name} must be a {kind} whole number, got {short_repr(value)}")


def check_flags(**flags: object) -> None:
    """Raise InvalidInput unless each of these arguments is a boolean: `overwrite="no"` would count as true."""
    for name, value in flags.items():
        kind = type(value)
        if kind is not bool and (kind.__module__, kind.__name__) not in _NUMPY_FLAGS:
            raise InvalidInput(f"{name} must be True or False, got {short_repr(value)}")


def is_number(value: object) -> bool:
    """Whether it is a real number, also one of numpy; a boolean is not."""
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
