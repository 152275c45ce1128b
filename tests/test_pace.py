"""The reads of one job, and the requests of one key, in their windows."""

from __future__ import annotations

import pytest

from proteiniq._policy.pace import JobReads, Pace, Seats
from proteiniq._policy.pacing import Window
from proteiniq._policy.pacing_state import HEADROOM, State
from proteiniq._policy.rate_headers import RateHeaders
from proteiniq._wire.pacers import LocalPacer


def read(reads: JobReads, job: str, now: float) -> None:
    window = reads.window(job, now)
    seat = window.reserve(now)
    window.claim(seat, now)
    window.release(seat, now)


def test_the_first_read_of_a_job_is_free_and_the_next_waits() -> None:
    pacer = LocalPacer(job_interval=5.0)
    first = pacer.reserve("job_1")
    assert first.claim(0.0) == 0.0
    first.release(1.0)
    second = pacer.reserve("job_1")
    assert second.claim(2.0) >= 4.0
    assert second.claim(6.5) == 0.0


def test_reads_of_different_jobs_are_independent() -> None:
    pacer = LocalPacer()
    tickets = [pacer.reserve(f"job_{number}") for number in range(50)]
    assert [ticket.claim(0.0) for ticket in tickets] == [0.0] * 50


def test_a_read_that_waits_for_its_job_keeps_no_place_before_others() -> None:
    pacer = LocalPacer(limit=2, seconds=60)
    first = pacer.reserve("job_1")
    assert first.claim(0.0) == 0.0
    first.release(0.0)
    again = pacer.reserve("job_1")
    assert again.claim(0.0) > 0.0
    other = pacer.reserve()
    assert other.claim(0.0) == 0.0


def test_two_waiters_of_one_job_read_it_in_turn() -> None:
    pacer = LocalPacer(job_interval=5.0)
    tickets = [pacer.reserve("job_1") for _ in range(2)]
    assert tickets[0].claim(0.0) == 0.0
    assert tickets[1].claim(0.0) > 0.0
    tickets[0].release(0.0)
    assert tickets[1].claim(4.9) > 0.0
    assert tickets[1].claim(5.2) == 0.0


def test_a_read_that_was_given_up_before_it_left_does_not_count_for_its_job() -> None:
    pacer = LocalPacer(limit=1, seconds=2)
    other = pacer.reserve()
    other.claim(0.0)
    given_up = pacer.reserve("job_1")
    assert given_up.claim(0.0) > 0.0
    given_up.release(0.0)
    other.release(0.0)
    again = pacer.reserve("job_1")
    assert again.claim(2.1) == 0.0


def test_a_request_that_never_claimed_has_nothing_to_release() -> None:
    key, job = Window(1, 60.0), Window(1, 5.0)
    Pace(key, job).release(Seats(), 1.0)
    assert key.state == job.state == State()


@pytest.mark.parametrize("remaining", [1, 100])
def test_a_refusal_with_requests_left_only_delays_the_job(remaining: int) -> None:
    pacer = LocalPacer()
    read = pacer.reserve("job_1")
    read.claim(0.0)
    read.release(0.0, RateHeaders(retry_after=20.0, remaining=remaining), is_refused=True)
    assert pacer.reserve().claim(0.0) == 0.0
    assert pacer.reserve("job_1").claim(0.0) == 20.0


@pytest.mark.parametrize("remaining", [None, 0])
def test_a_refusal_without_requests_left_stops_the_key(remaining: int | None) -> None:
    pacer = LocalPacer()
    read = pacer.reserve("job_1")
    read.claim(0.0)
    read.release(0.0, RateHeaders(retry_after=20.0, remaining=remaining), is_refused=True)
    assert pacer.reserve().claim(0.0) == 20.0


@pytest.mark.parametrize(
    ("remaining", "is_refused", "counted"), [(0, True, 0), (0, False, 1), (1, True, 1), (None, True, 1)]
)
def test_a_request_that_the_limit_of_the_key_refused_is_not_counted(
    remaining: int | None, is_refused: bool, counted: int
) -> None:
    pace, seats = Pace(Window(3, 60.0), Window(1, 5.0)), Seats()
    assert pace.claim(seats, 0.0) == 0.0
    pace.release(seats, 0.0, RateHeaders(remaining=remaining, retry_after=2.0), is_refused=is_refused)
    assert len(pace.key.state.ours) == counted
    assert len(pace.key.state.others) == {0: 3 - counted, 1: 1, None: 0}[remaining]
    assert pace.job is not None
    assert len(pace.job.state.ours) == 1


def test_a_request_without_a_seat_can_be_refused() -> None:
    """Its seat ran out, or was in another file."""
    pace = Pace(Window(3, 60.0))
    pace.release(Seats(), 0.0, RateHeaders(remaining=0, retry_after=2.0), is_refused=True)
    assert pace.held(0.0) == 2.0


@pytest.mark.parametrize(
    ("rate", "is_refused"),
    [
        (RateHeaders(retry_after=20.0), False),
        (RateHeaders(remaining=7), True),
    ],
    ids=["accepted", "without a wait"],
)
def test_only_a_refusal_with_a_wait_stops_the_key(rate: RateHeaders, is_refused: bool) -> None:
    pacer = LocalPacer()
    first = pacer.reserve()
    first.claim(0.0)
    first.release(0.0, rate, is_refused=is_refused)
    assert pacer.reserve().claim(0.0) == 0.0


def test_the_headers_of_a_response_correct_the_window_of_its_key() -> None:
    key, same = Window(10, 60.0), Window(10, 60.0)
    for window in (key, same):
        earlier = window.reserve(0.0)
        window.claim(earlier, 0.0)
        window.release(earlier, 0.0)
    seats, seat = Seats(), same.reserve(60.0)
    assert Pace(key).claim(seats, 60.0) == same.claim(seat, 60.0) == 0.0
    rate = RateHeaders(limit=3, remaining=0, reset_after=50.0, retry_after=1.0, window=300.0)
    Pace(key).release(seats, 61.0, rate)  # the earlier one has expired, but may be in the service's count
    same.observe(61.0, seat=seat, limit=3, remaining=0, reset_after=50.0, window=300.0)
    same.release(seat, 61.0)
    assert key.state == same.state


def test_jobs_that_were_not_read_for_long_are_forgotten() -> None:
    reads = JobReads(interval=5.0)
    most = 0
    for number in range(10_000):
        read(reads, f"job_{number}", float(number))
        most = max(most, len(reads))
    assert most == 256


def test_jobs_are_looked_through_when_twice_as_many_as_remained_last_time_are_there() -> None:
    reads = JobReads(interval=5.0)
    for number in range(256):
        read(reads, f"job_{number}", 0.0)
    counts = []
    for number in range(300):
        reads.window(f"new_{number}", now=0.0 if number == 0 else 100.0)
        counts.append(len(reads))
    assert max(counts) == 512
    assert counts[-1] < 300


def test_a_read_without_an_owner_counts_as_complete() -> None:
    reads = JobReads(interval=5.0)
    window = reads.window("job_1", now=0.0)
    window.claim(window.reserve(0.0), 0.0)
    reads.forget_seats()
    assert window.claim(window.reserve(1.0), 1.0) == pytest.approx(5.0 * (1 + HEADROOM) - 1.0)


def test_a_job_whose_read_is_on_its_way_is_not_forgotten() -> None:
    reads = JobReads(interval=5.0)
    window = reads.window("job_1", now=0.0)
    window.claim(window.reserve(0.0), 0.0)
    for number in range(1000):
        reads.window(f"other_{number}", now=1000.0)
    assert reads.window("job_1", now=1000.0) is window


def test_a_retry_after_is_distinguished_from_the_queue() -> None:
    pacer = LocalPacer(limit=1, seconds=60.0, job_interval=5.0)
    first, second, read = pacer.reserve(), pacer.reserve(), pacer.reserve("job_1")
    assert first.claim(0.0) == 0.0
    assert second.claim(0.0) > 0
    assert second.held(0.0) == 0.0
    assert read.claim(0.0) > 0
    read.release(0.0, RateHeaders(retry_after=30.0, remaining=5), is_refused=True)
    assert (second.held(10.0), read.held(10.0)) == (0.0, 20.0)
    first.release(10.0, RateHeaders(retry_after=600.0), is_refused=True)
    assert (second.held(10.0), read.held(10.0)) == (600.0, 600.0)
    assert second.held(610.0) == 0.0
