"""A batch in virtual time, relative to the lower bound and beside a simple loop.

The bound is the longer of two times: two requests a job at the allowed rate, and the same items in the same order on
the same slots, with instant knowledge and free requests. The loop submits, polls every 5 s and gets the result, on as
many threads as there are slots, and is never refused. "Shared" is with a third of the slots and of the rate taken by
other people. All requests count, those that were refused too.

python benchmarks/batch.py
python benchmarks/batch.py --jobs 10000 --only "5 s" --slots 20
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
from _measure import say
from _service import LATENCY, READ_INTERVAL, TOOL, WINDOW, Plan, Service
from _virtual import run

RATE = 120
SLOTS = (3, 20, 100)
MEMORY = Path("/dev/shm")

DURATIONS: dict[str, Callable[[random.Random], float]] = {
    "5 s": lambda chance: 5.0,
    "60 s": lambda chance: 60.0,
    "15 min": lambda chance: 900.0,
    "log-normal": lambda chance: math.exp(chance.gauss(math.log(60.0), 1.5)),
}


@attrs.frozen(kw_only=True)
class Cell:
    """One row of the table. With `shared`, other people take a third of the slots and of the rate."""

    jobs: int
    kind: str
    slots: int
    shared: bool

    @property
    def durations(self) -> list[float]:
        chance = random.Random(1)
        return [DURATIONS[self.kind](chance) for _ in range(self.jobs)]

    @property
    def own_slots(self) -> int:
        return self.slots - (self.slots // 3 if self.shared else 0)

    @property
    def own_rate(self) -> int:
        return RATE - (RATE // 3 if self.shared else 0)

    @property
    def request_bound(self) -> float:
        return 2 * self.jobs * 60.0 / self.own_rate

    @property
    def slot_bound(self) -> float:
        free = [0.0] * self.own_slots
        for duration in self.durations:
            heapq.heappush(free, heapq.heappop(free) + duration)
        return max(free)

    @property
    def limit(self) -> str:
        """What limits it, `requests` or `slots`."""
        return "requests" if self.request_bound >= self.slot_bound else "slots"

    @property
    def bound(self) -> float:
        return max(self.request_bound, self.slot_bound)


@attrs.frozen(kw_only=True)
class Measured:
    """`ratio` is to the bound, `requests` are for each job."""

    ratio: float
    requests: float
    no_slot: int
    refused: int
    counts: dict[str, int]


def measure(cell: Cell) -> Measured:
    """Run a batch."""
    durations = cell.durations
    other_jobs, other_rate = cell.slots - cell.own_slots, RATE - cell.own_rate
    # Other people can't submit their jobs and get the results any faster than with their share of the rate.
    shortest = other_jobs * 2 * 60.0 / other_rate if other_rate else 0.0

    def duration(number: int) -> float:
        known = durations[number % len(durations)]
        return known if number >= 0 else max(shortest, known)

    plan = Plan(duration=duration, slots=cell.slots, rate=RATE, other_jobs=other_jobs, other_rate=other_rate)
    service = Service(plan)

    async def main(folder: Path) -> None:
        async with service.client() as client:
            status = await client.batch(TOOL, items(cell.jobs), folder).run()
        assert status.done == cell.jobs, status

    # On a disk, its fsync takes longer than all else.
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        run(lambda: main(Path(folder) / "batch"))
    return Measured(
        ratio=service.last_result / cell.bound,
        requests=sum(service.counts.values()) / cell.jobs,
        no_slot=service.refused.get("concurrent_job_limit_exceeded", 0),
        refused=service.refused.get("rate_limited", 0),
        counts=service.counts,
    )


def items(count: int) -> Iterator[tuple[str, Any]]:
    """Items with an input each."""
    for number in range(count):
        entry = {
            "id": "protein-1",
            "slotId": "protein",
            "kind": "protein",
            "format": "fasta",
            "content": f">item{number}\nMK\n",
            "source": {"type": "text"},
        }
        yield f"item{number}", [entry]


def simple_loop(cell: Cell) -> tuple[float, float]:
    """Return time and requests of a simple loop, as `Measured` has them."""
    durations = iter(cell.durations)
    sent: deque[float] = deque()

    def send(at: float) -> float:
        """Send a request, at the earliest when the rate allows it. Returns when its response comes."""
        if len(sent) == cell.own_rate:
            at = max(at, sent.popleft() + WINDOW)
        sent.append(at)
        return at + LATENCY

    requests = 0
    last = 0.0
    threads: list[tuple[float, int, float | None]] = [(0.0, number, None) for number in range(cell.own_slots)]
    heapq.heapify(threads)
    while threads:
        now, thread, end = heapq.heappop(threads)
        if end is None:
            duration = next(durations, None)
            if duration is None:
                continue
            requests += 1
            responded = send(now)
            heapq.heappush(threads, (responded + READ_INTERVAL, thread, responded - LATENCY / 2 + duration))
            continue
        requests += 1
        responded = send(now)
        if end > responded - LATENCY / 2:
            heapq.heappush(threads, (responded + READ_INTERVAL, thread, end))
            continue
        requests += 1
        last = send(responded)
        heapq.heappush(threads, (last, thread, None))
    return last / cell.bound, requests / cell.jobs


def row(cell: Cell, *, verbose: bool) -> str:
    found, (loop_time, loop_requests) = measure(cell), simple_loop(cell)
    most = 2.10 if cell.limit == "requests" else 3.2
    misses = "".join(
        f" {name}"
        for name, is_missed in (("time", found.ratio > 1.05), ("requests", found.requests > most))
        if is_missed
    )
    return (
        f"{cell.kind:<11}{cell.slots:>4} {'shared' if cell.shared else 'alone':<7}{cell.limit:<9}{found.ratio:>6.3f}"
        f"{found.requests:>7.3f}{found.no_slot:>5}{found.refused:>5}   {loop_time:>6.2f}{loop_requests:>8.1f}"
        f"{'   misses:' + misses if misses else ''}{f'   {found.counts}' if verbose else ''}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--only", choices=DURATIONS, action="append", help="durations, all by default")
    parser.add_argument("--slots", type=int, choices=SLOTS, action="append", help="slots, all by default")
    parser.add_argument("--verbose", action="store_true", help="show the requests by kind")
    given = parser.parse_args()
    say(
        f"{given.jobs} jobs; times relative to the bound, requests for each job; on the right the simple loop"
    )
    say("duration  slots        limited   time   req.  402  429     time    req.")
    for kind in given.only or DURATIONS:
        for slots in given.slots or SLOTS:
            for shared in (False, True):
                say(row(Cell(jobs=given.jobs, kind=kind, slots=slots, shared=shared), verbose=given.verbose))


if __name__ == "__main__":
    main()
