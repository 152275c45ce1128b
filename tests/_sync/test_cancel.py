# Generated from tests/_async/test_cancel.py by scripts/unasync.py. Edit that file instead.

"""Cancelling: the response of the service, and the state of the job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import (
    Conflict,
    JobFailed,
    ProteinIQ,
    WaitTimeout,
)
from proteiniq.sandbox import Sandbox

from ..support import (
    EVENTS,
    STATUS,
    Routes,
    answer,
    change_operation,
    job,
    refusal,
)
from ..tools import ALL
from .clients import connect, over

TEXT = {"text": "anything"}


@pytest.fixture
def single() -> Iterator[ProteinIQ]:
    """A client of a sandbox that runs one job at a time, the others queue."""
    with Sandbox(workers=1, job_read_interval=0.05, max_concurrent_jobs=10, tools=ALL) as sandbox:
        with connect(sandbox) as client:
            yield client


def test_a_queued_job_is_cancelled(single: ProteinIQ, gate: Path) -> None:
    single.jobs.submit("gate", TEXT, {"gate": str(gate)})
    queued = single.jobs.submit("gate", TEXT, {"gate": str(gate)})
    cancelled = queued.cancel()
    assert cancelled.status == "CANCELLED"
    with pytest.raises(JobFailed, match="ended as CANCELLED without a result"):
        cancelled.result()


def test_a_running_job_cannot_be_cancelled(client: ProteinIQ, gate: Path) -> None:
    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    for state in made.events():
        if state.progress == 50 and not gate.exists():
            with pytest.raises(Conflict) as caught:
                client.jobs.cancel(made.id)
            assert "Only queued jobs can be cancelled" in "".join(caught.value.__notes__)
            gate.touch()
    assert (made.wait()).status == "COMPLETED"


CANCEL = "POST /api/v1/jobs/job_1/cancel"


def test_a_job_that_is_cancelled_in_the_background_comes_as_it_is() -> None:
    service = Routes({CANCEL: answer(job("QUEUED"), 202), STATUS: answer(job("QUEUED"))})
    with over(service) as client:
        assert (client.jobs.cancel("job_1")).status == "QUEUED"
    assert service.routes == [CANCEL, STATUS]


def test_a_cancel_response_and_the_job_are_merged() -> None:
    told = {"status": "CANCELLED", "completed_at": "2026-06-12T08:05:00Z"}
    service = Routes({CANCEL: answer(told), STATUS: answer(job("QUEUED", name="mine", completed_at=None))})
    with over(service) as client:
        cancelled = client.jobs.cancel("job_1")
    assert (cancelled.status, cancelled.name) == ("CANCELLED", "mine")
    assert cancelled.completed_at is not None


def test_a_job_that_an_earlier_attempt_cancelled_is_cancelled() -> None:
    repeated: list[Any] = [refusal(429, "rate_limited", Retry_After="1"), refusal(409, "conflict")]
    service = Routes({CANCEL: repeated, STATUS: answer(job("CANCELLED"))})
    with over(service) as client:
        assert (client.jobs.cancel("job_1")).status == "CANCELLED"
