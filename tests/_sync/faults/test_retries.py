# Generated from tests/_async/faults/test_retries.py by scripts/unasync.py. Edit that file instead.

"""What is sent again, when, and what is not, by what the server gets."""

from __future__ import annotations

import pytest

from proteiniq import ProteinIQ
from proteiniq._policy.retry import RetryBudget
from proteiniq.errors import APIError, ProteinIQError, RateLimited, ServerError, TransportError, WaitTimeout

from ...faults.server import CUT, HANG, RESET, Piece, Server, page, refuse, reply, whole
from ...support import ENTRY, FastClock, documented, job
from ..clients import reach

ACCOUNT = ("GET", "/api/v1/account")
DELETE = ("DELETE", "/api/v1/files/file_1")


def test_the_budget_bounds_the_retries_of_all_requests(client: ProteinIQ, server: Server) -> None:
    client._pipeline._budget = RetryBudget(capacity=5, refill=0)
    server.on(*ACCOUNT, refuse(503, "unavailable"))
    for _ in range(10):
        with pytest.raises(ServerError):
            client.account.get()
    assert server.count(*ACCOUNT) == 10 + 5


def test_the_timeout_is_that_of_one_request_and_max_retries_of_the_rest(server: Server) -> None:
    server.on(*ACCOUNT, [HANG])
    with reach(server.url, timeout=20, max_retries=1) as client:
        clock = client._pipeline.clock
        started = clock.monotonic()
        with pytest.raises(TransportError) as caught:
            client.account.get()
        assert 40 <= clock.monotonic() - started < 40 + 1000
    assert (caught.value.attempts, server.count(*ACCOUNT)) == (2, 2)
