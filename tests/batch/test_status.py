"""How far a batch is, in figures and as a text, and when it is paused for its failures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from proteiniq import InvalidInput
from proteiniq.batch import OnFailure
from proteiniq.batch._events import Ended, Estimate, Event, Forecast, Submit, Submitted
from proteiniq.batch._prices import PriceClass, expected, more_expected, size_class
from proteiniq.batch._rates import Rates
from proteiniq.batch._state import State

from .statuses import status


def test_a_status_as_text() -> None:
    shown = str(
        status(
            items=1000,
            running=3,
            waiting=2,
            failed=1,
            in_doubt=1,
            skipped=1,
            credits_reserved=2.0,
            estimated_credits=1400.5,
            unquoted_items=2,
            max_credits=1234567.5,
            requests_per_minute=118.0,
            estimated_end=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
            paused="no credits",
        )
    )
    assert shown.startswith(
        "5 of 1,000 done; 3 running; 2 waiting; 1 failed; 1 in doubt; 1 skipped; "
        "12.5 credits used, 2 reserved, about 1400.5 expected in all (without 2 items), limit 1234567.5; "
        "118 requests/min; ends about "
    )
    assert shown.endswith("; paused: no credits")


def test_an_estimate_is_shown_until_the_batch_has_finished() -> None:
    assert str(status(waiting=5, estimated_credits=20.0)).endswith(
        "12.5 credits used, about 20 expected in all"
    )
    assert str(status(estimated_credits=20.0)).endswith("12.5 credits used")


def test_a_status_as_json() -> None:
    made = json.loads(json.dumps(status(estimated_end=datetime(2026, 1, 2, tzinfo=UTC)).to_dict()))
    assert (made["items"], made["estimated_end"], made["finished"]) == (10, "2026-01-02T00:00:00+00:00", True)
    assert status().to_dict()["estimated_end"] is None


@pytest.mark.parametrize("name", ["running", "waiting", "in_doubt"])
def test_a_batch_is_not_finished_while_items_are_open(name: str) -> None:
    assert not status(**{name: 1}).finished
    assert status().finished


@pytest.mark.parametrize(
    ("policy", "counts", "verdict"),
    [
        (OnFailure(then="stop"), (1, 1, 1), "an item failed"),
        (OnFailure(in_a_row=3), (3, 3, 10), "3 items failed in a row"),
        (OnFailure(in_a_row=3), (2, 2, 10), None),
        (OnFailure(share=0.25), (1, 6, 20), "6 of 20 items failed"),
        (OnFailure(share=0.25), (1, 5, 20), None),
        (OnFailure(share=0.25), (1, 6, 19), None),
    ],
)
def test_failures_that_pause_a_batch(
    policy: OnFailure, counts: tuple[int, int, int], verdict: str | None
) -> None:
    in_a_row, failed, ended = counts
    assert policy.verdict(in_a_row=in_a_row, failed=failed, ended=ended) == verdict


@pytest.mark.parametrize(
    "options",
    [
        {"retries": -1},
        {"retries": True},
        {"retries": 1.5},
        {"then": "go on"},
        {"in_a_row": 0},
        {"in_a_row": True},
        {"share": 0},
        {"share": 1.5},
        {"share": "half"},
        {"share": True},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"^(on_failure|retries|in_a_row|share) must be .*, got "):
        OnFailure(**options)


def test_a_policy_by_its_name() -> None:
    assert OnFailure.of("stop") == OnFailure(then="stop")
    assert OnFailure.of(OnFailure(retries=2)).retries == 2
    with pytest.raises(InvalidInput, match=r"^on_failure must be 'skip', 'stop' or an OnFailure, got 3"):
        OnFailure.of(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(("size", "made"), [(0, 1), (1, 1), (2, 2), (3, 4), (1024, 1024), (1025, 2048)])
def test_items_of_about_the_same_size_are_one_class(size: int, made: int) -> None:
    assert size_class(size) == made


SMALL, LARGE, OTHER = ("ab", 1024), ("ab", 2048), ("cd", 1024)


def priced(*events: Event, items: int) -> State:
    state = State(bytearray(items))
    for event in (Estimate(*SMALL, 2.0), Estimate(*LARGE, 3.0), *events):
        state.apply(event, 1.0)
    return state


@pytest.mark.parametrize(
    ("waiting", "events", "items", "forecast"),
    [
        ({SMALL: 3, LARGE: 2}, (), 5, Forecast(12.0)),
        ({SMALL: 3, OTHER: 2}, (), 5, Forecast(6.0, 2)),
        ({SMALL: 1}, (), 5, Forecast(2.0, 4)),  # more classes than are counted
        ({OTHER: 5}, (), 5, Forecast(None, 5)),
        ({SMALL: 1}, (Submit(0, 0, 4.0),), 2, Forecast(6.0)),
        ({}, (Submit(0, 0, 4.0), Submitted(0, 0, "j"), Ended(0, 0, "j", "COMPLETED", 5.0)), 1, Forecast(5.0)),
    ],
)
def test_what_a_batch_is_expected_to_cost(
    waiting: dict[PriceClass, int], events: tuple[Event, ...], items: int, forecast: Forecast
) -> None:
    assert expected(priced(*events, items=items), waiting) == forecast


@pytest.mark.parametrize("known", [None, 4.0])
def test_a_later_quote_adds_its_items_to_what_is_expected(known: float | None) -> None:
    state = priced(Submit(0, 0, 4.0), items=6)
    assert more_expected(state, Forecast(known, 5), 2.5, 2) == Forecast(9.0, 3)


@pytest.mark.parametrize(
    ("forecast", "text"),
    [
        (Forecast(None, 3), "an unknown number of credits"),
        (Forecast(1400.0), "about 1400 credits"),
        (Forecast(2.5, 3), "about 2.5 credits, without 3 items that have no quote"),
    ],
)
def test_what_is_expected_as_text(forecast: Forecast, text: str) -> None:
    assert str(forecast) == text


# ---- rates


def test_the_requests_of_the_last_minute() -> None:
    rates = Rates(0.0)
    for now in (0.0, 30.0, 59.0, 61.0):
        rates.requested(now)
    assert rates.requests_per_minute(61.0) == 3


def test_the_time_left_is_unknown_at_first() -> None:
    rates = Rates(0.0)
    rates.ended(1.0)
    rates.ended(2.0)
    assert rates.seconds_left(10) is None
    rates.ended(3.0)
    assert rates.seconds_left(10) == 10.0
    assert rates.seconds_left(0) is None
