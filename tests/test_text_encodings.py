"""Bytes that are text in one encoding or another, and bytes that are not text."""

from __future__ import annotations

import gzip
import random

import pytest

from proteiniq._text.encodings import NotText, decoded, described

FASTA = ">a Müller\nMKVLAAGIVGLCTRNDEQHSW\n"
PLAIN = FASTA.replace("ü", "u")

pytestmark = pytest.mark.case


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_needs_no_warning(encoding: str) -> None:
    text = PLAIN if encoding.endswith(("le", "be")) else FASTA
    assert decoded(text.encode(encoding)) == (text, None)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (FASTA.encode("latin-1"), FASTA),
        (">a “x”\nMK".encode("cp1252"), ">a “x”\nMK"),
    ],
)
def test_other_text_is_read_as_windows_1252_with_a_warning(data: bytes, text: str) -> None:
    found, warning = decoded(data)
    assert found == text
    assert warning is not None
    assert "line 1 is not valid UTF-8" in warning


def test_the_mark_at_the_end_of_a_dos_file_is_left_out() -> None:
    assert decoded(b">a\r\nMKV\r\n\x1a")[0] == ">a\r\nMKV\r\n"


def test_gzip_of_several_members_is_unpacked() -> None:
    assert (
        decoded(gzip.compress(b">a\nMK\n", mtime=0) + gzip.compress(b">b\nVA\n", mtime=0))[0]
        == ">a\nMK\n>b\nVA\n"
    )


def test_a_large_member_of_gzip_is_unpacked_whole_and_the_next_one_too() -> None:
    large = random.Random(1).randbytes(100_000).hex()
    data = gzip.compress(large.encode(), mtime=0) + gzip.compress(b"MK", mtime=0)
    assert decoded(data)[0] == f"{large}MK"


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (gzip.compress(b"M" * 2000, mtime=0), "must unpack to at most 1,000 bytes"),
        (gzip.compress(b"MK", mtime=0)[:-4], "is incomplete gzip data"),
        (b"\x1f\x8bMKV", "is damaged gzip data"),
        (gzip.compress(b"MK", mtime=0) + b">b\nMK\n", "6 other bytes follow it"),
        (gzip.compress(gzip.compress(b"MK", mtime=0), mtime=0), "gzip data within gzip data"),
        (b"PK\x03\x04" + bytes(30), "is a zip archive, or a Word or Excel file, not text: unpack it"),
        (gzip.compress(b"a.fasta".ljust(257, b"\0") + b"ustar", mtime=0), "is a tar archive"),
        (b"\x04\x22\x4d\x18", "is lz4 data"),
        (b"%PDF-1.4\n", "is a PDF file, not text: save the sequences"),
        (b"\xff", "byte 0 is not valid UTF-8"),
        (b"MK\x81\x00", "byte 2 is not valid UTF-8"),
        (b"\xff\xfeM", "is not valid UTF-16"),
        (b">a\nM\0K", "line 2 contains a NUL character"),
        (b"\xef\xbb\xbfM\0K", "contains a NUL character"),
    ],
)
def test_content_that_is_not_text_is_named(data: bytes, problem: str) -> None:
    with pytest.raises(NotText, match=problem):
        decoded(data, 1000)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (gzip.compress(b"MK", mtime=0), "it is gzip data, unpack it"),
        (b"PK\x03\x04", "it is a zip archive, or a Word or Excel file"),
        (FASTA.encode("utf-16"), "it is UTF-16 or UTF-32, save it as UTF-8"),
        (b"\xff", None),
    ],
)
def test_bytes_that_are_not_utf_8_are_described(data: bytes, what: str | None) -> None:
    assert described(data) == what
