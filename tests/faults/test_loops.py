"""Clients, threads and event loops: one pace for all, nothing closes on another loop, the sync client has no loop."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import proteiniq
from proteiniq import AsyncProteinIQ, ConfigurationError, ProteinIQ

from ..support import KEY, SPEED, documented, job
from .server import Server, reply


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        running.on("GET", "/api/v1/account", reply(documented("get_account")))
        yield running


def test_an_async_client_on_a_second_loop_raises(server: Server) -> None:
    client = AsyncProteinIQ(KEY, server.url)

    async def use() -> None:
        await client.account.get()

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(use())
        with pytest.raises(ConfigurationError, match="another event loop"):
            second.run(use())
        first.run(use())
        with pytest.raises(ConfigurationError, match="close it there"):
            second.run(client.close())
        first.run(client.close())


def test_the_sync_client_works_inside_a_running_loop(server: Server) -> None:
    async def cell() -> str:
        with ProteinIQ(KEY, server.url) as client:
            return client.account.get().workspace.id

    assert asyncio.run(cell()) == documented("get_account")["workspace"]["id"]


def test_no_class_has_a_finaliser() -> None:
    clients = {type(ProteinIQ(KEY)), type(AsyncProteinIQ(KEY))}
    parts = [type(part) for client in (ProteinIQ(KEY), AsyncProteinIQ(KEY)) for part in vars(client).values()]
    for each in [*clients, *parts]:
        assert not hasattr(each, "__del__"), each
    assert "__del__" not in inspect.getsource(proteiniq)


def test_reads_of_one_job_are_spaced_across_clients_threads_and_loops(server: Server) -> None:
    interval = 0.1

    def in_a_thread() -> None:
        with ProteinIQ(KEY, server.url, job_read_interval=interval) as client:
            client.jobs.get("job_1")
            client.results.get("job_1")

    async def in_a_loop() -> None:
        async with AsyncProteinIQ(KEY, server.url, job_read_interval=interval) as client:
            await asyncio.gather(client.jobs.get("job_1"), client.results.get("job_1"))

    server.on("GET", "/api/v1/jobs/job_1/status", reply(job("COMPLETED")))
    server.on("GET", "/api/v1/results/job_1", reply(documented("get_result")))
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(in_a_thread) for _ in range(2)]
        runs += [pool.submit(asyncio.run, in_a_loop()) for _ in range(2)]
    assert [run.exception() for run in runs] == [None] * 4
    times = [asked.at / SPEED for asked in server.asked]
    assert len(times) == 8
    assert (
        times[-1] - times[0] > 6 * interval
    )  # seven pauses, and one for what a busy machine adds to the first
