# Generated from tests/_async/faults/conftest.py by scripts/unasync.py. Edit that file instead.

from __future__ import annotations

from collections.abc import Iterator

import pytest

from proteiniq import ProteinIQ

from ...faults.server import Server
from ..clients import reach


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose responses each test sets."""
    with Server() as running:
        yield running


@pytest.fixture
def client(server: Server) -> Iterator[ProteinIQ]:
    """A client of that server."""
    with reach(server.url) as connected:
        yield connected
