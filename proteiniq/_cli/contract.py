"""The contract of the service."""

from __future__ import annotations

import click

from . import exits
from .base import group
from .session import CommandError, Session
from .values import duration

contract = group("contract", "Compare the service's contract with that of this client.")


@contract.command(
    "check",
    short_help="Check whether a contract still fits this client.",
    examples=("proteiniq contract check", "proteiniq contract check openapi.json --json"),
)
@click.argument("source", required=False, metavar="[URL|FILE]")
@click.option(
    "--timeout", type=duration, default="30", metavar="TIME", help="For the fetch, 30 s by default."
)
@click.pass_obj
def check_contract(session: Session, source: str | None, timeout: float) -> int:
    """Check whether the service's OpenAPI document, or another one, still fits this client. No key is sent.

    The exit code is 0 if it does, even if it differs, and 1 if it doesn't."""
    from proteiniq.contract import CannotFetch, NotAContract, check

    try:
        report = check(session.service if source is None else source, timeout=timeout)
    except CannotFetch as error:
        code = exits.REFUSED if isinstance(error.__cause__, OSError) else exits.TRY_AGAIN
        raise CommandError(str(error), code) from None
    except NotAContract as error:
        raise CommandError(str(error), exits.OTHER) from None
    if session.output.quiet:
        session.output.text(report.verdict)
    else:
        session.output.text(report.text(as_json=session.output.as_json))
    return exits.OTHER if report.verdict == "facade" else exits.OK
