"""Errors of requests without a complete response, and what they advise."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import httpx
import pytest

from proteiniq import ProteinIQ, ProteinIQError, RequestTimeout, TransportError
from proteiniq._responses.unsent import past_deadline, transport_error
from proteiniq._wire.exchange import read_headers
from proteiniq.errors import Request

from ._sync.clients import over
from .support import KEY, StillClock, Stub, answer, documented, refusal

REQUEST = Request("POST", "/api/v1/jobs")


def message(kind: Any, **known: Any) -> str:
    options = {"sent": False, "responded": False, **known}
    return str(transport_error(REQUEST, "service.test", kind, "it broke", **options))


def test_the_advice_names_what_happened() -> None:
    assert message("read", sent=True).endswith("Whether the service acted on it is unknown.")
    assert message("connect").endswith(
        "check that service.test is the right host and can be reached from here, and its proxy too if there is one."
    )
    assert message("connect", responded=True).endswith(
        "Earlier attempts were refused, and this one was not sent."
    )
    assert "certificate of service.test was refused" in message("tls")
    assert message("tls").endswith("pass the CA certificate of the server or of the proxy as verify.")
    assert "The proxy refused to connect to service.test" in message("connect", by_proxy=True)
    assert message("body", sent=True).startswith("no usable response")


def test_a_reason_that_ends_with_a_full_stop_gets_no_second_one() -> None:
    error = transport_error(REQUEST, "h", "read", "Server disconnected.", sent=True, responded=False)
    assert "Server disconnected. Whether" in str(error)


def test_a_timeout_has_its_own_class() -> None:
    assert (
        type(transport_error(REQUEST, "h", "timeout", "slow", sent=True, responded=False)) is RequestTimeout
    )
    assert type(transport_error(REQUEST, "h", "read", "cut", sent=True, responded=False)) is TransportError


def test_a_request_that_the_rate_limit_allows_too_late() -> None:
    assert "Nothing was sent" in str(past_deadline(REQUEST, 30.0, 5.0, 1))
    assert "It was not retried" in str(past_deadline(REQUEST, 30.0, 5.0, 2))


@pytest.mark.case
def test_no_error_contradicts_itself_about_what_was_sent() -> None:
    service = Stub(httpx.ConnectError("refused"))
    with over(service, max_retries=2) as client, pytest.raises(TransportError) as caught:
        client.account.get()
    assert "Nothing was sent" in str(caught.value)
    assert caught.value.__notes__ == ["It was tried 3 times; max_retries allows no more."]


@pytest.mark.case
def test_a_request_that_was_refused_before_it_could_not_be_sent() -> None:
    service = Stub(refusal(429, "rate_limited", Retry_After="1"), httpx.ConnectError("refused"))
    with over(service, max_retries=2) as client, pytest.raises(TransportError) as caught:
        client.account.get()
    assert "Nothing was sent" not in str(caught.value)
    assert "Earlier attempts were refused" in str(caught.value)


# ---- a proxy that refuses


class Proxy:
    """Refuses each tunnel with a status, and counts them."""

    def __init__(self, status: str) -> None:
        self._status = status
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.tunnels = 0
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):  # of the listener that was closed
            while True:
                connection, _ = self._listener.accept()
                with closing(connection):
                    connection.recv(65536)
                    self.tunnels += 1
                    connection.sendall(f"HTTP/1.1 {self._status}\r\nContent-Length: 0\r\n\r\n".encode())

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(10)


@pytest.fixture
def proxied(request: pytest.FixtureRequest) -> Iterator[Proxy]:
    with closing(Proxy(request.param)) as made:
        yield made


def refused(proxy: Proxy) -> ProteinIQError:
    url = f"http://me:hunter2@{proxy.address}"
    with (
        ProteinIQ(KEY, "https://service.test", proxy=url, max_retries=2, clock=StillClock()) as client,
        pytest.raises(TransportError, match=r"The proxy refused to connect to service\.test") as caught,
    ):
        client.account.get()
    assert "hunter2" not in f"{caught.value} {vars(caught.value)}"
    return caught.value


@pytest.mark.case
@pytest.mark.parametrize("proxied", ["407 Proxy Authentication Required", "403 Forbidden"], indirect=True)
def test_a_refusal_of_this_client_by_a_proxy_is_final(proxied: Proxy) -> None:
    error = refused(proxied)
    assert (error.retryable, error.attempts, proxied.tunnels) == (False, 1, 1)


@pytest.mark.case
@pytest.mark.parametrize("proxied", ["502 Bad Gateway"], indirect=True)
def test_a_failing_proxy_is_retried(proxied: Proxy) -> None:
    error = refused(proxied)
    assert (error.retryable, proxied.tunnels) == (True, 3)


# ---- repeated headers


@pytest.mark.case
@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ([b"https://a.test/x", b"https://b.test/y"], "https://a.test/x"),
        ([b"https://a.test/x?a=1,2, https://b.test/y"], "https://a.test/x?a=1,2"),
        ([b"/x, /y"], "/x"),
        ([b"/a, b.pdb"], "/a, b.pdb"),
    ],
)
def test_the_first_of_several_places_counts(raw: list[bytes], place: str) -> None:
    assert read_headers([(b"Location", value) for value in raw], None)["location"] == place


def test_other_headers_that_are_repeated_are_lists() -> None:
    raw = [(b"Retry-After", b"1"), (b"retry-after", b"2"), (b"ETag", b'"a"'), (b"ETag", b'"b"')]
    assert read_headers(raw, None) == {"retry-after": "1, 2", "etag": '"a"'}


@pytest.mark.case
def test_the_longest_retry_after_is_honoured() -> None:
    clock = StillClock()
    twice = httpx.Response(429, headers=[("Retry-After", "20"), ("Retry-After", "5")])
    with over(Stub(twice, answer(documented("get_account"))), clock=clock) as client:
        client.account.get()
    assert clock.now - 1000 >= 20
