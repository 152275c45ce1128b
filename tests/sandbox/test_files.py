"""Uploads and the library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from proteiniq.sandbox import _formats

from .clients import Api, body, code, error, generous, issues


def blob(api: Api, content: bytes) -> Path:
    """Where the sandbox stores this content."""
    sha256 = hashlib.sha256(content).hexdigest()
    return api.sandbox.data / "blobs" / sha256[:2] / sha256


def drafts(api: Api) -> list[Path]:
    return list((api.sandbox.data / "blobs" / "drafts").iterdir())


def form(api: Api, content: bytes | Iterator[bytes], boundary: str = "x") -> httpx.Response:
    """The response to a hand-written form."""
    media_type = f"multipart/form-data; boundary={boundary}" if boundary else "multipart/form-data"
    return api.post("files", content=content, headers={"Content-Type": media_type})


def part(disposition: str, content: bytes = b"MK\n") -> bytes:
    return f"--x\r\nContent-Disposition: form-data; {disposition}\r\n\r\n".encode() + content + b"\r\n"


FILE = part('name="file"; filename="a.fasta"')


def test_an_upload_has_what_was_sent_with_it(api: Api) -> None:
    file = api.upload(
        "ubiquitin.fasta",
        b">ubiquitin\nMQIF\n",
        description="Human",
        tags=["small", "stable"],
        collection_ids=["c1"],
    )
    assert file["filename"] == "ubiquitin.fasta"
    assert (file["format"], file["mime_type"]) == ("FASTA", "text/x-fasta")
    assert file["size_bytes"] == 16
    assert (file["origin"], file["storage_owner"]) == ("UPLOAD", "FILE_LIBRARY")
    assert file["description"] == "Human"
    assert (file["tags"], file["collection_ids"]) == (["small", "stable"], ["c1"])
    assert body(api.get(f"files/{file['id']}")) == file


def test_no_route_reveals_where_a_file_is_stored(api: Api) -> None:
    assert "sha256" not in api.get(f"files/{api.upload()['id']}").text


def test_the_bytes_are_stored_once_and_unchanged(api: Api) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--+++\r\n--x--\r\n"
    first = api.upload("a.bin", content)["id"]
    second = api.upload("b.bin", content)["id"]
    assert blob(api, content).read_bytes() == content
    api.delete(f"files/{first}")
    assert blob(api, content).exists()
    assert body(api.delete(f"files/{second}")) == {"id": second, "object": "file", "deleted": True}
    assert not blob(api, content).exists()
    assert code(api.get(f"files/{second}")) == (404, "not_found")
    assert code(api.delete(f"files/{second}")) == (404, "not_found")


def test_the_same_content_can_be_uploaded_and_deleted_concurrently(api: Api) -> None:
    def come_and_go(_: int) -> None:
        with Api(api.sandbox, api.key) as own:
            file_id = own.upload("a.txt", b"shared")["id"]
            assert blob(api, b"shared").exists()
            assert own.delete(f"files/{file_id}").status_code == 200

    kept = api.upload("a.txt", b"shared")["id"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_and_go, range(32)))
    assert blob(api, b"shared").read_bytes() == b"shared"
    api.delete(f"files/{kept}")
    assert not blob(api, b"shared").exists()


def test_deleting_a_result_file_removes_only_its_record(api: Api) -> None:
    job_id = api.run()["id"]
    (file,) = body(api.get("files"))["data"]
    assert (file["origin"], file["storage_owner"]) == ("JOB_OUTPUT", "JOB_ARTIFACT")
    api.delete(f"files/{file['id']}")
    (listed,) = body(api.get(f"results/{job_id}"))["files"]
    assert httpx.get(listed["url"]).text == ">a\nMK\n"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\a.pdb", "a.pdb"),
        ("/tmp/x/é 蛋白.fasta", "é 蛋白.fasta"),
        ('a"b.txt', 'a"b.txt'),
        ("a\r\nb.txt", "ab.txt"),
    ],
)
def test_a_file_name_is_only_a_name(api: Api, sent: str, kept: str) -> None:
    assert api.upload(sent)["filename"] == kept


@pytest.mark.parametrize("name", ["..", ".", "a/"])
def test_an_invalid_file_name_is_refused(api: Api, name: str) -> None:
    response = api.post("files", files={"file": (name, b"x")})
    assert issues(response) == {"file": "must have a file name"}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (part('name="description"') + b"--x--\r\n", {"file": "is required"}),
        (part('name="file"') + b"--x--\r\n", {"file": "must have a file name"}),
        (FILE + FILE + b"--x--\r\n", {"file": "is given twice: send one file"}),
        (FILE + part('name="colour"') + b"--x--\r\n", {"colour": "is not a part of an upload"}),
        (FILE + part('name="tags"', b"\xff") + b"--x--\r\n", {"tags": "must be UTF-8"}),
        (FILE + part('name="description"') * 2 + b"--x--\r\n", {"description": "is given twice"}),
        (FILE + part('name="tags"', b"a" * 70_000) + b"--x--\r\n", {"tags": "must have at most 65536 bytes"}),
        (FILE, {"body": "is not a valid multipart form: it ends before its last boundary"}),
        (FILE[:30], {"body": "is not a valid multipart form: it ends before its last boundary"}),
        (b"nonsense", {"body": "is not a valid multipart form"}),
        (b"", {"body": "is not a valid multipart form"}),
        (part('name="tags"') * 1001 + b"--x--\r\n", {"body": "must have at most 1000 parts"}),
    ],
    ids=lambda value: repr(value)[-40:] if isinstance(value, dict) else "",
)
def test_an_invalid_form_is_refused(api: Api, content: bytes, found: dict[str, str]) -> None:
    response = form(api, content)
    assert code(response) == (400, "validation_error")
    listed = issues(response)
    assert list(listed) == list(found)
    assert all(listed[path].startswith(message) for path, message in found.items())
    assert body(api.get("files"))["data"] == []
    assert drafts(api) == []


def test_a_form_without_a_boundary_is_refused(api: Api) -> None:
    assert list(issues(form(api, FILE, boundary=""))) == ["header.Content-Type"]
    assert list(issues(form(api, FILE, boundary="b" * 300))) == ["header.Content-Type"]


def test_json_is_refused_as_an_upload(api: Api) -> None:
    assert code(api.post("files", json={})) == (415, "unsupported_media_type")


def test_too_large_an_upload_is_refused_and_leaves_nothing(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proteiniq.sandbox._sandbox.MAX_UPLOAD_BYTES", 5_000_000)
    with generous() as sandbox, Api(sandbox) as limited:
        declared = limited.post("files", files={"file": ("a.bin", b"x" * 6_000_000)})
        pieces = [part('name="file"; filename="a"')[:-5], *[b"x" * 1_000_000] * 8]
        streamed = form(limited, iter(pieces))
        assert code(declared) == code(streamed) == (413, "payload_too_large")
        assert error(declared)["details"] == {"limit_bytes": 5_000_000}
        assert drafts(limited) == []
        assert limited.post("files", files={"file": ("a.bin", b"x" * 4_900_000)}).status_code == 201


@pytest.mark.parametrize(
    ("name", "head", "format"),
    [
        ("a.FAA", b"", "FASTA"),
        ("a.mmcif", b"", "CIF"),
        ("a.ent", b"", "PDB"),
        ("a.smi", b"CCO", "SMILES"),
        ("a", b">sp|P0CG48\nM", "FASTA"),
        ("a.txt", b"\n>x\nM", "FASTA"),
        ("a", b"HEADER    CHROMOSOMAL PROTEIN", "PDB"),
        ("a", b"ATOM      1  N   MET A   1", "PDB"),
        ("a", b"data_1UBQ\n#\n", "CIF"),
        ("a", b"x\n  y\n\n  9  8  0  0  0  0  0  0  0  0999 V2000\n", "SDF"),
        ("a", b"@<TRIPOS>MOLECULE\n", "MOL2"),
        ("a", b"LOCUS       SCU49845", "GENBANK"),
        ("notes.txt", b"hello", "TXT"),
        ("notes", b"", "TXT"),
        ("a.bin", b"\x00\x01", "OTHER"),
    ],
)
def test_a_format_is_guessed_from_name_and_content(name: str, head: bytes, format: str) -> None:
    assert _formats.guess(name, head) == format


def test_a_media_type_goes_with_the_format() -> None:
    assert _formats.mime_type("a.pdb", "PDB") == "chemical/x-pdb"
    assert _formats.mime_type("a.png", "OTHER") == "image/png"
    assert _formats.mime_type("a", "OTHER") == "application/octet-stream"
