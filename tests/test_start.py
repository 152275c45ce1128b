"""What is loaded when: start-up time creeps up where nothing guards it. Modules are counted, not seconds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest

import proteiniq

CLIENT = "proteiniq.{name}('pq_live_a_b', 'http://127.0.0.1:9')"


def loaded(code: str) -> set[str]:
    """The modules that are there after `code`, beyond those of a bare interpreter."""
    program = (
        f"import sys; before = set(sys.modules)\n{code}\nloaded = set(sys.modules) - before\n"
        "import json; print(json.dumps(sorted(loaded)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


def test_importing_the_package_loads_no_other_module() -> None:
    assert loaded("import proteiniq") <= {"proteiniq", "__future__"}


def test_errors_can_be_caught_without_the_wire() -> None:
    assert not {"httpx", "proteiniq._wire"} & loaded("from proteiniq import APIError")


@pytest.mark.parametrize("name", ["ProteinIQ", "AsyncProteinIQ"])
def test_a_client_starts_without_models_generated_code_and_contract(name: str) -> None:
    there = loaded(f"import proteiniq; {CLIENT.format(name=name)}")
    later = {
        "_display",
        "contract",
        "models",
        "_inputs.entries",
        "_inputs.requests",
        "_policy.poll_many",
        "_policy.polling",
        "_responses.convert",
        "_responses.schema",
        "_responses.sse",
        "_transfer",
    }
    assert not there & {f"proteiniq.{module}" for module in later}
    assert not [module for module in there if module.startswith("proteiniq_openapi")]


def test_a_client_only_adds_attrs_and_its_own_modules_to_those_of_httpx() -> None:
    httpx = loaded("import httpx; httpx.Client()")
    ours = loaded(f"import proteiniq; {CLIENT.format(name='ProteinIQ')}")
    others = {module.partition(".")[0] for module in ours - httpx} - set(sys.stdlib_module_names)
    assert others <= {"proteiniq", "attr", "attrs"}


def test_the_sync_client_does_not_load_the_async_one() -> None:
    there = loaded(f"import proteiniq; client = {CLIENT.format(name='ProteinIQ')}; client.jobs; client.files")
    assert not [module for module in there if module.startswith("proteiniq._async")]


def test_a_resource_is_loaded_when_it_is_used() -> None:
    there = loaded(f"import proteiniq; client = {CLIENT.format(name='ProteinIQ')}; client.account")
    assert "proteiniq._sync.account" in there
    assert "proteiniq._sync.jobs" not in there


def test_the_client_does_not_load_the_sandbox() -> None:
    use = "client.jobs; client.files; client.tools; client.results; client.account"
    there = loaded(f"import proteiniq; client = {CLIENT.format(name='ProteinIQ')}; {use}")
    outside = ("proteiniq.sandbox", "starlette", "uvicorn", "jsonschema_rs", "Bio", "numpy")
    assert not [module for module in there if module.startswith(outside)]


def test_the_core_only_adds_attrs_to_the_dependencies_of_httpx() -> None:
    # With what these need it is 8 distributions besides this one (benchmarks/start.py counts them).
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    core = {re.split(r"[<>=]", need)[0] for need in project["dependencies"]}
    assert core == {"anyio", "attrs", "certifi", "httpcore", "httpx"}
    assert core - {"attrs", "httpx"} <= {re.split(r"[<>=]", need)[0] for need in requires("httpx") or []}


def test_every_public_name_can_be_imported() -> None:
    assert [name for name in proteiniq.__all__ if getattr(proteiniq, name, None) is None] == []
