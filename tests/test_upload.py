from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest

from proteiniq import InvalidInput
from proteiniq._transfer.upload import media_type, opened


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.fasta", "text/x-fasta"),
        ("A.PDB", "chemical/x-pdb"),
        ("a.cif", "chemical/x-mmcif"),
        ("a.sdf", "chemical/x-mdl-sdfile"),
        ("a.json", "application/json"),
        ("a.unheard", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_the_media_type_of_a_name(name: str, kind: str) -> None:
    assert media_type(name) == kind


@pytest.mark.parametrize(
    ("source", "filename", "why"),
    [
        ("/no/such/file", None, "No such file"),
        (Path("/"), None, "directory"),
        (">a\nMK\n", None, "To upload text, pass its bytes"),
        (b"MK", None, "pass filename="),
        (io.BytesIO(b"MK"), None, "pass filename="),
        (io.StringIO("MK"), "a.fasta", "mode 'rb'"),
        (5, "a.fasta", "got int"),
        (None, "a.fasta", "got NoneType"),
        (b"MK", "a/b.fasta", "is not a file name"),
        (b"MK", "a\nb.fasta", "is not a file name"),
        (__file__, "../b.fasta", "is not a file name"),
    ],
)
def test_a_source_that_can_not_be_uploaded(source: Any, filename: str | None, why: str) -> None:
    with pytest.raises(InvalidInput, match=r"nothing was uploaded") as caught, opened(source, filename):
        pass
    assert why in str(caught.value)


def test_a_path_whose_name_can_not_be_sent_asks_for_another(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[31m.fasta"
    path.write_bytes(b"MK")
    with pytest.raises(InvalidInput, match="pass another as filename="), opened(path, None):
        pass
    with opened(path, "a.fasta") as source:
        assert source.name == "a.fasta"


@pytest.mark.parametrize("make", [tempfile.TemporaryFile, tempfile.SpooledTemporaryFile])
def test_a_temporary_file_has_no_name(make: Any) -> None:
    with make() as stream:
        with pytest.raises(InvalidInput, match="the open file has no name"), opened(stream, None):
            pass
        with opened(stream, "a.fasta") as source:
            assert source.name == "a.fasta"


def test_the_name_of_an_open_file_is_that_of_its_path(tmp_path: Path) -> None:
    (tmp_path / "a.fasta").write_bytes(b"MK")
    stream = io.FileIO(os.fsencode(tmp_path / "a.fasta"))
    with stream, opened(stream, None) as source:
        assert source.name == "a.fasta"


def test_a_temporary_file_that_is_open_as_text_is_refused() -> None:
    with (
        tempfile.NamedTemporaryFile("w+") as stream,
        pytest.raises(InvalidInput, match="open in text mode"),
        opened(stream, "a.fasta"),
    ):
        pass


def test_a_file_that_is_closed_is_refused() -> None:
    stream = io.BytesIO(b"MK")
    stream.close()
    with pytest.raises(InvalidInput, match="the file is closed"), opened(stream, "a.fasta"):
        pass


def test_a_file_that_is_open_for_writing_is_refused(tmp_path: Path) -> None:
    with (
        (tmp_path / "a.fasta").open("wb") as stream,
        pytest.raises(InvalidInput, match="not open for reading"),
        opened(stream, "a.fasta"),
    ):
        pass


def test_bytes_that_lie_apart_are_sent_as_they_are_read() -> None:
    with opened(memoryview(b"M-K-")[::2], "a.fasta") as source:
        assert b"".join(source.pieces()) == b"MK"
        assert source.total == 2
