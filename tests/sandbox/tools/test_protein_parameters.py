import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq.sandbox.tools._fasta import STANDARD, STANDARD_UO
from proteiniq.sandbox.tools._mass import AVERAGE, ELEMENTS, composition, residue_masses
from proteiniq.sandbox.tools.protein_parameters import ProteinParameters

from .running import EMBOSS, PROTEINS, fasta, problems, rows, run

TOOL = ProteinParameters()
EACH = pytest.mark.parametrize("name", PROTEINS)
ATOMS = {
    "C": 12.0,
    "H": 1.00782503207,
    "N": 14.0030740048,
    "O": 15.99491461956,
    "S": 31.972071,
    "Se": 79.9165213,
}
"""Masses of the most abundant isotopes in Da (NIST)."""

proteins = st.text(STANDARD, min_size=1, max_size=60)


def parameters(content: str, **settings: Any) -> dict[str, Any]:
    row: dict[str, Any] = run(TOOL, {"protein": content}, **settings)["rows"][0]
    return row


@EACH
def test_masses_are_those_of_pepstats(name: str) -> None:
    row, pepstats = parameters(fasta(name)), EMBOSS["pepstats"][name]
    assert row["molecular_weight"] == pytest.approx(pepstats["average_mass"], abs=0.006)
    assert row["monoisotopic_mass"] == pytest.approx(pepstats["monoisotopic_mass"], abs=0.01)


@EACH
def test_absorbances_are_those_of_pepstats(name: str) -> None:
    row, pepstats = parameters(fasta(name)), EMBOSS["pepstats"][name]
    assert row["extinction_reduced"] == pepstats["extinction_reduced"]
    assert row["extinction_cystines"] == pepstats["extinction_cystines"]
    assert row["absorbance_reduced"] == pytest.approx(pepstats["absorbance_reduced"], abs=0.001)
    assert row["absorbance_cystines"] == pytest.approx(pepstats["absorbance_cystines"], abs=0.001)


@EACH
def test_counts_are_those_of_pepstats(name: str) -> None:
    row, pepstats = parameters(fasta(name)), EMBOSS["pepstats"][name]
    assert row["length"] == pepstats["length"]
    assert row["counts"] == {letter: pepstats["counts"][letter] for letter in STANDARD_UO}


@pytest.mark.parametrize("scale", ["EMBOSS", "Bjellqvist"])
def test_the_isoelectric_point_is_that_of_the_chosen_scale(scale: str) -> None:
    row = parameters(fasta("P69905"), pk_scale=scale)
    assert row["isoelectric_point"] == pytest.approx(EMBOSS["iep"]["P69905"][scale], abs=2e-4)


def test_lysozyme_has_the_values_that_protparam_prints() -> None:
    """ExPASy ProtParam for P00698, residues 19 to 147."""
    row = parameters(fasta("P00698"))
    assert row["molecular_weight"] == pytest.approx(14313.14, abs=0.006)
    assert round(row["isoelectric_point"], 2) == 9.32
    assert (row["extinction_reduced"], row["extinction_cystines"]) == (37470, 37970)
    assert row["formula"] == "C613H959N193O185S10"
    assert round(row["instability_index"], 2) == 16.09
    assert row["stable"] is True
    assert round(row["aliphatic_index"], 2) == 65.12
    assert round(row["gravy"], 3) == -0.472
    assert row["half_life"] == {"mammalian": "1.3 hours", "yeast": "3 minutes", "e_coli": "2 minutes"}


def test_ubiquitin_has_its_published_mass() -> None:
    """8564.8 Da, the value that mass spectrometers are calibrated with."""
    assert parameters(fasta("P0CG48"))["molecular_weight"] == pytest.approx(8564.8, abs=0.2)


def test_structure_fractions_and_aromaticity_count_residues() -> None:
    row = parameters("EMALK" + "NPGSD" + "VIYFWLT" + "CHQ")
    # L is in the sets of helix and of sheet.
    assert row["secondary_structure"] == pytest.approx({"helix": 6 / 20, "turn": 5 / 20, "sheet": 8 / 20})
    assert row["aromaticity"] == pytest.approx(3 / 20)


def test_half_life_of_proline_in_e_coli_is_not_known() -> None:
    assert parameters("PAAA")["half_life"] == {
        "mammalian": ">20 hours",
        "yeast": ">20 hours",
        "e_coli": None,
    }


def test_charge_is_that_at_the_chosen_ph() -> None:
    charge = dict(map(tuple, EMBOSS["iep"]["P69905"]["charges"]))[5.0]
    row = parameters(fasta("P69905"), pk_scale="EMBOSS", ph=5.0)
    assert row["charge"] == pytest.approx(charge, abs=0.006)


def test_returns_a_row_per_record_in_order() -> None:
    content = ">b second\nMK\n>a first\nACD\n>b second\nMK\n"
    found = run(TOOL, {"protein": content})["rows"]
    assert [(row["id"], row["description"], row["length"]) for row in found] == [
        ("b", "second", 2),
        ("a", "first", 3),
        ("b", "second", 2),
    ]


def test_files_contain_the_results(tmp_path: Path) -> None:
    results = run(TOOL, {"protein": ">a with, comma\nMKP\n>p\nPPP\n"}, tmp_path)
    assert json.loads((tmp_path / "parameters.json").read_text(encoding="utf-8")) == results
    first, second = rows(tmp_path / "parameters.csv")
    assert first["description"] == "with, comma"
    assert float(first["molecular_weight"]) == pytest.approx(results["rows"][0]["molecular_weight"], abs=1e-6)
    assert (first["atoms_S"], second["half_life_e_coli"]) == ("1", "")


def test_average_masses_of_residues_are_those_of_their_atoms() -> None:
    """The atomic weights of IUPAC 1993 with S 32.06, from which the published table agrees to its last digit."""
    weights = dict(zip(ELEMENTS, (12.011, 1.00794, 14.00674, 15.9994, 32.06, 78.96), strict=True))
    water = 2 * weights["H"] + weights["O"]
    masses = {
        letter: sum(weights[element] * number for element, number in composition(letter).items()) - water
        for letter in AVERAGE
    }
    assert pytest.approx(masses, abs=1.5e-4) == AVERAGE


@pytest.mark.case
def test_selenocysteine_and_pyrrolysine_have_masses_and_atoms() -> None:
    """Masses of residues: ExPASy, and Biopython's monoisotopic ones."""
    plain, sec, pyl = run(TOOL, {"protein": ">a\nMK\n>u\nMUK\n>o\nMOK\n"})["rows"]
    assert sec["molecular_weight"] - plain["molecular_weight"] == pytest.approx(150.0388)
    assert pyl["molecular_weight"] - plain["molecular_weight"] == pytest.approx(237.3018)
    assert sec["monoisotopic_mass"] - plain["monoisotopic_mass"] == pytest.approx(150.953636, abs=1e-5)
    assert (sec["formula"], sec["atoms"]["Se"], sec["counts"]["U"]) == ("C14H28N4O4SSe", 1, 1)
    assert [sec[key] for key in ("gravy", "instability_index", "stable")] == [None, None, None]


def test_half_life_of_selenocysteine_is_not_known() -> None:
    assert parameters("UMK")["half_life"] == {"mammalian": None, "yeast": None, "e_coli": None}


@pytest.mark.case
@pytest.mark.parametrize("rna", ["AUGGCCAAGGUU", "augg ccaaguu"])
def test_rna_is_not_read_as_a_protein_with_selenocysteines(rna: str) -> None:
    (problem,) = problems(TOOL, {"protein": f">r\n{rna}\n"})
    assert problem.message == "Record 'r' looks like RNA, and this tool takes proteins. Translate it."


@pytest.mark.case
def test_numbers_in_the_file_have_no_noise_of_binary_fractions(tmp_path: Path) -> None:
    run(TOOL, {"protein": ">a\nMKLV\n"}, tmp_path)
    (row,) = rows(tmp_path / "parameters.csv")
    assert row["molecular_weight"] == "489.67394"
    assert all(len(value.partition(".")[2]) <= 8 for value in row.values())


@pytest.mark.parametrize("letter", "BX")
def test_refuses_letters_without_defined_parameters(letter: str) -> None:
    (problem,) = problems(TOOL, {"protein": f">a\nMK{letter}\n"})
    assert f"Record 'a', line 2, column 3, position 3: '{letter}' is not accepted" in problem.message


def test_reads_nucleotides_as_residues() -> None:
    assert parameters("ACGT")["length"] == 4


@given(proteins)
def test_monoisotopic_mass_is_that_of_the_atoms(sequence: str) -> None:
    row = parameters(sequence)
    mass = sum(ATOMS[element] * number for element, number in row["atoms"].items())
    assert row["monoisotopic_mass"] == pytest.approx(mass, abs=2e-6 * (len(sequence) + 1))


@given(proteins, proteins)
def test_masses_of_joined_chains_add_up_but_for_a_water(left: str, right: str) -> None:
    for key, monoisotopic in (("molecular_weight", False), ("monoisotopic_mass", True)):
        _, water = residue_masses(monoisotopic)
        apart = parameters(left)[key] + parameters(right)[key] - water
        assert parameters(left + right)[key] == pytest.approx(apart)


@given(proteins)
def test_fractions_add_up_to_one(sequence: str) -> None:
    assert sum(parameters(sequence)["fractions"].values()) == pytest.approx(1)
