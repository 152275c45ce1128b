"""What users have in hand, and how it becomes text."""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import Bio.Seq
import Bio.SeqFeature
import Bio.SeqIO
import numpy
import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

from proteiniq._inputs.values import Item, Rejected, is_in_memory, items

pytestmark = pytest.mark.case

# Biopython has few types.
sequences: Any = Bio.Seq
features: Any = Bio.SeqFeature
parsers: Any = Bio.SeqIO


def texts(value: Any, max_bytes: int | None = None) -> list[Any]:
    """The texts of a slot's value, and the problems of what is not a text."""
    return [item.content if isinstance(item, Item) else item.problem for item in items(value, max_bytes)]


@attrs.frozen
class Series:
    """A column of a table, with the methods of a pandas Series that are used."""

    index: list[Any]
    values: list[Any]

    def items(self) -> Iterator[tuple[Any, Any]]:
        return zip(self.index, self.values, strict=True)


@attrs.frozen
class Entry:
    """A record of pysam."""

    name: str
    sequence: str


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (parsers.parse(io.StringIO(">a one\nMK\n>b\nVA\n"), "fasta"), [">a one\nMK\n", ">b\nVA\n"]),
        ((each for each in ["MK", "VA"]), ["MK", "VA"]),
        ({"a": "MK", "b": Seq("VA"), "c": SeqRecord(Seq("GG"))}, [">a\nMK\n", ">b\nVA\n", ">c\nGG\n"]),
        ({1: b"MK"}, [">1\nMK\n"]),
        (Series(["a", "b"], ["MK", "VA"]), [">a\nMK\n", ">b\nVA\n"]),
        (Series([0, 1], ["MK", "VA"]), ["MK\n", "VA\n"]),
        ([("a title", "MK")], [">a title\nMK\n"]),
        (Entry("a", "MK"), [">a\nMK\n"]),
        (SeqRecord(Seq("MK")), ["MK\n"]),
        (SeqRecord(Seq("MK"), id="a", description="a chain"), [">a chain\nMK\n"]),
        (SeqRecord(Seq("MK"), id="a", description="b"), [">a b\nMK\n"]),
        (sequences.MutableSeq("MK"), ["MK"]),
        (numpy.array(["MK", "VA"]), ["MK", "VA"]),
        (io.StringIO(">a\nMK"), [">a\nMK"]),
        (io.BytesIO(b"\xef\xbb\xbf>a\nMK"), [">a\nMK"]),
        ("\ufeffMK", ["MK"]),
        ("ï»¿MK", ["MK"]),
        (memoryview(b"MK"), ["MK"]),
        ({"id": "a", "Sequence": "MK", "length": 2}, [">a\nMK\n"]),
        ([{"name": "a", "seq": "MK"}, {"name": "b", "seq": "VA"}], [">a\nMK\n", ">b\nVA\n"]),
        (Series(["id", "sequence"], ["a", "MK"]), [">a\nMK\n"]),
    ],
)
def test_values_of_many_kinds_are_texts(value: Any, expected: list[str]) -> None:
    assert texts(value) == expected


def broken() -> Iterator[str]:
    yield "MK"
    raise OSError("damaged")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (features.SeqFeature(features.SimpleLocation(0, 3)), "must be text, bytes"),
        (object(), "got object"),
        ({"MK", "VA"}, "a set has no order"),
        (iter([]), "the list is empty"),
        ({}, "the list is empty"),
        ([float("nan")], "nan is not a sequence: leave out rows"),
        ({"a": float("nan")}, "nan is not a sequence: leave out rows"),
        ({"a": ">b\nMK"}, "the sequence of 'a' has a header of its own"),
        ({"a": " "}, "the record 'a' has no sequence"),
        ({"a\nb": "MK"}, "has more than one line"),
        ({"a": None}, "None is not a sequence: leave out rows"),
        ({"a": 3}, "a sequence must be text, got int (3)"),
        (SeqRecord(Seq(None, length=3), id="a"), "the record can't be converted to FASTA"),
        (type("Table", (), {"columns": ["name"]})(), "pass a column of it"),
        (io.StringIO(""), "the open file has nothing left to read"),
        (io.StringIO("M" * 100), "must be at most 10 bytes, and the open file has more"),
        (type("Socket", (), {"read": lambda self, size: None})(), "it returned NoneType"),
        (type("Socket", (), {"read": lambda self, size: b"MK" if size > 9 else None})(), "is non-blocking"),
        (gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(b"MK")[:-9])), "can't read the open file: "),
        (os, "got module"),
        (io.StringIO, "got type"),
        (type("Path", (), {"__fspath__": lambda self: 1, "__module__": "x"})(), "to return str or bytes"),
        (type("Rows", (), {"__iter__": lambda self: 1 / 0})(), "can't be read: ZeroDivisionError"),
        (zipfile.Path(zipfile.ZipFile(io.BytesIO(), "w"), "a.fasta"), "can't read "),
        ([("MKVLAAGIVGLCTRNDEQHSW", "chain_A")], "as its sequence: swap them"),
    ],
)
def test_an_invalid_input_names_what_to_pass(value: Any, problem: str) -> None:
    assert problem in texts(value, 10)[0]


def test_a_closed_file_is_rejected() -> None:
    file = io.StringIO("MK")
    file.close()
    assert "can't read the open file" in texts(file)[0]


def test_an_error_of_an_open_file_without_a_message_is_named() -> None:
    class Ended(io.StringIO):
        def read(self, size: int | None = -1, /) -> str:
            raise EOFError

    assert texts(Ended())[0].endswith("can't read the open file: EOFError")


def test_a_file_that_reads_less_than_asked_is_read_to_its_end() -> None:
    class Slow(io.RawIOBase):
        rest = b">a\nMK\n"

        def read(self, size: int = -1) -> bytes:
            piece, self.rest = self.rest[:3], self.rest[3:]
            return piece

    assert texts(Slow(), 100) == [">a\nMK\n"]


def test_a_byte_array_from_an_open_file_is_bytes() -> None:
    assert texts(type("File", (), {"read": lambda self: bytearray(b"MK")})()) == ["MK"]


def test_a_file_of_an_archive_is_read() -> None:
    archive = zipfile.ZipFile(io.BytesIO(), "w")
    archive.writestr("a.fasta", ">a\nMK\n")
    (item,) = items(zipfile.Path(archive, "a.fasta"), 100)
    assert isinstance(item, Item)
    assert (item.content, item.label) == (">a\nMK\n", "a.fasta")


@pytest.mark.parametrize(("at", "is_doubtful"), [(0, False), (2, True), (6, False)])
def test_the_rest_of_a_partly_read_file_is_doubtful(at: int, is_doubtful: bool) -> None:
    file = io.StringIO(">a\nMK\n>b\nVA\n")
    file.seek(at)
    (item,) = items(file, None)
    assert isinstance(item, Item)
    assert (item.warning is not None) is is_doubtful


def test_the_rest_of_an_iterated_file_is_doubtful(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_text(">a\nMK\n")
    with path.open() as file:
        next(file)
        (item,) = items(file, None)
    assert isinstance(item, Item)
    assert item.warning is not None


def test_bytes_may_be_the_name_of_a_file() -> None:
    (item,) = items(b"a.fasta", None)
    assert isinstance(item, Item)
    assert item.given


def test_an_iterator_that_fails_names_the_value() -> None:
    good, bad = items(broken(), None)
    assert isinstance(good, Item)
    assert bad == Rejected("can't be read: OSError: 'damaged'", 2)


def test_after_twenty_rejected_values_the_others_are_not_looked_at() -> None:
    assert len(texts(range(1000))) == 20


def test_an_open_file_is_labelled_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_text(">a\nMK\n")
    with path.open() as text, path.open("rb") as binary:
        assert [str(item) for item in items([text, binary], None)] == [
            "value 1 (a.fasta)",
            "value 2 (a.fasta)",
        ]


def test_a_label_is_printed_safely() -> None:
    assert str(Item("", 1, "\x1b[2J.fasta")) == "value 1 ('\\x1b[2J.fasta')"


def test_a_packed_file_is_unpacked_and_labelled_without_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta.gz"
    path.write_bytes(gzip.compress(b">a\nMK\n"))
    (item,) = items(path, None)
    assert isinstance(item, Item)
    assert (item.content, item.label) == (">a\nMK\n", "a.fasta")


def test_a_path_in_the_home_folder_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.fasta").write_text("MK")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert texts(Path("~/a.fasta")) == ["MK"]
    assert "can't read '~no-such-user/a.fasta'" in texts(Path("~no-such-user/a.fasta"))[0]


def test_a_pipe_is_read() -> None:
    end, other = os.pipe()
    os.write(other, b"MK")
    os.close(other)
    assert texts(Path(f"/dev/fd/{end}")) == ["MK"]
    os.close(end)


@pytest.mark.parametrize(
    ("inputs", "whether"),
    [
        ({"a": "MK", "b": [b"VA", None]}, True),
        ({"a": "M" * 100_000}, False),
        ({"a": Path("a.fasta")}, False),
        ({"a": iter(["MK"])}, False),
        ("MK", True),
    ],
)
def test_files_iterators_and_long_texts_take_time_to_read(inputs: Any, whether: bool) -> None:
    assert is_in_memory(inputs) is whether
