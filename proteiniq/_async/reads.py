"""Read one job: its status, also for a wait, or the whole job."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from proteiniq_openapi.api.jobs import get_job, get_job_status, list_jobs
from proteiniq_openapi.types import UNSET

from .._inputs import requests
from .._policy.look import PAGE, Failed, Listed
from .._policy.tolerance import Tolerance
from .._responses import convert
from .._responses.page import Page
from ..errors import APIError, ProteinIQError, RateLimited
from ..models import JobState
from .pipeline import AsyncPipeline

log = logging.getLogger("proteiniq")


async def read_status(pipeline: AsyncPipeline, job_id: str, deadline: float | None = None) -> JobState:
    """Return a job's status. Reads of one job are 5 s apart: a second one waits (documentation, "Rate limits")."""
    prepared = get_job_status.prepared(job_id)
    return convert.job(await pipeline.call(prepared, job_id=job_id, job_read=True, deadline=deadline))


class AsyncStatusReader:
    """Reads statuses for a wait, which a failure that may pass does not end."""

    def __init__(self, pipeline: AsyncPipeline, deadline: float | None) -> None:
        self._pipeline = pipeline
        self._deadline = deadline
        self._tolerances: dict[str, Tolerance] = {}

    async def read(self, job_id: str, *, exists: bool) -> JobState | ProteinIQError:
        """Return a job's status, or the failure that may pass; raise one that may not.

        `exists` is true if the job is known to exist. One that this client has just made is, too.
        """
        try:
            state = await read_status(self._pipeline, job_id, self._deadline)
        except ProteinIQError as error:
            now = self._pipeline.clock.monotonic()
            exists = exists or self._pipeline.made.is_recent(job_id, now)
            tolerance = self._tolerances.setdefault(job_id, Tolerance())
            if not tolerance.passes_over(error, now, exists=exists):
                raise
            log.info("job %s: its status can't be read now: %s", job_id, error)
            return error
        self._tolerances.pop(job_id, None)
        return state


def requested_wait(error: ProteinIQError) -> float | None:
    """Return the wait that the service asks for with an error, in seconds."""
    return error.retry_after if isinstance(error, APIError) else None


async def read_job(
    pipeline: AsyncPipeline, job_id: str, deadline: float | None = None, *, paced: bool = False
) -> JobState:
    """Return the whole job if the contract has a route for it, otherwise its status.

    `paced` keeps it 5 s apart from other reads of the job.
    """
    if not requests.is_supported("get_job"):
        return await read_status(pipeline, job_id, deadline)
    prepared = get_job.prepared(job_id)
    return convert.job(await pipeline.call(prepared, job_id=job_id, job_read=paced, deadline=deadline))


async def request_page(
    pipeline: AsyncPipeline, cursor: str | None, deadline: float | None = None
) -> Page[JobState]:
    """Return the page of the job list after `cursor`, or the newest one."""
    prepared = list_jobs.prepared(limit=PAGE, starting_after=cursor or UNSET)
    response = await pipeline.call(prepared, deadline=deadline)
    return convert.page(response, "list_jobs", convert.job, cursor=cursor)


async def read_page(
    pipeline: AsyncPipeline, cursor: str | None, deadline: float | None = None
) -> tuple[Failed | Listed, Sequence[JobState], str | None]:
    """Request the page of the job list after `cursor`, or the newest one.

    Returns the outcome, the jobs, and the cursor of the next page. A page that can't be read is an outcome too, since
    each status can be read.
    """
    try:
        page = await request_page(pipeline, cursor, deadline)
        next_cursor = page.next_cursor
    except ProteinIQError as error:
        return _failed_list(error, is_first=cursor is None), [], cursor
    if page.problem is not None:
        log.info("can't read the rest of the job list, reading statuses instead: %s", page.problem)
    return (
        Listed(page.items, next_cursor is not None, is_usable=page.problem is None),
        page.items,
        next_cursor,
    )


def _failed_list(error: ProteinIQError, *, is_first: bool) -> Failed | Listed:
    """Return what a page that can't be read means. It never ends the wait, since each status can be read."""
    if error.retryable:
        log.info("can't read the job list now: %s", error)
        return Failed(requested_wait(error), by_rate=isinstance(error, RateLimited))
    if isinstance(error, APIError) and not is_first:
        # Its cursor is a job that may have been deleted since.
        log.info("can't read a page of the job list, reading statuses instead: %s", error)
        return Listed()
    log.info("can't read the job list, reading statuses from now on: %s", error)
    return Listed(is_usable=False)
