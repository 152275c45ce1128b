"""A batch in a process of its own, which the tests interrupt and kill: `python -m tests.batch.child OPTIONS`.

The options are JSON. It ends with 75 if the same call may go on at once, as after a lost connection.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from datetime import datetime, timedelta
from typing import Any

from proteiniq import AsyncProteinIQ, ProteinIQ
from proteiniq._policy import schedule
from proteiniq._wire.clock import AsyncMachineClock, MachineClock
from proteiniq.errors import TransportError
from proteiniq.hooks import AttemptDetails

from .digests import TOOL, items

schedule.SEARCH_AFTER = 0.5
schedule.LONGEST_BACKOFF = 1.0

AGAIN = 75


class Jumping(MachineClock):
    """A wall clock that is set forward by a day and back, again and again."""

    reads = 0

    def utcnow(self) -> datetime:
        self.reads += 1
        return super().utcnow() + timedelta(days=self.reads // 10 % 2)


def main(
    url: str,
    key: str,
    folder: str,
    count: int,
    asked: str,
    *,
    world: str = "sync",
    jumps: bool = False,
    **options: Any,
) -> None:
    log = os.open(asked, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(attempt: AttemptDetails) -> None:
        line = [attempt.started_at.timestamp(), attempt.operation, attempt.job_id]
        os.write(log, json.dumps(line).encode() + b"\n")

    known: dict[str, Any] = {"rate_limit": 100_000, "hooks": [note]}
    if world == "sync":
        clock = Jumping() if jumps else MachineClock()
        with ProteinIQ(key, url, clock=clock, **known) as client:
            for _ in client.batch(TOOL, items(count), folder, **options):
                pass
        return

    async def run() -> None:
        async with AsyncProteinIQ(key, url, clock=AsyncMachineClock(), **known) as client:
            async for _ in client.batch(TOOL, items(count), folder, **options):
                pass

    asyncio.run(run())


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        main(**json.loads(sys.argv[1]))
    except TransportError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(AGAIN)
