"""The check of a contract, and its report as text, as JSON and for GitHub Actions."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

import proteiniq.contract
from proteiniq.contract import Report, bindings, check, normalise, report
from proteiniq.contract.__main__ import main

from . import mutators as m
from .client import reconstruction
from .server import serving


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "openapi.json"


def checked(mutator: m.Mutator, source: Path) -> Report:
    source.write_text(json.dumps(mutator(reconstruction())))
    return check(source)


LESS = m.both(m.field_called("File", "storage_owner", "owner"), m.response_is("/api/v1/account", "get", None))


def withdraw_guarantee(document: m.Document) -> None:
    m.schema(document, "Job")["required"].remove("created_at")


CASES: dict[str, tuple[m.Mutator, str, int, str]] = {
    # case: (mutator, verdict, exit code, one of the changes)
    "another spelling": (m.both(m.renamed, m.inlined, m.openapi_3_0), "same", 0, ""),
    "new routes": (m.new_routes, "additive", 0, "new route"),
    "new fields": (m.new_fields_in_responses, "additive", 0, "new field"),
    "new enum values": (m.new_enum_values, "additive", 0, "new known value"),
    "new query parameters": (m.new_query_parameters, "additive", 0, "new parameter"),
    "a used field is gone": (m.without_field("Job", "progress"), "breaking", 1, "Job.progress: field is gone"),
    "a filter is gone": (
        m.query_called("/api/v1/jobs", "tool", "other"), "breaking", 1, "list_jobs query tool: parameter is gone"),
    "an optional route is gone": (
        m.without_route("/api/v1/openapi.json", "get"), "breaking", 1, "get_openapi: route"),
    "a guarantee is withdrawn": (
        m.changed(withdraw_guarantee), "breaking", 1, "Job.created_at: guarantee to be in every response is gone"),
    "another route": (m.cancel_by_delete, "facade", 3, "cancel_job: route is"),
    "renamed fields": (m.camel_case, "facade", 3, "new location on the wire"),
    "another kind of upload": (m.upload_as_json, "facade", 3, "upload_file upload: mechanism is"),
    "an envelope": (m.wrapped("/api/v1/account", "get"), "facade", 3, "get_account response at"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_verdict_of_a_check(case: str, source: Path) -> None:
    mutator, verdict, code, words = CASES[case]
    report = checked(mutator, source)
    assert (report.verdict, report.exit_code) == (verdict, code)
    assert words in "\n".join(map(str, report.changes))
    assert (
        any("nox -s regenerate" in line for line in report.lines())
        == report.regenerating_helps
        == (code == 3)
    )


def test_unmet_needs_are_in_the_text(source: Path) -> None:
    report = checked(
        m.both(m.without_field("Job", "status"), m.without_field("Account", "workspace")), source
    )
    assert (report.verdict, report.exit_code, report.regenerating_helps) == ("facade", 3, False)
    text = report.text()
    assert "get_account: Account.workspace" in text
    assert "[schemas.Job]" in text


LOST = (
    "list_files: File: not documented: storage_owner (perhaps renamed to owner) "
    "(see [schemas.File] in bindings.toml)"
)


def test_losses_and_assumptions_are_in_the_text(source: Path) -> None:
    report = checked(LESS, source)
    assert f"  loses  {LOST}" in report.lines()
    assert "  assumed  1 place not described by the document: get_account Account" in report.lines()


def test_losses_and_assumptions_are_in_the_json(source: Path) -> None:
    made = json.loads(checked(LESS, source).text(as_json=True))
    (loss,) = made["losses"]
    assert (loss["operation"], loss["place"], loss["severity"]) == ("list_files", "File", "loses")
    assert made["assumed"] == ["get_account Account"]


def test_losses_and_assumptions_are_in_the_annotations(source: Path) -> None:
    lines = checked(LESS, source).github()
    assert f"::warning title=Contract%3A lost::{LOST}" in lines
    assert "1 place assumed" in lines[-1]


def test_losses_are_reported_beside_unmet_needs(source: Path) -> None:
    report = checked(m.both(LESS, m.without_field("Job", "status")), source)
    assert {problem.severity for problem in report.problems} == {"breaks"}
    assert f"  loses  {LOST}" in report.lines()


def test_an_unchanged_loss_does_not_change_the_exit_code(source: Path) -> None:
    document = m.without_field("File", "origin")(reconstruction())
    pinned = normalise(document, bindings()).document
    found = report("here", document, pinned, bindings())
    assert (found.verdict, found.exit_code) == ("same", 0)
    assert any(line.startswith("  loses  ") for line in found.lines())


def run(*arguments: str) -> int:
    return main(["check", *arguments])


def test_the_command(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(json.dumps(reconstruction()).encode()) as server:
        assert run(server.url) == 0
    assert "fits: nothing changed" in capsys.readouterr().out


def test_the_command_checks_the_service_by_default(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(status=503) as server:
        monkeypatch.setenv("PROTEINIQ_BASE_URL", server.url)
        assert run() == 2
    assert "/api/v1/openapi.json: the response was 503" in capsys.readouterr().err


def test_a_blank_address_of_the_service_is_not_that_of_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROTEINIQ_BASE_URL", " ")
    assert run() == 2
    assert "PROTEINIQ_BASE_URL must be a URL" in capsys.readouterr().err


def test_the_command_prints_json(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(m.without_field("Job", "status"), source)
    assert run(str(source), "--json") == 3
    printed = json.loads(capsys.readouterr().out)
    assert (printed["verdict"], printed["exit_code"]) == ("facade", 3)
    assert printed["problems"][0]["entry"] == "[schemas.Job]"


def test_the_command_prints_annotations(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(m.both(m.without_field("Job", "progress"), m.cancel_by_delete), source)
    assert run(str(source), "--github") == 3
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::warning", "::notice"]


def test_control_characters_of_a_document_are_escaped(source: Path) -> None:
    def hostile(document: m.Document) -> None:
        m.schema(document, "Job")["properties"]["x\n::error::\x1b[2J"] = {"type": "string"}
        del m.schema(document, "Job")["properties"]["status"]

    report = checked(m.changed(hostile), source)
    assert all(line.isprintable() for line in report.lines())
    assert all("\n" not in line for line in report.github())


def test_the_command_fails_without_a_contract(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.write_text("<html>")
    assert run(str(source)) == 2
    assert "a web page" in capsys.readouterr().err


def test_the_check_only_imports_dependencies_of_the_core() -> None:
    folder = Path(proteiniq.contract.__file__).parent
    imported = set()
    for module in folder.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level < 2, f"{module.name} imports from outside proteiniq.contract"
                imported |= {(node.module or "").partition(".")[0]} if node.level == 0 else set()
    assert imported - sys.stdlib_module_names == {"attrs", "httpx", "jsonpath", "yaml"}


def test_every_public_name_exists() -> None:
    for name in proteiniq.contract.__all__:
        assert getattr(proteiniq.contract, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'fold'"):
        getattr(proteiniq.contract, "fold")  # noqa: B009
