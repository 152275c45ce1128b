"""What a submission holds, what it may cost, and what is refused before anything is sent."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx
import pytest

from proteiniq import (
    ContractError,
    InvalidInput,
    SpendLimitExceeded,
    ValidationError,
)
from proteiniq._inputs import requests
from proteiniq.contract import Shape

from ._sync.clients import over
from .support import (
    ENTRY,
    QUOTE,
    SUBMIT,
    Routes,
    Stub,
    answer,
    change_operation,
    documented,
    job,
    refusal,
)

TOOL = "GET /api/v1/tools/esmfold"


FILE = "GET /api/v1/files/file_1"


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


def test_a_key_that_no_header_can_contain_is_refused() -> None:
    service = Stub(answer(job(), 201))
    with over(service) as client, pytest.raises(InvalidInput, match="idempotency_key"):
        client.jobs.submit("protein-parameters", [ENTRY], idempotency_key="two\nlines")
    assert service.requests == []


UNREADABLE = [..., "none", [5]]
"""Unreadable blocking errors of a quote; `...` means that the field is missing."""


def unreadable(reasons: Any) -> Routes:
    quote = {**documented("quote_job"), "blocking_errors": reasons}
    if reasons is ...:
        del quote["blocking_errors"]
    return Routes({QUOTE: answer(quote), SUBMIT: answer(job(), 201)})


@pytest.mark.parametrize("reasons", UNREADABLE, ids=str)
def test_an_incomplete_quote_prevents_a_submit_with_max_credits(reasons: Any) -> None:
    service = unreadable(reasons)
    hidden = r"nothing was submitted.*blocking_errors"
    with over(service) as client, pytest.raises(ContractError, match=hidden) as caught:
        client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE]
    assert (caught.value.operation, caught.value.path) == ("quote_job", "$.blocking_errors")
    assert "may have been created" not in "".join(getattr(caught.value, "__notes__", ()))


def test_an_incomplete_quote_is_still_returned() -> None:
    with over(unreadable("none")) as client:
        quote = client.jobs.quote("esmfold", [ENTRY])
    assert (quote.estimated_credits, quote.blocking_errors, quote.blocking_errors_known) == (50, (), False)
    assert quote.extra["blocking_errors"] == "none"


def test_without_max_credits_no_quote_is_requested() -> None:
    service = unreadable("none")
    with over(service) as client:
        client.jobs.submit("esmfold", [ENTRY])
    assert service.routes == [SUBMIT]


@pytest.mark.parametrize("price", [51, None, "5", float("nan"), ...], ids=str)
def test_a_price_that_is_too_high_or_unknown_prevents_the_submit(price: Any) -> None:
    quote = {**documented("quote_job"), "estimated_credits": price, "blocking_errors": "none"}
    if price is ...:
        del quote["estimated_credits"]
    service = Routes({QUOTE: answer(quote), SUBMIT: answer(job(), 201)})
    with over(service) as client, pytest.raises((SpendLimitExceeded, ContractError)):
        client.jobs.submit("esmfold", [ENTRY], max_credits=50)
    assert service.routes == [QUOTE]


@pytest.mark.case
@pytest.mark.parametrize(
    ("price", "problem"),
    [(-5, "the quote of esmfold is -5 credits"), (50.0000001, "would cost 50.0000001 credits, more than")],
)
def test_a_price_that_prevents_the_submit_is_named(price: float, problem: str) -> None:
    quote = {**documented("quote_job"), "estimated_credits": price, "blocking_errors": []}
    service = Routes({QUOTE: answer(quote)})
    with over(service) as client, pytest.raises((SpendLimitExceeded, ContractError), match=problem):
        client.jobs.submit("esmfold", [ENTRY], max_credits=50)


def test_a_request_has_the_spelling_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = Shape(moves=((("slotId",), ("slot",)),), values={"format": {"fasta": "FASTA"}})
    shape = Shape(
        at=("job",),
        moves=((("tool",), ("toolId",)),),
        parts={"input": Shape(parts={"inputs": entry})},
        constants={"version": 2},
    )
    change_operation(monkeypatch, "submit_job", body=shape, headers={"Idempotency-Key": "X-Idempotency-Key"})
    service = Stub(answer(job(), 201))
    with over(service) as client:
        client.jobs.submit("esmfold", [ENTRY], {"slotId": 1}, name="mine", idempotency_key="one")
    (request,) = service.requests
    their = {**ENTRY, "slot": "protein", "format": "FASTA"}
    del their["slotId"]
    assert body(request) == {
        "job": {
            "toolId": "esmfold",
            "name": "mine",
            "input": {"inputs": [their]},
            "settings": {"slotId": 1},
            "version": 2,
        }
    }
    assert request.headers["x-idempotency-key"] == "one"
    assert "idempotency-key" not in request.headers


@pytest.mark.case
def test_what_a_tool_does_not_state_of_its_slots_is_left_to_the_service() -> None:
    tool = documented("get_tool")
    tool["input"]["slots"] = [{"id": "target"}, {"id": "other"}]
    service = Routes({TOOL: answer(tool), SUBMIT: refusal(400, "validation_error", "Invalid request data")})
    with over(service) as client, pytest.raises(ValidationError, match="Invalid request data") as refused:
        client.jobs.submit("esmfold", {"target": "MK"})
    source = {"type": "text"}
    sent = {"id": "target-1", "slotId": "target", "content": "MK", "source": source}
    assert body(service.requests[-1])["input"] == {"inputs": [sent]}
    assert not hasattr(refused.value, "__notes__")


def test_settings_that_cannot_be_copied_are_refused() -> None:
    with over(Stub()) as client, pytest.raises(InvalidInput, match=r"settings: .* pass JSON values"):
        client.jobs.submit("esmfold", [ENTRY], {"lock": threading.Lock()})


@pytest.mark.case
@pytest.mark.parametrize("body", [{"id": "", "status": "QUEUED"}, {"id": "..", "status": "QUEUED"}, {}])
def test_a_response_without_the_id_of_the_job_leaves_the_submit_in_doubt(body: Any) -> None:
    with over(Stub(answer(body, 201))) as client, pytest.raises(ContractError) as caught:
        client.jobs.submit("esmfold", [ENTRY], idempotency_key="one")
    assert caught.value.in_doubt
    assert "repeat the same submit with idempotency_key='one'" in caught.value.__notes__[0]


@pytest.mark.case
@pytest.mark.parametrize("name", [5, b"mine", "\ud800"])
def test_a_name_that_is_not_text_is_refused(name: Any) -> None:
    with over(Stub()) as client, pytest.raises(InvalidInput, match="name must be text, got"):
        client.jobs.submit("esmfold", [ENTRY], name=name)


def test_a_saved_file_is_refused_if_the_contract_lacks_it_as_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "is_documented", lambda role, name: name != "file_id")
    service = Routes({TOOL: answer(documented("get_tool")), FILE: answer(documented("get_file"))})
    with over(service) as client:
        file = client.files.get("file_1")
        with pytest.raises(InvalidInput, match=r"has no saved file as input\. Give the data itself"):
            client.jobs.submit("esmfold", {"protein": file})
    assert service.routes == [FILE, TOOL]


def test_invalid_max_credits() -> None:
    with over(Stub(answer(job(), 201))) as client, pytest.raises(InvalidInput, match="max_credits"):
        client.jobs.submit("protein-parameters", [ENTRY], max_credits=-1)


@pytest.mark.parametrize("limit", [0, -1, 1.5, 2**53, "5", True])
def test_invalid_max_reserved_credits(limit: Any) -> None:
    with over(Stub(answer(job(), 201))) as client:
        for call in (client.jobs.quote, client.jobs.submit):
            with pytest.raises(InvalidInput, match="max_reserved_credits"):
                call("protein-parameters", [ENTRY], max_reserved_credits=limit)


def test_the_quote_before_a_submit_has_the_same_billing(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Routes({SUBMIT: answer(job(), 201), QUOTE: answer(documented("quote_job"))})
    with over(service) as client:
        client.jobs.submit("esmfold", [ENTRY], max_credits=50, max_reserved_credits=7)
        monkeypatch.setattr(requests, "is_documented", lambda role, name: role != "QuoteRequest")
        client.jobs.submit("esmfold", [ENTRY], max_credits=50, max_reserved_credits=7)
    assert [body(request).get("billing") for request in service.requests] == [
        {"max_reserved_credits": 7},
        {"max_reserved_credits": 7},
        None,
        {"max_reserved_credits": 7},
    ]


def test_the_request_is_the_documented_one() -> None:
    service = Stub(answer(job(), 201))
    with over(service) as client:
        client.jobs.submit("protein-parameters", [ENTRY], {"ph": 7.0}, name="mine")
    (request,) = service.requests
    assert body(request) == {
        "tool": "protein-parameters",
        "name": "mine",
        "input": {"inputs": [ENTRY]},
        "settings": {"ph": 7.0},
    }
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "settings", [{"x": float("nan")}, {"x": object()}, {"x": "\ud800"}], ids=["NaN", "object", "surrogate"]
)
def test_settings_that_json_cannot_express(settings: Any) -> None:
    service = Stub(answer(job(), 201))
    with over(service) as client, pytest.raises(InvalidInput, match="nothing was sent"):
        client.jobs.submit("protein-parameters", [ENTRY], settings)
    assert service.requests == []
