"""Results taken from another batch."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq.batch._events import Saved
from proteiniq.batch._folder import BatchFolder, Header
from proteiniq.batch._plan import PlannedInput
from proteiniq.batch._result import described
from proteiniq.batch._reuse import reused
from proteiniq.batch._state import ItemState
from proteiniq.batch._summary import summaries
from proteiniq.errors import BatchError

from .folders import Disk
from .results import batch, finished, record, run

HEADER = Header(tool="fold", tool_version="1", contract="c", created=0.0)


def taken(path: Path, other: Path, *ids: str) -> BatchFolder:
    """A new batch of these items that took what the other one has."""
    with batch(path, *ids) as folder:
        for event in reused(folder, other):
            folder.record(2.0, event)
    return folder


def test_equal_items_take_the_results_of_another_batch(tmp_path: Path) -> None:
    other = finished(tmp_path / "other", {"x": 1}, {"x": 2})
    folder = taken(tmp_path / "new", other, "c", "b")
    assert [folder.state.status(place) for place in (0, 1)] == [ItemState.PENDING, ItemState.DONE]
    assert '"x": 2' in (tmp_path / "new" / "results" / "b" / "result.json").read_text()
    with BatchFolder.read(tmp_path / "new") as read:
        assert [each.folder for each in summaries(read)] == [None, "results/b"]


def test_a_copy_that_was_cut_short_is_made_again(tmp_path: Path) -> None:
    other = finished(tmp_path / "other", {"x": 1})
    stale = tmp_path / "new" / "results" / "a" / "half"
    stale.parent.mkdir(parents=True)
    stale.touch()
    taken(tmp_path / "new", other, "a")
    assert [path.name for path in (tmp_path / "new" / "results" / "a").iterdir()] == ["result.json"]


def test_a_copy_is_on_the_disk_before_it_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = finished(tmp_path / "other", {"x": 1})
    (other / "results" / "a" / "files").mkdir()
    (other / "results" / "a" / "files" / "0.pdb").write_text("ATOM")
    with batch(tmp_path / "new", "a") as folder:
        disk = Disk(monkeypatch)
        assert len(list(reused(folder, other))) == 1
    made = tmp_path / "new" / "results" / "a"
    assert {name for name, _ in disk.synced} == {"result.json", "0.pdb"}
    assert disk.names == {
        made.parents[1]: {path.name for path in made.parents[1].iterdir()} | {"lock"},
        made.parent: {"a"},
        made: {"result.json", "files"},
        made / "files": {"0.pdb"},
    }


@pytest.mark.parametrize(("name", "content"), [("0.pdb", None), ("0.pdb", "ATOM 2"), ("result.json", None)])
def test_a_result_that_is_not_as_it_was_saved_is_not_taken(
    tmp_path: Path, name: str, content: str | None
) -> None:
    with batch(tmp_path / "other", "a") as folder:
        run(folder, 0)
        root = folder.make_results_of(folder.plan.item(0))
        (root / "result.json").write_text("{}")
        (root / "0.pdb").write_text("ATOM 1")
        record(folder, Saved(0, tuple(described(root, ["0.pdb"], [root / "0.pdb"])), data=True))
    taken(tmp_path / "before", tmp_path / "other", "a")
    (root / name).unlink()
    if content is not None:
        (root / name).write_text(content)
    with pytest.raises(BatchError, match=rf"{name} is missing, or not as it was saved: restore"):
        taken(tmp_path / "after", tmp_path / "other", "a")


def test_a_copy_without_room_leaves_its_item_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = finished(tmp_path / "other", {"x": 1})

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with batch(tmp_path / "new", "a") as folder:
        monkeypatch.setattr(shutil, "copytree", full)
        with pytest.raises(BatchError, match=r"can't be written: No space left"):
            list(reused(folder, other))


def test_items_without_a_result_are_not_taken(tmp_path: Path) -> None:
    with batch(tmp_path / "other", "a"):
        pass
    assert taken(tmp_path / "new", tmp_path / "other", "a").state.status(0) == ItemState.PENDING


@pytest.mark.parametrize("change", [{"tool": "dock"}, {"tool_version": "2"}])
def test_a_batch_of_another_tool_or_version_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    other = finished(tmp_path / "other", {"x": 1})
    with BatchFolder.start(tmp_path / "new", attrs.evolve(HEADER, **change), now=0.0) as folder:
        folder.extend([PlannedInput("a", [{"content": "a"}], {})])
        with pytest.raises(
            BatchError, match=r"^the batch in .*other is of fold in version 1, and this one of "
        ):
            list(reused(folder, other))
