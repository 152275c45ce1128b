"""The scripts that run before anything is installed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import _environment
import _old_python
import pytest

SCRIPTS = Path(_environment.__file__).parent
READ_BY_ANY_PYTHON = ["_old_python.py", "quickstart.py", "check.py"]


@pytest.mark.parametrize("name", READ_BY_ANY_PYTHON)
def test_python_2_can_parse_it_and_is_refused(name: str) -> None:
    """Python 2 isn't available, so look for syntax that it can't parse."""
    text = (SCRIPTS / name).read_text(encoding="ascii")
    nodes = list(ast.walk(ast.parse(text, feature_version=(3, 4))))
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef)]
    arguments = [argument for node in nodes if isinstance(node, ast.arguments) for argument in node.args]
    assert not [node.lineno for node in functions if node.returns or node.args.kwonlyargs]
    assert not [argument.lineno for argument in arguments if argument.annotation]
    newer = (ast.JoinedStr, ast.AnnAssign, ast.AsyncFunctionDef, ast.Nonlocal, ast.NamedExpr)
    assert not [node for node in nodes if isinstance(node, newer)]
    unpacked = [
        part for node in nodes if isinstance(node, ast.List | ast.Tuple | ast.Set) for part in node.elts
    ]
    assert not [part.lineno for part in unpacked if isinstance(part, ast.Starred)]


@pytest.mark.parametrize("name", READ_BY_ANY_PYTHON)
def test_an_old_python_is_refused_before_newer_imports(name: str) -> None:
    body = ast.parse((SCRIPTS / name).read_text(encoding="ascii")).body
    before = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    asked = next(
        (node.lineno for node in body if isinstance(node, ast.Expr) and "refuse" in ast.dump(node)), 0
    )
    names = {alias.name for node in before if node.lineno < (asked or 1000) for alias in node.names}
    assert names <= {"sys", "_old_python"}


def test_output_before_the_installation_is_ascii() -> None:
    assert (SCRIPTS / "_environment.py").read_bytes().isascii()


@pytest.mark.parametrize("name", ["_environment.py", *READ_BY_ANY_PYTHON])
def test_it_imports_only_the_standard_library(name: str) -> None:
    tree = ast.parse((SCRIPTS / name).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names | {
        "_environment",
        "_old_python",
    }


def test_a_python_that_is_too_old_is_refused_with_the_required_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, but this is 3\.9"):
        _old_python.refuse()


def test_the_oldest_python_is_that_of_the_package() -> None:
    pyproject = (SCRIPTS.parent / "pyproject.toml").read_text(encoding="utf-8")
    assert f'requires-python = ">={".".join(map(str, _old_python.OLDEST))}"' in pyproject


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--live"], "--live requires PROTEINIQ_API_KEY"),
        (["--live", "--keep"], "--keep cannot be used with --live"),
        (["--nonsense"], "unrecognized arguments"),
        (["--out", __file__], "--out cannot be created"),
    ],
)
def test_quickstart_refuses_invalid_options_before_it_installs_anything(
    arguments: list[str], message: str
) -> None:
    done = subprocess.run(
        [sys.executable, str(SCRIPTS / "quickstart.py"), *arguments], capture_output=True, text=True, env={}
    )
    assert done.returncode == 2
    assert message in done.stderr
