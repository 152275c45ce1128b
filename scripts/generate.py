"""Generate the low-level client from a normalised contract with openapi-python-client."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _project import GENERATED
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData

from proteiniq.contract import dump
from proteiniq.contract._packaged import DIGEST, digest_module

TEMPLATES = Path(__file__).parent / "templates"
"""The generator's own, but for two things: modules are imported when they are used, since building all models takes
longer than a request, and each operation has `prepared`, which gives request and parser to whoever sends it in another
way."""

HOOKS = [
    "ruff check . --isolated --no-cache --fix-only --quiet --select F401,I",
    "ruff format . --isolated --no-cache --quiet",
]


class GeneratorFailed(Exception):
    """The generator refuses the contract, or would leave out a part of it."""


def generate(contract: dict[str, Any], into: Path) -> None:
    """Generate the package `proteiniq_openapi` in the folder `into`.

    Raises GeneratorFailed for an error or a warning of the generator.
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
    (package / DIGEST).write_text(digest_module(dump(contract)), encoding="utf-8")


@contextlib.contextmanager
def _tools_on_path() -> Iterator[None]:
    """Let the generator, which calls ruff by name, find the ruff of this environment."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before
