"""What the facade costs over bare httpx: the same status read, in the same run, in turns.

python benchmarks/facade.py            against the sandbox, then against a server that replays its answer at once
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
"""Requests of one kind in a row; a pair is two such blocks."""

AT_ONCE = 16

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
        ThreadPoolExecutor(AT_ONCE) as pool,
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
"""The facade's own. With httpx's, idle connections go after 5 s, and httpcore looks at each with each request."""


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
    say(f"{name}: time of a status read, facade over bare httpx; median (quartiles) of {pairs} pairs")
    kinds: list[tuple[str, Callable[[], Pairs]]] = [
        ("sync", lambda: sync_reads(server, job_id, pairs)),
        ("async", lambda: asyncio.run(async_reads(server, job_id, pairs, 1))),
        (f"sync, {AT_ONCE} threads", lambda: threaded_reads(server, job_id, pairs)),
        (f"async, {AT_ONCE} tasks", lambda: asyncio.run(async_reads(server, job_id, pairs, AT_ONCE))),
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
        answer = recorded(server.url, path(job_id), server.key)
    # Another address, so that the pace learned from the sandbox is not held against it.
    with replay(answer) as url:
        report("replay", Server(url, server.key), job_id, pairs)


if __name__ == "__main__":
    main()
