"""Overhead of the facade relative to bare httpx: the same status read, alternately in one run.

python benchmarks/facade.py            with the sandbox, then with a server that replays its response
python benchmarks/facade.py --pairs 30
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
from _measure import Pairs, paired, paired_async, say
from _servers import Server, recorded, replay, sandbox

from proteiniq import AsyncProteinIQ, ProteinIQ

BLOCK = 32
"""Requests per measurement; a pair is one block of each client."""

CONCURRENCY = 16

UNLIMITED: dict[str, Any] = {"rate_limit": 10**9, "job_read_interval": 0.0}


def sync_reads(server: Server, job_id: str, pairs: int) -> Pairs:
    with ProteinIQ(server.key, server.url, **UNLIMITED) as client, bare(server) as http:
        return paired(
            lambda: [client.jobs.get(job_id) for _ in range(BLOCK)],
            lambda: [read(http, job_id) for _ in range(BLOCK)],
            pairs=pairs,
        )


def threaded_reads(server: Server, job_id: str, pairs: int) -> Pairs:
    with (
        ProteinIQ(server.key, server.url, **UNLIMITED) as client,
        bare(server) as http,
        ThreadPoolExecutor(CONCURRENCY) as pool,
    ):

        def at_once(one: Callable[[], object]) -> None:
            for done in [pool.submit(one) for _ in range(4 * BLOCK)]:
                done.result()

        return paired(
            lambda: at_once(lambda: client.jobs.get(job_id)),
            lambda: at_once(lambda: read(http, job_id)),
            pairs=pairs,
        )


async def async_reads(server: Server, job_id: str, pairs: int, at_once: int) -> Pairs:
    each = BLOCK if at_once == 1 else 4 * BLOCK // at_once

    async with AsyncProteinIQ(server.key, server.url, **UNLIMITED) as client, async_bare(server) as http:

        async def ours() -> None:
            for _ in range(each):
                await client.jobs.get(job_id)

        async def theirs() -> None:
            for _ in range(each):
                (await http.get(path(job_id))).raise_for_status().json()

        return await paired_async(
            lambda: asyncio.gather(*(ours() for _ in range(at_once))),
            lambda: asyncio.gather(*(theirs() for _ in range(at_once))),
            pairs=pairs,
        )


LIMITS = httpx.Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30.0)
"""Those of the facade. With httpx's, idle connections expire after 5 s, and httpcore checks them at each request."""


def bare(server: Server) -> httpx.Client:
    headers = {"Authorization": f"Bearer {server.key}"}
    return httpx.Client(base_url=server.url, headers=headers, limits=LIMITS)


def async_bare(server: Server) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {server.key}"}
    return httpx.AsyncClient(base_url=server.url, headers=headers, limits=LIMITS)


def read(http: httpx.Client, job_id: str) -> object:
    return http.get(path(job_id)).raise_for_status().json()


def path(job_id: str) -> str:
    return f"/api/v1/jobs/{job_id}/status"


def report(name: str, server: Server, job_id: str, pairs: int) -> None:
    say(f"{name}: time of a status read, facade relative to bare httpx: median (quartiles) of {pairs} pairs")
    kinds: list[tuple[str, Callable[[], Pairs]]] = [
        ("sync", lambda: sync_reads(server, job_id, pairs)),
        ("async", lambda: asyncio.run(async_reads(server, job_id, pairs, 1))),
        (f"sync, {CONCURRENCY} threads", lambda: threaded_reads(server, job_id, pairs)),
        (f"async, {CONCURRENCY} tasks", lambda: asyncio.run(async_reads(server, job_id, pairs, CONCURRENCY))),
    ]
    for kind, measure in kinds:
        say(f"  {kind:<18}{measure().ratio}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=60)
    pairs = parser.parse_args().pairs
    with sandbox() as server:
        with ProteinIQ(server.key, server.url, **UNLIMITED) as client:
            job = client.jobs.submit("protein-parameters", {"protein": ">a\nMKVLAAGIVG\n"})
            job_id = client.jobs.wait(job).id
        report("sandbox", server, job_id, pairs)
        response = recorded(server.url, path(job_id), server.key)
    # Its address differs, so the pace learned from the sandbox doesn't apply to it.
    with replay(response) as url:
        report("replay", Server(url, server.key), job_id, pairs)


if __name__ == "__main__":
    main()
