# Generated from tests/_async/test_operations.py by scripts/unasync.py. Edit that file instead.

"""Every operation of the contract has a method."""

from __future__ import annotations

import httpx
import pytest

from proteiniq import UnsupportedOperation

from ..support import (
    STATUS,
    Routes,
    Stub,
    answer,
    change_operation,
    documented,
    events,
    job,
    operation,
    operations,
)
from .clients import over
from .methods import METHODS, first_event


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_method_requests_the_operation(name: str) -> None:
    success = events(job("COMPLETED")) if name == "stream_job_events" else answer(documented(name))
    service = Stub(success)
    with over(service) as client:
        assert METHODS[name](client) is not None
    wanted = operation(name)
    ids = {"job_id": "job_1", "tool_id": "esmfold", "file_id": "file_1"}
    parameters = {key: value for key, value in ids.items() if f"{{{key}}}" in wanted.path}
    (request,) = service.requests
    assert (request.method, request.url.path) == (wanted.method, wanted.url(**parameters))


def test_without_a_route_for_events_the_status_is_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "stream_job_events", absent=True)
    service = Routes({STATUS: [answer(job("PROCESSING")), answer(job("COMPLETED"))]})
    with over(service) as client:
        assert [state.status for state in first_event(client)] == ["PROCESSING", "COMPLETED"]
