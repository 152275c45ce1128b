from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from proteiniq.sandbox.tools._fasta import STANDARD
from proteiniq.sandbox.tools.peptide_builder import PeptideBuilder
from proteiniq.sandbox.tools.structure_analysis import StructureAnalysis

from ..clients import Api
from .running import problems, run as compute
from .structures import run

TOOL = PeptideBuilder()

angle = st.integers(-180, 180)


def turned(first: float, second: float) -> float:
    return abs((first - second + 180) % 360 - 180)


@settings(max_examples=8)
@given(
    pairs=st.lists(st.tuples(st.sampled_from(STANDARD), angle, angle), min_size=1, max_size=200),
    omega=st.sampled_from([180, 0, -170]),
)
def test_structure_analysis_reads_the_angles_that_were_asked_for(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, int, int]], omega: int
) -> None:
    out = tmp_path_factory.mktemp("peptide")
    sequence = "".join(letter for letter, _, _ in pairs)
    asked = ";".join(f"{phi},{psi}" for _, phi, psi in pairs)
    built = compute(TOOL, {"peptide": sequence}, out, angles=asked, omega=omega)["rows"]
    text = (out / "peptide.pdb").read_text(encoding="utf-8")
    found = compute(StructureAnalysis(), {"structure": text})["rows"]
    assert "".join(row["letter"] for row in found) == sequence
    for row, given_ in zip(found, built, strict=True):
        for name in ("phi", "psi", "omega"):
            if given_[name] is None:
                assert row[name] is None
            else:
                assert turned(row[name], given_[name]) < 0.3  # coordinates have three decimals


def test_a_helix_is_one(structure_tools: Api, tmp_path: Path) -> None:
    given_ = {"slotId": "peptide", "kind": "protein", "format": "fasta", "content": ">a\n" + "A" * 20 + "\n"}
    done = run(structure_tools, "peptide-builder", given_, phi=-57, psi=-47)
    rows = compute(StructureAnalysis(), {"structure": done.files["peptide.pdb"]})["rows"]
    assert "".join(row["secondary_structure"] for row in rows) == "-" + "H" * 18 + "-"


@pytest.mark.parametrize(
    ("sequence", "angles", "problem"),
    [
        ("ACX", "", "'X'"),
        ("A" * 201, "", "must have at most 200 residues, got 201"),
        ("ACD", "-60,-45; -60,-45", "a pair φ,ψ for each of the 3 residues, separated by semicolons, got 2"),
        ("AC", "-60,-45; -60", "The angles of residue 2 must be two numbers from -180 to 180"),
        ("AC", "-60,-45; nan,0", "The angles of residue 2 must be two numbers"),
        ("AC", "-60,-45; 181,0", "The angles of residue 2 must be two numbers"),
    ],
)
def test_what_cannot_be_built_is_refused(sequence: str, angles: str, problem: str) -> None:
    (found,) = problems(TOOL, {"peptide": sequence}, angles=angles)
    assert problem in found.message
