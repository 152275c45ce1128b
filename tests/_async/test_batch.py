"""Batches on each event loop, and in threads: stopping early, cancelling, and what is on its way meanwhile."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from proteiniq import AsyncProteinIQ
from proteiniq._policy import schedule
from proteiniq._wire.blocking import AsyncBlocking
from proteiniq._wire.crew import AsyncCrew
from proteiniq.batch import AsyncBatch
from proteiniq.errors import BatchLocked
from proteiniq.sandbox import Sandbox

TEXTS = [("a", "one"), ("b", "two"), ("c", "three")]


@pytest.fixture
async def client(
    sandbox: Sandbox, key: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncProteinIQ]:
    """A client with the machine's clock, since a batch waits for its requests with that."""
    monkeypatch.setattr(schedule, "SEARCH_AFTER", 0.05)
    async with AsyncProteinIQ(key, sandbox.url, rate_limit=100_000, max_retries=0) as connected:
        yield connected


async def run(batch: AsyncBatch) -> list[str]:
    return sorted([f"{outcome.id} {outcome.status}" async for outcome in batch])


async def jobs(client: AsyncProteinIQ) -> int:
    return len([job async for job in client.jobs.list()])


def journal(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_bytes().splitlines()]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_batch_runs_and_is_there_in_a_second_run(client: AsyncProteinIQ, tmp_path: Path) -> None:
    for _ in range(2):
        assert await run(client.batch("picky", TEXTS, tmp_path)) == ["a done", "b done", "c done"]
    assert await jobs(client) == 3


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_the_end_of_a_loop_writes_what_is_on_its_way_before_the_folder_is_free(
    client: AsyncProteinIQ, tmp_path: Path
) -> None:
    async with client.batch("picky", TEXTS, tmp_path) as batch:
        async for _ in batch:
            with pytest.raises(BatchLocked):
                await run(client.batch("picky", TEXTS, tmp_path))
            break
    events = [event["event"] for event in journal(tmp_path)]
    assert events.count("submit") == events.count("submitted")
    assert await run(client.batch("picky", TEXTS, tmp_path)) == ["a done", "b done", "c done"]
    assert await jobs(client) == 3


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_second_loop_in_the_block_of_a_batch_goes_on_after_the_first(
    client: AsyncProteinIQ, tmp_path: Path
) -> None:
    async with client.batch("picky", TEXTS, tmp_path) as batch:
        async for _ in batch:
            break
        assert await run(batch) == ["a done", "b done", "c done"]
    assert await run(batch) == ["a done", "b done", "c done"]
    async with batch:
        pass
    assert await jobs(client) == 3


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.once
async def test_a_cancelled_batch_writes_what_is_on_its_way(
    sandbox: Sandbox, client: AsyncProteinIQ, tmp_path: Path
) -> None:
    slow = sandbox.faults.add("POST", "/jobs", delay=0.5, times=None)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(run, client.batch("picky", TEXTS, tmp_path))
            while slow.count < 3:  # noqa: ASYNC110 - the sandbox has no event for it
                await anyio.sleep(0.01)
            group.cancel_scope.cancel()
    finally:
        sandbox.faults.clear()
    assert [event["event"] for event in journal(tmp_path)].count("submitted") == 3
    assert await run(client.batch("picky", TEXTS, tmp_path)) == ["a done", "b done", "c done"]
    assert await jobs(client) == 3


# ---- the crew


async def fail() -> None:
    raise LookupError("of a task")


async def succeed() -> int:
    return 7


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_outcome_stays_until_it_was_acted_on() -> None:
    crew: AsyncCrew[str] = AsyncCrew()
    crew.start("a", succeed)
    for _ in range(2):
        outcome = await crew.next(None)
        assert outcome is not None
        assert (outcome.tag, outcome.value, crew.busy) == ("a", 7, True)
    crew.taken()
    assert not crew.busy
    assert await crew.next(0.0) is None


@pytest.mark.anyio
async def test_an_error_of_a_task_is_its_outcome() -> None:
    crew: AsyncCrew[str] = AsyncCrew()
    crew.start("a", fail)
    outcome = await crew.next(None)
    assert outcome is not None
    assert repr(outcome.error) == "LookupError('of a task')"


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.once
async def test_a_crew_closes_although_a_task_has_not_begun() -> None:
    crew: AsyncCrew[str] = AsyncCrew()
    crew.start("begun", anyio.sleep_forever, waits=False)
    await anyio.sleep(0.01)
    crew.start("not begun", anyio.sleep_forever, waits=False)
    with anyio.fail_after(5):
        await crew.close()


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.once
async def test_an_error_of_a_step_that_waits_for_the_disk_is_raised() -> None:
    def step() -> None:
        raise OSError("of a disk")

    with pytest.raises(OSError, match="of a disk"):
        await AsyncBlocking.run(step)
