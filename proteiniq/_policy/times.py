"""Parse times and waits in the service's bodies and headers.

Bodies contain ISO 8601 times in UTC (documentation, "Results"). Headers contain a wait in seconds
(`Retry-After`) or a time (`X-RateLimit-Reset`, ISO 8601; documentation, "Rate limits"). A proxy may
send any form that RFC 9110 allows, so HTTP dates are parsed too. Nothing here reads a clock. Values
not documented by the service are choices of this client.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 10 * 365 * 86_400.0
"""Ten years, in seconds. A longer wait is cut to this, so that arithmetic on it can't overflow;
every policy gives up long before."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)

_DURATION = re.compile(
    r"(?:\d+(?:\.\d+)?\s*(?:ms|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:ours?)?)\s*)+", re.ASCII
)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}

# The meaning of a bare number depends on its size: seconds from now, a Unix
# time in seconds (from 2001 on), or a Unix time in milliseconds (from 1973 on).
_EPOCH_SECONDS = 1e9
_EPOCH_MILLISECONDS = 1e11


@functools.lru_cache(maxsize=64)  # responses within one second have the same headers
def parse_timestamp(text: str) -> datetime:
    """Parse an ISO 8601 time and return it in UTC.

    A time without an offset is taken as UTC, which is what the service sends (documentation,
    "Results"). Raises `ValueError` if `text` is not an ISO 8601 time.

    >>> parse_timestamp("2026-06-12T08:05:00.000Z")
    datetime.datetime(2026, 6, 12, 8, 5, tzinfo=datetime.timezone.utc)
    """
    return _in_utc(datetime.fromisoformat(text))


@functools.lru_cache(maxsize=64)
def parse_http_date(text: str) -> datetime:
    """Parse an HTTP date (RFC 9110, all three formats) and return it in UTC.

    Raises `ValueError` if `text` is not an HTTP date.

    >>> parse_http_date("Fri, 12 Jun 2026 08:05:00 GMT")
    datetime.datetime(2026, 6, 12, 8, 5, tzinfo=datetime.timezone.utc)
    """
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (IndexError, OverflowError, TypeError) as error:
        # The standard library's parser was written for email and fails on some malformed dates.
        raise ValueError(f"not an HTTP date: {text[:80]!r}") from error


def wait_seconds(value: str, now: datetime) -> float | None:
    """Return the wait in `Retry-After` or `X-RateLimit-Reset` in seconds, or None if it is invalid.

    The service sends seconds in one and an ISO 8601 time in the other (documentation, "Rate limits"). Gateways send
    either in either, HTTP dates, durations such as `20s` and `1m30s`, and Unix time in seconds or milliseconds,
    distinguished by size. `now` is an aware time, preferably the response's own `Date`, which cancels the difference
    between the two clocks. A time in the past is 0.

    >>> wait_seconds("1.5", datetime(2026, 6, 12, tzinfo=UTC))
    1.5
    >>> wait_seconds("2026-06-12T00:01:00.000Z", datetime(2026, 6, 12, tzinfo=UTC))
    60.0
    """
    number = _number(value)
    if number is not None:
        if number >= _EPOCH_MILLISECONDS:
            number /= 1000
        if number >= _EPOCH_SECONDS:
            number -= now.timestamp()
        return _as_wait(number)
    if _DURATION.fullmatch(text := value.strip().lower()):
        return _as_wait(
            sum(float(n) * _UNITS[unit] for n, unit in re.findall(r"([\d.]+)\s*(ms|[smh])", text))
        )
    for parse in (parse_timestamp, parse_http_date):
        try:
            return _as_wait((parse(value.strip()) - now).total_seconds())
        except ValueError:
            continue
    return None


def _number(text: str) -> float | None:
    # float() alone would also take "nan", "inf", "1_0" and digits of other scripts.
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def _as_wait(seconds: float) -> float:
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"outside the years 1 to 9999 in UTC: {moment}") from error
