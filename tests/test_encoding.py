"""Requests as bytes."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq._wire.encoding import BadAddress, address, encoded
from proteiniq._wire.exchange import Outgoing


def headers(**parts: Any) -> dict[bytes, bytes]:
    made = encoded(Outgoing(**{"method": "GET", "url": "https://service.test/x", "timeout": 5.0, **parts}))
    found = [name.lower() for name, _ in made.headers]
    assert len(found) == len(set(found)), "a header is there twice"
    return {name.lower(): value for name, value in made.headers}


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.test", "/"),
        ("https://a.test/b%20c", "/b%20c"),
        ("https://a.test/b c?d=e f", "/b%20c?d=e%20f"),
        ("https://a.test/?X-Amz-Signature=a%2Fb&c=d/e:f", "/?X-Amz-Signature=a%2Fb&c=d/e:f"),
        ("https://a.test/ä?ö#fragment", "/%C3%A4?%C3%B6"),
    ],
)
def test_the_target_of_a_url(url: str, target: str) -> None:
    assert address(url).target == target


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://a.test:443/", b"a.test"),
        ("http://a.test:443/", b"a.test:443"),
        ("http://[::1]:80/", b"[::1]"),
        ("https://user:word@a.test/", b"a.test"),
        ("https://bücher.test/", b"xn--bcher-kva.test"),
    ],
)
def test_the_host_of_a_url(url: str, host: bytes) -> None:
    assert address(url).host_header == host


@pytest.mark.parametrize(
    "url",
    ["ftp://a.test/", "https:///x", "https://[::1/x", "https://a.test:x/", "https://a.test/\ud800", "x"],
)
def test_an_unusable_url(url: str) -> None:
    with pytest.raises(BadAddress):
        address(url)


def test_the_user_of_a_signed_url_is_authorized() -> None:
    assert headers(url="https://user:w%40rd@a.test/")[b"authorization"] == b"Basic dXNlcjp3QHJk"


def test_own_headers_replace_the_usual_ones() -> None:
    sent = headers(headers={"ACCEPT": "text/event-stream", "accept-encoding": "identity"})
    assert sent[b"accept"] == b"text/event-stream"
    assert sent[b"accept-encoding"] == b"identity"


def test_the_user_agent_has_a_version() -> None:
    assert headers()[b"user-agent"].startswith(b"proteiniq-python/0.")


def test_parameters_replace_a_query() -> None:
    made = encoded(
        Outgoing(method="GET", url="https://a.test/x?y=1", params={"a b": True, "c": [1, "&"]}, timeout=5.0)
    )
    assert made.address.target == "/x?a+b=true&c=1&c=%26"


@pytest.mark.parametrize(("method", "length"), [("GET", None), ("DELETE", None), ("POST", b"0")])
def test_only_a_post_without_a_body_has_a_content_length(method: str, length: bytes | None) -> None:
    assert headers(method=method).get(b"content-length") == length


def test_a_body_of_unknown_length_comes_in_chunks() -> None:
    assert headers(method="POST", content=iter([b"a"]))[b"transfer-encoding"] == b"chunked"
    sized = headers(method="POST", content=iter([b"a"]), headers={"Content-Length": "1"})
    assert b"transfer-encoding" not in sized
