"""The examples in the help of all commands, run as they are shown."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from proteiniq import ProteinIQ
from proteiniq._cli.base import Command
from proteiniq.sandbox import Sandbox

from .program import Program
from .tree import every_command

EXAMPLES = [
    example
    for _, command in every_command()
    if isinstance(command, Command)
    for example in command.examples
    if " sandbox" not in example  # serves until it is interrupted
]
OF_A_SHELL = [example for example in EXAMPLES if re.search(r"[|<>$]", example)]


@pytest.fixture
def prepared(program: Program, service: Sandbox, tmp_path: Path) -> dict[str, str]:
    """What the examples need, in a workspace of its own: files, a job and a saved file."""
    key = service.create_key(workspace="team_examples")
    program.environment |= {"PROTEINIQ_API_KEY": key, "HOME": str(tmp_path)}
    (tmp_path / "key.txt").write_text(key)
    (tmp_path / "genes.csv").write_text("name,seq\nx,ATGGCCTGA\n")
    (tmp_path / "openapi.json").write_bytes(
        (Path(__file__).parent.parent.parent / "openapi" / "upstream.json").read_bytes()
    )
    (tmp_path / ".config" / "fish" / "completions").mkdir(parents=True)
    with ProteinIQ(key, service.url) as client:
        job = client.run("protein-parameters", {"protein": tmp_path / "proteins.fasta"})
        file = client.files.upload(tmp_path / "proteins.fasta")
    return {"job_123": job.job_id, "file_123": file.id}


def filled(example: str, names: dict[str, str]) -> str:
    return re.sub("|".join(names), lambda found: names[found[0]], example)


def test_every_example_runs(program: Program, prepared: dict[str, str]) -> None:
    key = program.environment["PROTEINIQ_API_KEY"]
    for example in EXAMPLES:
        if example in OF_A_SHELL:
            continue
        _, *arguments = shlex.split(filled(example, prepared))
        ended = program(*arguments, stdin=key)
        # A job that has ended can't be cancelled.
        assert ended.code == (1 if "jobs cancel" in example else 0), (example, ended.stderr)


def test_every_example_of_a_shell_runs(program: Program, prepared: dict[str, str]) -> None:
    function = f'set -eo pipefail; proteiniq() {{ {shlex.quote(sys.executable)} -m proteiniq "$@"; }}\n'
    script = "\n".join(filled(example, prepared) for example in OF_A_SHELL)
    done = subprocess.run(
        ["bash", "-c", function + script],
        env=program.whole_environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
