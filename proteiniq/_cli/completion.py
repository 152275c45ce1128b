"""Completion for shells."""

from __future__ import annotations

import click

from .base import PROGRAM, Command
from .session import Session


@click.command(
    cls=Command,
    short_help="Print the completion script of a shell.",
    examples=(
        'eval "$(proteiniq completion bash)"',
        "proteiniq completion fish > ~/.config/fish/completions/proteiniq.fish",
    ),
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_obj
def completion(session: Session, shell: str) -> None:
    """Print a script for the start-up file of a shell, which completes commands, options and names.

    Names of tools, slots, settings and jobs are those that commands have seen lately; no request is made for them."""
    from click.shell_completion import get_completion_class

    from .program import _COMPLETE, program

    made = get_completion_class(shell)
    assert made is not None  # one of click's own
    session.output.text(made(program, {}, PROGRAM, _COMPLETE).source())
