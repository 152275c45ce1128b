from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from proteiniq import AsyncProteinIQ

from ...faults.server import Server
from ..clients import reach


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose responses each test sets."""
    with Server() as running:
        yield running


@pytest.fixture
async def client(server: Server) -> AsyncIterator[AsyncProteinIQ]:
    """A client of that server."""
    async with reach(server.url) as connected:
        yield connected
