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


@pytest.mark.once
def test_no_operation_is_without_a_method() -> None:
    assert set(METHODS) == set(operations())


@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(METHODS))
async def test_the_method_requests_the_operation(name: str) -> None:
    success = events(job("COMPLETED")) if name == "stream_job_events" else answer(documented(name))
    service = Stub(success)
    async with over(service) as client:
        assert await METHODS[name](client) is not None
    wanted = operation(name)
    ids = {"job_id": "job_1", "tool_id": "esmfold", "file_id": "file_1"}
    parameters = {key: value for key, value in ids.items() if f"{{{key}}}" in wanted.path}
    (request,) = service.requests
    assert (request.method, request.url.path) == (wanted.method, wanted.url(**parameters))


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(set(METHODS) - {"stream_job_events", "delete_file"}))
async def test_every_method_gives_the_services_error(name: str) -> None:
    refused = httpx.Response(403, json={"error": {"code": "forbidden", "message": "No."}})
    async with over(Stub(refused)) as client:
        with pytest.raises(Exception, match=r"No \(forbidden, ") as caught:
            await METHODS[name](client)
    assert type(caught.value).__name__ == "Forbidden"


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("name", sorted(set(METHODS) - {"stream_job_events"}))
async def test_an_operation_that_the_contract_lacks_is_not_requested(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change_operation(monkeypatch, name, absent=True)
    service = Stub(answer(documented(name)))
    async with over(service) as client:
        with pytest.raises(UnsupportedOperation, match="nothing was sent") as caught:
            await METHODS[name](client)
    assert caught.value.operation == name
    assert service.requests == []


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_without_a_route_for_events_the_status_is_polled(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "stream_job_events", absent=True)
    service = Routes({STATUS: [answer(job("PROCESSING")), answer(job("COMPLETED"))]})
    async with over(service) as client:
        assert [state.status for state in await first_event(client)] == ["PROCESSING", "COMPLETED"]
