"""Sources, progress and retries of uploads."""

from __future__ import annotations

import io
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import (
    InvalidInput,
    RateLimited,
    TransportError,
)
from proteiniq._transfer.upload import PIECE
from proteiniq.contract import Upload

from ..support import (
    Stub,
    refusal,
)
from .clients import over
from .uploads import CREATED, asks_for, part, sent


class Pieces:
    """An asynchronous iterable that can be read again."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in (b"one", b"", b"two"):
            yield piece


class Pipe(io.RawIOBase):
    """What can be read once and not be rewound."""

    name = "pipe"

    def __init__(self, content: bytes) -> None:
        self._left = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), 7)
        piece, self._left = self._left[:count], self._left[count:]
        buffer[: len(piece)] = piece
        return len(piece)


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize(
    "make",
    [
        lambda: b"onetwo",
        lambda: bytearray(b"onetwo"),
        lambda: memoryview(b"-onetwo-")[1:-1],
        lambda: io.BytesIO(b"onetwo"),
        lambda: [b"one", b"", b"two"],
        lambda: iter([b"one", memoryview(b"two")]),
        lambda: (piece for piece in (b"one", b"two")),
        lambda: Pipe(b"onetwo"),
        Pieces,
    ],
    ids=[
        "bytes",
        "bytearray",
        "memoryview",
        "BytesIO",
        "list",
        "iterator",
        "generator",
        "pipe",
        "asynchronous",
    ],
)
async def test_all_kinds_of_sources_arrive_completely(make: Any) -> None:
    assert part(await sent(make())) == b"onetwo"


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_open_file_is_sent_from_its_position(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"skipped,sent")
    with path.open("rb") as stream:
        stream.seek(8)
        request = await sent(stream, filename=None)
    assert part(request) == b"sent"
    assert int(request.headers["content-length"]) == len(request.content)


@pytest.mark.once
@pytest.mark.anyio
async def test_only_a_known_length_is_sent() -> None:
    known, unknown = await sent(b"onetwo"), await sent(iter([b"onetwo"]))
    assert int(known.headers["content-length"]) == len(known.content)
    assert "content-length" not in unknown.headers
    assert unknown.headers["transfer-encoding"] == "chunked"


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_file_that_shrinks_during_the_upload_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(2 * PIECE))

    def truncate(done: int, total: int | None) -> None:
        if done:
            os.truncate(path, PIECE)

    async with over(Stub(CREATED)) as client:
        with pytest.raises(InvalidInput, match="bytes shorter than when the upload started"):
            await client.files.upload(path, on_progress=truncate)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_error_of_the_source_comes_through() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise ZeroDivisionError("of the source")

    async with over(Stub(CREATED)) as client:
        with pytest.raises(ZeroDivisionError, match="of the source"):
            await client.files.upload(pieces(), filename="a.bin")


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("known", [True, False])
async def test_progress_of_an_upload(known: bool) -> None:
    told: list[tuple[int, int | None]] = []
    content = bytes(2 * PIECE + 5)
    await sent(content if known else iter([content]), on_progress=lambda *done: told.append(done))
    total = len(content) if known else None
    assert told == [(0, total), (PIECE, total), (2 * PIECE, total), (len(content), total)]


@pytest.mark.once
@pytest.mark.anyio
async def test_text_that_is_retried_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    async with over(service) as client:
        await client.files.upload("π🧬".encode(), filename="a.txt")
    assert [json.loads(request.content)["content"] for request in service.requests] == ["π🧬", "π🧬"]


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize(
    "make",
    [lambda: b"onetwo", lambda: io.BytesIO(b"onetwo"), lambda: [b"one", b"two"]],
    ids=["bytes", "file", "list"],
)
async def test_a_rate_limited_upload_is_retried_completely(make: Any) -> None:
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    told: list[int] = []
    async with over(service) as client:
        await client.files.upload(make(), filename="a.bin", on_progress=lambda done, total: told.append(done))
    assert [part(request) for request in service.requests] == [b"onetwo", b"onetwo"]
    assert told == [0, 6, 0, 6]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "make", [lambda: iter([b"onetwo"]), lambda: Pipe(b"onetwo")], ids=["iterator", "pipe"]
)
async def test_a_source_that_can_be_read_once_is_sent_once(make: Any) -> None:
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    async with over(service) as client:
        with pytest.raises(RateLimited):
            await client.files.upload(make(), filename="a.bin")
    assert len(service.requests) == 1


class UsedUp:
    """An iterable that continues where it was left, without the previous items."""

    def __init__(self, *items: bytes) -> None:
        self._items = iter(items)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._items


@pytest.mark.anyio
@pytest.mark.parametrize("taken", [1, 3])
async def test_an_exhausted_iterable_is_not_sent_again(taken: int) -> None:
    items = UsedUp(b"one" * PIECE, b"two" * PIECE, b"three" * PIECE)
    taking: list[int] = []

    def refused(request: httpx.Request) -> httpx.Response:
        return refusal(429, "rate_limited", retry_after="1")

    def stop(done: int, total: int | None) -> None:
        taking.append(done)
        if len(taking) == taken + 1:
            raise httpx.ConnectError("in the middle")

    service = Stub(refused, CREATED)
    async with over(service) as client:
        with pytest.raises(InvalidInput, match="yielded other data than before"):
            await client.files.upload(items, filename="a.bin", on_progress=stop if taken < 3 else None)
    assert len(service.requests) <= 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_restartable_iterable_is_retried_completely() -> None:
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    async with over(service) as client:
        await client.files.upload({b"": 0, b"one": 1, b"two": 2}.keys(), filename="a.bin")
    assert [part(request) for request in service.requests] == [b"onetwo", b"onetwo"]


@pytest.mark.anyio
async def test_an_unsent_upload_is_retried_completely() -> None:
    service = Stub(httpx.ConnectError("refused"), CREATED)
    async with over(service) as client:
        assert (await client.files.upload(io.BytesIO(b"onetwo"), filename="a.bin")).id
    assert part(service.requests[1]) == b"onetwo"


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.Response(503),
        httpx.Response(201, content=b"?"),
    ],
    ids=["read", "write", "503", "no JSON"],
)
async def test_an_upload_that_may_be_stored_names_how_to_check(failure: httpx.Response | Exception) -> None:
    service = Stub(failure, CREATED)
    async with over(service) as client:
        with pytest.raises(Exception, match=r"no complete response|responded with 503|not JSON") as caught:
            await client.files.upload(b"onetwo", filename="a.bin")
    assert len(service.requests) == 1
    assert "may have been stored: check `client.files.list(q='a.bin')`" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unsent_upload_is_not_reported_as_stored() -> None:
    async with over(Stub(httpx.ConnectError("refused")), max_retries=0) as client:
        with pytest.raises(TransportError) as caught:
            await client.files.upload(b"onetwo", filename="a.bin")
    assert "may have been stored" not in "".join(getattr(caught.value, "__notes__", ()))
