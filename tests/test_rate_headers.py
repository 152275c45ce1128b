from __future__ import annotations

from datetime import UTC, datetime

import pytest

from proteiniq._policy.rate_headers import RateHeaders

NOW = datetime(2026, 6, 12, 8, tzinfo=UTC)


def read(**headers: str) -> RateHeaders:
    return RateHeaders.read({name.replace("_", "-"): value for name, value in headers.items()}, NOW)


def test_headers_that_are_missing_are_none() -> None:
    assert read() == RateHeaders(limit=None, remaining=None, reset_after=None, retry_after=None)
    assert read().wait is None


def test_headers_are_read() -> None:
    found = read(
        x_ratelimit_limit="120",
        x_ratelimit_remaining="0",
        x_ratelimit_reset="2026-06-12T08:00:40Z",
        retry_after="17",
    )
    assert found == RateHeaders(limit=120, remaining=0, reset_after=40.0, retry_after=17.0)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "many", "²", "1234567890"])
def test_a_count_that_cannot_be_read_is_none(text: str) -> None:
    found = read(x_ratelimit_limit=text, x_ratelimit_remaining=text)
    assert (found.limit, found.remaining) == (None, None)


def test_the_largest_count_that_is_read() -> None:
    assert read(x_ratelimit_limit="123456789").limit == 123_456_789


def test_times_count_from_the_date_of_the_response() -> None:
    date = "Fri, 12 Jun 2026 08:00:30 GMT"
    assert read(date=date, x_ratelimit_reset="2026-06-12T08:00:40Z").reset_after == 10.0
    assert read(date=date, retry_after="Fri, 12 Jun 2026 08:00:40 GMT").retry_after == 10.0


def test_times_count_from_now_when_the_date_cannot_be_read() -> None:
    assert read(date="yesterday", x_ratelimit_reset="2026-06-12T08:00:40Z").reset_after == 40.0


def test_a_refused_request_waits_for_retry_after_or_the_reset() -> None:
    reset = "2026-06-12T08:00:40Z"
    assert read(x_ratelimit_reset=reset, retry_after="0").wait == 0.0
    assert read(x_ratelimit_reset=reset).wait == 40.0


@pytest.mark.case
@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("20, 30", 30.0),
        ("30,20", 30.0),
        ("20, soon", 20.0),
        ("Fri, 12 Jun 2026 08:00:40 GMT, 17", 40.0),
        ("17, Fri, 12 Jun 2026 08:00:40 GMT", 40.0),
        ("Friday, 12-Jun-26 08:00:40 GMT, Fri Jun 12 08:00:50 2026", 50.0),
        ('"20"', 20.0),
        ('"20, 30"', 30.0),
        ('"Fri, 12 Jun 2026 08:00:40 GMT", 20s', 40.0),
        (",", None),
    ],
)
def test_the_longest_of_several_waits_counts(value: str, wait: float | None) -> None:
    assert read(retry_after=value).retry_after == wait
    assert read(x_ratelimit_reset=value).reset_after == wait


@pytest.mark.case
def test_the_lowest_of_several_counts_counts() -> None:
    found = read(x_ratelimit_limit='120, "60";w=60, many', x_ratelimit_remaining="7, 3")
    assert (found.limit, found.remaining) == (60, 3)


def test_the_first_date_that_can_be_read_counts() -> None:
    date = "soon, Fri, 12 Jun 2026 08:00:30 GMT"
    assert read(date=date, x_ratelimit_reset="2026-06-12T08:00:40Z").reset_after == 10.0


def test_a_window_is_as_long_as_its_reset_is_away_when_both_are_about_one_limit() -> None:
    date, reset = "Fri, 12 Jun 2026 08:00:00 GMT", "2026-06-12T08:05:00Z"
    # Both are rounded to seconds.
    assert read(date=date, x_ratelimit_limit="120", x_ratelimit_reset=reset).window == 298.0
    assert read(date=date, x_ratelimit_limit="120", x_ratelimit_reset="2").window == 0.0
    assert read(date=date, x_ratelimit_limit="120, 5000", x_ratelimit_reset=f"60, {reset}").window is None
    assert read(x_ratelimit_limit="120", x_ratelimit_reset=reset).window is None
    assert read(date=date, x_ratelimit_reset=reset).window is None
