# Generated from tests/_async/test_own_transport.py by scripts/unasync.py. Edit that file instead.

"""A transport that the application writes, in the place of the client's connections."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import ssl
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq import (
    ConfigurationError,
    ProteinIQ,
    RateLimited,
    RequestTimeout,
    TransportError,
    TransportRequest,
    TransportResponse,
)

from ..support import ENTRY, KEY, SECRET, URL, StillClock, documented, job


class InProcess:
    """A service in this process: a response, an exception, or a function that gives one of them, for each request."""

    def __init__(self, *given: Any) -> None:
        self._given = list(given)
        self.requests: list[TransportRequest] = []

    def send(self, request: TransportRequest) -> TransportResponse:
        self.requests.append(request)
        found = self._given.pop(0) if len(self._given) > 1 else self._given[0]
        if isinstance(found, Exception):
            raise found
        response: TransportResponse = found(request) if callable(found) else found
        return response


def over(*given: Any, **options: Any) -> tuple[ProteinIQ, InProcess]:
    transport = InProcess(*given)
    return ProteinIQ(KEY, URL, transport=transport, clock=StillClock(), **options), transport


def response(**parts: Any) -> TransportResponse:
    """One with parts of any type, as programs that no type checker has seen make them."""
    return TransportResponse(**{"status": 200, **parts})


def plain(body: Any, status: int = 200, **headers: str) -> TransportResponse:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return TransportResponse(status=status, headers=named, body=json.dumps(body).encode())


class Body:
    """The chunks of a body, then an exception, and whether it was closed."""

    def __init__(self, *pieces: Any) -> None:
        self._pieces = pieces
        self.read = 0
        self.closed = False

    def __iter__(self) -> Iterator[Any]:
        for piece in self._pieces:
            if isinstance(piece, Exception):
                raise piece
            self.read += 1
            yield piece

    def close(self) -> None:
        self.closed = True


class Itself(Body):
    """A body that is its own iterator."""

    def __next__(self) -> Any:
        self.read += 1
        return self._pieces[self.read - 1]

    def __iter__(self) -> Any:
        return self


ACCOUNT = plain(documented("get_account"))


@pytest.mark.case
def test_requests_go_through_the_transport_of_the_client() -> None:
    client, transport = over(ACCOUNT, timeout=7.0, headers={"X-Team": "a"})
    with client:
        derived = client.with_options(timeout=5.0)
        assert (client.account.get()).workspace.id == "team_123"
        assert (derived.account.get()).workspace.id == "team_123"
    first, second = transport.requests
    assert (first.method, first.url, first.body) == ("GET", f"{URL}/api/v1/account", b"")
    assert (first.timeout, first.read_timeout, first.total_timeout) == (7.0, 7.0, 7.0)
    assert second.timeout == 5.0
    assert {("Host", "service.test"), ("Authorization", f"Bearer {KEY}"), ("X-Team", "a")} <= {*first.headers}
    with pytest.raises(ConfigurationError, match="closed"):
        client.account.get()
    assert len(transport.requests) == 2


def test_neither_the_key_nor_a_signature_is_shown() -> None:
    client, transport = over(ACCOUNT)
    with client:
        client.account.get()
    signed = attrs.evolve(transport.requests[0], url=f"https://storage.test/a?signature={SECRET}")
    assert SECRET not in repr(signed)
    failing, _ = over(ConnectionError(f"no route to /a?signature={SECRET}, Bearer {KEY}"), max_retries=0)
    with failing:
        with pytest.raises(TransportError, match="no route to /a") as caught:
            failing.account.get()
    assert SECRET not in str(caught.value)
    assert "storage.test/a" in repr(signed)


@pytest.mark.parametrize("form", [bytes, bytearray, memoryview])
def test_a_body_is_decoded_and_closed(form: Callable[[bytes], Any]) -> None:
    packed = gzip.compress(json.dumps(documented("get_account")).encode())
    body = Body(form(packed[:9]), form(packed[9:]))
    headers = [("Content-Encoding", "gzip")]
    client, _ = over(
        TransportResponse(status=200, headers=headers, body=body),
        response(headers=headers, body=form(packed)),
    )
    with client:
        assert (client.account.get()).workspace.id == "team_123"
        assert body.closed
        assert (client.account.get()).workspace.id == "team_123"


@pytest.mark.parametrize("form", [Body, Itself])
def test_a_stream_that_is_left_is_not_read_on(form: type[Body]) -> None:
    events = [f"data: {json.dumps(job(status))}\n\n".encode() for status in ("QUEUED", "PROCESSING")]
    body = form(*events)
    headers = [("Content-Type", "text/event-stream")]
    client, _ = over(TransportResponse(status=200, headers=headers, body=body))
    with client:
        stream = client.jobs.events("job_1")
        assert (next(stream)).status == "QUEUED"
        stream.close()
    assert (body.read, body.closed) == (1, True)


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
def test_an_operating_system_error_is_a_failure_of_the_request(
    failure: OSError, kind: type[TransportError], sent: bool
) -> None:
    client, transport = over(failure, max_retries=1)
    with client:
        with pytest.raises(TransportError) as caught:
            client.account.get()
    assert (type(caught.value), caught.value.sent) == (kind, sent)
    is_certificate = isinstance(failure, ssl.SSLCertVerificationError)
    assert len(transport.requests) == (1 if is_certificate else 2)


def test_a_failure_that_may_pass_is_retried_with_the_same_idempotency_key() -> None:
    client, transport = over(TimeoutError(), plain(documented("submit_job"), 201))
    with client:
        assert (client.jobs.submit("esmfold", [ENTRY])).id
    lost, found = (dict(request.headers) for request in transport.requests)
    assert lost["Idempotency-Key"] == found["Idempotency-Key"]


def test_a_body_that_breaks_is_a_failure_of_the_request() -> None:
    broken = Body(b"{", ConnectionResetError(f"Bearer {KEY}"))
    client, _ = over(TransportResponse(status=200, body=broken), max_retries=0)
    with client:
        with pytest.raises(TransportError, match="ConnectionResetError") as caught:
            client.account.get()
    assert caught.value.sent
    assert broken.closed
    assert SECRET not in str(caught.value)


def test_another_exception_passes_with_its_place_and_without_the_key() -> None:
    def mistaken(request: TransportRequest) -> TransportResponse:
        raise KeyError(request.method)

    client, transport = over(mistaken)
    with client:
        with pytest.raises(KeyError) as caught:
            client.account.get()
    assert len(transport.requests) == 1
    (note,) = caught.value.__notes__
    assert note.startswith("raised by the client's transport")
    assert "in mistaken" in note
    assert "mistaken" not in [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]


def test_a_failure_of_a_file_is_not_one_of_the_transport(tmp_path: Path) -> None:
    def reading(request: TransportRequest) -> TransportResponse:
        assert not isinstance(request.body, bytes)
        try:
            received = b"".join([chunk for chunk in request.body])
        except OSError as error:
            raise ConnectionError("while sending") from error
        assert b"MKV" in received
        return plain(documented("upload_file"), 201)

    def full(sent: int, total: int | None) -> None:
        raise BrokenPipeError("the progress bar's")

    (tmp_path / "a.fasta").write_bytes(b">a\nMKV\n")
    client, transport = over(reading)
    with client:
        client.files.upload(tmp_path / "a.fasta")
        with pytest.raises(BrokenPipeError, match="progress bar"):
            client.files.upload(tmp_path / "a.fasta", on_progress=full)
    assert len(transport.requests) == 2


class Unclosable(Body):
    def close(self) -> None:
        raise ConnectionResetError


def test_a_body_that_can_not_be_closed_was_read_all_the_same() -> None:
    body = Unclosable(json.dumps(documented("get_account")).encode())
    client, _ = over(TransportResponse(status=200, body=body))
    with client:
        assert (client.account.get()).workspace.id == "team_123"


def coroutine(request: TransportRequest) -> Any:
    """What a blocking client gets from an async transport."""
    return asyncio.sleep(0)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (None, r"transport\.send must return a \w+, got NoneType"),
        ((200, [], b""), "got tuple"),
        (coroutine, "got coroutine"),
        (response(status=99), "status of a .* from 100 to 599, got 99"),
        (response(status="200"), "status of a .* got '200'"),
        (response(headers=[("a", 1)]), "headers of a .* must be pairs of strings, got list"),
        (response(headers={"TE": "b"}), "headers of a .* must be pairs of strings, got dict"),
        (response(headers=None), "headers of a .* must be pairs of strings, got NoneType"),
        (response(body=None), "body of a .* must be bytes or yield bytes, got NoneType"),
        (response(body="text"), "body of a .* must be bytes or yield bytes, got str"),
        (response(body=Body("text")), "body of a .* must be bytes or yield bytes, got str"),
    ],
)
def test_an_invalid_response(given: Any, why: str) -> None:
    client, transport = over(given)
    with client:
        with pytest.raises(ConfigurationError, match=why):
            client.account.get()
    assert len(transport.requests) == 1


@pytest.mark.parametrize("transport", [print, "transport", 0])
def test_what_is_not_a_transport(transport: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"must be an object with a method send\(request\), got"):
        ProteinIQ(KEY, transport=transport)


@pytest.mark.parametrize("option", [{"proxy": "http://proxy.test"}, {"proxy": False}, {"verify": True}])
def test_a_transport_makes_the_connections_itself(option: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="proxy and verify must be None with a transport"):
        over(ACCOUNT, **option)


def test_a_rate_limit_behind_a_transport_is_its_own() -> None:
    refused = plain({"error": {"code": "rate_limited", "message": "No."}}, 429, retry_after="3600")
    client, _ = over(refused)
    with client:
        with pytest.raises(RateLimited):
            client.account.get()
    other, _ = over(ACCOUNT)
    with other:
        other.account.get()
