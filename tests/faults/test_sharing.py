"""One client's connections, shared: by many tasks, by waits that hold theirs, and by a process that forked."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator

import anyio
import pytest

from proteiniq import Account, AsyncProteinIQ, ProteinIQ, RequestTimeout
from proteiniq._wire.turns import MOST_CONNECTIONS, MOST_STREAMS

from ..support import KEY, AsyncFastClock, documented, job
from .server import HANG, Asked, Pause, Piece, Server, event, reply, stream

ACCOUNT = "/api/v1/account"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_thousand_tasks_share_few_connections(server: Server) -> None:
    def answered(asked: Asked) -> list[Piece]:
        return reply({**documented("get_file"), "id": asked.path.rpartition("/")[2]})

    found = {}
    async with AsyncProteinIQ(KEY, server.url, rate_limit=100_000) as client:

        async def ask(number: int) -> None:
            found[number] = (await client.files.get(f"file_{number}")).id

        for number in range(1000):
            server.on("GET", f"/api/v1/files/file_{number}", answered)
        async with anyio.create_task_group() as group:
            for number in range(1000):
                group.start_soon(ask, number)
    assert found == {number: f"file_{number}" for number in range(1000)}
    assert (
        1 < server.connected <= 2 * MOST_CONNECTIONS
    )  # some more over time where a busy machine lets one go idle


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_request_that_waits_for_a_connection_does_not_use_up_its_timeout(server: Server) -> None:
    # Five times as many requests as connections, a second each: the last waits for four, longer than the timeout.
    server.on("GET", ACCOUNT, [Pause(100), *reply(documented("get_account"))])
    found = []
    async with AsyncProteinIQ(KEY, server.url, timeout=3.0, max_retries=0, rate_limit=100_000) as client:

        async def ask() -> None:
            found.append(await client.account.get())

        async with anyio.create_task_group() as group:
            for _ in range(5 * MOST_CONNECTIONS):
                group.start_soon(ask)
    assert len(found) == 5 * MOST_CONNECTIONS


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_request_waits_for_a_connection_no_longer_than_its_deadline(server: Server) -> None:
    server.on("GET", ACCOUNT, [HANG])
    async with (
        AsyncProteinIQ(KEY, server.url, rate_limit=100_000) as client,
        anyio.create_task_group() as group,
    ):
        for _ in range(MOST_CONNECTIONS):
            group.start_soon(client.account.get)
        while server.count("GET", ACCOUNT) < MOST_CONNECTIONS:
            await anyio.lowlevel.checkpoint()
        deadline = client._pipeline.clock.monotonic() + 0.05
        with anyio.fail_after(10), pytest.raises(RequestTimeout, match="no connection became free"):
            await client.results._get("job_1", deadline=deadline)
        group.cancel_scope.cancel()


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_waits_leave_connections_to_other_requests(server: Server) -> None:
    many = MOST_CONNECTIONS + 8
    server.on("GET", ACCOUNT, reply(documented("get_account")))
    for number in range(many):
        state = job(id=f"job_{number}", status="PROCESSING")
        server.on("GET", f"/api/v1/jobs/job_{number}/events", stream(event(state), HANG))
        server.on("GET", f"/api/v1/jobs/job_{number}/status", reply(state))
    known: set[str] = set()
    all_known = anyio.Event()
    async with AsyncProteinIQ(KEY, server.url, rate_limit=100_000, clock=AsyncFastClock()) as client:

        async def wait(job_id: str) -> None:
            def update(_: object) -> None:
                known.add(job_id)
                if len(known) == many:
                    all_known.set()

            await client.jobs.wait(job_id, on_update=update)

        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                for number in range(many):
                    group.start_soon(wait, f"job_{number}")
                await all_known.wait()
                assert isinstance(await client.account.get(), Account)
                group.cancel_scope.cancel()
    streams = [asked for asked in server.asked if asked.path.endswith("/events")]
    assert len(streams) == MOST_STREAMS


def test_a_forked_process_has_its_own_connections(server: Server) -> None:
    server.on("GET", ACCOUNT, reply(documented("get_account")))
    with ProteinIQ(KEY, server.url) as client:
        client.account.get()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of threads in a process that forks: here the server's
            child = os.fork()
        if child == 0:
            code = 1
            try:
                client.account.get()
                code = 0
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert server.connected == 2
        client.account.get()
        assert server.connected == 2
