"""Jobs while workers are killed all the time, and outputs of 1 GiB: `nox -s dask -- tests/sandbox/dask/under_kills.py`.

`KILLS_JOBS`, `KILLS_SECONDS` and `KILLS_SEED` change how many jobs, for how long, and when.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from ..clients import Api, body, entry, job
from ..commands import served
from ..fake_tools import MESSY
from .cluster import Cluster, end

Serve = Callable[..., Api]
JOBS = int(os.environ.get("KILLS_JOBS", "300"))
SECONDS = float(os.environ.get("KILLS_SECONDS", "300"))


@contextmanager
def kills(cluster: Cluster, chosen: random.Random) -> Iterator[list[float]]:
    """Kill a worker every few seconds, and start another. Yields the times, which grow."""
    stop, killed = threading.Event(), list[float]()

    def work() -> None:
        began = time.monotonic()
        while not stop.wait(chosen.uniform(2.0, 6.0)) and time.monotonic() - began < SECONDS:
            alive = [worker for worker in cluster.workers if worker.poll() is None]
            end(chosen.choice(alive))
            killed.append(time.monotonic() - began)
            cluster.start_worker(threads=2)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def test_no_job_is_lost_or_runs_twice_at_once(fragile: Cluster, serve: Serve, tmp_path: Path) -> None:
    seed = int(os.environ.get("KILLS_SEED", random.SystemRandom().randrange(10**6)))
    chosen = random.Random(seed)
    for _ in range(2):
        fragile.start_worker(threads=2)
    api = serve(lease=3.0, credits=100_000, max_tries=20)
    submitted = {}
    with kills(fragile, chosen) as killed:
        for number in range(JOBS):
            settings = {
                "starts": str(tmp_path / f"starts-{number}"),
                "doubles": str(tmp_path / "doubles"),
                "seconds": chosen.uniform(0.5, 3.0),
            }
            submitted[api.submit("alone", settings=settings)["id"]] = tmp_path / f"starts-{number}"
        ended = {job_id: api.ended(job_id) for job_id in submitted}
    found = Counter(each["status"] for each in ended.values())
    starts = {job_id: len(path.read_text().splitlines()) for job_id, path in submitted.items()}
    said = f"{len(killed)} kills, {dict(found)}, starts {Counter(starts.values())}"
    print(f"KILLS_SEED={seed}: {said}")  # noqa: T201 - shown with `-s`, or if it fails
    assert not (tmp_path / "doubles").exists()
    assert dict(found) == {"COMPLETED": JOBS}
    assert api.credits() == 100_000 - 7 * JOBS


def peak(process: int) -> float:
    """The most memory that a process had since `forget`, in MiB."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise AssertionError


def forget(process: int) -> float:
    Path(f"/proc/{process}/clear_refs").write_text("5")
    return peak(process)


@pytest.mark.parametrize("way", ["connection", "storage"])
def test_an_output_of_1_gib_needs_little_memory(fragile: Cluster, tmp_path: Path, way: str) -> None:
    fragile.start_worker()
    tools = (f"--tool={tool}" for tool in ("big_tool:Big", MESSY[0]))
    options = [f"--runner={fragile.url}", "--max-output-bytes=2000000000", *tools]
    if way == "storage":
        options.append(f"--storage={tmp_path / 'storage'}")
    with served(tmp_path / "data", *options) as (process, api):
        sent = job("big", inputs=[entry("x", kind="text", format="txt")], settings={"mebibytes": 1})
        assert api.ended(body(api.post("jobs", json=sent))["id"])["status"] == "COMPLETED"
        watched = {
            "server": process.pid,
            "scheduler": fragile.scheduler.pid,
            "worker": fragile.workers[0].pid,
        }
        before = {name: forget(pid) for name, pid in watched.items()}
        sent["settings"]["mebibytes"] = 1024
        began = time.monotonic()
        done = api.ended(body(api.post("jobs", json=sent))["id"])
        took = time.monotonic() - began
        assert done["status"] == "COMPLETED", done
        grown = {name: peak(pid) - before[name] for name, pid in watched.items()}
        print(f"{way}: {took:.1f} s, MiB {grown}")  # noqa: T201 - shown with `-s`, or if it fails
        (file,) = body(api.get(f"results/{done['id']}"))["files"]
        with httpx.stream("GET", file["url"]) as response:
            assert int(response.headers["Content-Length"]) == 1 << 30
        assert max(grown.values()) < 64, grown
