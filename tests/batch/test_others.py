"""How many slots jobs of others take, by an account and by what is known of the batch's own jobs."""

from __future__ import annotations

import pytest

from proteiniq._policy.following import Active
from proteiniq._policy.others import Others


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
    others.update([Active(since=50.0, number=0, created_at=None, looked=90.0)] * 4)
    assert others.count == 4


@pytest.mark.parametrize(
    ("since", "looked", "heard_since", "count"),
    [
        (50.0, 100.0, None, 6),
        (50.0, 101.0, None, 5),
        (100.0, 101.0, None, 5),
        (101.0, 102.0, None, 6),
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
    others.update([known])
    assert others.count == count


@pytest.mark.parametrize(
    ("since", "took", "count"), [(50.0, 51.0, 5), (50.0, 50.0, 6), (100.0, 1.0, 5), (101.0, 1.0, 6)]
)
def test_a_job_of_the_batch_that_ended_later_is_not_of_others(since: float, took: float, count: int) -> None:
    others = account_at_100(6)
    others.ended(since, took)
    others.update([])
    assert others.count == count


def test_jobs_that_ended_after_an_account_are_not_taken_from_the_next_one() -> None:
    others = account_at_100(6)
    others.ended(50.0, 60.0)
    others.account(120.0, 6, 0)
    others.update([])
    assert others.count == 6


def test_a_refusal_raises_the_count_and_outdates_the_account() -> None:
    others = account_at_100(2)
    others.ended(50.0, 60.0)
    others.full(1)
    assert others.count == 2
    others.full(3)
    others.update([])
    assert others.count == 3


def test_the_count_is_never_negative() -> None:
    others = account_at_100(1)
    others.ended(50.0, 60.0)
    others.ended(50.0, 60.0)
    others.update([])
    assert others.count == 0
    others.account(120.0, 1, 2)
    assert others.count == 0


def test_nothing_is_known_of_others_before_an_account_is_read() -> None:
    others = Others()
    others.ended(50.0, 60.0)
    others.update([])
    assert others.count == 0


def test_each_job_that_ended_later_is_not_of_others() -> None:
    others = account_at_100(6)
    others.ended(50.0, 60.0)
    others.ended(60.0, 60.0)
    others.update([])
    assert others.count == 4
