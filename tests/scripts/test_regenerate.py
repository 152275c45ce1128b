"""One command makes everything from the service's document, or nothing."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import _project
import pytest
import regenerate
from drift import drift
from fetch import stored
from generate import GeneratorFailed, our_names

from proteiniq.contract import Change, Fetched
from tests.contract import mutators as m
from tests.contract.client import contract, files, names, reconstruction


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["regenerate.py", *arguments])
    return regenerate.main()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the files that are made, where the script works instead."""
    folder = tmp_path / "checkout"
    shutil.copytree(_project.OPENAPI, folder / "openapi")
    shutil.copytree(_project.GENERATED, folder / "generated" / _project.GENERATED.name)
    for name in ("UPSTREAM", "BINDINGS", "CONTRACT", "SOURCES", "GENERATED"):
        there = folder / getattr(_project, name).relative_to(_project.ROOT)
        monkeypatch.setattr(regenerate, name, there)
    return folder


def content(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def written(document: Any, tmp_path: Path) -> str:
    source = tmp_path / "their.json"
    source.write_text(json.dumps(document))
    return str(source)


def test_everything_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "--check") == 0


def test_a_check_names_what_differs_and_writes_nothing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (checkout / "generated/proteiniq_openapi/models/job.py").write_text("")
    (checkout / "openapi/SOURCES.md").unlink()
    before = content(checkout)
    assert run(monkeypatch, "--check") == 1
    said = capsys.readouterr().err
    assert "models/job.py is not what" in said
    assert "SOURCES.md is not what" in said
    assert "openapi.json" not in said
    assert content(checkout) == before


def test_it_is_made_in_place(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = content(checkout)
    (checkout / "openapi/openapi.json").write_text("{}")
    shutil.rmtree(checkout / "generated")
    assert run(monkeypatch) == 0
    assert content(checkout) == before


def test_another_document_in_place(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = written(m.both(m.cancel_by_delete, m.bare)(reconstruction()), tmp_path)
    assert run(monkeypatch, "--from", source) == 0
    assert (checkout / "openapi/upstream.json").read_bytes() == Path(source).read_bytes()
    assert "DELETE" in (checkout / "openapi/openapi.json").read_text().upper()
    assert "as fetched" in (checkout / "openapi/SOURCES.md").read_text()
    assert run(monkeypatch, "--check") == 0


def test_another_document_in_another_folder(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(checkout)
    source = written(m.both(m.new_routes, m.renamed)(reconstruction()), tmp_path)
    assert run(monkeypatch, "--from", source, "--out", str(tmp_path / "out")) == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["openapi.json", "proteiniq_openapi"]
    made = names(files(tmp_path / "out" / "proteiniq_openapi"))
    assert made >= names(files(checkout / "generated" / "proteiniq_openapi"))
    assert content(checkout) == before


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        (
            m.without_field("Job", "status")(reconstruction()),
            3,
            "submit_job: Job.status: the facade needs it",
        ),
        (m.cancel_by_both(reconstruction()), 3, "see [operations.cancel_job]"),
        ({"openapi": "3.1.0"}, 2, "describes no paths"),
    ],
)
def test_a_document_that_does_not_fit_changes_nothing(
    document: Any, code: int, words: str, checkout: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    before = content(checkout)
    source = written(document, tmp_path)
    assert run(monkeypatch, "--from", source) == code
    assert run(monkeypatch, "--from", source, "--out", str(tmp_path / "out")) == code
    assert words in capsys.readouterr().err
    assert content(checkout) == before
    assert not (tmp_path / "out").exists()


def test_a_generator_that_fails_changes_nothing(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(contract: Mapping[str, Any], into: Path) -> None:
        raise GeneratorFailed("it is tired")

    monkeypatch.setattr(regenerate, "generate", fails)
    before = content(checkout)
    assert run(monkeypatch, "--from", written(m.bare(reconstruction()), tmp_path)) == 1
    assert content(checkout) == before


def test_yaml_is_stored_as_json() -> None:
    assert stored(Fetched("openapi.yaml", b"a: 1", {"a": 1}, is_json=False)) == b'{\n  "a": 1\n}\n'


def test_the_generator_sees_our_names_in_our_order() -> None:
    document, wire = our_names(contract(m.camel_case))
    assert list(document["components"]["schemas"]["Job"]["properties"])[:3] == [
        "completed_at", "created_at", "credits_used"]  # fmt: skip
    assert wire["Job", "created_at"] == "createdAt"
    assert wire["list_jobs", "starting_after"] == "startingAfter"


def test_drift_adds_what_redocly_calls_major(tmp_path: Path) -> None:
    said = {"changes": [{"path": "#/x", "verdicts": [
        {"impact": "major", "message": "gone"}, {"impact": "minor", "message": "new"}]}]}  # fmt: skip
    redocly = [sys.executable, "-c", f"print({json.dumps(json.dumps(said))})"]
    found = drift(written(reconstruction(), tmp_path), redocly)
    assert found.changes == (Change("contract", "redocly", "gone (/x)"),)
    assert found.exit_code == 1


def test_drift_does_not_ask_redocly_where_a_need_is_not_met(tmp_path: Path) -> None:
    source = written(m.without_field("Job", "status")(reconstruction()), tmp_path)
    assert drift(source, ["no-such-command"]).exit_code == 3
