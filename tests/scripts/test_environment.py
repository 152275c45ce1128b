"""The scripts that run before anything is installed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import _environment
import pytest

SCRIPTS = Path(_environment.__file__).parent
BOOTSTRAP = ["_environment.py", "quickstart.py", "check.py"]


@pytest.mark.parametrize("name", BOOTSTRAP)
def test_an_old_python_can_parse_it_to_be_told_what_is_missing(name: str) -> None:
    ast.parse((SCRIPTS / name).read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("name", BOOTSTRAP)
def test_it_imports_the_standard_library_only(name: str) -> None:
    tree = ast.parse((SCRIPTS / name).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names | {"_environment"}


def test_a_python_that_is_too_old_is_told_which_one_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is 3\.9"):
        _environment.require_python()


def test_the_oldest_python_is_the_one_that_the_package_says() -> None:
    pyproject = (SCRIPTS.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={".".join(map(str, _environment.OLDEST))}"' in pyproject


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--live"], "--live needs PROTEINIQ_API_KEY"),
        (["--live", "--keep"], "--keep is about the local service"),
        (["--nonsense"], "unrecognized arguments"),
    ],
)
def test_quickstart_refuses_what_it_cannot_do_before_it_installs_anything(
    arguments: list[str], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "quickstart.py"), *arguments], capture_output=True, text=True, env={}
    )
    assert done.returncode == 2
    assert said in done.stderr
