"""Workers, schedulers and sandboxes that go: no job is lost, none runs twice at once, and orphans end by themselves."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox._dask.link import Link

from ..clients import Api, body, gone
from ..commands import served, wait_until_gone
from ..fake_tools import MESSY
from .cluster import Cluster, end, until

Serve = Callable[..., Api]


class Watched:
    """A job that notes its starts."""

    def __init__(self, api: Api, folder: Path, seconds: float = 600.0) -> None:
        self._starts, self._doubles = folder / "starts", folder / "doubles"
        self.api = api
        settings = {"starts": str(self._starts), "doubles": str(self._doubles), "seconds": seconds}
        self.id = api.submit("alone", settings=settings)["id"]

    @property
    def starts(self) -> list[int]:
        """The process ids of the runs so far."""
        lines = self._starts.read_text().splitlines() if self._starts.exists() else []
        return [int(line) for line in lines]

    def started(self, times: int) -> int:
        until(lambda: len(self.starts) >= times)
        return self.starts[-1]

    def check(self, starts: int) -> None:
        assert (len(self.starts), self._doubles.exists()) == (starts, False)


def test_a_job_of_a_killed_worker_runs_again_on_another(
    fragile: Cluster, serve: Serve, tmp_path: Path
) -> None:
    first = fragile.start_worker()
    job = Watched(serve(), tmp_path, seconds=2.0)
    pid = job.started(1)
    fragile.start_worker()
    end(first)
    wait_until_gone(pid)
    assert job.api.ended(job.id)["status"] == "COMPLETED"
    job.check(starts=2)
    assert job.api.credits() == 10_000 - 7


def test_a_job_of_a_frozen_worker_ends_before_it_runs_again(
    fragile: Cluster, serve: Serve, tmp_path: Path
) -> None:
    first = fragile.start_worker()
    job = Watched(serve(), tmp_path, seconds=4.0)
    pid = job.started(1)
    fragile.start_worker()
    first.send_signal(signal.SIGSTOP)
    second = job.started(2)
    assert gone(pid)
    first.send_signal(signal.SIGCONT)
    assert not gone(second)
    assert job.api.ended(job.id)["status"] == "COMPLETED"
    job.check(starts=2)


def test_a_job_of_a_worker_out_of_reach_ends_there_before_it_runs_again(
    fragile: Cluster, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fragile.start_worker()
    job = Watched(serve(), tmp_path, seconds=3.0)
    pid, call, cut = job.started(1), Link.call, threading.Event()

    async def broken(self: Link, what: str, **arguments: Any) -> Any:
        if not cut.is_set():
            raise OSError("cut")
        return await call(self, what, **arguments)

    monkeypatch.setattr(Link, "call", broken)
    wait_until_gone(pid)  # Only the lease can have ended it.
    cut.set()
    assert job.api.ended(job.id)["status"] == "COMPLETED"
    job.check(starts=2)


def test_a_stop_ends_what_runs_on_the_cluster_and_counts_no_try(
    fragile: Cluster, serve: Serve, tmp_path: Path
) -> None:
    fragile.start_worker()
    api = serve(tmp_path / "data")
    job = Watched(api, tmp_path, seconds=2.0)
    pid = job.started(1)
    api.sandbox.stop()
    assert gone(pid)
    job.api = serve(tmp_path / "data")
    assert job.api.ended(job.id)["status"] == "COMPLETED"
    stored = job.api.sandbox._running.service.store.job(job.id)
    assert stored is not None
    assert stored.tries == 1
    job.check(starts=2)


def test_a_worker_without_the_package_is_told_and_not_used(
    fragile: Cluster, serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hide = tmp_path / "hide.py"
    hide.write_text("import sys\nsys.modules['proteiniq'] = None\n")
    fragile.start_worker(f"--preload={hide}")
    api = serve()
    until(lambda: "Is the same proteiniq installed there?" in caplog.text)
    fragile.start_worker()
    assert api.run()["status"] == "COMPLETED"


def test_a_job_goes_on_when_the_connection_to_the_scheduler_was_lost(
    fragile: Cluster, serve: Serve, tmp_path: Path
) -> None:
    fragile.start_worker()
    job = Watched(serve(), tmp_path, seconds=3.0)
    job.started(1)
    cluster = job.api.sandbox._running.service.supervisor._runner._cluster  # type: ignore[attr-defined]
    cluster.client.loop.add_callback(cluster.client.scheduler_comm.abort)
    assert job.api.ended(job.id)["status"] == "COMPLETED"
    job.check(starts=1)
    assert job.api.run()["status"] == "COMPLETED"


def test_jobs_run_again_when_the_scheduler_was_started_again(
    fragile: Cluster, serve: Serve, tmp_path: Path
) -> None:
    first = fragile.start_worker()
    job = Watched(serve(), tmp_path, seconds=3.0)
    job.started(1)
    waiting = job.api.submit("plain")["id"]
    end(fragile.scheduler)
    end(first)  # It would end by itself, after its job.
    fragile.start_scheduler()
    fragile.start_worker()
    assert [job.api.ended(each)["status"] for each in (job.id, waiting)] == ["COMPLETED"] * 2
    job.check(starts=2)
    assert job.api.credits() == 10_000 - 7


def test_what_a_killed_sandbox_left_ends_before_it_runs_again(fragile: Cluster, tmp_path: Path) -> None:
    fragile.start_worker()
    data = tmp_path / "data"
    options = (f"--runner={fragile.url}", "--lease=3", *(f"--tool={tool}" for tool in MESSY))
    with served(data, *options) as (_, api):
        job = Watched(api, tmp_path, seconds=4.0)
        pid = job.started(1)
    with served(data, *options) as (_, api):
        job.api = api
        job.started(2)
        assert gone(pid)
        assert api.ended(job.id)["status"] == "COMPLETED"
        assert api.credits() == 10_000 - 7
    job.check(starts=2)


def test_a_job_waits_for_a_worker_that_has_what_it_needs_and_holds_up_no_other(
    fragile: Cluster, serve: Serve, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fragile.start_worker()
    api = serve()
    job_id = api.submit("gifted", settings={"gate": str(tmp_path)})["id"]
    assert api.run()["status"] == "COMPLETED"
    assert body(api.get(f"jobs/{job_id}/status"))["status"] == "QUEUED"
    assert "no Dask worker can run gifted: its jobs wait" in caplog.text
    fragile.start_worker("--resources=GPU=1")
    assert api.ended(job_id)["status"] == "COMPLETED"
    assert "a Dask worker can run gifted again" in caplog.text


def test_a_job_waits_for_a_resource_that_is_in_use_and_holds_up_no_other(
    fragile: Cluster, serve: Serve, tmp_path: Path
) -> None:
    fragile.start_worker("--resources=GPU=1", threads=2)
    api, gate = serve(), tmp_path / "gate"
    first, second = (api.submit("gifted", settings={"gate": str(gate)})["id"] for _ in range(2))
    api.until(first, progress=50)
    assert api.run()["status"] == "COMPLETED"
    assert body(api.get(f"jobs/{second}/status"))["status"] == "QUEUED"
    gate.touch()
    assert [api.ended(job_id)["status"] for job_id in (first, second)] == ["COMPLETED"] * 2
