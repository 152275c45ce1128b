# Generated from tests/_async/clients.py by scripts/unasync.py. Edit that file instead.

"""Clients for tests: of a service in this process, of a sandbox, and of a server that misbehaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import attrs
import httpx

from proteiniq._policy.retry import RetryBudget, RetryPolicy
from proteiniq._sync.client import ProteinIQ
from proteiniq._sync.pipeline import Pipeline
from proteiniq._sync.results import Result
from proteiniq._sync.wire import Wire
from proteiniq._wire.clock import SyncClock
from proteiniq._wire.config import Config
from proteiniq._wire.exchange import Incoming, Outgoing
from proteiniq._wire.key import ApiKey
from proteiniq._wire.pacers import LocalPacer
from proteiniq.hooks import Hook
from proteiniq.sandbox import Sandbox

from ..support import KEY, SPEED, URL, FastClock, StillClock


def client_through(
    wire: Wire,
    clock: SyncClock,
    *,
    key: str = KEY,
    base_url: str = URL,
    timeout: float = 30.0,
    max_retries: int = 4,
) -> ProteinIQ:
    """A client that sends through `wire`, with a pace and a retry budget of its own."""
    parsed = ApiKey.parse(key)
    assert parsed is not None
    config = Config(
        key=parsed, base_url=base_url, timeout=timeout, retry=RetryPolicy(max_retries=max_retries)
    )
    return ProteinIQ._over(Pipeline(config, wire, clock, LocalPacer(), RetryBudget()))


def over(
    service: Callable[[httpx.Request], httpx.Response],
    *,
    clock: SyncClock | None = None,
    timeout: float = 30.0,
    max_retries: int = 4,
) -> ProteinIQ:
    """A client of a service in this process, for which time only passes when it sleeps."""
    wire = Wire(httpx.MockTransport(service))
    return client_through(wire, clock or StillClock(), timeout=timeout, max_retries=max_retries)


def fetched(
    service: Callable[[httpx.Request], httpx.Response],
    clock: SyncClock | None = None,
    max_retries: int = 4,
) -> Result:
    """The result of a service in this process; its client is left open for the files."""
    return over(service, clock=clock, max_retries=max_retries).results.get("job_1")


def reach(url: str, *, key: str = KEY, timeout: float = 60.0, max_retries: int = 2) -> ProteinIQ:
    """A client of the server at `url`, for which time runs fast, its timeouts too."""
    return client_through(
        FastWire(), FastClock(), key=key, base_url=url, timeout=timeout, max_retries=max_retries
    )


def connect(
    sandbox: Sandbox,
    key: str | None = None,
    *,
    base_url: str | None = None,
    max_retries: int = 4,
    hooks: Sequence[Hook] = (),
) -> ProteinIQ:
    """A client of a sandbox as a user makes it, for which time runs fast; its requests have 10 s of real time."""
    return ProteinIQ(
        key or sandbox.api_key,
        base_url or sandbox.url,
        timeout=1000.0,
        max_retries=max_retries,
        rate_limit=100_000,
        hooks=hooks,
        clock=FastClock(),
    )


def slept(client: ProteinIQ) -> list[float]:
    """The pauses of a client with a clock of the tests, in seconds of that clock."""
    sleeps: list[float] = cast("Any", client._pipeline.clock).sleeps
    return sleeps


class FastWire(Wire):
    """A wire whose timeouts are in seconds of the tests' clocks."""

    @contextmanager
    def open(self, outgoing: Outgoing) -> Iterator[Incoming]:
        fast = attrs.evolve(
            outgoing,
            timeout=outgoing.timeout / SPEED,
            read_timeout=outgoing.read_timeout and outgoing.read_timeout / SPEED,
            total_timeout=outgoing.total_timeout and outgoing.total_timeout / SPEED,
        )
        with super().open(fast) as incoming:
            yield incoming
