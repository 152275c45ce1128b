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
from proteiniq._async import pipeline
from proteiniq.sandbox import Sandbox

from ..support import Answer, Stub, refusal
from .clients import connect, over


async def caught(*answers: Answer, max_retries: int = 0) -> ProteinIQError:
    """The error of asking for the account."""
    async with over(Stub(*answers), max_retries=max_retries) as client:
        with pytest.raises(ProteinIQError) as raised:
            await client.account.get()
    return raised.value


@pytest.mark.anyio
async def test_an_error_has_its_request_and_the_services_request_id() -> None:
    error = await caught(refusal(403, "forbidden", x_request_id="req_7"))
    assert str(error.request) == "GET /api/v1/account"
    assert error.request_id == "req_7"
    assert error.attempts == 1


@pytest.mark.once
@pytest.mark.anyio
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
async def test_no_response(failure: Exception, kind: type[TransportError], sent: bool) -> None:
    error = await caught(failure)
    assert type(error) is kind
    assert isinstance(error, TransportError)
    assert error.sent is sent
    assert error.retryable
    assert str(failure) in str(error)
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.once
@pytest.mark.anyio
async def test_a_response_that_is_too_large_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "LARGEST_BODY", 1 << 20)
    error = await caught(httpx.Response(200, content=bytes(2 << 20)), max_retries=3)
    assert "larger than 1 MiB" in str(error)
    assert (error.retryable, error.attempts) == (False, 1)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.once
async def test_an_error_whose_body_cannot_be_decoded_keeps_its_status() -> None:
    coded = httpx.Response(403, stream=httpx.ByteStream(b"?"), headers={"content-encoding": "br"})
    error = await caught(lambda request: coded)
    assert isinstance(error, APIError)
    assert error.status == 403


@pytest.mark.anyio
async def test_attempts_are_counted_and_noted() -> None:
    error = await caught(httpx.ReadError("reset"), max_retries=3)
    assert error.attempts == 4
    assert "It was tried 4 times" in "".join(error.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_redirect_is_not_followed() -> None:
    service = Stub(httpx.Response(302, headers={"location": "https://www.service.test/api/v1/account"}))
    async with over(service) as client:
        with pytest.raises(
            ContractError, match=r"a redirect to https://www\.service\.test; the key"
        ) as raised:
            await client.account.get()
    assert len(service.requests) == 1
    assert raised.value.operation == "get_account"


@pytest.mark.anyio
async def test_a_response_that_is_not_json() -> None:
    error = await caught(httpx.Response(200, html="<h1>Log in</h1>"))
    assert isinstance(error, ContractError)
    assert (error.operation, error.path) == ("get_account", "$")
    assert "'<h1>Log in</h1>'" in str(error)
    assert "login page" in str(error)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_key_without_the_scope(sandbox: Sandbox) -> None:
    key = sandbox.create_key(["jobs:read"], workspace="team_scopes")
    async with connect(sandbox, key) as client:
        assert (await client.account.get()).workspace.id == "team_scopes"
        with pytest.raises(Forbidden, match="use a key that has the scope"):
            await client.files.upload(b"MK", filename="a.fasta")


@pytest.mark.once
@pytest.mark.anyio
async def test_an_unknown_key(sandbox: Sandbox) -> None:
    async with connect(sandbox, "pq_live_nobody_secret") as client:
        with pytest.raises(Unauthorized, match="check that the key is whole"):
            await client.account.get()


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_unreachable_service(sandbox: Sandbox) -> None:
    async with connect(sandbox, base_url="http://127.0.0.1:1", max_retries=0) as client:
        with pytest.raises(TransportError, match="Nothing was sent") as raised:
            await client.account.get()
    assert not raised.value.sent


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_closed_client_raises(sandbox: Sandbox) -> None:
    client = connect(sandbox)
    await client.account.get()
    await client.close()
    await client.close()
    with pytest.raises(ConfigurationError, match="this client is closed"):
        await client.account.get()
