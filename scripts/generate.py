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
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from _project import CONTRACT, GENERATED, differing, fail, say, swap
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.schema import UntrustedString

HOOKS = [
    "ruff check . --isolated --no-cache --fix-only --quiet --select F401,I",
    "ruff format . --isolated --no-cache --quiet",
]


class GeneratorFailed(Exception):
    """The generator refuses the contract, or would leave something of it out."""


def generate(contract: Mapping[str, Any], into: Path) -> None:
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
    document, wire_names = our_names(contract)
    data = GeneratorData.from_dict(document, config=config)
    if not isinstance(data, GeneratorData):
        raise GeneratorFailed(f"{data.header}: {data.detail}")
    _restore(data, wire_names)
    with _tools_on_path(), contextlib.redirect_stdout(None):
        errors = Project(openapi=data, config=config).build()
    if errors:
        raise GeneratorFailed("\n".join(f"{error.header}: {error.detail}" for error in errors))
    (package / "py.typed").touch()


def our_names(contract: Mapping[str, Any]) -> tuple[dict[str, Any], dict[tuple[str, str], str]]:
    """The contract with our name for each property and parameter, and the names that they have on the wire.

    So attributes, arguments and classes are named, and ordered, alike whatever the service calls them.
    The names on the wire are by (schema or operation, our name).
    """
    document: dict[str, Any] = json.loads(json.dumps(contract, sort_keys=True))
    wire: dict[tuple[str, str], str] = {}
    for schema, described in document["components"]["schemas"].items():
        renamed = {}
        for name, spelled in described.get("properties", {}).items():
            ours = spelled.pop("x-name", name)
            renamed[name] = ours
            wire[schema, ours] = name
        if renamed:
            properties = {ours: described["properties"][name] for name, ours in renamed.items()}
            described["properties"] = dict(sorted(properties.items()))
        if "required" in described:
            described["required"] = sorted(renamed.get(name, name) for name in described["required"])
    for item in document["paths"].values():
        for operation in item.values():
            for parameter in operation.get("parameters", ()):
                ours = parameter.pop("x-name", parameter["name"])
                wire[operation["operationId"], ours] = parameter["name"]
                parameter["name"] = ours
    return document, wire


def _restore(data: GeneratorData, wire: Mapping[tuple[str, str], str]) -> None:
    """Put the names back that stand on the wire; the names in Python are made by now."""
    for model in data.models:
        for each in [*(model.required_properties or ()), *(model.optional_properties or ())]:
            _rename(each, wire.get((str(model.class_info.name), _text(each.name))))
    for collection in data.endpoint_collections_by_tag.values():
        for endpoint in collection.endpoints:
            for each in [*endpoint.query_parameters, *endpoint.header_parameters]:
                _rename(each, wire.get((endpoint.name, _text(each.name))))


def _rename(each: object, name: str | None) -> None:
    if name is not None:
        object.__setattr__(each, "name", UntrustedString(name))  # The generator's classes are frozen.


def _text(name: UntrustedString | str) -> str:
    return name if isinstance(name, str) else name.get_untrusted_value()


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
