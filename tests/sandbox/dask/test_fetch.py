"""Files on their way from a worker to the sandbox."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox._dask import fetch, storage

CONTENT = bytes(range(256)) * 10


def end(name: str = "out/a.bin", content: bytes = CONTENT, *, has_content: bool = False) -> dict[str, Any]:
    digest = hashlib.sha256(content).hexdigest()
    said = content if has_content else None
    return {
        "files": [{"name": name, "size": len(content), "sha256": digest, "content": said}],
        "storage": None,
    }


def fetched(folder: Path, said: dict[str, Any], content: bytes | None = CONTENT) -> bool:
    async def read(name: str, offset: int, size: int) -> bytes | None:
        return None if content is None else content[offset : offset + size]

    (folder / "out").mkdir()
    return asyncio.run(fetch.fetch(said, folder, read, None))


@pytest.mark.parametrize("piece", [1000, len(CONTENT), 1 << 20])
def test_a_file_comes_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(fetch, "PIECE_BYTES", piece)
    assert fetched(tmp_path, end())
    assert (tmp_path / "out" / "a.bin").read_bytes() == CONTENT


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"x", b""])
def test_a_file_that_differs_from_its_checksum_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(fetch.Damaged, match=r"a\.bin is not what the worker had"):
        fetched(tmp_path, end(), content)


def test_a_file_that_came_with_the_end_is_not_read(tmp_path: Path) -> None:
    assert fetched(tmp_path, end("out/a.bin", b"small", has_content=True), None)
    assert (tmp_path / "out" / "a.bin").read_bytes() == b"small"


def test_a_file_that_is_longer_than_said_is_refused(tmp_path: Path) -> None:
    said = end("out/a.bin", b"small", has_content=True)
    said["files"][0]["size"] = 2
    with pytest.raises(fetch.Damaged, match=r"a\.bin is not what the worker had"):
        fetched(tmp_path, said, None)


def test_files_of_an_execution_that_is_gone_are_not_awaited(tmp_path: Path) -> None:
    assert not fetched(tmp_path, end(), None)


@pytest.mark.parametrize("name", ["../a", "out/../a", "out/..", "/etc/a", "out/a/b", "job.json", "out/", ""])
def test_a_name_that_is_not_that_of_an_output_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(fetch.Damaged, match="is not the name of an output"):
        fetched(tmp_path, end(name))


def test_a_stored_file_comes_back_once(tmp_path: Path) -> None:
    there, here = tmp_path / "there", tmp_path / "here"
    for folder in (there, here):
        (folder / "out").mkdir(parents=True)
    (there / "out" / "a.bin").write_bytes(CONTENT)
    url, (file,) = (tmp_path / "storage").as_uri(), end()["files"]
    path = storage.path_of(url, "sandbox-1/job")
    storage.put(url, path, there, [file])
    storage.get(url, path, here, file)
    assert (here / "out" / "a.bin").read_bytes() == CONTENT
    (tmp_path / "storage" / "sandbox-1" / "job" / "out" / "a.bin").write_bytes(b"other")
    with pytest.raises(ValueError, match="is not what the worker has stored"):
        storage.get(url, path, here, file)
    for _ in range(2):
        storage.remove(url, storage.path_of(url, "sandbox-1"))
    assert list((tmp_path / "storage").iterdir()) == []
