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
def test_no_response(failure: Exception, kind: type[TransportError], sent: bool) -> None:
    error = caught(failure)
    assert type(error) is kind
    assert isinstance(error, TransportError)
    assert error.sent is sent
    assert error.retryable
    assert str(failure) in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_response_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LARGEST_BODY", 1 << 20)
    error = caught(httpx.Response(200, content=bytes(2 << 20)), max_retries=3)
    assert "larger than 1 MiB" in str(error)
    assert (error.retryable, error.attempts) == (False, 1)


def test_an_error_whose_body_cannot_be_decoded_keeps_its_status() -> None:
    coded = httpx.Response(403, stream=httpx.ByteStream(b"?"), headers={"content-encoding": "br"})
    error = caught(lambda request: coded)
    assert isinstance(error, APIError)
    assert error.status == 403


def test_attempts_are_counted_and_noted() -> None:
    error = caught(httpx.ReadError("reset"), max_retries=3)
    assert error.attempts == 4
    assert "It was tried 4 times" in "".join(error.__notes__)


def test_a_redirect_is_not_followed() -> None:
    service = Stub(httpx.Response(302, headers={"location": "https://www.service.test/api/v1/account"}))
    with over(service) as client:
        with pytest.raises(
            ContractError, match=r"a redirect to https://www\.service\.test; the key"
        ) as raised:
            client.account.get()
    assert len(service.requests) == 1
    assert raised.value.operation == "get_account"


def test_a_response_that_is_not_json() -> None:
    error = caught(httpx.Response(200, html="<h1>Log in</h1>"))
    assert isinstance(error, ContractError)
    assert (error.operation, error.path) == ("get_account", "$")
    assert "'<h1>Log in</h1>'" in str(error)
    assert "login page" in str(error)


def test_a_key_without_the_scope(sandbox: Sandbox) -> None:
    key = sandbox.create_key(["jobs:read"], workspace="team_scopes")
    with connect(sandbox, key) as client:
        assert (client.account.get()).workspace.id == "team_scopes"
        with pytest.raises(Forbidden, match="use a key that has the scope"):
            client.files.upload(b"MK", filename="a.fasta")


def test_an_unknown_key(sandbox: Sandbox) -> None:
    with connect(sandbox, "pq_live_nobody_secret") as client:
        with pytest.raises(Unauthorized, match="check that the key is whole"):
            client.account.get()


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
