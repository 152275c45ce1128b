"""How often a wait reads the status of a job, in time that only sleeps move."""

from __future__ import annotations

from itertools import pairwise

import httpx
import pytest

from proteiniq import WaitTimeout
from proteiniq._policy.polling import LAST_LOOK
from proteiniq._responses.messages import end_of_wait

from ._sync.clients import over
from .support import STATUS, Routes, StillClock, answer, job

START = 1000.0


def test_a_wait_that_ends_without_a_timeout_does_not_name_one() -> None:
    assert end_of_wait(None) == "the wait ended without a deadline"


class Reads:
    """A service of one job that keeps the times of its status reads."""

    def __init__(
        self, clock: StillClock, *answers: httpx.Response | Exception, ended_at: float = 1e9
    ) -> None:
        self._clock = clock
        self._answers = list(answers)
        self._ended_at = ended_at
        self.times: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.times.append(self._clock.now - START)
        if self._clock.now - START >= self._ended_at:
            return answer(job("COMPLETED"))
        given = self._answers.pop(0) if self._answers else answer(job("PROCESSING"))
        if isinstance(given, Exception):
            raise given
        return given

    @property
    def pauses(self) -> list[float]:
        return [later - earlier for earlier, later in pairwise(self.times)]


def test_the_reads_of_a_quiet_job_go_from_5_to_30_seconds_apart() -> None:
    clock = StillClock()
    reads = Reads(clock, ended_at=600.0)
    with over(Routes({STATUS: reads}), clock=clock) as client:
        client.jobs.wait("job_1", streams=False)
    assert reads.pauses[0] == pytest.approx(5, abs=0.1)
    assert reads.pauses == sorted(reads.pauses)
    assert reads.pauses[-1] == pytest.approx(30, abs=0.1)


def test_the_status_is_read_a_last_time_just_before_the_deadline() -> None:
    clock = StillClock()
    reads = Reads(clock, ended_at=99.0)
    with over(Routes({STATUS: reads}), clock=clock) as client:
        assert client.jobs.wait("job_1", streams=False, timeout=100).status == "COMPLETED"
    assert reads.times[-1] == pytest.approx(100 - LAST_LOOK, abs=0.1)


def test_a_wait_that_times_out_reads_nothing_after_its_deadline() -> None:
    clock = StillClock()
    reads = Reads(clock)
    with over(Routes({STATUS: reads}), clock=clock) as client, pytest.raises(WaitTimeout):
        client.jobs.wait("job_1", streams=False, timeout=100)
    assert 100 - 2 * LAST_LOOK <= reads.times[-1] < 100
    assert clock.now - START <= 100.5


def test_a_status_that_cannot_be_read_is_read_again_at_growing_intervals() -> None:
    clock = StillClock()
    reads = Reads(clock, *[httpx.ConnectError("refused")] * 40, ended_at=1800.0)
    with over(Routes({STATUS: reads}), clock=clock, max_retries=0) as client:
        assert client.jobs.wait("job_1", streams=False).status == "COMPLETED"
    assert reads.pauses[0] == pytest.approx(5, abs=0.1)
    assert max(reads.pauses) == pytest.approx(60, abs=0.1)
    assert len(reads.times) >= 30
