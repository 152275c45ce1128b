"""Run the tests of the facade on clients regenerated from contracts that are spelled in another way.

Contracts that give the same client, byte for byte, need no run of their own (`tests/contract/test_copes.py` shows
which). For others, the checkout is copied, regenerated in the copy, and tested there. Where routes or names on the wire
differ, the sandbox and all other servers of the tests go on speaking as before, and an interpreter stands between them
and the client (`tests/respelling.py`); only tests that are about the names themselves, marked `spelled`, stay out.

Exit codes: 0 all pass; 1 not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from _project import CONTRACT, GENERATED, OPENAPI, ROOT, UPSTREAM, fail, say
from regenerate import make

sys.path.insert(0, str(ROOT))

from tests.contract.client import reconstruction
from tests.contract.test_copes import MORE, RESPELLED

COPIED = (
    "proteiniq",
    "generated",
    "openapi",
    "tests",
    "scripts",
    "examples",
    "benchmarks",
    "docs",
    "pyproject.toml",
    "README.md",
)
CASES = ("everything at once", "no descriptions or examples", *MORE)
"""What is tested by default; the first has all others of RESPELLED in it."""
PLUGINS = ("-p", "no:cacheprovider", "-p", "tests.respelling", "--numprocesses", "2")
SELECTED = ("-m", "not slow and not prism and not spelled")
OTHERS = ("tests/contract", "tests/scripts", "tests/sandbox")
"""Tests of what is no part of the facade."""


def tested(case: str, copy: Path, options: list[str]) -> bool:
    """Whether the facade's tests pass in `copy`, made from the contract of `case`."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        elif source.exists():
            shutil.copy(source, copy / name)
    upstream = copy / "their.json"
    upstream.write_text(json.dumps({**RESPELLED, **MORE}[case](reconstruction())), encoding="utf-8")
    fresh = copy / "fresh"
    fresh.mkdir()
    make(str(upstream), fresh)
    shutil.copytree(copy / OPENAPI.name, copy / "before")
    for made in (UPSTREAM, CONTRACT, GENERATED):
        target = copy / made.relative_to(ROOT)
        if target.is_dir():
            shutil.rmtree(target)
        shutil.move(fresh / made.name, target)
    ignored = [f"--ignore={name}" for name in OTHERS]
    path = os.pathsep.join([str(copy), str(copy / "generated")])
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PROTEINIQ_TESTS_OLD_CONTRACT"] = str(copy / "before")
    command = [sys.executable, "-m", "pytest", "-q", *PLUGINS, *SELECTED, *ignored, *options]
    return subprocess.run(command, cwd=copy, env=environment, check=False).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--case", action="append", choices=sorted({**RESPELLED, **MORE}), help="only this one"
    )
    arguments, options = parser.parse_known_args()
    failed = []
    for case in arguments.case or CASES:
        say(f"== {case}")
        with tempfile.TemporaryDirectory() as folder:
            if not tested(case, Path(folder), options):
                failed.append(case)
    for case in failed:
        fail(f"the facade's tests fail where the contract has: {case}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
