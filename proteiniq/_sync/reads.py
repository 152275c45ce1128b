# Made from proteiniq/_async/reads.py by scripts/unasync.py: edit that file instead.

"""Reads of one job: its status, and the whole of it."""

from __future__ import annotations

from proteiniq_openapi.api.jobs import get_job, get_job_status

from .._inputs import requests
from .._responses import convert
from ..models import JobState
from .pipeline import Pipeline


def read_status(pipeline: Pipeline, job_id: str, deadline: float | None = None) -> JobState:
    """A job's status. Reads of one job are 5 s apart: a second one waits (documentation, "Rate limits")."""
    prepared = get_job_status.prepared(job_id)
    return convert.job(pipeline.call(prepared, job_id=job_id, job_read=True, deadline=deadline))


def read_job(
    pipeline: Pipeline, job_id: str, deadline: float | None = None, *, paced: bool = False
) -> JobState:
    """The whole job, where the contract has a route for it; else its status.

    `paced` keeps it 5 s from the last read of the job.
    """
    if not requests.is_supported("get_job"):
        return read_status(pipeline, job_id, deadline)
    prepared = get_job.prepared(job_id)
    return convert.job(pipeline.call(prepared, job_id=job_id, job_read=paced, deadline=deadline))
