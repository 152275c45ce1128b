"""How many slots jobs of others take, by an account and by what is known of the batch's own jobs."""

from __future__ import annotations

import pytest

from proteiniq._policy.following import Active
from proteiniq._policy.others import LATE, Others


def account_at_100(active: int) -> Others:
    others = Others()
    others.account(100.0, active, 0)
    assert others.count == active
    return others


def test_an_account_raises_the_count_at_once() -> None:
    others = Others()
    others.account(0.0, 3, 1)
    others.account(1.0, 5, 1)
    assert others.count == 4


def test_an_account_alone_does_not_lower_the_count() -> None:
    """Jobs of the batch may have ended unnoticed, and those of others have begun."""
    others = account_at_100(5)
    others.account(110.0, 4, 4)
    others.update([Active(since=50.0, number=0, created_at=None, looked=90.0)] * 4, 120.0)
    assert others.count == 4


def test_others_have_no_more_jobs_than_are_active() -> None:
    others = account_at_100(5)
    others.account(110.0, 3, 2)
    assert others.count == 3


@pytest.mark.parametrize(
    ("since", "looked", "heard_since", "count"),
    [
        (50.0, 100.0 + LATE, None, 6),
        (50.0, 100.1 + LATE, None, 5),
        (100.0, 102.0, None, 5),
        (101.0, 103.0, None, 6),
        (50.0, 50.0, 99.0, 5),
        (50.0, 50.0, 100.0, 6),
    ],
)
def test_a_job_of_the_batch_that_was_surely_active_is_not_of_others(
    since: float, looked: float, heard_since: float | None, count: int
) -> None:
    known = Active(since, 0, None, looked)
    if heard_since is not None:
        known.heard, known.heard_since = True, heard_since
    others = account_at_100(6)
    others.update([known], 110.0)
    assert others.count == count


def test_the_end_of_a_job_that_is_listened_to_may_be_heard_of_late() -> None:
    """So that it was active is known only some time after the account, and updated then without another reason."""
    heard = Active(50.0, 0, None, 50.0, heard=True, heard_since=60.0)
    others = Others()
    assert others.heard_from == float("inf")
    others.account(90.0, 0, 0)
    assert others.heard_from == float("inf")
    others.account(100.0, 6, 0)
    assert others.heard_from == 100.0 + LATE
    others.update([heard], 99.9 + LATE)
    assert (others.count, others.heard_from) == (6, 100.0 + LATE)
    others.update([heard], others.heard_from)
    assert (others.count, others.heard_from) == (5, float("inf"))


@pytest.mark.parametrize(
    ("since", "took", "count"),
    [(50.0, 50.1 + LATE, 5), (50.0, 50.0 + LATE, 6), (100.0, 2.0, 5), (101.0, 2.0, 6)],
)
def test_a_job_of_the_batch_that_ended_later_is_not_of_others(since: float, took: float, count: int) -> None:
    others = account_at_100(6)
    others.ended(since, took)
    others.update([], 110.0)
    assert others.count == count


def test_jobs_that_ended_after_an_account_are_not_taken_from_the_next_one() -> None:
    others = account_at_100(6)
    others.ended(50.0, 60.0)
    others.account(120.0, 6, 0)
    others.update([], 120.0)
    assert others.count == 6


def test_a_refusal_raises_the_count_and_outdates_the_account() -> None:
    others = account_at_100(2)
    others.ended(50.0, 60.0)
    others.full(1)
    assert others.count == 2
    others.full(3)
    others.update([], 120.0)
    assert others.count == 3


def test_the_count_is_never_negative() -> None:
    others = account_at_100(1)
    others.ended(50.0, 60.0)
    others.ended(50.0, 60.0)
    others.update([], 120.0)
    assert others.count == 0
    others.account(120.0, 1, 2)
    assert others.count == 0


def test_nothing_is_known_of_others_before_an_account_is_read() -> None:
    others = Others()
    others.ended(50.0, 60.0)
    others.update([], 120.0)
    assert others.count == 0


def test_each_job_that_ended_later_is_not_of_others() -> None:
    others = account_at_100(6)
    others.ended(50.0, 60.0)
    others.ended(60.0, 60.0)
    others.update([], 120.0)
    assert others.count == 4
