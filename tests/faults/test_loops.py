"""Clients and event loops: no `__del__` that closes on another loop, and no loop inside the sync client."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator

import pytest

import proteiniq
from proteiniq import AsyncProteinIQ, ConfigurationError, ProteinIQ

from ..support import KEY, documented
from .server import Server, reply


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        running.on("GET", "/api/v1/account", reply(documented("get_account")))
        yield running


def test_an_async_client_on_a_second_loop_says_so(server: Server) -> None:
    client = AsyncProteinIQ(KEY, server.url)

    async def use() -> None:
        await client.account.get()

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(use())
        with pytest.raises(ConfigurationError, match="another event loop"):
            second.run(use())
        first.run(use())
        first.run(client.close())


def test_the_sync_client_works_inside_a_running_loop(server: Server) -> None:
    async def cell() -> str:
        with ProteinIQ(KEY, server.url) as client:
            return client.account.get().workspace.id

    assert asyncio.run(cell()) == documented("get_account")["workspace"]["id"]


def test_nothing_has_a_finaliser() -> None:
    clients = {type(ProteinIQ(KEY)), type(AsyncProteinIQ(KEY))}
    parts = [type(part) for client in (ProteinIQ(KEY), AsyncProteinIQ(KEY)) for part in vars(client).values()]
    for each in [*clients, *parts]:
        assert not hasattr(each, "__del__"), each
    assert "__del__" not in inspect.getsource(proteiniq)
