"""`openapi/upstream.json` is either the fetched document or unchanged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from fetch import update

from tests.contract import mutators as m
from tests.contract.client import reconstruction
from tests.contract.server import serving

DOCUMENT = json.dumps(reconstruction()).encode()


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    return tmp_path / "upstream.json"


def fetched(source: str, upstream: Path) -> int:
    return update(source, upstream, upstream.with_name(".etag"))


def test_json_is_kept_byte_for_byte(upstream: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = b"\n" + DOCUMENT + b"\n\n"
    with serving(odd) as server:
        assert fetched(server.url, upstream) == 0
    assert upstream.read_bytes() == odd
    assert "wrote" in capsys.readouterr().out


def test_what_changed_is_printed(upstream: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upstream.write_bytes(DOCUMENT)
    changed = m.both(m.reversed_keys, m.field_is("Job", "progress", {"type": "integer"}))(reconstruction())
    with serving(json.dumps(changed).encode()) as server:
        assert fetched(server.url, upstream) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.strip().startswith("+") and "integer" in line for line in lines)
    assert len(lines) < 30


def test_yaml_is_kept_as_json(upstream: Path) -> None:
    source = upstream.with_name("openapi.yaml")
    source.write_text(yaml.safe_dump(reconstruction()))
    assert fetched(str(source), upstream) == 0
    assert json.loads(upstream.read_bytes()) == reconstruction()


@pytest.mark.parametrize("mutator", [m.openapi_3_0, m.inlined, m.without_field("Job", "status")])
def test_any_openapi_document_is_kept(mutator: m.Mutator, upstream: Path) -> None:
    source = upstream.with_name("openapi.json")
    source.write_text(json.dumps(mutator(reconstruction())))
    assert fetched(str(source), upstream) == 0
    assert upstream.read_bytes() == source.read_bytes()


def test_an_entity_tag_saves_the_second_fetch(upstream: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(DOCUMENT, etag='"1"') as server:
        assert fetched(server.url, upstream) == 0
        assert fetched(server.url, upstream) == 0
        assert [each.headers.get("if-none-match") for each in server.asked] == [None, '"1"']
    assert "is up to date" in capsys.readouterr().out


def test_an_entity_tag_of_another_file_or_source_is_not_used(upstream: Path) -> None:
    with serving(DOCUMENT, etag='"1"') as server:
        fetched(server.url, upstream)
        fetched(f"{server.url}/other", upstream)
        upstream.write_text("{}")
        fetched(f"{server.url}/other", upstream)
        assert [each.headers.get("if-none-match") for each in server.asked] == [None, None, None]
    assert upstream.read_bytes() == DOCUMENT


@pytest.mark.parametrize("content", [b"<html>", b"{}", b'{"openapi": "3.1.0"}', b'{"swagger": "2.0"}', b"{"])
def test_something_that_is_not_a_contract_changes_nothing(content: bytes, upstream: Path) -> None:
    upstream.write_bytes(DOCUMENT)
    with serving(content, etag='"1"') as server:
        assert fetched(server.url, upstream) == 2
    assert upstream.read_bytes() == DOCUMENT
    assert sorted(path.name for path in upstream.parent.iterdir()) == ["upstream.json"]


def test_a_service_that_fails_changes_nothing(upstream: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upstream.write_bytes(DOCUMENT)
    with serving(status=500) as server:
        assert fetched(server.url, upstream) == 2
    assert upstream.read_bytes() == DOCUMENT
    assert "the response was 500" in capsys.readouterr().err
