"""The program: its commands, and what becomes of an error."""

from __future__ import annotations

import os
import sys
import warnings
from typing import Any

import click

from .base import PROGRAM, Group
from .exits import INTERRUPTED, MEANINGS, OK, USAGE
from .output import Output
from .session import Session

_COMPLETE = f"_{PROGRAM.upper()}_COMPLETE"
"""The variable by which a shell asks for completion, as click names it."""

_HELP = """Run protein tools of ProteinIQ, as jobs that cost credits and may take hours.

`proteiniq login` stores your API key. Without an account, `proteiniq sandbox` serves the same on this machine."""


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from .._version import VERSION

        click.echo(f"{PROGRAM} {VERSION}")
        context.exit()


class _Program(Group):
    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(code), meaning) for code, meaning in MEANINGS.items()])


program = _Program(
    PROGRAM,
    help=_HELP,
    no_args_is_help=True,
    lazy={
        "login": ("account", "login", "Store an API key."),
        "logout": ("account", "logout", "Remove the stored key of a profile."),
        "whoami": ("account", "whoami", "Show which key is used, and what it may do."),
        "profiles": ("account", "profiles", "List the profiles."),
        "account": ("account", "account", "Show the workspace with its credits and limits."),
        "tools": ("tools", "tools", "The tools, with their slots, settings and prices."),
        "quote": ("submit", "quote", "Show what a job would cost."),
        "run": ("submit", "run", "Submit a job, wait for it and save its result."),
        "submit": ("submit", "submit", "Submit a job without waiting for it."),
        "jobs": ("jobs", "jobs", "List, follow and cancel jobs."),
        "results": ("results", "results", "Show and save the results of jobs."),
        "files": ("files", "files", "The file library: list, upload and delete."),
        "batch": ("batch", "batch", "Run many jobs of one tool, in a folder that outlives the process."),
        "sandbox": ("sandbox", "sandbox", "Serve the same on this machine, without an account."),
        "contract": ("contract", "contract", "Compare the service's contract with that of this client."),
        "doctor": ("doctor", "doctor", "Check key, clock, network, versions, contract and credits."),
        "completion": ("completion", "completion", "Print the completion script of a shell."),
    },
    params=[
        click.Option(
            ["--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_version,
            help="Show the version and exit.",
        )
    ],
)


def run(arguments: list[str]) -> int:
    """Run a command, and return its exit code. Nothing is raised."""
    output = Output(sys.stdout, sys.stderr, os.environ)
    # Whatever is wrong with the other options, an error has the form that was asked for.
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    output.as_json = "--json" in before
    session = Session(output, arguments, os.environ)
    session.debug = "--debug" in before
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for kind in (DeprecationWarning, PendingDeprecationWarning, ResourceWarning, ImportWarning):
            warnings.simplefilter("ignore", kind)  # they are for who writes a program, not for who runs it
        warnings.showwarning = _warned(output)
        try:
            return _invoke(arguments, session)
        except click.ClickException as error:
            return _usage(error, output)
        except click.Abort:
            return _failed(KeyboardInterrupt(), session)
        except BrokenPipeError:
            output.leave()
            return OK
        except (Exception, KeyboardInterrupt) as error:
            return _failed(error, session)
        finally:
            session.close()


def _invoke(arguments: list[str], session: Session) -> int:
    """Run a command, or complete one.

    click's own `main` would replace a KeyboardInterrupt, whose notes say whether a submit was sent.
    """
    if instruction := session.environment.get(_COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(program, {}, PROGRAM, _COMPLETE, instruction)
    width = max(min(session.output.columns, 80) - 2, 50)  # as click has it
    try:
        with program.make_context(PROGRAM, list(arguments), obj=session, terminal_width=width) as context:
            code = program.invoke(context)
    except click.exceptions.Exit as end:  # of `--help` and `--version`
        code = end.exit_code
    return code if isinstance(code, int) else OK


def _usage(error: click.ClickException, output: Output) -> int:
    message = error.format_message().removesuffix(".")
    context = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and context is not None:
        click.echo(context.get_help(), err=True)
        return USAGE
    from .failures import failure
    from .session import CommandError

    said = failure(CommandError(message), Session(output, (), {}))
    more = [f"Try `{context.command_path} --help`."] if context is not None else []
    output.error(said._asdict(), message, more)
    return said.exit_code


def _failed(error: BaseException, session: Session) -> int:
    try:
        if isinstance(error, KeyboardInterrupt):
            session.output.end_line()
        from .failures import failure, notes

        said = failure(error, session)
        if session.debug:
            import traceback

            session.output.notice("".join(traceback.format_exception(error)).rstrip(), "Traceback")
        session.output.error(said._asdict(), said.message, notes(error, said))
    except KeyboardInterrupt:
        return INTERRUPTED
    return said.exit_code


def _warned(output: Output) -> Any:
    def show(message: Warning | str, category: type[Warning], *place: Any) -> None:
        output.notice(f"warning: {message}", category.__name__)

    return show
