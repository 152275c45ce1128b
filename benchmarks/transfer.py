"""Uploads and downloads of large files: throughput relative to curl, alternately in one run, and memory growth.

The server is the sandbox on loopback. Each transfer runs in its own process, like curl. Its time is that of the call,
and curl's is that of the process. Above 1 is faster than curl. Files are in memory (/dev/shm) by default: on a disk,
the client also waits for the disk, unlike curl. Linux only, because of how memory is measured.

python benchmarks/transfer.py                  1 GiB
python benchmarks/transfer.py --mebibytes 64
python benchmarks/transfer.py --folder /tmp    on a disk
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from _measure import Spread, say
from _servers import Server, sandbox
from big_tool import MIB

from proteiniq import ProteinIQ

OURS = """
import asyncio, sys
from time import perf_counter
from proteiniq import AsyncProteinIQ, ProteinIQ

def memory(what):
    for line in open("/proc/self/status"):
        if line.startswith(what):
            return int(line.split()[1]) / 1024

def reset_peak():
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    return memory("VmRSS")

def rise(before):
    return memory("VmHWM") - before

def sync(key, url, way, what, path):
    with ProteinIQ(key, url, job_read_interval=0) as client:
        if way == "up":
            client.files.upload(b"warm", filename="warm.bin")
            before, started = reset_peak(), perf_counter()
            client.files.upload(path)
        else:
            file = client.results.get(what).files["big.bin"]
            before, started = reset_peak(), perf_counter()
            file.save(path, overwrite=True)
    return perf_counter() - started, rise(before)

async def in_async(key, url, way, what, path):
    async with AsyncProteinIQ(key, url, job_read_interval=0) as client:
        if way == "up":
            await client.files.upload(b"warm", filename="warm.bin")
            before, started = reset_peak(), perf_counter()
            await client.files.upload(path)
        else:
            file = (await client.results.get(what)).files["big.bin"]
            before, started = reset_peak(), perf_counter()
            await file.save(path, overwrite=True)
    return perf_counter() - started, rise(before)

mode, *rest = sys.argv[1:]
print(*(sync(*rest) if mode == "sync" else asyncio.run(in_async(*rest))))
"""


def ours(mode: str, server: Server, way: str, what: str, path: Path) -> tuple[float, float]:
    """Time of the call in seconds, and growth of the process's peak memory in MiB."""
    command = [sys.executable, "-c", OURS, mode, server.key, server.url, way, what, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    took, grown = map(float, done.stdout.split())
    return took, grown


def curl(*arguments: str) -> float:
    started = perf_counter()
    subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", *arguments], check=True, stdout=subprocess.DEVNULL
    )
    return perf_counter() - started


def big_job(server: Server, mebibytes: int) -> str:
    with ProteinIQ(server.key, server.url, rate_limit=10**9) as client:
        job = client.jobs.submit("big", {"text": "any"}, {"mebibytes": mebibytes})
        return client.jobs.wait(job).id


def signed(server: Server, job_id: str) -> str:
    with ProteinIQ(server.key, server.url, job_read_interval=0) as client:
        return client.results.get(job_id).files["big.bin"].info.url or ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--mebibytes", type=int, default=1024)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--folder", default="/dev/shm")
    arguments = parser.parse_args()
    size, pairs = arguments.mebibytes, arguments.pairs
    # The sandbox runs the tool, so it needs this folder on its path.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    say(
        f"{size} MiB, throughput relative to curl: median (quartiles) of {pairs} pairs, and maximum memory growth"
    )
    with (
        tempfile.TemporaryDirectory(dir=arguments.folder) as folder,
        sandbox("--tool", "big_tool:Big") as server,
    ):
        source, target = Path(folder, "source.bin"), Path(folder, "target.bin")
        with source.open("wb") as file:
            # The sandbox accepts bodies of up to 1 GiB, including the form around the file.
            for _ in range(min(size, 1023)):
                file.write(MIB)
        job_id = big_job(server, size)
        authorization = ("--header", f"Authorization: Bearer {server.key}")
        # Uploads last: the system keeps writing them to disk for a while.
        for way, name in (("down", "download"), ("up", "upload")):
            for mode in ("sync", "async"):
                ratios, grown = [], 0.0
                for _ in range(pairs):
                    target.unlink(missing_ok=True)
                    took, more = ours(mode, server, way, job_id, target if way == "down" else source)
                    if way == "down" and target.stat().st_size != size * len(MIB):
                        raise SystemExit("the size of the download differs from the file's")
                    target.unlink(missing_ok=True)
                    if way == "down":
                        theirs = curl("--output", str(target), signed(server, job_id))
                    else:
                        theirs = curl(
                            *authorization, "--form", f"file=@{source}", f"{server.url}/api/v1/files"
                        )
                    ratios.append(theirs / took)
                    grown = max(grown, more)
                say(f"  {mode:<6}{name:<9}{Spread.of(ratios)}, {grown:.1f} MiB")


if __name__ == "__main__":
    main()
