"""Responses in content codings, and responses that are too large."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import zlib
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from proteiniq import APIError, ContractError, ProteinIQError, ServerError, TransportError
from proteiniq._sync import pipeline
from proteiniq._wire.codings import FREE

from ._sync.clients import fetched, over
from .storage import CONTENT, FILE, result
from .support import RESULT, Routes, Stub, answer, documented

ACCOUNT = json.dumps(documented("get_account")).encode()
Answered = Callable[[httpx.Request], httpx.Response]


def coded(content: bytes, coding: str = "gzip", status: int = 200, **headers: str) -> Answered:
    """A response with these bytes on the wire."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    def answered(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            status, stream=httpx.ByteStream(content), headers={"content-encoding": coding, **named}
        )

    return answered


def caught(*answers: Any, max_retries: int = 0) -> tuple[ProteinIQError, int]:
    """The error of asking for the account, and the number of requests."""
    service = Stub(*answers)
    with over(service, max_retries=max_retries) as client, pytest.raises(ProteinIQError) as raised:
        client.account.get()
    return raised.value, len(service.requests)


def test_a_compressed_response_is_decoded() -> None:
    with over(Stub(coded(gzip.compress(ACCOUNT)))) as client:
        assert client.account.get().raw == json.loads(ACCOUNT)


def test_a_compressed_response_that_was_cut_is_read_again() -> None:
    whole = gzip.compress(ACCOUNT)
    with over(Stub(coded(whole[:-4]), coded(whole))) as client:
        assert client.account.get().raw == json.loads(ACCOUNT)


@pytest.mark.case
def test_a_response_in_an_unknown_coding_is_an_error_that_names_it() -> None:
    error, requests = caught(coded(b"?", "br"), max_retries=3)
    assert isinstance(error, TransportError)
    assert "Content-Encoding 'br'" in str(error)
    assert (error.retryable, requests) == (False, 1)


@pytest.mark.case
@pytest.mark.parametrize(
    ("content", "coding"),
    [
        (b"?", "br"),
        (b"?", "gzip"),
        (gzip.compress(bytes(3 << 20), mtime=0), "gzip"),
        (bytes(3 << 20), "identity"),
    ],
    ids=["unknown", "not gzip", "large when decoded", "large"],
)
def test_an_error_response_keeps_its_status_with_any_body(content: bytes, coding: str) -> None:
    error, requests = caught(coded(content, coding, 503), max_retries=1)
    assert isinstance(error, ServerError)
    assert (error.status, requests) == (503, 2)


def test_an_error_of_a_compressed_body_is_read() -> None:
    body = json.dumps({"error": {"code": "forbidden", "message": "No."}}).encode()
    error, _ = caught(coded(gzip.compress(body), "gzip", 403))
    assert isinstance(error, APIError)
    assert error.code == "forbidden"


@pytest.mark.case
def test_a_response_larger_than_memory_should_hold_is_not_read_to_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "LARGEST_BODY", 1 << 20)
    read = []

    def endless() -> Any:
        while True:
            read.append(1)
            yield bytes(1 << 18)

    error, requests = caught(lambda request: httpx.Response(200, content=endless()), max_retries=3)
    assert "larger than 1 MiB" in str(error)
    assert (error.retryable, requests, len(read)) == (False, 1, 5)


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def download(*answers: Any, max_retries: int = 4) -> tuple[bytes, list[httpx.Request]]:
    service = Routes({RESULT: answer(result("a.txt")), FILE: list(answers)})
    made = fetched(service, max_retries=max_retries)
    return made.files[0].read(), service.requests[1:]


PACKED = gzip.compress(CONTENT)


@pytest.mark.case
@pytest.mark.parametrize("coding", ["gzip", "x-gzip"])
def test_a_compressed_file_is_resumed_where_its_bytes_broke_off(coding: str) -> None:
    length = str(len(PACKED))
    rest = f"bytes 100-{len(PACKED) - 1}/{length}"
    found, requests = download(
        coded(PACKED[:100], coding, content_length=length, etag='"z"'),
        coded(PACKED[100:], "gzip", 206, content_range=rest, etag='"z"'),
    )
    assert found == CONTENT
    assert requests[1].headers["range"] == "bytes=100-"


def test_the_rest_of_a_compressed_file_in_another_coding_does_not_follow() -> None:
    length = str(len(PACKED))
    rest = f"bytes 100-{len(PACKED) - 1}/{length}"
    found, requests = download(
        coded(PACKED[:100], content_length=length, etag='"z"'),
        coded(PACKED[100:], "identity", 206, content_range=rest, etag='"z"'),
        coded(PACKED),
    )
    assert found == CONTENT
    assert "range" not in requests[2].headers


@pytest.mark.case
def test_a_pseudo_coding_leaves_a_file_unchanged() -> None:
    length = str(len(CONTENT))
    rest = f"bytes 1000-{len(CONTENT) - 1}/{length}"
    found, _ = download(
        coded(CONTENT[:1000], "aws-chunked", content_length=length, etag='"z"'),
        coded(CONTENT[1000:], "", 206, content_range=rest, etag='"z"'),
    )
    assert found == CONTENT


@pytest.mark.parametrize("content", [PACKED, CONTENT], ids=["as stored", "before a proxy compressed it"])
def test_a_checksum_of_a_compressed_file(content: bytes) -> None:
    right: dict[str, Any] = {"x_amz_checksum_sha256": sha256(content)}
    damaged = gzip.compress(CONTENT[:-1] + b"?")
    found, requests = download(coded(damaged, **right), coded(PACKED, **right))
    assert (found, len(requests)) == (CONTENT, 2)


def test_a_checksum_of_what_google_stores_is_not_that_of_what_it_decompressed() -> None:
    md5 = base64.b64encode(hashlib.md5(PACKED, usedforsecurity=False).digest()).decode()
    stored: dict[str, Any] = {"x_goog_stored_content_encoding": "gzip", "x_goog_hash": f"md5={md5}"}
    assert download(coded(CONTENT, "", **stored))[0] == CONTENT
    assert download(coded(PACKED, "gzip", **stored))[0] == CONTENT
    with pytest.raises(TransportError, match="damaged"):
        download(coded(gzip.compress(b"other"), "gzip", **stored), max_retries=0)


@pytest.mark.parametrize(
    ("broken", "message"),
    [(PACKED[:-4], "its gzip data ends too early"), (CONTENT, "the response is not valid gzip data")],
    ids=["cut", "other"],
)
def test_a_file_with_a_wrong_content_encoding_is_retried_a_few_times(broken: bytes, message: str) -> None:
    assert download(coded(broken), coded(PACKED))[0] == CONTENT
    service = Routes({RESULT: answer(result("a.txt")), FILE: coded(broken)})
    made = fetched(service, max_retries=2)
    with pytest.raises((TransportError, ContractError), match=message):
        made.files[0].read()
    assert len(service.requests) == 1 + 3


@pytest.mark.case
@pytest.mark.parametrize(
    ("content", "coding", "message"),
    [(b"?", "zstd", "'zstd'"), (zlib.compress(bytes(2 * FREE), 9), "deflate", "expands to more than 300")],
    ids=["unknown", "bomb"],
)
def test_a_file_that_can_not_be_decoded_is_refused_at_once(content: bytes, coding: str, message: str) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: coded(content, coding)})
    made = fetched(service)
    with pytest.raises(ContractError, match=message) as caught:
        made.files[0].read()
    assert (caught.value.retryable, len(service.requests)) == (False, 2)
