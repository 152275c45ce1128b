"""The folder of a batch, as it is begun, continued and read."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from proteiniq import BatchError, BatchLocked
from proteiniq.batch._events import Contract, Ended, Event, Saved, Submit, Submitted
from proteiniq.batch._folder import BatchFolder, Header
from proteiniq.batch._lines import Lines
from proteiniq.batch._state import ItemState

from .folders import FILE, HEADER, Disk, item, items, possible

EVENTS = (
    Submit(0, 0, 2.0),
    Submitted(0, 0, "job_1", 150.0),
    Ended(0, 0, "job_1", "COMPLETED"),
    Saved(0, (FILE,)),
)


def started(path: Path, header: Header = HEADER, **options: Any) -> BatchFolder:
    return BatchFolder.start(path, header, now=1000.0, **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "screens" / "first"


@pytest.fixture
def begun(path: Path) -> Path:
    """A batch of three items, of which the first is done."""
    with started(path) as folder:
        folder.extend(items(3))
        for at, event in enumerate(EVENTS):
            folder.record(float(at), event)
    return path


def test_a_new_batch_has_its_files(begun: Path) -> None:
    assert {each.name for each in begun.iterdir()} == {
        "batch.json",
        "plan.jsonl",
        "inputs.jsonl",
        "journal.jsonl",
    }
    found = json.loads((begun / "batch.json").read_bytes())
    assert found.pop("client")
    assert found == {
        "schema": 1,
        "batch": "abcdefgh2345",
        "tool": "esmfold",
        "tool_version": "1",
        "contract": "c0ffee",
        "name": None,
        "created": 100.0,
        "limits": {"max_credits": None, "max_credits_each": None},
    }


def test_each_batch_has_an_id_of_its_own() -> None:
    made = [Header(tool="esmfold", tool_version=None, contract="c0ffee", created=1.0).batch for _ in range(2)]
    assert made[0] != made[1]
    assert all(len(each) == 12 for each in made)


def test_a_batch_goes_on_where_it_ended(begun: Path) -> None:
    with started(begun, attrs.evolve(HEADER, batch="another23456", name="other", max_credits=7.0)) as folder:
        assert folder.header == HEADER
        assert folder.state.status(0) is ItemState.DONE
        assert folder.state.next_pending() == 1
        assert folder.extend(items(4)) == 1
        assert folder.state.counts()[ItemState.PENDING] == 3
        assert folder.plan.item(3).key == "proteiniq-abcdefgh2345-3"
        assert folder.results_of(folder.plan.item(3)) == begun / "results" / "seq3"
        assert [event for _, event in folder.events()] == list(EVENTS)


def test_a_batch_is_read_while_another_process_writes_to_it(begun: Path) -> None:
    with started(begun) as folder, BatchFolder.read(begun) as seen:
        assert seen.state == folder.state
        assert seen.header == HEADER
        assert [at for at, _ in seen.events()] == [0.0, 1.0, 2.0, 3.0]
        for write in (
            lambda: seen.record(1.0, Submit(1, 0)),
            lambda: seen.extend([]),
            lambda: seen.set_limits(max_credits=1, max_credits_each=None),
        ):
            with pytest.raises(BatchError, match="open for reading only"):
                write()


def test_reading_writes_nothing(begun: Path) -> None:
    with (begun / "journal.jsonl").open("ab") as file:
        file.write(b'{"at":')
    before = {each.name: each.read_bytes() for each in begun.iterdir()}
    BatchFolder.read(begun).close()
    assert {each.name: each.read_bytes() for each in begun.iterdir()} == before


NEEDS_PROC = pytest.mark.skipif(not Path("/proc").exists(), reason="needs the names of open files")


@NEEDS_PROC
@pytest.mark.case
def test_an_event_is_on_the_disk_when_it_is_recorded(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with started(begun) as folder:
        disk = Disk(monkeypatch)
        folder.record(9.0, Submit(1, 0))
        assert disk.synced == [("journal.jsonl", (begun / "journal.jsonl").read_bytes())]


@NEEDS_PROC
@pytest.mark.case
def test_all_items_are_on_the_disk_before_the_plan_is_complete(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(begun) as folder:
        disk = Disk(monkeypatch)
        folder.extend(items(5))
    plan = (begun / "plan.jsonl").read_bytes()
    assert disk.synced == [
        ("inputs.jsonl", (begun / "inputs.jsonl").read_bytes()),
        ("plan.jsonl", plan.removesuffix(b'{"items":5}\n')),
        ("plan.jsonl", plan),
    ]


def test_an_event_that_cant_happen_is_not_written(begun: Path) -> None:
    before = (begun / "journal.jsonl").read_bytes()
    with started(begun) as folder, pytest.raises(ValueError, match="item 0 is DONE"):
        folder.record(1.0, Submit(0, 0))
    assert (begun / "journal.jsonl").read_bytes() == before


def test_the_limits_are_kept(begun: Path) -> None:
    with started(begun) as folder:
        folder.set_limits(max_credits=500.0, max_credits_each=2.5)
        assert folder.header == attrs.evolve(HEADER, max_credits=500.0, max_credits_each=2.5)
    with BatchFolder.read(begun) as seen:
        assert (seen.header.max_credits, seen.header.max_credits_each) == (500.0, 2.5)


# ---- what is refused


def test_a_folder_without_a_batch(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "missing", tmp_path / "file"):
        with pytest.raises(BatchError, match=f"{path} has no batch"):
            BatchFolder.read(path)
    with pytest.raises(BatchError, match="file can't be written: File exists"):
        started(tmp_path / "file")


def test_a_batch_of_another_tool(begun: Path) -> None:
    with pytest.raises(BatchError, match="is of the tool 'esmfold', not of 'boltz'"):
        started(begun, attrs.evolve(HEADER, tool="boltz"))
    started(begun).close()  # and the lock is free


def test_another_version_of_the_tool_is_noted(begun: Path, caplog: pytest.LogCaptureFixture) -> None:
    newer = attrs.evolve(HEADER, tool_version="2", contract="decaf")
    for _ in range(2):
        with caplog.at_level(logging.WARNING, "proteiniq"), started(begun, newer) as folder:
            assert folder.state.contract == Contract("2", "decaf")
            assert folder.header.tool_version == "1"
    assert caplog.text.count("goes on with version 2 of esmfold and contract decaf") == 1


def test_a_note_that_cant_be_written_leaves_the_batch_free(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Lines, data: bytes) -> None:
        raise BatchError("full")

    with monkeypatch.context() as patched:
        patched.setattr(Lines, "append", full)
        with pytest.raises(BatchError, match="full"):
            started(begun, attrs.evolve(HEADER, tool_version="2"))
    started(begun).close()


def test_a_batch_of_a_newer_version(begun: Path) -> None:
    header = json.loads((begun / "batch.json").read_bytes())
    (begun / "batch.json").write_text(json.dumps({"schema": 2, "client": "9.0"}))
    with pytest.raises(BatchError, match=r"newer version of proteiniq \('9.0'\)"):
        BatchFolder.read(begun)
    (begun / "batch.json").write_text(json.dumps({**header, "hue": "green"}))
    BatchFolder.read(begun).close()


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"schema": 1, "limits": 3}', '{"schema": 1, "limits": {}}']
)
def test_a_damaged_header(begun: Path, content: str) -> None:
    (begun / "batch.json").write_text(content)
    with pytest.raises(BatchError, match=r"batch.json is damaged .*Don't delete it"):
        started(begun)


@pytest.mark.parametrize("name", ["batch.json", "journal.jsonl", "inputs.jsonl"])
def test_a_batch_that_lost_a_file_is_not_begun_again(begun: Path, name: str) -> None:
    (begun / name).unlink()
    with pytest.raises(BatchError, match=f"{name} is missing"):
        started(begun)
    assert not (begun / "lock").exists()


def test_a_damaged_journal_leaves_the_batch_free(begun: Path) -> None:
    journal = begun / "journal.jsonl"
    whole = journal.read_bytes()
    journal.write_bytes(b"\x00\n" + whole)
    with pytest.raises(BatchError, match="line 1"):
        started(begun)
    journal.write_bytes(whole)
    started(begun).close()


@pytest.mark.parametrize("made", [(), ("batch.json",), ("batch.json", "journal.jsonl")])
def test_a_batch_whose_beginning_was_interrupted_is_begun_again(path: Path, made: tuple[str, ...]) -> None:
    started(path).close()
    for each in path.iterdir():
        if each.name not in made:
            each.unlink()
    with started(path) as folder:
        assert folder.extend(items(3)) == 3


def test_other_files_in_the_folder_are_left_alone(path: Path) -> None:
    path.mkdir(parents=True)
    (path / "sequences.fasta").write_text(">a\nMK\n")
    started(path).close()
    assert (path / "sequences.fasta").read_text() == ">a\nMK\n"


# ---- crashes


def choose(folder: BatchFolder, choices: list[tuple[int, int]]) -> Iterator[Event]:
    """Events that can happen one after another."""
    for place, kind in choices:
        event = possible(place, folder.state.attempt(place))[kind]
        try:
            folder.state.check(event)
        except ValueError:
            continue
        yield event


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 17)), max_size=40))
def test_a_replayed_batch_is_in_the_state_that_it_was_in(choices: list[tuple[int, int]]) -> None:
    with TemporaryDirectory() as path, started(Path(path)) as folder:
        folder.extend([*items(3), item(0, id="twin")])
        for at, event in enumerate(choose(folder, choices)):
            folder.record(float(at), event)
        with BatchFolder.read(path) as seen:
            assert seen.state == folder.state


@pytest.mark.case
def test_a_journal_cut_at_any_byte_is_a_prefix_and_goes_on(
    begun: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda fileno: None)
    journal = begun / "journal.jsonl"
    whole = journal.read_bytes()
    for end in range(len(whole) + 1):
        journal.write_bytes(whole[:end])
        count = whole[:end].count(b"\n")
        with BatchFolder.read(begun) as seen, started(begun) as folder:
            assert seen.state == folder.state
            folder.record(9.0, Submit(1, 0))
        with BatchFolder.read(begun) as seen:
            assert list(seen.events()) == [
                *zip(map(float, range(count)), EVENTS, strict=False),
                (9.0, Submit(1, 0)),
            ]


WORK = """
import os, sys
from proteiniq.batch._folder import BatchFolder
from tests.batch.folders import HEADER
from proteiniq.batch._events import Submit
folder = BatchFolder.start(sys.argv[1], HEADER, now=1.0)
folder.record(5.0, Submit(1, 0))
print("recorded", flush=True)
input()
"""


@pytest.mark.case
def test_a_batch_of_a_killed_process_goes_on_and_that_of_a_running_one_does_not(begun: Path) -> None:
    command = [sys.executable, "-c", WORK, str(begun)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"recorded\n"
        with pytest.raises(BatchLocked, match=f"by process {process.pid} on"):
            started(begun)
        process.kill()
    with started(begun) as folder:
        assert folder.state.status(1) is ItemState.SENDING


def test_a_batch_that_was_taken_over_is_not_written_to(begun: Path) -> None:
    with started(begun) as first, started(begun, take_over=True) as second:
        with pytest.raises(BatchError, match="was taken over"):
            first.record(1.0, Submit(1, 0))
        second.record(1.0, Submit(1, 0))
        first.close()
        second.record(1.0, Submitted(1, 0, "job_2"))


def test_an_interrupt_after_an_event_was_written(begun: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append = Lines.append

    def interrupted(self: Lines, data: bytes) -> None:
        append(self, data)
        raise KeyboardInterrupt

    with started(begun) as folder:
        monkeypatch.setattr(Lines, "append", interrupted)
        with pytest.raises(KeyboardInterrupt):
            folder.record(1.0, Submit(1, 0))
        with BatchFolder.read(begun) as seen:
            assert seen.state == folder.state


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB."""
    path = tmp_path / "disk"
    path.mkdir()
    mount = shutil.which("mount")
    if (
        mount is None
        or subprocess.run([mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", path], check=False).returncode
    ):
        pytest.skip("needs the right to mount a file system")
    yield path
    subprocess.run(["umount", path], check=True)


def record_all(folder: BatchFolder) -> None:
    for place in range(len(folder.plan)):
        folder.record(1.0, Submit(place, 0))


@pytest.mark.case
def test_a_batch_on_a_full_disk_goes_on_when_there_is_room(small_disk: Path) -> None:
    with started(small_disk / "batch") as folder:
        folder.extend(items(100))
        ballast = small_disk / "ballast"
        with pytest.raises(OSError, match="No space left"):
            ballast.write_bytes(bytes(1 << 20))
        with pytest.raises(BatchError, match="can't be written: No space left on device"):
            record_all(folder)
        recorded = folder.state.counts()[ItemState.SENDING]
        with pytest.raises(BatchError, match="can't be written: No space left on device"):
            folder.extend(items(10_000))
        with pytest.raises(BatchError, match=r"batch\.json can't be written"):
            folder.set_limits(max_credits=5.0, max_credits_each=None)
        with BatchFolder.read(small_disk / "batch") as seen:
            assert seen.state == folder.state
        ballast.unlink()
        folder.record(2.0, Submit(recorded, 0))
        assert folder.extend(items(200)) == 100
    with BatchFolder.read(small_disk / "batch") as seen:
        assert seen.state == folder.state
        assert len(list(seen.events())) == recorded + 1
