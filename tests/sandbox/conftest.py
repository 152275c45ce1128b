from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from proteiniq.sandbox import Sandbox

from .clients import Api, generous

_numbers = count()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests that use their own workspace."""
    with generous() as running:
        yield running


@pytest.fixture
def workspace() -> str:
    """A workspace that no other test uses."""
    return f"team_{next(_numbers)}"


@pytest.fixture
def api(sandbox: Sandbox, workspace: str) -> Iterator[Api]:
    """The API with a key of the test's own workspace."""
    with Api(sandbox, sandbox.create_key(workspace=workspace)) as client:
        yield client


@pytest.fixture(autouse=True)
def only_documented_errors(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test if an operation responds with an error code that the contract doesn't document for it."""
    yield
    logged = [record.getMessage() for record in caplog.get_records("call")]
    assert not [message for message in logged if "does not document" in message]
