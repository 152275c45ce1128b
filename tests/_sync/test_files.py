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


def test_a_delete_with_a_lost_response_succeeds() -> None:
    gone = answer({"error": {"code": "not_found", "message": "No such file."}}, 404)
    service = Stub(httpx.ReadError("reset"), gone)
    with over(service) as client:
        assert (client.files.delete("file_1")).deleted
    assert len(service.requests) == 2
