"""What a submit, a wait, a result or a spending limit says when it can't give what was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import (
    BY_CODE,
    Conflict,
    ContractError,
    JobFailed,
    PaymentRequired,
    ProteinIQError,
    SpendLimitExceeded,
    TransportError,
    WaitTimeout,
)
from ..models import JobState, JobStatus, Quote

CANCEL_WITHIN = 10.0
"""How long after a wait's deadline the service is asked to cancel, in seconds. Our choice."""

RESULT_PATIENCE = 300.0
"""How long the result of a job that has ended is asked for when there is no deadline, in seconds. Our choice."""

_MOST_NAMED = 20


def where_it_is(job_id: str) -> str:
    """How to pick up a job that goes on."""
    return f"Job {job_id} goes on, and its result is kept: client.jobs.wait({job_id!r}) waits for it again."


def where_its_result_is(job_id: str) -> str:
    """How to get the result of a job that has ended."""
    return (
        f"Job {job_id} has ended, and its result is kept: client.jobs.result({job_id!r}) asks for it again."
    )


def where_they_are(job_ids: Sequence[str]) -> str:
    """How to pick up jobs that go on."""
    if len(job_ids) == 1:
        return where_it_is(job_ids[0])
    named = ", ".join(job_ids[:_MOST_NAMED])
    more = len(job_ids) - _MOST_NAMED
    return (
        f"{len(job_ids)} jobs go on, and their results are kept: {named}{f' and {more} more' if more > 0 else ''}. "
        "client.jobs.wait_all waits for them again."
    )


def end_of_wait(timeout: float | None, asked: float | None = None) -> str:
    """When a wait ended and why; `asked` is the wait beyond its end that the service asks for, s."""
    if timeout is None:
        return "the wait ended without a deadline"
    if asked is None:
        return f"the wait ended after {timeout:g} s"
    return f"the wait of {timeout:g} s ended early: the service is to be asked again in {asked:.0f} s only"


def left_running(job_id: str, last: JobState | None, end: str) -> WaitTimeout:
    """The end of a wait that leaves its job alone; `end` is what `end_of_wait` says, here and below."""
    return WaitTimeout(f"{_ended(last, end)}. {where_it_is(job_id)}", job=last or unknown(job_id))


def left_running_all(jobs: Mapping[str, JobState | None], end: str) -> WaitTimeout:
    """The end of a wait for many; `jobs` maps those that are left to what is known of them."""
    states = [state or unknown(job_id) for job_id, state in jobs.items()]
    message = f"{end}. {where_they_are(list(jobs))}"
    return WaitTimeout(message, job=states[0], jobs=states)


def cancelled_late(job: JobState, last: JobState | None, end: str) -> WaitTimeout:
    """The end of a wait whose job the service took a cancel of, as was asked. `job` is what it is after that."""
    if job.status == JobStatus.CANCELLED:
        message = f"{_ended(last, end)}. Job {job.id} was cancelled, as cancel_on_timeout asks"
        return WaitTimeout(message, job=job, cancelled=True)
    if job.is_terminal:
        message = f"{_ended(last, end)}. Before it could be cancelled it was {job.status}"
        return WaitTimeout(f"{message}. {where_its_result_is(job.id)}", job=job, cancelled=False)
    message = (
        f"{_ended(last, end)}. The service accepted to cancel it, as cancel_on_timeout asks, and has not yet"
    )
    return WaitTimeout(f"{message}: `client.jobs.get({job.id!r})` says what became of it", job=job)


def not_cancelled(job_id: str, last: JobState | None, end: str, error: ProteinIQError) -> WaitTimeout:
    """The end of a wait whose job was to be cancelled then, and was not, or not surely."""
    refused = isinstance(error, Conflict)
    if refused:
        why = "It is not queued any more, and only queued jobs can be cancelled"
    elif isinstance(error, TransportError) and error.sent:
        why = f"It was asked to be cancelled, and no answer came, so it may be ({error})"
    else:
        why = f"It could not be cancelled ({error})"
    return WaitTimeout(
        f"{_ended(last, end)}. {why}. {where_it_is(job_id)}",
        job=last or unknown(job_id),
        cancelled=False if refused else None,
    )


def result_late(ended: JobState, end: str) -> WaitTimeout:
    """The end of a wait whose job has ended, and whose result can't be had yet."""
    message = f"{end}: the job is {ended.status}, and its result could not be had yet"
    return WaitTimeout(f"{message}. {where_its_result_is(ended.id)}", job=ended)


def _ended(last: JobState | None, end: str) -> str:
    state = f"it is {last.status}" if last is not None else "its state could not be read"
    return f"{end}, and {state}"


def unknown(job_id: str) -> JobState:
    """A job of which only the id is known."""
    return JobState(
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


def blocked(tool_id: str, quote: Quote) -> ProteinIQError | None:
    """The refusal to submit what the quote says can't be run now: the error that the submit would have got.

    A quote whose reasons can't be read may have some, so nothing is submitted then either.
    """
    if not quote.blocking_errors_known:
        return ContractError(
            f"nothing was submitted: the quote doesn't say in a way that can be read what blocks {tool_id} "
            "(blocking_errors). The service's contract may have changed: `python -m proteiniq.contract check` compares "
            "it. Without max_credits no quote is asked for",
            operation="quote_job",
            path="$.blocking_errors",
        )
    if not quote.blocking_errors:
        return None
    first = quote.blocking_errors[0]
    reasons = [error.message or error.code or "the quote doesn't say why" for error in quote.blocking_errors]
    lines = [f"nothing was submitted: {tool_id} can't be run now: {'; '.join(reasons)}"]
    kind = BY_CODE.get(first.code or "", PaymentRequired)
    if kind.advice:
        lines.append(f"What to do: {kind.advice}.")
    return kind(
        "\n".join(lines),
        code=first.code,
        details={"blocking_errors": [dict(error.raw) for error in quote.blocking_errors]},
    )


def after_submit(error: BaseException, key: str) -> str | None:
    """What to know of the job after a submit that did not give it; `key` is its idempotency key."""
    again = (
        f"To find out without paying twice, submit the same again with idempotency_key={key!r}; "
        "`client.jobs.list()` shows what there is."
    )
    if isinstance(error, Conflict):
        if error.in_doubt:
            return (
                f"An attempt before this one had no answer, and may have made the job or be about to. {again}"
            )
        return (
            f"The idempotency key {key!r} was used before, for another tool, input or settings: each job needs "
            "a key of its own. Nothing was submitted by this call."
        )
    # An interrupt comes at any moment, and an answer that can't be read is a success all the same.
    unread = isinstance(error, ContractError) and (error.status is None or error.status < 300)
    if unread or not isinstance(error, ProteinIQError) or error.in_doubt:
        return f"The job may have been made. {again}"
    return None
