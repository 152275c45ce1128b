from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from proteiniq import AsyncProteinIQ
from proteiniq.sandbox import Sandbox

from .clients import connect


@pytest.fixture
async def client(sandbox: Sandbox, key: str) -> AsyncIterator[AsyncProteinIQ]:
    """A client of the session's sandbox, in a workspace of its own."""
    async with connect(sandbox, key) as connected:
        yield connected
