"""Headers, and the name of an application, that a client adds to its requests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anyio
import pytest

from proteiniq import AsyncProteinIQ, ConfigurationError, Forbidden, ProteinIQ
from proteiniq._wire.encoding import USER_AGENT
from proteiniq._wire.extra_headers import ExtraHeaders, read_extra_headers

from .faults.server import Server, reply, whole
from .storage import result
from .support import KEY, documented

VALUE = "hunter2hunter2"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as started:
        started.on("GET", "/api/v1/account", reply(documented("get_account")))
        yield started


def problem(headers: Any = None, app: Any = None) -> str:
    found = read_extra_headers(headers, app)
    assert isinstance(found, ConfigurationError)
    assert VALUE not in str(found)
    return str(found)


@pytest.mark.case
def test_extra_headers_and_the_application_are_sent_to_the_service_only(server: Server) -> None:
    server.on("GET", "/api/v1/results/job_1", reply(result("a.txt", url=f"{server.url}/signed")))
    server.on("GET", "/signed", whole(b"MKV"))
    with ProteinIQ(KEY, server.url, headers={"X-Team": VALUE}, app=("fold-all", "1.2")) as client:
        client.with_options(timeout=5.0).account.get()
        assert client.results.get("job_1").files["a.txt"].read() == b"MKV"
    *service, storage = server.asked
    for request in service:
        assert request.headers["x-team"] == VALUE
        assert request.headers["user-agent"] == f"{USER_AGENT} fold-all/1.2"
    assert "x-team" not in storage.headers
    assert storage.headers["user-agent"] == USER_AGENT


def test_an_async_client_sends_them_too(server: Server) -> None:
    async def account() -> None:
        async with AsyncProteinIQ(KEY, server.url, headers={"X-Team": VALUE}, app=("a", "1")) as client:
            await client.account.get()

    anyio.run(account)
    assert server.asked[0].headers["x-team"] == VALUE
    assert server.asked[0].headers["user-agent"] == f"{USER_AGENT} a/1"


def test_values_that_a_gateway_repeats_are_not_shown_in_its_error(server: Server) -> None:
    server.on(
        "GET",
        "/api/v1/account",
        reply(
            {"error": {"code": "forbidden", "message": f"no access for {VALUE}, team a, {USER_AGENT} b/1"}},
            403,
        ),
    )
    with (
        ProteinIQ(KEY, server.url, headers={"X-Token": VALUE, "X-Team": "a"}, app=("b", "1")) as client,
        pytest.raises(Forbidden, match=f"no access for …, team a, {USER_AGENT} b/1") as caught,
    ):
        client.account.get()
    assert VALUE not in repr(vars(caught.value))


def test_a_header_of_the_request_itself_counts_before_an_extra_one() -> None:
    extra = ExtraHeaders({"cache-control": "no-store", "X-Team": VALUE})
    assert extra.under({"Cache-Control": "no-cache"}) == {"Cache-Control": "no-cache", "X-Team": VALUE}


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("Authorization", "pass the key as api_key"),
        ("x-api-key", "pass the key as api_key"),
        ("HOST", "pass base_url"),
        ("User-Agent", "pass app"),
        ("Idempotency-Key", "pass idempotency_key"),
        ("Content-Length", "the client sets it itself"),
        ("Range", "the client sets it itself"),
    ],
)
def test_headers_that_the_client_sets_itself(name: str, instead: str) -> None:
    assert problem({name: VALUE}).startswith(f"headers must not contain {name!r}: {instead}")


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ([("X-Team", VALUE)], "must be a mapping of names to strings, got list"),
        ("X-Team", "must be a mapping of names to strings, got str"),
        ({b"X-Team": VALUE}, "must have names of .*, got bytes"),
        ({"": VALUE}, "must have names of .*, got an empty name"),
        ({f"X-Team: {VALUE}": ""}, "must have names of .*, got 'X-Team' followed by ':'"),
        ({f"X-Team\r\n{VALUE}": ""}, r"must have names of .*, got 'X-Team' followed by '\\r'"),
        ({"X-Team": VALUE, "x-team": VALUE}, "must have each name once, got 'x-team' in two spellings"),
        ({"X-Team": VALUE.encode()}, r"headers\['X-Team'\] must be a string, got bytes"),
        ({"X-Team": None}, r"headers\['X-Team'\] must be a string, got NoneType"),
        *(
            ({"X-Team": value}, r"headers\['X-Team'\] must be printable ASCII")
            for value in (f"a\r\nX-Other: {VALUE}", f"{VALUE}\0", f"{VALUE}\x7f", f"{VALUE}é", f" {VALUE}")
        ),
    ],
)
def test_headers_that_cannot_be_sent(headers: Any, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as caught:
        ProteinIQ(KEY, headers=headers)
    assert VALUE not in str(caught.value)


@pytest.mark.parametrize(
    "app",
    ["fold-all/1.2", ("fold-all",), ("fold all", "1"), ("a", "1", "2"), ("a", 1), ("", "1"), ("a/b", "1")],
)
def test_an_application_that_is_not_a_product_and_its_version(app: Any) -> None:
    assert "app must be a pair (name, version)" in problem(app=app)


def test_the_values_are_not_shown() -> None:
    extra = ExtraHeaders({"X-Team": VALUE})
    assert repr(extra) == "ExtraHeaders(_values=[X-Team])"
