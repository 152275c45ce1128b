from __future__ import annotations

import gzip
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq import InputWarning, InvalidInput
from proteiniq._text import fasta
from proteiniq.batch._items import Item, items
from proteiniq.batch._text_file import text_lines

from ..structures import PDB, SDF
from .tools import DOCK, FOLD


def made(path: Path | str, data: bytes | None = None, **options: Any) -> list[Item]:
    if data is not None:
        Path(path).write_bytes(data)
    return list(items(FOLD, path, **options))


def rejected(path: Path | str, data: bytes | None = None, **options: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        made(path, data, **options)
    return caught.value.message


def test_a_record_of_fasta_is_an_item(tmp_path: Path) -> None:
    data = b"; a comment\n\n>a one\nMK\nVV\n\n> b\r\nGG\r\n>\nAA"
    first, second, third = made(tmp_path / "s.fasta", data, settings={"seed": 1})
    assert first == Item(
        "a", {"protein": ">a one\nMK\nVV\n"}, {"seed": 1}, "s.fasta, record 1 (line 3)", first_line=3
    )
    assert (second.id, second.inputs, second.first_line) == ("b", {"protein": "> b\nGG\n"}, 7)
    assert (third.id, third.inputs) == ("item-00003", {"protein": ">\nAA\n"})


def test_a_path_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    Path("s.fa").write_text(">a\nMK\n")
    assert [item.id for item in [*made("s.fa"), *made("~/s.fa"), *made(Path("~/s.fa"))]] == ["a"] * 3


def test_one_sequence_without_a_header_is_one_item(tmp_path: Path) -> None:
    (item,) = made(tmp_path / "s.fasta", b"MK\nVV\n")
    assert (item.id, item.inputs) == ("item-00001", {"protein": "MK\nVV\n"})


def test_an_empty_file_has_no_items(tmp_path: Path) -> None:
    assert made(tmp_path / "s.fasta", b"") == made(tmp_path / "s.fa", b"\n; a comment\n") == []


def test_text_before_the_first_header_is_refused(tmp_path: Path) -> None:
    message = rejected(tmp_path / "s.fasta", b"\nMKVV\n>a\nMK\n")
    assert message.startswith("s.fasta, line 2: text before the first header ('>'), 'MKVV'")


def test_a_molecule_of_sdf_is_an_item(tmp_path: Path) -> None:
    path = tmp_path / "ligands.sdf"
    path.write_text(f"{SDF}$$$$\n{SDF.replace('ethanol', '', 1)}$$$$\n")
    first, second = items(DOCK, path, inputs={"receptor": PDB})
    assert first.inputs == {"receptor": PDB, "ligand": f"{SDF}$$$$\n"}
    assert (first.id, first.source) == ("ethanol", "ligands.sdf, molecule 1 (line 1)")
    assert (second.id, second.source) == ("item-00002", "ligands.sdf, molecule 2 (line 12)")


def test_a_line_of_smiles_is_an_item(tmp_path: Path) -> None:
    path = tmp_path / "ligands.smi"
    path.write_text("CCO ethanol 46.07\n\nC1CC1\tring\nCC\n")
    first, second, third = items(DOCK, path, inputs={"receptor": PDB})
    assert first == Item("ethanol", {"receptor": PDB, "ligand": "CCO"}, {}, "ligands.smi, line 1", 1)
    assert (second.id, second.inputs["ligand"], second.first_line) == ("ring", "C1CC1", 3)
    assert third.id == "item-00003"


def test_the_slot_of_records_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "ligands.sdf"
    path.write_text(SDF)
    (item,) = items(DOCK, path, columns={"record": "ligand"})
    assert set(item.inputs) == {"ligand"}
    for columns in ({"record": "nope"}, {"ligand": "record"}, {"record": None}):
        with pytest.raises(InvalidInput, match=r"\{'record': slot\} with one of 'receptor', 'ligand', got"):
            items(DOCK, path, columns=columns)
    with pytest.raises(InvalidInput, match=r"ligands\.sdf has data for one slot, and dock has 'receptor'"):
        items(DOCK, path)


def test_files_that_are_not_of_a_batch(tmp_path: Path) -> None:
    (tmp_path / "a.pdb").write_text(PDB)
    (tmp_path / "folder.fasta").mkdir()
    assert "a.pdb is not named as a FASTA, SDF, SMILES, CSV, TSV or Parquet file" in rejected(
        tmp_path / "a.pdb"
    )
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    assert "a.xlsx is a workbook: save its sheet as CSV" in rejected(str(tmp_path / "a.xlsx"))
    assert rejected("~no-such-user/a.csv").startswith("items: can't read '~no-such-user/a.csv': ")
    assert "is a directory: pass a list of the paths in it" in rejected(tmp_path / "folder.fasta")
    assert "there is no file" in rejected(str(tmp_path / "none.csv"))


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"can't read .*: it is a device, not a file"):
        next(text_lines(Path("/dev/null")))
    with pytest.raises(InvalidInput, match=r"can't read .*: No such file"):
        next(text_lines(tmp_path / "gone.fasta"))
    with pytest.raises(InvalidInput, match=r"can't read .*: embedded null byte"):
        next(text_lines(Path("a\0.fasta")))


def test_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(b">a\nMK\n") + gzip.compress(b">b\nVV\n")
    assert [item.id for item in made(tmp_path / "s.fasta.gz", packed)] == ["a", "b"]
    assert [item.id for item in made(tmp_path / "s.fasta", packed)] == ["a", "b"]
    assert rejected(tmp_path / "cut.fa.gz", packed[:-4]).startswith("cut.fa.gz is incomplete or damaged gzip")
    assert "damaged gzip" in rejected(tmp_path / "s.fa.gz", packed + b"more")
    assert "within gzip data" in rejected(tmp_path / "s.fa.gz", gzip.compress(packed))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_encodings_of_unicode(tmp_path: Path, encoding: str) -> None:
    (item,) = made(tmp_path / "s.fasta", f">é {'x' * 100}\r\nMK\r\n".encode(encoding))
    assert (item.id, item.inputs) == ("é", {"protein": f">é {'x' * 100}\nMK\n"})


def test_another_encoding_warns_once(tmp_path: Path) -> None:
    with pytest.warns(InputWarning, match="s.fasta: line 3 is not valid UTF-8") as caught:
        first, second = made(tmp_path / "s.fasta", ">a\nMK\n>é\nVV ü\n".encode("cp1252"))
    assert (first.id, second.id, len(caught)) == ("a", "é", 1)
    assert caught[0].filename == __file__


def test_what_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "s.fasta"
    assert rejected(path, b"PK\x03\x04 and more").startswith("s.fasta is a zip archive")
    assert rejected(path, b">a\nMK\n\xff\x00\x01\n").startswith("s.fasta is not text: line 3 is not")
    assert "s.fasta is not valid text" in rejected(path, ">a\nMK".encode("utf-16") + b"\x00")


LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"])
RECORDS = st.lists(
    st.tuples(
        st.from_regex(r"[a-z]{1,5}( [a-z>;]{1,5})?", fullmatch=True),
        st.from_regex("[A-Z]{1,9}", fullmatch=True),
    ),
    min_size=1,
    max_size=6,
)


@given(records=RECORDS, end=LINE_ENDS, width=st.integers(1, 9))
def test_a_file_of_records_is_read_as_its_whole_text_is(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str]], end: str, width: int
) -> None:
    wrapped = (
        (name, end.join(seq[at : at + width] for at in range(0, len(seq), width))) for name, seq in records
    )
    text = "".join(f">{name}{end}{lines}{end}" for name, lines in wrapped)
    path = tmp_path_factory.getbasetemp() / "records.fasta"
    path.write_text(text, newline="")
    read = list(items(FOLD, path))
    assert [(item.id, item.first_line) for item in read] == [
        (record.name, record.line) for record in fasta.records(text)
    ]
    texts = [fasta.records(item.inputs["protein"])[0] for item in read]
    assert [(record.header, record.letters) for record in texts] == records


def test_the_numbers_of_lines_are_those_of_the_whole_text(tmp_path: Path) -> None:
    text = "a\n\r\nb\r\r\nc\rd\n\n\re"
    (tmp_path / "t.txt").write_text(text, newline="")
    with warnings.catch_warnings():
        assert list(text_lines(tmp_path / "t.txt")) == fasta.lines(text)
