"""The latency of a wait: it returns with the last event. Runs against the sandbox in real time."""

from __future__ import annotations

import pytest

from proteiniq import AsyncProteinIQ
from proteiniq.hooks import AttemptDetails
from proteiniq.sandbox import Sandbox

from ...support import LYSOZYME, UBIQUITIN


@pytest.mark.anyio
async def test_a_job_is_waited_for_by_its_events_without_a_status_read(sandbox: Sandbox, key: str) -> None:
    told: list[AttemptDetails] = []
    async with AsyncProteinIQ(key, sandbox.url, hooks=[told.append]) as client:
        await client.run("protein-parameters", {"protein": LYSOZYME})
    assert [each.operation for each in told] == ["get_tool", "submit_job", "stream_job_events", "get_result"]


@pytest.mark.anyio
async def test_the_last_of_many_jobs_is_waited_for_by_its_events(sandbox: Sandbox, key: str) -> None:
    told: list[AttemptDetails] = []
    async with AsyncProteinIQ(key, sandbox.url, hooks=[told.append]) as client:
        jobs = [
            await client.jobs.submit("protein-parameters", {"protein": protein})
            for protein in (LYSOZYME, UBIQUITIN)
        ]
        first = await client.jobs.wait(jobs[0])
        told.clear()
        ended = [each async for each in client.jobs.wait_all([first, jobs[1]])]
    assert {each.id for each in ended} == {each.id for each in jobs}
    assert [each.operation for each in told] == ["stream_job_events"]
