"""Batches and the file library from the command line."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proteiniq import BatchPaused
from proteiniq._cli.batch import _outcome
from proteiniq._cli.session import CommandError, Session
from proteiniq._sync.batch import Batch as SyncBatch
from proteiniq.batch import Batch, BatchStatus
from proteiniq.sandbox import Sandbox

from .output import Gone, Made
from .program import Program

ITEMS = "id,text\na,one\nb,two\n"


@pytest.fixture
def items(tmp_path: Path) -> str:
    (tmp_path / "items.csv").write_text(ITEMS)
    return "items.csv"


# ---- batches


def test_a_batch_runs_and_prints_a_line_for_each_item(program: Program, items: str) -> None:
    ended = program("batch", "run", "gate", items, "--out", "screen", "--max-credits", "14")
    assert (ended.code, {row["id"]: row["status"] for row in ended.rows}) == (0, {"a": "done", "b": "done"})
    assert "2 of 2 done" in ended.stderr
    again = program("batch", "resume", "screen", "--json")
    assert (again.code, again.stderr) == (0, "")
    assert [json.loads(line)["credits"] for line in again.stdout.splitlines()] == [7, 7]
    assert program("batch", "status", "screen").fields["done"] == "2"
    assert program("batch", "status", "screen", "--json").json["finished"] is True
    assert {row["item"]: row["length"] for row in program("batch", "export", "screen").rows} == {
        "a": "3",
        "b": "3",
    }
    assert program("batch", "export", "screen", "screen.csv").code == 0
    assert Path("screen.csv").read_text().startswith("item,job_id,status,credits,length\n")
    assert program("batch", "export", "screen", "screen.csv").code == 1
    assert program("batch", "export", "screen", "screen.xlsx").code == 2
    assert program("batch", "report", "screen", "screen.html").stderr == "Written to screen.html.\n"
    assert program("batch", "report", "screen", "screen.html", "--overwrite", "-q").stdout == "screen.html\n"
    assert program("batch", "report", "screen", ".", "-q").stdout == "report.html\n"
    assert "<h1>Batch of gate</h1>" in Path("screen.html").read_text("utf-8")
    assert program("batch", "export", "screen", "-q").stdout.splitlines() == ["a", "b"]


def test_on_a_terminal_a_batch_has_a_bar_instead_of_lines(program: Program, items: str) -> None:
    ended = program("batch", "run", "gate", items, "--out", "screen", "--yes", terminal=("stdout", "stderr"))
    assert (ended.code, ended.stdout) == (0, "")
    assert "[####################] 100 %" in ended.stderr


def test_a_batch_goes_on_when_nobody_reads_its_lines(program: Program, items: str) -> None:
    ended = program("batch", "run", "gate", items, "--out", "screen", "--yes", stdout=Gone(io.BytesIO()))
    assert ended.code == 0
    assert Batch.open("screen").status().done == 2


def test_failed_items_are_retried_when_asked(program: Program, tmp_path: Path) -> None:
    (tmp_path / "items.csv").write_text("id,text\na,fail\nb,fine\n")
    ended = program("batch", "run", "picky", "items.csv", "--out", "screen", "--yes", "--json")
    error = json.loads(ended.stderr)
    assert (ended.code, error["message"]) == (9, "1 of 2 items failed")
    assert error["resume"] == "proteiniq batch retry screen"
    jobs = len(program("jobs", "list", "--tool", "picky", "-q").stdout.splitlines())
    assert program("batch", "resume", "screen", "--yes").code == 9
    assert len(program("jobs", "list", "--tool", "picky", "-q").stdout.splitlines()) == jobs
    assert program("batch", "retry", "screen", "--yes").code == 9
    assert len(program("jobs", "list", "--tool", "picky", "-q").stdout.splitlines()) == jobs + 1


def test_columns_settings_and_inputs_are_those_of_the_batch(
    program: Program, tmp_path: Path, gate: Path
) -> None:
    (tmp_path / "table.csv").write_text("name,seq,note\nx,one,unused\n")
    columns = ("--column", "seq=text", "--column", "name=id", "--column", "note=")
    gate.touch()
    order = [
        "gate",
        "table.csv",
        "--out",
        "screen",
        "--set",
        f"gate={gate}",
        *columns,
        "--yes",
        "--name",
        "mine",
    ]
    assert program("batch", "run", *order).code == 0
    (tmp_path / "one.csv").write_text("id\nonly\n")
    inputs = ("--input", "text=proteins.fasta")
    assert program("batch", "run", "gate", "one.csv", "--out", "one", "--yes", *inputs).code == 0
    kept = json.loads(Path("one/command.json").read_text())
    assert kept["inputs"] == [f"text={tmp_path / 'proteins.fasta'}"]
    assert program("batch", "run", "gate", "one.csv", "--out", "two", "--yes", "--input", "text:=x").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["missing.csv", "--yes"], 5, "missing.csv is not a file with items"),
        (["items.csv", "--yes", "--out", "items.csv"], 2, "--out must be a folder, got 'items.csv'"),
        (["items.csv"], 2, "jobs of gate cost credits: pass --max-credits N or --yes"),
        (["items.csv", "--yes", "--column", "seq"], 2, "--column 'seq' must have the form COLUMN=NAME"),
        (["items.csv", "--yes", "--input", "text=-"], 2, "a batch can't read stdin"),
        (["items.csv", "--yes", "--column", "text=nothing"], 5, "nothing"),
    ],
)
def test_a_wrong_batch_is_refused_before_anything_is_submitted(
    arguments: list[str], code: int, message: str, program: Program, items: str
) -> None:
    before = program("jobs", "list", "-q").stdout
    ended = program("batch", "run", "gate", "--out", "screen", *arguments)
    assert (ended.code, message in ended.stderr) == (code, True), ended.stderr
    assert program("jobs", "list", "-q").stdout == before
    assert "To go on" not in ended.stderr


def test_a_free_tool_needs_no_limit_and_a_limit_is_remembered(program: Program, items: str) -> None:
    ended = program("batch", "run", "protein-parameters", "proteins.fasta", "--out", "free")
    assert ended.code == 0
    program("batch", "run", "gate", items, "--out", "screen", "--max-credits", "7")
    ended = program("batch", "resume", "screen")
    assert (ended.code, "proteiniq batch resume screen" in ended.stderr) == (8, True)
    assert program("batch", "resume", "screen", "--max-credits", "14").code == 0


def test_an_interrupted_batch_says_how_to_go_on(
    program: Program, items: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(SyncBatch, "__iter__", interrupted)
    ended = program("batch", "run", "gate", items, "--out", "screen", "--yes")
    assert (ended.code, "  proteiniq batch resume screen\n" in ended.stderr) == (130, True)

    def paused(*_: object) -> Iterator[Any]:
        raise BatchPaused("the batch is paused: too many failures", reason="failures")
        yield

    monkeypatch.setattr(SyncBatch, "__iter__", paused)
    ended = program("batch", "run", "gate", items, "--out", "screen", "--yes", "--json")
    assert (ended.code, ended.error["resume"]) == (9, "proteiniq batch resume screen")


def test_items_in_doubt_have_their_own_code() -> None:
    status = BatchStatus(
        items=3,
        done=2,
        running=0,
        waiting=0,
        failed=0,
        in_doubt=1,
        skipped=0,
        credits_used=0.0,
        credits_reserved=0.0,
        max_credits=None,
    )
    with pytest.raises(CommandError, match="1 of 3 items are in doubt") as caught:
        _outcome(Session(Made().output, (), {}), "screen", status)
    assert caught.value.code == 10
    assert caught.value.resume == "proteiniq batch resume screen --resend-in-doubt"


def test_a_batch_that_the_program_did_not_start_is_gone_on_with_otherwise(
    program: Program, items: str
) -> None:
    assert program("batch", "resume", "screen").code == 1
    program("batch", "run", "gate", items, "--out", "screen", "--yes")
    kept = Path("screen/command.json").read_text()
    for text, message in (
        ("{", "is damaged"),
        ("[]", "is damaged"),
        (kept.replace("1", "2", 1), "newer version"),
    ):
        Path("screen/command.json").write_text(text)
        assert message in program("batch", "resume", "screen").stderr
    Path("screen/command.json").unlink()
    assert "is missing" in program("batch", "resume", "screen").stderr


# ---- files


def test_files_are_uploaded_listed_shown_and_deleted(program: Program, tmp_path: Path) -> None:
    (tmp_path / "other.fasta").write_text(">x\nMK\n")
    ended = program(
        "files", "upload", "proteins.fasta", "other.fasta", "--tag", "mine", "--description", "two"
    )
    ids = [row["id"] for row in ended.rows]
    assert (ended.code, len(ids)) == (0, 2)
    assert set(ids) <= set(program("files", "list", "-q").stdout.splitlines())
    assert len(program("files", "list", "--limit", "1", "--format", "fasta", "--origin", "upload").rows) == 1
    assert program("files", "list", "--mine", "--search", "nothing has this").rows == []
    fields = program("files", "show", ids[0]).fields
    assert (fields["filename"], fields["tags"], fields["description"]) == ("proteins.fasta", "mine", "two")
    refused = program("files", "delete", *ids)
    assert (refused.code, "pass --yes to delete" in refused.stderr) == (2, True)
    asked = program("files", "delete", ids[0], stdin="n\n", terminal=("stdin", "stderr"))
    assert (asked.code, f"Delete file {ids[0]}? [y/N]" in asked.stderr) == (1, True)
    assert program("files", "show", ids[0]).code == 0
    assert len(program("files", "delete", *ids, "--yes").rows) == 2
    assert program("files", "show", ids[0]).code == 4
    assert program("files", "delete", " ", "--yes").code == 2


def test_an_upload_on_a_terminal_is_live(program: Program) -> None:
    program.environment["COLUMNS"] = "120"
    ended = program("files", "upload", "proteins.fasta", terminal=("stderr",))
    assert (ended.code, "uploading" in ended.stderr) == (0, True)


def test_of_several_uploads_those_that_succeeded_are_listed(program: Program) -> None:
    ended = program("files", "upload", "proteins.fasta", "missing.fasta")
    assert (ended.code, [row["filename"] for row in ended.rows]) == (5, ["proteins.fasta"])
    ended = program("files", "upload", "missing.fasta")
    assert (ended.code, ended.stdout) == (5, "")


def test_a_lost_upload_is_in_doubt(program: Program, service: Sandbox) -> None:
    service.faults.add("POST", "/files", cut="after", times=None)
    ended = program("files", "upload", "proteins.fasta", "--json")
    assert (ended.code, json.loads(ended.stderr)["in_doubt"]) == (10, True)
