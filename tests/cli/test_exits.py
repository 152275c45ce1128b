"""The exit codes, one by one, and what an error says."""

from __future__ import annotations

import json
import re
import shlex
import signal
from pathlib import Path
from typing import Any

import click
import pytest

from proteiniq import errors
from proteiniq._cli import exits, failures, main, program as commands
from proteiniq._cli.session import CommandError, Session
from proteiniq.errors import BatchPaused, Conflict, ContractError, InvalidInput, WaitTimeout
from proteiniq.sandbox import Sandbox

from ..every_error import STATE, every_class, made
from ..support import KEY
from .output import Made
from .program import Program

ROOT = Path(__file__).resolve().parent.parent.parent


def session() -> Session:
    return Session(Made().output, ["run", "tool"], {})


def said(error: BaseException, of: Session | None = None) -> failures.Failure:
    return failures.failure(error, of or session())


# ---- each code, from the program


def test_0_success(program: Program) -> None:
    assert program("tools", "list").code == exits.OK == 0


def test_1_another_error(program: Program, tmp_path: Path) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / "result.json").write_text("mine")
    ended = program("run", "protein-parameters", "protein=proteins.fasta", "--yes", "--out", "r")
    assert ended.code == exits.OTHER == 1
    assert "result.json: a file with other content is there" in ended.stderr
    assert "proteiniq results save job_" in ended.stderr
    assert (tmp_path / "r" / "result.json").read_text() == "mine"


def test_2_usage(program: Program) -> None:
    assert program("jobs", "show").code == exits.USAGE == 2
    ended = program("run", "translate", "nucleotide:=ATG", "--json")
    assert (ended.code, ended.error["type"]) == (2, "UsageError")
    assert ended.error["message"].endswith("a job of translate costs credits: pass --max-credits N or --yes")


def test_3_authentication(program: Program, service: Sandbox) -> None:
    program.environment["PROTEINIQ_API_KEY"] = KEY
    assert program("account").code == exits.AUTHENTICATION == 3
    program.environment["PROTEINIQ_API_KEY"] = service.create_key(scopes=["files:read"])
    ended = program("jobs", "list", "--json")
    assert (ended.code, ended.error["code"]) == (3, "forbidden")
    program.environment["PROTEINIQ_API_KEY"] = "nonsense"
    assert program("account").code == 3


def test_4_not_found(program: Program) -> None:
    ended = program("jobs", "show", "job_nothing", "--json")
    assert (ended.code, ended.error["code"], ended.error["resume"]) == (4, "not_found", None)
    assert program("tools", "show", "translat").code == exits.NOT_FOUND == 4


def test_5_refused_input(program: Program) -> None:
    ended = program("run", "translate", "nucleotide:=ATG", "--set", "table=99", "--yes")
    assert (ended.code, "setting 'table'" in ended.stderr) == (exits.REFUSED, True)
    assert program("quote", "protein-parameters", "protein=missing.fasta").code == exits.REFUSED == 5


def test_6_try_again(program: Program, service: Sandbox) -> None:
    service.faults.add("GET", "/account", status=503, times=None)
    ended = program("account", "--json")
    assert (ended.code, ended.error["retryable"]) == (exits.TRY_AGAIN, True)
    program.environment["PROTEINIQ_BASE_URL"] = "http://127.0.0.1:9"
    assert program("account").code == exits.TRY_AGAIN == 6


def test_7_the_wait_is_over(program: Program, gate: Path) -> None:
    order = ["run", "gate", "text:=x", "--set", f"gate={gate}", "--yes", "--out", "r", "--timeout", "1m"]
    ended = program(*order)
    assert ended.code == exits.GOES_ON == 7
    assert "goes on" in ended.stderr
    (command,) = re.findall(r"^  proteiniq (.*)$", ended.stderr, re.MULTILINE)
    gate.touch()
    assert program(*shlex.split(command)).code == 0
    assert Path("r/copy.txt").read_text() == "x"


def test_8_credits_and_limits(program: Program, service: Sandbox) -> None:
    ended = program("submit", "gate", "text:=x", "--max-credits", "6", "--json")
    assert (ended.code, ended.error["type"]) == (exits.CREDITS, "SpendLimitExceeded")
    assert ended.error["message"] == "nothing was submitted: the quote is 7 credits, above the limit of 6"
    service.faults.add("POST", "/jobs", status=402, code="insufficient_credits")
    assert program("submit", "gate", "text:=x", "--yes").code == exits.CREDITS == 8


def test_9_the_job_failed(program: Program) -> None:
    ended = program("run", "broken", "text:=x", "--yes")
    assert ended.code == exits.FAILED == 9
    assert "ended as FAILED: " in ended.stderr
    assert "no convergence" in ended.stderr


def test_10_a_submit_in_doubt_is_found_out_by_the_command_that_it_prints(
    program: Program, service: Sandbox
) -> None:
    before = len(program("jobs", "list", "-q").stdout.splitlines())
    service.faults.add("POST", "/jobs", cut="after", times=5)
    ended = program("submit", "gate", "text:=x y", "--yes", "--json")
    error = ended.error
    assert (ended.code, error["in_doubt"]) == (exits.IN_DOUBT, True)
    assert error["idempotency_key"] in error["resume"]
    service.faults.add("POST", "/jobs", cut="before", times=5)
    told = program("submit", "gate", "text=-", "--yes", stdin="x").stderr
    assert "with the same stdin and key finds out" in told
    service.faults.clear()
    again = program(*shlex.split(error["resume"])[1:])
    assert again.code == 0
    assert len(program("jobs", "list", "-q").stdout.splitlines()) == before + 1


def test_130_ctrl_c_leaves_the_job_running(program: Program, gate: Path) -> None:
    order = ["run", "gate", "text:=x", "--set", f"gate={gate}", "--yes", "--out", "r"]
    process = program.started(*order)
    assert process.stderr is not None
    while "PROCESSING" not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == exits.INTERRUPTED == 130
    assert "goes on" in rest
    assert "proteiniq results save job_" in rest
    assert "Traceback" not in rest
    assert "proteiniq jobs cancel job_" in rest


@pytest.mark.parametrize("name", ["--idempotency-key", "--profile", "--api-key-file", "--base-url"])
def test_a_variable_of_the_shell_that_is_not_set_is_not_the_default(name: str, program: Program) -> None:
    before = program("jobs", "list", "-q").stdout
    assert program("submit", "gate", "text:=x", "--yes", name, "").code in (exits.USAGE, exits.REFUSED)
    assert program("jobs", "list", "-q").stdout == before


def test_ctrl_c_during_a_submit_is_in_doubt(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any, idempotency_key: str, **__: Any) -> None:
        error = KeyboardInterrupt()
        error.add_note(f"The job may have been created: {idempotency_key}")
        raise error

    monkeypatch.setattr("proteiniq._sync.jobs.Jobs.submit", interrupted)
    ended = program("submit", "gate", "text:=x", "--yes", "--json")
    assert (ended.code, ended.error["in_doubt"]) == (exits.INTERRUPTED, True)
    assert ended.error["idempotency_key"] in ended.error["resume"]


def test_ctrl_c_during_an_upload_is_in_doubt() -> None:
    before = session()
    before.is_uploading = True
    assert said(KeyboardInterrupt(), before).in_doubt
    assert "proteiniq files list" in said(KeyboardInterrupt(), before).message


def test_ctrl_c_while_the_program_starts_has_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "run", interrupt)
    assert main([]) == exits.INTERRUPTED


def test_the_documentation_has_the_table() -> None:
    table = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert dict(re.findall(r"^\| (\d+) \| (.*?) \|$", table, re.MULTILINE)) == {
        str(code): meaning for code, meaning in exits.MEANINGS.items()
    }


# ---- each error


def test_every_error_of_the_client_has_a_code_and_the_fields_of_json() -> None:
    for kind in every_class():
        error = said(made(kind))
        assert error.exit_code in exits.MEANINGS
        assert error.exit_code not in (exits.OK, exits.INTERRUPTED)
        assert json.loads(json.dumps(error._asdict()))["type"] == kind.__name__
        assert "client." not in error.message


@pytest.mark.parametrize(
    ("reason", "code"), [("max_credits", 8), ("unauthorized", 3), ("failures", 9), ("results", 6)]
)
def test_a_batch_that_paused_says_why_by_its_code(reason: str, code: int) -> None:
    assert said(BatchPaused("paused", reason=reason)).exit_code == code


def test_a_batch_at_its_limit_needs_a_higher_one_to_go_on() -> None:
    error, before = BatchPaused("paused", reason="max_credits"), session()
    before.resume = "proteiniq batch resume screen"
    assert failures.notes(error, said(error, before)) == [
        "To go on, add a higher --max-credits to:",
        "  proteiniq batch resume screen",
    ]


def test_advice_is_about_the_command_line() -> None:
    error = errors.InsufficientCredits("too dear\nWhat to do: call client.jobs.quote")
    assert said(error).message.startswith("too dear: add credits, or run a smaller job: `proteiniq quote`")
    wrong = InvalidInput("this looks like the id of a saved file: pass the file, client.files.get('file_1')")
    assert said(wrong).message.endswith("write SLOT=@file_1")
    wrong = InvalidInput("a file: pass pathlib.Path('a.pdb').expanduser(), or pass its pathlib.Path")
    assert said(wrong).message == "a file: write SLOT=FILE, or write SLOT=FILE"


def test_a_wait_for_many_jobs_names_those_that_go_on() -> None:
    error = said(WaitTimeout("late", job=STATE, jobs=[STATE, STATE]))
    assert (error.message, error.resume) == (
        "the wait is over, and 2 jobs go on",
        "proteiniq jobs wait job_1 job_1",
    )


def test_an_interrupt_says_which_job_goes_on() -> None:
    after = session()
    after.following("job_1", "jobs", "wait", "job_1")
    assert said(KeyboardInterrupt(), after).message == "interrupted; job job_1 goes on"


def test_an_interrupted_submit_is_in_doubt_only_if_it_was_sent() -> None:
    sent, unsent, before = KeyboardInterrupt(), KeyboardInterrupt(), session()
    before.submitting("key-1")
    sent.add_note("The job may have been created. … idempotency_key='key-1'")
    assert said(sent, before).resume == "proteiniq run tool --idempotency-key key-1"
    assert "may have created it" in said(sent, before).message
    assert (said(unsent, before).resume, said(unsent, before).in_doubt) == (None, False)
    assert said(KeyboardInterrupt()).message == "interrupted"


def test_a_key_that_was_used_for_another_job_is_not_in_doubt() -> None:
    before = session()
    before.submitting("key-1")
    error = Conflict("the key is used")
    error.add_note("The idempotency key 'key-1' was used before")
    assert (said(error, before).in_doubt, said(error, before).exit_code) == (False, 1)


@pytest.mark.parametrize(
    ("given", "resume"),
    [
        (["tool", "--idempotency-key", "key-1"], "proteiniq run tool --idempotency-key key-1"),
        (["tool", "--idempotency-key=key-1"], "proteiniq run tool --idempotency-key=key-1"),
        (["tool", "--", "text:=x"], "proteiniq run tool --idempotency-key key-1 -- text:=x"),
    ],
)
def test_a_key_is_added_once_and_where_options_are(given: list[str], resume: str) -> None:
    before = Session(Made().output, ["run", *given], {})
    before.submitting("key-1")
    assert before.resume == resume


def test_a_lost_upload_is_in_doubt() -> None:
    before = session()
    before.is_uploading = True
    assert said(errors.TransportError("lost"), before).exit_code == exits.IN_DOUBT


def test_after_a_submit_every_error_says_how_to_go_on() -> None:
    after = session()
    after.following("job_1", "results", "save", "job_1", is_ours=True)
    assert said(OSError(28, "No space left on device", "r/x"), after).resume == "proteiniq results save job_1"
    assert said(OSError("odd")).message == "odd"


def test_a_contract_error_names_the_check() -> None:
    error = ContractError("broken", operation="get_tool")
    assert failures.notes(error, said(error)) == [
        "The service's contract may have changed: proteiniq contract check"
    ]


def test_what_a_failed_job_left_can_be_saved() -> None:
    error = errors.JobFailed("failed", job=STATE, result=object())
    assert failures.notes(error, said(error))[1] == "  proteiniq results save job_1 --partial"
    after = session()
    after.following("job_1", "results", "save", "job_1", "--wait", "--out", "r", is_ours=True)
    assert said(error, after).resume == "proteiniq results save job_1 --wait --out r --partial"


# ---- the program around them


def test_a_fault_of_the_program_is_one_sentence_and_a_traceback_with_debug(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("odd")

    monkeypatch.setattr("proteiniq._sync.tools.Tools.list", fails)
    ended = program("tools", "list")
    assert (ended.code, ended.stderr.count("\n")) == (1, 1)
    assert "RuntimeError: odd. This is a fault of proteiniq" in ended.stderr
    assert "Traceback" in program("tools", "list", "--debug").stderr


def test_an_interrupt_while_an_error_is_said_is_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(failures, "failure", interrupt)
    assert commands._failed(CommandError("wrong"), session()) == 130


def test_debug_logs_requests(program: Program) -> None:
    assert "debug: GET /api/v1/account: 200" in program("account", "--debug").stderr
    assert "debug" not in program("account").stderr


@pytest.mark.parametrize("kind", [KeyboardInterrupt, click.Abort])
def test_ctrl_c_at_a_prompt_is_an_interrupt(
    kind: type[BaseException], program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise kind

    monkeypatch.setattr("proteiniq._sync.account.AccountAPI.get", interrupt)
    ended = program("account")
    assert (ended.code, ended.stderr.strip()) == (130, "error: interrupted")


def test_a_pipe_that_breaks_elsewhere_is_not_an_error(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("proteiniq._sync.account.AccountAPI.get", breaks)
    assert program("account").code == 0
