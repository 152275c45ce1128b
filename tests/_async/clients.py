"""Clients for tests: of a service in this process, of a sandbox, and of a server that misbehaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import attrs
import httpx

from proteiniq._async.client import AsyncProteinIQ
from proteiniq._async.pipeline import AsyncPipeline
from proteiniq._async.results import AsyncResult
from proteiniq._async.wire import AsyncWire
from proteiniq._policy.retry import RetryBudget, RetryPolicy
from proteiniq._wire.clock import AsyncClock
from proteiniq._wire.config import Config
from proteiniq._wire.exchange import AsyncIncoming, Outgoing
from proteiniq._wire.key import ApiKey
from proteiniq._wire.pacers import LocalPacer
from proteiniq.hooks import Hook
from proteiniq.sandbox import Sandbox

from ..support import KEY, SPEED, URL, AsyncFastClock, AsyncStillClock


def client_through(
    wire: AsyncWire,
    clock: AsyncClock,
    *,
    key: str = KEY,
    base_url: str = URL,
    timeout: float = 30.0,
    max_retries: int = 4,
) -> AsyncProteinIQ:
    """A client that sends through `wire`, with a pace and a retry budget of its own."""
    parsed = ApiKey.parse(key)
    assert parsed is not None
    config = Config(
        key=parsed, base_url=base_url, timeout=timeout, retry=RetryPolicy(max_retries=max_retries)
    )
    return AsyncProteinIQ._over(AsyncPipeline(config, wire, clock, LocalPacer(), RetryBudget()))


def over(
    service: Callable[[httpx.Request], httpx.Response],
    *,
    clock: AsyncClock | None = None,
    timeout: float = 30.0,
    max_retries: int = 4,
) -> AsyncProteinIQ:
    """A client of a service in this process, for which time only passes when it sleeps."""
    wire = AsyncWire(httpx.MockTransport(service))
    return client_through(wire, clock or AsyncStillClock(), timeout=timeout, max_retries=max_retries)


async def fetched(
    service: Callable[[httpx.Request], httpx.Response],
    clock: AsyncClock | None = None,
    max_retries: int = 4,
) -> AsyncResult:
    """The result of a service in this process; its client is left open for the files."""
    return await over(service, clock=clock, max_retries=max_retries).results.get("job_1")


def reach(url: str, *, key: str = KEY, timeout: float = 60.0, max_retries: int = 2) -> AsyncProteinIQ:
    """A client of the server at `url`, for which time runs fast, its timeouts too."""
    return client_through(
        AsyncFastWire(), AsyncFastClock(), key=key, base_url=url, timeout=timeout, max_retries=max_retries
    )


def connect(
    sandbox: Sandbox,
    key: str | None = None,
    *,
    base_url: str | None = None,
    max_retries: int = 4,
    hooks: Sequence[Hook] = (),
) -> AsyncProteinIQ:
    """A client of a sandbox as a user makes it, for which time runs fast; its requests have 10 s of real time."""
    return AsyncProteinIQ(
        key or sandbox.api_key,
        base_url or sandbox.url,
        timeout=1000.0,
        max_retries=max_retries,
        rate_limit=100_000,
        hooks=hooks,
        clock=AsyncFastClock(),
    )


def slept(client: AsyncProteinIQ) -> list[float]:
    """The pauses of a client with a clock of the tests, in seconds of that clock."""
    sleeps: list[float] = cast("Any", client._pipeline.clock).sleeps
    return sleeps


class AsyncFastWire(AsyncWire):
    """A wire whose timeouts are in seconds of the tests' clocks."""

    @asynccontextmanager
    async def open(self, outgoing: Outgoing) -> AsyncIterator[AsyncIncoming]:
        fast = attrs.evolve(
            outgoing,
            timeout=outgoing.timeout / SPEED,
            read_timeout=outgoing.read_timeout and outgoing.read_timeout / SPEED,
            total_timeout=outgoing.total_timeout and outgoing.total_timeout / SPEED,
        )
        async with super().open(fast) as incoming:
            yield incoming
