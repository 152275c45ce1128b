"""Jobs as arguments: an id, a known state, or a result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .._message_text import short_repr
from ..errors import InvalidInput
from ..models import JobState, Model
from .arguments import check_id


def known_job(job: object) -> tuple[str, JobState | None]:
    """Return the id of a job, and its state if that is known. Raises InvalidInput."""
    return (job.id, job) if isinstance(job, JobState) else (check_id("job", job), None)


def awaited_jobs(jobs: object) -> dict[str, JobState | None]:
    """Return the jobs without duplicates, in order. Raises InvalidInput."""
    if isinstance(jobs, (str, bytes, Model)) or not isinstance(jobs, Iterable):
        raise InvalidInput(
            f"jobs must be a list of jobs or ids, got {short_repr(jobs)}; `wait` takes one job"
        )
    if isinstance(jobs, Mapping):
        raise InvalidInput("jobs must be a list of jobs or ids, got a mapping: pass its values()")
    awaited: dict[str, JobState | None] = {}
    for job in jobs:
        job_id, known = known_job(job)
        awaited[job_id] = known or awaited.get(job_id)
    return awaited
