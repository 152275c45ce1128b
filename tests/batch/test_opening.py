"""What opening a batch costs: each line is read once, and an item that waits takes a byte."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from proteiniq.batch import _journal
from proteiniq.batch._events import Ended, Event, Saved, Submit, Submitted, encode
from proteiniq.batch._folder import BatchFolder
from proteiniq.batch._plan import Plan
from proteiniq.batch._state import ItemState
from proteiniq.batch._status import status_of

from .folders import FILE, HEADER, items

ENDED = 500


def begun(path: Path, count: int, *, ended: int = 0) -> Path:
    """A batch of so many items, of which the first are done."""
    with BatchFolder.start(path, HEADER, now=0.0) as folder:
        folder.extend(items(count))
    with (path / "journal.jsonl").open("wb") as journal:
        for place in range(ended):
            job = f"job_{place}"
            happened: list[Event] = [
                Submit(place, 0, 2.0),
                Submitted(place, 0, job),
                Ended(place, 0, job, "COMPLETED"),
            ]
            journal.writelines(encode(1.0, event) for event in [*happened, Saved(place, (FILE,), True)])
    return path


@pytest.mark.case
def test_opening_parses_the_journal_in_large_parts_and_no_item(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []
    loads = json.loads

    def noted(text: bytes) -> Any:
        parsed.append(text[:1])
        return loads(text)

    def item(*_: Any) -> Any:
        raise AssertionError("an item of the plan was read")

    begun(tmp_path, ENDED, ended=ENDED)
    monkeypatch.setattr(json, "loads", noted)
    monkeypatch.setattr(Plan, "item", item)
    monkeypatch.setattr(Plan, "items", item)
    with BatchFolder.read(tmp_path) as folder:
        assert folder.state.counts()[ItemState.DONE] == ENDED
        assert status_of(folder).done == ENDED
    assert parsed.count(b"[") == 4 * ENDED // _journal._TOGETHER
    assert len(parsed) == parsed.count(b"[") + 1  # and batch.json


def peak(path: Path) -> int:
    """The most memory, in bytes, that opening a batch and its status took."""
    tracemalloc.start()
    try:
        with BatchFolder.read(path) as folder:
            status_of(folder)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.case
def test_items_that_wait_or_are_done_take_no_object_in_memory(tmp_path: Path) -> None:
    few = peak(begun(tmp_path / "few", 1000, ended=ENDED))
    for name, ended in (("waiting", ENDED), ("done", 5000)):
        many = peak(begun(tmp_path / name, 6000, ended=ended))
        assert many - few < 20 * 5000, name
