"""A sandbox for each module, and the program over it: in this process, or in one of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from proteiniq.sandbox import Sandbox
from proteiniq.sandbox.tools import BUILT_IN

from ..support import LYSOZYME, FastClock
from ..tools import ALL
from .program import Program


@pytest.fixture(scope="module")
def service() -> Iterator[Sandbox]:
    with Sandbox(
        rate_limit=100_000,
        job_read_interval=0.05,
        max_concurrent_jobs=100,
        daily_limit=100_000,
        heartbeat=0.15,
        tools=(*BUILT_IN, *ALL),
    ) as running:
        yield running


@pytest.fixture
def program(service: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program in a folder with `proteins.fasta`, for the user of the module's sandbox, whose faults end with it."""
    monkeypatch.setattr("proteiniq._sync.client.MachineClock", FastClock)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "proteins.fasta").write_text(LYSOZYME)
    environment = {
        "PROTEINIQ_API_KEY": service.api_key,
        "PROTEINIQ_BASE_URL": service.url,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    yield Program(monkeypatch, environment)
    service.faults.clear()
