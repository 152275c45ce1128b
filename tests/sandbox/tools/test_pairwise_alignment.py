from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox.tools._fasta import AMINO, STANDARD
from proteiniq.sandbox.tools.pairwise_alignment import PairwiseAlignment

from .running import EMBOSS, fasta, problems, read_fasta, run

TOOL = PairwiseAlignment()
MODES = ("global_free", "global_penalized", "local_free")
KEYS = ("score", "length", "identities", "similarities", "gaps")

proteins = st.text(AMINO, min_size=1, max_size=30)
modes = st.sampled_from([("global", "free"), ("global", "penalized"), ("local", "free")])


def align(query: str, target: str, **settings: Any) -> dict[str, Any]:
    return run(TOOL, {"query": query, "target": target}, **settings)


def of_case(case: dict[str, Any], mode: str) -> dict[str, Any]:
    """Our alignment of a case of `emboss.json`."""
    kind, _, ends = mode.partition("_")
    settings = {key: case[key] for key in ("matrix", "gap_open", "gap_extend")}
    return align(fasta(case["query"]), fasta(case["target"]), mode=kind, end_gaps=ends, **settings)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("case", EMBOSS["alignments"], ids=lambda case: f"{case['query']}-{case['target']}")
def test_alignment_is_that_of_needle_and_water(case: dict[str, Any], mode: str) -> None:
    results, emboss = of_case(case, mode), case[mode]
    assert results["score"] == emboss["score"]
    assert [results["query"]["aligned"], results["target"]["aligned"]] == emboss["aligned"]
    assert {key: results[key] for key in KEYS} == {key: emboss[key] for key in KEYS}


def test_haemoglobin_chains_align_as_published() -> None:
    """needle of EMBOSS 6.6, BLOSUM62, 10 and 0.5, free end gaps."""
    results = align(fasta("P69905"), fasta("P68871"))
    assert (results["score"], results["identities"], results["length"]) == (290.5, 63, 148)
    assert results["identity"] == pytest.approx(63 / 148)


def test_a_gap_costs_open_and_extend_for_each_further_residue() -> None:
    results = align("WWWWHHHCCCC", "WWWWCCCC", gap_open=7, gap_extend=2)
    assert results["score"] == 4 * 11 + 4 * 9 - (7 + 2 * 2)


def test_end_gaps_cost_only_when_penalized() -> None:
    assert align("WWW", "WWWAA")["score"] == 33
    assert align("WWW", "WWWAA", end_gaps="penalized")["score"] == 33 - 10.5


def test_local_alignment_has_its_positions() -> None:
    results = align("AAAWWCHAAA", "GGWWCHG", mode="local")
    assert (results["query"]["start"], results["query"]["end"]) == (4, 7)
    assert (results["target"]["start"], results["target"]["end"]) == (3, 6)
    assert results["query"]["aligned"] == "WWCH"


def test_local_alignment_of_dissimilar_sequences_is_empty() -> None:
    results = align("AAA", "WWW", mode="local")
    assert {key: results[key] for key in KEYS} == dict.fromkeys(KEYS, 0)
    assert (results["query"]["start"], results["query"]["aligned"]) == (None, "")


def test_letters_outside_the_matrix_score_as_x() -> None:
    assert align("WUOJW", "WUOJW")["score"] == align("WXXXW", "WXXXW")["score"]
    assert align("WUOJW", "WUOJW")["identities"] == 5
    assert align("WUW", "WXW")["identities"] == 2


def test_uracil_is_thymine() -> None:
    results = align("ACGU", "ACGT", matrix="NUC.4.4")
    assert (results["score"], results["identities"]) == (20, 4)
    assert results["query"]["aligned"] == "ACGU"


def test_files_contain_the_alignment(tmp_path: Path) -> None:
    results = run(TOOL, {"query": fasta("P69905"), "target": fasta("P68871")}, tmp_path)
    gapped = read_fasta((tmp_path / "alignment.fasta").read_text(encoding="utf-8"))
    assert gapped == {results[side]["id"]: results[side]["aligned"] for side in ("query", "target")}
    text = (tmp_path / "alignment.txt").read_text(encoding="utf-8")
    assert "# Identity: 63/148 (42.6%)\n" in text
    assert (
        "P69905                   49 S-----HGSAQVKGHGKKVADALTNAVAHVDDMPNALSALSDLHAHKLRV     93\n"
        "                            |     .|:.:||.|||||..|.::.:||:|::....:.||:||..||.|\n"
        "P68871                   49 STPDAVMGNPKVKAHGKKVLGAFSDGLAHLDNLKGTFATLSELHCDKLHV     98\n"
    ) in text


def test_refuses_residues_for_a_nucleotide_matrix() -> None:
    found = problems(TOOL, {"query": "ACGT", "target": "MKLE"}, matrix="NUC.4.4")
    assert found
    assert all(problem.slot == "target" for problem in found)


@pytest.mark.case
def test_refuses_nucleotides_for_a_protein_matrix() -> None:
    dna = "ATGGCCAAGGTTTGCACGATTACAGGC" * 2
    (problem,) = problems(TOOL, {"query": dna, "target": dna})
    assert problem.setting == "matrix"
    assert problem.message == (
        "BLOSUM62 scores residues, but the sequences look like nucleotides. Use NUC.4.4 or BLASTN."
    )
    assert problems(TOOL, {"query": dna, "target": dna}, matrix="NUC.4.4") == []
    assert problems(TOOL, {"query": dna, "target": "MKVLA"}) == []


def test_refuses_a_second_record() -> None:
    (problem,) = problems(TOOL, {"query": ">a\nMK\n>b\nMK\n", "target": "MK"})
    assert (problem.slot, problem.line) == ("query", 3)


@given(proteins, proteins, modes)
def test_score_is_symmetric(query: str, target: str, mode: tuple[str, str]) -> None:
    kind, ends = mode
    forward = align(query, target, mode=kind, end_gaps=ends)
    backward = align(target, query, mode=kind, end_gaps=ends)
    assert forward["score"] == pytest.approx(backward["score"])


@given(proteins, proteins)
def test_local_score_is_not_negative_and_not_below_the_global_one(query: str, target: str) -> None:
    local = align(query, target, mode="local")["score"]
    assert local >= max(0, align(query, target)["score"])


@given(proteins, proteins, modes)
def test_alignment_without_gaps_gives_the_covered_residues(
    query: str, target: str, mode: tuple[str, str]
) -> None:
    results = align(query, target, mode=mode[0], end_gaps=mode[1])
    assert len(results["query"]["aligned"]) == len(results["target"]["aligned"]) == results["length"]
    for sequence, side in ((query, results["query"]), (target, results["target"])):
        covered = sequence[side["start"] - 1 : side["end"]] if side["start"] else ""
        assert side["aligned"].replace("-", "") == covered
        if mode[0] == "global":
            assert covered == sequence


@given(st.text(STANDARD, min_size=1, max_size=30), modes)
def test_a_protein_aligns_with_itself_without_gaps(sequence: str, mode: tuple[str, str]) -> None:
    results = align(sequence, sequence, mode=mode[0], end_gaps=mode[1])
    assert results["identity"] == 1
