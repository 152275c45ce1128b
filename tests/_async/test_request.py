"""Requests to routes that the client has no method for."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from proteiniq import APIError, ContractError, InvalidInput, TransportError

from ..support import STATUS, AsyncStillClock, Stub, answer, change_operation, job, refusal
from .clients import over


@pytest.mark.once
@pytest.mark.parametrize(
    ("response", "value"),
    [
        (answer([1, 2], content_type="application/json; charset=utf-8"), [1, 2]),
        (answer({"type": "x"}, content_type="application/problem+json"), {"type": "x"}),
        (httpx.Response(200, content=b"ATOM", headers={"content-type": "chemical/x-pdb"}), b"ATOM"),
        (httpx.Response(200, content=b"plain"), b"plain"),
        (httpx.Response(200, content=b"[3]"), [3]),
        (httpx.Response(204), None),
    ],
    ids=["json", "+json", "bytes", "no type", "json without a type", "nothing"],
)
@pytest.mark.anyio
async def test_what_a_response_contains_is_returned(response: httpx.Response, value: Any) -> None:
    async with over(Stub(response)) as client:
        assert await client.request("GET", "/api/v1/anything?x=1") == value


@pytest.mark.once
@pytest.mark.anyio
async def test_invalid_json_is_an_error() -> None:
    page = httpx.Response(200, content=b"<html>", headers={"content-type": "application/json"})
    async with over(Stub(page)) as client:
        with pytest.raises(ContractError, match="request"):
            await client.request("GET", "/api/v1/anything")


@pytest.mark.once
@pytest.mark.case
@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.test/api",
        "//elsewhere.test/api",
        "@elsewhere.test/",
        ".elsewhere.test/",
        "api/v1/jobs",
        "/\\elsewhere.test",
        "/a\n/b",
        "/api/../admin",
        "/a#b",
        "/\ud800",
        "",
        None,
    ],
)
@pytest.mark.anyio
async def test_the_key_goes_to_no_other_host(path: Any) -> None:
    service = Stub(answer({}))
    async with over(service) as client:
        with pytest.raises(InvalidInput, match="path must be a path of the service"):
            await client.request("GET", path)
    assert service.requests == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("method", "options", "said"),
    [
        ("TRACE", {}, "method must be one of GET"),
        (5, {}, "method must be one of GET"),
        ("GET", {"params": {"a": 1}}, "not both"),
        ("GET", {"params": "a=1"}, "params must be a mapping of names to values, got 'a=1'"),
        ("POST", {"idempotency_key": ""}, "idempotency_key"),
        ("POST", {"json": {1, 2}}, "can't be written as JSON"),
    ],
)
@pytest.mark.anyio
async def test_what_cannot_be_sent_is_refused(method: Any, options: dict[str, Any], said: str) -> None:
    service = Stub(answer({}))
    async with over(service) as client:
        with pytest.raises(InvalidInput, match=said):
            await client.request(method, "/api/v1/anything?b=2", **options)
    assert service.requests == []


@pytest.mark.anyio
async def test_a_post_is_retried_after_a_lost_response_only_with_a_key() -> None:
    service = Stub(httpx.ReadError("reset"), answer({}))
    async with over(service) as client:
        with pytest.raises(TransportError) as caught:
            await client.request("POST", "/api/v1/projects", json={"name": "x"})
        assert caught.value.in_doubt
    service = Stub(httpx.ReadError("reset"), answer({}, content_type="application/json"))
    async with over(service) as client:
        assert (
            await client.request("POST", "/api/v1/projects", json={"name": "x"}, idempotency_key="one") == {}
        )
    assert [request.headers["idempotency-key"] for request in service.requests] == ["one", "one"]
    assert json.loads(service.requests[1].content) == {"name": "x"}


@pytest.mark.once
@pytest.mark.anyio
async def test_the_key_of_a_post_has_the_default_name_where_the_contract_has_no_submit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "submit_job", absent=True)
    service = Stub(answer({}))
    async with over(service) as client:
        await client.request("POST", "/api/v1/projects", idempotency_key="one")
    assert service.requests[0].headers["idempotency-key"] == "one"


@pytest.mark.once
@pytest.mark.anyio
async def test_a_contract_without_results_paces_other_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "get_result", absent=True)
    async with over(Stub(answer(job()))) as client:
        await client.jobs.get("job_1")
        await client.request("GET", "/api/v1/results/job_1")


@pytest.mark.anyio
async def test_reads_of_a_job_keep_the_pace_of_its_status() -> None:
    clock = AsyncStillClock()
    async with over(Stub(answer(job())), clock=clock) as client:
        await client.jobs.get("job_1")
        await client.request("GET", STATUS.removeprefix("GET "))
        await client.request("DELETE", STATUS.removeprefix("GET "))
    assert sum(clock.sleeps) == pytest.approx(5.0, abs=0.1)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_deadline_limits_the_retries() -> None:
    clock = AsyncStillClock()
    busy = Stub(refusal(503, "x", retry_after="4"))
    patient = over(busy, clock=clock)
    async with patient.with_options(deadline=10.0) as client:
        with pytest.raises(APIError, match="past the deadline"):
            await client.request("GET", "/api/v1/anything")
    assert clock.now - 1000 < 10
