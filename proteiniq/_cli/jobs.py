"""Jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from . import exits
from .base import LIMIT, group
from .output import Column, attributes
from .progress import progress
from .session import CommandError, Session
from .values import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from proteiniq import Job

jobs = group("jobs", "List, follow and cancel jobs.")


def _reason(job: Job) -> str | None:
    from .._responses.messages import reason

    return reason(job)


COLUMNS = attributes("id", "status", "tool", "progress", "credits_used", "created_at", "name")

_ERROR = Column("error", _reason)

_DETAILS = [*COLUMNS, *attributes("started_at", "completed_at"), _ERROR]

TIMEOUT = click.option(
    "--timeout",
    type=duration,
    metavar="TIME",
    help="How long to wait, such as 90, 15m or 2h; the job goes on.",
)


def complete_jobs(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from .names import jobs as names

    return names(incomplete)


JOB = click.argument("job", shell_complete=complete_jobs)


@jobs.command(
    "list",
    short_help="List the jobs, newest first.",
    examples=("proteiniq jobs list --limit 20", "proteiniq jobs list --status failed -q"),
)
@click.option("--status", metavar="STATUS", help="Only jobs with this status, such as processing.")
@click.option("--tool", metavar="ID", help="Only jobs of this tool.")
@click.option("--search", "q", metavar="TEXT", help="Only jobs that have this text.")
@click.option("--created-after", metavar="TIME", help="Only jobs made after this ISO 8601 time.")
@click.option("--created-before", metavar="TIME", help="Only jobs made before it.")
@LIMIT
@click.pass_obj
def list_jobs(session: Session, /, **filters: Any) -> None:
    """List the workspace's jobs, newest first."""
    from .names import remembering_jobs

    found = remembering_jobs(session.client.jobs.list(**filters))
    session.output.listing(COLUMNS, found, id=lambda job: job.id, empty="No job fits.")


@jobs.command("show", short_help="Show a job as it is now.", examples=("proteiniq jobs show job_123 --json",))
@JOB
@click.pass_obj
def show_job(session: Session, job: str) -> None:
    """Show a job as it is now."""
    found = session.client.jobs.get(job)
    session.output.record(_DETAILS, found, id=found.id)


@jobs.command(
    "watch",
    short_help="Print each change of a job until it ends.",
    examples=("proteiniq jobs watch job_123", "proteiniq jobs watch job_123 --json"),
)
@JOB
@TIMEOUT
@click.pass_obj
def watch_job(session: Session, job: str, timeout: float | None) -> int:
    """Print a line at each change of a job, until it ends. With --json, each is an object on a line of its own.

    The exit code says how the job ended, 9 for a failure."""
    session.following(job, "jobs", "watch", job)
    columns = [*attributes("id", "status", "progress"), _ERROR]
    last: Job | None = None
    for last in session.client.jobs.events(job, timeout=timeout):
        session.output.event(columns, last, id=last.id)
        if session.output.is_closed:
            break
    if last is None or not (last.is_terminal or session.output.is_closed):
        status = last.status if last is not None else "unknown"
        raise CommandError(
            f"the wait is over, and job {job} goes on ({status})", exits.GOES_ON, resume=session.resume
        )
    return _outcome([last])


@jobs.command(
    "wait",
    short_help="Wait until jobs have ended.",
    examples=("proteiniq jobs wait job_123 --timeout 2h", "proteiniq jobs wait $(proteiniq jobs list -q)"),
)
@click.argument("job_ids", nargs=-1, required=True, metavar="JOB...", shell_complete=complete_jobs)
@TIMEOUT
@click.pass_obj
def wait_for_jobs(session: Session, job_ids: tuple[str, ...], timeout: float | None) -> int:
    """Wait until the jobs have ended, and print each as it ends.

    The exit code is 0 only if all were completed, 9 if one failed, and 7 if the wait ended first."""
    session.following(job_ids[0], "jobs", "wait", *job_ids)
    ended: list[Job] = []

    def each() -> Iterator[Job]:
        with progress(session.output) as shown:
            for job in session.client.jobs.wait_all(job_ids, timeout=timeout, on_update=shown.job):
                ended.append(job)
                yield job

    waiting = each()
    session.output.outcomes(COLUMNS, waiting, id=lambda job: job.id, empty="")
    for _ in waiting:  # where nobody reads the list any more, the wait goes on all the same
        pass
    return _outcome(ended)


@jobs.command("cancel", short_help="Cancel a queued job.", examples=("proteiniq jobs cancel job_123",))
@JOB
@click.pass_obj
def cancel_job(session: Session, job: str) -> None:
    """Cancel a job that is still queued; the service cancels no running job."""
    found = session.client.jobs.cancel(job)
    session.output.record(COLUMNS, found, id=found.id)


def _outcome(ended: list[Job]) -> int:
    """Return the exit code of jobs that have ended. Raises CommandError that names those without success."""
    failed = [job for job in ended if job.is_terminal and job.status != "COMPLETED"]
    if not failed:
        return exits.OK
    names = ", ".join(f"{job.id} ({job.status})" for job in failed)
    raise CommandError(f"{len(failed)} of {len(ended)} jobs did not complete: {names}", exits.FAILED)
