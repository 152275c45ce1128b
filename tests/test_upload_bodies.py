"""Bodies of uploads according to the contract. Sync and async clients share this code."""

from __future__ import annotations

import base64
import io
import json
import os
from typing import Any

import pytest

from proteiniq import (
    ContractError,
    File,
    InvalidInput,
    UnsupportedOperation,
)
from proteiniq._inputs import requests
from proteiniq._transfer.upload import PIECE
from proteiniq.contract import Shape, Upload

from ._sync.clients import over
from ._sync.uploads import CREATED, UPLOAD, asks_for, part, sent
from .support import (
    Routes,
    Stub,
    answer,
    change_operation,
    documented,
)


def test_an_invalid_source_is_refused_before_any_request() -> None:
    service = Stub(CREATED)
    with over(service) as client, pytest.raises(InvalidInput, match="got dict"):
        client.files.upload({"a": b"1"}, filename="a.bin")  # type: ignore[dict-item]
    assert service.requests == []


def test_a_description_that_cannot_be_encoded_is_refused_before_any_request() -> None:
    service = Stub(CREATED)
    with over(service) as client, pytest.raises(InvalidInput, match="contains a lone surrogate"):
        client.files.upload(b"MK", filename="a.fasta", description="half \ud800")
    assert service.requests == []


def test_an_open_file_at_its_end_is_refused() -> None:
    stream = io.BytesIO()
    stream.write(b"just written")
    with over(Stub(CREATED)) as client, pytest.raises(InvalidInput, match=r"call seek\(0\)"):
        client.files.upload(stream, filename="a.bin")


def test_pieces_that_are_not_bytes_stop_the_upload() -> None:
    with over(Stub(CREATED)) as client, pytest.raises(InvalidInput, match="expected bytes, got str"):
        client.files.upload([b"one", "two"], filename="a.bin")  # type: ignore[list-item]


def test_names_are_written_as_browsers_write_them() -> None:
    request = sent(b"", filename='Hühnerei "1".fasta')
    assert 'filename="Hühnerei %221%22.fasta"\r\n'.encode() in request.content


def test_content_that_looks_like_a_form_is_sent_unchanged() -> None:
    content = (
        b'\r\n--+++\r\nContent-Disposition: form-data; name="description"\r\n\r\ninjected\r\n--+++--\r\n'
    )
    assert part(sent(content)) == content


@pytest.mark.parametrize(
    ("length", "known"),
    [*((length, True) for length in (0, 1, 2, PIECE + 1)), (0, False), (2 * PIECE, False)],
)
def test_an_upload_in_json_is_base64(monkeypatch: pytest.MonkeyPatch, length: int, known: bool) -> None:
    names = {"file": "contentBase64", "filename": "fileName", "mime_type": "type"}
    asks_for(monkeypatch, Upload("json", ("contentBase64",), "base64"), **names)
    content = os.urandom(length)
    source = content if known else iter([content[: length // 2], content[length // 2 :]])
    request = sent(source, filename="a b.pdb", tags=["x"])
    assert request.headers["content-type"] == "application/json"
    assert request.headers.get("content-length") == (str(len(request.content)) if known else None)
    body = json.loads(request.content)
    assert base64.b64decode(body.pop("contentBase64"), validate=True) == content
    size = {"size_bytes": length} if known else {}
    assert body == {"fileName": "a b.pdb", "type": "chemical/x-pdb", "tags": ["x"], **size}


def test_a_file_may_have_its_place_deep_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = Upload("json", ("file", "data"), "base64")
    asks_for(monkeypatch, upload, file="file.data", filename="file.name", description="meta.note")
    request = sent(b"onetwo", description="any")
    assert json.loads(request.content) == {
        "file": {"data": base64.b64encode(b"onetwo").decode(), "name": "a.bin"},
        "meta": {"note": "any"},
        "mime_type": "application/octet-stream",
        "size_bytes": 6,
    }


@pytest.mark.parametrize(
    "text",
    ["", ">a\nMK\n", 'quote " and \\ and \r\n\t\0', "Hühnerei π 🧬", "x" * (PIECE - 1) + "🧬" + "y" * PIECE],
    ids=["empty", "FASTA", "escapes", "many bytes each", "cut"],
)
def test_an_upload_in_json_may_be_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    request = sent(text.encode(), filename="a.fasta")
    assert json.loads(request.content)["content"] == text
    assert "content-length" not in request.headers


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_split_between_pieces_is_joined(monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    text = "x" * (PIECE - cut) + "🧬"
    request = sent(io.BytesIO(text.encode()), filename="a.txt")
    assert json.loads(request.content)["content"] == text


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", "Hühnerei".encode("latin-1"), "π".encode()[:1], b"x" * PIECE + b"\x80"], ids=len
)
def test_bytes_that_are_not_text_are_refused_as_text(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    with (
        over(Stub(CREATED)) as client,
        pytest.raises(InvalidInput, match=r"accepts UTF-8 text only, and 'a\.bin' is not"),
    ):
        client.files.upload(content, filename="a.bin")


def test_the_body_may_be_only_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"filename": "name", "description": "note", "tags": "tag", "mime_type": "type"}
    asks_for(monkeypatch, Upload("raw"), **names)
    request = sent(b"onetwo", filename="a b.pdb", description="ä&b", tags=["x", "y"])
    assert request.content == b"onetwo"
    assert (request.headers["content-type"], request.headers["content-length"]) == ("chemical/x-pdb", "6")
    assert sorted(request.url.params.multi_items()) == [
        ("name", "a b.pdb"),
        ("note", "ä&b"),
        ("size_bytes", "6"),
        ("tag", "x"),
        ("tag", "y"),
        ("type", "chemical/x-pdb"),
    ]


def test_a_part_of_a_form_may_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"description": "metadata.description", "tags": "metadata.tags"}
    asks_for(monkeypatch, Upload("form", ("upload",)), **places)
    request = sent(b"onetwo", description="any", tags=["x"])
    assert b'form-data; name="metadata"\r\n\r\n{"description": "any", "tags": ["x"]}\r\n' in request.content
    assert b'form-data; name="upload"; filename="a.bin"\r\n' in request.content


def test_a_field_that_the_contract_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "is_documented", lambda role, name: name not in ("description", "tags"))
    service = Stub(CREATED)
    with over(service) as client:
        with pytest.raises(InvalidInput, match="doesn't accept description, tags with an upload"):
            client.files.upload(b"", filename="a.bin", description="any", tags=["x"])
        assert (client.files.upload(b"", filename="a.bin", description="", tags=[])).id
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "upload",
    [None, Upload("unknown"), Upload("json", ("content",), "unknown")],
    ids=["nothing", "style", "encoding"],
)
def test_a_contract_without_a_kind_of_upload(monkeypatch: pytest.MonkeyPatch, upload: Upload | None) -> None:
    asks_for(monkeypatch, upload)
    service = Stub(CREATED)
    unsaid = r"doesn't describe how a file is sent.*bindings\.toml"
    with over(service) as client, pytest.raises(UnsupportedOperation, match=unsaid):
        client.files.upload(b"onetwo", filename="a.bin")
    assert service.requests == []


PUT = "PUT /signed"


COMPLETE = "POST /api/v1/files/file_1/complete"


TICKET = {"url": "https://storage.test/signed?sig=1", "id": "file_1"}


STORED = answer({**documented("get_file"), "id": "file_1"})


def in_steps(monkeypatch: pytest.MonkeyPatch, *, complete: bool = True) -> None:
    """Patch the contract to uploads in two steps, with a request to complete them if `complete`."""
    asks_for(monkeypatch, Upload("ticket", ticket=Shape()), filename="name")
    change_operation(monkeypatch, "complete_upload", absent=not complete)


def uploaded(service: Routes, source: Any = b"onetwo") -> File:
    with over(service) as client:
        return client.files.upload(source, filename="a.pdb", description="any")


@pytest.mark.parametrize(
    "changes",
    [
        {"url": None},
        {"url": "ftp://storage.test/a"},
        {"url": "/signed"},
        {"url": "http://storage.test/signed"},
        {"id": None},
        {"id": ""},
        {"method": "PU\nT"},
        {"headers": {"": "x"}},
        {"headers": {"x-note": "\u00e4"}},
    ],
    ids=str,
)
def test_a_ticket_without_a_url(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer({**TICKET, **changes})})
    with pytest.raises(ContractError, match="upload_file: the response to POST /api/v1/files") as caught:
        uploaded(service)
    assert caught.value.operation == "upload_file"
    assert service.routes == [UPLOAD]
