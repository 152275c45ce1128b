"""Jobs that ended without success: an error that holds what they left."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest

from proteiniq import BudgetExceeded, JobFailed, WaitTimeout

from ..storage import result
from ..support import EVENTS, RESULT, AsyncStillClock, Routes, answer, events, job, refusal
from .clients import over

WHY = {"code": "out_of_memory", "message": "It needs 80 GB"}


def ended(status: str, *results: Any, why: Any = WHY) -> Routes:
    """A service whose job ended like this, and what its result gets."""
    return Routes({EVENTS: events(job(status, error=why)), RESULT: list(results)})


def left(status: str | None) -> httpx.Response:
    return answer({**result("partial.pdb"), "status": status})


@pytest.mark.case
@pytest.mark.parametrize(("status", "kind"), [("FAILED", JobFailed), ("BUDGET_EXCEEDED", BudgetExceeded)])
@pytest.mark.anyio
async def test_a_job_without_success_is_an_error_though_it_left_a_file(
    status: str, kind: type[JobFailed]
) -> None:
    async with over(ended(status, left(status))) as client:
        with pytest.raises(JobFailed, match="It needs 80 GB") as caught:
            await client.jobs.result("job_1")
    assert type(caught.value) is kind
    assert caught.value.job.status == status
    assert caught.value.result.files.names == ("partial.pdb",)
    assert caught.value.result.error == caught.value.job.error
    assert "1 file) is the `result` of this error" in str(caught.value)


@pytest.mark.once
@pytest.mark.case
@pytest.mark.anyio
async def test_a_result_that_calls_itself_failed_is_an_error_though_the_job_completed() -> None:
    async with over(ended("COMPLETED", left("FAILED"), why=None)) as client:
        with pytest.raises(JobFailed) as caught:
            await client.jobs.result("job_1")
    assert caught.value.job.status == "FAILED"


@pytest.mark.once
@pytest.mark.parametrize("status", [None, "COMPLETED", "ARCHIVED"])
@pytest.mark.anyio
async def test_a_result_without_a_sign_of_failure_is_a_result(status: str | None) -> None:
    async with over(ended("COMPLETED", left(status), why=None)) as client:
        assert (await client.jobs.result("job_1")).status == (status or "COMPLETED")


@pytest.mark.parametrize("status", ["FAILED", "BUDGET_EXCEEDED"])
@pytest.mark.anyio
async def test_a_partial_result_is_returned_on_request(status: str) -> None:
    async with over(ended(status, left(None))) as client:
        found = await client.jobs.result("job_1", partial=True)
    assert (found.status, found.error and found.error.code) == (status, "out_of_memory")


@pytest.mark.anyio
async def test_a_missing_partial_result_raises_the_failure_of_the_job() -> None:
    async with over(ended("FAILED", refusal(404, "not_found"))) as client:
        with pytest.raises(JobFailed, match="ended as FAILED without a result: It needs 80 GB"):
            await client.jobs.result("job_1", partial=True)


@pytest.mark.once
@pytest.mark.parametrize(
    "failure", [refusal(409, "job_not_completed"), httpx.ConnectError("refused"), answer([])]
)
@pytest.mark.anyio
async def test_a_result_that_cannot_be_read_does_not_hide_why_the_job_failed(failure: Any) -> None:
    clock = AsyncStillClock()
    service = ended("FAILED", failure)
    async with over(service, clock=clock) as client:
        with pytest.raises(JobFailed, match="It needs 80 GB") as caught:
            await client.jobs.result("job_1")
    assert caught.value.result is None
    assert "client.results.get('job_1')" in caught.value.__notes__[0]
    assert sum(clock.sleeps) < 60


@pytest.mark.once
@pytest.mark.anyio
async def test_a_partial_result_that_is_late_is_waited_for() -> None:
    late = refusal(409, "job_not_completed")
    async with over(ended("FAILED", late, left("FAILED"))) as client:
        assert (await client.jobs.result("job_1", partial=True)).status == "FAILED"
    async with over(ended("FAILED", late)) as client:
        with pytest.raises(WaitTimeout, match="the job is FAILED"):
            await client.jobs.result("job_1", partial=True, timeout=30)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_failure_is_pickled_with_the_output_of_the_job() -> None:
    async with over(ended("FAILED", left("FAILED"))) as client:
        with pytest.raises(JobFailed) as caught:
            await client.jobs.result("job_1")
    restored = pickle.loads(pickle.dumps(caught.value))
    assert restored.result == caught.value.result
