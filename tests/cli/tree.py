"""The commands of the program."""

from __future__ import annotations

from collections.abc import Iterator

import click

from proteiniq._cli import program as commands


def every_command(
    group: click.Command = commands.program, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            yield from every_command(command, (*path, name))
