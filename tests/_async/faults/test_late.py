"""Waits that time out or are interrupted: the job keeps running, unless a cancel was requested."""

from __future__ import annotations

import httpx
import pytest

from proteiniq import AsyncJob, AsyncProteinIQ
from proteiniq._async import jobs
from proteiniq.errors import InternalError, RateLimited, WaitTimeout

from ...faults.server import CUT, HANG, Piece, Server, refuse, reply, whole
from ...support import ENTRY, AsyncStillClock, Routes, Stub, answer, documented, job, refusal
from ..clients import over, slept

EVENTS = ("GET", "/api/v1/jobs/job_1/events")
STATUS = ("GET", "/api/v1/jobs/job_1/status")
CANCEL = ("POST", "/api/v1/jobs/job_1/cancel")
SUBMIT = ("POST", "/api/v1/jobs")
RESULT = ("GET", "/api/v1/results/job_1")
LIST = ("GET", "/api/v1/jobs")

QUEUED = job("QUEUED", completed_at=None)


@pytest.fixture
def queued(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server whose job stays queued, and which has 2 s for the response to a cancel on a loaded machine."""
    monkeypatch.setattr(jobs, "CANCEL_WITHIN", 200.0)
    server.on(*EVENTS, refuse(501))
    server.on(*STATUS, reply(QUEUED))
    server.on(*SUBMIT, reply(QUEUED, 201))
    return server


async def late(client: AsyncProteinIQ, *, cancel: bool) -> WaitTimeout:
    """The end of a wait for a job that is known to be queued, however slow the machine that tests is."""
    known = await client.jobs.submit("t", [ENTRY])
    with pytest.raises(WaitTimeout) as caught:
        await client.jobs.wait(known, timeout=10, cancel_on_timeout=cancel)
    return caught.value


@pytest.mark.once
@pytest.mark.anyio
async def test_a_wait_that_times_out_does_not_cancel_the_job(client: AsyncProteinIQ, queued: Server) -> None:
    error = await late(client, cancel=False)
    assert queued.count(*CANCEL) == 0
    assert (error.job_id, error.job.status, error.cancelled, error.retryable) == (
        "job_1",
        "QUEUED",
        None,
        True,
    )
    assert "client.jobs.wait('job_1')" in str(error)
    assert "10 s" in str(error)


@pytest.mark.anyio
async def test_a_job_is_cancelled_when_its_wait_times_out(client: AsyncProteinIQ, queued: Server) -> None:
    queued.on(*CANCEL, reply(job("CANCELLED")))
    error = await late(client, cancel=True)
    assert (error.cancelled, error.job.status, error.retryable) == (True, "CANCELLED", False)
    assert "was cancelled" in str(error)
    assert "continues" not in str(error)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_cancel_in_the_background_is_not_reported_as_complete(
    client: AsyncProteinIQ, queued: Server
) -> None:
    queued.on(*CANCEL, whole(b"", 202))
    error = await late(client, cancel=True)
    assert (error.cancelled, error.job.status, error.retryable) == (None, "QUEUED", True)
    assert "accepted the cancel" in str(error)
    assert "client.jobs.get('job_1')" in str(error)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_job_that_ended_before_its_cancel_is_not_reported_as_cancelled(
    client: AsyncProteinIQ, queued: Server
) -> None:
    queued.on(*CANCEL, reply(job("COMPLETED")))
    error = await late(client, cancel=True)
    assert (error.cancelled, error.job.status) == (False, "COMPLETED")
    assert "client.jobs.result('job_1')" in str(error)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_running_job_is_not_cancelled(client: AsyncProteinIQ, queued: Server) -> None:
    queued.on(*CANCEL, refuse(409, "conflict"))
    error = await late(client, cancel=True)
    assert error.cancelled is False
    assert "no longer queued" in str(error)
    assert "continues" in str(error)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([CUT], "there was no response to the cancel"),
        ([HANG], "there was no response to the cancel"),
        (refuse(503), "could not be cancelled"),
        (refuse(404, "not_found"), "could not be cancelled"),
        (refuse(403, "forbidden"), "could not be cancelled"),
    ],
    ids=["cut", "silent", "503", "404", "403"],
)
async def test_a_job_that_could_not_be_cancelled_is_reported_as_running(
    client: AsyncProteinIQ, queued: Server, answer: list[Piece], said: str
) -> None:
    queued.on(*CANCEL, answer)
    error = await late(client, cancel=True)
    assert error.cancelled is None
    assert said in str(error)
    assert "client.jobs.wait('job_1')" in str(error)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_cancel_without_a_service_is_reported_as_failed(
    client: AsyncProteinIQ, queued: Server
) -> None:
    known = await client.jobs.submit("t", [ENTRY])
    queued.stop()
    with pytest.raises(WaitTimeout) as caught:
        await known.wait(timeout=10, cancel_on_timeout=True)
    error = caught.value
    assert error.cancelled is None
    assert "could not be cancelled" in str(error)


@pytest.mark.anyio
async def test_run_and_result_cancel_too(client: AsyncProteinIQ, queued: Server) -> None:
    queued.on(*CANCEL, reply(job("CANCELLED")))
    with pytest.raises(WaitTimeout, match="was cancelled"):
        await client.run("t", [ENTRY], timeout=10, cancel_on_timeout=True)
    with pytest.raises(WaitTimeout, match="was cancelled"):
        await client.jobs.result("job_1", timeout=10, cancel_on_timeout=True)
    submitted = await client.jobs.submit("t", [ENTRY])
    with pytest.raises(WaitTimeout, match="was cancelled"):
        await submitted.wait(timeout=10, cancel_on_timeout=True)
    with pytest.raises(WaitTimeout, match="was cancelled"):
        await submitted.result(timeout=10, cancel_on_timeout=True)
    assert queued.count(*CANCEL) == 4


@pytest.mark.once
@pytest.mark.anyio
async def test_the_timeout_of_run_bounds_the_result_too(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*SUBMIT, reply(job("COMPLETED"), 201))
    server.on(*RESULT, refuse(409, "job_not_completed", retry_after="5"))
    with pytest.raises(WaitTimeout, match=r"COMPLETED.*client\.jobs\.result\('job_1'\)") as caught:
        await client.run("t", [ENTRY], timeout=240)
    assert caught.value.job.is_terminal
    assert sum(slept(client)) <= 240


@pytest.mark.anyio
async def test_a_result_that_is_late_is_waited_for(client: AsyncProteinIQ, server: Server) -> None:
    server.on(*SUBMIT, reply(job("COMPLETED"), 201))
    late = refuse(409, "job_not_completed", retry_after="5")
    server.on(*RESULT, late, late, reply({**documented("get_result"), "job_id": "job_1"}))
    assert (await client.run("t", [ENTRY], timeout=600)).job_id == "job_1"


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("fault", [refuse(503), refuse(500), [CUT]], ids=["503", "500", "cut"])
async def test_a_fault_that_passes_does_not_lose_the_result_of_a_paid_job(
    client: AsyncProteinIQ, server: Server, fault: list[Piece]
) -> None:
    server.on(*SUBMIT, reply(job("COMPLETED"), 201))
    server.on(*RESULT, *[fault] * 8, reply({**documented("get_result"), "job_id": "job_1"}))
    assert (await client.run("t", [ENTRY])).job_id == "job_1"


@pytest.mark.once
@pytest.mark.anyio
async def test_a_result_that_never_exists_does_not_hang_the_wait() -> None:
    clock = AsyncStillClock()
    service = Routes(
        {"POST /api/v1/jobs": answer(job("COMPLETED"), 201), " ".join(RESULT): refusal(500, "internal_error")}
    )
    async with over(service, clock=clock) as client:
        with pytest.raises(InternalError) as caught:
            await client.run("t", [ENTRY])
    assert 250 < clock.now - 1000 < 300
    assert "client.jobs.result('job_1')" in "".join(caught.value.__notes__)


async def all_of(client: AsyncProteinIQ) -> list[AsyncJob]:
    return [job async for job in client.jobs.wait_all(["job_1", "job_2"], timeout=1800)]


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "headers",
    [
        {"retry_after": "3600"},
        {"retry_after": "Fri, 12 Jun 2026 09:00:00 GMT", "date": "Fri, 12 Jun 2026 08:00:00 GMT"},
        {"x_ratelimit_reset": "2026-06-12T09:00:00.000Z", "date": "Fri, 12 Jun 2026 08:00:00 GMT"},
    ],
    ids=["seconds", "HTTP date", "reset"],
)
@pytest.mark.parametrize("many", [False, True], ids=["wait", "wait_all"])
async def test_a_retry_after_beyond_the_deadline_ends_the_wait_at_once(
    client: AsyncProteinIQ, server: Server, headers: dict[str, str], many: bool
) -> None:
    for route in (EVENTS, STATUS, LIST):
        server.on(*route, refuse(429, "rate_limited", **headers))
    with pytest.raises(WaitTimeout, match=r"asked to wait another 3\d{3} s") as caught:
        await (all_of(client) if many else client.jobs.wait("job_1", timeout=1800))
    assert sum(slept(client)) < 10
    assert "client.jobs.wait" in str(caught.value)
    assert len(server.asked) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_the_rate_limit_reset_is_the_retry_after_of_the_error() -> None:
    told = {"Date": "Fri, 12 Jun 2026 08:00:00 GMT", "X-RateLimit-Reset": "2026-06-12T09:00:00.000Z"}
    async with over(Stub(refusal(429, "rate_limited", **told))) as client:
        with pytest.raises(RateLimited, match="asks to wait 3600 s") as caught:
            await client.account.get()
    assert caught.value.retry_after == 3600
    assert caught.value.attempts == 1


@pytest.mark.anyio
async def test_an_interrupt_of_a_result_request_names_the_job() -> None:
    def interrupted(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    async with over(
        Routes({"POST /api/v1/jobs": answer(job("COMPLETED"), 201), "GET /api/v1/results/job_1": interrupted})
    ) as client:
        with pytest.raises(KeyboardInterrupt) as caught:
            await client.run("t", [ENTRY])
    assert "client.jobs.result('job_1')" in "".join(caught.value.__notes__)
