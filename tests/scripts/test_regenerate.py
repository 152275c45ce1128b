"""One command generates everything from the service's document, or nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import _project
import pytest
import regenerate
from drift import drift
from fetch import stored
from generate import GeneratorFailed

from proteiniq.contract import Change, Fetched
from tests.contract import mutators as m
from tests.contract.client import files, names, reconstruction


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["regenerate.py", *arguments])
    return regenerate.main()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the derived files, for the script to work on."""
    folder = tmp_path / "checkout"
    shutil.copytree(_project.OPENAPI, folder / "openapi")
    shutil.copytree(_project.GENERATED, folder / "generated" / _project.GENERATED.name)
    for name in ("UPSTREAM", "OVERLAY", "BINDINGS", "CONTRACT", "SOURCES", "GENERATED"):
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
    output = capsys.readouterr().err
    assert "models/job.py differs from what" in output
    assert "SOURCES.md differs from what" in output
    assert "openapi.json" not in output
    assert content(checkout) == before


def test_it_is_written_in_place(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_losses_and_assumptions_are_printed(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    less = m.both(
        m.field_called("File", "storage_owner", "owner"), m.response_is("/api/v1/account", "get", None)
    )
    source = written(less(reconstruction()), tmp_path)
    assert run(monkeypatch, "--from", source, "--out", str(tmp_path / "out")) == 0
    output = capsys.readouterr().out
    assert "  loses  list_files: File: not documented: storage_owner (perhaps renamed to owner)" in output
    assert "  assumed  1 place not described by the document: get_account Account" in output


def test_losses_are_printed_with_unmet_needs(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    worse = m.both(m.without_field("File", "origin"), m.without_field("Job", "status"))
    assert run(monkeypatch, "--from", written(worse(reconstruction()), tmp_path)) == 3
    output = capsys.readouterr().err
    assert output.index("  breaks  submit_job: Job.status") < output.index("  loses  list_files: File")


def test_edits_are_applied_over_the_bindings(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "edits.toml").write_text('schemas.File.names.storage_owner = ["owner"]')
    source = written(m.field_called("File", "storage_owner", "owner")(reconstruction()), tmp_path)
    edits, out = str(tmp_path / "edits.toml"), tmp_path / "out"
    assert run(monkeypatch, "--from", source, "--bindings", edits, "--out", str(out)) == 0
    file = json.loads((out / "openapi.json").read_text())["components"]["schemas"]["File"]
    assert "x-undocumented" not in file


def test_edits_are_refused_without_out(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, "--bindings", str(tmp_path / "edits.toml"))
    assert caught.value.code == 2
    assert "--bindings requires --out" in capsys.readouterr().err


def test_invalid_edits_are_refused(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "edits.toml").write_text("schemas.File.name = {}")
    arguments = ["--bindings", str(tmp_path / "edits.toml"), "--out", str(tmp_path / "out")]
    assert run(monkeypatch, *arguments) == 2
    assert "[schemas.File]: unknown key `name`" in capsys.readouterr().err


def test_an_overlay_is_applied(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    action = {"target": "$.info", "update": {"version": "9.9"}}
    (checkout / "openapi/overlay.yaml").write_text(json.dumps({"overlay": "1.0.0", "actions": [action]}))
    upstream = (checkout / "openapi/upstream.json").read_bytes()
    assert run(monkeypatch) == 0
    assert json.loads((checkout / "openapi/openapi.json").read_text())["info"]["version"] == "9.9"
    assert (checkout / "openapi/upstream.json").read_bytes() == upstream


def test_an_overlay_without_its_target_is_an_error(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    action = {"target": "$.paths['/gone']", "remove": True}
    (checkout / "openapi/overlay.yaml").write_text(json.dumps({"overlay": "1.0.0", "actions": [action]}))
    before = content(checkout)
    assert run(monkeypatch) == 2
    assert "no match for $.paths['/gone']" in capsys.readouterr().err
    assert content(checkout) == before


# The output in a folder can be tried, with the folder first on the path.


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a client generated from a contract that cancels jobs with DELETE."""
    folder = tmp_path_factory.mktemp("made")
    source = written(m.cancel_by_delete(reconstruction()), folder)
    command = ["scripts/regenerate.py", "--from", source, "--out", str(folder / "out")]
    subprocess.run([sys.executable, *command], cwd=_project.ROOT, check=True, capture_output=True)
    return folder / "out"


def tried(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Run `code` with a folder first on the path."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=_project.ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


OPERATION = "from proteiniq.contract import operation; print(operation('cancel_job').method)"
CLIENT = "import proteiniq; proteiniq.ProteinIQ('piq_test_key', base_url='http://127.0.0.1:9').account"


def tampered(made: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "tampered"
    shutil.copytree(made, folder)
    text = (folder / "openapi.json").read_text()
    (folder / "openapi.json").write_text(text.replace('"delete"', '"put"', 1))
    return folder


def test_a_folder_that_is_first_on_the_path_is_used_with_its_contract(made: Path) -> None:
    done = tried(made, OPERATION)
    assert (done.stdout.strip(), done.returncode) == ("DELETE", 0), done.stderr


def test_without_the_folder_the_contract_of_the_checkout_is_used(tmp_path: Path) -> None:
    done = tried(tmp_path, OPERATION)
    assert (done.stdout.strip(), done.returncode) == ("POST", 0), done.stderr


def test_a_folder_with_another_contract_is_refused(made: Path, tmp_path: Path) -> None:
    done = tried(tampered(made, tmp_path), OPERATION)
    assert done.returncode == 1
    assert "RuntimeError: the generated client in" in done.stderr
    assert "was not generated from" in done.stderr


def test_a_folder_without_its_contract_is_refused(made: Path, tmp_path: Path) -> None:
    folder = tampered(made, tmp_path)
    (folder / "openapi.json").unlink()
    assert "RuntimeError: the generated client in" in tried(folder, OPERATION).stderr


def test_a_client_with_another_contract_is_refused(made: Path, tmp_path: Path) -> None:
    done = tried(tampered(made, tmp_path), CLIENT)
    assert done.returncode == 1
    assert "ConfigurationError" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        (
            m.without_field("Job", "status")(reconstruction()),
            3,
            "submit_job: Job.status: the client needs it",
        ),
        (m.results_by_both(reconstruction()), 3, "see [operations.get_result]"),
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


def test_drift_adds_the_major_changes_of_redocly(tmp_path: Path) -> None:
    output = {"changes": [{"path": "#/x", "verdicts": [
        {"impact": "major", "message": "gone"}, {"impact": "minor", "message": "new"}]}]}  # fmt: skip
    redocly = [sys.executable, "-c", f"print({json.dumps(json.dumps(output))})"]
    found = drift(written(reconstruction(), tmp_path), redocly)
    assert found.changes == (Change("contract", "redocly", "gone (/x)"),)
    assert found.exit_code == 1


def test_drift_does_not_run_redocly_after_an_unmet_need(tmp_path: Path) -> None:
    source = written(m.without_field("Job", "status")(reconstruction()), tmp_path)
    assert drift(source, ["no-such-command"]).exit_code == 3
