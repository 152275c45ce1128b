from __future__ import annotations

import pytest

from proteiniq._formats import by_name, fasta_problems, sniff


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
        ("CCO", None),
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
        ("", [(None, "there is no sequence in it")]),
        (">a", [(1, "the record 'a' has no sequence")]),
        (">a\n>b\nMK\n>c\n", [(1, "the record 'a' has no sequence"), (4, "the record 'c' has no sequence")]),
        ("MK\nM1K\n", [(2, "'1' is no letter of a sequence")]),
        (">a\r\nM€K\r\n", [(2, "'€' is no letter of a sequence")]),
    ],
)
def test_what_is_no_fasta(text: str, problems: list[tuple[int | None, str]]) -> None:
    assert fasta_problems(text) == problems
