from __future__ import annotations

from typing import Any

import pytest

from proteiniq import ContractError, Request
from proteiniq._responses.schema import MISFITS, answer_schema, decode, fit, fit_ticket, fits_request
from proteiniq.contract import RAW

from .support import ENTRY, documented, operations

REQUEST = Request("GET", "/x")
JOB = {"id": "job_1", "status": "QUEUED"}


def plain(fitted: Any) -> Any:
    """What is fitted, without what it keeps for the models."""
    if isinstance(fitted, list):
        return [plain(each) for each in fitted]
    if not isinstance(fitted, dict):
        return fitted
    return {name: plain(each) for name, each in fitted.items() if name not in (RAW, MISFITS)}


def fitted(**changes: Any) -> Any:
    return fit({**JOB, **changes}, "get_job_status", REQUEST)


ANSWERED = sorted(set(operations()) - {"stream_job_events"})


def test_the_documented_responses_fit_unchanged() -> None:
    answers = {name: documented(name) for name in ANSWERED}
    assert {name: plain(fit(answer, name, REQUEST)) for name, answer in answers.items()} == answers


def test_every_operation_has_a_schema() -> None:
    assert all(map(answer_schema, ANSWERED))


@pytest.mark.parametrize("missing", ["id", "status"])
def test_a_needed_field_that_is_missing(missing: str) -> None:
    body = {key: value for key, value in JOB.items() if key != missing}
    with pytest.raises(ContractError, match="it is missing") as caught:
        fit(body, "get_job_status", REQUEST)
    assert caught.value.path == f"$.{missing}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (5, "a number"),
        (True, "a boolean"),
        ([], "a list"),
        ({}, "an object"),
    ],
)
def test_a_needed_field_of_another_type(value: Any, shown: str) -> None:
    with pytest.raises(ContractError, match=rf"\$\.status: expected string, got {shown}"):
        fitted(status=value)


@pytest.mark.parametrize(("value", "kept"), [(50, 50), (50.5, 50.5), (None, None), (0, 0)])
def test_a_number(value: Any, kept: Any) -> None:
    assert fitted(progress=value)["progress"] == kept


@pytest.mark.parametrize("value", ["50", True, float("nan"), 10**400])
def test_an_invalid_number_is_left_out(value: Any) -> None:
    assert "progress" not in fitted(progress=value)


@pytest.mark.parametrize(
    "value", ["2026-06-12T08:05:00.000Z", "2026-06-12T08:05:00+02:00", "2026-06-12", None]
)
def test_a_time(value: Any) -> None:
    assert fitted(created_at=value)["created_at"] == value


@pytest.mark.parametrize(
    "value", ["", "now", "2026-06-31T00:00:00Z", "9999-12-31T23:59:59-14:00", 5, ["2026"]]
)
def test_an_invalid_time_is_left_out(value: Any) -> None:
    assert "created_at" not in fitted(created_at=value)


def test_an_unfitting_part_is_left_out_completely() -> None:
    assert "error" not in fitted(error="text")
    assert plain(fitted(error={"code": 5, "message": "m"})["error"]) == {"message": "m"}


def test_unfitting_values_are_kept_separately() -> None:
    error = fitted(progress="half", error={"code": 5, "message": "m"})
    assert error[MISFITS] == {"progress": "half"}
    assert error["error"][MISFITS] == {"code": 5}


def test_every_object_keeps_its_original() -> None:
    error = {"code": 5, "message": "m"}
    made = fitted(error=error)
    assert made[RAW] == {**JOB, "error": error}
    assert made["error"][RAW] == error


def test_unknown_fields_stay() -> None:
    assert fitted(unheard={"of": 1})["unheard"] == {"of": 1}


def test_the_body_is_not_changed() -> None:
    body = {**JOB, "progress": "text"}
    fit(body, "get_job_status", REQUEST)
    assert body == {**JOB, "progress": "text"}


def test_an_item_of_a_list_is_named() -> None:
    with pytest.raises(ContractError) as caught:
        fit({"data": [JOB, {"id": "job_2"}]}, "list_jobs", REQUEST)
    assert caught.value.path == "$.data[1].status"


@pytest.mark.parametrize("body", [None, [], "text"])
def test_a_body_that_is_not_an_object(body: Any) -> None:
    with pytest.raises(ContractError, match=r"at \$: expected object, got") as caught:
        fit(body, "get_job_status", REQUEST)
    assert caught.value.path == "$"
    assert caught.value.request == REQUEST


@pytest.mark.parametrize(
    "content", [b"<h1>", b"{", b"\xff\xfe\xfd", b"[" * 100_000, b"1" * 5000, b'{"a": 1}x']
)
def test_invalid_json(content: bytes) -> None:
    with pytest.raises(ContractError, match="is not JSON") as caught:
        decode(content, "get_tool", REQUEST)
    assert caught.value.operation == "get_tool"
    assert caught.value.__suppress_context__
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("content", [b'\xef\xbb\xbf{"a": 1}', '{"a": 1}'.encode("utf-16")])
def test_json_in_another_encoding(content: bytes) -> None:
    assert decode(content, "get_tool", REQUEST) == {"a": 1}


# ---- what the request says already


def test_a_job_without_an_id_has_the_requested_one() -> None:
    made = fit({"status": "QUEUED"}, "get_job_status", REQUEST, {"id": "job_1"})
    assert made["id"] == "job_1"
    assert made[RAW] == {"status": "QUEUED"}


def test_a_job_with_another_id_keeps_it_separately() -> None:
    made = fit({**JOB, "id": "job_2"}, "get_job_status", REQUEST, {"id": "job_1"})
    assert (made["id"], made[MISFITS]) == ("job_1", {"id": "job_2"})


@pytest.mark.case
def test_a_number_that_json_does_not_have_is_named() -> None:
    with pytest.raises(ContractError, match="expected number, got nan, which JSON doesn't have"):
        fit(decode(b'{"estimated_credits": NaN}', "quote_job", REQUEST), "quote_job", REQUEST)


@pytest.mark.case
def test_an_empty_body_is_called_empty() -> None:
    with pytest.raises(ContractError, match="is empty, but a body of JSON was expected"):
        decode(b" ", "get_tool", REQUEST)


@pytest.mark.parametrize("value", [7, "job_1 "])
def test_an_id_of_another_type_is_kept_separately(value: Any) -> None:
    made = fit({**JOB, "id": value}, "get_job_status", REQUEST, {"id": "job_1"})
    assert (made["id"], made[MISFITS]) == ("job_1", {"id": value})


# ---- the first step of an upload


def test_a_ticket() -> None:
    ticket = {"url": "https://storage.test/put", "id": "file_1"}
    assert plain(fit_ticket(ticket, REQUEST)) == ticket


@pytest.mark.parametrize("body", [{}, {"url": 5}, []])
def test_a_ticket_without_a_url_breaks_the_contract(body: Any) -> None:
    with pytest.raises(ContractError, match="upload_file: the response to GET /x breaks the contract"):
        fit_ticket(body, REQUEST)


# ---- requests


ORDER = {"tool": "esmfold", "name": "mine", "input": {"inputs": [ENTRY]}, "settings": {}}


def test_a_request_that_is_valid_by_the_contract() -> None:
    assert fits_request(ORDER, "submit_job")


def test_a_request_without_a_body_is_valid() -> None:
    assert fits_request(None, "get_account")


@pytest.mark.parametrize(
    "changes",
    [
        {"tool": 5},
        {"name": None},
        {"input": {}},
        {"input": {"inputs": [{"slotId": "protein"}]}},
        {"input": {"inputs": [{**ENTRY, "label": 5}]}},
        {"settings": []},
    ],
)
def test_a_request_that_is_invalid_by_the_contract(changes: dict[str, Any]) -> None:
    assert not fits_request({**ORDER, **changes}, "submit_job")


def test_a_body_without_any_guaranteed_field() -> None:
    with pytest.raises(ContractError, match="it contains no field of the contract"):
        fit({"error": "x"}, "get_file", REQUEST, {"id": "file_1"})
