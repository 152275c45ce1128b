from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox.tools._enzymes import ENZYMES
from proteiniq.sandbox.tools._fasta import STANDARD_UO
from proteiniq.sandbox.tools._mass import residue_masses
from proteiniq.sandbox.tools.peptide_digest import PeptideDigest

from .running import EMBOSS, PROTEINS, fasta, problems, rows, run

TOOL = PeptideDigest()

proteins = st.text(STANDARD_UO, min_size=1, max_size=80)
enzymes = st.sampled_from(list(ENZYMES))


def digest(content: str, **settings: Any) -> dict[str, Any]:
    return run(TOOL, {"protein": content}, **settings)


def peptides(content: str, **settings: Any) -> list[str]:
    return [row["sequence"] for row in digest(content, **settings)["rows"]]


@pytest.mark.parametrize("name", PROTEINS)
def test_peptides_are_those_of_pepdigest(name: str) -> None:
    found, expected = {}, {}
    for enzyme, peptides in EMBOSS["pepdigest"][name].items():
        rows = digest(fasta(name), enzyme=enzyme)["rows"]
        found[enzyme] = [(row["start"], row["end"]) for row in rows]
        # pepdigest prints nothing for a protein that isn't cut.
        expected[enzyme] = [(start, end) for start, end, *_ in peptides] or [(1, len(PROTEINS[name]))]
    assert found == expected


@pytest.mark.parametrize("name", PROTEINS)
def test_masses_are_those_of_pepdigest(name: str) -> None:
    peptides = digest(fasta(name), enzyme="glu-c-phosphate")["rows"]
    expected = EMBOSS["pepdigest"][name]["glu-c-phosphate"]
    for row, (_, _, average, monoisotopic) in zip(peptides, expected, strict=True):
        # In pepdigest's Emolwt.dat the average and the monoisotopic mass of water are swapped, 5 mDa apart.
        assert row["mass_average"] == pytest.approx(average, abs=0.008)
        assert row["mass_monoisotopic"] == pytest.approx(monoisotopic, abs=0.006)


@pytest.mark.parametrize(
    ("enzyme", "sequence", "expected"),
    [
        ("trypsin", "AKCRPDKPER", ["AK", "CRPDKPER"]),
        ("trypsin-p", "AKCRPDKPER", ["AK", "CR", "PDK", "PER"]),
        ("trypsin-exceptions", "AWKPGMRPGAKPG", ["AWK", "PGMR", "PGAKPG"]),
        ("trypsin-exceptions", "CKDDKDCKHCKYCRKRRHRRR", ["CKDDKDCKHCKYCRK", "R", "RHR", "RR"]),
        ("lys-c", "AKPKA", ["AK", "PK", "A"]),
        ("lys-n", "AKPKA", ["A", "KP", "KA"]),
        ("arg-c", "ARPRA", ["AR", "PR", "A"]),
        ("glu-c", "AEEDPEA", ["AE", "E", "DPE", "A"]),
        ("glu-c-phosphate", "AEEDPEA", ["AE", "E", "D", "PE", "A"]),
        ("asp-n", "DADPD", ["DA", "DP", "D"]),
        ("chymotrypsin", "AFPFAWMWAYL", ["AFPF", "AWMW", "AY", "L"]),
        ("chymotrypsin-low", "ALPLAMYMAHDHA", ["ALPL", "AMY", "M", "AHDH", "A"]),
        ("pepsin-ph1.3", "AGFAG", ["AG", "F", "AG"]),
        ("pepsin-ph1.3", "KAGFAG", ["KAGF", "AG"]),
        ("pepsin-ph1.3", "KAFAG", ["KA", "FAG"]),
        ("pepsin-ph1.3", "ARFGPA", ["ARFGPA"]),
        ("pepsin-ph2", "AGWAG", ["AG", "W", "AG"]),
        ("proteinase-k", "GAGYG", ["GA", "GY", "G"]),
        ("thermolysin", "GADAGLPGVG", ["G", "ADAGLPG", "VG"]),
        ("cnbr", "AMGM", ["AM", "GM"]),
        ("formic-acid", "ADGD", ["AD", "GD"]),
        ("hydroxylamine", "ANGNA", ["AN", "GNA"]),
        ("ntcb", "CACA", ["CA", "CA"]),
    ],
)
def test_cuts_by_the_rule(enzyme: str, sequence: str, expected: list[str]) -> None:
    assert peptides(sequence, enzyme=enzyme) == expected


def test_missed_cleavages_join_neighbours() -> None:
    peptides = digest("AKCKDK", missed_cleavages=1)["rows"]
    assert [(row["sequence"], row["missed_cleavages"]) for row in peptides] == [
        ("AK", 0),
        ("AKCK", 1),
        ("CK", 0),
        ("CKDK", 1),
        ("DK", 0),
    ]


def test_has_the_residues_around_a_peptide() -> None:
    peptides = digest("AKCKD")["rows"]
    assert [(row["previous"], row["next"]) for row in peptides] == [(None, "C"), ("K", "D"), ("K", None)]


def test_known_tryptic_peptide_has_its_published_mz() -> None:
    """HGTVVLTALGGILK of horse myoglobin, m/z 689.926 of [M+2H]2+, and LFTGHPETLEK, [M+H]+ 1271.663."""
    (row,) = digest("HGTVVLTALGGILK", charge=2)["rows"]
    assert row["mz"] == pytest.approx(689.926, abs=0.002)
    (row,) = digest("LFTGHPETLEK")["rows"]
    assert row["mh_monoisotopic"] == row["mz"] == pytest.approx(1271.663, abs=0.002)


def test_carbamidomethyl_adds_57_da_to_each_cysteine() -> None:
    (plain,), (blocked,) = (digest("ACCA", cysteines=c)["rows"] for c in ("reduced", "carbamidomethyl"))
    assert blocked["mass_monoisotopic"] - plain["mass_monoisotopic"] == pytest.approx(2 * 57.021464)
    assert blocked["mass_average"] - plain["mass_average"] == pytest.approx(2 * 57.0513)


def test_cyanogen_bromide_leaves_homoserine_lactone_at_its_cuts() -> None:
    first, last = digest("GMGM", enzyme="cnbr")["rows"]
    assert (first["c_terminus"], last["c_terminus"]) == ("homoserine lactone", "free acid")
    # Homoserine lactone is a residue of 83.03711 Da (PeptideMass).
    assert first["mass_monoisotopic"] == pytest.approx(57.02146 + 83.03711 + 18.01056, abs=1e-4)
    assert last["mass_monoisotopic"] - first["mass_monoisotopic"] == pytest.approx(48.003371)


def test_limits_of_length_and_mass_exclude_peptides() -> None:
    assert peptides("AKCCKDDDK", min_length=3, max_length=3) == ["CCK"]
    assert peptides("AKCCKDDDK", min_mass=300, max_mass=400) == ["CCK"]


def test_coverage_is_the_fraction_of_residues_in_the_peptides() -> None:
    (protein,) = digest("AKCCKDDDK", min_length=3, missed_cleavages=1)["proteins"]
    assert protein == {"id": "sequence", "length": 9, "sites": [2, 5], "peptides": 4, "coverage": 1.0}
    (protein,) = digest("AKCCKDDDK", min_length=3)["proteins"]
    assert protein["coverage"] == pytest.approx(7 / 9)


def test_a_digest_may_be_empty(tmp_path: Path) -> None:
    assert run(TOOL, {"protein": "AK"}, tmp_path, min_length=50)["rows"] == []
    assert rows(tmp_path / "peptides.csv") == []


def test_file_contains_the_peptides(tmp_path: Path) -> None:
    results = run(TOOL, {"protein": "AKCK"}, tmp_path)
    first, second = rows(tmp_path / "peptides.csv")
    assert (first["sequence"], first["previous"], second["previous"]) == ("AK", "", "K")
    assert float(second["mz"]) == pytest.approx(results["rows"][1]["mz"], abs=1e-6)


@pytest.mark.parametrize("what", ["length", "mass"])
def test_refuses_limits_in_the_wrong_order(what: str) -> None:
    (problem,) = problems(TOOL, {"protein": "AK"}, **{f"min_{what}": 9, f"max_{what}": 8})
    assert problem.setting == f"min_{what}"
    assert problem.message == f"min_{what} must be at most max_{what}, got 9 and 8."


def test_refuses_a_digest_of_too_many_peptides() -> None:
    content = ">a\n" + "K" * 50_000
    (problem,) = problems(TOOL, {"protein": content}, missed_cleavages=2)
    assert problem.setting == "missed_cleavages"
    assert "at most 100000 peptides, got 149997" in problem.message


def test_refuses_letters_without_a_mass() -> None:
    (problem,) = problems(TOOL, {"protein": "MKX"})
    assert "is not accepted here" in problem.message


@given(proteins, enzymes)
def test_peptides_tile_the_protein(sequence: str, enzyme: str) -> None:
    assert "".join(peptides(sequence, enzyme=enzyme)) == sequence


@given(proteins, enzymes.filter(lambda enzyme: enzyme != "cnbr"))
def test_masses_of_the_peptides_add_up_to_the_protein(sequence: str, enzyme: str) -> None:
    peptides = digest(sequence, enzyme=enzyme)["rows"]
    for key, monoisotopic in (("mass_monoisotopic", True), ("mass_average", False)):
        masses, water = residue_masses(monoisotopic)
        whole = sum(masses[residue] for residue in sequence) + water
        assert sum(row[key] for row in peptides) - (len(peptides) - 1) * water == pytest.approx(whole)


@given(proteins, enzymes, st.integers(0, 5))
def test_missed_cleavages_never_exceed_the_setting(sequence: str, enzyme: str, missed: int) -> None:
    results = digest(sequence, enzyme=enzyme, missed_cleavages=missed)
    sites = set(results["proteins"][0]["sites"])
    for row in results["rows"]:
        inside = [site for site in sites if row["start"] <= site < row["end"]]
        assert len(inside) == row["missed_cleavages"] <= missed
        assert row["sequence"] == sequence[row["start"] - 1 : row["end"]]
