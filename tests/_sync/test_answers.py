# Generated from tests/_async/test_answers.py by scripts/unasync.py. Edit that file instead.

"""The errors that users get for each kind of response."""

from __future__ import annotations

import httpx
import pytest

from proteiniq import (
    APIError,
    ConfigurationError,
    ContractError,
    Forbidden,
    ProteinIQError,
    RequestTimeout,
    TransportError,
    Unauthorized,
)
from proteiniq._sync import pipeline
from proteiniq.sandbox import Sandbox

from ..support import Answer, Stub, refusal
from .clients import connect, over


def caught(*answers: Answer, max_retries: int = 0) -> ProteinIQError:
    """The error of asking for the account."""
    with over(Stub(*answers), max_retries=max_retries) as client:
        with pytest.raises(ProteinIQError) as raised:
            client.account.get()
    return raised.value


def test_an_error_has_its_request_and_the_services_request_id() -> None:
    error = caught(refusal(403, "forbidden", x_request_id="req_7"))
    assert str(error.request) == "GET /api/v1/account"
    assert error.request_id == "req_7"
    assert error.attempts == 1


def test_attempts_are_counted_and_noted() -> None:
    error = caught(httpx.ReadError("reset"), max_retries=3)
    assert error.attempts == 4
    assert "It was tried 4 times" in "".join(error.__notes__)


def test_a_response_that_is_not_json() -> None:
    error = caught(httpx.Response(200, html="<h1>Log in</h1>"))
    assert isinstance(error, ContractError)
    assert (error.operation, error.path) == ("get_account", "$")
    assert "'<h1>Log in</h1>'" in str(error)
    assert "login page" in str(error)


def test_an_unreachable_service(sandbox: Sandbox) -> None:
    with connect(sandbox, base_url="http://127.0.0.1:1", max_retries=0) as client:
        with pytest.raises(TransportError, match="Nothing was sent") as raised:
            client.account.get()
    assert not raised.value.sent


def test_a_closed_client_raises(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    client.account.get()
    client.close()
    client.close()
    with pytest.raises(ConfigurationError, match="this client is closed"):
        client.account.get()
