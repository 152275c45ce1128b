"""Clients of this world for tests."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from proteiniq._async.client import AsyncProteinIQ
from proteiniq._async.pipeline import AsyncPipeline
from proteiniq._policy.retry import RetryBudget, RetryPolicy
from proteiniq._wire.clock import AsyncClock
from proteiniq._wire.config import Config
from proteiniq._wire.key import ApiKey
from proteiniq._wire.pacers import LocalPacer
from proteiniq._wire.transport import AsyncWire
from proteiniq.sandbox import Sandbox

from ..support import KEY, URL, AsyncFastClock, AsyncStillClock


def over(
    service: Callable[[httpx.Request], httpx.Response],
    *,
    clock: AsyncClock | None = None,
    timeout: float = 30.0,
    max_retries: int = 4,
) -> AsyncProteinIQ:
    """A client of a service in this process, for which time only passes when it sleeps."""
    key = ApiKey.parse(KEY)
    assert key is not None
    config = Config(key=key, base_url=URL, timeout=timeout, retry=RetryPolicy(max_retries=max_retries))
    wire = AsyncWire(httpx.MockTransport(service))
    pipeline = AsyncPipeline(config, wire, clock or AsyncStillClock(), LocalPacer(), RetryBudget())
    return AsyncProteinIQ._over(pipeline)


def connect(
    sandbox: Sandbox, key: str | None = None, *, base_url: str | None = None, max_retries: int = 4
) -> AsyncProteinIQ:
    """A client of a sandbox, for which time runs fast; its requests have 10 s of real time."""
    return AsyncProteinIQ(
        key or sandbox.api_key,
        base_url or sandbox.url,
        timeout=1000.0,
        max_retries=max_retries,
        rate_limit=100_000,
        clock=AsyncFastClock(),
    )
