"""Run clients of two other kinds, generated from the contract, against a local sandbox.

A TypeScript client (openapi-typescript, openapi-fetch) and pydantic models (datamodel-code-generator) are generated in
a temporary folder. The programs that use them are in `examples/downstream/`.

Exit codes: 0 both programs succeeded; 1 one failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from _project import ROOT, UPSTREAM, fail

EXAMPLES = ROOT / "examples" / "downstream"
TYPES = [
    "--output-model-type",
    "pydantic_v2.BaseModel",
    "--input-file-type",
    "openapi",
    "--disable-timestamp",
    "--parent-scoped-naming",  # otherwise a nested object may take the name of a schema
]


@contextlib.contextmanager
def sandbox(data: Path) -> Iterator[dict[str, str]]:
    """Run a sandbox; yields the environment of a program that uses it."""
    command = [sys.executable, "-m", "proteiniq.sandbox", "--port", "0", "--json", "--data", str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            started = json.loads(process.stdout.readline())
            yield {
                **os.environ,
                "PROTEINIQ_BASE_URL": started["url"],
                "PROTEINIQ_API_KEY": started["api_key"],
            }
        finally:
            process.terminate()


def typescript(folder: Path, node_modules: Path, environment: dict[str, str]) -> None:
    (folder / "node_modules").symlink_to(node_modules)
    for name in ("program.ts", "tsconfig.json"):
        shutil.copy(EXAMPLES / name, folder)
    (folder / "package.json").write_text('{"type": "module"}')
    generator = node_modules / "openapi-typescript/bin/cli.js"
    _run(["node", str(generator), str(UPSTREAM), "--output", "api.d.ts"], folder, environment)
    _run(["node", str(node_modules / "typescript/bin/tsc"), "--project", "."], folder, environment)
    _run(["node", "program.ts"], folder, environment)


def pydantic(folder: Path, environment: dict[str, str]) -> None:
    """Generate models that require every value and field that the service promises, and run their program."""
    command = [
        sys.executable,
        "-m",
        "datamodel_code_generator",
        "--input",
        str(UPSTREAM),
        "--output",
        "models.py",
    ]
    _run([*command, *TYPES], folder, {**environment, "PYTHONWARNINGS": "ignore"})
    _run(
        [sys.executable, str(EXAMPLES / "program.py"), str(UPSTREAM)],
        folder,
        {**environment, "PYTHONPATH": "."},
    )


def _run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=folder, env=environment, check=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("node_modules", type=Path, help="folder with the installed packages of scripts/node")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sandbox(Path(temporary, "data")) as environment:
        for name in ("typescript", "pydantic"):
            Path(temporary, name).mkdir()
        try:
            typescript(Path(temporary, "typescript"), arguments.node_modules.resolve(), environment)
            pydantic(Path(temporary, "pydantic"), environment)
        except subprocess.CalledProcessError as error:
            fail(f"{' '.join(error.cmd)} failed with exit code {error.returncode}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
