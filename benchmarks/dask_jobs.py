"""Jobs of the sandbox on a Dask cluster: jobs a second, and their overhead over bare Dask and over one machine.

Every job is one start of the tool's process, which computes for a moment. "Bare" is `dask.delayed` of a function that
starts the same process and looks at its files: no supervision, no database, no HTTP. All three runs have as many jobs
at a time, and are measured one after another in each round. Needs the extra `dask`.

python benchmarks/dask_jobs.py                     1, 2 and 4 workers
python benchmarks/dask_jobs.py --jobs 20 --rounds 2 --workers 2
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import httpx
from _measure import Spread, say
from dask.delayed import delayed
from distributed import Client, LocalCluster

from proteiniq.sandbox import Sandbox

SEQUENCE = ">a\n" + "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVV\n" * 20
REFERENCE = "proteiniq.sandbox.tools.protein_parameters:ProteinParameters"
TOOL, SLOT = "protein-parameters", "protein"
SETTINGS = {"pk_scale": "Bjellqvist", "ph": 7.0}


def bare(_: int) -> int:
    """The work of one job: a folder, the tool's process, and its files."""
    folder = Path(tempfile.mkdtemp())
    try:
        (folder / "out").mkdir()
        entry = {"slot": SLOT, "kind": "protein", "format": "fasta", "content": SEQUENCE, "label": None}
        order = {"tool": REFERENCE, "inputs": {SLOT: [entry]}, "settings": SETTINGS}
        (folder / "job.json").write_text(json.dumps(order))
        command = [sys.executable, "-P", "-m", "proteiniq.sandbox._worker", str(folder)]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        ) as process:
            assert process.stdout is not None
            process.stdout.read()
        return sum(path.stat().st_size for path in (folder / "out").iterdir())
    finally:
        shutil.rmtree(folder)


def on_dask(client: Client, jobs: int) -> None:
    tasks = [delayed(bare, pure=False)(number) for number in range(jobs)]
    sizes = client.gather(client.compute(tasks))
    assert all(sizes)


def on_sandbox(sandbox: Sandbox, jobs: int) -> None:
    """Submit all jobs, and look at the account until all have ended."""
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    entry = {
        "id": "1",
        "slotId": SLOT,
        "kind": "protein",
        "format": "fasta",
        "content": SEQUENCE,
        "source": {"type": "text"},
    }
    body = {"tool": TOOL, "name": "benchmark", "input": {"inputs": [entry]}}
    with httpx.Client(base_url=f"{sandbox.url}/api/v1/", headers=headers) as client:
        for _ in range(jobs):
            client.post("jobs", json=body).raise_for_status()
        while client.get("account").raise_for_status().json()["limits"]["active_jobs"]:
            sleep(0.1)
        newest = client.get("jobs", params={"limit": jobs}).raise_for_status().json()["data"]
        assert [job["status"] for job in newest] == ["COMPLETED"] * jobs


def timed(function: Callable[[], object]) -> float:
    began = perf_counter()
    function()
    return perf_counter() - began


def measure(workers: int, jobs: int, rounds: int) -> None:
    options: dict[str, Any] = {
        "rate_limit": 10**6,
        "daily_limit": 10**6,
        "max_concurrent_jobs": 10**6,
        "credits": 10**9,
    }
    with (
        LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
        Sandbox(runner=cluster.scheduler_address.replace("tcp://", "dask://"), **options) as on_cluster,
        Sandbox(workers=workers, **options) as here,
    ):
        runs = {
            "cluster": lambda: on_sandbox(on_cluster, jobs),
            "bare": lambda: on_dask(client, jobs),
            "here": lambda: on_sandbox(here, jobs),
        }
        times: dict[str, list[float]] = {name: [] for name in runs}
        for number in range(rounds + 1):
            for name, run in runs.items() if number % 2 else reversed(runs.items()):
                took = timed(run)
                if number:  # The first round warms up.
                    times[name].append(took)
    over_bare = Spread.of([a / b for a, b in zip(times["cluster"], times["bare"], strict=True)])
    over_here = Spread.of([a / b for a, b in zip(times["cluster"], times["here"], strict=True)])
    rate = Spread.of([jobs / took for took in times["cluster"]])
    say(f"{workers} workers: {rate} jobs/s; over bare Dask {over_bare}; over one machine {over_here}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=40, help="at most 100 (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    given = parser.parse_args()
    for workers in given.workers:
        measure(workers, given.jobs, given.rounds)


if __name__ == "__main__":
    main()
