"""The plugin, in a pytest of its own, as a project of a user has it."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from proteiniq.testing import Sandbox

from .. import tools

CONFTEST = 'pytest_plugins = ["proteiniq.testing"]\n'

JOB = '("translate", {"nucleotide": ">a\\nATGGCC\\n"})'


def run_pytest(folder: Path, conftest: str, *options: str, **files: str) -> str:
    """What pytest prints about these files. Warnings are errors."""
    (folder / "conftest.py").write_text(conftest)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout + done.stderr


def test_the_fixtures_serve_a_whole_test(tmp_path: Path) -> None:
    text = f"""
import asyncio, os
import pytest
from proteiniq import ProteinIQ

def test_run(client):
    assert client.run(*{JOB}, timeout=60).files
    assert len(list(client.jobs.list())) == 1

def test_each_test_starts_with_a_reset_sandbox(client, sandbox):
    assert list(client.jobs.list()) == []
    sandbox.faults.add("GET", "/account", status=404, times=None)

def test_faults_are_removed(client):
    assert client.account.get().workspace.credits.available == 500

def test_async(async_client):
    async def main():
        async with async_client:
            assert (await async_client.run(*{JOB}, timeout=60)).files
    asyncio.run(main())

@pytest.mark.anyio
async def test_async_of_anyio(async_client):
    async with async_client:
        assert (await async_client.account.get()).workspace.id == "team_sandbox"

def test_application(sandbox_environment, sandbox):
    with ProteinIQ() as client:
        assert client.account.get().workspace.id == "team_sandbox"
        assert sandbox.url in repr(client)

def test_without_it():
    assert "PROTEINIQ_API_KEY" not in os.environ
"""
    conftest = f"""{CONFTEST}
import pytest
from proteiniq.testing import job  # imported before pytest loads the plugin

@pytest.fixture(scope="session")
def sandbox_options():
    return {{"credits": 500}}

@pytest.fixture
def anyio_backend():
    return "asyncio"
"""
    out = run_pytest(tmp_path, conftest, test_application=text)
    assert "7 passed" in out, out


def test_the_example_of_the_documentation_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (Path(__file__).parent.parent.parent / "docs" / "testing.md").read_text(encoding="utf-8")
    files = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", text, re.DOTALL))
    assert sorted(files) == ["app", "conftest", "record", "test_app"]
    monkeypatch.chdir(tmp_path)
    with Sandbox(tools=[f"{tools.__name__}:Esmfold"]) as service, service.client() as client:
        importlib.import_module("proteiniq.testing._recorder")  # before it would import the substitute
        monkeypatch.setattr("proteiniq.ProteinIQ", lambda: client)
        app: dict[str, Any] = {}
        exec(files["app"], app)
        monkeypatch.setitem(sys.modules, "app", SimpleNamespace(**app))
        exec(files["record"], {})
        monkeypatch.undo()
    (prediction,) = (tmp_path / "recordings").glob("*/*/prediction.pdb")
    prediction.write_text("REMARK\nATOM\nATOM\nEND\n")
    conftest = files.pop("conftest")
    out = run_pytest(tmp_path, conftest, app=files["app"], test_app=files["test_app"])
    assert "4 passed" in out, out


def test_a_test_that_does_not_use_the_sandbox_starts_none(tmp_path: Path) -> None:
    text = """
import sys
def test_arithmetic():
    assert 1 + 1 == 2
    assert "uvicorn" not in sys.modules
"""
    out = run_pytest(tmp_path, CONFTEST, test_other=text)
    assert "1 passed" in out, out


def test_a_fixture_of_the_same_name_is_kept(tmp_path: Path) -> None:
    text = """
import pytest

@pytest.fixture
def sandbox():
    return "a box"

def test_it(sandbox):
    assert sandbox == "a box"
"""
    out = run_pytest(tmp_path, CONFTEST, test_other=text)
    assert "1 passed" in out, out


def test_the_fixtures_are_described(tmp_path: Path) -> None:
    out = run_pytest(tmp_path, CONFTEST, "--fixtures", "-v")
    for name in ("sandbox", "client", "async_client", "sandbox_options", "sandbox_environment"):
        assert f"\n{name} " in out or f"\n{name} --" in out, out


def test_pytest_does_not_load_the_plugin_unless_it_is_named(tmp_path: Path) -> None:
    text = """
import sys
def test_nothing():
    assert not [name for name in sys.modules if name.startswith("proteiniq")]
"""
    out = run_pytest(tmp_path, "", test_other=text)
    assert "1 passed" in out, out
    entries = metadata.entry_points(group="pytest11")
    assert not [entry for entry in entries if entry.value.startswith("proteiniq")]


@pytest.mark.parametrize("name", ["proteiniq.testing", "proteiniq.sandbox._recordings"])
def test_it_loads_neither_pytest_nor_a_server(name: str) -> None:
    code = f"import sys, {name}; print([m for m in ('pytest', 'uvicorn', 'httpx', 'starlette') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_pauses_of_its_clients_are_short_and_count_in_full() -> None:
    from proteiniq.testing import ShortClock

    clock = ShortClock()
    before, today = clock.monotonic(), clock.utcnow()
    clock.sleep(0.2)
    assert clock.monotonic() - before >= 0.2
    assert (clock.utcnow() - today).total_seconds() >= 0.2
    assert clock.random() == 0.5
