"""The local service."""

from __future__ import annotations

import click

from . import exits
from .base import Command
from .session import CommandError, Session


@click.command(
    cls=Command,
    short_help="Serve the same on this machine, without an account.",
    examples=("proteiniq sandbox", "proteiniq sandbox -- --port 8000 --data sandbox"),
)
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[-- OPTION...]")
@click.pass_obj
def sandbox(session: Session, options: tuple[str, ...]) -> int:
    """Serve ProteinIQ's HTTP contract on this machine, with real computations, until Ctrl-C.

    It prints two export lines: paste them into another shell. What follows `--` are its own options, which
    `proteiniq sandbox -- --help` lists. It needs the extra `sandbox`."""
    from proteiniq.sandbox.__main__ import main

    try:
        code = main([*options, *(["--json"] if session.output.as_json and "--json" not in options else [])])
    except SystemExit as end:  # of argparse
        code = end.code if isinstance(end.code, int) else exits.USAGE
    if code:
        raise CommandError("the sandbox did not start", exits.USAGE)
    return exits.OK
