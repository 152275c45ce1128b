"""Almost valid responses give a valid model, or a ContractError that names the place."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import given, strategies as st

from proteiniq import APIError, ContractError, JobState
from proteiniq.models import Model

from ._sync.clients import over
from ._sync.methods import METHODS
from .shapes import almost, misfits
from .support import RESULT, Routes, Stub, answer, documented, events, job, refusals

ANSWERED = sorted(set(METHODS) - {"stream_job_events"})


def check(found: Any) -> None:
    assert list(misfits(found)) == []
    repr(found)


TAKES_ANY = ("cancel_job", "delete_file")
"""Operations that succeed with any body."""


def check_error(error: ContractError, operation: str) -> None:
    assert operation not in TAKES_ANY
    assert error.operation == operation
    assert error.path.startswith("$")
    assert str(error.operation) in str(error)
    str(error).encode("utf-8")


def read(name: str, content: bytes) -> Any:
    """The method's result for the response, or None for a ContractError with the required fields."""
    with over(Stub(httpx.Response(200, content=content))) as client:
        try:
            found = METHODS[name](client)
        except ContractError as error:
            check_error(error, name)
            return None
        if name == "get_openapi":
            assert isinstance(found, dict)
            return found
        check(found)
        return found


@pytest.mark.parametrize("name", ANSWERED)
def test_the_documented_response_is_a_valid_model(name: str) -> None:
    found = read(name, json.dumps(documented(name)).encode())
    assert found is not None
    if isinstance(found, Model):
        assert found.raw == documented(name)


@pytest.mark.parametrize("name", ANSWERED)
@given(data=st.data())
def test_an_almost_valid_response(name: str, data: st.DataObject) -> None:
    body = data.draw(almost(documented(name)))
    found = read(name, json.dumps(body).encode())
    if isinstance(found, Model) and not (name in TAKES_ANY and found.raw == {}):
        assert json.dumps(found.raw) == json.dumps(body)


DETAILS = {
    "issues": [{"path": "input.inputs[0].content", "message": "no residue"}],
    "current_status": "QUEUED",
}


@pytest.mark.parametrize("name", ANSWERED)
@given(data=st.data())
def test_an_almost_valid_error_response(name: str, data: st.DataObject) -> None:
    status, code = data.draw(st.sampled_from(refusals(name)))
    body = data.draw(almost({"error": {"code": code, "message": "No.", "details": DETAILS}}))
    wait = data.draw(
        st.sampled_from(["5", "", "-1", "soon", "1e400", "nan", "Fri, 31 Dec 2027 23:59:59 GMT"])
    )
    service = Stub(httpx.Response(status, content=json.dumps(body).encode(), headers={"retry-after": wait}))
    with over(service, max_retries=0) as client, pytest.raises(APIError) as caught:
        METHODS[name](client)
    error = caught.value
    assert error.status == status
    assert error.code is None or isinstance(error.code, str)
    assert error.retry_after is None or 0 <= error.retry_after < float("inf")
    str(error).encode("utf-8")


@given(data=st.data())
def test_an_almost_valid_event(data: st.DataObject) -> None:
    body = data.draw(almost(job("PROCESSING")))
    service = events(body, job("COMPLETED"))
    with over(Stub(service)) as client:
        for state in client.jobs.events("job_1"):
            assert isinstance(state, JobState)
            check(state)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'"text"',
        b"<!doctype html><title>Log in</title>",
        b"[" * 100_000,
        b'{"id": "job_1", "status": ' + b"1" * 5000 + b"}",
    ],
    ids=lambda content: content[:12].decode("ascii", "replace") or "empty",
)
def test_a_body_that_is_something_else(content: bytes) -> None:
    for name in ANSWERED:
        found = read(name, content)
        if name in TAKES_ANY:
            assert found.id == {"cancel_job": "job_1", "delete_file": "file_1"}[name]
        elif content in (b"", b"{}"):
            assert found is None or name in ("get_file", "get_result", "get_openapi")
        else:
            assert found is None or name == "get_openapi"


def test_an_integer_with_a_decimal_point() -> None:
    body = {**documented("get_file"), "size_bytes": 88.0}
    found = read("get_file", json.dumps(body).encode())
    assert type(found.size_bytes) is int
    assert found.size_bytes == 88


@pytest.mark.parametrize("value", [True, 88.5, 10**400])
def test_a_size_that_is_not_an_integer_is_kept_separately(value: Any) -> None:
    body = {**documented("get_file"), "id": "file_1", "size_bytes": value}
    found = read("get_file", json.dumps(body).encode())
    assert found.size_bytes is None
    assert repr(found.extra) == repr({"size_bytes": value})


def test_an_enormous_price_breaks_the_contract() -> None:
    body = {**documented("quote_job"), "estimated_credits": 10**400}
    with over(Stub(answer(body))) as client, pytest.raises(ContractError) as caught:
        client.jobs.submit("esmfold", [{"slotId": "x"}], max_credits=1)
    assert caught.value.path == "$.estimated_credits"


@pytest.mark.parametrize("time", ["yesterday", "0001-01-01T00:00:00+14:00", 1_700_000_000])
def test_an_invalid_time_is_kept_separately(time: Any) -> None:
    found = read("get_job_status", json.dumps(job(created_at=time)).encode())
    assert found.created_at is None
    assert found.extra == {"created_at": time}


def test_a_time_without_an_offset_is_utc() -> None:
    found = read("get_job_status", json.dumps(job(created_at="2026-06-12T08:05:00")).encode())
    assert found.created_at.isoformat() == "2026-06-12T08:05:00+00:00"


def test_the_last_of_two_equal_keys_counts() -> None:
    content = b'{"name": "a", "name": "b", "status": "QUEUED", "status": "COMPLETED"}'
    found = read("get_job_status", content)
    assert (found.name, found.status) == ("b", "COMPLETED")


@pytest.mark.parametrize("told", [{}, {"id": "job_7"}, {"id": None}, {"id": 7}], ids=str)
def test_a_requested_job_has_the_requested_id(told: dict[str, Any]) -> None:
    body = {"status": "QUEUED", **told}
    with over(Stub(answer(body))) as client:
        found = client.jobs.get("job_1")
        assert (client.jobs.cancel("job_1")).id == "job_1"
    assert found.id == "job_1"
    assert (found.extra, found.raw) == (told, body)


def test_a_percent_encoded_id_is_the_requested_one() -> None:
    with over(Stub(answer({"status": "QUEUED"}))) as client:
        assert (client.jobs.get("a/b ä%2F?#")).id == "a/b ä%2F?#"


@pytest.mark.parametrize("told", [{}, {"id": "another"}], ids=str)
def test_a_tool_a_file_and_a_result_have_the_requested_id(told: dict[str, Any]) -> None:
    tool = {"input": {"slots": []}, **told}
    with over(Stub(answer(tool))) as client:
        assert (client.tools.get("esmfold")).id == "esmfold"
    with over(Stub(answer({"filename": "a", **told}))) as client:
        assert (client.files.get("file_1")).id == "file_1"
    with over(Stub(answer({"files": [], "results": {}, "job_id": told.get("id")}))) as client:
        assert (client.results.get("job_1")).job_id == "job_1"


def test_items_of_pages_keep_their_originals() -> None:
    first, second = {**job(), "colour": "red"}, {**job(), "id": "job_2", "progress": "half"}
    body = {"data": [first, second], "has_more": False, "cost": 5}
    with over(Stub(answer(body))) as client:
        one, other = client.jobs.list().list()
    assert (one.raw, one.extra) == (first, {"colour": "red"})
    assert (other.raw, other.extra, other.progress) == (second, {"progress": "half"}, None)


def test_no_model_shows_how_it_was_made() -> None:
    with over(Stub(answer({**documented("get_account"), "limits": 5, "more": {}}))) as client:
        account = client.account.get()
    assert "\\0" not in f"{account!r} {dict(account.extra)!r} {dict(account.raw)!r}"
    assert "\0" not in json.dumps([account.extra, account.raw])


def test_unknown_fields_are_kept_at_every_depth() -> None:
    body = documented("get_account")
    body["flags"] = ["x"]
    body["workspace"]["plan"]["seats"] = 5
    found = read("get_account", json.dumps(body).encode())
    assert found.extra == {"flags": ["x"]}
    assert found.workspace.plan.extra == {"seats": 5}
    assert found.workspace.extra == {}


def test_another_spelling_of_a_known_field_is_unknown() -> None:
    body = {**documented("get_file"), "id": "file_1", "sizeBytes": 5}
    found = read("get_file", json.dumps(body).encode())
    assert found.size_bytes == documented("get_file")["size_bytes"]
    assert found.extra == {"sizeBytes": 5}


def test_a_part_of_the_wrong_type_is_kept_separately() -> None:
    body = {**documented("get_account"), "limits": "none"}
    found = read("get_account", json.dumps(body).encode())
    assert found.limits is None
    assert found.extra == {"limits": "none"}


def test_a_needed_field_of_the_wrong_type_is_named() -> None:
    body = documented("list_jobs")
    body["data"].append({"id": 7, "status": "QUEUED"})
    wrong = "expected string, got a number"
    with over(Stub(answer(body))) as client, pytest.raises(ContractError, match=wrong) as caught:
        client.jobs.list().list()
    assert caught.value.path == f"$.data[{len(body['data']) - 1}].id"


def test_a_result_of_another_form_is_passed_on() -> None:
    for data in ([1, 2], "text", 5, None, {"nan": None}):
        body = {**documented("get_result"), "results": data}
        with over(Routes({RESULT: answer(body)})) as client:
            found = client.results.get("job_1")
        assert found.raw["results"] == data
