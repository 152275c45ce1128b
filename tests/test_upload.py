from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from proteiniq import InvalidInput
from proteiniq._upload import media_type, opened


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
        (5, "a.fasta", "int is no path"),
        (None, "a.fasta", "NoneType is no path"),
        (b"MK", "a/b.fasta", "is no file name"),
        (b"MK", "a\nb.fasta", "is no file name"),
    ],
)
def test_a_source_that_can_not_be_uploaded(source: Any, filename: str | None, why: str) -> None:
    with pytest.raises(InvalidInput, match=r"nothing was uploaded") as caught, opened(source, filename):
        pass
    assert why in str(caught.value)
