"""Tools, jobs and results."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import attrs
import click
import pytest

from proteiniq import ProteinIQ, Result, ResultFiles, testing
from proteiniq._cli.output import of_rows
from proteiniq._cli.progress import Progress
from proteiniq._cli.results import Saving, save
from proteiniq._cli.values import credits, duration, settings
from proteiniq._sync.jobs import Jobs
from proteiniq._sync.results import Results
from proteiniq.sandbox import Sandbox

from ..support import LYSOZYME
from .output import Gone, Made
from .program import Program


@pytest.fixture
def done(program: Program) -> str:
    """The id of a job that is done."""
    ended = program("run", "gate", "text:=abc", "--yes", "-q", "--out", "of-done")
    assert ended.code == 0, ended.stderr
    return ended.stdout.strip()


# ---- tools


def test_tools_are_listed_and_filtered(program: Program) -> None:
    assert "translate" in program("tools", "list", "-q").stdout.splitlines()
    assert {row["category"] for row in program("tools", "list", "--category", "testing").rows} == {"testing"}
    assert len(program("tools", "list", "--limit", "2", "--json").json) == 2


def test_a_tool_is_shown_with_slots_settings_and_price(program: Program) -> None:
    fields = program("tools", "show", "translate").fields
    assert fields["price"] == "1 credit per record"
    assert fields["slot nucleotide"].startswith("required; nucleotide; fasta; at most 1 entry;")
    assert fields["setting min_orf_length"].startswith("integer; default 30; from 10 to 100000 residues")
    assert program("tools", "show", "protein-parameters").fields["price"] == "free"
    assert program("tools", "show", "gate").fields["price"] == "7 credits"
    assert program("tools", "show", "gate", "--json").json["slots"][0]["id"] == "text"


# ---- inputs and settings


def test_a_slot_takes_a_file_stdin_a_saved_file_and_text(program: Program, service: Sandbox) -> None:
    with ProteinIQ(service.api_key, service.url) as client:
        saved = client.files.upload(Path("proteins.fasta"))
    for given, stdin in (
        ("=proteins.fasta", ""),
        ("=-", LYSOZYME),
        (f"=@{saved.id}", ""),
        (f":={LYSOZYME}", ""),
    ):
        ended = program("quote", "protein-parameters", f"protein{given}", stdin=stdin)
        assert (ended.code, ended.fields["estimated_credits"]) == (0, "0"), ended.stderr


def test_a_slot_that_is_given_twice_has_two_entries(program: Program) -> None:
    ended = program("quote", "pairwise-alignment", "query:=MKV", "query:=MKL", "target:=MKV", "--json")
    assert (ended.code, "at most 1" in ended.error["message"]) == (5, True)


def test_stdin_on_a_terminal_says_what_is_awaited(program: Program) -> None:
    ended = program("quote", "protein-parameters", "protein=-", stdin=LYSOZYME, terminal=("stdin",))
    assert "end it with Ctrl-D" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["proteins.fasta"],
            "'proteins.fasta' is not an input: write SLOT=FILE, such as protein=proteins.fasta",
        ),
        (["protien=x"], "protein-parameters has no slot 'protien'. Did you mean protein?"),
        (["protein="], "protein= names no file"),
        (["protein=-", "protein=-"], "stdin can be read only once"),
        (["protein=-", "--api-key-file", "-"], "stdin can be read only once"),
        (["protein:=MK", "--set", "ph"], "--set 'ph' must have the form NAME=VALUE"),
        (
            ["protein:=MK", "--set", "pk_scal=3"],
            "protein-parameters has no setting 'pk_scal'. Did you mean pk_scale?",
        ),
        (["protein:=MK", "--set", "ph=3", "--set", "ph=4"], "setting ph is given twice"),
    ],
)
def test_a_wrong_argument_is_refused_before_anything_is_sent(
    arguments: list[str], message: str, program: Program, service: Sandbox
) -> None:
    ended = program("quote", "protein-parameters", *arguments, stdin=service.api_key)
    assert (ended.code, message in ended.stderr) == (2, True), ended.stderr


def test_settings_have_the_types_of_the_contract() -> None:
    kinds = {"i": "integer", "n": "number", "s": "string", "b": "boolean", "o": "list", "p": None}
    tool = testing.tool(settings=[{"id": name, "type": kind} for name, kind in kinds.items()])
    given = ["i=3", "n=1e-3", "s=7", "b=TRUE", 'o=["a", 1]', "p=plain=text"]
    assert settings(given, tool) == {
        "i": 3,
        "n": 0.001,
        "s": "7",
        "b": True,
        "o": ["a", 1],
        "p": "plain=text",
    }
    assert settings(["anything=1"], testing.tool(settings=[])) == {"anything": 1}


def test_times_and_credits() -> None:
    assert [duration(text) for text in ("90", "1.5m", "2h", "1d")] == [90, 90, 7200, 86400]
    for text in ("0", "-1", "5w", "", "9999d", "9" * 400):
        with pytest.raises(click.BadParameter):
            duration(text)
    assert credits("1.5") == 1.5
    for text in ("-1", "x", "inf", "nan", "1_0"):
        with pytest.raises(click.BadParameter):
            credits(text)


# ---- what costs


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_on_a_terminal_the_price_is_asked_about(answer: str, code: int, program: Program) -> None:
    before = program("jobs", "list", "-q").stdout
    ended = program("submit", "gate", "text:=x", stdin=answer, terminal=("stdin", "stderr"))
    assert ended.code == code
    assert "gate costs 7 of " in ended.stderr
    assert (program("jobs", "list", "-q").stdout != before) == (code == 0)


def test_a_free_job_is_not_asked_about(program: Program) -> None:
    assert program("submit", "protein-parameters", "protein=proteins.fasta").code == 0


def test_a_price_of_nothing_is_not_asked_about(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Jobs.quote

    def free(*arguments: Any, **options: Any) -> Any:
        found = real(*arguments, **options)
        return attrs.evolve(found, estimated_credits=0.0, available_credits=None)

    monkeypatch.setattr(Jobs, "quote", free)
    ended = program("submit", "gate", "text:=x", terminal=("stdin", "stderr"))
    assert (ended.code, "[y/N]" in ended.stderr) == (8, False)  # the submit's own quote is 7


# ---- jobs


def test_a_run_saves_its_result(program: Program) -> None:
    ended = program(
        "run", "gate", "text:=abc", "--max-credits", "7", "--out", "r", "--name", "mine", "--json"
    )
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.json["saved"] == ["r/copy.txt", "r/result.json"]
    assert Path("r/copy.txt").read_text() == "abc"
    assert json.loads(Path("r/result.json").read_text())["results"] == {"length": 3}
    assert program("jobs", "list", "--limit", "1").rows[0]["name"] == "mine"


def test_a_run_says_each_change_of_state_once(program: Program) -> None:
    lines = program("run", "gate", "text:=abc", "--yes", "--out", "r", "--timeout", "10m").stderr.splitlines()
    assert lines[0].startswith("Submitted job job_")
    assert len(lines) == len(set(lines))
    assert lines[-1].endswith("COMPLETED")


def test_a_run_on_a_terminal_is_live(program: Program) -> None:
    program.environment["COLUMNS"] = "120"
    ended = program("run", "gate", "text:=abc", "--yes", "--out", "r", terminal=("stderr",))
    assert ended.code == 0
    assert "Ctrl-C to leave" in ended.stderr
    assert "downloading" in ended.stderr


def test_a_folder_that_is_a_file_is_refused_before_anything_is_paid_for(program: Program) -> None:
    before = program("jobs", "list", "-q").stdout
    for out in ("proteins.fasta", "proteins.fasta/x", ""):
        ended = program("run", "gate", "text:=x", "--yes", "--out", out)
        assert (ended.code, "--out must be a folder" in ended.stderr) == (2, True)
    assert program("jobs", "list", "-q").stdout == before


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_paid_for(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = program("jobs", "list", "-q").stdout
    monkeypatch.setattr(os, "access", lambda *_: False)
    ended = program("run", "gate", "text:=x", "--yes", "--out", "a/b")
    assert (ended.code, "that you may write, got 'a/b'" in ended.stderr) == (2, True)
    assert program("jobs", "list", "-q").stdout == before


def test_warnings_about_an_input_are_said(program: Program) -> None:
    assert "warning: " in program("quote", "protein-parameters", "protein:=MKVAAAAAA...").stderr
    lines = program("quote", "protein-parameters", "protein:=MKVAAAAAA...", "--json").stderr.splitlines()
    assert [json.loads(line)["type"] for line in lines] == ["InputWarning", "ValidationError"]


def test_jobs_are_listed_and_shown(done: str, program: Program) -> None:
    assert done in program("jobs", "list", "--status", "completed", "--tool", "gate", "-q").stdout
    assert program("jobs", "list", "--search", "nothing has this").stdout.count("\n") == 1
    assert program("jobs", "list", "--created-after", "yesterday").code == 5
    fields = program("jobs", "show", done).fields
    assert (fields["status"], fields["error"]) == ("COMPLETED", "")
    assert program("jobs", "show", done, "--json").json["credits_used"] == 7


def test_a_job_is_watched_to_its_end(done: str, program: Program) -> None:
    ended = program("jobs", "watch", done, "--json")
    assert (ended.code, json.loads(ended.stdout.splitlines()[-1])["status"]) == (0, "COMPLETED")
    assert program("jobs", "watch", done, "-q").stdout.strip() == done


def test_a_watch_that_is_over_says_how_to_go_on(program: Program, gate: Path) -> None:
    job = program("submit", "gate", "text:=x", "--set", f"gate={gate}", "--yes", "-q").stdout.strip()
    ended = program("jobs", "watch", job, "--timeout", "10", "--json")
    assert (ended.code, json.loads(ended.stderr)["resume"]) == (7, f"proteiniq jobs watch {job}")
    ended = program("jobs", "wait", job, "--timeout", "10")
    assert (ended.code, f"proteiniq jobs wait {job}" in ended.stderr) == (7, True)
    ended = program("results", "show", job)
    assert (ended.code, f"proteiniq results show {job} --wait" in ended.stderr) == (7, True)


def test_nothing_of_a_watch_is_known_before_its_first_state(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("proteiniq._sync.jobs.Jobs.events", lambda *_, **__: iter(()))
    assert "goes on (unknown)" in program("jobs", "watch", "job_1").stderr


def test_a_watch_ends_when_nobody_reads_it(program: Program, gate: Path) -> None:
    job = program("submit", "gate", "text:=x", "--set", f"gate={gate}", "--yes", "-q").stdout.strip()

    assert program("jobs", "watch", job, stdout=Gone(io.BytesIO())).code == 0
    gate.touch()
    other = program("submit", "gate", "text:=x", "--set", f"gate={gate}", "--yes", "-q").stdout.strip()
    assert program("jobs", "wait", job, other, "-q", stdout=Gone(io.BytesIO())).code == 0
    assert program("jobs", "show", job).fields["status"] == "COMPLETED"


def test_a_wait_for_many_jobs_names_those_that_failed(done: str, program: Program) -> None:
    failed = program("submit", "broken", "text:=x", "--yes", "-q").stdout.strip()
    ended = program("jobs", "wait", done, failed)
    assert ended.code == 9
    assert f"1 of 2 jobs did not complete: {failed} (FAILED)" in ended.stderr
    assert {row["id"] for row in ended.rows} == {done, failed}
    assert program("jobs", "watch", failed).code == 9


def test_a_running_job_is_not_cancelled(program: Program, service: Sandbox, gate: Path) -> None:
    job = program("submit", "gate", "text:=x", "--set", f"gate={gate}", "--yes", "-q").stdout.strip()
    with ProteinIQ(service.api_key, service.url) as client:
        for state in client.jobs.events(job):
            if state.status == "PROCESSING":
                break
    ended = program("jobs", "cancel", job)
    assert (ended.code, "conflict" in ended.stderr) == (1, True)


def test_a_queued_job_is_cancelled(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jobs, "cancel", lambda _, job: testing.job("CANCELLED", id=job))
    assert program("jobs", "cancel", "job_1").fields["status"] == "CANCELLED"


def test_other_clients_of_the_shell_can_be_waited_for(done: str, program: Program) -> None:
    ended = program.alone("jobs", "wait", *program("jobs", "list", "-q", "--limit", "1").stdout.split())
    assert (ended.code, len(ended.rows)) == (0, 1)


# ---- results


def test_a_result_is_shown_as_a_table(program: Program, done: str) -> None:
    ended = program("results", "show", done)
    assert ended.rows == [{"length": "3"}]
    assert f"proteiniq results save {done}" in ended.stderr
    document = program("results", "show", done, "--json").json
    assert (document["data"], "url" in document["files"][0]) == ({"length": 3}, False)
    assert program("results", "show", done, "-q").stdout == f"{done}\n"


def test_a_report_of_a_result_is_written(program: Program, done: str) -> None:
    ended = program("results", "report", done, "report.html", "-q")
    assert (ended.code, ended.stdout) == (0, "report.html\n")
    assert program("results", "report", done, "report.html").code == 1
    assert program("results", "report", done, "report.html", "--overwrite", "--partial").stderr.endswith(
        "Written to report.html.\n"
    )


def test_lists_within_a_result_are_json() -> None:
    (column,) = of_rows([{"a": [1]}, {"a": 1}])
    assert column.name == "a"
    assert column.value({"a": [1]}) == "[1]"
    assert column.value({"a": 1}) == 1


def test_a_result_is_saved_in_a_folder_of_its_own(program: Program, done: str) -> None:
    assert program("results", "save", done).code == 0
    assert Path(done, "copy.txt").read_text() == "abc"
    ended = program("results", "save", done)  # again: nothing changes
    assert [row["path"] for row in ended.rows] == [f"{done}/copy.txt", f"{done}/result.json"]
    Path(done, "result.json").write_text("other")
    assert program("results", "save", done).code == 1
    assert program("results", "save", done, "--overwrite", "--wait").code == 0


def test_a_result_without_files_has_a_table_alone(
    program: Program, done: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Results.get

    def without(*arguments: Any) -> Result:
        return attrs.evolve(real(*arguments), files=ResultFiles(()))

    monkeypatch.setattr(Results, "get", without)
    assert program("results", "show", done).stderr == ""


def test_a_result_without_data_has_no_data_file(program: Program, done: str, service: Sandbox) -> None:
    with ProteinIQ(service.api_key, service.url) as client:
        result = attrs.evolve(client.results.get(done), data=None)
        paths = save(result, Saving(None, False), Progress(Made().output))
    assert [path.name for path in paths] == ["copy.txt"]


def test_the_result_of_a_failed_job_is_partial(program: Program) -> None:
    for left in ("true", "false"):
        failed = program(
            "submit", "broken", "text:=x", "--set", f"partial={left}", "--yes", "-q"
        ).stdout.strip()
        program("jobs", "wait", failed)
        assert program("results", "save", failed).code == 9
        assert program("results", "save", failed, "--wait").code == 9
        ended = program("results", "save", failed, "--partial", "--out", f"left-{left}")
        assert ended.code == (0 if left == "true" else 9)
    assert Path("left-true/copy.txt").read_text() == "half"


def test_a_result_that_is_gone_is_not_found(program: Program, done: str, service: Sandbox) -> None:
    service.faults.add("GET", f"/results/{done}", status=404, code="not_found")
    assert program("results", "show", done).code == 4


def test_a_pipeline_of_the_shell(program: Program) -> None:
    made = subprocess.run(
        'cat proteins.fasta | "$PYTHON" -m proteiniq run protein-parameters protein=- --max-credits 1 --out r '
        '&& "$PYTHON" -m proteiniq jobs list -q | head -1',
        shell=True,
        env={**program.whole_environment, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    assert Path("r/parameters.csv").exists()
    assert made.stdout.splitlines()[-1].startswith("job_")
