"""Results and their files."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from .base import group
from .jobs import JOB, TIMEOUT
from .output import Column, attributes, of_rows
from .progress import Progress, progress
from .session import CommandError, Session

if TYPE_CHECKING:
    from proteiniq import Result

results = group("results", "Show and save the results of jobs.")

_WAIT = click.option("--wait", is_flag=True, help="Wait until the job has ended.")
_PARTIAL = click.option("--partial", is_flag=True, help="Take what a job without success left.")


def check_folder(out: str, *, is_new: bool) -> None:
    """Raise CommandError at once, before anything is paid for, if what `is_new` can't be saved there."""
    there = Path(out)
    while not os.path.lexists(there):
        there = there.parent
    if not out.strip() or not there.is_dir():
        raise CommandError(f"--out must be a folder, got {out!r}")
    if is_new and not os.access(there, os.W_OK | os.X_OK):
        raise CommandError(f"--out must be a folder that you may write, got {out!r}")


class Saving(NamedTuple):
    """Where a result is saved, and whether files there are replaced."""

    out: str | None
    overwrite: bool

    @classmethod
    def checked(cls, out: str | None, *, overwrite: bool, is_new: bool) -> Saving:
        """Return where to save. Raises CommandError."""
        check_folder("." if out is None else out, is_new=is_new)
        return cls(out, overwrite)

    def folder(self, job_id: str) -> Path:
        from .._transfer.filenames import local_names

        return Path(self.out) if self.out is not None else Path(local_names([job_id])[0])

    def options(self) -> list[str]:
        """Return the options that mean this."""
        return [
            *(["--out", self.out] if self.out is not None else []),
            *(["--overwrite"] if self.overwrite else []),
        ]


@results.command(
    "show",
    short_help="Show the structured result of a job.",
    examples=("proteiniq results show job_123", "proteiniq results show job_123 --json"),
)
@JOB
@_WAIT
@TIMEOUT
@_PARTIAL
@click.pass_obj
def show_result(session: Session, job: str, wait: bool, timeout: float | None, partial: bool) -> None:
    """Show the structured result of a job: a row for each object if it has one list of them, else one row.

    With --json, it is the whole result with the names of its files."""
    from .._frames.rows import records

    session.following(job, "results", "show", job, "--wait")
    with progress(session.output) as shown:
        result = _found(session, job, shown, wait=wait, timeout=timeout, partial=partial)
    if session.output.as_json or session.output.quiet:
        session.output.record([], result, id=result.job_id, document=_document(result))
        return
    rows = list(records(result.data))
    columns = of_rows(rows) or attributes("job_id")
    session.output.listing(columns, rows, id=str, empty="")
    if len(result.files):
        save_command = session.command("results", "save", job)
        session.output.hint(f"Files: {', '.join(result.files.names)}. To save them: {save_command}")


@results.command(
    "save",
    short_help="Save the result of a job with its files.",
    examples=(
        "proteiniq results save job_123 --out results/job_123",
        "proteiniq results save job_123 --wait",
    ),
)
@JOB
@click.option("--out", metavar="DIR", help="Where it is saved, by default in a folder named by the job's id.")
@click.option("--overwrite", is_flag=True, help="Replace files with other content.")
@_WAIT
@TIMEOUT
@_PARTIAL
@click.pass_obj
def save_result(
    session: Session,
    job: str,
    out: str | None,
    overwrite: bool,
    wait: bool,
    timeout: float | None,
    partial: bool,
) -> None:
    """Save the files of a result, and its structured part as result.json.

    A file that is there already with the same content is kept, and one with other content is never replaced unless
    you pass --overwrite."""
    saving = Saving.checked(out, overwrite=overwrite, is_new=False)
    partly = ["--partial"] if partial else []
    session.following(job, "results", "save", job, "--wait", *saving.options(), *partly)
    with progress(session.output) as shown:
        result = _found(session, job, shown, wait=wait, timeout=timeout, partial=partial)
        paths = save(result, saving, shown)
    session.output.listing(
        [Column("path", str)],
        map(str, paths),
        id=str,
        empty="The result has nothing to save.",
    )


@results.command(
    "report",
    short_help="Write a report of a job as one HTML file.",
    examples=("proteiniq results report job_123 report.html",),
)
@JOB
@click.argument("file", metavar="FILE")
@click.option("--overwrite", is_flag=True, help="Replace the file.")
@_WAIT
@TIMEOUT
@_PARTIAL
@click.pass_obj
def report_result(
    session: Session,
    job: str,
    file: str,
    overwrite: bool,
    wait: bool,
    timeout: float | None,
    partial: bool,
) -> None:
    """Write a report of a job as one HTML file, with its structures, plots, tables and files.

    The file makes no request when it is opened."""
    replacing = ["--overwrite"] if overwrite else []
    partly = ["--partial"] if partial else []
    session.following(job, "results", "report", job, file, "--wait", *replacing, *partly)
    with progress(session.output) as shown:
        result = _found(session, job, shown, wait=wait, timeout=timeout, partial=partial)
        path = result.report(file, overwrite=overwrite)
    session.output.written(str(path))


def save(result: Result, saving: Saving, shown: Progress) -> list[Path]:
    """Save a result, and return the paths. Raises FileExistsError, OSError, APIError, TransportError."""
    from ..batch._result import NAME, document

    folder = saving.folder(result.job_id)
    paths = result.save_all(folder, on_progress=shown.received, overwrite=saving.overwrite)
    target = folder / NAME  # as in the folder of a batch
    if result.data and target not in paths:
        content = json.dumps(document(result), indent=2) + "\n"
        _write(target, content.encode(), overwrite=saving.overwrite)
        paths.append(target)
    return paths


def _write(target: Path, content: bytes, *, overwrite: bool) -> None:
    from .._transfer.durable import replace

    if target.exists() and not overwrite:
        if target.read_bytes() == content:
            return
        raise FileExistsError(errno.EEXIST, "A file with other content exists", str(target))
    replace(target, content)


def _found(
    session: Session, job_id: str, shown: Progress, *, wait: bool, timeout: float | None, partial: bool
) -> Result:
    """Return a result. Raises JobFailed for a job without success, unless `partial` is set."""
    from .._responses.messages import job_failed, unknown
    from ..errors import NotFound

    client = session.client
    if wait or timeout is not None:
        return client.jobs.result(job_id, timeout=timeout, on_update=shown.job, partial=partial)
    try:
        result = client.results.get(job_id)
    except NotFound:
        job = client.jobs.get(job_id)  # raises the same for an unknown job
        if not job.is_terminal or job.status == "COMPLETED":
            raise
        raise job_failed(job) from None
    if not partial and result.status not in (None, "COMPLETED"):
        import attrs

        raise job_failed(attrs.evolve(unknown(job_id), status=result.status), result)
    return result


def _document(result: Result) -> dict[str, Any]:
    """Return a result as JSON, without the signed URLs of its files: whoever has one can read the file."""
    document = result.to_dict()
    for file in document["files"]:
        del file["url"]
    return document
