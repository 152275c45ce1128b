"""A transport that the application writes, in the place of the client's connections."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import traceback
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq import (
    AsyncProteinIQ,
    AsyncTransport,
    AsyncTransportRequest,
    AsyncTransportResponse,
    ConfigurationError,
    RateLimited,
    RequestTimeout,
    TransportError,
)

from ..support import ENTRY, KEY, SECRET, URL, AsyncStillClock, documented, job


class InProcess:
    """A service in this process: a response, an exception, or a function that gives one of them, for each request."""

    def __init__(self, *given: Any) -> None:
        self._given = list(given)
        self.requests: list[AsyncTransportRequest] = []

    async def send(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
        self.requests.append(request)
        found = self._given.pop(0) if len(self._given) > 1 else self._given[0]
        if isinstance(found, Exception):
            raise found
        response: AsyncTransportResponse = await found(request) if callable(found) else found
        return response


def over(*given: Any, **options: Any) -> tuple[AsyncProteinIQ, InProcess]:
    transport = InProcess(*given)
    return AsyncProteinIQ(KEY, URL, transport=transport, clock=AsyncStillClock(), **options), transport


def response(**parts: Any) -> AsyncTransportResponse:
    """One with parts of any type, as programs that no type checker has seen make them."""
    return AsyncTransportResponse(**{"status": 200, **parts})


def plain(body: Any, status: int = 200, **headers: str) -> AsyncTransportResponse:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return AsyncTransportResponse(status=status, headers=named, body=json.dumps(body).encode())


class Body:
    """The chunks of a body, then an exception, and whether it was closed."""

    def __init__(self, *pieces: Any) -> None:
        self._pieces = pieces
        self.read = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[Any]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            self.read += 1
            yield piece

    async def aclose(self) -> None:
        self.closed = True


class Itself(Body):
    """A body that is its own iterator."""

    async def __anext__(self) -> Any:
        self.read += 1
        return self._pieces[self.read - 1]

    def __aiter__(self) -> Any:
        return self


ACCOUNT = plain(documented("get_account"))


@pytest.mark.case
@pytest.mark.anyio
async def test_requests_go_through_the_transport_of_the_client() -> None:
    client, transport = over(ACCOUNT, timeout=7.0, headers={"X-Team": "a"})
    async with client:
        derived = client.with_options(timeout=5.0)
        assert (await client.account.get()).workspace.id == "team_123"
        assert (await derived.account.get()).workspace.id == "team_123"
    first, second = transport.requests
    assert (first.method, first.url, first.body) == ("GET", f"{URL}/api/v1/account", b"")
    assert (first.timeout, first.read_timeout, first.total_timeout) == (7.0, 7.0, 7.0)
    assert second.timeout == 5.0
    assert {("Host", "service.test"), ("Authorization", f"Bearer {KEY}"), ("X-Team", "a")} <= {*first.headers}
    with pytest.raises(ConfigurationError, match="closed"):
        await client.account.get()
    assert len(transport.requests) == 2


@pytest.mark.once
@pytest.mark.anyio
async def test_neither_the_key_nor_a_signature_is_shown() -> None:
    client, transport = over(ACCOUNT)
    async with client:
        await client.account.get()
    signed = attrs.evolve(transport.requests[0], url=f"https://storage.test/a?signature={SECRET}")
    assert SECRET not in repr(signed)
    failing, _ = over(ConnectionError(f"no route to /a?signature={SECRET}, Bearer {KEY}"), max_retries=0)
    async with failing:
        with pytest.raises(TransportError, match="no route to /a") as caught:
            await failing.account.get()
    assert SECRET not in str(caught.value)
    assert "storage.test/a" in repr(signed)


@pytest.mark.anyio
@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
async def test_a_body_is_decoded_and_closed(form: Callable[[bytes], Any]) -> None:
    packed = gzip.compress(json.dumps(documented("get_account")).encode())
    body = Body(form(packed[:9]), form(packed[9:]))
    headers = [("Content-Encoding", "gzip")]
    client, _ = over(
        AsyncTransportResponse(status=200, headers=headers, body=body),
        response(headers=headers, body=form(packed)),
    )
    async with client:
        assert (await client.account.get()).workspace.id == "team_123"
        assert body.closed
        assert (await client.account.get()).workspace.id == "team_123"


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("form", [Body, Itself])
async def test_a_stream_that_is_left_is_not_read_on(form: type[Body]) -> None:
    events = [f"data: {json.dumps(job(status))}\n\n".encode() for status in ("QUEUED", "PROCESSING")]
    body = form(*events)
    headers = [("Content-Type", "text/event-stream")]
    client, _ = over(AsyncTransportResponse(status=200, headers=headers, body=body))
    async with client:
        stream = client.jobs.events("job_1")
        assert (await anext(stream)).status == "QUEUED"
        await stream.aclose()
    assert (body.read, body.closed) == (1, True)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("failure", "kind", "sent"),
    [
        (TimeoutError("slow"), RequestTimeout, True),
        (ConnectionRefusedError("refused"), TransportError, False),
        (socket.gaierror("unknown host"), TransportError, False),
        (ssl.SSLCertVerificationError("unknown authority"), TransportError, False),
        (BrokenPipeError(), TransportError, True),
        (ConnectionResetError("reset"), TransportError, True),
        (OSError("anything"), TransportError, True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
async def test_an_operating_system_error_is_a_failure_of_the_request(
    failure: OSError, kind: type[TransportError], sent: bool
) -> None:
    client, transport = over(failure, max_retries=1)
    async with client:
        with pytest.raises(TransportError) as caught:
            await client.account.get()
    assert (type(caught.value), caught.value.sent) == (kind, sent)
    is_certificate = isinstance(failure, ssl.SSLCertVerificationError)
    assert len(transport.requests) == (1 if is_certificate else 2)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_failure_that_may_pass_is_retried_with_the_same_idempotency_key() -> None:
    client, transport = over(TimeoutError(), plain(documented("submit_job"), 201))
    async with client:
        assert (await client.jobs.submit("esmfold", [ENTRY])).id
    lost, found = (dict(request.headers) for request in transport.requests)
    assert lost["Idempotency-Key"] == found["Idempotency-Key"]


@pytest.mark.anyio
async def test_a_body_that_breaks_is_a_failure_of_the_request() -> None:
    broken = Body(b"{", ConnectionResetError(f"Bearer {KEY}"))
    client, _ = over(AsyncTransportResponse(status=200, body=broken), max_retries=0)
    async with client:
        with pytest.raises(TransportError, match="ConnectionResetError") as caught:
            await client.account.get()
    assert caught.value.sent
    assert broken.closed
    assert SECRET not in str(caught.value)


@pytest.mark.anyio
async def test_another_exception_passes_with_its_place_and_without_the_key() -> None:
    async def mistaken(request: AsyncTransportRequest) -> AsyncTransportResponse:
        raise KeyError(request.method)

    client, transport = over(mistaken)
    async with client:
        with pytest.raises(KeyError) as caught:
            await client.account.get()
    assert len(transport.requests) == 1
    (note,) = caught.value.__notes__
    assert note.startswith("raised by the client's transport")
    assert "in mistaken" in note
    assert "mistaken" not in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


@pytest.mark.anyio
async def test_a_failure_of_a_file_is_not_one_of_the_transport(tmp_path: Path) -> None:
    async def reading(request: AsyncTransportRequest) -> AsyncTransportResponse:
        assert not isinstance(request.body, bytes)
        try:
            received = b"".join([chunk async for chunk in request.body])
        except OSError as error:
            raise ConnectionError("while sending") from error
        assert b"MKV" in received
        return plain(documented("upload_file"), 201)

    def full(sent: int, total: int | None) -> None:
        raise BrokenPipeError("the progress bar's")

    (tmp_path / "a.fasta").write_bytes(b">a\nMKV\n")
    client, transport = over(reading)
    async with client:
        await client.files.upload(tmp_path / "a.fasta")
        with pytest.raises(BrokenPipeError, match="progress bar"):
            await client.files.upload(tmp_path / "a.fasta", on_progress=full)
    assert len(transport.requests) == 2


class Unclosable(Body):
    async def aclose(self) -> None:
        raise ConnectionResetError


@pytest.mark.anyio
async def test_a_body_that_cannot_be_closed_was_read_all_the_same() -> None:
    body = Unclosable(json.dumps(documented("get_account")).encode())
    client, _ = over(AsyncTransportResponse(status=200, body=body))
    async with client:
        assert (await client.account.get()).workspace.id == "team_123"


async def coroutine(request: AsyncTransportRequest) -> Any:
    """What a blocking client gets from an async transport."""
    return asyncio.sleep(0)


@pytest.mark.anyio
async def test_a_coroutine_is_not_a_response() -> None:
    client, _ = over(coroutine)
    async with client:
        with pytest.raises(ConfigurationError, match=r"transport\.send must return a \w+, got coroutine"):
            await client.account.get()


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, r"transport\.send must return a \w+, got NoneType"),
        ((200, [], b""), "got tuple"),
        (response(status=99), "status of a .* from 100 to 599, got 99"),
        (response(status="200"), "status of a .* got '200'"),
        (response(headers=[("a", 1)]), "headers of a .* must be pairs of strings, got list"),
        (response(headers={"TE": "b"}), "headers of a .* must be pairs of strings, got dict"),
        (response(body=None), "body of a .* must be bytes or yield bytes, got NoneType"),
        (response(body=Body("text")), "body of a .* must be bytes or yield bytes, got str"),
    ],
)
async def test_an_invalid_response(given: Any, why: str) -> None:
    client, transport = over(given)
    async with client:
        with pytest.raises(ConfigurationError, match=why):
            await client.account.get()
    assert len(transport.requests) == 1


@pytest.mark.parametrize("transport", [print, "transport", 0, AsyncTransport])
def test_what_is_not_a_transport(transport: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"must be an object with a method send\(request\), got"):
        AsyncProteinIQ(KEY, transport=transport)


@pytest.mark.once
@pytest.mark.parametrize("option", [{"proxy": "http://proxy.test"}, {"proxy": False}, {"verify": True}])
def test_a_transport_makes_the_connections_itself(option: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="proxy and verify must be None with a transport"):
        over(ACCOUNT, **option)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_rate_limit_behind_a_transport_is_its_own() -> None:
    refused = plain({"error": {"code": "rate_limited", "message": "No."}}, 429, retry_after="3600")
    client, _ = over(refused)
    async with client:
        with pytest.raises(RateLimited):
            await client.account.get()
    other, _ = over(ACCOUNT)
    async with other:
        await other.account.get()
