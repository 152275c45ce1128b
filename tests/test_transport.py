"""The wire, and one client used by many threads, tasks and loops."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import anyio
import httpx
import pytest

from proteiniq import AsyncProteinIQ, ConfigurationError, InvalidInput, RateLimited
from proteiniq._async.wire import AsyncWire
from proteiniq._sync.wire import Wire
from proteiniq._wire.exchange import Outgoing
from proteiniq._wire.failures import WireFailure
from proteiniq._wire.key import ApiKey
from proteiniq._wire.total_timeout import current
from proteiniq._wire.turns import Turns
from proteiniq.sandbox import Sandbox

from ._async import clients as asynchronous
from ._sync import clients as blocking
from .support import (
    ENTRY,
    EVENTS,
    KEY,
    LYSOZYME,
    SECRET,
    AsyncFastClock,
    Routes,
    StillClock,
    Stub,
    answer,
    documented,
    events,
    job,
    refusal,
)


def outgoing(**changes: Any) -> Outgoing:
    return Outgoing(**{"method": "GET", "url": "https://service.test/x", "timeout": 5.0, **changes})


def received(wire: Wire, request: Outgoing) -> tuple[int, bytes]:
    with wire.open(request) as incoming:
        return incoming.status, b"".join(incoming.chunks)


def test_only_a_request_with_the_key_has_it() -> None:
    service = Stub(httpx.Response(200))
    key = ApiKey.parse(KEY)
    wire = Wire(httpx.MockTransport(service))
    received(wire, outgoing())
    received(wire, outgoing(key=key, headers={"X-Other": "1"}))
    without, with_key = service.requests
    assert "authorization" not in without.headers
    assert with_key.headers["authorization"] == f"Bearer {KEY}"
    assert with_key.headers["x-other"] == "1"
    wire.close()


def test_a_request_shows_neither_key_nor_content() -> None:
    request = outgoing(key=ApiKey.parse(KEY), json={"sequence": "MKV"})
    assert SECRET not in repr(request)
    assert "MKV" not in repr(request)


@pytest.mark.parametrize("url", ["https://service.test/\ud800", "https://[::1/x"])
def test_an_invalid_address(url: str) -> None:
    wire = Wire(httpx.MockTransport(Stub(httpx.Response(200))))
    with pytest.raises((WireFailure, InvalidInput)):
        received(wire, outgoing(url=url))


def test_a_closed_wire_raises() -> None:
    wire = Wire(httpx.MockTransport(Stub(httpx.Response(200))))
    assert not wire._pools.is_closed
    wire.close()
    wire.close()
    assert wire._pools.is_closed
    with pytest.raises(ConfigurationError, match="this client is closed"):
        received(wire, outgoing())


def test_cookies_of_the_service_are_not_sent_back() -> None:
    service = Stub(httpx.Response(200, headers={"set-cookie": "session=1"}))
    wire = Wire(httpx.MockTransport(service))
    received(wire, outgoing())
    received(wire, outgoing())
    assert "cookie" not in service.requests[1].headers


def test_a_blocking_request_waits_for_a_connection_no_longer_than_its_deadline() -> None:
    turns = Turns(1)
    with turns.one(None):
        with pytest.raises(WireFailure, match="no connection became free") as caught:
            turns.one(0.01).__enter__()
        assert (caught.value.kind, caught.value.sent) == ("timeout", False)
    with turns.one(0.0):
        pass


def test_the_time_in_the_queue_is_part_of_the_deadline() -> None:
    clock, left = StillClock(), []

    def answered(request: httpx.Request) -> httpx.Response:
        deadline = current.get()
        assert deadline is not None
        left.append(deadline.left())
        return httpx.Response(200)

    class Slow(Turns):
        @contextmanager
        def one(self, timeout: float | None) -> Generator[None]:
            clock.sleep(3.0)
            yield

    wire = Wire(httpx.MockTransport(answered), clock=clock)
    wire._turns = Slow(1)
    received(wire, outgoing(total_timeout=10.0, queue_timeout=5.0))
    assert left == [2.0]


# ---- many at once


def test_one_client_for_32_threads(sandbox: Sandbox, key: str) -> None:
    with blocking.connect(sandbox, key) as client:

        def work(number: int) -> tuple[int, int]:
            sequence = "M" + "A" * number
            result = client.run("protein-parameters", {"protein": f">p{number}\n{sequence}\n"})
            content = result.files["parameters.csv"].read()
            return result.data["rows"][0]["length"], content.count(b"\n")

        with ThreadPoolExecutor(32) as pool:
            found = list(pool.map(work, range(1, 33)))
        assert found == [(number + 1, 2) for number in range(1, 33)]
        assert len(client.jobs.list(limit=100).list()) == 32


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_one_client_for_many_tasks(sandbox: Sandbox, key: str) -> None:
    found: dict[int, int] = {}
    async with asynchronous.connect(sandbox, key) as client:

        async def work(number: int) -> None:
            file = await client.files.upload(b"M" * number, filename=f"{number}.fasta")
            found[number] = (await client.files.get(file.id)).size_bytes or 0

        async with anyio.create_task_group() as group:
            for number in range(1, 101):
                group.start_soon(work, number)
        assert len(await client.files.list(limit=100).list()) == 100
    assert found == {number: number for number in range(1, 101)}


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_cancelled_task_does_not_affect_the_client_or_the_job(
    sandbox: Sandbox, key: str, gate: Path
) -> None:
    async with asynchronous.connect(sandbox, key) as client:
        made = await client.jobs.submit("gate", {"text": "any"}, {"gate": str(gate)})
        with anyio.move_on_after(0.05) as scope:
            await made.wait()
        assert scope.cancelled_caught
        gate.touch()
        assert (await made.wait()).status == "COMPLETED"


def test_a_client_on_a_second_loop_raises(sandbox: Sandbox) -> None:
    client = AsyncProteinIQ(
        sandbox.api_key, sandbox.url, rate_limit=100_000, clock=AsyncFastClock(), timeout=1000.0
    )

    async def first() -> None:
        await client.account.get()
        await client.close()

    async def second() -> None:
        await client.account.get()

    asyncio.run(first())
    with pytest.raises(ConfigurationError, match=r"another event loop before: make one client for each loop"):
        asyncio.run(second())


class Watched(httpx.AsyncByteStream):
    """A body, piece by piece, and whether it was closed."""

    def __init__(self, content: bytes) -> None:
        self._pieces = content.splitlines(keepends=True)
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece

    async def aclose(self) -> None:
        self.closed = True


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_ending_a_loop_over_events_closes_the_stream() -> None:
    body = Watched(events(job("QUEUED"), job("PROCESSING"), job("COMPLETED")).content)
    headers = {"content-type": "text/event-stream"}
    service = Routes({EVENTS: lambda request: httpx.Response(200, headers=headers, stream=body)})
    async with asynchronous.over(service) as client:
        stream = client.jobs.events("job_1")
        assert (await anext(stream)).status == "QUEUED"
        assert not body.closed
        await stream.aclose()
        assert body.closed


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_async_wire_is_injected_as_a_sync_one_is() -> None:
    wire = AsyncWire(httpx.MockTransport(Stub(answer(documented("get_account")))))
    async with wire.open(outgoing()) as incoming:
        assert incoming.status == 200
        assert [chunk async for chunk in incoming.chunks]
    await wire.close()


def test_clients_of_one_key_keep_one_pace(sandbox: Sandbox, key: str) -> None:
    with blocking.connect(sandbox, key) as one, blocking.connect(sandbox, key) as other:
        assert one._pipeline._pacer is other._pipeline._pacer


def test_a_client_paces_itself_by_the_headers_of_the_service() -> None:
    with Sandbox(rate_limit=5, rate_window=0.5) as narrow, blocking.connect(narrow) as client:
        client.account.get()
        for _ in range(12):
            client.account.get()


def test_each_submit_in_a_thread_makes_its_own_job(sandbox: Sandbox, key: str) -> None:
    with blocking.connect(sandbox, key) as client, ThreadPoolExecutor(8) as pool:
        entry = {**ENTRY, "content": LYSOZYME}
        made = list(pool.map(lambda _: client.jobs.submit("protein-parameters", [entry]).id, range(16)))
    assert len(set(made)) == 16


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_asynchronous_file_is_sent_once_under_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "a.fasta").write_bytes(b">a\nMK\n")
    service = Stub(refusal(429, "rate_limited", retry_after="1"))
    async with (
        asynchronous.over(service) as client,
        await anyio.open_file(tmp_path / "a.fasta", "rb") as file,
    ):
        with pytest.raises(RateLimited):
            await client.files.upload(file)
    (request,) = service.requests
    assert b'filename="a.fasta"' in request.content
    assert b">a\nMK\n" in request.content


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_asynchronous_file_that_is_open_as_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.fasta").write_bytes(b">a\nMK\n")
    service = Stub(answer(documented("upload_file"), 201))
    async with asynchronous.over(service) as client, await anyio.open_file(tmp_path / "a.fasta") as file:
        with pytest.raises(InvalidInput, match="open in text mode"):
            await client.files.upload(cast(Any, file))
    assert service.requests == []
