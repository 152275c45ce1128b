from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

# Loaded late, deep in a test, pytest's rewriting of them meets a fault of CPython 3.11 (AST recursion depth).
import hypothesis.internal.conjecture.optimiser
import hypothesis.internal.conjecture.shrinker  # noqa: F401
import pytest
from hypothesis import HealthCheck, settings

from proteiniq.sandbox import Sandbox
from proteiniq.sandbox.tools import BUILT_IN

from .tools import ALL

# HYPOTHESIS_PROFILE=ci looks for longer.
settings.register_profile("dev", max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("dev"), max_examples=200)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

_numbers = count()


@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The event loops that the async client works on."""
    backend: str = request.param
    return backend


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all tests that need no narrow limits; its times are a hundredth of the service's."""
    with Sandbox(
        rate_limit=100_000,
        job_read_interval=0.05,
        max_concurrent_jobs=1000,
        daily_limit=1_000_000,
        credits=10**9,
        workers=2,
        heartbeat=0.15,
        tools=(*BUILT_IN, *ALL),
    ) as running:
        yield running


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    """A key of a workspace that no other test has."""
    return sandbox.create_key(workspace=f"team_{next(_numbers)}")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is not about the key of whoever runs it."""
    monkeypatch.delenv("PROTEINIQ_API_KEY", raising=False)
    monkeypatch.delenv("PROTEINIQ_BASE_URL", raising=False)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """A file that is not there: a job of the tool `gate` waits for it, in the end of the test at the latest."""
    path = tmp_path / "gate"
    yield path
    path.touch()
