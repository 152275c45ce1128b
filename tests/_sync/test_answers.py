# Made from tests/_async/test_answers.py by scripts/unasync.py: edit that file instead.

"""From every kind of answer to the error that a user sees."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from proteiniq import (
    APIError,
    ConfigurationError,
    ContractError,
    Forbidden,
    NotFound,
    ProteinIQError,
    RateLimited,
    RequestTimeout,
    ServerError,
    TransportError,
    Unauthorized,
)
from proteiniq.errors import BY_CODE
from proteiniq.sandbox import Sandbox

from ..support import ENTRY, Stub, answer, refusal
from .clients import connect, over
from .test_operations import METHODS


def caught(*answers: httpx.Response | Exception, max_retries: int = 0) -> ProteinIQError:
    """The error of asking for the account."""
    with over(Stub(*answers), max_retries=max_retries) as client:
        with pytest.raises(ProteinIQError) as raised:
            client.account.get()
    return raised.value


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_each_public_code_has_its_class(code: str) -> None:
    error = caught(refusal(418, code, "Said."))
    assert type(error) is BY_CODE[code]
    assert (error.code, error.status) == (code, 418)


def test_an_unknown_code_is_of_its_status() -> None:
    error = caught(refusal(403, "quota_of_the_moon", "The moon is full."))
    assert type(error) is Forbidden
    assert error.code == "quota_of_the_moon"
    assert str(error).startswith("The moon is full (quota_of_the_moon, GET /api/v1/account)")


def test_an_unknown_status_is_an_api_error() -> None:
    error = caught(refusal(418, "teapot", "Short and stout."))
    assert type(error) is APIError
    assert not error.retryable


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><h1>Bad gateway</h1></html>",
        b"null",
        b"[]",
        b'"error"',
        b'{"error": null}',
        b'{"error": {"code": 5, "message": []}}',
        b'{"error": ' + b"[" * 100_000,
        b"\xff\xfe",
    ],
    ids=lambda content: content[:20].decode("ascii", "replace") or "empty",
)
@pytest.mark.parametrize(("status", "kind"), [(404, NotFound), (502, ServerError), (401, Unauthorized)])
def test_a_body_that_is_no_envelope(content: bytes, status: int, kind: type[APIError]) -> None:
    error = caught(httpx.Response(status, content=content))
    assert type(error) is kind
    assert error.status == status
    assert error.code is None
    assert f"the service answered {status} without saying why" in str(error)


@pytest.mark.parametrize(
    "content", [b'{"error": "Said."}', b'{"message": "Said."}', b'{"detail": "Said."}'], ids=bytes.decode
)
def test_a_message_outside_of_an_envelope_is_the_message(content: bytes) -> None:
    error = caught(httpx.Response(404, content=content))
    assert type(error) is NotFound
    assert str(error) == "Said (404, GET /api/v1/account)"


def test_what_fastapi_says_of_a_request_is_in_the_message() -> None:
    detail = [{"type": "missing", "loc": ["query", "limit"], "msg": "Field required"}]
    error = caught(answer({"detail": detail}, 422))
    assert isinstance(error, APIError)
    assert "\n  query.limit: Field required" in str(error)
    assert error.details == detail


DRIFTED = "python -m proteiniq.contract check"
"""What a note advises when the service may have changed."""


def notes(error: BaseException) -> str:
    return "".join(getattr(error, "__notes__", ()))


@pytest.mark.parametrize("status", [400, 405, 415, 422])
@pytest.mark.parametrize("call", ["get_account", "submit_job", "upload_file", "list_jobs", "cancel_job"])
def test_a_right_request_that_is_refused_as_wrong_may_mean_another_contract(call: str, status: int) -> None:
    with over(Stub(httpx.Response(status))) as client:
        with pytest.raises(APIError) as raised:
            METHODS[call](client)
    assert DRIFTED in notes(raised.value)


@pytest.mark.parametrize("status", [401, 402, 403, 404, 409, 413, 500])
def test_a_refusal_for_another_reason_means_no_other_contract(status: int) -> None:
    assert DRIFTED not in notes(caught(httpx.Response(status)))


@pytest.mark.parametrize(
    "entries",
    [[{"slotId": "protein"}], [{**ENTRY, "content": 5}], [{**ENTRY, "source": "text"}]],
    ids=["missing", "content", "source"],
)
def test_a_wrong_entry_of_the_users_own_means_no_other_contract(entries: list[dict[str, Any]]) -> None:
    with over(Stub(httpx.Response(422))) as client:
        with pytest.raises(APIError) as raised:
            client.jobs.submit("esmfold", entries)
    assert DRIFTED not in notes(raised.value)


def test_an_error_knows_its_request_and_what_the_service_calls_it() -> None:
    error = caught(refusal(403, "forbidden", x_request_id="req_7"))
    assert str(error.request) == "GET /api/v1/account"
    assert error.request_id == "req_7"
    assert error.attempts == 1


def test_the_message_names_every_place_in_the_details() -> None:
    details = {
        "issues": [{"path": "input.inputs[0].content", "message": "line 3: no residue"}, {"path": "x"}, 7]
    }
    error = caught(refusal(400, "validation_error", "The input doesn't fit.", details))
    assert isinstance(error, APIError)
    assert "\n  input.inputs[0].content: line 3: no residue" in str(error)
    assert error.details == details


def test_retry_after_is_on_the_error_and_in_its_message() -> None:
    error = caught(refusal(429, "rate_limited", Retry_After="17"))
    assert isinstance(error, RateLimited)
    assert (error.retry_after, error.retryable) == (17, True)
    assert "asks to wait 17 s" in str(error)


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "validation_error", False),
        (402, "insufficient_credits", False),
        (429, "rate_limited", True),
        (500, "internal_error", True),
        (503, "unheard_of", True),
        (409, "job_not_completed", True),
        (409, "conflict", False),
    ],
)
def test_whether_it_may_go_better_later(status: int, code: str, retryable: bool) -> None:
    assert (caught(refusal(status, code))).retryable is retryable


@pytest.mark.parametrize(
    ("failure", "kind", "sent"),
    [
        (httpx.ConnectError("refused"), TransportError, False),
        (httpx.ConnectTimeout("slow"), RequestTimeout, False),
        (httpx.PoolTimeout("full"), RequestTimeout, False),
        (httpx.ReadTimeout("slow"), RequestTimeout, True),
        (httpx.WriteTimeout("slow"), RequestTimeout, True),
        (httpx.ReadError("reset"), TransportError, True),
        (httpx.WriteError("reset"), TransportError, True),
        (httpx.CloseError("reset"), TransportError, True),
        (httpx.RemoteProtocolError("no HTTP"), TransportError, True),
        (httpx.LocalProtocolError("no HTTP"), TransportError, True),
        (httpx.ProxyError("no proxy"), TransportError, False),
        (httpx.DecodingError("no gzip"), TransportError, True),
        (httpx.TooManyRedirects("round"), TransportError, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_no_answer(failure: Exception, kind: type[TransportError], sent: bool) -> None:
    error = caught(failure)
    assert type(error) is kind
    assert isinstance(error, TransportError)
    assert error.sent is sent
    assert error.retryable
    assert str(failure) in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_attempts_are_counted_and_noted() -> None:
    error = caught(httpx.ReadError("reset"), max_retries=3)
    assert error.attempts == 4
    assert "It was sent 4 times" in "".join(error.__notes__)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed_and_says_why(status: int) -> None:
    service = Stub(httpx.Response(status, headers={"location": "https://www.service.test/api/v1/account"}))
    with over(service) as client:
        with pytest.raises(
            ContractError, match=r"a redirect to https://www\.service\.test; the key"
        ) as raised:
            client.account.get()
    assert len(service.requests) == 1
    assert raised.value.operation == "get_account"


def test_a_redirect_to_no_address_is_an_error_of_ours() -> None:
    error = caught(httpx.Response(302, headers={"location": "https://[bad"}))
    assert isinstance(error, ContractError)


def test_an_answer_that_is_no_json() -> None:
    error = caught(httpx.Response(200, html="<h1>Log in</h1>"))
    assert isinstance(error, ContractError)
    assert (error.operation, error.path) == ("get_account", "$")
    assert "'<h1>Log in</h1>'" in str(error)
    assert "login page" in str(error)


def test_an_answer_that_misses_what_is_needed_says_where() -> None:
    error = caught(answer({"workspace": {"plan": None}}))
    assert isinstance(error, ContractError)
    assert (error.operation, error.path) == ("get_account", "$.workspace.id")
    assert "python -m proteiniq.contract check" in str(error)


def test_a_key_without_the_scope(sandbox: Sandbox) -> None:
    key = sandbox.create_key(["jobs:read"], workspace="team_scopes")
    with connect(sandbox, key) as client:
        assert (client.account.get()).workspace.id == "team_scopes"
        with pytest.raises(Forbidden, match="use a key that has the scope"):
            client.files.upload(b"MK", filename="a.fasta")


def test_a_key_that_the_service_does_not_know(sandbox: Sandbox) -> None:
    with connect(sandbox, "pq_live_nobody_secret") as client:
        with pytest.raises(Unauthorized, match="check that the key is whole"):
            client.account.get()


def test_a_service_that_is_not_there(sandbox: Sandbox) -> None:
    with connect(sandbox, base_url="http://127.0.0.1:1", max_retries=0) as client:
        with pytest.raises(TransportError, match="Nothing was sent") as raised:
            client.account.get()
    assert not raised.value.sent


def test_a_closed_client_says_so(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    client.account.get()
    client.close()
    client.close()
    with pytest.raises(ConfigurationError, match="this client is closed"):
        client.account.get()
