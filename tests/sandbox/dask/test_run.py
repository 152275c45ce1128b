"""A start of a job as the sandbox follows it, without a cluster."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox._dask import post
from proteiniq.sandbox._dask.attempt import Execution
from proteiniq.sandbox._dask.capacity import Capacity, Need, Offer
from proteiniq.sandbox._dask.cluster import Cluster
from proteiniq.sandbox._dask.link import Link
from proteiniq.sandbox._dask.probe import Found
from proteiniq.sandbox._dask.run import DaskRun
from proteiniq.sandbox._dask.runner import DaskRunner
from proteiniq.sandbox._errors import SandboxError
from proteiniq.sandbox._runs import Limits, Lost, Order, Progress

ORDER = Order("job_1", 1, Limits("plain", 600.0, 1 << 20))
REPORT: dict[str, Any] = {"log": (0, b"hello"), "percent": 50, "end": None}


async def read(name: str, offset: int, size: int) -> bytes | None:
    return None


@pytest.fixture
def run(tmp_path: Path) -> DaskRun:
    folder = tmp_path / "job"
    (folder / "out").mkdir(parents=True)
    (folder / "job.json").write_text("{}")
    return DaskRun(folder, ORDER, 30.0, kill=lambda run: None, done=lambda run: None)


def cluster(storage: str | None = None) -> Cluster:
    return Cluster("tcp://a:1", "sandbox-1.a", {"plain": Need("tools:Plain", {})}, 30.0, storage)


def test_a_log_that_cannot_be_written_holds_up_nothing_else(run: DaskRun, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "job")
    run.report(REPORT, read, None)
    assert run.poll(0) == Progress(50)


def test_a_job_whose_end_cannot_be_understood_is_lost(run: DaskRun) -> None:
    async def told() -> None:
        run.report({**REPORT, "end": {"files": None}}, read, None)
        assert run._fetching is not None
        await run._fetching

    asyncio.run(told())
    assert isinstance(run.poll(0), Progress)
    assert run.poll(0) == Lost("Its files could not be brought from its worker.")


def test_what_cannot_be_understood_of_one_job_holds_up_no_other(run: DaskRun) -> None:
    async def taken() -> None:
        made = cluster()
        made.runs[run.name] = run
        link = Link(made, "tcp://b:1", 1, {}, Found("p", frozenset(), ()))
        state = {"attempt": run.name, "state": "running"}
        link._take({"1": {**REPORT, **state, "log": None}})
        link._take({"1": {**REPORT, **state}})

    asyncio.run(taken())
    assert run.poll(0) == Progress(50)


def test_a_job_that_dask_does_not_take_is_lost_and_holds_up_no_other(run: DaskRun) -> None:
    class Refusing:
        status = "running"

        def submit(self, *arguments: object, **options: object) -> object:
            raise TypeError("no")

    async def added() -> None:
        made = cluster()
        made.client = Refusing()
        made.capacity = Capacity(made.capacity.needs, {"tcp://b:1": Offer(1, {}, {"tools:Plain"})})
        made.add(run)

    asyncio.run(added())
    assert run.poll(0) == Lost("It could not be given to Dask.")


def test_files_that_a_lost_worker_has_stored_are_removed(run: DaskRun, tmp_path: Path) -> None:
    stored = tmp_path / "storage" / "sandbox-1" / f"{run.name}.1"
    stored.mkdir(parents=True)

    async def lost() -> None:
        made = cluster((tmp_path / "storage").as_uri())
        made.runs[run.name] = run
        run.attempt.holder = Execution("tcp://b:1", "p", "1")
        made._expire()
        await asyncio.gather(*made._tasks)

    asyncio.run(lost())
    assert run.poll(0) == Lost("Its worker was lost.")
    assert not stored.exists()


def test_another_process_at_the_address_of_a_worker_confirms_no_end() -> None:
    assert asyncio.run(post.answer("end", {"process": "p", "execution": "1"})) is False


def test_a_file_that_the_worker_cannot_read_is_empty(tmp_path: Path) -> None:
    assert post._read(tmp_path / "absent", 0, 1) == b""


def test_a_conversation_with_a_worker_that_is_forgotten_ends() -> None:
    async def followed() -> None:
        await Link(cluster(), "tcp://b:1", 1, {}, Found("p", frozenset(), ())).follow()

    asyncio.run(asyncio.wait_for(followed(), 10))


def test_what_was_said_of_a_worker_is_forgotten_with_it(caplog: pytest.LogCaptureFixture) -> None:
    async def met() -> None:
        made = cluster()
        for _ in range(2):
            made._tell("tcp://b:1", "differs")
        made._meet({})
        assert made._told == {}

    asyncio.run(met())
    assert caplog.messages == ["the Dask worker tcp://b:1 differs"]


def test_a_start_that_fails_before_the_connection_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(tools: object) -> None:
        raise LookupError("no metadata")

    monkeypatch.setattr("proteiniq.sandbox._dask.probe.facts", broken)
    runner = DaskRunner("tcp://127.0.0.1:9", "sandbox-1", {})
    with pytest.raises(SandboxError, match="no metadata"):
        runner.open()
    assert not runner._thread.is_alive()
