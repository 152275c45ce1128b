# Generated from tests/_async/test_waiting_faults.py by scripts/unasync.py. Edit that file instead.

"""Waiting for a job of a service that misbehaves, in time that only sleeps move."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from proteiniq import (
    ContractError,
    Job,
    JobFailed,
    JobState,
    JobStatus,
    WaitTimeout,
)
from proteiniq.contract import Shape

from ..support import (
    ENTRY,
    EVENTS,
    RESULT,
    STATUS,
    SUBMIT,
    Routes,
    StillClock,
    Stub,
    answer,
    change_operation,
    documented,
    events,
    job,
    refusal,
)
from .clients import over


def test_without_an_event_stream_the_status_is_polled() -> None:
    service = Routes(
        {EVENTS: httpx.Response(501), STATUS: [answer(job("PROCESSING")), answer(job("COMPLETED"))]}
    )
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == "COMPLETED"
    assert service.routes == [EVENTS, STATUS, STATUS]


def test_polling_opens_no_event_stream() -> None:
    service = Routes({STATUS: [answer(job()), answer(job("PROCESSING")), answer(job("COMPLETED"))]})
    clock = StillClock()
    with over(service, clock=clock) as client:
        client.jobs.wait("job_1", streams=False)
    assert service.routes == [STATUS] * 3
    assert sum(clock.sleeps) >= 10


def test_a_stream_that_ends_early_is_not_the_end_of_the_job() -> None:
    service = Routes(
        {
            EVENTS: [events(job("QUEUED")), events(job("PROCESSING")), events(job("COMPLETED"))],
            STATUS: answer(job("PROCESSING")),
        }
    )
    with over(service) as client:
        assert (client.jobs.wait("job_1")).status == "COMPLETED"


WHY = {"code": "out_of_memory", "message": "It needs 80 GB"}


FAILED = {"status": "FAILED"}
"""Events of a failed job without a reason."""


def test_updates_before_the_end_come_before_the_reason_is_read() -> None:
    service = Routes(
        {
            EVENTS: events({"status": "QUEUED"}, {"status": "PROCESSING"}, FAILED),
            STATUS: answer(job("FAILED", error=WHY)),
        }
    )
    with over(service) as client:
        seen = [(state.status, state.error is not None) for state in client.jobs.events("job_1")]
    assert seen == [("QUEUED", False), ("PROCESSING", False), ("FAILED", True)]


def test_a_wait_ends_at_its_deadline_with_an_unreachable_service() -> None:
    clock = StillClock()
    with over(Stub(httpx.ConnectError("refused")), clock=clock) as client:
        with pytest.raises(WaitTimeout, match="the job's status could not be read") as caught:
            client.jobs.wait("job_1", timeout=300)
    assert clock.now <= 1000 + 300
    assert caught.value.job.status == "UNKNOWN"


def test_a_wait_with_a_timeout_of_zero() -> None:
    service = Stub(httpx.ConnectError("refused"))
    with over(service) as client:
        with pytest.raises(WaitTimeout):
            client.jobs.wait("job_1", timeout=0)
    assert service.requests == []


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_wait_notes_that_the_job_is_running(interrupt: type[BaseException]) -> None:
    def update(job: Job) -> None:
        raise interrupt

    with over(Routes({EVENTS: events(job("PROCESSING"))})) as client:
        with pytest.raises(interrupt) as caught:
            client.jobs.wait("job_1", on_update=update)
    assert any("client.jobs.wait('job_1')" in note for note in caught.value.__notes__)
