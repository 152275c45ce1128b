"""What of a worker can be used, and what is said about it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from proteiniq import __version__
from proteiniq.sandbox._dask import probe

ESMFOLD = "proteiniq.sandbox.tools.esmfold:ESMFold"
TOOL = "proteiniq.sandbox.tools.translate:Translate"
HERE: dict[str, Any] = {
    "proteiniq": "1.0",
    "python": "3.12.1",
    "tools": {"a:A": {"version": "1"}, "b:B": {"version": "2"}},
    "packages": {"biopython": "1.85"},
    "process": "p",
}


def worker(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(HERE), **changes}


def test_facts_are_versions_of_what_is_installed() -> None:
    found = probe.facts({TOOL: None, "no.module:X": None})
    assert found["proteiniq"] == __version__
    assert (list(found["tools"][TOOL]), list(found["packages"])) == (["version"], ["biopython"])
    assert "no.module" in found["tools"]["no.module:X"]["problem"]


def test_a_tool_whose_weights_are_not_there_cannot_run(tmp_path: Path) -> None:
    found = probe.facts({ESMFOLD: str(tmp_path / "weights")})
    assert "weights" in found["tools"][ESMFOLD]["problem"]


def test_an_equal_worker_is_used_for_everything() -> None:
    assert probe.compared(HERE, worker(python="3.12.4")) == probe.Found("p", frozenset({"a:A", "b:B"}), ())


def test_a_worker_with_another_version_is_not_used() -> None:
    found = probe.compared(HERE, worker(proteiniq="1.1"))
    assert found.tools == frozenset()
    assert "proteiniq 1.1, and here 1.0" in found.differences[0]


@pytest.mark.parametrize(
    ("tool", "said"),
    [
        ({"problem": "Bio is not installed"}, "not used for b:B: Bio is not installed"),
        ({"version": "3"}, "not used for b:B: it has version 3, and here it is 2"),
    ],
)
def test_a_worker_that_lacks_a_tool_is_used_for_the_others(tool: dict[str, str], said: str) -> None:
    found = probe.compared(HERE, worker(tools={"a:A": {"version": "1"}, "b:B": tool}))
    assert found.tools == {"a:A"}
    assert said in found.differences[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"python": "3.11.2"}, "Python 3.11.2"), ({"packages": {"biopython": "1.86"}}, "biopython 1.86")],
)
def test_other_versions_are_told_and_used(changes: dict[str, Any], said: str) -> None:
    found = probe.compared(HERE, worker(**changes))
    assert (len(found.tools), len(found.differences)) == (2, 1)
    assert said in found.differences[0]
