"""What a wait, a result or a spending limit says when it can't give what was asked."""

from __future__ import annotations

from .errors import JobFailed, SpendLimitExceeded, WaitTimeout
from .models import JobState, JobStatus, Quote


def where_it_is(job_id: str) -> str:
    """How to pick up a job that goes on."""
    return f"Job {job_id} goes on, and its result is kept: client.jobs.wait({job_id!r}) waits for it again."


def left_running(job_id: str, last: JobState | None, timeout: float | None) -> WaitTimeout:
    known = last or JobState(
        id=job_id,
        status=JobStatus("UNKNOWN"),
        tool=None,
        name=None,
        progress=None,
        created_at=None,
        started_at=None,
        completed_at=None,
        credits_used=None,
        error=None,
    )
    after = f"after {timeout:g} s" if timeout is not None else "without a deadline"
    state = f"it is {known.status}" if last is not None else "its state could not be read"
    return WaitTimeout(f"the wait ended {after}, and {state}. {where_it_is(job_id)}", job=known)


def no_result(job: JobState) -> JobFailed:
    why = ""
    if job.error is not None:
        why = f": {job.error.message or job.error.code}" + (f" ({job.error.code})" if job.error.code else "")
    name = f" {job.name!r}" if job.name else ""
    return JobFailed(f"job {job.id}{name} ended {job.status} without a result{why}", job=job)


def spend_limit(tool_id: str, quote: Quote, max_credits: float) -> SpendLimitExceeded | None:
    """The refusal to submit when the quote is above the limit."""
    if quote.estimated_credits <= max_credits:
        return None
    return SpendLimitExceeded(
        f"nothing was submitted: {tool_id} would cost {quote.estimated_credits:g} credits, and max_credits is "
        f"{max_credits:g}",
        estimated_credits=quote.estimated_credits,
        max_credits=max_credits,
    )
