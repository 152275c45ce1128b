from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from proteiniq._inputs.formats import (
    NUCLEOTIDES,
    Problem,
    by_name,
    family,
    fasta_problems,
    problems,
    records,
    sniff,
)

from .structures import CIF, PDB, SDF


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.fasta", "fasta"),
        ("A.FA", "fasta"),
        ("x.pdb", "pdb"),
        ("x.ent", "pdb"),
        ("x.mmcif", "cif"),
        ("x.sdf", "sdf"),
        ("x.smi", "smiles"),
        ("x.txt", None),
        ("fasta", None),
        ("", None),
    ],
)
def test_the_format_of_a_name(name: str, format: str | None) -> None:
    assert by_name(name) == format


@pytest.mark.parametrize(
    ("text", "format"),
    [
        (">a\nMK\n", "fasta"),
        ("\ufeff\n >a\nMK\n", "fasta"),
        ("HEADER    HYDROLASE\n", "pdb"),
        ("ATOM      1  N   MET A   1\n", "pdb"),
        ("data_1ABC\n_entry.id 1ABC\n", "cif"),
        ("mol\n  x\n\n  0  0\nM  END\n", "sdf"),
        ("MKVAA", None),
        ("# made by hand\n#\ndata_x\n_a 1\n", "cif"),
        ("DATA_x\n_a 1\n", "cif"),
        (PDB, "pdb"),
        (CIF, "cif"),
        (SDF, "sdf"),
        ("CC(=O)Oc1ccccc1C(=O)O", "smiles"),
        ("CC(=O)O acetic acid\nCCO ethanol\n", "smiles"),
        ("CCO", None),
        ("F(X)=1", None),
        ("", None),
    ],
)
def test_the_format_of_a_text(text: str, format: str | None) -> None:
    assert sniff(text) == format


@pytest.mark.parametrize(
    "text", [">a\nMK", "MK", "MK\nVA\n", ">a\nM K*\n-.\n", "; remark\n>a\nMK", "\ufeff>a\nMK"]
)
def test_fasta(text: str) -> None:
    assert fasta_problems(text) == []


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", [(None, "contains no sequence")]),
        (">a", [(1, "the record 'a' has no sequence")]),
        (">a\n>b\nMK\n>c\n", [(1, "the record 'a' has no sequence"), (4, "the record 'c' has no sequence")]),
        ("MK\nM1K\n", [(2, "'1' is not a sequence letter")]),
        (">a\r\nM€K\r\n", [(2, "'€' is not a sequence letter")]),
    ],
)
def test_invalid_fasta(text: str, problems: list[Problem]) -> None:
    assert fasta_problems(text) == problems


@pytest.mark.parametrize(
    ("name", "known"),
    [("FASTA", "fasta"), ("mmCIF", "cif"), ("mol", "sdf"), ("smi", "smiles"), ("a3m", None), ("", None)],
)
def test_a_format_has_several_spellings(name: str, known: str | None) -> None:
    assert family(name) == known


@pytest.mark.parametrize(
    ("text", "line"), [("ACGTU-N\n", None), (">a\nACGT\nRYSWKMBDHV\n", None), (">a\nACGT\nMKL\n", 3)]
)
def test_letters_that_are_not_nucleotides(text: str, line: int | None) -> None:
    found = problems("fasta", text, letters=NUCLEOTIDES)
    assert [number for number, _ in found] == ([] if line is None else [line])


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("pdb", PDB),
        ("pdb", "ATOM 1 N MET A 1 27.340 24.430 2.614 1.00 9.67\n"),
        ("cif", CIF),
        ("cif", "# remark\n\ndata_x\n_a 1\n"),
        ("sdf", SDF),
        ("sdf", SDF + "$$$$\n" + SDF),
        ("sdf", "\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  END\n"),
        ("smiles", "CCO"),
        ("smiles", "CC(=O)Oc1ccccc1C(=O)O aspirin\n\nC[C@H](N)C(=O)O\t2\n"),
        ("smiles", "C1CC%10CC1CC%10.[Na+].[Cl-]"),
        ("smiles", "F/C=C/F"),
        ("table", "whatever 1 2 3"),
    ],
)
def test_valid_text_of_a_format(format: str, text: str) -> None:
    assert problems(format, text) == []


@pytest.mark.parametrize(
    ("format", "text", "line", "what"),
    [
        ("pdb", "HEADER    X\nEND\n", None, "no ATOM or HETATM line"),
        ("pdb", PDB.replace("27.340", "2x.340"), 2, "x, y and z"),
        ("cif", "# remark\nloop_\n", 2, "must start with data_NAME, got 'loop_'"),
        ("cif", "data_x\n", None, "no data item"),
        ("sdf", SDF.replace("M  END", ""), 1, "no 'M  END'"),
        ("sdf", SDF.removeprefix("ethanol\n"), 4, "expected atom and bond counts"),
        ("sdf", SDF.replace("   -0.0187", "   ******* "), 5, "expected an atom"),
        ("sdf", SDF + "$$$$\n" + SDF.replace("  3  2", "  9  2"), 19, "expected an atom"),
        ("sdf", "$$$$\n", None, "no molecule"),
        ("smiles", "CCO\nMKV\n", 2, "'M' at character 1 is not valid in SMILES"),
        ("smiles", "CC(=O", 1, "unclosed '('"),
        ("smiles", "CC)O", 1, "unmatched ')' at character 3"),
        ("smiles", "C1CC", 1, "unclosed ring bond 1"),
        ("smiles", "C[N+", 1, "'[' at character 2"),
        ("smiles", "\n", None, "no molecule"),
    ],
)
def test_invalid_text_of_a_format_names_the_line(format: str, text: str, line: int | None, what: str) -> None:
    (found,) = problems(format, text)
    assert found[0] == line
    assert what in found[1]


def test_lines_are_counted_like_in_an_editor() -> None:
    assert problems("fasta", ">a\x0b\u2028b\r\nMK\rM1\n")[0][0] == 3


@pytest.mark.parametrize(
    ("format", "text", "lines"),
    [
        ("fasta", ">a\nM\n\n>b\nK\n", [1, 4]),
        ("fasta", "MK\nVA\n", [1]),
        ("smiles", "CCO\n\nCC\n", [1, 3]),
        ("sdf", SDF + "$$$$\n" + SDF + "$$$$\n", [1, 12]),
        ("pdb", PDB, []),
    ],
)
def test_where_records_begin(format: str, text: str, lines: list[int]) -> None:
    assert records(format, text) == lines


@given(st.text(), st.sampled_from(["fasta", "pdb", "cif", "sdf", "smiles"]))
def test_any_text_can_be_checked(text: str, format: str) -> None:
    sniff(text)
    records(format, text)
    for line, _ in problems(format, text):
        assert line is None or line >= 1


@given(st.sampled_from([PDB, CIF, SDF]), st.integers(0, 400), st.binary(max_size=4))
def test_no_damage_breaks_a_check(text: str, at: int, junk: bytes) -> None:
    damaged = text[:at] + junk.decode("latin-1") + text[at + len(junk) :]
    for format in ("pdb", "cif", "sdf"):
        assert len(problems(format, damaged)) <= 20
