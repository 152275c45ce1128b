"""Downloads: resumed, renewed, interrupted, and what is left of one that fails."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from proteiniq import (
    APIError,
    ContractError,
)
from proteiniq._transfer.download import Download
from proteiniq.hooks import AttemptDetails

from ..storage import CONTENT, FILE, STORAGE, cut, result, storage
from ..support import (
    RESULT,
    AsyncStillClock,
    Routes,
    answer,
)
from .clients import fetched


@pytest.mark.once
@pytest.mark.anyio
async def test_a_password_in_a_signed_url_is_not_shown() -> None:
    told: list[AttemptDetails] = []
    url = "https://me:hunter2@storage.test/signed"
    service = Routes(
        {RESULT: answer(result("a.txt", url=url)), FILE: [httpx.ConnectError("refused"), httpx.Response(404)]}
    )
    made = await fetched(service, max_retries=1)
    pipeline = made.files[0]._source._pipeline
    pipeline.config = attrs.evolve(pipeline.config, hooks=(told.append,))
    with pytest.raises(APIError) as caught:
        await made.files[0].read()
    assert caught.value.status == 404
    assert [each.host for each in told] == ["storage.test", "storage.test"]
    assert "hunter2" not in f"{caught.value} {told}"


@pytest.mark.anyio
async def test_each_attempt_of_a_download_is_reported_once() -> None:
    moved = httpx.Response(302, headers={"location": "/moved"})
    told: list[AttemptDetails] = []
    service = Routes(
        {RESULT: answer(result("a.txt")), FILE: [moved, moved], "GET /moved": [cut(0, 1000), storage]}
    )
    made = await fetched(service)
    pipeline = made.files[0]._source._pipeline
    pipeline.config = attrs.evolve(pipeline.config, hooks=(told.append,))
    assert await made.files[0].read() == CONTENT
    assert [(each.path, each.status, each.failure, each.number) for each in told] == [
        ("/signed", 302, None, 1),
        ("/moved", 200, None, 1),
        ("/signed", 302, None, 2),
        ("/moved", 206, None, 2),
    ]
    assert [each.wait is not None for each in told] == [False, True, False, False]


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.once
@pytest.mark.parametrize(
    ("url", "moved", "said"),
    [
        (None, {}, "has no URL for 'a.txt'"),
        ("ftp://storage.test/signed", {}, "has an unusable URL for 'a.txt'"),
        (STORAGE, {}, "without a usable URL"),
        (STORAGE, {"location": STORAGE}, "more than 10 redirects"),
    ],
)
async def test_a_file_that_no_url_leads_to(url: str | None, moved: dict[str, str], said: str) -> None:
    listed = result("a.txt")
    listed["files"][0]["url"] = url
    made = await fetched(Routes({RESULT: answer(listed), FILE: httpx.Response(302, headers=moved)}))
    with pytest.raises(ContractError, match=said):
        await made.files["a.txt"].read()


def resuming(*headers: tuple[str, str]) -> Any:
    """Storage that closes the connection after 1000 bytes, and continues on a request for the same version."""

    def answered(request: httpx.Request) -> httpx.Response:
        if "range" not in request.headers:
            length = ("content-length", str(len(CONTENT)))
            return httpx.Response(200, headers=[length, *headers], content=CONTENT[:1000])
        return storage(request)

    return answered


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize(
    ("header", "value"), [("etag", '"one"'), ("last-modified", "Fri, 12 Jun 2026 08:05:00 GMT")]
)
async def test_the_rest_is_only_requested_of_the_same_version(
    header: str, value: str, tmp_path: Path
) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: resuming((header, value))})
    if header == "last-modified":
        rest = httpx.Response(
            206,
            content=CONTENT[1000:],
            headers={header: value, "content-range": f"bytes 1000-{len(CONTENT) - 1}/{len(CONTENT)}"},
        )
        service = Routes({RESULT: answer(result("a.txt")), FILE: [resuming((header, value)), rest]})
    saved = await (await fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert [request.headers.get("if-range") for request in service.requests[1:]] == [None, value]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_file_that_became_shorter_is_read_from_the_start(tmp_path: Path) -> None:
    short = httpx.Response(200, content=b"short", headers={"etag": '"two"'})
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), httpx.Response(416), short]})
    assert (await (await fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == b"short"


@pytest.mark.once
@pytest.mark.anyio
async def test_a_url_that_expires_on_the_way_is_renewed_as_often_as_it_gave_something(tmp_path: Path) -> None:
    gone = httpx.Response(403)
    service = Routes(
        {RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), gone, cut(1000, 500), gone, storage]}
    )
    saved = await (await fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert service.routes == [RESULT, FILE, FILE, RESULT, FILE, FILE, RESULT, FILE]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_fresh_url_is_that_of_the_same_file() -> None:
    first = result("a.txt", "a.txt")
    fresh = result("a.txt", "a.txt")
    for number, (old, new) in enumerate(zip(first["files"], fresh["files"], strict=True)):
        old["key"] = new["key"] = f"key-{number}"
        new["url"] = f"https://storage.test/fresh-{number}"
    service = Routes(
        {RESULT: [answer(first), answer(fresh)], FILE: httpx.Response(403), "GET /fresh-1": storage}
    )
    assert await (await fetched(service)).files[1].read() == CONTENT


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_checksum_covers_an_interrupted_download(tmp_path: Path) -> None:
    headers = [("etag", '"one"'), ("repr-digest", f"sha-256=:{sha256(CONTENT)}:")]
    service = Routes({RESULT: answer(result("a.txt")), FILE: resuming(*headers)})
    assert (await (await fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == CONTENT


@pytest.mark.once
@pytest.mark.anyio
async def test_a_retry_after_of_the_storage_is_honoured() -> None:
    clock = AsyncStillClock()
    busy = httpx.Response(503, headers={"retry-after": "20"})
    service = Routes({RESULT: answer(result("a.txt")), FILE: [busy, storage]})
    assert await (await fetched(service, clock)).files["a.txt"].read() == CONTENT
    assert clock.sleeps[-1] == 20


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_progress_of_a_download(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), storage]})
    await (await fetched(service)).files["a.txt"].save(tmp_path, on_progress=lambda *done: told.append(done))
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_progress_of_all_files_together(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    service = Routes({RESULT: answer(result("a.txt", "b.txt")), FILE: storage})
    await (await fetched(service)).save_all(tmp_path, on_progress=lambda *done: told.append(done))
    size = len(CONTENT)
    assert told == [(0, None), (size, None), (size, 2 * size), (2 * size, 2 * size)]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_full_disk_raises_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Download, *chunks: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    monkeypatch.setattr(Download, "write", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        await made.files["a.txt"].save(tmp_path / "a.txt")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path / "a.txt"))
    assert "no partial file is left" in "".join(caught.value.__notes__)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_error_of_the_progress_is_not_the_targets(tmp_path: Path) -> None:
    def printed(done: int, total: int | None) -> None:
        raise BrokenPipeError(errno.EPIPE, "nobody reads what is printed")

    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(BrokenPipeError, match="nobody reads") as caught:
        await made.files["a.txt"].save(tmp_path / "a.txt", on_progress=printed)
    assert caught.value.filename is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
async def test_an_interrupt_leaves_no_file(tmp_path: Path, interrupt: type[BaseException]) -> None:
    def stop(done: int, total: int | None) -> None:
        if done:
            raise interrupt

    made = await fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(interrupt):
        await made.files["a.txt"].save(tmp_path / "a.txt", on_progress=stop)
    assert list(tmp_path.iterdir()) == []
