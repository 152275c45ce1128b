"""Times of the contract: ISO 8601, UTC, milliseconds, `Z`; inside, milliseconds since the epoch."""

from __future__ import annotations

import datetime
import math

from dateutil.parser import isoparse


def milliseconds(now: float) -> int:
    """Seconds since the epoch as the whole milliseconds that are stored."""
    return int(now * 1000)


def iso(ms: int) -> str:
    """Stored milliseconds as the contract writes a time."""
    time = datetime.datetime.fromtimestamp(ms // 1000, datetime.UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def iso_ceil(seconds: float) -> str:
    """A time to wait for: rounded up, so that who waits until then has waited long enough."""
    return iso(math.ceil(seconds * 1000))


def parse(text: str) -> int:
    """Milliseconds since the epoch of an ISO 8601 time; a time without a zone is UTC.

    Raises ValueError when the text is no time.
    """
    time = isoparse(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=datetime.UTC)
    return math.floor(time.timestamp() * 1000)
