"""Delay from the end of a job, its `completed_at` in the sandbox, to the return of `wait` through events.

Both times are from this machine's clock. `completed_at` is truncated to milliseconds, which adds up to 1 ms.

python benchmarks/waiting.py
python benchmarks/waiting.py --jobs 20
"""

from __future__ import annotations

import argparse
import asyncio
import time
from datetime import datetime
from typing import Any

from _measure import Spread, say
from _servers import Server, sandbox

from proteiniq import AsyncProteinIQ, ProteinIQ

INPUTS = {"protein": ">a\nMKVLAAGIVG\n"}


def sync_waits(server: Server, jobs: int) -> list[float]:
    found = []
    with ProteinIQ(server.key, server.url, rate_limit=10**9, job_read_interval=5.0) as client:
        for _ in range(jobs):
            job = client.jobs.wait(client.jobs.submit("protein-parameters", INPUTS))
            found.append(_delay(job))
    return found


async def async_waits(server: Server, jobs: int) -> list[float]:
    found = []
    async with AsyncProteinIQ(server.key, server.url, rate_limit=10**9, job_read_interval=5.0) as client:
        for _ in range(jobs):
            job = await client.jobs.wait(await client.jobs.submit("protein-parameters", INPUTS))
            found.append(_delay(job))
    return found


def _delay(job: Any) -> float:
    now = time.time()
    completed: datetime = job.completed_at
    return 1000 * (now - completed.timestamp())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=60)
    jobs = parser.parse_args().jobs
    say(f"from the terminal status to the return of wait, in ms: median (quartiles), maximum, of {jobs} jobs")
    with sandbox("--daily-limit", "1000000") as server:
        for kind, found in (
            ("sync", sync_waits(server, jobs)),
            ("async", asyncio.run(async_waits(server, jobs))),
        ):
            say(f"  {kind:<6}{Spread.of(found)}, {max(found):.1f}")


if __name__ == "__main__":
    main()
