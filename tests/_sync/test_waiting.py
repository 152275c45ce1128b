# Generated from tests/_async/test_waiting.py by scripts/unasync.py. Edit that file instead.

"""Waiting for jobs of a sandbox: updates, events, results, and a wait that ends without the job."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq import (
    Job,
    JobFailed,
    JobNotCompleted,
    NotFound,
    ProteinIQ,
    WaitTimeout,
)

from ..support import (
    ENTRY,
    LYSOZYME,
    Stub,
    answer,
    job,
)
from .clients import over

TEXT = {"text": "anything"}


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_a_wait_returns_the_job_that_has_ended(client: ProteinIQ, streams: bool) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    ended = client.jobs.wait(made, streams=streams)
    assert (ended.id, ended.status, ended.is_terminal) == (made.id, "COMPLETED", True)
    assert ended.completed_at is not None


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_updates_report_every_status_once(client: ProteinIQ, gate: Path, streams: bool) -> None:
    seen: list[Job] = []

    def update(job: Job) -> None:
        seen.append(job)
        if job.progress == 50:
            gate.touch()

    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    ended = client.jobs.wait(made, on_update=update, streams=streams)
    assert seen[-1] == ended
    assert any(job.status == "PROCESSING" and job.progress == 50 for job in seen)
    assert all(one != other for one, other in itertools.pairwise(seen))


def test_events_are_iterated_until_the_job_has_ended(client: ProteinIQ) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    states = [state.status for state in made.events()]
    assert states[-1] == "COMPLETED"


def test_a_job_that_has_ended_is_waited_for_without_a_request() -> None:
    service = Stub(answer(job("COMPLETED"), 201))
    with over(service) as client:
        made = client.jobs.submit("protein-parameters", [ENTRY])
        assert made.wait() is made
    assert len(service.requests) == 1


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_a_wait_that_times_out_leaves_the_job_running_and_names_it(
    client: ProteinIQ, gate: Path, streams: bool
) -> None:
    made = client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    with pytest.raises(WaitTimeout, match="the wait timed out after 20 s") as caught:
        client.jobs.wait(made, timeout=20, streams=streams)
    assert caught.value.job_id == caught.value.job.id == made.id
    assert not caught.value.job.is_terminal
    assert f"client.jobs.wait({made.id!r})" in str(caught.value)
    gate.touch()
    assert (client.jobs.wait(made.id)).status == "COMPLETED"


def test_run_submits_waits_and_gets_the_result(client: ProteinIQ) -> None:
    seen: list[str] = []
    result = client.run(
        "protein-parameters",
        {"protein": LYSOZYME},
        name="mine",
        on_update=lambda job: seen.append(job.status),
        timeout=10_000,
    )
    assert result.status == seen[-1] == "COMPLETED"
    assert (client.jobs.get(result.job_id)).name == "mine"


def test_a_failed_run_raises_with_its_error(client: ProteinIQ) -> None:
    with pytest.raises(JobFailed, match="no convergence after 12 steps") as caught:
        client.run("broken", TEXT)
    assert caught.value.job.status == "FAILED"
    assert caught.value.job_id == caught.value.job.id


def test_refresh_reads_the_status_again(client: ProteinIQ) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    made.wait()
    assert (made.refresh()).status == "COMPLETED"
