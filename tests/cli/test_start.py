"""Help, version and start-up: what is slow to import is not loaded by them."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from proteiniq import __version__
from proteiniq._cli import main, program as commands
from proteiniq._cli.base import Command

from .program import ROOT, Program
from .tree import every_command

_HELP = (
    "import sys; from proteiniq._cli import main; code = main(sys.argv[1:]); "
    "print(*sys.modules, file=sys.stderr); sys.exit(code)"
)


def cpu(environment: dict[str, str], *arguments: str) -> tuple[float, set[str]]:
    """The CPU seconds of an interpreter, and what it writes on stderr."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        words = set(process.stderr.read().split())
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return used.ru_utime + used.ru_stime, words


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="needs the CPU time of one process")
def test_help_of_every_command_starts_fast_and_loads_no_client(tmp_path: Path) -> None:
    # As installed, with all modules compiled.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path), "PYTHONDONTWRITEBYTECODE": ""}
    for path, _ in every_command():
        # A busy machine takes more CPU time for the same, so both are measured in turn, until it fits.
        for _ in range(20):
            bare, _ = cpu(environment, "-c", "pass")
            used, modules = cpu(environment, "-c", _HELP, *path, "--help")
            assert not modules & {"httpx", "httpcore", "rich", "attr", "attrs", "proteiniq.errors"}, path
            if used <= 6 * bare:
                break
        else:
            pytest.fail(f"{path}: {used / bare:.1f} times the CPU time of a bare interpreter")


def test_every_command_has_a_short_help_and_an_example() -> None:
    for path, command in every_command():
        if isinstance(command, Command):
            assert command.examples, path
            assert command.short_help, path
            assert all(
                line.partition("proteiniq ")[2].startswith(" ".join(path)) for line in command.examples
            )


def test_the_help_of_a_group_says_what_its_commands_say() -> None:
    for path, command in every_command():
        if len(path) == 1:
            listed = commands.program.lazy[path[0]][2]
            assert listed == (command.short_help or command.help), path


def test_the_help_of_a_command_has_its_options_apart_from_those_of_all(program: Program) -> None:
    text = program("jobs", "list", "--help").stdout
    own, _, common = text.partition("Common options:")
    assert "--status STATUS" in own
    assert "--json" in common.partition("Examples:")[0]
    assert "  proteiniq jobs list --limit 20\n" in common
    assert "\nOptions:" not in program("whoami", "--help").stdout


def test_the_version(program: Program) -> None:
    assert program("--version").stdout == f"proteiniq {__version__}\n"


def test_without_a_command_the_help_is_shown(program: Program) -> None:
    ended = program("tools")
    assert (ended.code, ended.stdout) == (2, "")
    assert "proteiniq tools" in ended.stderr


def test_a_wrong_command_and_a_wrong_option_suggest_the_right_one(program: Program) -> None:
    assert "Did you mean jobs?" in program("job").stderr
    assert "Did you mean list?" in program("tools", "lst").stderr
    assert "choose from list, show" in program("tools", "zzz").stderr
    assert "--limit" in program("tools", "list", "--limt", "3").stderr


def test_an_option_before_the_command_is_not_a_command(program: Program) -> None:
    ended = program("--nonsense", "tools")
    assert (ended.code, ended.stderr.splitlines()[0]) == (2, "error: No such option '--nonsense'")


def test_without_click_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = builtins.__import__

    def without(missing: str) -> None:
        def find(name: str, *rest: Any) -> Any:
            if name == "click":
                raise ModuleNotFoundError("it is not there", name=missing)
            return real(name, *rest)

        monkeypatch.setattr(builtins, "__import__", find)

    without("click")
    assert main([]) == 1
    assert capsys.readouterr().err.endswith("pip install 'proteiniq[cli]'\n")
    without("colorama")
    with pytest.raises(ModuleNotFoundError):
        main([])


def test_the_program_runs_as_a_module_and_as_a_script(program: Program) -> None:
    assert program.alone("--version").stdout == f"proteiniq {__version__}\n"


def test_the_documentation_has_every_command() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    missing = [path for path, _ in every_command() if len(path) == 1 and path[0] not in text]
    assert missing == []
