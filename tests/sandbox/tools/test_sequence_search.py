from pathlib import Path
from typing import Any

import pytest

from proteiniq.sandbox.tools.sequence_search import SequenceSearch

from .running import PROTEINS, fasta, problems, rows, run

TOOL = SequenceSearch()
GLOBINS = {"query": fasta("P69905"), "targets": fasta(*PROTEINS)}
PHMMER = [
    # target, E-value, score, bias, c-Evalue, i-Evalue, domain score, bias, hmm, ali, env
    ("P69905", 1.2e-95, 306.1, 3.6, 4.5e-96, 1.3e-95, 306.0, 3.6, (1, 141), (1, 141), (1, 141)),
    ("P68871", 1.2e-33, 105.6, 0.2, 4.6e-34, 1.4e-33, 105.4, 0.2, (2, 140), (3, 145), (2, 146)),
    ("P02185", 3.1e-09, 26.5, 0.7, 1.2e-09, 3.7e-09, 26.3, 0.7, (3, 140), (3, 146), (1, 147)),
]
"""What phmmer of HMMER 3.3.2 prints with -Z 9 for haemoglobin alpha among the reference proteins."""


def search(**settings: Any) -> dict[str, Any]:
    return run(TOOL, GLOBINS, **settings)


def test_hits_and_domains_are_those_of_phmmer() -> None:
    found = search()["rows"]
    assert [row["rank"] for row in found] == [1, 2, 3]
    for row, expected in zip(found, PHMMER, strict=True):
        (domain,) = row["domains"]
        assert row["target"] == expected[0]
        assert [float(f"{value:.1e}") for value in (row["e_value"], domain["c_evalue"])] == [
            expected[1],
            expected[4],
        ]
        assert float(f"{domain['i_evalue']:.1e}") == expected[5]
        scores = (row["score"], row["bias"], domain["score"], domain["bias"])
        assert scores == pytest.approx((expected[2], expected[3], expected[6], expected[7]), abs=0.051)
        for where, place in zip(("query", "target", "envelope"), expected[8:], strict=True):
            assert (domain[f"{where}_start"], domain[f"{where}_end"]) == place


def test_e_values_refer_to_the_database_size() -> None:
    small, large = search(), search(database_size=900)
    assert (small["database_size"], large["database_size"]) == (9, 900)
    for a, b in zip(small["rows"], large["rows"], strict=True):
        assert b["e_value"] == pytest.approx(100 * a["e_value"])


def test_leaves_out_hits_above_the_e_value() -> None:
    results = search(e_value=1e-20)
    assert [row["target"] for row in results["rows"]] == ["P69905", "P68871"]
    assert results["hits"] == 2


def test_reports_at_most_max_hits(tmp_path: Path) -> None:
    results = run(TOOL, GLOBINS, tmp_path, max_hits=1)
    assert (len(results["rows"]), results["hits"]) == (1, 3)
    lines = (tmp_path / "hits.tbl").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines if not line.startswith("#")] == ["P69905"]


def test_finds_every_copy_of_a_domain() -> None:
    two = PROTEINS["P0CG48"] * 2
    (row,) = run(TOOL, {"query": fasta("P0CG48"), "targets": f">two\n{two}\n"})["rows"]
    places = [(domain["target_start"], domain["target_end"]) for domain in row["domains"]]
    assert places == [(1, 76), (77, 152)]


def test_finds_nothing_among_unrelated_sequences(tmp_path: Path) -> None:
    targets = {"query": fasta("P69905"), "targets": fasta("P00698")}
    results = run(TOOL, targets, tmp_path)
    assert (results["rows"], results["hits"]) == ([], 0)
    assert rows(tmp_path / "hits.csv") == []
    assert (tmp_path / "alignments.txt").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize("query", ["A", "X", "XXXXX", "BJOUXZ"])
def test_handles_uninformative_queries(query: str) -> None:
    run(TOOL, {"query": query, "targets": query}, max_sensitivity=True)


def test_files_contain_the_hits(tmp_path: Path) -> None:
    results = run(TOOL, GLOBINS, tmp_path)
    found = rows(tmp_path / "hits.csv")
    assert [row["target"] for row in found] == [row["target"] for row in results["rows"]]
    assert float(found[1]["e_value"]) == pytest.approx(results["rows"][1]["e_value"], rel=1e-4)
    assert float(found[1]["domain_score"]) == pytest.approx(results["rows"][1]["domains"][0]["score"])
    domains = (tmp_path / "domains.tbl").read_text(encoding="utf-8")
    assert "P68871               -            146 P69905               -            141   1.2e-33" in domains
    alignments = (tmp_path / "alignments.txt").read_text(encoding="utf-8")
    assert "LTPEEKSAVTALWGKVN--VDEVGGEALGRLL" in alignments


def test_names_may_have_any_letters() -> None:
    (row,) = run(TOOL, {"query": fasta("P0CG48"), "targets": fasta("P0CG48").replace("P0CG48", "übi|1 β")})[
        "rows"
    ]
    assert (row["target"], row["description"]) == ("übi|1", "β")


def test_refuses_duplicate_names_of_targets() -> None:
    (problem,) = problems(TOOL, {"query": "MK", "targets": ">a\nMK\n>a\nMK\n"})
    assert (problem.slot, problem.line) == ("targets", 3)
