"""What a text is that was given for a sequence."""

from __future__ import annotations

import pytest

from proteiniq._text import fasta
from proteiniq._text.recognise import (
    foreign,
    is_three_letter_code,
    looks_like_a_protein,
    looks_like_nucleotides,
)

PROTEIN = "MKVLAAGIVGLCTRNDEQHSW"

pytestmark = pytest.mark.case


@pytest.mark.parametrize(
    ("text", "format"),
    [
        ("@r\nACGT\n+\nIIII\n", "FASTQ"),
        ("LOCUS       X   4 aa\n", "GenBank"),
        ("ID   X; SV 1; linear; mRNA; STD; PLN; 4 BP.\n", "EMBL"),
        ("ID   LYSC_CHICK   Reviewed;   147 AA.\n", "UniProt text"),
        ("CLUSTAL W (1.83) multiple sequence alignment\n\na  MKV\n", "Clustal"),
        ("# STOCKHOLM 1.0\na MKV\n//\n", "Stockholm"),
        (" 2 4\na MKVL\nb MKVL\n", "PHYLIP"),
        ("id,sequence\na,MKV\n", "CSV"),
        ("id;sequence\r\na;MKV\r\n", "CSV"),
        ('[{"name": "x"}]', "JSON"),
        ("{}", "JSON"),
        ("<!DOCTYPE html>\n", "HTML"),
        ('<?xml version="1.0"?>', "XML"),
        ("@<TRIPOS>MOLECULE\nx\n", "MOL2"),
        ("CLUSTAL" + PROTEIN, None),
        (">a,b\nMK\n", None),
        ("MKV,VLA", None),
        ("[Na+].[Cl-]", None),
        (PROTEIN, None),
        ("id,sequence\n" + "a,MKV\n" * 10_000, "CSV"),
        ('"MKV"\n"VLA"\n', "CSV"),
        ("id,sequence,note\na,MKV\n", "CSV"),
        ("CCO ethanol, pure\nCCC propane, pure\n", None),
        ("locus       x   4 aa\n", "GenBank"),
        ("ORIGIN\n        1 mkvl\n", "GenBank"),
        ("SQ   SEQUENCE   110 AA;  11981 MW;\n", "UniProt text"),
        ("SQ   Sequence 4 BP;\n", "EMBL"),
        (" 2 4 I\na MKVL\nb MKVL\n", "PHYLIP"),
        (" x.msf  MSF: 21  Type: P Check: 1 ..\n", "MSF"),
        ("x.pep  Length: 21  Check: 1234 ..\n", "GCG"),
        ("#mega\n!Title x;\n", "MEGA"),
        ("```\nMKV\n```\n", "Markdown"),
        ("| id | seq |\n|----|-----|\n", "Markdown"),
        ("sequences:\n  - MKV\n", "YAML"),
        ("a: MKVL\nb: MKVL\n", "YAML"),
        ("MKVLA:GHKL\nAAKLE:GG\n", None),
        ("MKVLA:\nGHKL\n", None),
        ("&gt;a\nMKVL\n", "HTML"),
    ],
)
def test_other_formats_are_recognised(text: str, format: str | None) -> None:
    assert foreign(text) == format


@pytest.mark.parametrize(
    ("text", "whether"),
    [
        ("Met-Lys-Val", True),
        ("H-Met-Lys-OH", True),
        ("MET LYS VAL", True),
        ("MetLysVal", True),
        ("METLYSVALALA" * 2000, True),
        ("Met1 Lys2 Val3", True),
        ("Met Lys " * 5000, True),
        ("METALA", False),
        ("GLY", False),
        (PROTEIN, False),
    ],
)
def test_three_letter_code_is_recognised(text: str, whether: bool) -> None:
    assert is_three_letter_code(text) is whether


@pytest.mark.parametrize(
    ("letters", "whether"),
    [
        ("ATGGCCAAGGTTTGCACGATTACAGGC" * 2, True),
        ("AUGGCCAAGGUU", True),
        ("ATGGCC-AAGGTTTGC:ACGRYTACAGGC" * 2 + "*", True),
        ("GATTACA", False),
        ("GA" * 50, False),
        (PROTEIN * 3, False),
    ],
)
def test_long_nucleotides_are_recognised(letters: str, whether: bool) -> None:
    assert looks_like_nucleotides(letters) is whether


@pytest.mark.parametrize(
    ("letters", "whether"), [(PROTEIN, True), ("ACGTN", False), ("MKL[x]", False), ("", False)]
)
def test_proteins_are_recognised(letters: str, whether: bool) -> None:
    assert looks_like_a_protein(letters) is whether


@pytest.mark.parametrize(
    ("text", "is_doubtful"),
    [
        (f"{PROTEIN}\n{PROTEIN[:10]}\n{PROTEIN}\n", True),
        (f"{PROTEIN}\n{PROTEIN}\n", True),
        (f"{PROTEIN[1:]}\n{PROTEIN[1:5]}\n", False),
        ("KVFGRCELAA AMKRHGLDNY\nRGYSLGNWVC\n", False),
        (f"{'M' * 60}\n{'M' * 20}\n", False),
        (f">a\n{PROTEIN}\n{PROTEIN}{PROTEIN}\n\n>b\n{PROTEIN}\n\n", False),
        (f">a\n{PROTEIN}\n>b\n{PROTEIN}\n\n{PROTEIN}\n", True),
        ("", False),
    ],
)
def test_lines_that_may_be_several_sequences_are_doubtful(text: str, is_doubtful: bool) -> None:
    assert bool(fasta.doubts(text, fasta.records(text))) is is_doubtful


@pytest.mark.parametrize(
    "title", ["Human insulin", "my favourite protein", "sp|P01308", "INS_HUMAN", "Sequence:"]
)
def test_a_title_without_a_header_is_recognised(title: str) -> None:
    text = f"{title}\n{PROTEIN}\n"
    (fault,) = fasta.faults(text, fasta.records(text))
    assert "looks like a title" in fault.message


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("id,sequence\na,MKV\n", 1, "looks like CSV"),
        (f"{PROTEIN}\n>b\n{PROTEIN}\n", 1, "text before the first header"),
        (f">P1;CRAB\na title\n{PROTEIN}*\n", 1, "header of the PIR format"),
        (">a\nMet-Lys-Val\n", 2, "three-letter code"),
        ("\nMet-Lys-Val\n", 2, "three-letter code"),
        (f"lyc {PROTEIN}\nubi {PROTEIN}\n", 1, "table of names and sequences"),
        (f"{PROTEIN}\n\n{PROTEIN}\n", 3, "text after an empty line"),
        (f"a {PROTEIN}\nb {PROTEIN}\n  ****:*. **\n", 1, "table of names and sequences"),
        (f">a\n{PROTEIN}>b\n{PROTEIN}\n", 2, "a '>' that is not at its start"),
        (f"1:>a\n2:{PROTEIN}\n", 1, "a '>' that is not at its start"),
        (f"＞a\n{PROTEIN}\n", 1, "starts with '＞', which is not the '>' of a header"),
        ("No results found", 1, "is a phrase"),
        ("the search has no results", 1, "is a phrase"),
    ],
)
def test_text_that_fasta_would_misread_is_a_fault(text: str, line: int, what: str) -> None:
    (fault,) = fasta.faults(text, fasta.records(text))
    assert fault.line == line
    assert what in fault.message


@pytest.mark.parametrize("text", ["mkv\nAC\n", f"{PROTEIN}\n; half\n{PROTEIN}\n", ""])
def test_other_text_without_a_header_is_one_sequence(text: str) -> None:
    assert fasta.faults(text, fasta.records(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        f">p1;X\nTitle\n{PROTEIN}*\n",
        f"{PROTEIN} prot\n{PROTEIN[::-1]} sera\n",
        "Not Found",
        ">a\nInternal Server Error\n",
        "404: Not Found",
        "MET MSE LYS VAL",
        "Met, Lys, Val",
        '"MKV"',
        f'id,seq,text\na,{PROTEIN},"x, y"\n',
        f"id,seq\ra,{PROTEIN}\r",
        "<error>a</error>",
        "version https://git-lfs.github.com/spec/v1\n",
    ],
)
def test_text_that_would_be_read_as_another_sequence_is_recognised(text: str) -> None:
    assert fasta.faults(text, fasta.records(text))


@pytest.mark.parametrize(
    "text",
    [
        f"        10         20\n{PROTEIN[:10]} {PROTEIN[10:20]}\n",
        f"{PROTEIN[:10]} {PROTEIN[10:16]}\n",
        "MKV<mask>LAA",
        "<cls>MKV<eos>",
        "Ac-Mkv",
        f"{PROTEIN}\r\r\n{PROTEIN}\r\r\n",
        "1 MKVLA\n6 AGIVG\n",
    ],
)
def test_text_that_may_be_a_sequence_is_left_to_the_tool(text: str) -> None:
    assert fasta.faults(text, fasta.records(text)) == []


@pytest.mark.parametrize("text", ["human insulin", ">a\nnot found\n", "MKVLAA...", ">a\nMKVL…\nLAA"])
def test_words_and_cut_sequences_are_doubtful(text: str) -> None:
    assert fasta.doubts(text, fasta.records(text))


@pytest.mark.parametrize("text", [">a\nMKV...LA...A\n", ">a\nMKV...L-A\n", "M.K.V", PROTEIN])
def test_gaps_are_not_doubtful(text: str) -> None:
    assert fasta.doubts(text, fasta.records(text)) == []


@pytest.mark.parametrize("text", ["MKVLA\nGGHKL\nAAKLE\n", "MKVLA\nGGHK\n"])
def test_a_list_of_peptides_is_doubtful(text: str) -> None:
    assert fasta.doubts(text, fasta.records(text))


@pytest.mark.parametrize("mark", ["\ufeff", "ï»¿"])
def test_marks_within_joined_files_are_left_out(mark: str) -> None:
    assert fasta.without_mark(f"{mark}>a\nMKV\n{mark}>b\nMK\n") == ">a\nMKV\n>b\nMK\n"


@pytest.mark.parametrize("blank", ["\u200e", "\u202a", "\u2066", "\ufe0f"])
def test_marks_of_direction_are_blank(blank: str) -> None:
    (record,) = fasta.records(f"{blank}>a\nM{blank}K\n")
    assert (record.name, record.letters) == ("a", "MK")


def test_a_run_of_carriage_returns_is_split_in_one_pass() -> None:
    found = fasta.lines(">a" + "\r" * 200_000 + "MK\r\r\nVA")  # with a pass for each, this takes minutes
    assert len(found) == 200_002
    assert found[-2:] == ["MK", "VA"]
