"""Points in time and waits, as the service writes them in bodies and headers.

Bodies hold ISO 8601 in UTC (documentation, "Results"). Headers hold a wait in seconds
(`Retry-After`) or a moment (`X-RateLimit-Reset`, ISO 8601; documentation, "Rate limits"). A proxy
in between writes what RFC 9110 allows, so HTTP dates are read too. None of this asks a clock.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 10 * 365 * 86_400.0
"""Ten years, in seconds. A longer wait is cut to it, so that arithmetic on it can't overflow;
every policy has given up long before."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)

# What a bare number in X-RateLimit-Reset means, by its size: seconds from now, a Unix time in
# seconds (from the year 2001 on), or one in milliseconds (from 1973 on).
_EPOCH_SECONDS = 1e9
_EPOCH_MILLISECONDS = 1e11


@functools.lru_cache(maxsize=64)  # answers of one second repeat their headers
def parse_timestamp(text: str) -> datetime:
    """Read an ISO 8601 time and return it in UTC.

    A time without an offset is taken as UTC, which is what the service writes (documentation,
    "Results"). Raises `ValueError` when the text is no such time.

    >>> parse_timestamp("2026-06-12T08:05:00.000Z")
    datetime.datetime(2026, 6, 12, 8, 5, tzinfo=datetime.timezone.utc)
    """
    return _in_utc(datetime.fromisoformat(text))


@functools.lru_cache(maxsize=64)
def parse_http_date(text: str) -> datetime:
    """Read a date as HTTP headers write it (RFC 9110, all three formats) and return it in UTC.

    Raises `ValueError` when the text is no such date.

    >>> parse_http_date("Fri, 12 Jun 2026 08:05:00 GMT")
    datetime.datetime(2026, 6, 12, 8, 5, tzinfo=datetime.timezone.utc)
    """
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (IndexError, OverflowError, TypeError) as error:
        # The standard library's parser was written for mail and trips over some junk.
        raise ValueError(f"not an HTTP date: {text[:80]!r}") from error


def retry_after_seconds(value: str, now: datetime) -> float | None:
    """Return the seconds that a `Retry-After` header asks to wait, or None if it is unreadable.

    The value is a number of seconds, decimals allowed, or an HTTP date. `now` is an aware time;
    the answer's own `Date` is the best one, since it cancels the difference between both clocks.
    A moment in the past is 0.

    >>> retry_after_seconds("1.5", datetime(2026, 6, 12, tzinfo=UTC))
    1.5
    """
    number = _number(value)
    if number is not None:
        return _as_wait(number)
    try:
        return _as_wait((parse_http_date(value) - now).total_seconds())
    except ValueError:
        return None


def reset_seconds(value: str, now: datetime) -> float | None:
    """Return the seconds until the moment in `X-RateLimit-Reset`, or None if it is unreadable.

    The service writes an ISO 8601 time (documentation, "Rate limits"). A bare number is read too,
    because most services write one: seconds from now, or Unix time in seconds or milliseconds,
    told apart by size. `now` and the past are as in `retry_after_seconds`.

    >>> reset_seconds("2026-06-12T00:01:00.000Z", datetime(2026, 6, 12, tzinfo=UTC))
    60.0
    """
    number = _number(value)
    if number is not None:
        if number >= _EPOCH_MILLISECONDS:
            number /= 1000
        if number >= _EPOCH_SECONDS:
            number -= now.timestamp()
        return _as_wait(number)
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
