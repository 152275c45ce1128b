"""Clients that misbehaving servers are waited for with: their clock and their timeouts run fast."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from proteiniq._async.client import AsyncProteinIQ
from proteiniq._async.pipeline import AsyncPipeline
from proteiniq._policy.retry import RetryBudget, RetryPolicy
from proteiniq._wire.config import Config
from proteiniq._wire.key import ApiKey
from proteiniq._wire.pacers import LocalPacer
from proteiniq._wire.transport import AsyncIncoming, AsyncWire, Outgoing

from ...support import KEY, SPEED, AsyncFastClock


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


def reach(url: str, *, key: str = KEY, timeout: float = 60.0, max_retries: int = 2) -> AsyncProteinIQ:
    """A client of the server at `url`, for which time runs fast, its timeouts too."""
    parsed = ApiKey.parse(key)
    assert parsed is not None
    config = Config(key=parsed, base_url=url, timeout=timeout, retry=RetryPolicy(max_retries=max_retries))
    pipeline = AsyncPipeline(config, AsyncFastWire(), AsyncFastClock(), LocalPacer(), RetryBudget())
    return AsyncProteinIQ._over(pipeline)
