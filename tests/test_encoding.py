"""Requests as bytes, and decoded bodies."""

from __future__ import annotations

import gzip
import zlib
from typing import Any

import pytest

from proteiniq._wire.encoding import BadAddress, CannotDecode, address, decoder, encoded
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
def test_a_url_that_nothing_can_be_sent_to(url: str) -> None:
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
def test_a_request_without_a_body_says_so_where_one_is_usual(method: str, length: bytes | None) -> None:
    assert headers(method=method).get(b"content-length") == length


def test_a_body_of_unknown_length_comes_in_chunks() -> None:
    assert headers(method="POST", content=iter([b"a"]))[b"transfer-encoding"] == b"chunked"
    sized = headers(method="POST", content=iter([b"a"]), headers={"Content-Length": "1"})
    assert b"transfer-encoding" not in sized


BODY = b"MKV" * 1000
DEFLATED = zlib.compressobj(wbits=-zlib.MAX_WBITS)
CODED = {
    "gzip": gzip.compress(BODY),
    "GZIP": gzip.compress(BODY[:5]) + gzip.compress(BODY[5:]),
    "deflate": zlib.compress(BODY),
    " deflate": DEFLATED.compress(BODY) + DEFLATED.flush(),
    "deflate, gzip": gzip.compress(zlib.compress(BODY)),
    "identity": BODY,
    "br": BODY,
}


@pytest.mark.parametrize("encoding", CODED)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_is_decoded(encoding: str, size: int) -> None:
    made, coded = decoder({"content-encoding": encoding}), CODED[encoding]
    pieces = [coded[start : start + size] for start in range(0, len(coded), size)]
    if made is None:
        assert encoding in ("identity", "br")
        return
    assert b"".join(map(made.decode, pieces)) == BODY
    made.end()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_body_that_ends_too_early_is_an_error(encoding: str) -> None:
    made = decoder({"content-encoding": encoding})
    assert made is not None
    made.decode(CODED[encoding][:-1])
    with pytest.raises(CannotDecode, match="too early"):
        made.end()


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_body_that_is_not_compressed_after_all_is_an_error(encoding: str) -> None:
    made = decoder({"content-encoding": encoding})
    assert made is not None
    with pytest.raises(CannotDecode):
        made.decode(b"<html>Log in</html>")


def test_an_empty_body_needs_no_decoding() -> None:
    made = decoder({"content-encoding": "gzip"})
    assert made is not None
    made.end()


def test_a_body_without_an_encoding_is_as_it_is() -> None:
    assert decoder({}) is None
