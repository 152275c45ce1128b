"""Waiting for jobs of a sandbox: updates, events, results, and a wait that ends without the job."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq import (
    AsyncJob,
    AsyncProteinIQ,
    JobFailed,
    JobNotCompleted,
    NotFound,
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


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
async def test_a_wait_returns_the_job_that_has_ended(client: AsyncProteinIQ, streams: bool) -> None:
    made = await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    ended = await client.jobs.wait(made, streams=streams)
    assert (ended.id, ended.status, ended.is_terminal) == (made.id, "COMPLETED", True)
    assert ended.completed_at is not None


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
async def test_updates_report_every_status_once(client: AsyncProteinIQ, gate: Path, streams: bool) -> None:
    seen: list[AsyncJob] = []

    def update(job: AsyncJob) -> None:
        seen.append(job)
        if job.progress == 50:
            gate.touch()

    made = await client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    ended = await client.jobs.wait(made, on_update=update, streams=streams)
    assert seen[-1] == ended
    assert any(job.status == "PROCESSING" and job.progress == 50 for job in seen)
    assert all(one != other for one, other in itertools.pairwise(seen))


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_events_are_iterated_until_the_job_has_ended(client: AsyncProteinIQ) -> None:
    made = await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    states = [state.status async for state in made.events()]
    assert states[-1] == "COMPLETED"


@pytest.mark.anyio
async def test_a_job_that_has_ended_is_waited_for_without_a_request() -> None:
    service = Stub(answer(job("COMPLETED"), 201))
    async with over(service) as client:
        made = await client.jobs.submit("protein-parameters", [ENTRY])
        assert await made.wait() is made
    assert len(service.requests) == 1


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
async def test_a_wait_that_times_out_leaves_the_job_running_and_names_it(
    client: AsyncProteinIQ, gate: Path, streams: bool
) -> None:
    made = await client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    with pytest.raises(WaitTimeout, match="the wait timed out after 20 s") as caught:
        await client.jobs.wait(made, timeout=20, streams=streams)
    assert caught.value.job_id == caught.value.job.id == made.id
    assert not caught.value.job.is_terminal
    assert f"client.jobs.wait({made.id!r})" in str(caught.value)
    gate.touch()
    assert (await client.jobs.wait(made.id)).status == "COMPLETED"


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_run_submits_waits_and_gets_the_result(client: AsyncProteinIQ) -> None:
    seen: list[str] = []
    result = await client.run(
        "protein-parameters",
        {"protein": LYSOZYME},
        name="mine",
        on_update=lambda job: seen.append(job.status),
        timeout=10_000,
    )
    assert result.status == seen[-1] == "COMPLETED"
    assert (await client.jobs.get(result.job_id)).name == "mine"


@pytest.mark.anyio
async def test_a_failed_run_raises_with_its_error(client: AsyncProteinIQ) -> None:
    with pytest.raises(JobFailed, match="no convergence after 12 steps") as caught:
        await client.run("broken", TEXT)
    assert caught.value.job.status == "FAILED"
    assert caught.value.job_id == caught.value.job.id


@pytest.mark.once
@pytest.mark.anyio
async def test_a_failed_job_that_left_a_file_is_an_error_with_that_file(client: AsyncProteinIQ) -> None:
    with pytest.raises(JobFailed, match="no convergence after 12 steps") as caught:
        await client.run("broken", TEXT, {"partial": True})
    assert await caught.value.result.files["copy.txt"].text() == "half"


@pytest.mark.once
@pytest.mark.anyio
async def test_the_result_of_a_failed_job_is_returned_on_request(client: AsyncProteinIQ) -> None:
    result = await client.run("broken", TEXT, {"partial": True}, partial=True)
    assert result.status == "FAILED"
    assert result.error is not None
    assert "no convergence" in str(result.error.message)
    assert (await client.results.get(result.job_id)).files.names == result.files.names


@pytest.mark.once
@pytest.mark.anyio
async def test_a_result_before_the_end_is_refused(client: AsyncProteinIQ, gate: Path) -> None:
    made = await client.jobs.submit("gate", TEXT, {"gate": str(gate)})
    with pytest.raises(JobNotCompleted) as caught:
        await client.results.get(made.id)
    assert caught.value.retry_after == 0.05
    assert caught.value.details["current_status"] in ("QUEUED", "PENDING", "PROCESSING")
    assert caught.value.job_id == made.id
    gate.touch()
    assert (await made.result()).data == {"length": 8}


@pytest.mark.anyio
async def test_refresh_reads_the_status_again(client: AsyncProteinIQ) -> None:
    made = await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    await made.wait()
    assert (await made.refresh()).status == "COMPLETED"


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("wait", [False, True], ids=["get", "wait"])
async def test_a_missing_job(client: AsyncProteinIQ, wait: bool) -> None:
    call: Callable[[str], Any] = client.jobs.wait if wait else client.jobs.get
    with pytest.raises(NotFound) as caught:
        await call("job_nobody")
    assert caught.value.job_id == "job_nobody"
    assert "continues" not in "".join(getattr(caught.value, "__notes__", []))
