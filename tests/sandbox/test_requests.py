"""Invalid bodies and parameters."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from .clients import Api, code, entry, error, issues, job

LIMIT = 10 * 1024 * 1024


def post(api: Api, content: bytes | Iterator[bytes], media_type: str = "application/json"):  # type: ignore[no-untyped-def]
    return api.post("jobs", content=content, headers={"Content-Type": media_type})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "line 1, column 1"),
        (b'{\n "tool": ', "line 2, column 10"),
        (b'{"tool": "a",}', "line 1"),
        (b'{"tool": NaN}', "NaN"),
        (b'{"tool": 1e999}', "JSON"),
        (b'{"tool": "a", "tool": "b"}', "'tool' is duplicated"),
        (b'{"tool": "\xff"}', "byte 10 is not UTF-8"),
        (b'{"tool": "\\ud800"}', "surrogate"),
        (b"[" * 200_000, "nested"),
        (b'{"tool": ' + b"1" * 400 + b"}", "400 digits"),
    ],
    ids=lambda value: None if isinstance(value, str) else repr(value[:12]),
)
def test_broken_json_is_refused_with_its_place(api: Api, content: bytes, message: str) -> None:
    response = post(api, content)
    assert code(response) == (400, "invalid_json")
    assert message in error(response)["message"]


def test_a_duplicate_key_is_found_among_very_many(api: Api) -> None:
    names = [*range(200_000), 199_999]
    content = "{" + ",".join(f'"{name}":1' for name in names) + "}"
    assert "'199999' is duplicated" in error(post(api, content.encode()))["message"]


@pytest.mark.parametrize("content", [b"[]", b'"text"', b"null", b"1"])
def test_json_that_is_not_an_object_is_refused(api: Api, content: bytes) -> None:
    assert issues(post(api, content)) == {"body": "must be a JSON object"}


@pytest.mark.parametrize("media_type", ["text/plain", "", "multipart/form-data; boundary=x"])
def test_another_media_type_is_refused(api: Api, media_type: str) -> None:
    response = post(api, b"{}", media_type)
    assert code(response) == (415, "unsupported_media_type")
    assert "application/json" in error(response)["message"]


def test_a_media_type_may_have_parameters(api: Api) -> None:
    assert code(post(api, b"{}", "Application/JSON; charset=utf-8")) == (400, "validation_error")


def test_a_declared_body_that_is_too_large_is_refused(api: Api) -> None:
    response = post(api, b" " * 50_000_000)
    assert code(response) == (413, "payload_too_large")
    assert error(response)["details"] == {"limit_bytes": LIMIT}


def test_a_streamed_body_that_is_too_large_is_refused(api: Api) -> None:
    pieces = (b" " * 1_000_000 for _ in range(12))
    assert code(post(api, pieces)) == (413, "payload_too_large")


def test_a_body_of_exactly_the_limit_is_read(api: Api) -> None:
    assert code(post(api, b"{}".ljust(LIMIT))) == (400, "validation_error")


def test_a_client_that_expects_100_continue_is_refused_before_it_sends(api: Api) -> None:
    head = (
        "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {api.key}\r\nContent-Length: 999999999\r\nExpect: 100-continue\r\n\r\n"
    )
    url = api.base_url
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /api/v1/account HTTP/1.1\r\n\r\n",
        b"GET /api/v1/caf\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Authorization: Bearer KEY\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n",
    ],
    ids=["no host", "path of bytes", "negative length", "TLS", "broken chunk"],
)
def test_invalid_http_is_refused_with_the_envelope(api: Api, sent: bytes) -> None:
    url = api.base_url
    with socket.create_connection((url.host, url.port or 0), timeout=10) as connection:
        connection.sendall(sent.replace(b"KEY", api.key.encode()))
        head, _, content = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/json" in head
    assert json.loads(content)["error"]["code"] == "validation_error"


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("limit=abc", "query.limit"),
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("limit=", "query.limit"),
        ("limit=1&limit=2", "query.limit"),
        ("status=DONE", "query.status"),
        ("created_after=yesterday", "query.created_after"),
        ("created_before=2026-13-01T00:00:00Z", "query.created_before"),
        ("starting_after=nonsense", "query.starting_after"),
        ("starting_after=", "query.starting_after"),
        ("starting_after=am9iczp4", "query.starting_after"),
    ],
)
def test_an_invalid_parameter_is_refused(api: Api, query: str, path: str) -> None:
    response = api.get(f"jobs?{query}")
    assert code(response) == (400, "validation_error")
    assert list(issues(response)) == [path]


def test_every_invalid_parameter_is_named(api: Api) -> None:
    response = api.get("files?limit=0&origin=MOON&mine=perhaps")
    assert set(issues(response)) == {"query.limit", "query.origin", "query.mine"}


def test_an_unknown_parameter_is_ignored(api: Api) -> None:
    assert api.get("jobs?colour=blue").status_code == 200


@pytest.mark.parametrize("route", ["jobs", "jobs/quote"])
@pytest.mark.parametrize("given", [[entry()], [], "MK", 1, None])
def test_an_input_that_is_not_an_object_is_refused(api: Api, route: str, given: Any) -> None:
    response = api.post(route, json={**job(), "input": given})
    assert code(response) == (400, "validation_error")
    assert issues(response) == {"input": "must be an object with inputs"}


def test_an_input_without_entries_is_refused(api: Api) -> None:
    assert issues(api.post("jobs", json=job(input={}))) == {"input.inputs": "is required"}
    assert list(issues(api.post("jobs", json=job(input={"inputs": {}})))) == ["input.inputs"]


def test_every_invalid_property_is_named(api: Api) -> None:
    wrong = job(
        tool=1,
        name=None,
        inputs=[{"id": 1, "slotId": "text", "kind": "protein", "source": {"type": "ftp"}}],
        billing={"max_reserved_credits": 0, "currency": "EUR"},
    )
    assert set(issues(api.post("jobs", json=wrong))) == {
        "tool",
        "name",
        "input.inputs[0].id",
        "input.inputs[0].format",
        "input.inputs[0].source.type",
        "billing.max_reserved_credits",
        "billing.currency",
    }
