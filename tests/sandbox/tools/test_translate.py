from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox.tools._fasta import NUCLEOTIDE
from proteiniq.sandbox.tools.translate import FRAMES, TABLES, Translate

from .running import EMBOSS, NUCLEOTIDES, PROTEINS, fasta, problems, read_fasta, run

TOOL = Translate()
EACH = pytest.mark.parametrize("name", NUCLEOTIDES)
COMPLEMENT = str.maketrans("ACGTRYSWKMBDHVN", "TGCAYRSWMKVHDBN")

dna = st.text("ACGT", min_size=5, max_size=200)


def translate(content: str, **settings: Any) -> dict[str, Any]:
    return run(TOOL, {"nucleotide": content}, **settings)


@EACH
@pytest.mark.parametrize("table", EMBOSS["transeq"]["HBB"])
def test_frames_are_those_of_transeq(name: str, table: str) -> None:
    """Transeq also translates one or two bases at the end, as X unless they determine the residue."""
    for row in translate(fasta(name), frames="all", table=int(table))["rows"]:
        expected = EMBOSS["transeq"][name][table][str(row["frame"])]
        whole = (len(NUCLEOTIDES[name]) - abs(row["frame"]) + 1) // 3
        assert row["sequence"] == expected[:whole]
        assert len(expected) - whole in (0, 1)


@EACH
@pytest.mark.parametrize("start", ["stop", "atg", "code"])
def test_open_reading_frames_are_those_of_getorf(name: str, start: str) -> None:
    orfs = translate(fasta(name), frames="all", orf_start=start, min_orf_length=10)["orfs"]
    found = sorted([orf["start"], orf["end"], orf["sequence"]] for orf in orfs)
    assert found == EMBOSS["getorf"][name][start]


def test_gene_of_haemoglobin_beta_gives_the_protein() -> None:
    (row,) = translate(fasta("HBB"))["rows"]
    assert row["sequence"] == "M" + PROTEINS["P68871"] + "*"
    assert (row["start"], row["end"], row["length"], row["stops"]) == (1, 444, 148, 1)


def test_rna_reads_as_dna() -> None:
    assert translate("AUGGCUUAA")["rows"][0]["sequence"] == "MA*"


@pytest.mark.parametrize(
    ("codon", "residue"), [("GCN", "A"), ("RAY", "B"), ("SAR", "Z"), ("YTN", "X"), ("TRA", "*"), ("TAN", "X")]
)
def test_ambiguous_codons_give_what_all_their_codons_share(codon: str, residue: str) -> None:
    assert translate(codon)["rows"][0]["sequence"] == residue


@pytest.mark.parametrize(("table", "residues"), [(27, "QQW"), (28, "QQW"), (31, "EEW")])
def test_codons_that_are_stop_and_residue_read_as_the_residue(table: int, residues: str) -> None:
    assert translate("TAATAGTGA", table=table)["rows"][0]["sequence"] == residues


def test_frames_without_a_whole_codon_are_left_out() -> None:
    found = translate("ATGA", frames="all")["rows"]
    assert [(row["frame"], row["start"], row["end"]) for row in found] == [
        (1, 1, 3),
        (2, 2, 4),
        (-1, 4, 2),
        (-2, 3, 1),
    ]


def test_an_open_reading_frame_at_the_end_has_no_stop() -> None:
    (orf,) = translate("ATG" + "GCT" * 10, min_orf_length=10)["orfs"]
    assert (orf["has_stop"], orf["length"], orf["end"]) == (False, 11, 33)


def test_files_contain_the_proteins_and_open_reading_frames(tmp_path: Path) -> None:
    results = run(TOOL, {"nucleotide": fasta("HBB")}, tmp_path, frames="all")
    proteins = read_fasta((tmp_path / "proteins.fasta").read_text(encoding="utf-8"))
    assert proteins == {f"HBB_frame{row['frame']}": row["sequence"] for row in results["rows"]}
    orfs = (tmp_path / "orfs.fasta").read_text(encoding="utf-8")
    assert orfs.startswith(">HBB_orf1 [1 - 441]\nMVHLTPEEK")


def test_refuses_a_record_without_a_codon() -> None:
    (problem,) = problems(TOOL, {"nucleotide": ">a\nACGT\n>b\nACGTA\n"}, frames="-3")
    assert problem.line == 1
    assert "'a' must have at least 5 nucleotides" in problem.message


def test_refuses_a_protein() -> None:
    found = problems(TOOL, {"nucleotide": fasta("P69905")})
    assert "'L' is not accepted here, only nucleotide letters" in " ".join(p.message for p in found)


@given(st.text(NUCLEOTIDE, min_size=3, max_size=60), st.sampled_from(TABLES))
def test_every_code_reads_every_letter(sequence: str, table: int) -> None:
    (row,) = translate(sequence, table=table)["rows"]
    assert row["length"] == len(sequence) // 3


@given(dna)
def test_reverse_frames_are_the_frames_of_the_reverse_complement(sequence: str) -> None:
    opposite = sequence.translate(COMPLEMENT)[::-1]
    reverse = [row["sequence"] for row in translate(sequence, frames="reverse")["rows"]]
    assert reverse == [row["sequence"] for row in translate(opposite, frames="forward")["rows"]]


@given(dna, st.sampled_from(list(FRAMES)))
def test_positions_cover_three_nucleotides_for_each_codon(sequence: str, frames: str) -> None:
    for row in translate(sequence, frames=frames)["rows"]:
        low, high = sorted((row["start"], row["end"]))
        assert 1 <= low <= high <= len(sequence)
        assert high - low + 1 == 3 * row["length"]
        assert (row["start"] < row["end"]) == (row["frame"] > 0)


@given(dna, st.sampled_from(["stop", "atg", "code"]))
def test_open_reading_frames_have_no_stop(sequence: str, start: str) -> None:
    for orf in translate(sequence, frames="all", orf_start=start, min_orf_length=10)["orfs"]:
        assert "*" not in orf["sequence"]
        assert abs(orf["end"] - orf["start"]) + 1 == 3 * orf["length"] >= 30
