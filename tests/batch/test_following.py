"""When a look at the running jobs of a batch or a wait is worth its requests, and at which of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from proteiniq._policy.following import LONGEST_GAP, Following


def followed(
    jobs: int, *, known: tuple[float, ...] = (10.0, 20.0, 30.0, 40.0), now: float = 0.0
) -> Following:
    """So many jobs that were submitted now, after others that took as long as `known`."""
    following = Following()
    for number, took in enumerate(known):
        following.add(f"known_{number}", None, now, 0.0, now)
        following.ended(f"known_{number}", now, took)
    add(following, jobs, now=now)
    return following


def add(following: Following, jobs: int, *, now: float, age: float = 0.0, name: str = "job") -> None:
    for number in range(jobs):
        following.add(f"{name}_{number}", None, now, age, now)


def look(following: Following, now: float, *, at_all: bool = False) -> tuple[list[str], float]:
    """The jobs of a look, and how many of them are expected to have ended."""
    return list(following.look(now, at_all=at_all)), following.hoped


def about(seconds: float) -> Any:
    """Due times are found to a tenth of a second."""
    return pytest.approx(seconds, abs=0.1)


# When


@pytest.mark.parametrize(
    ("jobs", "due"),
    [
        (1, 40.0),  # one job: when it has surely ended
        (2, 30.0),  # 1.3 of them: three quarters of two
        (5, 20.0),  # half of five
        (6, 10.0),  # a quarter of six
    ],
)
def test_a_look_is_due_when_a_job_is_expected_to_have_ended(jobs: int, due: float) -> None:
    assert followed(jobs).look_due(0.0, rate=2.0, scarce=False) == about(due)
    assert followed(jobs, now=100.0).look_due(100.0, rate=2.0, scarce=False) == about(100.0 + due)


@pytest.mark.parametrize(
    ("rate", "due"),
    [
        (2.0, 12.5),  # all requests are needed: a quarter of the jobs
        (0.08, 22.5),  # one of the two is needed to use all requests
        (0.04, 32.5),
    ],
)
def test_where_requests_are_scarce_a_look_waits_for_the_jobs_that_are_not_needed(
    rate: float, due: float
) -> None:
    assert followed(2).look_due(0.0, rate=rate, scarce=True) == about(due)


def test_where_requests_are_scarce_a_look_waits_for_a_quarter_of_the_jobs_at_least() -> None:
    following = followed(5, known=(10.0, 20.0, 30.0, 40.0, 50.0))
    assert following.look_due(0.0, rate=2.0, scarce=True) == about(20.0 + 0.1 * 30.0)


def test_looks_are_a_second_apart_at_least_and_a_minute_at_most() -> None:
    assert followed(30, known=(0.0,)).look_due(0.0, rate=2.0, scarce=False) == about(1.0)
    following = followed(3, known=(400.0,))
    assert following.look_due(0.0, rate=2.0, scarce=False) == about(LONGEST_GAP)
    following.looked(5.0)
    assert following.look_due(5.0, rate=2.0, scarce=False) == about(5.0 + LONGEST_GAP)


@pytest.mark.parametrize(
    ("duration", "gap"), [(590.0, 60.0), (1000.0, 100.0), (2990.0, 299.0), (9000.0, 300.0)]
)
def test_looks_at_long_jobs_are_a_tenth_of_their_duration_apart_up_to_five_minutes(
    duration: float, gap: float
) -> None:
    assert followed(3, known=(duration,)).look_due(0.0, rate=2.0, scarce=False) == about(gap)


def test_without_a_known_duration_a_look_is_early_unless_events_will_show_one() -> None:
    following = followed(3, known=())
    assert following.look_due(0.0, rate=2.0, scarce=False) == about(1.0)
    following.hear("job_0", 0.0)
    assert following.look_due(0.0, rate=2.0, scarce=False) == LONGEST_GAP
    following.unheard("job_0")
    assert following.unheard("a job that has ended") is None
    assert following.look_due(0.0, rate=2.0, scarce=False) == about(1.0)


def test_jobs_that_are_listened_to_need_no_look() -> None:
    following = followed(1)
    following.hear("job_0", 0.0)
    assert following.look_due(0.0, rate=2.0, scarce=False) == float("inf")


@pytest.mark.parametrize(
    ("change", "due"),
    [
        (lambda following: following.seen("job_0", 25.0, None), 40.0),
        (lambda following: following.ended("job_0", 25.0, 15.0), 40.0),
        (lambda following: following.look_failed(), 30.0),
        (lambda following: following.add("another", None, 20.0, 20.0, 20.0), 20.0),
    ],
)
def test_a_due_look_is_reconsidered_when_more_is_known(change: Any, due: float) -> None:
    following = followed(2)
    assert following.look_due(0.0, rate=2.0, scarce=False) == about(30.0)
    change(following)
    assert following.look_due(25.0, rate=2.0, scarce=False) == about(due)


def test_a_job_that_was_seen_lately_is_less_likely_to_have_ended() -> None:
    created = datetime(2026, 1, 1, tzinfo=UTC)
    following = followed(1)
    following.add("job_1", created, 0.0, 0.0, 0.0)
    following.seen("job_0", 35.0, created)
    following.seen("job_0", 35.0, None)
    following.seen("job_1", 35.0, None)
    assert following.look(35.0) == {"job_0": created, "job_1": created}
    assert following.hoped == 0.0
    assert look(following, 40.0) == (["job_0", "job_1"], 2.0)


@pytest.mark.parametrize(
    ("not_before", "at_latest", "due"),
    [(5.0, 40.0, 30.0), (35.0, 40.0, 35.0), (5.0, 15.0, 15.0), (35.0, 15.0, 15.0)],
)
def test_a_wait_has_bounds_of_its_own(not_before: float, at_latest: float, due: float) -> None:
    following = followed(2)
    for _ in range(2):
        looked = following.look_due(0.0, rate=2.0, not_before=not_before, at_latest=at_latest)
        assert looked == about(due)
    assert following.look_due(0.0, rate=2.0) == about(30.0)


def test_a_wait_that_knows_no_duration_looks_at_its_own_pace() -> None:
    following = followed(50, known=())
    assert following.look_due(0.0, rate=2.0, not_before=5.0, at_latest=30.0) == 30.0


# Durations


def test_the_duration_of_a_job_is_what_the_service_says_or_what_was_seen() -> None:
    following = followed(2, known=(), now=5.0)
    assert (following.knows_durations, following.mean(0.0)) == (False, None)
    following.ended("job_0", 35.0, 10.0)
    assert (following.knows_durations, following.mean(0.0)) == (True, 10.0)
    following.ended("job_1", 35.0, None)
    assert following.mean(0.0) == 20.0
    assert following.ended("job_1", 30.0, None) is None


def test_jobs_that_run_longer_than_any_known_one_count_as_if_they_ended_now() -> None:
    following = followed(1, known=(10.0,))
    add(following, 1, now=20.0, age=30.0, name="old")
    assert following.mean(30.0) == (10.0 + 30.0 + 40.0) / 3


@pytest.mark.parametrize(
    ("hoped", "found", "times", "expected"),
    [
        (10, 10, 1, 1.0),
        (10, 5, 1, 0.5**0.3),
        (10, 20, 1, 2**0.3),
        (10, 0, 1, 0.25**0.3),
        (10, 100, 1, 4**0.3),
        (0, 5, 1, 1.0),
        (1, 2, 1, 2**0.3),
        (10, 0, 50, 0.05),
        (10, 100, 50, 4.0),
    ],
)
def test_expectations_are_corrected_by_what_looks_found(
    hoped: int, found: int, times: int, expected: float
) -> None:
    following = followed(0)
    for _ in range(times):
        add(following, 100, now=0.0, age=100.0)
        for number in range(hoped, 100):
            following.seen(f"job_{number}", 0.0, None)  # so that it is not expected to have ended
        following.look(0.0, at_all=True)
        for number in range(found):
            following.drop(f"job_{number}")
        following.looked(0.0)
        following.jobs.clear()
    add(following, 1, now=0.0, age=100.0)
    following.look(0.0)
    assert following.hoped == pytest.approx(expected)


@pytest.mark.parametrize("learns", [True, False])
def test_a_job_that_is_gone_is_looked_at_no_more(learns: bool) -> None:
    following = followed(2, known=())
    looking = following.look(10.0, at_all=True)
    assert list(looking) == ["job_0", "job_1"]
    gone = following.ended("job_0", 10.0, None) if learns else following.drop("job_0")
    assert gone is not None
    assert list(looking) == list(following.jobs) == ["job_1"]
    assert following.knows_durations is learns
    assert following.drop("job_0") is None


def test_a_job_that_is_seen_tells_its_age_and_whether_it_runs() -> None:
    following = followed(1)
    job = following.jobs["job_0"]
    following.seen("job_0", 10.0, None, age=15.0, runs=True)
    assert (job.since, job.runs) == (-5.0, True)
    following.seen("job_0", 20.0, None)
    assert (job.since, job.looked, job.runs) == (-5.0, 20.0, False)


# Pages of the job list


@pytest.mark.parametrize(
    ("pages", "first"),
    [
        ([], 100),
        ([(100, 50)], 80),  # a quarter of the way to two jobs for each one of ours
        ([(100, 50), (100, 50)], 70),
        ([(100, None)], 100),
        ([(100, 0)], 100),
        ([(0, 50)], 100),
    ],
)
def test_jobs_are_on_later_pages_after_a_hundred_others(
    pages: list[tuple[int, int | None]], first: int
) -> None:
    following = followed(0, known=())
    add(following, 200, now=0.0)
    for size, ours in pages:
        following.on_page(size, ours)
    later = [following.on_later_pages(each) for each in following.jobs.values()]
    assert later == [True] * (201 - first) + [False] * (first - 1)


def test_a_look_goes_as_far_as_pages_are_worth_their_requests() -> None:
    following = followed(0, known=(10.0,))
    add(following, 151, now=0.0, name="old")
    add(following, 99, now=0.0, name="new")
    jobs, hoped = look(following, 20.0)
    assert (len(jobs), hoped) == (250, 250)
    for job in following.jobs:
        if job not in ("new_0", "new_1", "new_2"):
            following.seen(job, 20.0, None)
    assert len(following.look(20.0)) == 199  # 1.5 for each of two pages, 1 of three
    following.seen("new_2", 20.0, None)
    following.seen("new_1", 20.0, None)
    assert look(following, 20.0) == ([f"new_{number}" for number in range(99)], 1)
    assert look(following, 20.0, at_all=True) == (list(following.jobs), 1)
    following.hear("new_1", 20.0)
    assert len(following.look(20.0)) == 98
    assert len(following.look(20.0, at_all=True)) == 249


def test_a_page_has_fewer_jobs_of_the_batch_where_others_submit_too() -> None:
    following = followed(150, known=(10.0,))
    for _ in range(2):
        following.on_page(100, 50)
    for number in range(149):
        following.seen(f"job_{number}", 20.0, None)
    assert list(following.look(20.0)) == [f"job_{number}" for number in range(81, 150)]


def test_a_look_goes_on_to_a_page_with_ended_jobs_after_one_without() -> None:
    following = followed(0, known=(10.0,))
    add(following, 100, now=0.0, name="old")
    add(following, 99, now=15.0, name="new")
    jobs, hoped = look(following, 15.0)
    assert (len(jobs), hoped) == (199, 100)
    # When the new ones have ended, too: the old ones are half a page for each request.
    mean = (10.0 + 100 * 15.0) / 101
    assert following.look_due(15.0, rate=2.0, scarce=True) == about(25.0 + 0.1 * mean)


def test_the_worth_of_a_look_is_that_of_its_pages_together() -> None:
    following = followed(200)
    add(following, 100, now=40.0, name="new")  # the 99 newest jobs are on the first page
    assert following._worth(following._pages(), 40.0) == pytest.approx(199 / 3)


def test_a_page_is_looked_at_that_is_worth_as_much_as_those_before_it() -> None:
    following = followed(100)
    add(following, 100, now=10.0, name="younger")
    add(following, 100, now=20.0, name="youngest")
    for number in range(1, 100):
        for name in ("job", "younger", "youngest"):
            following.drop(f"{name}_{number}")
    assert look(following, 20.0)[0] == ["job_0", "younger_0", "youngest_0"]


def test_a_page_is_looked_at_that_is_worth_no_more_than_those_before_it() -> None:
    following = followed(100)
    add(following, 200, now=10.0, name="new")
    for number in (*range(1, 100), *range(1, 199)):
        following.drop(f"job_{number}")
        following.drop(f"new_{number}")
    assert look(following, 20.0)[0] == ["job_0", "new_0", "new_199"]
