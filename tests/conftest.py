"""What all tests share: event loops, hypothesis profiles, the sandbox of the session."""

from __future__ import annotations

import os
import shutil
import signal
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

from .certificates import Certificates
from .tools import ALL

# HYPOTHESIS_PROFILE chooses: few examples while developing, many in CI. No deadline: it would measure the machine.
_checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("dev", max_examples=25, deadline=None, suppress_health_check=_checks)
settings.register_profile("ci", max_examples=200, deadline=None, suppress_health_check=_checks)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))

# A job in the background of a shell ignores these, and so would each process that a test starts and then interrupts.
for _number in (signal.SIGINT, signal.SIGHUP):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number is signal.SIGINT else signal.SIG_DFL)

_numbers = count()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that are marked `trio_too` on both event loops; all others run on asyncio alone."""
    if metafunc.definition.get_closest_marker("trio_too"):
        metafunc.parametrize("anyio_backend", ["asyncio", "trio"], indirect=True)


@pytest.fixture
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """The event loop of an async test."""
    backend: str = getattr(request, "param", "asyncio")
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
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A test is not about the key, the profiles and the proxies of whoever runs it."""
    nothing = str(tmp_path_factory.getbasetemp() / "nothing")
    monkeypatch.setenv("XDG_CONFIG_HOME", nothing)
    monkeypatch.setenv("XDG_CACHE_HOME", nothing)
    monkeypatch.delenv("PROTEINIQ_PROFILE", raising=False)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "REQUEST_METHOD"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("PROTEINIQ_API_KEY", "PROTEINIQ_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """The certificates of an authority and of a server."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the program openssl to make certificates")
    return Certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """A file that is not there: a job of the tool `gate` waits for it, in the end of the test at the latest."""
    path = tmp_path / "gate"
    yield path
    path.touch()
