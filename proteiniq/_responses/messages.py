"""Messages of failed submits, waits, results and spending limits.

Values not documented by the service are choices of this client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._message_text import counted, number_text
from ..errors import (
    BY_CODE,
    APIError,
    BudgetExceeded,
    ConcurrentJobLimitExceeded,
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
"""How long a cancel may take after the end of a wait, in seconds."""

RESULT_PATIENCE = 300.0
"""How long to retry reading the result of an ended job without a deadline, in seconds."""

_MOST_NAMED = 20


def where_it_is(job_id: str) -> str:
    """Return how to wait again for a job that continues."""
    return f"Job {job_id} continues and its result is kept: call client.jobs.wait({job_id!r}) to wait again."


def where_its_result_is(job_id: str) -> str:
    """Return how to get the result of a job that has ended."""
    return f"Job {job_id} has ended and its result is kept: call client.jobs.result({job_id!r}) to get it."


def where_they_are(job_ids: Sequence[str]) -> str:
    """Return how to wait again for jobs that continue."""
    if len(job_ids) == 1:
        return where_it_is(job_ids[0])
    named = ", ".join(job_ids[:_MOST_NAMED])
    more = len(job_ids) - _MOST_NAMED
    return (
        f"{len(job_ids)} jobs continue and their results are kept: {named}{f' and {more} more' if more > 0 else ''}. "
        "Call client.jobs.wait_all to wait again."
    )


def end_of_wait(timeout: float | None, requested: float | None = None) -> str:
    """Return when a wait ended and why.

    `requested` is the pause that the service asks for, in seconds, if it is longer than the rest of the wait.
    """
    if timeout is None:
        return "the wait ended without a deadline"
    if requested is None:
        return f"the wait timed out after {timeout:g} s"
    return f"the wait ended before its timeout of {timeout:g} s: the service asked to wait another {requested:.0f} s"


def left_running(job_id: str, last: JobState | None, end: str) -> WaitTimeout:
    """Return the error of a wait that leaves its job running; `end` comes from `end_of_wait`, here and below."""
    return WaitTimeout(f"{_ended(last, end)}. {where_it_is(job_id)}", job=last or unknown(job_id))


def left_running_all(jobs: Mapping[str, JobState | None], end: str) -> WaitTimeout:
    """Return the error of a wait for many jobs; `jobs` maps those that have not ended to their last states."""
    states = [state or unknown(job_id) for job_id, state in jobs.items()]
    message = f"{end}. {where_they_are(list(jobs))}"
    return WaitTimeout(message, job=states[0], jobs=states)


def cancelled_late(job: JobState, last: JobState | None, end: str) -> WaitTimeout:
    """Return the error of a wait whose cancel the service accepted; `job` is the state after that."""
    if job.status == JobStatus.CANCELLED:
        message = f"{_ended(last, end)}. Job {job.id} was cancelled because of cancel_on_timeout"
        return WaitTimeout(message, job=job, cancelled=True)
    if job.is_terminal:
        message = f"{_ended(last, end)}. It ended as {job.status} before it could be cancelled"
        return WaitTimeout(f"{message}. {where_its_result_is(job.id)}", job=job, cancelled=False)
    message = (
        f"{_ended(last, end)}. The service accepted the cancel (cancel_on_timeout) but has not finished it"
    )
    return WaitTimeout(f"{message}: call client.jobs.get({job.id!r}) for the job's status", job=job)


def not_cancelled(job_id: str, last: JobState | None, end: str, error: ProteinIQError) -> WaitTimeout:
    """Return the error of a wait whose cancel failed, or may have failed."""
    rejected = isinstance(error, Conflict)
    if rejected:
        why = "It is no longer queued, and only queued jobs can be cancelled"
    elif isinstance(error, TransportError) and error.sent:
        why = f"It may have been cancelled: there was no response to the cancel ({error})"
    else:
        why = f"It could not be cancelled ({error})"
    return WaitTimeout(
        f"{_ended(last, end)}. {why}. {where_it_is(job_id)}",
        job=last or unknown(job_id),
        cancelled=False if rejected else None,
    )


def result_late(ended: JobState, end: str) -> WaitTimeout:
    """Return the error of a wait whose job has ended, but whose result is not available yet."""
    message = f"{end}; the job is {ended.status}, but its result is not available yet"
    return WaitTimeout(f"{message}. {where_its_result_is(ended.id)}", job=ended)


def _ended(last: JobState | None, end: str) -> str:
    state = f"the job was {last.status}" if last is not None else "the job's status could not be read"
    return f"{end}; {state}"


def unknown(job_id: str) -> JobState:
    """Return the state of a job of which only the id is known."""
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


def reason(job: JobState) -> str | None:
    """Return what a job's error says: its message, or else its code."""
    return None if job.error is None else job.error.message or job.error.code


def job_failed(job: JobState, result: Any = None) -> JobFailed:
    """Return the error of a job that ended without success, with the result that it left, if any."""
    why = ""
    if job.error is not None:
        why = f": {reason(job)}" + (f" ({job.error.code})" if job.error.code else "")
    name = f" {job.name!r}" if job.name else ""
    message = f"job {job.id}{name} ended as {job.status}{' without a result' if result is None else ''}{why}"
    if result is not None:
        left = counted(len(result.files), "file")
        message += f". What it left ({left}) is the `result` of this error; partial=True returns it instead"
    kind = BudgetExceeded if job.status == JobStatus.BUDGET_EXCEEDED else JobFailed
    return kind(message, job=job, result=result)


def result_unread(job_id: str, error: ProteinIQError) -> str:
    """Return a note for a job that failed, and whose result, if any, could not be read."""
    return (
        f"Whether it left a result is unknown, because reading it failed: {error}. Call "
        f"client.results.get({job_id!r}) to find out."
    )


def spend_limit(tool_id: str, quote: Quote, max_credits: float) -> ProteinIQError | None:
    """Return the error of a submit whose quote is above the limit, or can't be a price."""
    cost = number_text(quote.estimated_credits)
    if quote.estimated_credits < 0:
        return ContractError(
            f"nothing was submitted: the quote of {tool_id} is {cost} credits, which can't be its price. To submit "
            "without a quote, omit max_credits",
            operation="quote_job",
            path="$.estimated_credits",
        )
    if quote.estimated_credits <= max_credits:
        return None
    return SpendLimitExceeded(
        f"nothing was submitted: {tool_id} would cost {cost} credits, more than max_credits={number_text(max_credits)}",
        estimated_credits=quote.estimated_credits,
        max_credits=max_credits,
    )


def blocked(tool_id: str, quote: Quote) -> ProteinIQError | None:
    """Return the error of a submit that the quote reports as blocked: the error that the submit itself would raise.

    If `blocking_errors` can't be parsed, there may be some, so nothing is submitted either.
    """
    if not quote.blocking_errors_known:
        return ContractError(
            f"nothing was submitted: the blocking_errors in the quote of {tool_id} can't be parsed. The service's "
            "contract may have changed: run `python -m proteiniq.contract check` to compare it. To submit without a "
            "quote, omit max_credits",
            operation="quote_job",
            path="$.blocking_errors",
        )
    if not quote.blocking_errors:
        return None
    # If one of several reasons does not pass by itself, the error is that one.
    first = min(quote.blocking_errors, key=lambda each: _kind(each.code) is ConcurrentJobLimitExceeded)
    reasons = [error.message or error.code or "the quote gives no reason" for error in quote.blocking_errors]
    kind = _kind(first.code)
    return kind(
        f"nothing was submitted: {tool_id} can't run now: {'; '.join(reasons)}{kind._what_to_do()}",
        code=first.code,
        details={"blocking_errors": [dict(error.raw) for error in quote.blocking_errors]},
    )


def _kind(code: str | None) -> type[APIError]:
    return BY_CODE.get(code or "", PaymentRequired)


def no_slot(timeout: float, *, in_doubt: bool) -> str:
    """Return a note for a submit that waited for a job slot; `in_doubt` is true if it may have created a job anyway."""
    return f"No job slot became free within {timeout:g} s.{'' if in_doubt else ' Nothing was submitted.'}"


def without_advice(error: APIError) -> None:
    """Leave out of an error's message what to do, which the caller has done."""
    error.message = error.message.removesuffix(error._what_to_do())
    error.args = (error.message,)


def after_submit(error: BaseException, key: str) -> str | None:
    """Return a note on the state of the job after a submit failed; `key` is its idempotency key."""
    how = (
        f"To find out without paying twice, repeat the same submit with idempotency_key={key!r}, or look for the job "
        "in `client.jobs.list()`."
    )
    if isinstance(error, Conflict):
        if error.in_doubt:
            return f"An earlier attempt may have created the job, or may still create it. {how}"
        return (
            f"The idempotency key {key!r} was used before, for another tool, input or settings: each job needs "
            "its own key. Nothing was submitted by this call."
        )
    # An interrupt can come at any time, and a response that can't be parsed may still report a success.
    unparsed = isinstance(error, ContractError) and (error.status is None or error.status < 300)
    if unparsed or not isinstance(error, ProteinIQError) or error.in_doubt:
        return f"The job may have been created. {how}"
    return None


def similar(wanted: str, ids: Iterable[str]) -> list[str]:
    """Return the ids that are most like the wanted one, best first, in any case of letters."""
    from difflib import get_close_matches  # only for an error

    known = {each.lower(): each for each in sorted(ids)}
    return [known[each] for each in get_close_matches(wanted.lower(), known)]


def did_you_mean(error: ProteinIQError, ids: Sequence[str]) -> None:
    """Add similar ids to the message of an error about an unknown one."""
    if ids:
        error.message += f"\nDid you mean {' or '.join(map(repr, ids))}?"
        error.args = (error.message,)
