"""Quote, submit and run a job."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from . import exits
from .base import Command, options
from .jobs import COLUMNS, TIMEOUT
from .output import Column, always, attributes, shown
from .progress import progress
from .session import CommandError, Session
from .tools import is_free
from .values import credits, inputs as read_inputs, settings as read_settings

if TYPE_CHECKING:
    from proteiniq import Job, Tool


def _tools(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from .names import tools

    return tools(incomplete)


def _parts(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from .names import parts_of_tool

    # Where the value of an option is completed, click has not read the arguments yet.
    words = [context.params.get("tool"), *context.args]
    return parts_of_tool(next(filter(None, words), ""), str(parameter.name), incomplete)


_order = options(
    click.argument("tool", shell_complete=_tools),
    click.argument("inputs", nargs=-1, metavar="SLOT=FILE...", shell_complete=_parts),
    click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="NAME=VALUE",
        shell_complete=_parts,
        help="A setting; repeatable.",
    ),
)
"""What says which job is meant."""

_payment = options(
    click.option(
        "--idempotency-key",
        metavar="KEY",
        help="Of an earlier submit: the same job is returned, and paid once.",
    ),
    click.option("-y", "--yes", is_flag=True, help="Submit without a question and without a limit."),
    click.option(
        "--max-reserved-credits",
        type=click.IntRange(0),
        metavar="N",
        help="The limit of a job billed by the minute.",
    ),
    click.option(
        "--max-credits", type=credits, metavar="N", help="Submit only if the quote is at most this."
    ),
    click.option("--name", help="The job's name, by default the tool and the first sequence's name."),
)
"""What says how much may be spent, and how often."""

_INPUTS_HELP = """

    SLOT=FILE is a file, SLOT=- is stdin, SLOT=@ID a saved file, and SLOT:=TEXT the data itself. A slot that is given
    several times has several entries. `proteiniq tools show TOOL` lists slots and settings."""


def _with_inputs(function: Callable[..., Any]) -> Callable[..., Any]:
    function.__doc__ = (function.__doc__ or "") + _INPUTS_HELP
    return function


class _Order(NamedTuple):
    tool: Tool
    inputs: dict[str, Any]
    settings: dict[str, Any]


def _read(session: Session, tool: str, inputs: tuple[str, ...], settings: tuple[str, ...]) -> _Order:
    from .names import remember_tool

    found = session.client.tools.get(tool)
    remember_tool(found)
    return _Order(found, read_inputs(session, inputs, found), read_settings(settings, found))


_QUOTE = [
    *attributes("tool", "estimated_credits", "available_credits"),
    Column("would_be_refused", lambda quote: [each.message or each.code for each in quote.blocking_errors]),
]


@click.command(
    cls=Command,
    short_help="Show what a job would cost.",
    examples=(
        "proteiniq quote protein-parameters protein=proteins.fasta",
        "cat proteins.fasta | proteiniq quote protein-parameters protein=-",
    ),
)
@_order
@click.pass_obj
@_with_inputs
def quote(session: Session, tool: str, inputs: tuple[str, ...], settings: tuple[str, ...]) -> None:
    """Show what a job would cost, and why it would be refused, if so. Nothing is submitted."""
    order = _read(session, tool, inputs, settings)
    found = session.client.jobs.quote(*order)
    session.output.record(_QUOTE, found, id=str(found.estimated_credits))


@click.command(
    cls=Command,
    short_help="Submit a job without waiting for it.",
    examples=(
        "proteiniq submit protein-parameters protein=proteins.fasta --max-credits 10",
        "proteiniq submit translate nucleotide:=ATGGCCTGA --set frames=all --yes -q",
    ),
)
@_order
@_payment
@click.pass_obj
@_with_inputs
def submit(
    session: Session, tool: str, inputs: tuple[str, ...], settings: tuple[str, ...], **payment: Any
) -> None:
    """Submit a job, which costs credits, and print it without waiting for it."""
    order = _read(session, tool, inputs, settings)
    job = _submitted(session, order, wait_for_slot=False, timeout=None, **payment)
    session.output.hint(f"To follow it: {session.command('jobs', 'wait', job.id)}")
    session.output.record(COLUMNS, job, id=job.id)


@click.command(
    cls=Command,
    short_help="Submit a job, wait for it and save its result.",
    examples=(
        "proteiniq run protein-parameters protein=proteins.fasta --max-credits 10 --out results/lysozyme",
        "proteiniq run translate nucleotide:=ATGGCCTGA --set frames=all --yes",
    ),
)
@_order
@_payment
@click.option(
    "--out", metavar="DIR", help="Where the result is saved, by default in a folder named by the job's id."
)
@click.option("--overwrite", is_flag=True, help="Replace files with other content.")
@TIMEOUT
@click.pass_obj
@_with_inputs
def run(
    session: Session,
    tool: str,
    inputs: tuple[str, ...],
    settings: tuple[str, ...],
    out: str | None,
    overwrite: bool,
    timeout: float | None,
    **payment: Any,
) -> int:
    """Submit a job, which costs credits, wait for it and save its result.

    Ctrl-C and --timeout end the wait, never the job, and print the command that goes on."""
    from .results import Saving, save

    saving = Saving.checked(out, overwrite=overwrite, is_new=True)
    order = _read(session, tool, inputs, settings)
    deadline = None if timeout is None else time.monotonic() + timeout
    job = _submitted(session, order, wait_for_slot=True, timeout=timeout, **payment)
    session.following(job.id, "results", "save", job.id, "--wait", *saving.options(), is_ours=True)
    left = None if deadline is None else max(deadline - time.monotonic(), 0.001)
    with progress(session.output) as shown:
        result = session.client.jobs.result(job, timeout=left, on_update=shown.job)
        paths = save(result, saving, shown)
    session.output.record(
        [
            *attributes("job_id", "status"),
            *(Column("saved", always(str(path))) for path in paths),
        ],
        result,
        id=result.job_id,
        document={"job_id": result.job_id, "status": result.status, "saved": [str(path) for path in paths]},
    )
    return exits.OK


def _submitted(
    session: Session,
    order: _Order,
    *,
    name: str | None,
    max_credits: float | None,
    max_reserved_credits: int | None,
    yes: bool,
    idempotency_key: str | None,
    wait_for_slot: bool,
    timeout: float | None,
) -> Job:
    """Submit a job, once it is agreed what it may cost."""
    import uuid

    limit = _agreed(session, order, max_credits, yes=yes)
    key = f"proteiniq-{uuid.uuid4()}" if idempotency_key is None else idempotency_key
    session.submitting(key)
    job = session.client.jobs.submit(
        *order,
        name=name,
        max_credits=limit,
        max_reserved_credits=max_reserved_credits,
        idempotency_key=key,
        wait_for_slot=wait_for_slot,
        timeout=timeout,
    )
    session.following(job.id, "jobs", "wait", job.id, is_ours=True)
    session.output.hint(f"Submitted job {job.id}.")
    return job


def _agreed(session: Session, order: _Order, max_credits: float | None, *, yes: bool) -> float | None:
    """Return how many credits a job may cost; None means no limit. Raises CommandError if nobody agrees."""
    if max_credits is not None or yes:
        return max_credits
    if is_free(order.tool):
        return 0.0
    if not session.output.can_ask:
        raise CommandError(f"a job of {order.tool.id} costs credits: pass --max-credits N or --yes")
    found = session.client.jobs.quote(*order)
    if found.estimated_credits > 0:
        there = found.available_credits
        of = f" of {shown(there)}" if there is not None else ""
        session.confirm(
            f"{order.tool.id} costs {shown(found.estimated_credits)}{of} credits. Submit it?",
            yes=False,
            otherwise="",
        )
    return found.estimated_credits
