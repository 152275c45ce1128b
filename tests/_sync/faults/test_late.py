# Generated from tests/_async/faults/test_late.py by scripts/unasync.py. Edit that file instead.

"""Waits that time out or are interrupted: the job keeps running, unless a cancel was requested."""

from __future__ import annotations

import httpx
import pytest

from proteiniq import Job, ProteinIQ
from proteiniq._sync import jobs
from proteiniq.errors import InternalError, RateLimited, WaitTimeout

from ...faults.server import CUT, HANG, Piece, Server, refuse, reply, whole
from ...support import ENTRY, Routes, StillClock, Stub, answer, documented, job, refusal
from ..clients import over, slept

EVENTS = ("GET", "/api/v1/jobs/job_1/events")
STATUS = ("GET", "/api/v1/jobs/job_1/status")
CANCEL = ("POST", "/api/v1/jobs/job_1/cancel")
SUBMIT = ("POST", "/api/v1/jobs")
RESULT = ("GET", "/api/v1/results/job_1")

QUEUED = job("QUEUED", completed_at=None)


@pytest.fixture
def queued(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server whose job stays queued, and which has 2 s for the response to a cancel on a loaded machine."""
    monkeypatch.setattr(jobs, "CANCEL_WITHIN", 200.0)
    server.on(*EVENTS, refuse(501))
    server.on(*STATUS, reply(QUEUED))
    server.on(*SUBMIT, reply(QUEUED, 201))
    return server


def late(client: ProteinIQ, *, cancel: bool) -> WaitTimeout:
    """The end of a wait for a job that is known to be queued, however slow the machine that tests is."""
    known = client.jobs.submit("t", [ENTRY])
    with pytest.raises(WaitTimeout) as caught:
        client.jobs.wait(known, timeout=10, cancel_on_timeout=cancel)
    return caught.value


def test_a_job_is_cancelled_when_its_wait_times_out(client: ProteinIQ, queued: Server) -> None:
    queued.on(*CANCEL, reply(job("CANCELLED")))
    error = late(client, cancel=True)
    assert (error.cancelled, error.job.status, error.retryable) == (True, "CANCELLED", False)
    assert "was cancelled" in str(error)
    assert "continues" not in str(error)


def test_run_and_result_cancel_too(client: ProteinIQ, queued: Server) -> None:
    queued.on(*CANCEL, reply(job("CANCELLED")))
    with pytest.raises(WaitTimeout, match="was cancelled"):
        client.run("t", [ENTRY], timeout=10, cancel_on_timeout=True)
    with pytest.raises(WaitTimeout, match="was cancelled"):
        client.jobs.result("job_1", timeout=10, cancel_on_timeout=True)
    submitted = client.jobs.submit("t", [ENTRY])
    with pytest.raises(WaitTimeout, match="was cancelled"):
        submitted.wait(timeout=10, cancel_on_timeout=True)
    with pytest.raises(WaitTimeout, match="was cancelled"):
        submitted.result(timeout=10, cancel_on_timeout=True)
    assert queued.count(*CANCEL) == 4


def test_a_result_that_is_late_is_waited_for(client: ProteinIQ, server: Server) -> None:
    server.on(*SUBMIT, reply(job("COMPLETED"), 201))
    late = refuse(409, "job_not_completed", retry_after="5")
    server.on(*RESULT, late, late, reply({**documented("get_result"), "job_id": "job_1"}))
    assert (client.run("t", [ENTRY], timeout=600)).job_id == "job_1"


def test_an_interrupt_of_a_result_request_names_the_job() -> None:
    def interrupted(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    with over(
        Routes({"POST /api/v1/jobs": answer(job("COMPLETED"), 201), "GET /api/v1/results/job_1": interrupted})
    ) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            client.run("t", [ENTRY])
    assert "client.jobs.result('job_1')" in "".join(caught.value.__notes__)
