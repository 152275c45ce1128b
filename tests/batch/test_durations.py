"""What is expected of jobs by the durations of others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import attrs
import pytest

from proteiniq._policy.durations import REMEMBERED, Durations, duration

from ..every_error import STATE


def known(*seconds: float) -> Durations:
    durations = Durations()
    for each in seconds:
        durations.add(each)
    return durations


def test_nothing_is_known_before_a_job_has_ended() -> None:
    assert known().mean([10.0]) is None


def test_the_mean_counts_running_jobs_that_take_longer_than_any_known_one() -> None:
    assert known(10.0, 20.0, 30.0).mean([5.0, 25.0, 30.0, 70.0]) == 32.5


@pytest.mark.parametrize(
    ("seen", "age", "chance"),
    [(0.0, 9.9, 0.0), (0.0, 10.0, 0.25), (10.0, 25.0, 1 / 3), (10.0, 40.0, 1.0), (25.0, 25.0, 0.0)],
)
def test_a_job_ends_as_likely_as_those_that_took_longer_did(seen: float, age: float, chance: float) -> None:
    assert known(10.0, 20.0, 30.0, 40.0).chance(seen, age) == pytest.approx(chance)


@pytest.mark.parametrize(
    ("seen", "age", "chance"), [(0.0, 1.0, 0.5), (0.0, 9.0, 1.0), (8.0, 9.0, 0.25), (9.0, 8.0, 0.0)]
)
def test_a_job_longer_than_any_known_one_is_expected_to_end_within_a_share_of_its_age(
    seen: float, age: float, chance: float
) -> None:
    assert known().chance(seen, age) == chance


def test_only_the_latest_durations_count() -> None:
    durations = known(1000.0, *[10.0] * REMEMBERED)
    assert len(durations) == REMEMBERED
    assert durations.mean() == 10.0
    assert durations.chance(0.0, 10.0) == 1.0


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("created", "completed", "seconds"),
    [(None, NOON, None), (NOON, None, None), (NOON, NOON, None), (NOON, NOON + timedelta(seconds=0.5), 0.5)],
)
def test_the_duration_of_a_job_is_by_the_clock_of_the_service(
    created: datetime | None, completed: datetime | None, seconds: float | None
) -> None:
    assert duration(attrs.evolve(STATE, created_at=created, completed_at=completed)) == seconds
