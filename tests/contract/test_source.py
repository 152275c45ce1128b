"""Documents are fetched completely, within a timeout and over a secure connection, or refused."""

from __future__ import annotations

import gzip
import json
import socket
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from proteiniq.contract import CannotFetch, NotAContract, fetch, upstream

from .server import serving

DOCUMENT = json.dumps(upstream()).encode()


def test_a_file(tmp_path: Path) -> None:
    file = tmp_path / "openapi.json"
    file.write_bytes(DOCUMENT)
    fetched = fetch(file)
    assert fetched is not None
    assert (fetched.document, fetched.content, fetched.is_json) == (upstream(), DOCUMENT, True)


def test_a_url() -> None:
    with serving(DOCUMENT, etag='"1"') as server:
        fetched = fetch(f"{server.url}/other")
        assert fetched is not None
        assert (fetched.document, fetched.etag) == (upstream(), '"1"')
        assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_an_unrequested_compression_is_decoded(encoding: str, compress: Callable[[bytes], bytes]) -> None:
    with serving(compress(DOCUMENT), content_encoding=encoding) as server:
        fetched = fetch(server.url)
        assert fetched is not None
        assert fetched.content == DOCUMENT
        assert server.asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (DOCUMENT, "decompressing"),
        (gzip.compress(DOCUMENT)[:-200], "not JSON"),
        (gzip.compress(b"[" + b" " * 20 * 2**20 + b"]"), "more than 10485760 bytes"),
    ],
    ids=["not compressed", "truncated", "a bomb"],
)
def test_an_invalid_compressed_document_is_refused(content: bytes, words: str) -> None:
    with (
        serving(content, content_encoding="gzip") as server,
        pytest.raises((CannotFetch, NotAContract), match=words),
    ):
        fetch(server.url)


def test_a_host_without_a_path_gets_the_path_of_the_document() -> None:
    with serving(DOCUMENT) as server:
        fetch(server.url)
        assert server.asked[0].path == "/api/v1/openapi.json"


def test_an_unchanged_document_is_not_fetched_again() -> None:
    with serving(DOCUMENT, etag='"1"') as server:
        assert fetch(server.url, etag='"1"') is None
        assert fetch(server.url, etag='"0"') is not None


def test_yaml(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text(yaml.safe_dump(upstream(), sort_keys=False))
    fetched = fetch(file)
    assert fetched is not None
    assert (fetched.document, fetched.is_json) == (upstream(), False)


def test_yaml_has_the_types_of_json(tmp_path: Path) -> None:
    file = tmp_path / "openapi.yaml"
    file.write_text("openapi: 3.1.0\na: {200: yes, on: 2026-06-12, b: 012, c: 1e3, d: ~, e: true, f: 3}\n")
    fetched = fetch(file)
    assert fetched is not None
    expected = {"200": "yes", "on": "2026-06-12", "b": "012", "c": 1000.0, "d": None, "e": True, "f": 3}
    assert fetched.document == {"openapi": "3.1.0", "a": expected}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "expected an object at the top level"),
        (b"[1]", "expected an object at the top level"),
        (b'{"a": NaN}', "not a JSON number"),
        (b'{"a": 1', "not JSON"),
        (b'{"a": "\xff"}', "not JSON"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b'{"a":' * 300 + b"1" + b"}" * 300, "nested deeper"),
        (b"<html></html>", "a web page"),
        (b"a: [", "neither JSON nor YAML"),
        (b"a: !!python/object:os.system {}", "neither JSON nor YAML"),
        (b"a: &a [*a]", "nested|expand"),
        (b"b: &b [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (name, name, b",".join([b"*%c" % (name - 1)] * 10)) for name in b"cdefghij"
        ), "expand to more than"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not JSON"),
    ],
)  # fmt: skip
def test_an_invalid_document_is_refused(content: bytes, words: str, tmp_path: Path) -> None:
    file = tmp_path / "openapi"
    file.write_bytes(content)
    with pytest.raises(NotAContract, match=words):
        fetch(file)


def test_without_pyyaml_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\n")
    with pytest.raises(NotAContract, match="install PyYAML"):
        fetch(tmp_path / "openapi.yaml")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("http://proteiniq.io/api/v1/openapi.json", "plain http is only allowed to localhost"),
        ("http://127.0.0.1.example.org/", "plain http"),
        ("file:///etc/passwd", "not an http or https URL"),
        ("ftp://proteiniq.io/openapi.json", "not an http or https URL"),
        ("https:///openapi.json", "not an http or https URL"),
        ("http://[::1", "not a URL"),
        ("no/such/file.json", "No such file"),
    ],
)
def test_a_source_that_is_refused(source: str, words: str) -> None:
    with pytest.raises(CannotFetch, match=words):
        fetch(source)


@pytest.mark.parametrize(
    ("response", "words"),
    [
        ({"status": 404}, "the response was 404"),
        ({"status": 302, "location": "http://proteiniq.io/a"}, "plain http is only allowed to localhost"),
        ({"content": DOCUMENT[:1000], "sent": 900}, "received 900 bytes, expected 1000"),
        ({"content": b" " * 3_000_000}, "more than 2000000 bytes"),
    ],
    ids=["an error", "a redirect to plain http", "truncated", "too large"],
)
def test_an_invalid_response_is_refused(response: dict[str, Any], words: str) -> None:
    with serving(**response) as server, pytest.raises(CannotFetch, match=words):
        fetch(server.url, largest=2_000_000)


def test_a_fetch_times_out() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        pytest.raises(CannotFetch, match=r"no response within 0\.1 s"),
    ):
        fetch(f"http://127.0.0.1:{silent.getsockname()[1]}/", timeout=0.1)


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(CannotFetch, match="refused"):
        fetch(f"http://127.0.0.1:{port}/")
