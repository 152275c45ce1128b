# Made from proteiniq/_async/reads.py by scripts/unasync.py: edit that file instead.

"""Read one job: its status, or the whole job."""

from __future__ import annotations

from proteiniq_openapi.api.jobs import get_job, get_job_status

from .._inputs import requests
from .._responses import convert
from ..models import JobState
from .pipeline import Pipeline


def read_status(pipeline: Pipeline, job_id: str, deadline: float | None = None) -> JobState:
    """Return a job's status. Reads of one job are 5 s apart: a second one waits (documentation, "Rate limits")."""
    prepared = get_job_status.prepared(job_id)
    return convert.job(pipeline.call(prepared, job_id=job_id, job_read=True, deadline=deadline))


def read_job(
    pipeline: Pipeline, job_id: str, deadline: float | None = None, *, paced: bool = False
) -> JobState:
    """Return the whole job if the contract has a route for it, otherwise its status.

    `paced` keeps it 5 s apart from other reads of the job.
    """
    if not requests.is_supported("get_job"):
        return read_status(pipeline, job_id, deadline)
    prepared = get_job.prepared(job_id)
    return convert.job(pipeline.call(prepared, job_id=job_id, job_read=paced, deadline=deadline))
