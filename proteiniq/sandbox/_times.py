"""Times: in the contract ISO 8601 in UTC with milliseconds and `Z`, in the sandbox milliseconds since the epoch."""

from __future__ import annotations

import datetime
import math

from dateutil.parser import isoparse


def milliseconds(now: float) -> int:
    """Seconds since the epoch as whole milliseconds, for storage."""
    return int(now * 1000)


def iso(ms: int) -> str:
    """Stored milliseconds in the contract's format."""
    time = datetime.datetime.fromtimestamp(ms // 1000, datetime.UTC)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def iso_ceil(seconds: float) -> str:
    """A time to wait for. It is rounded up, so that a client that waits until then has waited long enough."""
    return iso(math.ceil(seconds * 1000))


def parse(text: str) -> int:
    """Milliseconds since the epoch of an ISO 8601 time. A time without a zone is in UTC.

    Raises ValueError if the text is not an ISO 8601 time.
    """
    time = isoparse(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=datetime.UTC)
    return math.floor(time.timestamp() * 1000)
