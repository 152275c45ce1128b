"""Reading inputs does not stop the event loop."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from proteiniq import AsyncProteinIQ
from proteiniq.sandbox import Sandbox

from ._async.clients import connect
from .support import UBIQUITIN


@pytest.fixture
async def client(sandbox: Sandbox, key: str) -> AsyncIterator[AsyncProteinIQ]:
    async with connect(sandbox, key) as connected:
        yield connected


@pytest.mark.case
@pytest.mark.anyio
async def test_a_slow_file_is_read_beside_the_event_loop(client: AsyncProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "slow.fasta"
    os.mkfifo(path)

    async def write() -> None:
        # Opening the pipe waits for its reader, which is only there if both run beside each other.
        async with await anyio.open_file(path, "w") as file:
            await file.write(UBIQUITIN)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write)
        quote = await client.jobs.quote("protein-parameters", {"protein": path})
    assert quote.estimated_credits == 0


@pytest.mark.case
@pytest.mark.anyio
async def test_a_file_that_never_arrives_does_not_delay_a_cancelled_task(
    client: AsyncProteinIQ, tmp_path: Path
) -> None:
    path = tmp_path / "never.fasta"
    os.mkfifo(path)
    await client.tools.get("protein-parameters")
    with anyio.move_on_after(0.05) as scope:
        await client.jobs.quote("protein-parameters", {"protein": path})
    assert scope.cancelled_caught
    path.open("w").close()  # lets the thread end
