"""What becomes of error responses on their way through a client. Sync and async clients share this code."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from proteiniq import APIError, ContractError, ProteinIQError

from ._sync.clients import over
from ._sync.methods import METHODS
from .support import ENTRY, Stub, answer, refusal


def caught(response: httpx.Response, call: str = "get_account") -> ProteinIQError:
    with over(Stub(response), max_retries=0) as client, pytest.raises(ProteinIQError) as raised:
        METHODS[call](client)
    return raised.value


def test_an_error_response_is_read_completely() -> None:
    details = {"issues": [{"path": "input.inputs[0].content", "message": "line 3: no residue"}]}
    error = caught(refusal(429, "rate_limited", "Too many.", details, Retry_After="17"))
    assert isinstance(error, APIError)
    assert (error.code, error.status, error.retry_after, error.retryable) == ("rate_limited", 429, 17, True)
    assert error.details == details
    assert "\n  input.inputs[0].content: line 3: no residue" in str(error)


DRIFTED = "python -m proteiniq.contract check"
"""What a note advises when the service may have changed."""


def notes(error: BaseException) -> str:
    return "".join(getattr(error, "__notes__", ()))


@pytest.mark.parametrize("status", [400, 405, 415, 422])
@pytest.mark.parametrize("call", ["get_account", "submit_job", "upload_file", "list_jobs", "cancel_job"])
def test_a_valid_request_that_is_refused_suggests_another_contract(call: str, status: int) -> None:
    assert DRIFTED in notes(caught(httpx.Response(status), call))


@pytest.mark.parametrize("status", [401, 402, 403, 404, 409, 413, 500])
def test_a_refusal_for_another_reason_does_not_suggest_another_contract(status: int) -> None:
    assert DRIFTED not in notes(caught(httpx.Response(status)))


@pytest.mark.parametrize(
    "entries",
    [[{"slotId": "protein"}], [{**ENTRY, "content": 5}], [{**ENTRY, "source": "text"}]],
    ids=["missing", "content", "source"],
)
def test_an_invalid_entry_of_the_user_does_not_suggest_another_contract(
    entries: list[dict[str, Any]],
) -> None:
    with over(Stub(httpx.Response(422))) as client, pytest.raises(APIError) as raised:
        client.jobs.submit("esmfold", entries)
    assert DRIFTED not in notes(raised.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_of_a_request_with_the_key_is_an_error(status: int) -> None:
    error = caught(httpx.Response(status, headers={"location": "https://www.service.test/api/v1/account"}))
    assert isinstance(error, ContractError)
    assert "a redirect to https://www.service.test; the key" in str(error)


def test_a_redirect_to_no_address_is_an_error_of_ours() -> None:
    assert isinstance(caught(httpx.Response(302, headers={"location": "https://[bad"})), ContractError)


def test_a_response_without_a_needed_field_names_its_place() -> None:
    error = caught(answer({"workspace": {"plan": None}}))
    assert isinstance(error, ContractError)
    assert (error.operation, error.path) == ("get_account", "$.workspace.id")
    assert DRIFTED in str(error)
