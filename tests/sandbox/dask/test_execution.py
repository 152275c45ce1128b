"""An execution on a worker, without a cluster."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq.sandbox import _lease
from proteiniq.sandbox._dask.execution import Execution, Grant, sweep
from proteiniq.sandbox._runs import Limits, Order

from ..clients import entry
from ..commands import wait_until_gone
from .cluster import PATIENCE, until

ORDER = Order("job_1", 1, Limits("leaves", 600.0, 1 << 20))


def grant(folder: Path, tool: str = "Plain", **settings: Any) -> Grant:
    given = {"slot": "text", **{name: entry()[name] for name in ("kind", "format", "content")}}
    payload = {"tool": f"tests.sandbox.fake_tools:{tool}", "inputs": {"text": [given]}, "settings": settings}
    return Grant(json.dumps(payload), attrs.asdict(ORDER), None)


def execution(base: Path, lease: float = 600.0) -> Execution:
    return Execution("sandbox-1.a", "job_1.1.a", lease, base, lambda: None)


def carried_out(one: Execution) -> threading.Thread:
    thread = threading.Thread(target=one.carry_out)
    thread.start()
    return thread


def test_an_execution_that_nobody_allows_runs_nothing(tmp_path: Path) -> None:
    assert execution(tmp_path, lease=0.0).carry_out() == "not allowed to run"
    assert list(tmp_path.iterdir()) == []


def test_a_permission_that_comes_too_late_is_none(tmp_path: Path) -> None:
    one = execution(tmp_path, lease=0.0)
    one.allow(grant(tmp_path))
    assert one.carry_out() == "not allowed to run"


def test_files_are_there_until_they_are_taken(tmp_path: Path) -> None:
    one = execution(tmp_path)
    one.allow(grant(tmp_path))
    thread = carried_out(one)
    until(lambda: one.end_of_job is not None)
    assert one.end_of_job is not None
    assert [file["name"] for file in one.end_of_job["files"]] == ["out/copy.txt", "results.json"]
    assert one.path("out/copy.txt").read_text() == ">a\nMK\n"
    sweep(tmp_path)  # as another worker on this machine does when it starts
    assert one.path("out/copy.txt").exists()
    one.end()
    thread.join()
    assert (one.state, list(tmp_path.glob("*/*"))) == ("gone", [])


def test_a_lease_that_has_ended_is_not_extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that was frozen finds the end of its job and late messages of the sandbox at the same time."""
    one, gate = execution(tmp_path / "base", lease=60.0), tmp_path / "gate"
    one.allow(grant(tmp_path, "Waits", gate=str(gate), pid=""))
    thread, now = carried_out(one), _lease.clock()
    until(lambda: one.percent == 50)
    monkeypatch.setattr(_lease, "clock", lambda: now + 61)
    one.hears(now + 30)
    thread.join(PATIENCE)
    assert (one.state, one.end_of_job) == ("gone", None)


def test_what_nobody_has_fetched_from_a_storage_is_removed(tmp_path: Path) -> None:
    one, stored = execution(tmp_path / "base"), tmp_path / "storage"
    one.allow(attrs.evolve(grant(tmp_path), storage=stored.as_uri()))
    thread = carried_out(one)
    until(lambda: one.end_of_job is not None)
    assert len(list(stored.glob("*/*"))) == 1
    one.end()
    thread.join()
    assert list(stored.glob("*/*")) == []


def test_an_execution_ends_when_the_sandbox_is_not_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, pid, child = execution(tmp_path / "base"), tmp_path / "pid", tmp_path / "child"
    one.allow(grant(tmp_path, "Leaves", gate="never", pid=str(pid), child=str(child)))
    thread = carried_out(one)
    until(lambda: one.percent == 50)
    later = _lease.clock() + 1000
    monkeypatch.setattr(_lease, "clock", lambda: later)
    thread.join()
    for file in (pid, child):
        wait_until_gone(int(file.read_text()))
    assert list((tmp_path / "base").glob("*/*")) == []


def test_what_a_worker_that_died_left_is_removed(tmp_path: Path) -> None:
    for name in ("job_1.1.a.b", "job_2.1.a.b"):
        (tmp_path / "sandbox-1.a" / name / "out").mkdir(parents=True)
    (tmp_path / "sandbox-1.a" / "job_1.1.a.b" / "lock").touch()
    sweep(tmp_path)
    # The other one has just been made, by a worker that has not locked it yet.
    assert [path.name for path in tmp_path.glob("*/*")] == ["job_2.1.a.b"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "sandbox-1.a").touch()
    one = execution(tmp_path)
    one.allow(grant(tmp_path))
    thread = carried_out(one)
    until(lambda: one.end_of_job is not None)
    assert one.end_of_job is not None
    assert one.end_of_job["stopped"] == ("internal_error", "The job could not be run.")
    one.end()
    thread.join()
