"""One error of each class."""

from __future__ import annotations

from typing import Any

from proteiniq import errors
from proteiniq.errors import Issue, ProteinIQError, Request
from proteiniq.models import JobState, JobStatus

STATE = JobState(
    id="job_1",
    status=JobStatus("FAILED"),
    tool="esmfold",
    name="mine",
    progress=50.0,
    created_at=None,
    started_at=None,
    completed_at=None,
    credits_used=None,
    error=None,
)


def every_class(kind: type[ProteinIQError] = ProteinIQError) -> list[type[ProteinIQError]]:
    return [kind, *(each for sub in kind.__subclasses__() for each in every_class(sub))]


def made(kind: type[ProteinIQError]) -> ProteinIQError:
    special: dict[type[ProteinIQError], dict[str, Any]] = {
        errors.InvalidInput: {"issues": [Issue("it is empty", slot="protein", line=3)]},
        errors.SpendLimitExceeded: {"estimated_credits": 51, "max_credits": 50},
        errors.BatchPaused: {"reason": "failures"},
        errors.UnsupportedOperation: {"operation": "cancel_job"},
        errors.ContractError: {"operation": "get_tool", "path": "$.id"},
        errors.WaitTimeout: {"job": STATE},
        errors.JobFailed: {"job": STATE},
        errors.BudgetExceeded: {"job": STATE},
    }
    if kind in special:
        return kind("what went wrong", **special[kind])
    if not issubclass(kind, errors.RequestError):
        return kind("what went wrong")
    known: dict[str, Any] = {
        "code": "a_code",
        "status": 418,
        "request": Request("GET", "/x"),
        "job_id": "job_1",
    }
    if issubclass(kind, errors.APIError):
        known |= {"details": {"issues": []}, "body": "{}", "retry_after": 5.0}
    return kind("what went wrong", request_id="req_1", attempts=3, retryable=True, **known)
