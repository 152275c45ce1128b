"""Waiting for a job of a service that misbehaves, in time that only sleeps move."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from proteiniq import (
    AsyncJob,
    ContractError,
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
    AsyncStillClock,
    Routes,
    Stub,
    answer,
    change_operation,
    documented,
    events,
    job,
    refusal,
)
from .clients import over

JOB = "GET /api/v1/jobs/job_1"
"""The whole job, where the contract has a route for it besides the status."""


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_without_an_event_stream_the_status_is_polled() -> None:
    service = Routes(
        {EVENTS: httpx.Response(501), STATUS: [answer(job("PROCESSING")), answer(job("COMPLETED"))]}
    )
    async with over(service) as client:
        assert (await client.jobs.wait("job_1")).status == "COMPLETED"
    assert service.routes == [EVENTS, STATUS, STATUS]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_polling_opens_no_event_stream() -> None:
    service = Routes({STATUS: [answer(job()), answer(job("PROCESSING")), answer(job("COMPLETED"))]})
    clock = AsyncStillClock()
    async with over(service, clock=clock) as client:
        await client.jobs.wait("job_1", streams=False)
    assert service.routes == [STATUS] * 3
    assert sum(clock.sleeps) >= 10


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_stream_that_ends_early_is_not_the_end_of_the_job() -> None:
    service = Routes(
        {
            EVENTS: [events(job("QUEUED")), events(job("PROCESSING")), events(job("COMPLETED"))],
            STATUS: answer(job("PROCESSING")),
        }
    )
    async with over(service) as client:
        assert (await client.jobs.wait("job_1")).status == "COMPLETED"


@pytest.mark.once
@pytest.mark.anyio
async def test_events_about_something_else_are_ignored() -> None:
    strangers = [
        "not json",
        [1, 2],
        {"id": "job_2", "status": "COMPLETED"},
        {"id": "job_1"},
        {"id": "job_1", "status": 7},
        {"heartbeat": True},
    ]
    service = Routes({EVENTS: events(*strangers, job("COMPLETED", name="mine"))})
    async with over(service) as client:
        assert (await client.jobs.wait("job_1")).name == "mine"


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("operation", ["get_job_status", "submit_job"])
async def test_events_are_read_as_the_contract_spells_a_status_or_a_job(
    monkeypatch: pytest.MonkeyPatch, operation: str
) -> None:
    shape = Shape(
        at=("job",),
        moves=((("status",), ("state",)), (("id",), ("jobId",))),
        values={"status": {"COMPLETED": "done"}},
    )
    change_operation(monkeypatch, operation, response=shape)
    other = {"job": {"jobId": "job_2", "state": "done"}}
    mine = {"job": {"jobId": "job_1", "state": "done", "name": "mine"}}
    async with over(Routes({EVENTS: events(other, mine)})) as client:
        ended = await client.jobs.wait("job_1")
    assert (ended.id, ended.status, ended.name) == ("job_1", "COMPLETED", "mine")
    assert ended.raw == mine["job"]


@pytest.mark.once
@pytest.mark.anyio
async def test_an_event_with_only_the_status_keeps_the_other_fields() -> None:
    service = Routes({SUBMIT: answer(job(name="mine"), 201), EVENTS: events({"status": "COMPLETED"})})
    async with over(service) as client:
        made = await client.jobs.submit("protein-parameters", [ENTRY])
        ended = await made.wait()
    assert (ended.id, ended.name, ended.status) == ("job_1", "mine", "COMPLETED")


WHY = {"code": "out_of_memory", "message": "It needs 80 GB"}


FAILED = {"status": "FAILED"}
"""Events of a failed job without a reason."""


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("whole", [False, True], ids=["status", "job"])
@pytest.mark.parametrize("status", ["FAILED", "CANCELLED", "TIMEOUT", "BUDGET_EXCEEDED"])
async def test_a_terminal_event_without_a_reason_is_followed_by_one_read(
    monkeypatch: pytest.MonkeyPatch, status: str, whole: bool
) -> None:
    change_operation(monkeypatch, "get_job", absent=not whole)
    route = JOB if whole else STATUS
    service = Routes({EVENTS: events({"status": status}), route: answer(job(status, error=WHY))})
    seen: list[AsyncJob] = []
    async with over(service) as client:
        ended = await client.jobs.wait("job_1", on_update=seen.append)
    assert ended.error is not None
    assert (ended.status, ended.error.message) == (status, "It needs 80 GB")
    assert seen == [ended]
    assert service.routes == [EVENTS, route]


@pytest.mark.anyio
async def test_updates_before_the_end_come_before_the_reason_is_read() -> None:
    service = Routes(
        {
            EVENTS: events({"status": "QUEUED"}, {"status": "PROCESSING"}, FAILED),
            STATUS: answer(job("FAILED", error=WHY)),
        }
    )
    async with over(service) as client:
        seen = [(state.status, state.error is not None) async for state in client.jobs.events("job_1")]
    assert seen == [("QUEUED", False), ("PROCESSING", False), ("FAILED", True)]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_reason_of_a_failure_is_in_the_error_of_its_result() -> None:
    gone = refusal(404, "not_found")
    service = Routes({EVENTS: events(FAILED), STATUS: answer(job("FAILED", error=WHY)), RESULT: gone})
    async with over(service) as client:
        with pytest.raises(JobFailed, match=r"ended as FAILED without a result: It needs 80 GB"):
            await client.jobs.result("job_1")


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "told",
    [{"status": "COMPLETED"}, {**FAILED, "error": WHY}, job("FAILED", error=None)],
    ids=["a success", "a reason", "a whole job"],
)
async def test_a_complete_terminal_event_is_not_followed_by_a_read(told: dict[str, Any]) -> None:
    service = Routes({EVENTS: events(told)})
    async with over(service) as client:
        assert (await client.jobs.wait("job_1")).status == told["status"]
    assert service.routes == [EVENTS]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_failed_status_without_a_reason_is_followed_by_one_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "get_job", absent=False)
    service = Routes({STATUS: answer(FAILED), JOB: answer(job("FAILED", error=WHY))})
    async with over(service) as client:
        ended = await client.jobs.wait("job_1", streams=False)
    assert ended.error is not None
    assert service.routes == [STATUS, JOB]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_status_is_not_read_twice_for_a_reason() -> None:
    service = Routes({STATUS: answer(FAILED)})
    async with over(service) as client:
        assert (await client.jobs.wait("job_1", streams=False)).error is None
    assert service.routes == [STATUS]


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "status",
    [httpx.ConnectError("refused"), refusal(404, "not_found"), answer(job("PROCESSING")), answer({})],
    ids=["refused", "404", "it lags", "{}"],
)
async def test_a_reason_that_cannot_be_read_does_not_undo_the_end(status: Any) -> None:
    seen: list[str] = []
    service = Routes({EVENTS: events(FAILED), STATUS: status})
    async with over(service) as client:
        ended = await client.jobs.wait("job_1", on_update=lambda job: seen.append(job.status))
    assert (ended.id, ended.status, ended.error) == ("job_1", "FAILED", None)
    assert seen == ["FAILED"]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_wait_ends_at_its_deadline_with_an_unreachable_service() -> None:
    clock = AsyncStillClock()
    async with over(Stub(httpx.ConnectError("refused")), clock=clock) as client:
        with pytest.raises(WaitTimeout, match="the job's status could not be read") as caught:
            await client.jobs.wait("job_1", timeout=300)
    assert clock.now <= 1000 + 300
    assert caught.value.job.status == "UNKNOWN"


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_wait_with_a_timeout_of_zero() -> None:
    service = Stub(httpx.ConnectError("refused"))
    async with over(service) as client:
        with pytest.raises(WaitTimeout):
            await client.jobs.wait("job_1", timeout=0)
    assert service.requests == []


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, RuntimeError])
async def test_an_interrupted_wait_notes_that_the_job_is_running(interrupt: type[BaseException]) -> None:
    def update(job: AsyncJob) -> None:
        raise interrupt

    async with over(Routes({EVENTS: events(job("PROCESSING"))})) as client:
        with pytest.raises(interrupt) as caught:
            await client.jobs.wait("job_1", on_update=update)
    assert any("client.jobs.wait('job_1')" in note for note in caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_status_that_is_not_json_names_its_operation() -> None:
    service = Routes({EVENTS: httpx.Response(404), STATUS: httpx.Response(200, html="<h1>Log in</h1>")})
    async with over(service) as client:
        with pytest.raises(ContractError, match="<h1>Log in</h1>") as caught:
            await client.jobs.wait("job_1")
    assert caught.value.operation == "get_job_status"


@pytest.mark.once
@pytest.mark.anyio
async def test_a_late_result_is_requested_again() -> None:
    late = refusal(409, "job_not_completed", Retry_After="5")
    service = Routes({RESULT: [late, late, answer({**documented("get_result"), "job_id": "job_1"})]})
    async with over(service) as client:
        state = JobState(
            id="job_1",
            status=JobStatus.COMPLETED,
            tool=None,
            name=None,
            progress=None,
            created_at=None,
            started_at=None,
            completed_at=None,
            credits_used=None,
            error=None,
        )
        assert (await client.jobs.result(state)).job_id == "job_1"
    assert service.routes == [RESULT] * 3


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("status", ["CANCELLED", "TIMEOUT"])
async def test_no_result_is_requested_of_a_job_without_one(status: str) -> None:
    why = {"code": "time_limit", "message": "It took too long"}
    service = Routes({EVENTS: events(job(status, error=why))})
    async with over(service) as client:
        with pytest.raises(
            JobFailed, match=rf"ended as {status} without a result: It took too long"
        ) as caught:
            await client.jobs.result("job_1")
    assert caught.value.job.error is not None
    assert caught.value.job.error.code == "time_limit"
