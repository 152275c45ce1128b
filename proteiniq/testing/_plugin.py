"""The fixtures, which `pytest_plugins = ["proteiniq.testing"]` gives to tests. PYTEST_DONT_REWRITE

- `sandbox`: one `proteiniq.testing.Sandbox` for the session. After each test that uses it, it is reset: jobs, files and
  faults are gone, credits are as before.
- `client`, `async_client`: a client of it with short pauses. The async one works on any event loop; the test closes it
  (`async with async_client:`), since pytest has no loop to do so.
- `sandbox_environment`: sets PROTEINIQ_API_KEY and PROTEINIQ_BASE_URL, for an application that makes its own client.
  That one has the service's intervals, so it takes its seconds.
- `sandbox_options`: override it, with the scope `session`, to return options of `Sandbox`, such as `recordings`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from proteiniq import AsyncProteinIQ, ProteinIQ

    from ._sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox_options() -> Mapping[str, Any]:
    """Options of the sandbox of the session."""
    return {}


@pytest.fixture(scope="session")
def sandbox(sandbox_options: Mapping[str, Any]) -> Iterator[Sandbox]:
    """The sandbox of the session."""
    from ._sandbox import Sandbox  # loads the server, which tests without a sandbox don't need

    with Sandbox(**sandbox_options) as running:
        yield running


@pytest.fixture(autouse=True)
def _reset_sandbox(request: pytest.FixtureRequest) -> Iterator[None]:
    used = request.getfixturevalue("sandbox") if "sandbox" in request.fixturenames else None
    yield
    # A project may have a fixture of this name for something else; a sandbox has loaded this module.
    module = sys.modules.get("proteiniq.sandbox._sandbox")
    if module is not None and isinstance(used, module.Sandbox):
        used.reset()


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ProteinIQ]:
    """A client of the sandbox."""
    with sandbox.client() as made:
        yield made


@pytest.fixture
def async_client(sandbox: Sandbox) -> AsyncProteinIQ:
    """An async client of the sandbox; `async with async_client:` closes it."""
    return sandbox.async_client()


@pytest.fixture
def sandbox_environment(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox as the default of clients that are made without arguments."""
    monkeypatch.setenv("PROTEINIQ_API_KEY", sandbox.api_key)
    monkeypatch.setenv("PROTEINIQ_BASE_URL", sandbox.url)
