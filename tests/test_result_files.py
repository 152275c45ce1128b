"""Files of results whose name, URL or text is odd. Sync and async clients share this code."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import ContractError, InvalidInput, NotFound, TransportError

from ._sync.clients import fetched
from .storage import CONTENT, FILE, result, storage
from .support import RESULT, Routes, answer

# ---- with real results


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "signed",
        "/signed",
        "ftp://storage.test/a",
        "https://",
        "http://[",
        "https://a.test/\ud800",
        "https://a.test/\n",
        "https://a.test:99999/",
        f"https://{'a' * 64}.test/",
    ],
)
def test_a_file_without_a_usable_url(url: str | None) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt", url=url))}))
    with pytest.raises(ContractError, match="get the result again later") as caught:
        made.files["a.txt"].read()
    assert (caught.value.operation, caught.value.path) == ("get_result", "$.files[].url")


def test_no_name_leaves_the_folder(tmp_path: Path) -> None:
    names = [
        "../../a.txt",
        "/etc/passwd",
        "..",
        "a.txt",
        "CON",
        "x/y/a.txt",
        "C:\\b.txt",
        "new\nline",
        "\ud800",
    ]
    folder = tmp_path / "results"
    service = Routes({RESULT: answer(result(*names)), FILE: storage})
    saved = (fetched(service)).save_all(folder)
    assert sorted(folder.iterdir()) == sorted(saved)
    assert len({path.name for path in saved}) == len(names)
    assert list(tmp_path.iterdir()) == [folder]


def test_a_missing_folder(tmp_path: Path) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(FileNotFoundError):
        made.files["a.txt"].save(tmp_path / "missing" / "a.txt")


@pytest.mark.case
@pytest.mark.parametrize(
    "path", [None, "", b"", io.BytesIO(), "a\0b", type("P", (), {"__fspath__": lambda _: 1})()]
)
def test_what_is_not_a_path_is_refused(path: Any) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt"))}))
    for save in (made.save_all, made.files["a.txt"].save):
        with pytest.raises(InvalidInput):
            save(path)


@pytest.mark.case
def test_a_path_that_ends_like_a_folder_is_not_a_file(tmp_path: Path) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt"))}))
    with pytest.raises(NotADirectoryError, match="No such folder: create it first"):
        made.files["a.txt"].save(f"{tmp_path}/new/")
    assert not list(tmp_path.iterdir())


@pytest.mark.case
def test_a_file_is_saved_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: text_file()}))
    assert made.files["a.txt"].save("~/b.txt") == tmp_path / "b.txt"


@pytest.mark.case
def test_a_broken_link_is_not_replaced(tmp_path: Path) -> None:
    link = tmp_path / "a.txt"
    link.symlink_to(tmp_path / "elsewhere")
    made = fetched(Routes({RESULT: answer(result("a.txt"))}))
    with pytest.raises(FileExistsError, match="broken link"):
        made.files["a.txt"].save(link)
    assert link.is_symlink()


def test_an_undecodable_text_file() -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: httpx.Response(200, content=b"\xff\xfe\x00")})
    made = fetched(service)
    with pytest.raises(UnicodeDecodeError):
        made.files["a.txt"].text()


def test_a_signed_url_is_in_no_repr() -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt"))}))
    assert "signed" not in repr(made)
    assert "signed" not in repr(made.files)


# ---- files that are there already


def text_file(content: bytes = b"new", **headers: str) -> httpx.Response:
    return httpx.Response(200, content=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


@pytest.mark.case
@pytest.mark.parametrize("there", [b"old", b"older"], ids=["of the same size", "of another size"])
def test_another_existing_file_is_not_replaced(tmp_path: Path, there: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(there)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: text_file()}))
    for save in (made.save_all, made.files[0].save):
        with pytest.raises(FileExistsError, match=r"overwrite=True.*a\.txt"):
            save(tmp_path)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [there]


def test_another_existing_file_is_replaced_on_request(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"old")
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: text_file()}))
    assert [path.read_bytes() for path in made.save_all(tmp_path, overwrite=True)] == [b"new"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"content_md5": "AAAAAAAAAAAAAAAAAAAAAA=="}, {"etag": '"d41d8cd98f00b204e9800998ecf8427e"'}],
    ids=["no checksum", "another checksum", "another tag"],
)
def test_an_identical_file_is_kept_without_a_checksum(tmp_path: Path, headers: dict[str, str]) -> None:
    (tmp_path / "a.txt").write_bytes(b"new")
    written = (tmp_path / "a.txt").stat().st_mtime_ns
    if "content_md5" in headers:
        headers = {"content_md5": base64.b64encode(hashlib.md5(b"new").digest()).decode()}
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: text_file(b"new", **headers)}))
    (saved,) = made.save_all(tmp_path)
    assert (saved.read_bytes(), saved.stat().st_mtime_ns) == (b"new", written)


# ---- pages in place of files

PAGE = b"\n<!-- <b> --><!DOCTYPE html>\n<html><body>Sign in to the network</body></html>"
HTML = {"content_type": "text/html; charset=utf-8"}


def listed(name: str, content_type: str | None) -> httpx.Response:
    whole = result(name)
    whole["files"][0]["content_type"] = content_type
    return answer(whole)


@pytest.mark.case
@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("model.pdb", "chemical/x-pdb"),
        ("model", "chemical/x-pdb"),
        ("model.pdb", None),
        ("MODEL.PDB", "application/octet-stream"),
        ("scores.csv", "text/plain"),
    ],
)
def test_a_page_in_place_of_a_file_is_not_saved(tmp_path: Path, name: str, content_type: str | None) -> None:
    service = Routes({RESULT: listed(name, content_type), FILE: text_file(PAGE, **HTML)})
    made = fetched(service, max_retries=2)
    with pytest.raises(TransportError, match="was damaged repeatedly: an HTML page was received") as caught:
        made.save_all(tmp_path)
    assert caught.value.retryable
    assert service.routes.count(FILE) == 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.case
def test_a_page_that_is_gone_at_the_next_attempt_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "model.pdb").write_bytes(CONTENT)
    pages = [text_file(PAGE, **HTML), text_file(gzip.compress(PAGE), content_encoding="gzip", **HTML)]
    made = fetched(Routes({RESULT: listed("model.pdb", "chemical/x-pdb"), FILE: [*pages, storage]}))
    assert made.files[0].read() == CONTENT
    made = fetched(Routes({RESULT: listed("model.pdb", "chemical/x-pdb"), FILE: [*pages, storage]}))
    assert made.files[0].save(tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("name", "content_type", "content", "headers"),
    [
        ("report.html", "application/zip", PAGE, HTML),
        ("report", "text/html", PAGE, HTML),
        ("notes.txt", "text/plain", PAGE, HTML),
        ("report.v2", None, PAGE, HTML),
        ("model.pdb", "chemical/x-pdb", PAGE, {"content_type": "chemical/x-pdb"}),
        ("model.pdb", "chemical/x-pdb", b"REMARK <html>", HTML),
        ("model.pdb", "chemical/x-pdb", b"", HTML),
    ],
)
def test_what_may_be_the_file_is_returned(
    name: str, content_type: str | None, content: bytes, headers: dict[str, str]
) -> None:
    service = Routes({RESULT: listed(name, content_type), FILE: text_file(content, **headers)})
    assert fetched(service).files[0].read() == content


# ---- files of one name


def twins(*files: dict[str, str | None]) -> httpx.Response:
    """A result whose files all have one name."""
    whole = result(*["model.pdb"] * len(files))
    return answer(
        {**whole, "files": [{**made, **file} for made, file in zip(whole["files"], files, strict=True)]}
    )


def at(path: str, signature: int) -> str:
    return f"https://storage.test/{path}?signature={signature}"


@pytest.mark.case
@pytest.mark.parametrize("second_first", [False, True], ids=["same order", "other order"])
@pytest.mark.parametrize("identified", ["key", "url"])
def test_files_of_one_name_stay_distinct_when_their_urls_are_renewed(
    tmp_path: Path, second_first: bool, identified: str
) -> None:
    def files(signature: int) -> list[dict[str, str | None]]:
        paths = ("one", "two") if identified == "url" else (f"one{signature}", f"two{signature}")
        keys = (None, None) if identified == "url" else ("k1", "k2")
        return [{"url": at(path, signature), "key": key} for path, key in zip(paths, keys, strict=True)]

    def stored(request: httpx.Request) -> httpx.Response:
        fresh = request.url.params["signature"] == "2"
        return text_file(request.url.path[1:4].encode()) if fresh else httpx.Response(403)

    later = files(2)[::-1] if second_first else files(2)
    routes = {f"GET /{name}{end}": stored for name in ("one", "two") for end in ("", "1", "2")}
    made = fetched(Routes({RESULT: [twins(*files(1)), twins(*later)], **routes}))
    saved = made.save_all(tmp_path)
    assert [(path.name, path.read_bytes()) for path in saved] == [
        ("model.pdb", b"one"),
        ("model-2.pdb", b"two"),
    ]


@pytest.mark.case
def test_one_of_several_files_of_one_name_has_its_own_name_in_a_folder(tmp_path: Path) -> None:
    made = fetched(Routes({RESULT: twins({}, {"key": "two"}), FILE: storage}))
    assert [file.save(tmp_path).name for file in made.files] == ["model.pdb", "model-2.pdb"]


def test_a_file_that_is_listed_twice_is_one_file_by_name() -> None:
    assert fetched(Routes({RESULT: twins({}, {}), FILE: storage})).files["model.pdb"].read() == CONTENT


def test_an_ambiguous_file_is_not_taken_for_another() -> None:
    old = twins({"url": at("one", 1)}, {"url": at("two", 1)})
    routes = {"GET /one": httpx.Response(403), "GET /two": httpx.Response(403)}
    made = fetched(Routes({RESULT: [old, twins({"url": at("three", 2)})], **routes}))
    with pytest.raises(NotFound, match="certainly the same"):
        made.files[1].read()


def test_files_of_one_name_without_keys_are_identified_by_their_order() -> None:
    routes = {f"GET /{name}": storage for name in ("c", "d")}
    refused = {f"GET /{name}": httpx.Response(403) for name in ("a", "b")}
    old, new = (twins({"url": at(one, 1)}, {"url": at(two, 1)}) for one, two in ("ab", "cd"))
    service = Routes({RESULT: [old, new], **routes, **refused})
    fetched(service).files[1].read()
    assert service.routes[-1] == "GET /d"
