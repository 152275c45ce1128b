# Generated from tests/_async/test_files.py by scripts/unasync.py. Edit that file instead.

"""The file library."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest

from proteiniq import (
    InvalidInput,
    NotFound,
    ProteinIQ,
    TransportError,
)

from ..support import LYSOZYME, Stub, answer, documented
from .clients import over


def test_a_path_is_uploaded_under_its_name(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_text(LYSOZYME)
    file = client.files.upload(path)
    assert (file.filename, file.format, file.size_bytes) == ("lysozyme.fasta", "FASTA", len(LYSOZYME))
    assert (file.mime_type, file.origin, file.storage_owner) == ("text/x-fasta", "UPLOAD", "FILE_LIBRARY")
    assert file.created_at is not None
    assert client.files.get(file.id) == file


def test_a_path_as_a_string(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_text(LYSOZYME)
    assert (client.files.upload(str(path))).filename == "lysozyme.fasta"


def test_bytes_are_uploaded_under_a_given_name(client: ProteinIQ) -> None:
    file = client.files.upload(b"HEADER\nEND\n", filename="a.pdb")
    assert (file.filename, file.format, file.mime_type) == ("a.pdb", "PDB", "chemical/x-pdb")


def test_an_open_file(client: ProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_text(LYSOZYME)
    with path.open("rb") as stream:
        assert (client.files.upload(stream)).filename == "lysozyme.fasta"
        assert not stream.closed


def test_description_and_tags(client: ProteinIQ) -> None:
    file = client.files.upload(
        b">a\nMK\n", filename="a.fasta", description="Hen egg", tags=["enzyme", "1-129"]
    )
    assert (file.description, file.tags) == ("Hen egg", ("enzyme", "1-129"))


@pytest.mark.parametrize("content", [b"", b"\r\n--+++\r\n", bytes(range(256)) * 5000], ids=len)
def test_every_byte_arrives(client: ProteinIQ, content: bytes) -> None:
    file = client.files.upload(io.BytesIO(content), filename="any.bin")
    assert file.size_bytes == len(content)


def test_a_file_is_deleted(client: ProteinIQ) -> None:
    file = client.files.upload(b">a\nMK\n", filename="a.fasta")
    deleted = client.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    with pytest.raises(NotFound):
        client.files.get(file.id)


def test_a_missing_file(client: ProteinIQ) -> None:
    with pytest.raises(NotFound, match="file_of_nobody"):
        client.files.get("file_of_nobody")
    with pytest.raises(NotFound):
        client.files.delete("file_of_nobody")


@pytest.mark.parametrize(
    "success",
    [
        httpx.Response(204),
        httpx.Response(202),
        httpx.Response(200, html="<p>Gone</p>"),
        answer([]),
        answer({}),
        answer({"id": "file_1"}),
        answer({"deleted": "yes"}),
        answer(None),
    ],
    ids=["204", "202", "HTML", "a list", "an object", "an id", "text", "null"],
)
def test_a_successful_delete_does_not_depend_on_its_response(success: httpx.Response) -> None:
    service = Stub(success)
    with over(service) as client:
        deleted = client.files.delete("file_1")
    assert (deleted.id, deleted.deleted) == ("file_1", True)
    assert len(service.requests) == 1


def test_a_response_may_report_that_the_file_was_not_deleted() -> None:
    with over(Stub(answer({"id": "file_1", "deleted": False}))) as client:
        assert not (client.files.delete("file_1")).deleted


def test_a_delete_with_a_lost_response_succeeds() -> None:
    gone = answer({"error": {"code": "not_found", "message": "No such file."}}, 404)
    service = Stub(httpx.ReadError("reset"), gone)
    with over(service) as client:
        assert (client.files.delete("file_1")).deleted
    assert len(service.requests) == 2


@pytest.mark.parametrize("failure", [httpx.ReadError("reset"), httpx.Response(503)], ids=["read", "503"])
def test_an_upload_is_sent_once(failure: httpx.Response | Exception) -> None:
    service = Stub(failure, answer(documented("upload_file"), 201))
    with over(service) as client:
        with pytest.raises(Exception, match=r"no complete response|responded with 503"):
            client.files.upload(b"MK", filename="a.fasta")
    assert len(service.requests) == 1


def test_an_unsent_upload_is_sent_again() -> None:
    service = Stub(httpx.ConnectError("refused"), answer(documented("upload_file"), 201))
    with over(service) as client:
        client.files.upload(b"MK", filename="a.fasta")
    assert len(service.requests) == 2


def test_tags_that_are_not_strings_are_refused_before_any_request() -> None:
    service = Stub()
    with over(service) as client:
        with pytest.raises(InvalidInput, match=r"tags must be a list of strings, got \[1\]"):
            client.files.upload(b"MK", filename="a.fasta", tags=[1])  # type: ignore[list-item]
    assert not service.requests


def test_a_source_that_cannot_be_read_is_refused_before_any_request() -> None:
    service = Stub(answer(documented("upload_file"), 201))
    with over(service) as client:
        with pytest.raises(InvalidInput, match="No such file"):
            client.files.upload("/no/such/file.fasta")
        with pytest.raises(InvalidInput, match="bytes have no name"):
            client.files.upload(b"MK")
    assert service.requests == []


def test_a_failed_upload_reports_what_is_known() -> None:
    with over(Stub(httpx.ReadError("reset"))) as client:
        with pytest.raises(TransportError) as caught:
            client.files.upload(b"MK", filename="a.fasta")
    assert "may have acted on it" in "".join(caught.value.__notes__)
    assert str(caught.value.request) == "POST /api/v1/files"
