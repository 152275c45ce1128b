# Made from tests/_async/faults/bench.py by scripts/unasync.py: edit that file instead.

"""Clients that misbehaving servers are waited for with: their clock and their timeouts run fast."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import attrs

from proteiniq._policy.retry import RetryBudget, RetryPolicy
from proteiniq._sync.client import ProteinIQ
from proteiniq._sync.pipeline import Pipeline
from proteiniq._wire.config import Config
from proteiniq._wire.key import ApiKey
from proteiniq._wire.pacers import LocalPacer
from proteiniq._wire.transport import Incoming, Outgoing, Wire

from ...support import KEY, SPEED, FastClock


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


def reach(url: str, *, key: str = KEY, timeout: float = 60.0, max_retries: int = 2) -> ProteinIQ:
    """A client of the server at `url`, for which time runs fast, its timeouts too."""
    parsed = ApiKey.parse(key)
    assert parsed is not None
    config = Config(key=parsed, base_url=url, timeout=timeout, retry=RetryPolicy(max_retries=max_retries))
    pipeline = Pipeline(config, FastWire(), FastClock(), LocalPacer(), RetryBudget())
    return ProteinIQ._over(pipeline)
