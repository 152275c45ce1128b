"""Derived files and folders are replaced together, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from _project import differing, swap, write


def tree(folder: Path, **files: str) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def listed(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def test_a_file_is_written_atomically(tmp_path: Path) -> None:
    write(tmp_path / "new" / "file", b"text")
    assert (tmp_path / "new" / "file").read_bytes() == b"text"
    assert listed(tmp_path) == ["new", "new/file"]


def test_differing_files_of_two_folders(tmp_path: Path) -> None:
    one = tree(tmp_path / "one", same="1", changed="1", gone="1")
    other = tree(tmp_path / "other", same="1", changed="2", added="1")
    tree(one / "__pycache__", cache="1")
    assert differing(one, other) == ["added", "changed", "gone"]


def test_files_and_folders_are_swapped(tmp_path: Path) -> None:
    old, target = tree(tmp_path / "package", a="old", b="old"), tmp_path / "file"
    fresh = tree(tmp_path / "fresh", a="new")
    (tmp_path / "made").write_text("new")
    swap({old: fresh, target: tmp_path / "made"})
    assert listed(tmp_path) == ["file", "fresh", "fresh/a", "made", "package", "package/a"]
    assert (target.read_text(), (old / "a").read_text()) == ("new", "new")


@pytest.mark.parametrize("failing", ["a", "b"])
def test_a_swap_that_fails_changes_nothing(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = [tree(tmp_path / "a", x="old"), tree(tmp_path / "b", x="old"), tmp_path / "new"]
    fresh = {target: tree(tmp_path / f"fresh-{target.name}", x="fresh") for target in targets}
    before = {path: path.read_text() for path in tmp_path.rglob("x")}
    rename = Path.rename

    def fails(path: Path, target: Path) -> Path:
        if path.name == f".{failing}.new":
            raise KeyboardInterrupt
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(KeyboardInterrupt):
        swap(fresh)
    assert {path: path.read_text() for path in tmp_path.rglob("x")} == before


def test_a_copy_that_fails_changes_nothing(tmp_path: Path) -> None:
    target = tree(tmp_path / "a", x="old")
    with pytest.raises(FileNotFoundError):
        swap({target: tree(tmp_path / "fresh", x="new"), tmp_path / "b": tmp_path / "missing"})
    assert listed(tmp_path) == ["a", "a/x", "fresh", "fresh/x"]
    assert (target / "x").read_text() == "old"
