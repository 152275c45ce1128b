"""Ctrl-C and a cancelled task end the wait, not the job that is paid for: it is named and left alone."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from proteiniq import AsyncProteinIQ

from ..support import KEY, SECRET, job
from .server import HANG, Server, event, reply, stream

ROOT = Path(__file__).parents[2]
EVENTS = ("GET", "/api/v1/jobs/job_1/events")
LIST = ("GET", "/api/v1/jobs")


@pytest.fixture
def server() -> Iterator[Server]:
    """A server whose job runs forever."""
    with Server() as running:
        running.on(*EVENTS, stream(event(job("PROCESSING")), HANG))
        running.on(*LIST, [HANG])
        running.on("POST", "/api/v1/jobs", reply(job("QUEUED"), 201))
        yield running


def until(server: Server, method: str, path: str) -> None:
    """Wait until a route was requested."""
    ends = time.monotonic() + 30
    while not server.count(method, path):
        assert time.monotonic() < ends
        time.sleep(0.01)
    time.sleep(0.1)


SYNC = """
from proteiniq import ProteinIQ
from tests.support import ENTRY
with ProteinIQ() as client:
    {}
"""

ASYNC = """
import asyncio
from proteiniq import AsyncProteinIQ
from tests.support import ENTRY
async def main():
    async with AsyncProteinIQ() as client:
        {}
asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("program", "route"),
    [
        (SYNC.format("client.jobs.wait('job_1')"), EVENTS),
        (SYNC.format("list(client.jobs.wait_all(['job_1', 'job_2']))"), LIST),
        (SYNC.format("client.run('t', [ENTRY])"), EVENTS),
        (ASYNC.format("await client.jobs.wait('job_1')"), EVENTS),
        (ASYNC.format("[job async for job in client.jobs.wait_all(['job_1', 'job_2'])]"), LIST),
        (ASYNC.format("await client.run('t', [ENTRY])"), EVENTS),
    ],
    ids=["sync wait", "sync wait_all", "sync run", "async wait", "async wait_all", "async run"],
)
def test_ctrl_c_names_the_job_and_leaves_it_running(
    server: Server, program: str, route: tuple[str, str]
) -> None:
    said = interrupted(server, program, route)
    assert "job_1" in said
    assert "client.jobs.wait" in said
    assert not [asked for asked in server.asked if asked.path.endswith("/cancel")]


@pytest.mark.parametrize(
    "program",
    [SYNC.format("client.jobs.submit('t', [ENTRY])"), ASYNC.format("await client.jobs.submit('t', [ENTRY])")],
    ids=["sync", "async"],
)
def test_ctrl_c_in_the_middle_of_a_submit_names_the_key_to_repeat(server: Server, program: str) -> None:
    server.on("POST", "/api/v1/jobs", [HANG])
    said = interrupted(server, program, ("POST", "/api/v1/jobs"))
    (asked,) = server.asked
    assert f"idempotency_key={asked.headers['idempotency-key']!r}" in said


# A shell has its background jobs ignore the signal, and what they start inherits that.
INTERRUPTIBLE = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"


def interrupted(server: Server, program: str, route: tuple[str, str]) -> str:
    """The output of a program that is interrupted after its request to a route."""
    environment = {
        **os.environ,
        "PROTEINIQ_API_KEY": KEY,
        "PROTEINIQ_BASE_URL": server.url,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")]),
    }
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE + program], env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            until(server, *route)
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode != 0
    assert "KeyboardInterrupt" in said
    assert SECRET not in said
    return said


@pytest.mark.parametrize("many", [False, True], ids=["wait", "wait_all"])
def test_a_task_that_is_cancelled_names_the_job_and_leaves_it_running(server: Server, many: bool) -> None:
    async def main() -> Any:
        async with AsyncProteinIQ(KEY, server.url) as client:

            async def wait() -> None:
                if many:
                    async for _ in client.jobs.wait_all(["job_1", "job_2"]):
                        pass
                else:
                    await client.jobs.wait("job_1")

            task = asyncio.create_task(wait())
            await asyncio.to_thread(until, server, *(LIST if many else EVENTS))
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            return caught.value.__notes__

    notes = "".join(asyncio.run(main()))
    assert "job_1" in notes
    assert "client.jobs.wait" in notes
    assert not [asked for asked in server.asked if asked.path.endswith("/cancel")]


def test_a_timeout_around_a_wait_leaves_the_job_running(server: Server) -> None:
    async def main() -> None:
        async with AsyncProteinIQ(KEY, server.url) as client:
            async with asyncio.timeout(0.3):
                await client.jobs.wait("job_1")

    with pytest.raises(TimeoutError) as caught:
        asyncio.run(main())
    assert "client.jobs.wait('job_1')" in "".join(caught.value.__cause__.__notes__)  # type: ignore[union-attr]
