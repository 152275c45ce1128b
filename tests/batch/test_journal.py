"""The journal: events as lines, and what a crash leaves of them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq import BatchError
from proteiniq.batch._events import (
    KINDS,
    Ended,
    Problem,
    Saved,
    Submit,
    Submitted,
    UnknownEvent,
    decode,
    encode,
)
from proteiniq.batch._journal import _TOGETHER, events, replay
from proteiniq.batch._lines import Lines
from proteiniq.batch._state import State

from .folders import FILE, possible


def written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def test_every_event_is_read_as_it_was_written() -> None:
    made = possible(3, 1)
    assert {type(event) for event in made} == set(KINDS)
    for event in made:
        line = encode(12.5, event)
        assert line.count(b"\n") == 1
        assert decode(json.loads(line)) == (12.5, event)


def test_a_line_has_the_fields_of_its_event() -> None:
    assert json.loads(encode(12.5, Saved(3, (FILE,)))) == {
        "at": 12.5,
        "event": "saved",
        "item": 3,
        "files": [{"name": FILE.name, "path": FILE.path, "size": FILE.size, "sha256": FILE.sha256}],
    }
    error = json.loads(encode(1.0, Ended(3, 0, "job_1", "FAILED", error=Problem("a", None))))["error"]
    assert error == {"code": "a", "message": None}


def test_fields_of_a_newer_version_are_ignored() -> None:
    assert decode({"at": 1.0, "event": "submit", "item": 3, "attempt": 0, "hue": "green"}) == (
        1.0,
        Submit(3, 0),
    )
    files = [{"name": "a", "path": "a", "size": 1, "sha256": "00", "hue": "green"}]
    _, event = decode({"at": 1.0, "event": "saved", "item": 3, "files": files})
    assert isinstance(event, Saved)
    assert event.files[0].name == "a"


def test_an_event_of_a_newer_version_is_an_error(path: Path) -> None:
    with pytest.raises(UnknownEvent):
        decode({"at": 1.0, "event": "teleported", "item": 3})
    written(path, encode(1.0, Submit(0, 0)), b'{"at": 2.0, "event": "teleported"}\n')
    for read in (lambda: list(events(path)), lambda: replay(path, State(bytearray(1)))):
        with pytest.raises(BatchError, match=r"doesn't know \(line 2: teleported\).*install that one"):
            read()


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"\x00\x00\n",
        b"12\n",
        b"[]\n",
        b"{}\n",
        b'{"at": 1.0, "event": "submit"}\n',
        b'{"at": 1.0, "event": []}\n',
        b'{"at": 1.0, "event": "saved", "item": 1, "files": [1]}\n',
        b'{"at": 1.0, "event": "submit", "item": 0, "attempt": [1\n',
    ],
)
def test_a_damaged_line_before_the_last_one_is_an_error(path: Path, line: bytes) -> None:
    good = encode(1.0, Submit(0, 0))
    written(path, good, line, good)
    with pytest.raises(BatchError, match=r"journal.jsonl is damaged: line 2 is .*Restore") as caught:
        list(events(path))
    assert not caught.value.retryable
    if b"files" not in line:  # which are only read when they are needed
        with pytest.raises(BatchError, match=r"journal.jsonl is damaged: line 2 is .*Restore"):
            replay(path, State(bytearray(2)))


def test_two_damaged_lines_that_are_one_value_together(path: Path) -> None:
    good = encode(1.0, Submit(0, 0))
    written(path, b'{"at": [1\n', b"2]}\n", good)
    with pytest.raises(BatchError, match="line 1"):
        list(events(path))


@pytest.mark.parametrize(
    "tail", [b"", b"{", b'{"at": 1', b"\x00" * 100, b"\xff\n", b"{}", encode(1.0, Submit(1, 0))[:-1]]
)
def test_a_torn_last_line_is_left_out(path: Path, tail: bytes) -> None:
    line = encode(1.0, Submit(0, 0))
    written(path, line, tail)
    assert list(events(path)) == [(1.0, Submit(0, 0))]
    assert replay(path, State(bytearray(2))) == len(line)


def test_lines_after_an_offset_are_left_out(path: Path) -> None:
    first, second = encode(1.0, Submit(0, 0)), encode(2.0, Submit(1, 0))
    written(path, first, second)
    assert [event for _, event in events(path, len(first))] == [Submit(0, 0)]
    assert [event for _, event in events(path, len(first) + 5)] == [Submit(0, 0)]


@pytest.mark.parametrize("fields", [{"item": 5}, {"item": -1}, {"item": "0"}, {"item": None}])
def test_an_event_of_an_item_that_is_not_planned_is_an_error(path: Path, fields: dict[str, Any]) -> None:
    line = {"at": 1.0, "event": "submit", "attempt": 0, **fields}
    written(path, json.dumps(line).encode() + b"\n")
    with pytest.raises(BatchError, match=r"doesn't fit the plan: line 1 is Submit.*there are 2 items"):
        replay(path, State(bytearray(2)))


def test_the_line_that_does_not_fit_the_plan_is_named_by_its_number(path: Path) -> None:
    good = [encode(1.0, Submit(0, 0))] * _TOGETHER
    written(path, *good, *good[:5], encode(1.0, Submit(7, 0)), *good)
    with pytest.raises(BatchError, match=rf"line {_TOGETHER + 6} is Submit\(item=7"):
        replay(path, State(bytearray(2)))


@pytest.mark.case
@pytest.mark.parametrize("attempt", [0, 1])
def test_a_replayed_journal_has_the_effect_of_its_events_also_with_fields_of_a_newer_version(
    path: Path, attempt: int
) -> None:
    made = possible(0, attempt)
    applied = State(bytearray(1))
    lines = []
    for at, event in enumerate(made):
        applied.apply(event, float(at))
        lines.append(encode(float(at), event).replace(b"}\n", b',"hue":"green"}\n'))
    replayed = State(bytearray(1))
    assert replay(written(path, *lines), replayed) == len(b"".join(lines))
    assert replayed == applied


@pytest.mark.case
def test_a_journal_is_opened_in_about_the_time_that_its_json_takes(path: Path) -> None:
    count = 5000
    written(
        path,
        *(
            encode(1.7e9, event)
            for place in range(count)
            for event in (
                Submit(place, 0, 2.0),
                Submitted(place, 0, f"job_{place}", 1.7e9, "QUEUED", 2.0),
                Ended(place, 0, f"job_{place}", "COMPLETED", 2.0),
                Saved(place, (FILE,), True),
            )
        ),
    )

    def parse() -> None:
        for line in path.read_bytes().splitlines():
            json.loads(line)

    def taken(work: Callable[[], object]) -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    bare = min(taken(parse) for _ in range(3))
    assert min(taken(lambda: replay(path, State(bytearray(count)))) for _ in range(3)) < 3 * bare


# ---- appending


class Disk:
    """Stands for an open file of a disk that becomes full after some bytes."""

    def __init__(self, file: Any, room: int) -> None:
        self.file = file
        self.room = room

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)

    def write(self, data: memoryview) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        count: int = self.file.write(data[: self.room])
        self.room -= count
        return count


def test_what_a_full_disk_leaves_is_cut_off_at_once(path: Path) -> None:
    lines = Lines(path, 0)
    lines.append(b"one\n")
    disk = Disk(lines._file, 2)
    lines._file = disk  # type: ignore[assignment]
    with pytest.raises(
        BatchError, match=r"journal.jsonl can't be written: No space left on device.*make room"
    ) as caught:
        lines.append(b"two\n")
    assert caught.value.retryable
    assert path.read_bytes() == b"one\n"
    disk.room = 100
    lines.append(b"three\n")
    lines.close()
    assert path.read_bytes() == b"one\nthree\n"


def test_a_file_that_cant_be_repaired_is_not_written_to_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: int) -> None:
        raise OSError(5, "Input/output error")

    lines = Lines(path, 0)
    lines.append(b"one\n")
    lines._file = Disk(lines._file, 2)  # type: ignore[assignment]
    with monkeypatch.context() as patched:
        patched.setattr(os, "ftruncate", broken)
        with pytest.raises(BatchError, match="No space left"):
            lines.append(b"two\n")
    with pytest.raises(BatchError, match="could not be repaired"):
        lines.append(b"three\n")
    lines.close()
    assert path.read_bytes() == b"one\ntw"
    Lines(path, 4).close()
    assert path.read_bytes() == b"one\n"


def test_an_interrupted_append_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(fileno: int) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    lines = Lines(path, 0)
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        lines.append(b"one\n")
    assert path.read_bytes() == b""
    lines.append(b"two\n")
    lines.close()
    assert path.read_bytes() == b"two\n"


def test_a_file_that_cant_be_opened(tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="can't be written: No such file"):
        Lines(tmp_path / "missing" / "journal.jsonl", 0)
