"""Transfers that differ between sync and async: cancelled tasks, asynchronous sources, an event loop."""

from __future__ import annotations

import math
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx
import pytest

from proteiniq import InvalidInput
from proteiniq._transfer import writers
from proteiniq._transfer.download import Download
from proteiniq._transfer.writers import BLOCK

from ._async import clients as asynchronous
from ._sync import clients as synchronous
from .storage import FILE, result
from .support import RESULT, Routes, Stub, answer, documented

PER_BLOCK = BLOCK >> 16


class Pieces:
    """Pieces of 64 KiB, without end unless there are so many."""

    def __init__(self, number: float = math.inf) -> None:
        self._left = number

    def __aiter__(self) -> Pieces:
        return self

    async def __anext__(self) -> bytes:
        await anyio.lowlevel.checkpoint()
        self._left -= 1
        if self._left < 0:
            raise StopAsyncIteration
        return bytes(1 << 16)


async def made(body: Any) -> Any:
    service = Routes(
        {RESULT: answer(result("a.bin")), FILE: lambda request: httpx.Response(200, content=body)}
    )
    return (await asynchronous.over(service).results.get("job_1")).files["a.bin"]


@pytest.fixture
def slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Lets the client find the disk slow. Writes in its thread wait until the event is set."""
    write, free = Download.write, threading.Event()

    def slowly(self: Download, *chunks: bytes) -> None:
        if threading.current_thread() is not threading.main_thread():
            assert free.wait(30)
        write(self, *chunks)

    monkeypatch.setattr(writers, "QUICK", -1.0)
    monkeypatch.setattr(Download, "write", slowly)
    yield free
    free.set()


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_the_event_loop_is_not_blocked_by_a_slow_disk(
    tmp_path: Path, slow_disk: threading.Event
) -> None:
    file = await made(Pieces(3 * PER_BLOCK))
    saved = anyio.Event()

    async def save() -> None:
        await file.save(tmp_path / "a.bin")
        saved.set()

    async with anyio.create_task_group() as group:
        group.start_soon(save)
        while not [thread for thread in threading.enumerate() if "proteiniq-download" in thread.name]:
            await anyio.lowlevel.checkpoint()
        assert not saved.is_set()
        slow_disk.set()
    assert (tmp_path / "a.bin").stat().st_size == 3 * BLOCK


class AtOnce:
    """An executor whose calls have ended when they are submitted."""

    def __init__(self, *_: object) -> None:
        pass

    def submit(self, function: Callable[..., object], *arguments: object) -> Future[object]:
        done = Future[object]()
        done.set_result(function(*arguments))
        return done

    def shutdown(self) -> None:
        pass


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_block_that_has_been_written_by_then_is_not_awaited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writers, "QUICK", -1.0)
    monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor", AtOnce)
    file = await made(Pieces(3 * PER_BLOCK))
    told: list[int] = []
    await file.save(tmp_path / "a.bin", on_progress=lambda done, total: told.append(done))
    assert (tmp_path / "a.bin").stat().st_size == told[-1] == 3 * BLOCK


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("disk", [None, "slow_disk"])
async def test_a_cancelled_download_leaves_no_file(
    tmp_path: Path, request: pytest.FixtureRequest, disk: str | None
) -> None:
    if disk is not None:
        request.getfixturevalue(disk).set()
    file = await made(Pieces())
    told: list[int] = []
    with anyio.CancelScope() as scope:

        def stop(done: int, total: int | None) -> None:
            told.append(done)
            if done > BLOCK:
                scope.cancel()

        await file.save(tmp_path / "a.bin", on_progress=stop)
    assert told[-1] > BLOCK
    assert list(tmp_path.iterdir()) == []


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_asynchronous_iterator_is_uploaded_once() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    refused = httpx.Response(429, headers={"retry-after": "1"})
    service = Stub(refused, answer(documented("upload_file"), 201))
    async with asynchronous.over(service) as client:
        with pytest.raises(Exception, match="responded with 429"):
            await client.files.upload(pieces(), filename="a.bin")
    assert len(service.requests) == 1
    assert b"onetwo" in service.requests[0].content


def test_the_sync_client_refuses_an_asynchronous_iterable() -> None:
    with (
        synchronous.over(Stub(answer({}))) as client,
        pytest.raises(InvalidInput, match="needs the async client"),
    ):
        client.files.upload(Pieces(), filename="a.bin")  # type: ignore[arg-type]
