"""Completion, from names that commands have seen."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proteiniq import testing
from proteiniq._cli import names

from .program import Program


def completed(program: Program, *words: str, shell: str = "bash") -> list[str]:
    """What is offered for the last word."""
    line = " ".join(["proteiniq", *words])
    position = str(len(words))
    program.environment |= {
        "_PROTEINIQ_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": position if shell != "fish" else words[-1],
    }
    try:
        shown = program().stdout
    finally:
        for name in ("_PROTEINIQ_COMPLETE", "COMP_WORDS", "COMP_CWORD"):
            del program.environment[name]
    return [word.partition(",")[2] for word in shown.split()]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str, program: Program) -> None:
    ended = program("completion", shell)
    assert (ended.code, "_PROTEINIQ_COMPLETE" in ended.stdout) == (0, True)


def test_commands_and_options_are_completed(program: Program) -> None:
    assert completed(program, "to") == ["tools"]
    assert completed(program, "jobs", "c") == ["cancel"]
    assert completed(program, "jobs", "list", "--sta") == ["--status"]


def test_names_that_were_seen_are_completed(program: Program) -> None:
    assert completed(program, "quote", "prot") == []
    program("tools", "list")
    assert completed(program, "quote", "prot") == ["protein-parameters"]
    program("quote", "protein-parameters", "protein=proteins.fasta")
    program("tools", "list")  # which keeps what is known of the tools
    assert completed(program, "run", "protein-parameters", "pro") == ["protein="]
    assert completed(program, "run", "protein-parameters", "--set", "p") == ["ph=", "pk_scale="]
    assert completed(program, "run", "unknown", "--set", "p") == []
    job = program("submit", "protein-parameters", "protein=proteins.fasta", "-q").stdout.strip()
    program("jobs", "list")
    assert completed(program, "jobs", "show", "job_") == [job]


def test_profiles_are_completed(program: Program, tmp_path: Path) -> None:
    folder = tmp_path / "config" / "proteiniq"
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text("[profiles.lab]\n[profiles.home]\n")
    assert completed(program, "whoami", "--profile", "l") == ["lab"]
    (folder / "config.toml").write_text("damaged")
    assert completed(program, "whoami", "--profile", "l") == []


@pytest.mark.parametrize("content", ["[]", "damaged"])
def test_a_cache_that_is_damaged_or_old_is_not_used(content: str, program: Program, tmp_path: Path) -> None:
    program("tools", "list")
    path = tmp_path / "cache" / "proteiniq" / "tools.json"
    os.utime(path, (0, 0))
    assert completed(program, "quote", "t") == []
    program("tools", "list")
    assert completed(program, "quote", "t") == ["translate"]
    path.write_text(content)
    assert completed(program, "quote", "t") == []


def test_a_cache_that_cannot_be_written_is_done_without(program: Program, tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    assert program("tools", "list").code == 0


def test_many_jobs_leave_the_newest_names() -> None:
    jobs = [testing.job(id=f"job_{number}") for number in range(201)]
    assert len(list(names.remembering_jobs(jobs))) == 201
    assert len(names.jobs("job_")) == 200
    assert "job_200" not in names.jobs("job_")
