"""Runs that are lost, and a number of slots that changes: what a runner on job_id machines may do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox import _lease, _runners
from proteiniq.sandbox._runner import LocalRunner
from proteiniq.sandbox._runs import Lost, Order, Run

from .clients import Api, body, generous


class Fragile(LocalRunner):
    """Loses the first `losses` runs."""

    losses = 0
    orders: list[Order]

    def __init__(self, slots: int) -> None:
        super().__init__(slots)
        self.orders = []

    def start(self, folder: Path, order: Order) -> Any:
        self.orders.append(order)
        run = super().start(folder, order)
        return Losing(run) if len(self.orders) <= self.losses else run


class Losing:
    def __init__(self, run: Run) -> None:
        self._run = run

    def poll(self, timeout: float) -> Lost:
        self._run.end()
        return Lost("The worker was lost.")

    def kill(self) -> None:
        self._run.kill()


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Api, Fragile]]]:
    made: list[Api] = []

    def start(losses: int = 0, slots: int = 1) -> tuple[Api, Fragile]:
        runner = Fragile(slots)
        runner.losses = losses
        monkeypatch.setattr(_runners, "local", lambda _: runner)
        made.append(Api(generous().start()))
        return made[-1], runner

    yield start
    for api in made:
        api.close()
        api.sandbox.stop()


def test_a_lost_job_runs_again(begin: Callable[..., tuple[Api, Fragile]]) -> None:
    api, runner = begin(losses=2)
    done = api.run("priced")
    assert (done["status"], [order.tries for order in runner.orders]) == ("COMPLETED", [1, 2, 3])
    assert api.credits() == 10_000 - 20


def test_a_job_that_is_lost_too_often_fails_with_the_reason(
    begin: Callable[..., tuple[Api, Fragile]],
) -> None:
    api, _ = begin(losses=3)
    failed = api.run("priced")
    assert failed["error"] == {
        "code": "interrupted",
        "message": "The worker was lost. It was started 3 times.",
    }
    assert api.credits() == 10_000


def test_jobs_are_queued_while_there_are_no_slots(begin: Callable[..., tuple[Api, Fragile]]) -> None:
    api, runner = begin(slots=0)
    job_id = api.submit("plain")["id"]
    assert body(api.get(f"jobs/{job_id}/status"))["status"] == "QUEUED"
    runner.slots = 2
    api.sandbox._running.service.supervisor.wake()
    assert api.ended(job_id)["status"] == "COMPLETED"


def test_a_job_does_not_run_again_before_what_a_sandbox_that_died_has_left_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when the next start has another lease, or no cluster."""
    data, now = tmp_path / "data", [1000.0]
    monkeypatch.setattr(_lease, "clock", lambda: now[0])
    with generous(data) as sandbox, Api(sandbox) as api:
        job_id = api.submit("waits")["id"]
        api.until(job_id, progress=50)
        store = sandbox._running.service.store
        monkeypatch.setattr(store, "release", lambda job_id: None)  # as after a kill
    (data / "lease").write_text("300.0")
    with generous(data) as sandbox, Api(sandbox) as api:
        assert api.run()["status"] == "COMPLETED"
        assert body(api.get(f"jobs/{job_id}/status"))["progress"] is None
    assert float((data / "lease").read_text()) == 300.0
    with generous(data):
        now[0] += 400
    with generous(data) as sandbox, Api(sandbox) as api:
        api.until(job_id, progress=50)
    assert not (data / "lease").exists()
