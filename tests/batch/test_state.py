"""What a sequence of events says of each item."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from proteiniq.batch._events import (
    Contract,
    Doubt,
    Ended,
    Estimate,
    Event,
    Failed,
    Paused,
    Problem,
    Refused,
    Resend,
    Retry,
    Saved,
    Skipped,
    Submit,
    Submitted,
    Unsent,
)
from proteiniq.batch._state import Active, ItemState, State

from .folders import possible

SUBMITTED = (Submit(0, 0, 2.0), Submitted(0, 0, "job_1", 150.0, "QUEUED", 3.0))
ENDED = (*SUBMITTED, Ended(0, 0, "job_1", "COMPLETED", 2.5))


def after(*events: Event, items: int = 3) -> State:
    """The state after events at the times 1, 2, 3, …"""
    state = State(bytearray(items))
    for at, event in enumerate(events, start=1):
        state.check(event)
        state.apply(event, float(at))
    return state


def test_an_item_from_its_submission_to_its_result() -> None:
    state = after(Submit(0, 0, 2.0))
    assert state.active == {0: Active(ItemState.SENDING, 0, 1.0, 2.0)}
    assert (state.credits_reserved, state.credits_used) == (2.0, 0.0)
    state = after(*SUBMITTED)
    assert state.active == {0: Active(ItemState.RUNNING, 0, 1.0, 3.0, "job_1", 150.0, "QUEUED")}
    assert (state.credits_reserved, state.credits_used) == (3.0, 0.0)
    state = after(*ENDED)
    assert state.active == {0: Active(ItemState.ENDED, 0, 1.0, 2.5, "job_1", 150.0, "COMPLETED")}
    assert (state.credits_reserved, state.credits_used) == (0.0, 2.5)
    state = after(*ENDED, Saved(0))
    assert state.active == {}
    assert state.status(0) is ItemState.DONE
    assert state.counts()[ItemState.DONE] == 1
    assert state.counts()[ItemState.PENDING] == 2
    assert (state.credits_reserved, state.credits_used) == (0.0, 2.5)


def test_the_next_pending_item() -> None:
    state = after(Submit(0, 0), Submit(2, 0))
    assert [state.next_pending(), state.next_pending(1), state.next_pending(2)] == [1, 1, None]


def test_a_failed_job_that_is_repeated_has_a_new_attempt() -> None:
    state = after(
        *SUBMITTED,
        Ended(0, 0, "job_1", "FAILED", 1.0, Problem("tool_error", "No.")),
        Retry(0, 1),
        Submit(0, 1),
        Submitted(0, 1, "job_2"),
    )
    assert (state.attempt(0), state.attempt(1)) == (1, 0)
    assert state.active[0] == Active(ItemState.RUNNING, 1, 5.0, None, "job_2")
    assert state.credits_used == 1.0


def test_credits_that_are_not_known_count_as_they_were_reserved() -> None:
    assert after(*SUBMITTED, Ended(0, 0, "job_1", "FAILED")).credits_used == 3.0
    assert after(*SUBMITTED, Ended(0, 0, "job_1", "FAILED", -1.0)).credits_used == 3.0
    assert after(Submit(0, 0), Submitted(0, 0, "job_1"), Ended(0, 0, "job_1", "FAILED")).credits_used == 0.0


def test_the_key_of_an_item_is_as_old_as_its_first_use() -> None:
    assert after(Submit(0, 0), Submit(0, 0)).active[0].sent_at == 1.0
    assert after(Submit(0, 0), Submit(0, 0), Submitted(0, 0, "job_1")).active[0].sent_at == 1.0
    assert after(Submit(0, 0), Unsent(0, 0), Submit(0, 0)).active[0].sent_at == 3.0


def test_an_item_in_doubt_keeps_its_credits_reserved() -> None:
    state = after(Submit(0, 0, 2.0), Doubt(0, 0))
    assert state.in_doubt == {0: Active(ItemState.DOUBT, 0, 1.0, 2.0)}
    assert state.active == {}
    assert state.credits_reserved == 2.0


def test_an_item_in_doubt_whose_job_is_found_is_running() -> None:
    state = after(Submit(0, 0, 2.0), Doubt(0, 0), Submitted(0, 0, "job_1", found=True))
    assert state.active == {0: Active(ItemState.RUNNING, 0, 1.0, 2.0, "job_1")}
    assert state.in_doubt == {}


def test_an_item_in_doubt_is_pending_again_if_the_user_allows_it() -> None:
    state = after(Submit(0, 0, 2.0), Doubt(0, 0), Resend(0))
    assert state.next_pending() == 0
    assert state.in_doubt == {}


@pytest.mark.case
@pytest.mark.parametrize("event", [Skipped(0), Failed(0), Resend(0)])
def test_a_job_that_may_exist_counts_as_paid_when_the_item_goes_on_without_it(event: Event) -> None:
    state = after(Submit(0, 0, 2.0), Doubt(0, 0), event)
    assert state.in_doubt == {}
    assert (state.credits_reserved, state.credits_used) == (0.0, 2.0)


def test_a_running_job_that_is_given_up_counts_as_paid() -> None:
    state = after(*SUBMITTED, Retry(0, 1))
    assert (state.credits_reserved, state.credits_used) == (0.0, 3.0)


@pytest.mark.parametrize("event", [Unsent(0, 0), Refused(0, 0)])
def test_a_job_that_was_not_made_costs_nothing(event: Event) -> None:
    state = after(Submit(0, 0, 2.0), event)
    assert (state.credits_reserved, state.credits_used) == (0.0, 0.0)


def test_a_repeated_submission_keeps_the_reserved_credits() -> None:
    assert after(Submit(0, 0, 2.0), Submit(0, 0)).credits_reserved == 2.0


def test_failures_in_a_row() -> None:
    failed = (Submit(0, 0), Refused(0, 0), Submit(1, 0), Submitted(1, 0, "job_1"), Retry(1, 1))
    assert after(*failed).failures_in_a_row == 2
    assert after(*failed, Submit(2, 0), Unsent(2, 0), Failed(2)).failures_in_a_row == 3
    assert after(*failed, Paused("3 failures in a row")).failures_in_a_row == 0
    done = (Submit(2, 0), Submitted(2, 0, "job_2"), Ended(2, 0, "job_2", "COMPLETED"), Saved(2))
    assert after(*failed, *done).failures_in_a_row == 0


def test_a_pause_lasts_until_something_is_submitted() -> None:
    paused = Paused("insufficient_credits")
    assert after(paused).paused == paused
    assert after(paused, Submit(0, 0)).paused is None


def test_what_is_known_of_the_batch() -> None:
    state = after(Contract("2", "decaf"), Estimate("ab", 1000, 2.5), Estimate("ab", 2000, None))
    assert state.contract == Contract("2", "decaf")
    assert state.estimates == {("ab", 1000): 2.5, ("ab", 2000): None}


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ((), Submitted(0, 0, "job_1")),
        ((), Ended(0, 0, "job_1", "COMPLETED")),
        ((), Saved(0)),
        (SUBMITTED, Submit(0, 0)),
        (SUBMITTED, Unsent(0, 0)),
        (ENDED, Submit(0, 0)),
        ((*ENDED, Saved(0)), Failed(0)),
        ((*ENDED, Saved(0)), Retry(0, 1)),
        ((Submit(0, 0), Doubt(0, 0)), Submit(0, 0)),
    ],
)
def test_an_event_that_cant_happen(before: tuple[Event, ...], event: Event) -> None:
    with pytest.raises(ValueError, match=r"item 0 is [A-Z]+, so .* can't happen"):
        after(*before, event)


@pytest.mark.parametrize("place", [-1, 3])
def test_an_item_that_is_not_planned(place: int) -> None:
    with pytest.raises(ValueError, match=f"the plan has no item {place}"):
        after(Submit(place, 0))
    with pytest.raises(IndexError):
        State(bytearray(3)).apply(Submit(place, 0), 1.0)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 17)), max_size=60))
def test_no_sequence_of_events_makes_the_totals_wrong(choices: list[tuple[int, int]]) -> None:
    state = State(bytearray([0, 0, 0, ItemState.SAME]))
    for place, kind in choices:
        state.apply(possible(place, state.attempt(place))[kind], 1.0)
    states = [state.status(place) for place in range(4)]
    assert dict(state.counts()) == {each: states.count(each) for each in ItemState}
    assert states[3] is ItemState.SAME
    for place, status in enumerate(states):
        active, doubt = state.active.get(place), state.in_doubt.get(place)
        assert (active.state if active else None) == (status if status in (1, 2, 3) else None)
        assert (doubt is not None) == (status is ItemState.DOUBT)
    assert state != "a state"
