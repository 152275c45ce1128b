"""Clients and workers that share a limit, in any order, in virtual time, and in threads."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

import attrs
import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from proteiniq._policy.pacing import LONGEST_NAP, Window
from proteiniq._policy.rate_headers import RateHeaders
from proteiniq._wire.pace_file import FilePacer
from proteiniq._wire.pacers import LocalPacer, Pacer, shared


def test_claiming_a_released_ticket_raises() -> None:
    pacer = LocalPacer()
    ticket = pacer.reserve()
    ticket.release(0.0)
    ticket.release(0.0)
    with pytest.raises(ValueError, match="released"):
        ticket.claim(0.0)


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


def most_in_any(times: list[float], seconds: float) -> int:
    return max((sum(start <= t < start + seconds for t in times) for start in times), default=0)


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
                    self.refusals += not answered
                    rate = RateHeaders(limit=self.limit, remaining=remaining, retry_after=retry_after)
                    ticket.release(now, rate, is_refused=not answered)

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
