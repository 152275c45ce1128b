"""Commands and groups: the options that all have, examples in their help, and names that are suggested."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from .session import Session

PROGRAM = "proteiniq"

F = TypeVar("F", bound=Callable[..., Any])


def _set(context: click.Context, parameter: click.Parameter, value: Any) -> None:
    if isinstance(value, str) and not value.strip():  # of a variable of the shell that is not set
        raise click.BadParameter("it must not be empty")
    if value:
        context.ensure_object(Session).set(str(parameter.name), value)


def _profiles(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[str]:
    from .names import profiles

    return profiles(incomplete)


@functools.cache
def _common() -> list[click.Option]:
    """Return the options of all commands, which are made once: that is much of what a help page takes."""
    made: list[click.Option] = []

    def add(*names: str, **options: Any) -> None:
        made.append(click.Option(names, expose_value=False, callback=_set, **options))

    add("--json", "as_json", is_flag=True, help="Print JSON on stdout, and an error as one object on stderr.")
    add("-q", "--quiet", is_flag=True, help="Print only ids.")
    add("--profile", metavar="NAME", help="Use the key of this profile.", shell_complete=_profiles)
    add("--api-key-file", metavar="FILE", help="Read the key from a file; - is stdin.")
    add("--base-url", metavar="URL", help="The service, by default that of the profile.")
    add("--debug", is_flag=True, help="Log each request, and show the traceback of an error.")
    return made


def options(*added: Callable[[F], F]) -> Callable[[F], F]:
    """Return a decorator that adds options and arguments, in this order."""
    return lambda function: functools.reduce(lambda made, add: add(made), reversed(added), function)


LIMIT = click.option("--limit", "max_items", type=click.IntRange(0), help="At most so many.")
"""How many items a list has."""


class Command(click.Command):
    """A command with the common options. `examples` are lines of a shell; tests run them against the local service."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **options: Any) -> None:
        super().__init__(*args, **options)
        self.examples = tuple(examples)
        self._own = len(self.params)
        self.params += _common()

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        own, common = self.params[: self._own], self.params[self._own :]
        given = self.get_help_option(context)
        for title, parameters in (
            ("Options", own),
            ("Common options", [*common, *([given] if given else [])]),
        ):
            records = filter(None, (each.get_help_record(context) for each in parameters))
            if found := list(records):
                with formatter.section(title):
                    formatter.write_dl(found)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            for example in self.examples:
                formatter.write(f"{'':{formatter.current_indent}}{example}\n")


class Group(click.Group):
    """A group whose commands are in other modules, which are imported when a command is used.

    `lazy` maps the name of a command to its module, its name there, and the first line of its help.
    """

    command_class = Command
    lazy: Mapping[str, tuple[str, str, str]]

    def __init__(
        self, *args: Any, lazy: Mapping[str, tuple[str, str, str]] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.lazy = lazy or {}

    def list_commands(self, context: click.Context) -> list[str]:
        return [*self.lazy, *self.commands]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.lazy:
            return super().get_command(context, name)
        from importlib import import_module

        module, attribute, _ = self.lazy[name]
        command: click.Command = getattr(import_module(f".{module}", __package__), attribute)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(context):
            command = self.commands.get(name)
            rows.append((name, command.get_short_help_str(80) if command else self.lazy[name][2]))
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(
        self, context: click.Context, arguments: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = arguments[0]
        if self.get_command(context, name) is None and not context.resilient_parsing and name[:1] != "-":
            context.fail(
                f"{context.command_path} has no command {name!r}{did_you_mean(name, self.list_commands(context))}"
            )
        return super().resolve_command(context, arguments)


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return a question with the names most like a wrong one, or nothing."""
    from difflib import get_close_matches

    found = get_close_matches(name, known)
    return f". Did you mean {' or '.join(found)}?" if found else f"; choose from {', '.join(known)}"


def group(name: str, help: str) -> Group:
    """Return the group of a noun."""
    return Group(name, help=help, no_args_is_help=True)
