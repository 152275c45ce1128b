"""Forms of output, and what streams can be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from proteiniq._cli import main
from proteiniq._cli.output import Column, Output, shown
from proteiniq._cli.session import CommandError, Pauses, Session
from proteiniq._display.text import escaped
from proteiniq.hooks import PauseDetails
from proteiniq.sandbox import Sandbox

from .output import COLUMNS, Gone, Made
from .program import Program


def test_in_a_pipe_a_table_is_tab_separated_and_whole() -> None:
    assert Made().listed("a" * 500, None) == f"id\ttext\nx0\t{'a' * 500}\nx1\t\n"


def test_on_a_terminal_a_table_fits_and_ids_stay_whole() -> None:
    text = Made(terminal=True, COLUMNS="24", NO_COLOR="1").listed("a" * 500, "short")
    assert text == f"ID  TEXT\nx0  {'a' * 19}…\nx1  short\n"


def test_columns_are_never_narrower_than_a_few_letters() -> None:
    made = Made(terminal=True, COLUMNS="5", TERM="dumb")
    assert made.listed("a" * 50) == "ID  TEXT\nx0  aaaaaaa…\n"


def test_a_terminal_without_the_character_gets_dots() -> None:
    made = Made(terminal=True, encoding="ascii", COLUMNS="24", NO_COLOR="1")
    assert made.listed("a" * 500).splitlines()[1] == f"x0  {'a' * 17}..."


def test_wide_and_combining_characters_count_as_they_are_shown() -> None:
    made = Made(terminal=True, COLUMNS="14", NO_COLOR="1")
    assert made.listed("蛋白質蛋白質", "e\u0301").splitlines()[1:] == ["x0  蛋白質蛋…", "x1  e\u0301"]


def test_characters_that_the_encoding_lacks_are_escaped() -> None:
    assert Made(encoding="cp1252").listed("β-sheet").splitlines()[1] == "x0\t\\u03b2-sheet"


@pytest.mark.parametrize("text", ["\x1b]0;owned\x07", "\x9b31m", "a\nb", "a\tb", "\u202egnp.exe"])
def test_what_controls_a_terminal_is_escaped(text: str) -> None:
    made = Made(terminal=True, NO_COLOR="1")
    rows = made.listed(text).splitlines()
    assert len(rows) == 2
    assert all(line.isprintable() for line in rows)
    assert "\t".join(Made().listed(text).split("\t")[2:]).strip().isprintable()
    made.output.notice(text.replace("\n", ""))
    assert made.text(1).strip("\n").isprintable()


def test_names_of_columns_are_escaped_too() -> None:
    column = Column("a\x1b]0;b", str)
    for terminal in (True, False):
        made = Made({"NO_COLOR": "1"}, terminal=terminal)
        made.output.listing([column], ["x"], id=str, empty="")
        made.output.record([column], "x", id="x")
        assert "\x1b" not in made.text(0)
        assert made.text(0).lower().count("a\\x1b]0;b") == 2


def test_what_has_happened_is_printed_before_the_error_that_ends_it() -> None:
    def items(number: int) -> Iterator[str]:
        yield from ["x"] * number
        raise KeyboardInterrupt

    for number, text in ((1, '[\n  "x"\n]\n'), (0, "")):
        made = Made()
        made.output.as_json = True
        with pytest.raises(KeyboardInterrupt):
            made.output.outcomes([], items(number), id=str, empty="")
        assert made.text(0) == text


def test_json_is_one_ascii_document() -> None:
    made = Made()
    made.output.as_json = True
    text = made.listed("\x9bβ", 1.5)
    assert text.isascii()
    assert json.loads(text) == [{"id": "x0", "text": "\x9bβ"}, {"id": "x1", "text": 1.5}]


def test_quiet_prints_ids() -> None:
    made = Made()
    made.output.quiet = True
    assert made.listed("a", "b") == "x0\nx1\n"


def test_an_empty_list_says_so_beside_the_data() -> None:
    made = Made(terminal=True)
    assert made.listed() == ""
    assert made.text(1) == "Nothing.\n"


def test_a_table_of_several_pages_keeps_its_widths() -> None:
    rows = Made(terminal=True, NO_COLOR="1").listed(*map(str, range(250))).splitlines()
    assert len(rows) == 251
    assert rows[-1] == "x249  249"


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False), ({"NO_COLOR": ""}, True)],
)
def test_colour_is_for_terminals_that_want_it(environment: dict[str, str], coloured: bool) -> None:
    made = Made(environment, terminal=True)
    made.output.record(COLUMNS, {"id": "x", "text": "COMPLETED"}, id="x")
    made.output.error({}, "wrong")
    assert ("\x1b[32m" in made.text(0)) is coloured
    assert ("\x1b[31m" in made.text(1)) is coloured
    assert "\x1b" not in Made(environment).listed("FAILED")


@pytest.mark.parametrize("value", ["1", "true"])
def test_in_ci_nobody_is_asked_and_no_line_moves(value: str) -> None:
    assert Made(terminal=True).output.is_live
    assert not Made(terminal=True, CI=value).output.is_live
    assert not Made(terminal=True, TERM="dumb").output.is_live
    assert not Made(terminal=True, CI=value).output.can_ask


def test_values_of_a_table() -> None:
    assert [shown(value) for value in (None, True, False, 1234.5, ("a", 1))] == [
        "",
        "yes",
        "no",
        "1,234.5",
        "a, 1",
    ]
    assert escaped("é ") == "é "


def test_hints_are_for_people_and_notices_for_all() -> None:
    made = Made()
    made.output.as_json = True
    made.output.hint("a hint")
    made.output.notice("a long pause")
    assert json.loads(made.text(1)) == {"type": "Notice", "message": "a long pause"}


def test_further_lines_of_a_message_are_indented() -> None:
    made = Made()
    made.output.error({}, "first\nsecond", ["third"])
    assert made.text(1) == "error: first\n  second\nthird\n"


def test_streams_that_are_closed_are_done_without(
    program: Program, service: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    monkeypatch.setenv("PROTEINIQ_API_KEY", service.api_key)
    monkeypatch.setenv("PROTEINIQ_BASE_URL", service.url)
    assert main(["tools", "list"]) == 0
    assert main(["quote", "protein-parameters", "protein=-"]) == 2
    assert main(["login"]) == 2


def test_a_full_disk_is_not_a_reader_that_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made()
    monkeypatch.setattr(made.streams[0], "write", lambda _: (_ for _ in ()).throw(OSError(28, "No space")))
    with pytest.raises(OSError, match="No space"):
        made.output.text("x")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_job_is_printed_though_nothing_can_be_said(program: Program) -> None:
    order = ["submit", "protein-parameters", "protein:=MKTAYIAK", "--yes"]
    with Path("/dev/full").open("w") as full:
        process = program.started(*order, stdin=subprocess.DEVNULL, stderr=full)
        stdout, _ = process.communicate(timeout=60)
    assert (process.returncode, stdout.startswith("id\tjob_")) == (0, True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_that_cannot_be_written_is_an_error(program: Program) -> None:
    with Path("/dev/full").open("w") as full:
        process = program.started("tools", "list", stdin=subprocess.DEVNULL, stdout=full)
        _, stderr = process.communicate(timeout=60)
    assert (process.returncode, stderr) == (1, "error: No space left on device\n")


def test_a_stream_that_is_not_there_is_not_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert not Made(terminal=True).output.can_ask


def test_a_list_ends_when_nobody_reads_it() -> None:
    for quiet in (True, False):
        for terminal in (True, False):
            output = Output(Gone(io.BytesIO()), Gone(io.BytesIO()), {})
            output.quiet = quiet
            if terminal:
                output._stdout.isatty = lambda: True  # type: ignore[method-assign]
            left = iter([{"id": "x", "text": "y"}] * 1000)
            output.listing(COLUMNS, left, id=str, empty="")
            output.hint("nobody reads this either")
            assert output.is_closed
            assert len(list(left)) >= 899


def test_what_a_pipe_without_a_reader_still_has_goes_nowhere() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as stream:
        output = Output(stream, Made().output.stderr, {})
        output.text("x")
        assert output.is_closed


def test_the_line_of_a_ctrl_c_is_ended_on_a_terminal() -> None:
    for terminal, text in ((True, "\n"), (False, "")):
        made = Made(terminal=terminal)
        made.output.end_line()
        assert made.text(1) == text


def test_the_width_of_a_terminal_is_asked_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Made(terminal=True)
    assert made.output.columns == 80
    monkeypatch.setattr(made.streams[0], "fileno", lambda: 1)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((100, 24)))
    assert made.output.columns == 100


def test_times_are_local_on_a_terminal() -> None:
    assert shown(datetime(2026, 6, 12, 8, tzinfo=UTC)).endswith(":00")


def test_a_pause_is_said() -> None:
    made = Made()
    details = PauseDetails(seconds=30.0, reason="rate limit", operation="submit_job", job_id=None)
    Pauses(made.output).on_pause(details)
    assert made.text(1) == "submit_job: waiting 30 s (rate limit)\n"


def test_a_question_needs_somebody_to_answer() -> None:
    session = Session(Made().output, (), {})
    session.confirm("Delete it?", yes=True, otherwise="pass --yes")
    with pytest.raises(CommandError, match="nobody can be asked here: pass --yes"):
        session.confirm("Delete it?", yes=False, otherwise="pass --yes")


@pytest.mark.parametrize("arguments", [["tools", "list"], ["--help"]])
def test_a_closed_pipe_is_not_an_error(arguments: list[str], program: Program) -> None:
    process = program.started(*arguments, stdin=subprocess.DEVNULL)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert (process.stderr.read(), process.wait(60)) == ("", 0)
    process.stderr.close()


def test_a_table_on_a_terminal_of_its_own(program: Program) -> None:
    code, text = program.on_terminal("tools", "list")
    assert code == 0
    assert text.splitlines()[0].startswith("\x1b[1mID ")
    assert max(len(line) for line in text.splitlines()[1:]) <= 80


def test_help_needs_no_terminal(program: Program) -> None:
    text = program("--help").stdout
    assert "Exit codes:" in text
    assert os.linesep in text
