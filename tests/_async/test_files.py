"""The file library."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pytest

from proteiniq import (
    AsyncProteinIQ,
    InvalidInput,
    NotFound,
)

from ..support import LYSOZYME, Stub, answer, documented
from .clients import over


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_a_path_is_uploaded_under_its_name(client: AsyncProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_text(LYSOZYME)
    file = await client.files.upload(path)
    assert (file.filename, file.format, file.size_bytes) == ("lysozyme.fasta", "FASTA", len(LYSOZYME))
    assert (file.mime_type, file.origin, file.storage_owner) == ("text/x-fasta", "UPLOAD", "FILE_LIBRARY")
    assert file.created_at is not None
    assert await client.files.get(file.id) == file


@pytest.mark.once
@pytest.mark.anyio
async def test_a_path_as_a_string(client: AsyncProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_text(LYSOZYME)
    assert (await client.files.upload(str(path))).filename == "lysozyme.fasta"


@pytest.mark.once
@pytest.mark.anyio
async def test_bytes_are_uploaded_under_a_given_name(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(b"HEADER\nEND\n", filename="a.pdb")
    assert (file.filename, file.format, file.mime_type) == ("a.pdb", "PDB", "chemical/x-pdb")


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_open_file(client: AsyncProteinIQ, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_text(LYSOZYME)
    with path.open("rb") as stream:
        assert (await client.files.upload(stream)).filename == "lysozyme.fasta"
        assert not stream.closed


@pytest.mark.anyio
async def test_description_and_tags(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(
        b">a\nMK\n", filename="a.fasta", description="Hen egg", tags=["enzyme", "1-129"]
    )
    assert (file.description, file.tags) == ("Hen egg", ("enzyme", "1-129"))


@pytest.mark.anyio
@pytest.mark.trio_too
@pytest.mark.parametrize("content", [b"", b"\r\n--+++\r\n", bytes(range(256)) * 5000], ids=len)
async def test_every_byte_arrives(client: AsyncProteinIQ, content: bytes) -> None:
    file = await client.files.upload(io.BytesIO(content), filename="any.bin")
    assert file.size_bytes == len(content)


@pytest.mark.anyio
async def test_a_file_is_deleted(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(b">a\nMK\n", filename="a.fasta")
    deleted = await client.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    with pytest.raises(NotFound):
        await client.files.get(file.id)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_missing_file(client: AsyncProteinIQ) -> None:
    with pytest.raises(NotFound, match="file_of_nobody"):
        await client.files.get("file_of_nobody")
    with pytest.raises(NotFound):
        await client.files.delete("file_of_nobody")


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "success",
    [
        httpx.Response(204),
        httpx.Response(200, html="<p>Gone</p>"),
        answer([]),
        answer({}),
        answer({"deleted": "yes"}),
    ],
    ids=["204", "HTML", "a list", "an object", "text"],
)
async def test_a_successful_delete_does_not_depend_on_its_response(success: httpx.Response) -> None:
    service = Stub(success)
    async with over(service) as client:
        deleted = await client.files.delete("file_1")
    assert (deleted.id, deleted.deleted) == ("file_1", True)
    assert len(service.requests) == 1


@pytest.mark.once
@pytest.mark.anyio
async def test_a_response_may_report_that_the_file_was_not_deleted() -> None:
    async with over(Stub(answer({"id": "file_1", "deleted": False}))) as client:
        assert not (await client.files.delete("file_1")).deleted


@pytest.mark.anyio
async def test_a_delete_with_a_lost_response_succeeds() -> None:
    gone = answer({"error": {"code": "not_found", "message": "No such file."}}, 404)
    service = Stub(httpx.ReadError("reset"), gone)
    async with over(service) as client:
        assert (await client.files.delete("file_1")).deleted
    assert len(service.requests) == 2


@pytest.mark.once
@pytest.mark.anyio
async def test_tags_that_are_not_strings_are_refused_before_any_request() -> None:
    service = Stub()
    async with over(service) as client:
        with pytest.raises(InvalidInput, match=r"tags must be a list of strings, got \[1\]"):
            await client.files.upload(b"MK", filename="a.fasta", tags=[1])  # type: ignore[list-item]
    assert not service.requests


@pytest.mark.once
@pytest.mark.anyio
async def test_a_source_that_cannot_be_read_is_refused_before_any_request() -> None:
    service = Stub(answer(documented("upload_file"), 201))
    async with over(service) as client:
        with pytest.raises(InvalidInput, match="No such file"):
            await client.files.upload("/no/such/file.fasta")
        with pytest.raises(InvalidInput, match="bytes have no name"):
            await client.files.upload(b"MK")
    assert service.requests == []


@pytest.mark.once
@pytest.mark.anyio
async def test_the_filters_of_a_list_are_sent_as_documented() -> None:
    service = Stub(answer(documented("list_files")))
    async with over(service) as client:
        await client.files.list(format="pdb", mine=True).first()
    assert dict(service.requests[0].url.params) == {"format": "PDB", "mine": "true", "limit": "1"}
