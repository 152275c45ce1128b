from __future__ import annotations

import ast
import re

import yaml
from _project import ROOT

BY_HAND = {"regenerate", "fetch", "drift"}
"""Sessions that change files or contact the live service."""


def sessions() -> set[str]:
    """The sessions of `noxfile.py` that CI has to run, without the Python of `tests-3.12`."""
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    marked = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any("session" in ast.unparse(each) for each in node.decorator_list)
    }
    return marked - BY_HAND


def test_github_runs_each_session_as_a_job() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    matrix = workflow["jobs"]["session"]["strategy"]["matrix"]["session"]
    assert {name.partition("-")[0] for name in matrix} == sessions()


def test_the_local_run_calls_each_session() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    (listed,) = re.findall(r"for session in (.*); do", script)
    assert {*listed.split(), "tests"} == sessions()
