"""Whether a contract still fits: what is told to people, to programs and to GitHub."""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

import proteiniq.contract
from proteiniq.contract import Report, bindings, check, normalise, report, upstream
from proteiniq.contract.__main__ import main

from . import mutators as m
from .client import reconstruction
from .server import Served, serving


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "openapi.json"


def checked(mutator: m.Mutator, source: Path) -> Report:
    source.write_text(json.dumps(mutator(reconstruction())))
    return check(source)


FITS = {
    "nothing changed": (lambda document: document, "same"),
    "renamed": (m.renamed, "same"),
    "inlined": (m.inlined, "same"),
    "3.0": (m.openapi_3_0, "same"),
    "new routes": (m.new_routes, "additive"),
    "new fields": (m.new_fields_in_answers, "additive"),
    "new enum values": (m.new_enum_values, "additive"),
    "new query parameters": (m.new_query_parameters, "additive"),
}


@pytest.mark.parametrize("case", FITS)
def test_what_fits(case: str, source: Path) -> None:
    mutator, verdict = FITS[case]
    report = checked(mutator, source)
    assert (report.verdict, report.exit_code) == (verdict, 0)


BROKEN = {
    "a field that is used is gone": (m.without_field("Job", "progress"), "Job.progress: field is gone"),
    "a filter is gone": (
        m.query_called("/api/v1/jobs", "tool", "other"),
        "list_jobs query tool: parameter is gone",
    ),
    "an optional route is gone": (m.without_route("/api/v1/openapi.json", "get"), "get_openapi: route"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_for_others(case: str, source: Path) -> None:
    mutator, words = BROKEN[case]
    report = checked(mutator, source)
    assert (report.verdict, report.exit_code) == ("breaking", 1)
    assert any(words in str(change) for change in report.changes if change.severity == "contract")


def test_a_promise_that_is_taken_back(source: Path) -> None:
    def take_back(document: m.Document) -> None:
        m.schema(document, "Job")["required"].remove("created_at")

    report = checked(m.changed(take_back), source)
    assert [str(change) for change in report.changes] == [
        "Job.created_at: promise to be in every response is gone"
    ]
    assert report.exit_code == 1


@pytest.mark.parametrize(
    "mutator",
    [
        m.cancel_by_delete,
        m.camel_case,
        m.upload_as_json,
        m.job_route_instead_of_status,
        m.wrapped("/api/v1/account", "get"),
    ],
    ids=["route moved", "fields renamed", "upload by other means", "route replaced", "envelope"],
)
def test_what_needs_a_new_client(mutator: m.Mutator, source: Path) -> None:
    report = checked(mutator, source)
    assert (report.verdict, report.exit_code, report.regenerating_helps) == ("facade", 3, True)
    assert any("nox -s regenerate" in line for line in report.lines())


def test_needs_that_are_not_met(source: Path) -> None:
    report = checked(
        m.both(m.without_field("Job", "status"), m.without_field("Account", "workspace")), source
    )
    assert (report.verdict, report.exit_code, report.regenerating_helps) == ("facade", 3, False)
    said = "\n".join(report.lines())
    assert "get_account: Account.workspace" in said
    assert "[schemas.Job]" in said


def test_the_document_of_a_sandbox_fits(source: Path) -> None:
    source.write_text(json.dumps(upstream()))
    assert check(source).verdict == "same"


LESS = m.both(m.field_called("File", "storage_owner", "owner"), m.answer_is("/api/v1/account", "get", None))
LOST = (
    "list_files: File: not documented: storage_owner (owner is there, and unread) "
    "(see [schemas.File] in bindings.toml)"
)


def test_people_are_told_what_is_lost_and_assumed(source: Path) -> None:
    report = checked(LESS, source)
    assert f"  loses  {LOST}" in report.lines()
    assert "  assumed  1 place of which the document says nothing: get_account Account" in report.lines()


def test_programs_are_told_what_is_lost_and_assumed(source: Path) -> None:
    said = json.loads(json.dumps(checked(LESS, source).as_json()))
    (loss,) = said["losses"]
    assert (loss["operation"], loss["place"], loss["severity"]) == ("list_files", "File", "loses")
    assert said["assumed"] == ["get_account Account"]


def test_github_is_told_what_is_lost_and_assumed(source: Path) -> None:
    lines = checked(LESS, source).github()
    assert f"::warning title=Contract%3A lost::{LOST}" in lines
    assert "1 place assumed" in lines[-1]


def test_what_is_lost_is_told_beside_what_breaks(source: Path) -> None:
    report = checked(m.both(LESS, m.without_field("Job", "status")), source)
    assert {problem.severity for problem in report.problems} == {"breaks"}
    assert f"  loses  {LOST}" in report.lines()


def test_a_loss_that_was_there_before_leaves_the_exit_code_alone(source: Path) -> None:
    document = m.without_field("File", "origin")(reconstruction())
    pinned = normalise(document, bindings()).document
    found = report("here", document, pinned, bindings())
    assert (found.verdict, found.exit_code) == ("same", 0)
    assert any(line.startswith("  loses  ") for line in found.lines())


def run(*arguments: str) -> int:
    return main(["check", *arguments])


def test_the_command(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Served(content=json.dumps(reconstruction()).encode())) as server:
        assert run(server.url) == 0
    assert "fits: nothing changed" in capsys.readouterr().out


def test_the_command_by_default_asks_the_service(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(Served(status=503)) as server:
        monkeypatch.setenv("PROTEINIQ_BASE_URL", server.url)
        assert run() == 2
    assert "/api/v1/openapi.json: the response was 503" in capsys.readouterr().err


def test_the_command_for_programs(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(m.without_field("Job", "status"), source)
    assert run(str(source), "--json") == 3
    said = json.loads(capsys.readouterr().out)
    assert (said["verdict"], said["exit_code"]) == ("facade", 3)
    assert said["problems"][0]["entry"] == "[schemas.Job]"


def test_the_command_for_github(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(m.both(m.without_field("Job", "progress"), m.cancel_by_delete), source)
    assert run(str(source), "--github") == 3
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::warning", "::notice"]


def test_a_document_gives_no_orders(source: Path) -> None:
    def hostile(document: m.Document) -> None:
        m.schema(document, "Job")["properties"]["x\n::error::\x1b[2J"] = {"type": "string"}
        del m.schema(document, "Job")["properties"]["status"]

    report = checked(m.changed(hostile), source)
    assert all(line.isprintable() for line in report.lines())
    assert all("\n" not in line for line in report.github())


def test_no_contract(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source.write_text("<html>")
    assert run(str(source)) == 2
    assert "this is a web page" in capsys.readouterr().err


def test_the_check_needs_nothing_but_what_the_core_installs() -> None:
    folder = Path(proteiniq.contract.__file__).parent
    imported = set()
    for module in folder.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Import):
                imported |= {name.name.partition(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level < 2, f"{module.name} imports from outside of proteiniq.contract"
                imported |= {(node.module or "").partition(".")[0]} if node.level == 0 else set()
    assert imported - sys.stdlib_module_names == {"attrs", "httpx", "jsonpath", "yaml"}


def test_every_public_name_is_there() -> None:
    for name in proteiniq.contract.__all__:
        assert getattr(proteiniq.contract, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'fold'"):
        getattr(proteiniq.contract, "fold")  # noqa: B009
