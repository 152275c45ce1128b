"""Make `generated/proteiniq_openapi/` from `openapi/openapi.json` with openapi-python-client.

The client is made in a temporary folder and swapped in whole: a generator that fails halfway leaves what
was there.
Exit codes: 0 made (or, with --check, up to date); 1 not up to date, or the generator failed.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from _project import CONTRACT, GENERATED, fail, say

CONFIG = """\
post_hooks:
  - "ruff check . --isolated --fix-only --quiet --select F401,I"
  - "ruff format . --isolated --quiet"
"""


def generate(contract: Path, into: Path) -> None:
    """Make the package `proteiniq_openapi` in the folder `into`.

    Raises subprocess.CalledProcessError, its output on the terminal, when the generator refuses the contract.
    """
    config = into / "config.yaml"
    config.write_text(CONFIG)
    package = into / GENERATED.name
    tools = Path(sys.executable).parent
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(contract)]
    command += ["--output-path", str(package), "--meta", "none", "--config", str(config), "--fail-on-warning"]
    path = f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"
    subprocess.run(command, check=True, env={**os.environ, "PATH": path}, stdout=subprocess.DEVNULL)
    config.unlink()
    (package / "py.typed").touch()
    shutil.rmtree(package / ".ruff_cache", ignore_errors=True)


def differing(one: Path, other: Path) -> list[str]:
    """The files, relative, that the two folders don't have alike; compiled code aside."""
    names = {
        str(path.relative_to(folder))
        for folder in (one, other)
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    _, unequal, missing = filecmp.cmpfiles(one, other, sorted(names), shallow=False)
    return sorted([*unequal, *missing])


def swap(fresh: Path, target: Path) -> None:
    """Put the folder `fresh` in the place of `target`, which is gone or whole at any moment."""
    target.parent.mkdir(parents=True, exist_ok=True)
    staged = target.with_name(f".{target.name}.new")
    old = target.with_name(f".{target.name}.old")
    for leftover in (staged, old):
        shutil.rmtree(leftover, ignore_errors=True)
    shutil.copytree(fresh, staged)
    if target.exists():
        target.rename(old)
    staged.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            generate(CONTRACT, Path(folder))
        except subprocess.CalledProcessError as error:
            fail(f"the generator failed with exit code {error.returncode}; nothing was written")
            return 1
        fresh = Path(folder) / GENERATED.name
        changed = differing(fresh, GENERATED)
        if not changed:
            return 0
        if arguments.check:
            fail("generated/ is not what `python scripts/generate.py` makes:")
            for name in changed[:20]:
                fail(f"  {name}")
            return 1
        swap(fresh, GENERATED)
        say(f"wrote generated/{GENERATED.name}: {len(changed)} files differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
