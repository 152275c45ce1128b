"""Arguments that several resources take, checked before any request."""

from __future__ import annotations

from datetime import UTC, datetime

from ._times import parse_timestamp
from .errors import InvalidInput

IDEMPOTENCY_KEY_LENGTH = 255
"""The longest idempotency key. Our choice: no length is stated."""


def check_limit(limit: int | None) -> None:
    """Raise InvalidInput unless `limit` is a page size that the service takes (documentation, "Files")."""
    if limit is not None and not 1 <= limit <= 100:
        raise InvalidInput(f"limit={limit!r}: a page has from 1 to 100 items")


def check_id(kind: str, value: str) -> str:
    """The id, which must be one: an empty one would ask for the whole list."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"{value!r} is no {kind} id")
    if value in (".", ".."):
        raise InvalidInput(f"{value!r} is no {kind} id")
    return value


def moment(name: str, value: datetime | str | None) -> datetime | None:
    """A time argument, aware. Raises InvalidInput for text that is no ISO 8601 time."""
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = parse_timestamp(value)
        except ValueError:
            raise InvalidInput(
                f"{name}={value!r} is no ISO 8601 time, such as 2026-06-12T08:05:00Z"
            ) from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def check_idempotency_key(key: str) -> str:
    if not key or len(key) > IDEMPOTENCY_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise InvalidInput(
            f"idempotency_key: 1 to {IDEMPOTENCY_KEY_LENGTH} printable ASCII characters, unique for each job"
        )
    return key


def check_credits(name: str, value: float | None) -> None:
    if value is not None and (isinstance(value, bool) or not value >= 0):
        raise InvalidInput(f"{name}={value!r}: it is a number of credits, 0 or more")
