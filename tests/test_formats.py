from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from proteiniq._inputs.formats import (
    Problem,
    by_name,
    family,
    fits,
    problems,
    records,
    sniff,
)

from .structures import CIF, PDB, SDF

MISSING = "has no sequence: write it below the header, or remove the header"


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
        ("x.fas", "fasta"),
        ("x.pdb.gz", "pdb"),
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
        *((f"{start}MKVLAAGIVG", None) for start in ("HEADER", "ATOM")),
        ("REMARK made by hand\n" + PDB, "pdb"),
        ("====\nMK\n", None),
        ("# made by hand\n>a\nMK\n", None),
        ("@r\nACGT\n+\nIIII\n", "FASTQ"),
        ("", None),
    ],
)
def test_the_format_of_a_text(text: str, format: str | None) -> None:
    assert sniff(text) == format


@pytest.mark.parametrize(
    "text",
    [
        ">a\nMK",
        "MK",
        "MK\nVA\n",
        ">a\nM K*\n-.\n",
        "; remark\n>a\nMK",
        "\ufeff>a\nMK",
        ">a\nMKV:VLA/GG\n",
        ">a\nM(SEP)K[PHOS]V\n",
        ">B|smiles\nCC(=O)Oc1ccccc1\n",
        "#21\t1\n>a\nMKv..l-A\n",
        ">a\nM1K\n",
    ],
)
def test_letters_are_left_to_the_service(text: str) -> None:
    assert problems("fasta", text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(None, "contains no sequence")]),
        (">a", [(1, f"record 'a' {MISSING}")]),
        (">a\n>b\nMK\n>c\n", [(1, f"record 'a' {MISSING}"), (4, f"record 'c' {MISSING}")]),
    ],
)
def test_invalid_fasta(text: str, expected: list[Problem]) -> None:
    assert problems("fasta", text) == expected


@pytest.mark.parametrize(
    ("name", "known"),
    [("FASTA", "fasta"), ("mmCIF", "cif"), ("mol", "sdf"), ("smi", "smiles"), ("a3m", None), ("", None)],
)
def test_a_format_has_several_spellings(name: str, known: str | None) -> None:
    assert family(name) == known


@pytest.mark.parametrize(
    ("format", "text", "whether"),
    [
        ("fasta", "MKV", True),
        ("fasta", "CC(=O)O", False),
        ("smiles", "CCO", True),
        ("smiles", "MKV", False),
    ],
)
def test_a_text_without_a_look_of_its_own_may_fit(format: str, text: str, whether: bool) -> None:
    assert fits(format, text) is whether


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
        ("smiles", "SMILES Name\nCCO ethanol\n"),
        ("smiles", "N->[Pt]<-N\n"),
        ("smiles", "CCO>>CC=O"),
        ("smiles", "C1.C1"),
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
        ("sdf", "\n\n\n  0  0\nM  END\n", None, "no atoms"),
        (
            "sdf",
            "\n\n\n  0  0  0     0  0            999 V3000\nM  V30 COUNTS 0 0 0 0 0\nM  END\n",
            None,
            "no atoms",
        ),
        ("sdf", "\n\nM  END\n", 4, "expected atom and bond counts"),
        ("smiles", "50-78-2", 1, "unclosed ring bond 0"),
        ("smiles", "-", 1, "'-' has no atom"),
        ("fasta", ">a\\nMK\\n", 1, "a backslash and an n in place of line ends"),
        ("fasta", ">a\u2028MK", 1, "separators of lines that are not line ends"),
        ("smiles", "MKV\n", 1, "'M' at character 1 is not valid in SMILES"),
        ("smiles", "CCO\nCC(=O", 2, "unclosed '('"),
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


def test_lines_are_counted_as_editors_do() -> None:
    assert problems("fasta", ">a\x0b\u2028b\r\nMK\r>c\n")[0][0] == 3


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
