from __future__ import annotations

import heapq
import json
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

import attrs
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from proteiniq._policy.pace import JobReads
from proteiniq._policy.pacing import LONGEST_FLIGHT, LONGEST_NAP, State, Window
from proteiniq._wire.pace_file import FilePacer
from proteiniq._wire.pacers import LocalPacer, Pacer, shared


def send(window: Window, now: float) -> float:
    """Send a request with an immediate response, as soon as it may leave. Returns the time."""
    seat = window.reserve(now)
    while (delay := window.claim(seat, now)) > 0:
        now += delay
    window.release(seat, now)
    return now


def most_in_any(times: list[float], seconds: float) -> int:
    return max((sum(start <= t < start + seconds for t in times) for start in times), default=0)


def test_the_first_requests_leave_at_once() -> None:
    window = Window(limit=3, seconds=60)
    assert [send(window, 10.0) for _ in range(3)] == [10.0, 10.0, 10.0]


def test_a_request_beyond_the_limit_waits_until_the_oldest_is_a_window_ago() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    send(window, 10.0)
    send(window, 30.0)
    assert send(window, 40.0) == 70.0
    assert send(window, 70.0) == 90.0


def test_headroom_makes_the_window_longer() -> None:
    window = Window(limit=1, seconds=60, headroom=0.1)
    send(window, 0.0)
    assert send(window, 0.0) == pytest.approx(66.0)


def test_the_seat_of_a_slow_request_is_free_a_window_after_its_response() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    slow, next_one = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(slow, 0.0) == 0.0
    assert window.claim(next_one, 59.0) > 0
    window.release(slow, 61.0)
    assert window.claim(next_one, 61.0) == 60.0
    assert window.claim(next_one, 121.0) == 0.0


def test_places_are_given_in_order() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    first, second, third = window.reserve(10.0), window.reserve(10.0), window.reserve(10.0)
    assert [window.claim(seat, 10.0) for seat in (third, second, first)] == [170.0, 110.0, 50.0]


def test_a_late_sleeper_is_not_overtaken() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    first, second = window.reserve(59.0), window.reserve(59.0)
    assert window.claim(second, 65.0) == 60.0
    assert window.claim(first, 65.0) == 0.0


def test_an_abandoned_place_moves_the_others_ahead() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    first, second = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(second, 0.0) == 120.0
    assert window.release(first, 0.0) is False
    assert window.claim(second, 0.0) == 60.0


def test_releasing_twice_has_no_effect() -> None:
    window = Window(limit=2, seconds=60)
    seat = window.reserve(0.0)
    window.claim(seat, 0.0)
    assert window.release(seat, 0.0) is True
    assert window.release(seat, 0.0) is False
    assert send(window, 0.0) == 0.0


def test_a_claim_that_was_granted_stays_granted() -> None:
    window = Window(limit=1, seconds=60)
    seat = window.reserve(0.0)
    assert window.claim(seat, 0.0) == 0.0
    assert window.claim(seat, 1.0) == 0.0


def test_a_request_that_never_reached_the_service_is_not_counted() -> None:
    window = Window(limit=1, seconds=60)
    seat = window.reserve(0.0)
    window.claim(seat, 0.0)
    window.cancel(seat, 0.0)
    assert send(window, 0.0) == 0.0


def test_a_window_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        Window(limit=0, seconds=60)


def test_requests_beyond_ours_count_as_those_of_others() -> None:
    window = Window(limit=10, seconds=60)
    send(window, 0.0)
    window.observe(0.0, limit=10, remaining=6)
    assert [send(window, 0.0) for _ in range(6)] == [0.0] * 6
    assert send(window, 0.0) > 0.0


def test_requests_of_others_expire_as_they_came() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=0)
    # Spread over the minute before: at 55, 70, 85 and 100.
    assert [send(window, 100.0) for _ in range(4)] == [115.0, 130.0, 145.0, 160.0]


def test_our_own_requests_are_not_taken_for_those_of_others() -> None:
    window = Window(limit=10, seconds=60)
    for sent in range(1, 6):
        seat = window.reserve(0.0)
        window.claim(seat, 0.0)
        window.observe(0.0, remaining=10 - sent)
        window.release(seat, 0.0)
    assert [send(window, 0.0) for _ in range(5)] == [0.0] * 5


def test_a_late_response_does_not_drop_requests_of_others() -> None:
    window = Window(limit=10, seconds=60)
    seats = [window.reserve(0.0), window.reserve(0.0)]
    for seat in seats:
        window.claim(seat, 0.0)
    window.observe(0.0, remaining=4)
    window.observe(0.0, remaining=9)
    for seat in seats:
        window.release(seat, 0.0)
    assert [send(window, 0.0) for _ in range(4)] == [0.0] * 4
    assert send(window, 0.0) > 0.0


def test_another_limit_is_taken_over_from_the_headers() -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, limit=2)
    assert window.limit == 2
    send(window, 0.0)
    send(window, 0.0)
    assert send(window, 0.0) > 60.0


@pytest.mark.parametrize("limit", [0, -1, 10**12])
def test_an_absurd_limit_does_no_harm(limit: int) -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, limit=limit, remaining=-(10**12))
    assert 1 <= window.limit <= 100_000


def test_requests_that_expired_during_a_response_are_not_those_of_others() -> None:
    window = Window(limit=4, seconds=10, headroom=0)
    for _ in range(3):
        seat = window.reserve(0.0)
        assert window.claim(seat, 0.0) == 0.0
        window.release(seat, 0.0)
    late = window.reserve(9.5)
    assert window.claim(late, 9.5) == 0.0
    window.observe(10.5, seat=late, remaining=0)
    assert window.state.others == []


def test_a_limit_exhausted_by_our_own_requests_does_not_wait_for_the_reset() -> None:
    window = Window(limit=1, seconds=10, headroom=0)
    seat = window.reserve(0.0)
    assert window.claim(seat, 0.0) == 0.0
    window.observe(0.0, seat=seat, remaining=0, reset_after=11.0)
    window.release(seat, 0.0)
    assert window.claim(window.reserve(0.0), 0.0) == 10.0


def test_an_exhausted_limit_waits_for_the_reset() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=0, reset_after=40)
    assert send(window, 100.0) == 140.0


def test_a_reset_far_away_is_believed_for_one_window() -> None:
    window = Window(limit=4, seconds=60, headroom=0)
    window.observe(100.0, remaining=0, reset_after=86_400)
    assert send(window, 100.0) == 160.0


def test_a_refusal_stops_queued_requests_too() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    waiting = window.reserve(0.0)
    window.refused(0.0, retry_after=30)
    assert window.claim(waiting, 0.0) == 30.0
    assert window.claim(waiting, 29.0) == 1.0
    assert window.claim(waiting, 30.0) == 0.0


def test_after_a_refusal_one_request_probes_first() -> None:
    window = Window(limit=10, seconds=60)
    first, second = window.reserve(0.0), window.reserve(0.0)
    window.refused(0.0, retry_after=30)
    assert window.claim(first, 30.0) == 0.0
    assert window.claim(second, 30.0) > 0.0
    window.observe(30.5, remaining=9)
    window.release(first, 30.5)
    assert window.claim(second, 30.5) == 0.0


def test_a_refusal_overrides_the_estimate_of_others() -> None:
    window = Window(limit=10, seconds=60)
    window.observe(0.0, remaining=0)
    window.refused(0.0, retry_after=3)
    assert send(window, 0.0) == 3.0


def test_a_slow_first_request_does_not_block_the_others() -> None:
    window = Window(limit=10, seconds=60)
    upload = window.reserve(0.0)
    window.refused(0.0, retry_after=1)
    assert window.claim(upload, 1.0) == 0.0
    assert send(window, 1.0) == pytest.approx(6.0)


def test_an_absurd_refusal_does_not_block_the_key_forever() -> None:
    window = Window(limit=10, seconds=60)
    window.refused(0.0, retry_after=1e9)
    assert send(window, 0.0) == 3600.0


def test_waiting_does_not_spin_without_a_known_time() -> None:
    window = Window(limit=10, seconds=60)
    first, second = window.reserve(0.0), window.reserve(0.0)
    window.refused(0.0, retry_after=0)
    window.claim(first, 0.0)
    assert window.claim(second, 0.0) >= 0.1


def test_a_small_step_back_of_the_clock_allows_no_extra_requests() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 100.0)
    assert send(window, 99.0) >= 159.0
    assert send(window, 160.0) >= 219.0


def test_a_restarted_clock_does_not_block_requests() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 1_000_000.0)
    window.refused(1_000_000.0, retry_after=600)
    assert send(window, 5.0) == 5.0


def test_a_learned_limit_survives_a_restarted_clock() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.observe(1_000_000.0, limit=3)
    send(window, 5.0)
    assert window.limit == 3


def test_a_lost_request_frees_its_seat_after_a_while() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.claim(window.reserve(0.0), 0.0)
    other = window.reserve(599.0)
    assert window.claim(other, 599.0) > 0
    assert window.claim(other, LONGEST_FLIGHT) == 60.0
    assert window.claim(other, LONGEST_FLIGHT + 60.0) == 0.0


def test_an_abandoned_place_is_not_waited_for() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    gone, other = window.reserve(30.0), window.reserve(30.0)
    assert window.claim(other, 49.0) == 71.0
    assert window.claim(other, 60.0) == 0.0
    window.release(gone, 60.0)


def test_a_late_waiter_gets_its_place_back() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    send(window, 0.0)
    sleeper, other = window.reserve(0.0), window.reserve(0.0)
    assert window.claim(other, 30.0) == 30.0
    assert window.claim(sleeper, 31.0) == 29.0
    assert window.claim(other, 31.0) == 89.0


def test_a_stored_state_continues() -> None:
    window = Window(limit=2, seconds=60, headroom=0)
    flying, waiting = window.reserve(0.0), window.reserve(0.0)
    window.claim(flying, 0.0)
    window.observe(0.0, limit=3, remaining=1, reset_after=5.0)
    window.refused(0.0, 10.0)
    stored = json.dumps(attrs.asdict(window.state, recurse=False))
    again = Window(2, 60, State(**json.loads(stored)), headroom=0)
    assert again.state == window.state
    assert again.release(flying, 1.0) is True
    assert again.claim(waiting, 9.0) == 1.0


class Clients(RuleBasedStateMachine):
    """Any order of reserving, leaving, receiving a response and giving up, with or without time passing."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window(limit=2, seconds=10, headroom=0)
        self.now = 1000.0
        self.waiting: list[int] = []
        self.flying: dict[int, float] = {}
        self.arrivals: list[tuple[float, float]] = []  # the earliest and the latest moment of each

    @rule(seconds=st.floats(min_value=0, max_value=12))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def reserve(self) -> None:
        self.waiting.append(self.window.reserve(self.now))

    @rule(requests=st.integers(min_value=1, max_value=4))
    def all_claim(self, requests: int) -> None:
        self.waiting += [self.window.reserve(self.now) for _ in range(requests)]
        for seat in list(self.waiting):
            if self.window.claim(seat, self.now) == 0.0:
                self.waiting.remove(seat)
                self.flying[seat] = self.now

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def claim(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(self.waiting))
        delay = self.window.claim(seat, self.now)
        if delay == 0.0:
            self.waiting.remove(seat)
            self.flying[seat] = self.now
        assert delay >= 0.0

    @precondition(lambda self: self.flying)
    @rule(data=st.data())
    def answered(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(sorted(self.flying)))
        self.arrivals.append((self.flying.pop(seat), self.now))
        assert self.window.release(seat, self.now) is True

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def given_up(self, data: st.DataObject) -> None:
        seat = data.draw(st.sampled_from(self.waiting))
        self.waiting.remove(seat)
        assert self.window.release(seat, self.now) is False

    @rule(remaining=st.none() | st.integers(-1, 3), reset=st.none() | st.floats(0, 20))
    def observe(self, remaining: int | None, reset: float | None) -> None:
        self.window.observe(self.now, remaining=remaining, reset_after=reset)

    @rule(retry_after=st.floats(0, 5))
    def refused(self, retry_after: float) -> None:
        self.window.refused(self.now, retry_after)

    @invariant()
    def no_window_of_the_service_holds_more_than_the_limit(self) -> None:
        # Wherever each arrived between its departure and its answer: take the worst case, the first
        # of a window as late as it may have been, the others as early.
        spans = [*self.arrivals, *((left, self.now) for left in self.flying.values())]
        for _, start in spans:
            inside = sum(left < start + 10 and answer >= start for left, answer in spans)
            assert inside <= 2

    def teardown(self) -> None:
        # Whoever still waits gets a turn, however wild it was before.
        for seat in list(self.flying):
            self.window.release(seat, self.now)
        for seat in self.waiting:
            deadline = self.now + 60
            while (delay := self.window.claim(seat, self.now)) > 0:
                self.now += delay
                assert self.now <= deadline
            self.window.release(seat, self.now)


TestClients = Clients.TestCase
TestClients.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


@given(st.lists(st.floats(min_value=0, max_value=30), max_size=60))
def test_requests_leave_no_later_than_the_limit_demands(gaps: list[float]) -> None:
    window = Window(limit=5, seconds=20, headroom=0)
    now, left = 0.0, []
    for gap in gaps:
        now = send(window, now + gap)
        left.append(now)
        earliest = left[-6] + 20 if len(left) > 5 else 0.0
        asked = (left[-2] if len(left) > 1 else 0.0) + gap
        # To the millisecond, the shortest wait that is ever told.
        assert now == pytest.approx(max(earliest, asked), abs=0.002)


@attrs.define
class Service:
    """A service in virtual time with a true sliding window, and clients with workers on it."""

    limit: int = 120
    seconds: float = 60.0
    latency: float = 0.2
    accepted: list[float] = attrs.field(factory=list)
    refusals: int = 0

    def serve(self, pacers: Sequence[Pacer], workers: int, requests: int, seed: int) -> float:
        """Send all requests, on the pacers in turn, and return how long it took."""
        now = 0.0
        random, order, todo = Random(seed), count(), iter(range(requests))
        events: list[tuple[float, int, Iterator[float]]] = []

        def worker(pacer: Pacer) -> Iterator[float]:
            nonlocal now
            for _ in todo:
                answered = False
                while not answered:
                    ticket = pacer.reserve()
                    while (delay := ticket.claim(now)) > 0:
                        yield min(delay, LONGEST_NAP)
                    yield random.expovariate(2 / self.latency)
                    used = [t for t in self.accepted if t > now - self.seconds]
                    answered = len(used) < self.limit
                    if answered:
                        self.accepted.append(now)
                    remaining = max(0, self.limit - len(used) - 1)
                    retry_after = (used[0] + self.seconds - now) if used else 0.0
                    yield random.expovariate(2 / self.latency)
                    ticket.observe(now, limit=self.limit, remaining=remaining)
                    if not answered:
                        self.refusals += 1
                        ticket.refused(now, retry_after, remaining=0)
                    ticket.release(now)

        for pacer in pacers:
            for _ in range(workers):
                heapq.heappush(events, (0.0, next(order), worker(pacer)))
        while events:
            now, _, running = heapq.heappop(events)
            delay = next(running, None)
            if delay is not None:
                heapq.heappush(events, (now + delay, next(order), running))
        return self.accepted[-1]


@pytest.mark.parametrize("workers", [1, 32, 300])
def test_many_workers_on_one_pacer_are_never_refused_and_lose_no_time(workers: int) -> None:
    service = Service()
    took = service.serve([LocalPacer()], workers, requests=1000, seed=workers)
    assert service.refusals == 0
    assert len(service.accepted) == 1000
    assert most_in_any(service.accepted, 60.0) <= 120
    # 1,000 requests are eight full windows, and a part that takes one worker a while.
    assert took <= 8 * 60.0 / 0.95


def test_pacers_with_one_file_are_never_refused_and_lose_no_time(tmp_path: Path) -> None:
    service = Service()
    pacers = [FilePacer(tmp_path / "pace", "key") for _ in range(4)]
    took = service.serve(pacers, 8, requests=500, seed=1)
    for pacer in pacers:
        pacer.close()
    assert service.refusals == 0
    assert most_in_any(service.accepted, 60.0) <= 120
    assert took <= 4 * 60.0 / 0.92


@pytest.mark.parametrize("seed", range(3))
def test_independent_clients_share_a_key_by_its_headers(seed: int) -> None:
    service = Service(latency=0.05)
    took = service.serve([LocalPacer() for _ in range(4)], 8, requests=1000, seed=seed)
    assert len(service.accepted) == 1000
    assert service.refusals <= 100
    assert took <= 8 * 60.0 / 0.92


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
    pacer = LocalPacer(limit=1, seconds=60)
    other = pacer.reserve()
    other.claim(0.0)
    given_up = pacer.reserve("job_1")
    assert given_up.claim(0.0) > 0.0
    given_up.release(0.0)
    other.release(0.0)
    again = pacer.reserve("job_1")
    assert again.claim(62.0) == 0.0


def test_a_refusal_with_requests_left_only_delays_the_job() -> None:
    pacer = LocalPacer()
    read = pacer.reserve("job_1")
    read.claim(0.0)
    read.refused(0.0, 20.0, remaining=100)
    read.release(0.0)
    assert pacer.reserve().claim(0.0) == 0.0
    assert pacer.reserve("job_1").claim(0.0) == 20.0


def test_an_unexplained_refusal_stops_the_key() -> None:
    pacer = LocalPacer()
    read = pacer.reserve("job_1")
    read.claim(0.0)
    read.refused(0.0, 20.0)
    read.release(0.0)
    assert pacer.reserve().claim(0.0) == 20.0


def test_claiming_a_released_ticket_raises() -> None:
    pacer = LocalPacer()
    ticket = pacer.reserve()
    ticket.release(0.0)
    ticket.release(0.0)
    with pytest.raises(ValueError, match="released"):
        ticket.claim(0.0)


def test_jobs_that_were_not_read_for_long_are_forgotten() -> None:
    reads = JobReads(interval=5.0)
    for number in range(100_000):
        window = reads.window(f"job_{number}", now=float(number))
        seat = window.reserve(0.0)
        window.claim(seat, float(number))
        window.release(seat, float(number))
    assert len(reads) <= 256


def test_a_job_whose_read_is_on_its_way_is_not_forgotten() -> None:
    reads = JobReads(interval=5.0)
    window = reads.window("job_1", now=0.0)
    window.claim(window.reserve(0.0), 0.0)
    for number in range(1000):
        reads.window(f"other_{number}", now=1000.0)
    assert reads.window("job_1", now=1000.0) is window


def test_clients_of_one_key_share_one_pacer() -> None:
    pacer = shared("https://one.example", "key_1")
    assert shared("https://one.example", "key_1") is pacer
    assert shared("https://one.example", "key_2") is not pacer
    assert shared("https://two.example", "key_1") is not pacer


def test_threads_share_the_limit_exactly() -> None:
    pacer = LocalPacer(limit=100, seconds=60)
    left: list[bool] = []

    def work() -> None:
        for _ in range(50):
            ticket = pacer.reserve()
            left.append(ticket.claim(0.0) == 0.0)
            ticket.release(0.0)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(left) == 100


def test_a_retry_after_is_distinguished_from_the_queue() -> None:
    pacer = LocalPacer(limit=1, seconds=60.0, job_interval=5.0)
    first, second, read = pacer.reserve(), pacer.reserve(), pacer.reserve("job_1")
    assert first.claim(0.0) == 0.0
    assert second.claim(0.0) > 0
    assert second.held(0.0) == 0.0
    read.refused(0.0, 30.0, remaining=5)
    assert (second.held(10.0), read.held(10.0)) == (0.0, 20.0)
    first.refused(10.0, 600.0)
    assert (second.held(10.0), read.held(10.0)) == (600.0, 600.0)
    assert second.held(610.0) == 0.0


@pytest.mark.case
def test_headers_never_raise_the_limit_above_what_the_user_set() -> None:
    window = Window(limit=2, seconds=60, most=2, headroom=0)
    window.observe(0.0, limit=120, remaining=119)
    assert [send(window, 0.0) for _ in range(3)] == [0.0, 0.0, 60.0]
    window.observe(60.0, limit=1)
    assert window.limit == 1


def test_requests_of_others_leave_us_our_share_of_a_higher_limit() -> None:
    window = Window(limit=2, seconds=60, most=2, headroom=0)
    window.observe(10.0, limit=10, remaining=3)  # seven of others
    assert [send(window, 10.0), send(window, 10.0)] == [10.0, 10.0]
    crowded = Window(limit=2, seconds=60, most=2, headroom=0)
    crowded.observe(10.0, limit=10, remaining=0)
    assert send(crowded, 10.0) > 10.0


@pytest.mark.case
def test_a_longer_window_is_learned_from_the_headers() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.observe(0.0, window=300.0)
    assert [send(window, 0.0), send(window, 0.0)] == [0.0, 300.0]
    window.observe(300.0, window=20.0)
    assert send(window, 300.0) == 600.0


def test_a_window_of_days_is_not_believed() -> None:
    window = Window(limit=1, seconds=60, headroom=0)
    window.observe(0.0, window=86_400.0)
    assert [send(window, 0.0), send(window, 0.0)] == [0.0, 60.0]
