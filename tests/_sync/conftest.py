# Generated from tests/_async/conftest.py by scripts/unasync.py. Edit that file instead.

from __future__ import annotations

from collections.abc import Iterator

import pytest

from proteiniq import ProteinIQ
from proteiniq.sandbox import Sandbox

from .clients import connect


@pytest.fixture
def client(sandbox: Sandbox, key: str) -> Iterator[ProteinIQ]:
    """A client of the session's sandbox, in a workspace of its own."""
    with connect(sandbox, key) as connected:
        yield connected
