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
    Transport,
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


def test_a_body_that_cannot_be_closed_was_read_all_the_same() -> None:
    body = Unclosable(json.dumps(documented("get_account")).encode())
    client, _ = over(TransportResponse(status=200, body=body))
    with client:
        assert (client.account.get()).workspace.id == "team_123"


def coroutine(request: TransportRequest) -> Any:
    """What a blocking client gets from an async transport."""
    return asyncio.sleep(0)


def test_a_coroutine_is_not_a_response() -> None:
    client, _ = over(coroutine)
    with client:
        with pytest.raises(ConfigurationError, match=r"transport\.send must return a \w+, got coroutine"):
            client.account.get()


@pytest.mark.parametrize("transport", [print, "transport", 0, Transport])
def test_what_is_not_a_transport(transport: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"must be an object with a method send\(request\), got"):
        ProteinIQ(KEY, transport=transport)
