"""Batches: many jobs of one tool, in a folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from . import exits
from .base import group, options
from .output import attributes, of_rows
from .session import CommandError, Session
from .tools import is_free
from .values import credits, inputs as read_inputs, settings as read_settings

if TYPE_CHECKING:
    from proteiniq import Tool
    from proteiniq.batch import BatchStatus

batch = group("batch", "Run many jobs of one tool, in a folder that outlives the process.")

_COMMAND = "command.json"
"""The file of the folder that has what `batch run` was called with, for `batch resume`."""

_ITEM = attributes("id", "status", "job_id", "credits", "message")

_STATUS = attributes(
    *("items", "done", "running", "waiting", "failed", "in_doubt", "skipped"),
    *("credits_used", "credits_reserved", "max_credits", "paused"),
)


class _Call(NamedTuple):
    """What a batch was started with; paths are absolute."""

    tool: str
    items: str
    settings: list[str]
    columns: list[str]
    inputs: list[str]
    name: str | None
    on_failure: str
    retries: int
    keep: str

    def write(self, folder: Path) -> None:
        from .._transfer.durable import replace

        folder.mkdir(parents=True, exist_ok=True)
        replace(folder / _COMMAND, (json.dumps({"version": 1, **self._asdict()}, indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: str) -> _Call:
        """Return what a batch was started with. Raises BatchError, CommandError."""
        from ..batch import Batch

        Batch.open(folder)
        path = Path(folder, _COMMAND)
        try:
            found = json.loads(path.read_bytes())
            if found.pop("version") == 1:
                return cls(**found)
        except FileNotFoundError:
            pass
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CommandError(
                f"{path} is damaged: call `proteiniq batch run` as before", exits.OTHER
            ) from None
        raise CommandError(
            f"{path} is missing, or of a newer version: go on as the batch was started, with `proteiniq batch run` or "
            "client.batch",
            exits.OTHER,
        )


_limits = options(
    click.option("--take-over", is_flag=True, help="Take the folder from a process that is certainly dead."),
    click.option(
        "--resend-in-doubt",
        is_flag=True,
        help="Submit items again whose job was looked for and not found.",
    ),
    click.option("-y", "--yes", is_flag=True, help="Run without a question and without a limit."),
    click.option("--max-credits-each", type=credits, metavar="N", help="The limit of one item."),
    click.option(
        "--max-credits", type=credits, metavar="N", help="The limit of the batch, over all its runs."
    ),
)
"""What says how much may be spent, and what happens to what earlier runs left."""


@batch.command(
    "run",
    short_help="Run a job for each item of a file.",
    examples=(
        "proteiniq batch run protein-parameters proteins.fasta --out screen --max-credits 100",
        "proteiniq batch run translate genes.csv --out genes --column seq=nucleotide --column name=id --yes",
    ),
)
@click.argument("tool")
@click.argument("items", metavar="FILE")
@click.option("--out", "folder", required=True, metavar="DIR", help="The folder of the batch.")
@click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of all items; repeatable."
)
@click.option(
    "--input", "inputs", multiple=True, metavar="SLOT=FILE", help="An input of all items; repeatable."
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="COLUMN=NAME",
    help="A column's slot or setting, or `id`; empty to leave it out; repeatable.",
)
@click.option("--name", help="The name of the batch.")
@click.option(
    "--on-failure", type=click.Choice(["skip", "stop"]), default="skip", help="After an item has failed."
)
@click.option(
    "--retries", type=click.IntRange(0), default=0, help="How often a failed item is submitted again."
)
@click.option("--keep", type=click.Choice(["all", "data"]), default="all", help="What of a result is saved.")
@click.option("--reuse", metavar="DIR", help="Take the results of equal items from this batch.")
@_limits
@click.pass_obj
def run_batch(
    session: Session,
    /,
    tool: str,
    items: str,
    folder: str,
    settings: tuple[str, ...],
    inputs: tuple[str, ...],
    columns: tuple[str, ...],
    name: str | None,
    on_failure: str,
    retries: int,
    keep: str,
    **more: Any,
) -> int:
    """Run a job for each record or row of a FASTA, SDF, SMILES, CSV, TSV or Parquet file.

    Plan, progress and results are in the folder. All items are checked before the first submit. After Ctrl-C, a crash
    or a power failure, the same command goes on, and so does `proteiniq batch resume`: nothing is submitted twice. In a
    pipe, each item is a line when it has ended, with --json an object."""
    from .results import check_folder

    check_folder(folder, is_new=True)
    if not Path(items).expanduser().is_file():
        raise CommandError(f"{items} is not a file with items", exits.REFUSED)
    call = _Call(
        tool,
        str(Path(items).expanduser().absolute()),
        list(settings),
        list(columns),
        [_absolute(each) for each in inputs],
        name,
        on_failure,
        retries,
        keep,
    )
    return _run(session, folder, call, **more)


@batch.command(
    "resume",
    short_help="Go on with a batch.",
    examples=("proteiniq batch resume screen", "proteiniq batch resume screen --max-credits 500"),
)
@click.argument("folder", metavar="DIR")
@_limits
@click.pass_obj
def resume_batch(session: Session, /, folder: str, **more: Any) -> int:
    """Go on with a batch that `proteiniq batch run` has started, with the same items and settings."""
    return _run(session, folder, _Call.read(folder), **more)


@batch.command(
    "retry",
    short_help="Submit the failed items of a batch again.",
    examples=("proteiniq batch retry screen --max-credits 200",),
)
@click.argument("folder", metavar="DIR")
@_limits
@click.pass_obj
def retry_batch(session: Session, /, folder: str, **more: Any) -> int:
    """Go on with a batch, and submit its failed items again, which costs credits again."""
    return _run(session, folder, _Call.read(folder), retry_failed=True, **more)


@batch.command(
    "status",
    short_help="Show how far a batch is, without a request.",
    examples=("proteiniq batch status screen", "proteiniq batch status screen --json"),
)
@click.argument("folder", metavar="DIR")
@click.pass_obj
def show_status(session: Session, folder: str) -> None:
    """Show how far a batch is, by its folder alone, also while another process runs it."""
    from ..batch import Batch

    session.output.record(_STATUS, Batch.open(folder).status(), id=folder)


@batch.command(
    "export",
    short_help="Write the results of a batch as one table.",
    examples=("proteiniq batch export screen", "proteiniq batch export screen screen.csv"),
)
@click.argument("folder", metavar="DIR")
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--overwrite", is_flag=True, help="Replace the file.")
@click.pass_obj
def export_batch(session: Session, folder: str, file: str | None, overwrite: bool) -> None:
    """Write the structured results of all items as one table, to a .csv or .parquet file, or else to stdout."""
    from ..batch import Batch

    table = Batch.open(folder).table
    if file is None:
        rows = list(table)
        session.output.listing(
            of_rows(rows), rows, id=lambda row: row["item"], empty="The batch has no results yet."
        )
        return
    writers = {".csv": table.write_csv, ".parquet": table.write_parquet}
    writer = writers.get(Path(file).suffix.lower())
    if writer is None:
        raise CommandError(f"the file must end with {' or '.join(writers)}, got {file!r}")
    writer(file, overwrite=overwrite)
    session.output.written(file)


@batch.command(
    "report",
    short_help="Write a report of a batch as one HTML file.",
    examples=("proteiniq batch report screen screen.html",),
)
@click.argument("folder", metavar="DIR")
@click.argument("file", metavar="FILE")
@click.option("--overwrite", is_flag=True, help="Replace the file.")
@click.pass_obj
def report_batch(session: Session, folder: str, file: str, overwrite: bool) -> None:
    """Write a report of a batch as one HTML file, with a table of all items and their results, without a request."""
    from .._inputs.files import REPORT, saving_target
    from ..batch import Batch

    target = saving_target(file, REPORT)
    Batch.open(folder).report(target, overwrite=overwrite)
    session.output.written(str(target))


def _absolute(given: str) -> str:
    """Return an input whose file is found from any folder. Raises CommandError for stdin, which is there only once."""
    slot, sign, value = given.partition("=")
    if value == "-":
        raise CommandError("a batch can't read stdin, since it could not go on: pass a file")
    if slot.endswith(":") or not sign or not value or value.startswith("@"):
        return given
    return f"{slot}={Path(value).expanduser().absolute()}"


def _columns(given: list[str]) -> dict[str, str | None] | None:
    made: dict[str, str | None] = {}
    for each in given:
        column, sign, name = each.partition("=")
        if not sign or not column:
            raise CommandError(
                f"--column {each!r} must have the form COLUMN=NAME, or COLUMN= to leave it out"
            )
        made[column] = name or None
    return made or None


def _run(
    session: Session,
    folder: str,
    call: _Call,
    *,
    max_credits: float | None,
    max_credits_each: float | None,
    yes: bool,
    **more: Any,
) -> int:
    from ..batch import OnFailure

    output, client = session.output, session.client
    tool = client.tools.get(call.tool)
    settings, inputs = read_settings(call.settings, tool), read_inputs(session, call.inputs, tool)
    columns = _columns(call.columns)
    _agree(session, folder, tool, call.items, is_limited=max_credits is not None, yes=yes)
    session.resume = session.command("batch", "resume", folder)

    def begun(_: object = None) -> None:
        if not session.is_ours:
            session.is_ours = True
            call.write(Path(folder))

    running = client.batch(
        tool,
        Path(call.items),
        folder,
        settings=settings,
        columns=columns,
        inputs=inputs,
        name=call.name,
        max_credits=max_credits,
        max_credits_each=max_credits_each,
        on_failure=OnFailure(retries=call.retries, then=call.on_failure),
        keep=call.keep,
        progress=not output.as_json and not output.quiet,
        on_progress=begun,
        **more,
    )
    if not output.as_json and not output.quiet and not output.is_terminal:
        output.heading(_ITEM)
    for item in running:
        begun()
        if not output.is_terminal or output.as_json or output.quiet:
            output.event(_ITEM, item, id=item.id)
    status = running.report()
    output.hint(str(status))
    return _outcome(session, folder, status)


def _agree(session: Session, folder: str, tool: Tool, items: str, *, is_limited: bool, yes: bool) -> None:
    """Ask before jobs that cost, unless there is a limit, now or from an earlier run. Raises CommandError."""
    from ..batch import Batch
    from ..errors import BatchError

    if is_limited or is_free(tool):
        return
    try:
        is_limited = Batch.open(folder).status().max_credits is not None
    except BatchError:
        is_limited = False  # there is no batch yet
    session.confirm(
        f"Run {tool.id}, which costs credits, for each item of {items}, without a limit?",
        yes=yes or is_limited,
        otherwise=f"jobs of {tool.id} cost credits: pass --max-credits N or --yes",
    )


def _outcome(session: Session, folder: str, status: BatchStatus) -> int:
    if status.in_doubt:
        raise CommandError(
            f"{status.in_doubt} of {status.items} items are in doubt: look for their jobs in `proteiniq jobs list`. To "
            "submit them again:",
            exits.IN_DOUBT,
            resume=session.command("batch", "resume", folder, "--resend-in-doubt"),
        )
    if status.failed:
        raise CommandError(
            f"{status.failed} of {status.items} items failed",
            exits.FAILED,
            resume=session.command("batch", "retry", folder),
        )
    return exits.OK
