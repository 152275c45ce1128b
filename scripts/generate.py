"""Make `generated/proteiniq_openapi/` from `openapi/openapi.json` with openapi-python-client.

The client is made in a temporary folder and swapped in whole: a generator that fails halfway leaves what
was there.
Exit codes: 0 made (or, with --check, up to date); 1 not up to date, or the generator failed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _project import CONTRACT, GENERATED, differing, fail, say, swap
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData

from proteiniq.contract import dump
from proteiniq.contract._packaged import DIGEST, digest

TEMPLATES = Path(__file__).parent / "templates"
"""The generator's own, but for two things: modules are imported when they are used, since building all models takes
longer than a request, and each operation has `prepared`, which gives request and parser to whoever sends it in another
way."""

HOOKS = [
    "ruff check . --isolated --no-cache --fix-only --quiet --select F401,I",
    "ruff format . --isolated --no-cache --quiet",
]


class GeneratorFailed(Exception):
    """The generator refuses the contract, or would leave something of it out."""


def generate(contract: dict[str, Any], into: Path) -> None:
    """Make the package `proteiniq_openapi` in the folder `into`.

    Raises GeneratorFailed for anything that the generator can't do; a warning of it counts, too.
    """
    package = into / GENERATED.name
    config = Config.from_sources(
        ConfigFile(post_hooks=HOOKS),
        MetaType.NONE,
        "openapi.json",
        "utf-8",
        overwrite=False,
        output_path=package,
    )
    data = GeneratorData.from_dict(json.loads(dump(contract)), config=config)
    if not isinstance(data, GeneratorData):
        raise GeneratorFailed(f"{data.header}: {data.detail}")
    with _tools_on_path(), contextlib.redirect_stdout(None):
        errors = Project(openapi=data, config=config, custom_template_path=TEMPLATES).build()
    if errors:
        raise GeneratorFailed("\n".join(f"{error.header}: {error.detail}" for error in errors))
    (package / "py.typed").touch()
    (package / DIGEST).write_text(digest(dump(contract).encode()) + "\n", encoding="utf-8")


@contextlib.contextmanager
def _tools_on_path() -> Iterator[None]:
    """The generator calls ruff by name: the one that is installed beside it."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            generate(json.loads(CONTRACT.read_bytes()), Path(folder))
        except GeneratorFailed as error:
            fail(f"the generator failed, and nothing was written: {error}")
            return 1
        fresh = Path(folder) / GENERATED.name
        changed = differing(fresh, GENERATED)
        if changed and arguments.check:
            fail("generated/ is not what `python scripts/generate.py` makes:")
            for name in changed[:20]:
                fail(f"  {name}")
            return 1
        if changed:
            swap({GENERATED: fresh})
            say(f"wrote generated/{GENERATED.name}: {len(changed)} files differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
