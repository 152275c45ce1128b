"""Cancelling: the response of the service, and the state of the job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import (
    AsyncProteinIQ,
    Conflict,
    JobFailed,
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
async def single() -> AsyncIterator[AsyncProteinIQ]:
    """A client of a sandbox that runs one job at a time, the others queue."""
    with Sandbox(workers=1, job_read_interval=0.05, max_concurrent_jobs=10, tools=ALL) as sandbox:
        async with connect(sandbox) as client:
            yield client


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_queued_job_is_cancelled(single: AsyncProteinIQ, gate: Path) -> None:
    await single.jobs.submit("gate", TEXT, {"gate": str(gate)})
    queued = await single.jobs.submit("gate", TEXT, {"gate": str(gate)})
    cancelled = await queued.cancel()
    assert cancelled.status == "CANCELLED"
    with pytest.raises(JobFailed, match="ended as CANCELLED without a result"):
        await cancelled.result()


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_running_job_cannot_be_cancelled(client: AsyncProteinIQ, gate: Path) -> None:
    made = await client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    async for state in made.events():
        if state.progress == 50 and not gate.exists():
            with pytest.raises(Conflict) as caught:
                await client.jobs.cancel(made.id)
            assert "Only queued jobs can be cancelled" in "".join(caught.value.__notes__)
            gate.touch()
    assert (await made.wait()).status == "COMPLETED"


CANCEL = "POST /api/v1/jobs/job_1/cancel"


JOB = "GET /api/v1/jobs/job_1"
"""The whole job, where the contract has a route for it besides the status."""


ACCEPTED = {
    "202": httpx.Response(202),
    "HTML": httpx.Response(200, html="<h1>Done</h1>"),
    "a list": answer([]),
    "a job without a status": answer({"id": "job_1"}),
    "a status that is no text": answer(job(7)),  # type: ignore[arg-type]
}
"""Success responses without the state of the job."""


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("accepted", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_the_job_is_read_once_if_the_cancel_response_lacks_it(
    accepted: httpx.Response,
) -> None:
    service = Routes({CANCEL: accepted, STATUS: answer(job("CANCELLED", name="mine"))})
    async with over(service) as client:
        cancelled = await client.jobs.cancel("job_1")
    assert (cancelled.id, cancelled.status, cancelled.name) == ("job_1", "CANCELLED", "mine")
    assert service.routes == [CANCEL, STATUS]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_whole_job_is_read_after_a_cancel_if_it_has_a_route(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "get_job", absent=False)
    service = Routes({CANCEL: httpx.Response(202), JOB: answer(job("CANCELLED"))})
    async with over(service) as client:
        assert (await client.jobs.cancel("job_1")).status == "CANCELLED"
    assert service.routes == [CANCEL, JOB]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_cancel_response_with_the_whole_job_is_enough() -> None:
    service = Routes({CANCEL: answer(job("CANCELLED"))})
    async with over(service) as client:
        assert (await client.jobs.cancel("job_1")).status == "CANCELLED"
    assert service.routes == [CANCEL]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_job_that_is_cancelled_in_the_background_comes_as_it_is() -> None:
    service = Routes({CANCEL: answer(job("QUEUED"), 202), STATUS: answer(job("QUEUED"))})
    async with over(service) as client:
        assert (await client.jobs.cancel("job_1")).status == "QUEUED"
    assert service.routes == [CANCEL, STATUS]


@pytest.mark.anyio
async def test_a_cancel_response_and_the_job_are_merged() -> None:
    told = {"status": "CANCELLED", "completed_at": "2026-06-12T08:05:00Z"}
    service = Routes({CANCEL: answer(told), STATUS: answer(job("QUEUED", name="mine", completed_at=None))})
    async with over(service) as client:
        cancelled = await client.jobs.cancel("job_1")
    assert (cancelled.status, cancelled.name) == ("CANCELLED", "mine")
    assert cancelled.completed_at is not None


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "status",
    [httpx.ConnectError("refused"), refusal(404, "not_found"), answer({})],
    ids=["refused", "404", "{}"],
)
@pytest.mark.parametrize(
    ("accepted", "known"),
    [(httpx.Response(202), "UNKNOWN"), (answer({"status": "CANCELLED"}), "CANCELLED")],
    ids=["202", "slim"],
)
async def test_an_accepted_cancel_succeeds_without_reading_the_job(
    caplog: pytest.LogCaptureFixture, accepted: httpx.Response, known: str, status: Any
) -> None:
    async with over(Routes({CANCEL: accepted, STATUS: status})) as client:
        cancelled = await client.jobs.cancel("job_1")
    assert (cancelled.id, cancelled.status) == ("job_1", known)
    (warning,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "job job_1: the service accepted the cancel, but the job can't be read" in warning.message


@pytest.mark.once
@pytest.mark.anyio
async def test_a_timed_out_wait_reports_an_unsupported_cancel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "cancel_job", absent=True)
    service = Routes({EVENTS: httpx.Response(404), STATUS: answer(job("QUEUED"))})
    async with over(service) as client:
        with pytest.raises(WaitTimeout, match=r"could not be cancelled.*no operation 'cancel_job'") as caught:
            await client.jobs.wait("job_1", timeout=10, cancel_on_timeout=True)
    assert caught.value.cancelled is None
    assert CANCEL not in service.routes


@pytest.mark.anyio
async def test_a_job_that_an_earlier_attempt_cancelled_is_cancelled() -> None:
    repeated: list[Any] = [refusal(429, "rate_limited", Retry_After="1"), refusal(409, "conflict")]
    service = Routes({CANCEL: repeated, STATUS: answer(job("CANCELLED"))})
    async with over(service) as client:
        assert (await client.jobs.cancel("job_1")).status == "CANCELLED"


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", [answer(job("PROCESSING")), refusal(404, "not_found")])
async def test_a_job_that_no_attempt_cancelled_is_a_conflict(status: httpx.Response) -> None:
    repeated: list[Any] = [refusal(429, "rate_limited", Retry_After="1"), refusal(409, "conflict")]
    async with over(Routes({CANCEL: repeated, STATUS: status})) as client:
        with pytest.raises(Conflict) as caught:
            await client.jobs.cancel("job_1")
    assert "Only queued jobs can be cancelled" in "".join(caught.value.__notes__)
