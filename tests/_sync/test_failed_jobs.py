# Generated from tests/_async/test_failed_jobs.py by scripts/unasync.py. Edit that file instead.

"""Jobs that ended without success: an error that holds what they left."""

from __future__ import annotations

import pickle
from typing import Any

import httpx
import pytest

from proteiniq import BudgetExceeded, JobFailed, WaitTimeout

from ..storage import result
from ..support import EVENTS, RESULT, Routes, StillClock, answer, events, job, refusal
from .clients import over

WHY = {"code": "out_of_memory", "message": "It needs 80 GB"}


def ended(status: str, *results: Any, why: Any = WHY) -> Routes:
    """A service whose job ended like this, and what its result gets."""
    return Routes({EVENTS: events(job(status, error=why)), RESULT: list(results)})


def left(status: str | None) -> httpx.Response:
    return answer({**result("partial.pdb"), "status": status})


@pytest.mark.case
@pytest.mark.parametrize(("status", "kind"), [("FAILED", JobFailed), ("BUDGET_EXCEEDED", BudgetExceeded)])
def test_a_job_without_success_is_an_error_though_it_left_a_file(status: str, kind: type[JobFailed]) -> None:
    with over(ended(status, left(status))) as client:
        with pytest.raises(JobFailed, match="It needs 80 GB") as caught:
            client.jobs.result("job_1")
    assert type(caught.value) is kind
    assert caught.value.job.status == status
    assert caught.value.result.files.names == ("partial.pdb",)
    assert caught.value.result.error == caught.value.job.error
    assert "1 file) is the `result` of this error" in str(caught.value)


@pytest.mark.parametrize("status", ["FAILED", "BUDGET_EXCEEDED"])
def test_a_partial_result_is_returned_on_request(status: str) -> None:
    with over(ended(status, left(None))) as client:
        found = client.jobs.result("job_1", partial=True)
    assert (found.status, found.error and found.error.code) == (status, "out_of_memory")


def test_a_missing_partial_result_raises_the_failure_of_the_job() -> None:
    with over(ended("FAILED", refusal(404, "not_found"))) as client:
        with pytest.raises(JobFailed, match="ended as FAILED without a result: It needs 80 GB"):
            client.jobs.result("job_1", partial=True)
