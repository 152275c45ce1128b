"""A batch among lost responses, refusals and processes that end, by a seed: what happens, and what must hold."""

from __future__ import annotations

import asyncio
import json
import math
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from _service import PRICE, TOOL, Fault, Lost, Plan, Refusal, Service, VirtualJob
from _virtual import run

from proteiniq import AsyncTransportRequest, AsyncTransportResponse, BatchPaused, ProteinIQError
from proteiniq.batch import BatchStatus, OnFailure
from proteiniq.batch._events import Resend
from proteiniq.batch._folder import BatchFolder
from proteiniq.batch._state import ItemState

KEY_LIFE = 900.0
RESEND_WITHIN = 600.0
MOST_RUNS = 60

PASSING = (
    Refusal(500, "internal_error"),
    Refusal(500, "internal_error", after=True),
    Refusal(502),
    Refusal(503, None, {"Retry-After": "3"}),
    Refusal(504, after=True),
    Refusal(429, "rate_limited"),
    Refusal(429, "rate_limited", {"Retry-After": "4"}),
    Lost(after=False),
    Lost(after=True),
)
OF_SUBMITS = (
    Refusal(402, "concurrent_job_limit_exceeded"),
    Refusal(402, "daily_limit_exceeded", {"Retry-After": "60"}),
    Refusal(402, "insufficient_credits"),
    Refusal(402, "paid_plan_required"),
    Lost(after=False),
    Lost(after=True),
    Lost(after=True),
)
OF_FILES = (Refusal(403), Refusal(403), Refusal(503), Lost(after=False))  # 403 is a URL that has expired
STATUSES = ("COMPLETED",) * 8 + ("FAILED", "TIMEOUT", "CANCELLED")

_NAME = re.compile(r"\[\w+-(\d+)\.(\d+)\]$")


def entry(number: int) -> list[dict[str, Any]]:
    return [
        {
            "id": "protein-1",
            "slotId": "protein",
            "kind": "protein",
            "format": "fasta",
            "content": f">item{number}\nMK\n",
            "source": {"type": "text"},
        }
    ]


def items(count: int) -> Iterator[tuple[str, Any]]:
    for number in range(count):
        yield f"item{number}", entry(number)


class Line:
    """The connection of one process to the service. With its `last` request the process ends, before or after that.

    `submits` counts only those.
    """

    def __init__(self, service: Service, last: int | None, *, submits: bool, after: bool) -> None:
        self._service = service
        self._left = math.inf if last is None else last
        self._submits = submits
        self._after = after
        self.is_cut = False
        self.end = asyncio.Event()

    async def send(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
        if self.is_cut:
            raise ConnectionRefusedError
        counts = request.url.endswith("/jobs") or not self._submits
        self._left -= counts
        is_last = counts and self._left == 0
        if is_last and not self._after:
            self.cut()
            raise ConnectionRefusedError
        response = await self._service.send(request)
        if is_last:
            self.cut()
        if self.is_cut:
            raise ConnectionResetError
        return response

    def cut(self) -> None:
        self.is_cut = True
        self.end.set()


@attrs.define
class Schedule:
    """What happens in one run of a test, all of it by its seed."""

    seed: int
    root: Path
    chance: random.Random = attrs.field(init=False)
    service: Service = attrs.field(init=False)
    limit: float | None = None
    """`max_credits` of the present run."""
    count: int = 0
    calm: bool = False
    """Whether nothing goes wrong any more."""
    processes: int = 0

    def __attrs_post_init__(self) -> None:
        chance = self.chance = random.Random(self.seed)
        self.count = chance.randint(3, 10)
        slots = chance.randint(1, 5)
        longest = chance.choice((3.0, 30.0, 400.0))
        durations = [chance.uniform(0.0, longest) for _ in range(97)]
        statuses = [chance.choice(STATUSES) for _ in range(89)] if chance.random() < 0.5 else ["COMPLETED"]
        self.service = Service(
            Plan(
                duration=lambda number: durations[number % 97] if number >= 0 else 100.0,
                ends_as=lambda number: statuses[number % len(statuses)],
                slots=slots,
                other_jobs=chance.randint(0, slots - 1),
                rate=chance.choice((20, 120)),
                other_rate=chance.choice((0, 0, 10)),
                result_delay=chance.choice((0.0, 0.0, 8.0)),
                files=chance.choice((0, 0, 2)),
                key_life=KEY_LIFE,
            ),
            self.fault,
        )
        self._worst = chance.choice((0.0, 0.05, 0.2))
        self._broken = chance.choice(("events", "events", "list", "", "", "", ""))
        self._retries = chance.choice((0, 1, 2))
        if chance.random() < 0.3:
            self.limit = PRICE * chance.randint(1, self.count)

    _worst: float = 0.0
    _broken: str = ""
    _retries: int = 0

    def fault(self, operation: str, service: Service) -> Fault:
        """What goes wrong with a request."""
        self.check_limit()
        if self.calm:
            return None
        chance = self.chance
        if operation == self._broken:
            return Refusal(404, "not_found") if operation == "events" else Refusal(405, "method_not_allowed")
        if operation == "event":
            return Lost(after=False) if chance.random() < self._worst else None
        running = [job for job in service.ours if not job.has_ended]
        if running and chance.random() < self._worst / 5:
            service.finish(chance.choice(running), "CANCELLED")
        if chance.random() < self._worst / 2 and len(service.active) < service.plan.slots:
            service.add_other()
        if chance.random() >= self._worst:
            return None
        if operation == "submit" and chance.random() < 0.6:
            return chance.choice(OF_SUBMITS)
        return chance.choice(OF_FILES if operation == "file" else PASSING)

    def check_limit(self) -> None:
        if self.limit is not None:
            assert PRICE * len(self.service.ours) <= self.limit + 1e-9, "max_credits was exceeded"

    # ---- processes

    async def go(self) -> BatchStatus:
        """Run the batch in one process after the other, until it has ended."""
        zombies: list[asyncio.Task[Any]] = []
        folder = self.root / "0"
        in_doubt = False
        for number in range(MOST_RUNS):
            self.calm = number >= 12
            line = self._line()
            self.processes += 1
            task = asyncio.create_task(self._process(line, folder, in_doubt))
            if self.chance.random() < 0.2 and not self.calm:
                asyncio.get_running_loop().call_later(self.chance.uniform(0.1, 60.0), task.cancel)
            ended = asyncio.create_task(line.end.wait())
            await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            if line.is_cut:
                zombies.append(task)
                task.cancel()
                task.cancel()
                if folder.exists():
                    before, folder = folder, self.root / str(number + 1)
                    shutil.copytree(before, folder, ignore=shutil.ignore_patterns("lock"))
                await asyncio.sleep(self.chance.choice((0.0, 3.0, 100.0, 4000.0)))
                continue
            try:
                status = await task
            except BatchPaused as paused:
                if paused.reason == "max_credits":
                    assert self.limit is not None
                    self.limit += PRICE * self.chance.randint(1, self.count)
                await asyncio.sleep(10.0)
                continue
            except (ProteinIQError, asyncio.CancelledError):
                await asyncio.sleep(self.chance.choice((0.0, 30.0, 4000.0)))
                continue
            if status.finished:
                await asyncio.gather(*zombies, return_exceptions=True)
                self.check(folder, status)
                return status
            assert status.in_doubt, status
            assert status.waiting + status.running == 0, status
            in_doubt = True
        raise AssertionError(f"seed {self.seed}: the batch did not end")

    def _line(self) -> Line:
        chance = self.chance
        submits = chance.random() < 0.6
        last = chance.randint(1, 8 if submits else 30) if not self.calm and chance.random() < 0.6 else None
        return Line(self.service, last, submits=submits, after=chance.random() < 0.7)

    async def _process(self, line: Line, folder: Path, in_doubt: bool) -> BatchStatus:
        client = self.service.client(self.chance.randrange(1000), transport=line)
        async with client:
            batch = client.batch(
                TOOL,
                items(self.count),
                folder,
                max_credits=self.limit,
                on_failure=OnFailure(retries=self._retries, in_a_row=1000, share=1.0),
                resend_within=RESEND_WITHIN,
                resend_in_doubt=in_doubt,
            )
            told = Counter([item.id async for item in batch])
            assert set(told.values()) <= {1}, told
            return batch.report()

    # ---- what must hold

    def check(self, path: Path, status: BatchStatus) -> None:
        jobs: dict[tuple[int, int], VirtualJob] = {}
        for job in self.service.ours:
            tag = _NAME.search(job.name)
            assert tag is not None
            work = int(tag[1]), int(tag[2])
            assert work not in jobs, f"two jobs of item {work[0]}, attempt {work[1]}"
            jobs[work] = job
        with BatchFolder.read(path) as folder:
            for place in range(self.count):
                self._check_item(folder, place, jobs)
            # A submit in doubt that was sent again may have made a job, which counts.
            resent = sum(isinstance(event, Resend) for _, event in folder.events())
            assert len(jobs) <= folder.state.credits_used / PRICE <= len(jobs) + resent
        assert status.credits_reserved == 0
        if (
            self.processes == 1 and not self.service.plan.other_rate
        ):  # a new process knows nothing of the last minute
            assert self.service.too_many == 0, "a request was over the rate limit"
        assert status.done + status.failed == self.count

    def _check_item(self, folder: BatchFolder, place: int, jobs: dict[tuple[int, int], VirtualJob]) -> None:
        last = folder.state.attempt(place)
        made = [jobs[place, attempt].status for attempt in range(last + 1)]
        assert (place, last + 1) not in jobs
        assert "COMPLETED" not in made[:-1]
        if folder.state.status(place) == ItemState.FAILED:
            assert made[-1] != "COMPLETED"
            assert last == self._retries
            return
        assert folder.state.status(place) == ItemState.DONE
        assert made[-1] == "COMPLETED"
        where = folder.results_of(folder.plan.item(place))
        document = json.loads((where / "result.json").read_bytes())
        assert document["results"] == {"content": entry(place)[0]["content"]}
        job = jobs[place, last]
        for number in range(self.service.plan.files):
            assert (where / "files" / f"{number}.txt").read_text() == f"/{job.id}/{number}.txt"


def play(seed: int, root: Path) -> Schedule:
    """Let a schedule happen, and check what must hold."""
    schedule = Schedule(seed, root)
    run(schedule.go)
    return schedule
