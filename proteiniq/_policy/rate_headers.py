"""Parse the rate-limit headers of a response (documentation, "Rate limits").

The service and a gateway in front of it may both send them. Of repeated headers the strictest value counts: the longest
wait, the lowest limit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

import attrs

from .times import parse_http_date, wait_seconds

# A comma separates values, but not the day of the week from the rest of an HTTP date.
_COMMA = re.compile(r",(?<!Mon,)(?<!Tue,)(?<!Wed,)(?<!Thu,)(?<!Fri,)(?<!Sat,)(?<!Sun,)(?<!day,)")

_ROUNDING = 2.0
"""How much later a reset may seem than it is, in seconds: it is rounded up, and the `Date` down."""


@attrs.frozen(kw_only=True)
class RateHeaders:
    """The parsed headers; None for a missing or invalid one. Waits are in seconds.

    `window` is how long the window of the limit is at least: the time to its reset, where both are about one limit and
    the response has a `Date`, so that the clocks don't matter. Both are in whole seconds, so it may be 2 s longer.
    """

    limit: int | None = None
    remaining: int | None = None
    reset_after: float | None = None
    retry_after: float | None = None
    window: float | None = None

    @classmethod
    def read(cls, headers: Mapping[str, str], now: datetime) -> RateHeaders:
        """Parse the headers of a response; `now` is used only if the response has no `Date`."""
        date = _date(headers)
        limits = _whole_numbers(headers, "x-ratelimit-limit")
        resets = _waits(headers, "x-ratelimit-reset", date or now)
        return cls(
            limit=min(limits, default=None),
            remaining=min(_whole_numbers(headers, "x-ratelimit-remaining"), default=None),
            reset_after=max(resets, default=None),
            retry_after=max(_waits(headers, "retry-after", date or now), default=None),
            window=max(0.0, resets[0] - _ROUNDING) if date and len(limits) == len(resets) == 1 else None,
        )

    @property
    def wait(self) -> float | None:
        """How long a rejected request has to wait, in seconds."""
        return self.retry_after if self.retry_after is not None else self.reset_after


def _date(headers: Mapping[str, str]) -> datetime | None:
    for value in _values(headers, "date"):
        try:
            return parse_http_date(value)
        except ValueError:
            continue
    return None


def _values(headers: Mapping[str, str], name: str) -> list[str]:
    """The values of a header. Quotes, as in `"120"`, and parameters, as in `120;w=60`, are left out."""
    if name not in headers:
        return []
    return [value.partition(";")[0].strip(" \t\"'") for value in _COMMA.split(headers[name])]


def _waits(headers: Mapping[str, str], name: str, now: datetime) -> list[float]:
    waits = [wait_seconds(value, now) for value in _values(headers, name) if value]
    return [wait for wait in waits if wait is not None]


def _whole_numbers(headers: Mapping[str, str], name: str) -> list[int]:
    values = _values(headers, name)
    return [int(value) for value in values if value.isascii() and value.isdecimal() and len(value) < 10]
