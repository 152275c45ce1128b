"""Files that are saved: their names and places, checksums, and where a redirect may lead."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import (
    ContractError,
    TransportError,
)
from proteiniq._inputs.files import new_file

from ._sync.clients import fetched
from .storage import CONTENT, FILE, result, storage
from .support import (
    RESULT,
    Routes,
    answer,
)


def resuming(*headers: tuple[str, str]) -> Any:
    """Storage that closes the connection after 1000 bytes, and continues on a request for the same version."""

    def answered(request: httpx.Request) -> httpx.Response:
        if "range" not in request.headers:
            length = ("content-length", str(len(CONTENT)))
            return httpx.Response(200, headers=[length, *headers], content=CONTENT[:1000])
        return storage(request)

    return answered


@pytest.mark.parametrize("headers", [[], [("etag", 'W/"one"')]], ids=["none", "weak"])
def test_without_a_version_a_download_starts_again(headers: list[tuple[str, str]], tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [resuming(*headers), storage]})
    saved = (fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert "range" not in service.requests[-1].headers


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


CHECKSUMS = [
    ("content-md5", md5),
    ("digest", lambda content: f"SHA-256={sha256(content)}, crc32c=AAAAAA=="),
    ("repr-digest", lambda content: f"sha-256=:{sha256(content)}:"),
    ("x-amz-checksum-sha256", sha256),
    ("x-goog-hash", lambda content: f"crc32c=AAAAAA==,md5={md5(content)}"),
]


@pytest.mark.parametrize(("header", "of"), CHECKSUMS, ids=[name for name, _ in CHECKSUMS])
def test_a_checksum_that_the_storage_gives_is_checked(header: str, of: Any, tmp_path: Path) -> None:
    damaged = httpx.Response(200, content=CONTENT[:-1] + b"?", headers={header: of(CONTENT)})
    right = httpx.Response(200, content=CONTENT, headers={header: of(CONTENT)})
    service = Routes({RESULT: answer(result("a.txt")), FILE: [damaged, right]})
    assert ((fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == CONTENT
    service = Routes({RESULT: answer(result("b.txt")), FILE: damaged})
    made = fetched(service, max_retries=1)
    with pytest.raises(TransportError, match=r"damaged repeatedly: its (sha-256|md5) is"):
        made.files["b.txt"].save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content-md5": "no base64"},
        {"digest": "SHA-256=AAAA"},
        {"x-amz-checksum-sha256": sha256(b"parts"), "x-amz-checksum-type": "COMPOSITE"},
        {"x-amz-checksum-sha256": sha256(b"parts") + "-3"},
    ],
)
def test_an_unusable_checksum_is_ignored(headers: dict[str, str]) -> None:
    service = Routes(
        {RESULT: answer(result("a.txt")), FILE: httpx.Response(200, content=CONTENT, headers=headers)}
    )
    assert (fetched(service)).files["a.txt"].read() == CONTENT


@pytest.mark.parametrize("url", ["https://storage.test/signed", "HTTPS://storage.test/signed"])
def test_a_redirect_never_leads_from_https_to_http(url: str) -> None:
    moved = httpx.Response(302, headers={"location": "http://storage.test/plain"})
    service = Routes({RESULT: answer(result("a.txt", url=url)), FILE: moved, "GET /plain": storage})
    made = fetched(service)
    with pytest.raises(ContractError, match="without a usable URL"):
        made.files["a.txt"].read()


def test_a_redirect_to_https_in_capitals_is_one() -> None:
    moved = httpx.Response(302, headers={"location": "HTTPS://storage.test/moved"})
    service = Routes({RESULT: answer(result("a.txt")), FILE: moved, "GET /moved": storage})
    assert (fetched(service)).files["a.txt"].read() == CONTENT


@pytest.mark.parametrize("location", ["", "ftp://storage.test/a", "http://[", f"https://{'a' * 64}.test/"])
def test_a_redirect_to_nowhere(location: str) -> None:
    moved = httpx.Response(302, headers={"location": location} if location else {})
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: moved}))
    with pytest.raises(ContractError, match="without a usable URL"):
        made.files["a.txt"].read()


def test_cookies_are_not_sent() -> None:
    cookie = "session=secret; Domain=service.test; Path=/"
    moved = httpx.Response(302, headers={"location": "https://service.test/elsewhere", "set-cookie": cookie})
    service = Routes(
        {RESULT: answer(result("a.txt"), set_cookie=cookie), FILE: moved, "GET /elsewhere": storage}
    )
    assert (fetched(service)).files["a.txt"].read() == CONTENT
    assert not [request for request in service.requests if "cookie" in request.headers]


def test_a_folder_that_cannot_be_written_names_the_target() -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(OSError, match=r"/proc/a\.txt"):
        made.files["a.txt"].save("/proc/a.txt")


def test_an_error_of_the_progress_function_is_passed_on_as_it_is(tmp_path: Path) -> None:
    def report(done: int, total: int | None) -> None:
        if done:
            raise OSError(errno.ENOSPC, "the log is full")

    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(OSError, match="the log is full") as caught:
        made.files["a.txt"].save(tmp_path, on_progress=report)
    assert caught.value.filename is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("through_link", [False, True])
def test_a_pipe_or_device_is_not_replaced(tmp_path: Path, through_link: bool) -> None:
    there = target = tmp_path / "pipe"
    os.mkfifo(there)
    if through_link:
        target = tmp_path / "link"
        target.symlink_to(there)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(FileExistsError, match="not a file"):
        made.files["a.txt"].save(target)
    assert there.is_fifo()


def test_the_file_has_the_rights_that_any_new_file_has(tmp_path: Path) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    saved = made.files["a.txt"].save(tmp_path)
    plain = tmp_path / "plain"
    plain.touch()
    assert saved.stat().st_mode == plain.stat().st_mode


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("mine")
    folder.mkdir()
    (folder / "a.txt").symlink_to(outside)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    (saved,) = made.save_all(folder, overwrite=True)
    assert saved.read_bytes() == CONTENT
    assert outside.read_text() == "mine"


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    service = Routes({RESULT: answer(result("a.txt")), FILE: storage})
    made = fetched(service)
    with pytest.raises(IsADirectoryError):
        made.save_all(tmp_path)
    assert service.routes == [RESULT]  # nothing was downloaded first
    assert [path.name for path in tmp_path.rglob("*")] == ["a.txt"]


def test_names_that_clash_on_some_file_systems_are_made_unique(tmp_path: Path) -> None:
    names = [
        "é.txt",
        "e\u0301.txt",
        "É.TXT",
        "ﬁ.txt",
        "fi.txt",
        "a\u202eb",
        "CONIN$",
        "a:b",
        " ",
        "x" * 400 + ".pdb",
    ]
    service = Routes({RESULT: answer(result(*names)), FILE: storage})
    saved = (fetched(service)).save_all(tmp_path)
    assert [path.name for path in saved][:9] == [
        "é.txt",
        "e\u0301-2.txt",
        "É-3.TXT",
        "ﬁ.txt",
        "fi-2.txt",
        "a_b",
        "_CONIN$",
        "a_b-2",
        "file",
    ]
    assert saved[-1].suffix == ".pdb"
    assert all(path.parent == tmp_path and path.stat().st_size for path in saved)


@pytest.mark.case
@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_file_is_saved_where_it_cannot_be_synced_to_disk(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(file: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    assert made.files["a.txt"].save(tmp_path).read_bytes() == CONTENT


def test_a_disk_that_fails_in_the_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(file: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(OSError, match=r"Input/output error: .*a\.txt"):
        made.save_all(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_to_write_is_not_a_folder_and_is_in_one(tmp_path: Path) -> None:
    for overwrite in (False, True):
        with pytest.raises(IsADirectoryError, match="name a file in it"):
            new_file(tmp_path, overwrite=overwrite)
        with pytest.raises(FileNotFoundError, match="No such folder: create it first"):
            new_file(tmp_path / "none" / "x.html", overwrite=overwrite)
