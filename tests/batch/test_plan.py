"""The items of a batch, as they are planned and compared."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proteiniq import BatchError
from proteiniq.batch import _plan, _seen
from proteiniq.batch._plan import Plan, PlanItem, PlannedInput
from proteiniq.batch._seen import Seen

from .folders import item, items


class Opened(Plan):
    """A plan that is open for writing."""

    def __init__(self, folder: Path, needed: int = 0) -> None:
        for name in ("plan.jsonl", "inputs.jsonl"):
            (folder / name).touch()
        super().__init__(folder, "abcdefgh2345")
        try:
            self.settle(needed)
            self.open_for_writing()
        except BatchError:
            self.close()
            raise

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def planned(folder: Path, given: Iterable[PlannedInput]) -> int:
    with Opened(folder) as plan:
        return plan.extend(given)


def test_an_item_has_its_line(tmp_path: Path) -> None:
    planned(tmp_path, items(2))
    with Opened(tmp_path) as plan:
        second = plan.item(1)
        assert second == PlanItem(
            place=1,
            id="seq1",
            sha256=second.sha256,
            settings={"recycles": 3},
            key="proteiniq-abcdefgh2345-1",
            bytes=len(">β 1\nMK\n".encode()),
            at=second.at,
        )
        assert second.results == "results/seq1"
        assert plan.entries(plan.item(1)) == item(1).entries
        assert len(second.sha256) == 64
    lines = (tmp_path / "plan.jsonl").read_bytes().splitlines()
    assert json.loads(lines[2]) == {"items": 2}
    offset, length = second.at
    assert json.loads((tmp_path / "inputs.jsonl").read_bytes()[offset : offset + length]) == item(1).entries


def test_a_plan_of_many_lines_is_read_at_any_place(tmp_path: Path) -> None:
    with Opened(tmp_path) as plan:
        assert [plan.extend(items(count)) for count in (700, 700, 1200)] == [700, 0, 500]
        for place in (0, 255, 256, 699, 700, 701, 1199, 3, 768):
            assert plan.item(place).id == f"seq{place}"
        assert [each.id for each in plan.items()] == [f"seq{number}" for number in range(1200)]
        for place in (-1, 1200):
            with pytest.raises(IndexError):
                plan.item(place)


def test_content_without_text_has_no_bytes(tmp_path: Path) -> None:
    entry = {"id": "a-1", "source": {"type": "file", "file_id": "file_1"}}
    with Opened(tmp_path) as plan:
        plan.extend([item(0, entries=[entry])])
        assert plan.item(0).bytes == 0
        assert plan.entries(plan.item(0)) == [entry]


def test_equal_items_share_their_inputs(tmp_path: Path) -> None:
    twin = item(0, id="twin")
    with Opened(tmp_path) as plan:
        plan.extend([item(0), item(1), twin, item(0, id="other", settings={"recycles": 4})])
        assert [plan.item(place).same_as for place in range(4)] == [None, None, 0, None]
        assert list(plan.states) == [0, 0, 7, 0]
        assert plan.item(2).at == plan.item(0).at
        assert plan.entries(plan.item(2)) == plan.entries(plan.item(0)) == plan.entries(plan.item(3))
        plan.extend(
            [item(0), item(1), twin, item(0, id="other", settings={"recycles": 4}), item(1, id="late")]
        )
        assert plan.item(4).same_as == 1
    with Opened(tmp_path) as plan:
        assert list(plan.states) == [0, 0, 7, 0, 7]


def test_the_order_of_keys_makes_no_other_item(tmp_path: Path) -> None:
    swapped = [dict(reversed(list(entry.items()))) for entry in item(0).entries]
    assert planned(tmp_path, [item(0)]) == 1
    assert planned(tmp_path, [item(0, entries=swapped)]) == 0


def test_a_setting_that_is_called_like_a_field_of_the_plan(tmp_path: Path) -> None:
    planned(tmp_path, [item(0, id='"same_as":'), item(1, settings={"same_as": 1})])
    with Opened(tmp_path) as plan:
        assert list(plan.states) == [0, 0]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"id": "other"}, r"item 'seq1' \(place 1, counted from 0\) has the id 'other' now"),
        ({"entries": []}, "'seq1' .*has other inputs now"),
        ({"settings": {"recycles": 4}}, "'seq1' .*has other settings now"),
        ({"settings": {}}, "'seq1' .*has other settings now"),
    ],
)
def test_an_item_that_differs_from_the_plan(tmp_path: Path, changed: dict[str, Any], message: str) -> None:
    planned(tmp_path, items(3))
    before = contents(tmp_path)
    with pytest.raises(BatchError, match=message):
        planned(tmp_path, [item(0), item(1, **changed), item(2), item(3)])
    assert contents(tmp_path) == before


def test_an_item_that_is_missing(tmp_path: Path) -> None:
    planned(tmp_path, items(3))
    with pytest.raises(
        BatchError, match=r"item 'seq2' \(place 2, counted from 0\) is missing: the batch has 3 items"
    ):
        planned(tmp_path, items(2))


@pytest.mark.parametrize("count", [0, 3])
def test_two_items_with_one_id(tmp_path: Path, count: int) -> None:
    planned(tmp_path, items(count))
    before = contents(tmp_path)
    with pytest.raises(
        BatchError, match=f"two items have the id 'seq1': at the places 1 and {max(count, 2) + 1}"
    ):
        planned(tmp_path, [*items(max(count, 2) + 1), item(7, id="seq1")])
    assert contents(tmp_path) == before
    assert planned(tmp_path, items(5)) == 5 - count


def test_items_that_fail_to_come_leave_the_plan_as_it_was(tmp_path: Path) -> None:
    def broken() -> Iterator[PlannedInput]:
        yield from items(500)
        raise RuntimeError("line 501 is not FASTA")

    with Opened(tmp_path) as plan:
        plan.extend(items(300))
        before = contents(tmp_path)
        with pytest.raises(RuntimeError, match="line 501"):
            plan.extend(broken())
        assert contents(tmp_path) == before
        assert (len(plan), plan.item(299).id) == (300, "seq299")
        assert plan.extend(items(600)) == 300
        assert plan.item(599).id == "seq599"


def test_a_full_disk_leaves_the_plan_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(fileno: int) -> None:
        raise OSError(28, "No space left on device")

    planned(tmp_path, items(3))
    before = contents(tmp_path)
    with Opened(tmp_path) as plan:
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(BatchError, match=r"inputs\.jsonl can't be written"):
                plan.extend(items(5))
        assert contents(tmp_path) == before
        assert plan.extend(items(4)) == 1


def contents(folder: Path) -> tuple[bytes, bytes]:
    return (folder / "plan.jsonl").read_bytes(), (folder / "inputs.jsonl").read_bytes()


# ---- after a crash


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for: these tests open hundreds of plans."""
    monkeypatch.setattr(os, "fsync", lambda fileno: None)


@pytest.mark.case
@pytest.mark.usefixtures("quick")
def test_a_plan_cut_at_any_byte_has_its_complete_parts_and_goes_on(tmp_path: Path) -> None:
    planned(tmp_path, items(2))
    first = len(contents(tmp_path)[0])
    planned(tmp_path, items(4))
    whole = contents(tmp_path)
    for end in range(len(whole[0])):
        (tmp_path / "plan.jsonl").write_bytes(whole[0][:end])
        with Opened(tmp_path) as plan:
            known = 2 if end >= first else 0
            assert len(plan) == known
            assert plan.extend(items(4)) == 4 - known
            assert [plan.entries(plan.item(place)) for place in range(4)] == [
                each.entries for each in items(4)
            ]
        assert contents(tmp_path)[1] == whole[1]


@pytest.mark.case
@pytest.mark.usefixtures("quick")
def test_inputs_cut_at_any_byte_are_restored_from_the_same_items(tmp_path: Path) -> None:
    given = [item(0), item(1), item(0, id="twin"), item(2)]
    planned(tmp_path, given)
    whole = contents(tmp_path)
    for end in range(len(whole[1])):
        (tmp_path / "inputs.jsonl").write_bytes(whole[1][:end])
        with Opened(tmp_path) as plan:
            with pytest.raises(
                BatchError, match=r"inputs.jsonl is damaged.*of item 'seq2'.*the same items again"
            ):
                plan.entries(plan.item(3))
            assert plan.extend([*given, item(3)]) == 1
            assert list(map(plan.entries, plan.items())) == [each.entries for each in [*given, item(3)]]
        (tmp_path / "plan.jsonl").write_bytes(whole[0])


def test_a_reader_sees_the_complete_parts(tmp_path: Path) -> None:
    planned(tmp_path, items(2))
    first = len(contents(tmp_path)[0])
    planned(tmp_path, items(4))
    (tmp_path / "plan.jsonl").write_bytes(contents(tmp_path)[0][: first + 250])
    plan = Plan(tmp_path, "abcdefgh2345")
    plan.settle(0)
    assert [each.id for each in plan.items()] == ["seq0", "seq1"]
    assert plan.item(1).id == "seq1"
    plan.close()


def test_a_part_whose_items_have_events_lost_only_its_end(tmp_path: Path) -> None:
    planned(tmp_path, items(4))
    whole = contents(tmp_path)[0]
    (tmp_path / "plan.jsonl").write_bytes(whole[:-3])
    with Opened(tmp_path, needed=2) as plan:
        assert len(plan) == 4
        assert plan.entries(plan.item(3)) == item(3).entries
    assert contents(tmp_path)[0] == whole


def test_a_plan_that_lost_items_with_events_is_an_error(tmp_path: Path) -> None:
    planned(tmp_path, items(2))
    with pytest.raises(BatchError, match=r"it ends after 2 items, but the journal has events of item 4"):
        Opened(tmp_path, needed=5)


@pytest.mark.parametrize("line", [b"\n", b"\x00\x00\n", b'{"id":"a"\n', b"[]\n", b'{"items":1}\n'])
def test_a_damaged_line_in_a_plan(tmp_path: Path, line: bytes) -> None:
    planned(tmp_path, items(1))
    (tmp_path / "plan.jsonl").write_bytes(line + contents(tmp_path)[0])
    with pytest.raises(BatchError, match=r"plan.jsonl is damaged: line 1 is "):
        Opened(tmp_path)


@pytest.mark.parametrize(
    "line", [b'{"id":"a"}\n', b'{"id":"a",,}\n', b'{"id":"a","at":3}\n', b'{"id":"a","at":[1]}\n']
)
def test_a_line_that_is_not_an_item(tmp_path: Path, line: bytes) -> None:
    planned(tmp_path, items(1))
    (tmp_path / "plan.jsonl").write_bytes(b"".join([contents(tmp_path)[0], line, b'{"items":2}\n']))
    for name in ("plan.jsonl", "inputs.jsonl"):
        assert (tmp_path / name).exists()
    plan = Plan(tmp_path, "abcdefgh2345")
    assert len(plan) == 2
    with pytest.raises(BatchError, match="line 3"):
        plan.item(1)
    with pytest.raises(BatchError, match="line 3"):
        list(plan.items())
    plan.close()


def test_a_plan_without_its_inputs_is_closed(tmp_path: Path) -> None:
    (tmp_path / "plan.jsonl").touch()
    with pytest.raises(FileNotFoundError):
        Plan(tmp_path, "abcdefgh2345")


# ---- many items


@pytest.mark.case
def test_equal_items_are_found_among_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_seen, "_BLOCK", 2 * _seen._ENTRY.size)
    monkeypatch.setattr(_seen, "_BUCKETS", 4)
    monkeypatch.setattr(_seen, "_BITS", 6)  # nearly all must be looked up in the file
    monkeypatch.setattr(_plan, "_BLOCK", 1000)
    with Opened(tmp_path) as plan:
        plan.extend(item(number % 50, id=f"seq{number}") for number in range(300))
        assert [each.same_as for each in plan.items()] == [*[None] * 50, *(n % 50 for n in range(50, 300))]
        assert plan.entries(plan.item(299)) == item(49).entries


def test_a_hash_across_two_entries_is_not_one(tmp_path: Path) -> None:
    with Seen(tmp_path) as seen:
        digest = b"d" * 16
        seen._buckets[0] += b"x" * 20 + digest + b"x" * 4
        assert seen._find(0, digest) is None


def test_a_full_disk_is_named_while_items_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_seen, "_BLOCK", _seen._ENTRY.size)
    monkeypatch.setattr(os, "pwrite", lambda fileno, data, offset: 3)
    with pytest.raises(BatchError, match="can't be written: No space left on device"):
        planned(tmp_path, items(3))
    assert contents(tmp_path) == (b"", b"")


def peak(folder: Path, count: int) -> int:
    """The most memory, in bytes, that planning took."""
    folder.mkdir()
    with Opened(folder) as plan:
        tracemalloc.start()
        try:
            plan.extend(items(count))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.case
def test_planning_keeps_no_object_for_an_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_plan, "_BLOCK", 1 << 14)
    monkeypatch.setattr(_seen, "_BLOCK", 4 * _seen._ENTRY.size)
    few, many = peak(tmp_path / "few", 1500), peak(tmp_path / "many", 6000)
    assert many - few < 40 * 4500


@pytest.mark.slow
def test_planning_200_000_items_takes_as_much_memory_as_10_000(tmp_path: Path) -> None:
    few, many = peak(tmp_path / "few", 10_000), peak(tmp_path / "many", 200_000)
    assert many - few < 5 << 20
