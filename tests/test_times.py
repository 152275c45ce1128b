from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, strategies as st

from proteiniq._policy.times import (
    LONGEST_WAIT,
    parse_http_date,
    parse_timestamp,
    wait_seconds,
)

NOW = datetime(2026, 6, 12, 8, 5, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime(1971, 1, 1),
    max_value=datetime(2060, 1, 1),
    timezones=st.just(UTC),
)


@pytest.fixture(autouse=True)
def empty_caches() -> None:
    """Without this, a test may see what the code returned in an earlier test, or before it was changed by mutmut."""
    parse_timestamp.cache_clear()
    parse_http_date.cache_clear()


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-12T08:05:00.000Z",
        "2026-06-12T08:05:00Z",
        "2026-06-12T08:05:00",
        "2026-06-12T10:05:00+02:00",
        "20260612T080500Z",
    ],
)
def test_every_spelling_of_a_moment_is_the_same_moment_in_utc(text: str) -> None:
    moment = parse_timestamp(text)
    assert moment == NOW
    assert moment.tzinfo is UTC


@given(MOMENTS)
def test_a_timestamp_survives_being_written_and_read(moment: datetime) -> None:
    assert parse_timestamp(moment.isoformat()) == moment


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Invalid isoformat"),
        ("yesterday", "Invalid isoformat"),
        ("2026-13-01T00:00:00Z", "month"),
        ("9999-12-31T23:59-14:00", "^outside the years 1 to 9999 in UTC: 9999-12-31 23:59:00-14:00$"),
    ],
)
def test_an_invalid_timestamp_is_a_value_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_timestamp(text)


@pytest.mark.parametrize(
    "text",
    ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"],
)
def test_all_three_formats_of_an_http_date_are_read(text: str) -> None:
    assert parse_http_date(text) == datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@given(st.text())
def test_an_unreadable_http_date_is_a_value_error(text: str) -> None:
    try:
        moment = parse_http_date(text)
    except ValueError:
        return
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("5", 5.0), ("0", 0.0), (" 1.25 ", 1.25), (".5", 0.5), ("+3", 3.0), ("007", 7.0)],
)
def test_retry_after_is_a_number_of_seconds(value: str, seconds: float) -> None:
    assert wait_seconds(value, NOW) == seconds


@given(MOMENTS, st.integers(min_value=0, max_value=10**8))
def test_retry_after_is_an_http_date(now: datetime, seconds: int) -> None:
    now = now.replace(microsecond=0)
    date = format_datetime(now + timedelta(seconds=seconds), usegmt=True)
    assert wait_seconds(date, now) == seconds


@pytest.mark.parametrize("value", ["-1", "-0.5", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_retry_after_in_the_past_is_zero(value: str) -> None:
    assert wait_seconds(value, NOW) == 0.0


@pytest.mark.parametrize(
    "value",
    [
        "",
        "soon",
        "2026-99-99T00:00:00Z",
        "nan",
        "inf",
        "1e3",
        "٣",
        "5 x",
        "20s later",
        "s",
        "Sun, 06 Nov 99999999999999999999 08:49:37 GMT",
    ],
)
def test_an_unreadable_retry_after_is_none(value: str) -> None:
    assert wait_seconds(value, NOW) is None


@pytest.mark.parametrize("value", ["9" * 30, "9" * 400, "9" * 400 + "h", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_an_absurd_retry_after_stays_a_finite_wait(value: str) -> None:
    assert wait_seconds(value, NOW) == LONGEST_WAIT


@pytest.mark.case
@pytest.mark.parametrize(
    "value",
    [
        "2026-06-12T08:06:00.000Z",
        "60",
        "60.0",
        "60s",
        "60 Seconds",
        "60000ms",
        "1m",
        "1 minute",
        "0h0m59.5s500ms",
        str(int(NOW.timestamp()) + 60),
        str((int(NOW.timestamp()) + 60) * 1000),
        "Fri, 12 Jun 2026 08:06:00 GMT",
    ],
)
def test_a_wait_is_read_in_every_spelling_in_use(value: str) -> None:
    assert wait_seconds(value, NOW) == 60.0


def test_a_reset_in_the_past_is_zero() -> None:
    assert wait_seconds("2026-06-12T08:04:59Z", NOW) == 0.0


@given(st.text())
def test_any_text_in_a_header_gives_a_finite_wait_or_none(text: str) -> None:
    wait = wait_seconds(text, NOW)
    assert wait is None or 0.0 <= wait <= LONGEST_WAIT
