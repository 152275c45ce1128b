"""Cancel a job, and find out what became of it."""

from __future__ import annotations

import logging

from proteiniq_openapi.api.jobs import cancel_job

from .._responses import convert
from .._responses.messages import unknown
from ..errors import Conflict, ProteinIQError
from ..models import JobState, JobStatus
from .pipeline import AsyncPipeline
from .reads import read_job, read_status

log = logging.getLogger("proteiniq")


async def cancel(pipeline: AsyncPipeline, job_id: str, deadline: float | None = None) -> JobState:
    """Cancel a queued job, and return its state after that; `deadline` is a monotonic time, in seconds."""
    prepared = cancel_job.prepared(job_id)
    try:
        response = await pipeline.call_any(prepared, job_id=job_id, deadline=deadline)
    except Conflict as error:
        # An earlier attempt whose response was lost may have cancelled it.
        if error.attempts > 1 and (state := await _cancelled(pipeline, job_id, deadline)):
            return state
        error.add_note("Only queued jobs can be cancelled; this one is running or has ended.")
        raise
    stated = None if response is None else convert.job(response)
    if stated is not None and stated.is_terminal and stated._is_whole:
        return stated
    return await _after_cancel(pipeline, job_id, stated, deadline)


async def _after_cancel(
    pipeline: AsyncPipeline, job_id: str, stated: JobState | None, deadline: float | None
) -> JobState:
    """Read the whole job once after the service accepted a cancel; return what is known if that fails."""
    try:
        state = await read_job(pipeline, job_id, deadline)
    except ProteinIQError as error:
        log.warning("job %s: the service accepted the cancel, but the job can't be read: %s", job_id, error)
        return stated or unknown(job_id)
    if stated is None:
        return state
    # A job never leaves a terminal state, so any other state is outdated.
    return stated.newer(state) if stated.is_terminal and not state.is_terminal else state.newer(stated)


async def _cancelled(pipeline: AsyncPipeline, job_id: str, deadline: float | None) -> JobState | None:
    """Return the job if it is known to be cancelled."""
    try:
        state = await read_status(pipeline, job_id, deadline)
    except ProteinIQError:
        return None
    return state if state.status == JobStatus.CANCELLED else None
