"""What a batch requests after a failure, and for how long it listens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from proteiniq._policy.look import LIST_ATTEMPTS, Failed, Listed, ListPage, Looker, ReadJob
from proteiniq._policy.moves import Fetch, Hear, Move, Rest, Submit
from proteiniq._policy.others import LATE
from proteiniq._policy.polling import PATIENCE
from proteiniq._policy.schedule import Schedule


def scheduled(jobs: int, *, slots: int | None = None, streams: int = 0) -> Schedule:
    """A schedule with running jobs, and no item that waits."""
    schedule = Schedule(rate=2.0, streams=streams)
    schedule.account(0.0, 0, slots or jobs)
    for number in range(jobs):
        assert schedule.next_move(0.0) == Submit()
        schedule.submitted(f"job_{number}", None, 0.0)
    schedule.pending = False
    return schedule


def rest(schedule: Schedule, now: float) -> float:
    move = schedule.next_move(now)
    assert isinstance(move, Rest)
    assert move.until is not None
    return move.until


def first_look(schedule: Schedule) -> tuple[float, Move | None]:
    now = rest(schedule, 0.0)
    return now, schedule.next_move(now)


def test_requests_that_fail_together_are_one_failure() -> None:
    schedule = scheduled(3)
    for number in range(3):
        schedule.fetch(f"done_{number}")
        assert schedule.next_move(0.0) == Fetch(f"done_{number}")
    for _ in range(3):
        schedule.failed(10.0, Failed())
    assert rest(schedule, 10.0) == 11.0
    schedule.failed(11.0, Failed())
    assert rest(schedule, 11.0) == 13.0


def test_a_pause_is_as_long_as_the_service_asks_for() -> None:
    schedule = scheduled(1)
    for now in range(6):
        schedule.failed(float(now), Failed(retry_after=1.0))
        assert rest(schedule, float(now)) == now + 1.0
    schedule.failed(6.0, Failed(retry_after=90.0))
    schedule.failed(6.0, Failed())
    assert rest(schedule, 6.0) == 96.0


def test_a_job_that_the_service_no_longer_has_says_nothing_of_the_durations() -> None:
    schedule = scheduled(2)
    schedule.vanished("job_0")
    assert not schedule._following.knows_durations
    assert list(schedule._following.jobs) == ["job_1"]
    schedule.ended("job_1", 10.0, fetch=False)
    assert schedule._following.knows_durations


def test_a_look_that_failed_says_nothing_of_the_durations() -> None:
    schedule = scheduled(3)
    now, move = first_look(schedule)
    assert move == ListPage(is_first=True)
    for _ in range(5):
        schedule.looked(now, Failed(retry_after=1.0, by_rate=True))
        now += 1.0
        assert schedule.next_move(now) == ListPage(is_first=True)


def failed_look(looker: Looker, failure: Failed) -> Iterator[ListPage | ReadJob | None]:
    look = looker.look({"a": None}, 0.0)
    with suppress(StopIteration):
        yield next(look)
        while True:
            yield look.send((0.0, failure))


@pytest.mark.parametrize("by_rate", [True, False])
def test_the_rate_limit_says_nothing_of_the_list(by_rate: bool) -> None:
    looker = Looker()
    moves = [move for _ in range(LIST_ATTEMPTS) for move in failed_look(looker, Failed(by_rate=by_rate))]
    assert moves == [*[ListPage(is_first=True)] * LIST_ATTEMPTS, *[ReadJob("a")] * (not by_rate)]


def test_a_look_goes_on_while_results_are_fetched() -> None:
    """Also where requests are scarce, so that its jobs don't wait for the results."""
    schedule = scheduled(100)
    now, move = first_look(schedule)
    assert move == ListPage(is_first=True)
    for number in range(50):
        schedule.ended(f"job_{number}", now, took=1.0, fetch=True)
    schedule.looked(now, Listed(), ours=50)
    moves = [schedule.next_move(now) for _ in range(5)]
    assert moves == [*(Fetch(f"job_{number}") for number in range(4)), ReadJob("job_50")]


def test_a_stream_of_a_long_job_may_be_silent_for_longer() -> None:
    schedule = scheduled(2, streams=24)
    assert schedule.next_move(0.0) == Hear("job_0", PATIENCE)
    assert schedule.next_move(0.0) == Hear("job_1", PATIENCE)
    for number in range(5):  # that a stream ends after its time is no failure of streams
        now = 200.0 * (number + 1)
        schedule.unheard("job_0", now - 10.0)
        assert schedule.next_move(now) == Hear("job_0", 2 * now)
    schedule.ended("job_1", 1000.0, took=900.0, fetch=False)
    schedule.follow("job_2", None, 1000.0)
    # Four times the mean of the 900 s and of the age of the one that runs for longer.
    assert schedule.next_move(1000.0) == Hear("job_2", 3800.0)


def test_a_stream_that_ended_after_its_time_is_opened_again_at_once() -> None:
    schedule = scheduled(2, streams=24)
    schedule.ended("job_1", 0.0, took=1000.0, fetch=False)
    assert schedule.next_move(0.0) == Hear("job_0", 4000.0)
    schedule.unheard("job_0", 10.0)
    assert rest(schedule, 10.0) == 15.0
    assert schedule.next_move(15.0) == Hear("job_0", 4000.0)
    schedule.unheard("job_0", 15.0 + PATIENCE)
    assert schedule.next_move(15.0 + PATIENCE) == Hear("job_0", 4000.0)


def test_while_no_duration_is_known_a_few_jobs_are_listened_to() -> None:
    """Listening to more would be a waste if requests turned out to limit the batch."""
    schedule = scheduled(6, streams=24)
    heard = [schedule.next_move(0.0) for _ in range(4)]
    assert heard == [Hear(f"job_{number}") for number in range(4)]
    now = rest(schedule, 0.0)
    # 6 jobs of this age, with three requests each, need 95 % of 2 requests a second.
    assert now == pytest.approx(6 * 3 / (0.95 * 2))
    assert schedule.next_move(now) == Hear("job_4", PATIENCE)


def test_jobs_are_listened_to_at_once_when_a_duration_is_known() -> None:
    schedule = scheduled(4, streams=24)
    schedule.ended("job_0", 0.5, took=100.0, fetch=False)
    for number in range(4, 6):
        schedule.follow(f"job_{number}", None, 1.0)
    assert [schedule.next_move(1.0) for _ in range(5)] == [
        Hear(f"job_{number}", 400.0) for number in range(1, 6)
    ]


def test_the_first_look_is_when_a_job_is_expected_to_have_ended() -> None:
    schedule = scheduled(3)
    schedule.ended("job_0", 0.0, took=40.0, fetch=False)
    assert rest(schedule, 0.0) == pytest.approx(40.0, abs=0.2)


def test_a_job_of_an_earlier_run_may_have_ended_already() -> None:
    schedule = Schedule(rate=2.0)
    schedule.account(0.0, 1, 1)
    schedule.follow("job_0", None, 0.0, age=3600.0)
    assert schedule.next_move(0.0) == ListPage(is_first=True)


def test_an_account_does_not_make_room_for_jobs_that_ended_unnoticed() -> None:
    schedule = Schedule(rate=2.0)
    schedule.account(0.0, 4, 8)
    for number in range(4):
        assert schedule.next_move(0.0) == Submit()
        schedule.submitted(f"job_{number}", None, 0.0)
    # At 50 s all four of the batch have ended, and there are still four of others.
    schedule.account(50.0, 4, 8)
    assert schedule.next_move(50.0) != Submit()
    for number in range(4):
        schedule.ended(f"job_{number}", 51.0, took=10.0, fetch=False)
    moves = [schedule.next_move(51.0) for _ in range(5)]
    assert moves[:4] == [Submit()] * 4
    assert isinstance(moves[4], Rest)


def test_an_account_makes_room_when_the_jobs_of_the_batch_are_known_to_run() -> None:
    schedule = Schedule(rate=2.0)
    schedule.account(0.0, 4, 8)
    for number in range(4):
        assert schedule.next_move(0.0) == Submit()
        schedule.submitted(f"job_{number}", None, 0.0)
    schedule.account(50.0, 4, 8)
    assert schedule.next_move(50.0) == ListPage(is_first=True)
    for number in range(4):
        schedule.seen(f"job_{number}", 52.0)
    running: Any = [SimpleNamespace(id=f"job_{number}", created_at=None) for number in range(4)]
    schedule.looked(52.0, Listed(running))
    assert schedule.next_move(52.0) == Submit()


def test_an_account_makes_no_room_for_a_job_that_ended_before_it_and_is_heard_of_later() -> None:
    schedule = Schedule(rate=2.0, streams=24)
    schedule.account(0.0, 1, 3)
    for job in ("job_0", "job_1"):
        assert schedule.next_move(0.0) == Submit()
        schedule.submitted(job, None, 0.0)
    assert [schedule.next_move(0.0), schedule.next_move(0.0)] == [Hear("job_0"), Hear("job_1")]
    schedule.account(60.0, 2, 3)  # which are the job of others, and job_1
    assert isinstance(schedule.next_move(60.0), Rest)
    schedule.ended("job_0", 60.01, took=60.005, fetch=False)
    assert [schedule.next_move(60.01) == Submit() for _ in range(2)] == [True, False]


def test_an_account_makes_room_for_those_whose_end_is_not_heard_of() -> None:
    """Also if nothing else happens, but not at once: the account may be older than the end of a job."""
    schedule = Schedule(rate=2.0, streams=24)
    schedule.account(0.0, 1, 2)
    assert [schedule.next_move(0.0)] == [Submit()]
    schedule.submitted("job_1", None, 0.0)
    assert schedule.next_move(0.0) == Hear("job_1")
    schedule.account(100.0, 1, 2)
    assert rest(schedule, 100.0) == 100.0 + LATE
    assert schedule.next_move(100.0 + LATE) == Submit()


def test_streams_that_end_early_are_given_up_for_a_while() -> None:
    schedule = scheduled(3, streams=24)
    for number in range(3):
        assert schedule.next_move(0.0) == Hear(f"job_{number}", PATIENCE)
    for number in range(3):
        schedule.unheard(f"job_{number}", 1.0)
    assert schedule.next_move(10.0) == ListPage(is_first=True)


def test_an_account_without_figures_changes_nothing_known() -> None:
    schedule = Schedule(rate=2.0)
    schedule.account(0.0, 0, 1)
    schedule.account(1.0, None, None)
    assert schedule.next_move(1.0) == Submit()
    assert isinstance(schedule.next_move(1.0), Rest)


def test_without_a_known_limit_a_refusal_shows_it() -> None:
    schedule = Schedule(rate=2.0)
    for number in range(2):
        assert schedule.next_move(0.0) == Submit()
        schedule.submitted(f"job_{number}", None, 0.0)
    assert schedule.next_move(0.0) == Submit()
    schedule.full(0.0, 0.0)
    assert schedule.next_move(60.0) != Submit()
    schedule.ended("job_0", 60.0, fetch=False)
    assert schedule.next_move(60.0) == Submit()


def test_a_job_that_is_not_followed_can_be_seen() -> None:
    schedule = scheduled(1)
    schedule.seen("job_of_others", 0.5)
    assert rest(schedule, 0.5) == rest(scheduled(1), 0.5)


def test_jobs_on_several_pages_are_looked_at_when_they_have_probably_ended() -> None:
    """Also where requests are scarce, although no page of the list has most of them."""
    schedule = scheduled(250)
    for number in range(10):
        schedule.ended(f"job_{number}", 5.0, took=5.0, fetch=False)
    now = rest(schedule, 5.0)
    assert now < 6.0
    assert schedule.next_move(now) == ListPage(is_first=True)
    running: Any = [SimpleNamespace(id=f"job_{number}", created_at=None) for number in range(10, 250)]
    schedule.looked(now, Listed(running))
    assert rest(schedule, now) < 10.0
