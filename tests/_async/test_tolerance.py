"""Answers that are almost what the contract says give a right model, or a ContractError that names the place."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from proteiniq import APIError, ContractError, JobState
from proteiniq.models import Model

from ..shapes import almost, misfits
from ..support import RESULT, Routes, Stub, answer, documented, events, job, refusals
from .bench import over
from .test_operations import METHODS

ANSWERED = sorted(set(METHODS) - {"stream_job_events"})

many = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def check(found: Any) -> None:
    assert list(misfits(found)) == []
    repr(found)


ASKS_ELSEWHERE = {"cancel_job": "get_job_status"}
"""Where an answer without a body sends the client."""


def check_error(error: ContractError, operation: str) -> None:
    assert error.operation in (operation, ASKS_ELSEWHERE.get(operation))
    assert error.path.startswith("$")
    assert str(error.operation) in str(error)
    str(error).encode("utf-8")


async def read(name: str, content: bytes) -> Any:
    """What the method makes of the answer; None for a ContractError that says what it must."""
    async with over(Stub(httpx.Response(200, content=content))) as client:
        try:
            found = await METHODS[name](client)
        except ContractError as error:
            check_error(error, name)
            return None
        if name == "get_openapi":
            assert isinstance(found, dict)
            return found
        check(found)
        return found


@pytest.mark.anyio
@pytest.mark.parametrize("name", ANSWERED)
async def test_the_documented_answer_is_a_right_model(name: str) -> None:
    found = await read(name, json.dumps(documented(name)).encode())
    assert found is not None
    if isinstance(found, Model):
        assert found.raw == documented(name)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ANSWERED)
@many
@given(data=st.data())
async def test_an_almost_right_answer(name: str, data: st.DataObject) -> None:
    body = data.draw(almost(documented(name)))
    found = await read(name, json.dumps(body).encode())
    if isinstance(found, Model):
        assert json.dumps(found.raw) == json.dumps(body)


DETAILS = {
    "issues": [{"path": "input.inputs[0].content", "message": "no residue"}],
    "current_status": "QUEUED",
}


@pytest.mark.anyio
@pytest.mark.parametrize("name", ANSWERED)
@many
@given(data=st.data())
async def test_an_almost_right_refusal(name: str, data: st.DataObject) -> None:
    status, code = data.draw(st.sampled_from(refusals(name)))
    body = data.draw(almost({"error": {"code": code, "message": "No.", "details": DETAILS}}))
    wait = data.draw(
        st.sampled_from(["5", "", "-1", "soon", "1e400", "nan", "Fri, 31 Dec 2027 23:59:59 GMT"])
    )
    service = Stub(httpx.Response(status, content=json.dumps(body).encode(), headers={"retry-after": wait}))
    async with over(service, max_retries=0) as client:
        with pytest.raises(APIError) as caught:
            await METHODS[name](client)
    error = caught.value
    assert error.status == status
    assert error.code is None or isinstance(error.code, str)
    assert error.retry_after is None or 0 <= error.retry_after < float("inf")
    str(error).encode("utf-8")


@pytest.mark.anyio
@many
@given(data=st.data())
async def test_an_almost_right_event(data: st.DataObject) -> None:
    body = data.draw(almost(job("PROCESSING")))
    service = events(body, job("COMPLETED"))
    async with over(Stub(service)) as client:
        async for state in client.jobs.events("job_1"):
            assert isinstance(state, JobState)
            check(state)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ANSWERED)
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"NaN",
        b"<!doctype html><title>Log in</title>",
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"data":' * 100_000,
        b"1" * 5000,
        b'{"id": "job_1", "status": ' + b"1" * 5000 + b"}",
    ],
    ids=lambda content: content[:12].decode("ascii", "replace") or "empty",
)
async def test_a_body_that_is_something_else(name: str, content: bytes) -> None:
    found = await read(name, content)
    assert found is None or name in ("delete_file", "get_result", "get_openapi")


@pytest.mark.anyio
async def test_a_whole_number_that_is_written_with_a_point() -> None:
    body = {**documented("get_file"), "size_bytes": 88.0}
    found = await read("get_file", json.dumps(body).encode())
    assert type(found.size_bytes) is int
    assert found.size_bytes == 88


@pytest.mark.anyio
@pytest.mark.parametrize("value", [True, "88", 88.5, float("nan"), 10**400, [88], {}])
async def test_a_size_that_is_no_whole_number_is_kept_aside(value: Any) -> None:
    body = {**documented("get_file"), "size_bytes": value}
    found = await read("get_file", json.dumps(body).encode())
    assert found.size_bytes is None
    assert repr(found.extra) == repr({"size_bytes": value})


@pytest.mark.anyio
async def test_an_enormous_price_is_no_price() -> None:
    body = {**documented("quote_job"), "estimated_credits": 10**400}
    async with over(Stub(answer(body))) as client:
        with pytest.raises(ContractError) as caught:
            await client.jobs.submit("esmfold", [{"slotId": "x"}], max_credits=1)
    assert caught.value.path == "$.estimated_credits"


@pytest.mark.anyio
@pytest.mark.parametrize(
    "time", ["yesterday", "2026-13-01T00:00:00Z", "", "0001-01-01T00:00:00+14:00", 1_700_000_000]
)
async def test_a_time_that_is_none_is_kept_aside(time: Any) -> None:
    found = await read("get_job_status", json.dumps(job(created_at=time)).encode())
    assert found.created_at is None
    assert found.extra == {"created_at": time}


@pytest.mark.anyio
async def test_a_time_without_an_offset_is_utc() -> None:
    found = await read("get_job_status", json.dumps(job(created_at="2026-06-12T08:05:00")).encode())
    assert found.created_at.isoformat() == "2026-06-12T08:05:00+00:00"


@pytest.mark.anyio
async def test_the_last_of_two_equal_keys_counts() -> None:
    content = b'{"id": "job_0", "id": "job_1", "status": "QUEUED", "status": "COMPLETED"}'
    found = await read("get_job_status", content)
    assert (found.id, found.status) == ("job_1", "COMPLETED")


@pytest.mark.anyio
async def test_unknown_fields_are_kept_at_every_depth() -> None:
    body = documented("get_account")
    body["flags"] = ["x"]
    body["workspace"]["plan"]["seats"] = 5
    found = await read("get_account", json.dumps(body).encode())
    assert found.extra == {"flags": ["x"]}
    assert found.workspace.plan.extra == {"seats": 5}
    assert found.workspace.extra == {}


@pytest.mark.anyio
async def test_another_spelling_of_a_known_field_is_unknown() -> None:
    found = await read("get_file", json.dumps({**documented("get_file"), "sizeBytes": 5}).encode())
    assert found.size_bytes == documented("get_file")["size_bytes"]
    assert found.extra == {"sizeBytes": 5}


@pytest.mark.anyio
async def test_a_part_of_the_wrong_kind_is_kept_aside_whole() -> None:
    body = {**documented("get_account"), "limits": "none"}
    found = await read("get_account", json.dumps(body).encode())
    assert found.limits is None
    assert found.extra == {"limits": "none"}


@pytest.mark.anyio
async def test_a_needed_field_of_the_wrong_type_is_named() -> None:
    body = documented("list_jobs")
    body["data"].append({"id": 7, "status": "QUEUED"})
    async with over(Stub(answer(body))) as client:
        with pytest.raises(ContractError, match="it is a number, and the contract promises string") as caught:
            await client.jobs.list().list()
    assert caught.value.path == f"$.data[{len(body['data']) - 1}].id"


@pytest.mark.anyio
async def test_a_result_of_another_form_is_handed_on() -> None:
    for data in ([1, 2], "text", 5, None, {"nan": None}):
        body = {**documented("get_result"), "results": data}
        async with over(Routes({RESULT: answer(body)})) as client:
            found = await client.results.get("job_1")
        assert found.raw["results"] == data
