import csv
import io
import math
from typing import Any

import pytest

from proteiniq.sandbox.tools import _scan
from proteiniq.sandbox.tools.structure_analysis import StructureAnalysis

from ...structures import entry
from ..clients import Api
from .running import problems, run as compute
from .structures import REFERENCE, Done, refusal, run, structure

TOOL = StructureAnalysis()
EACH = pytest.mark.parametrize("name", sorted(REFERENCE["dssp"]))


def analysed(api: Api, name: str, **settings: Any) -> Done:
    return run(api, "structure-analysis", structure("structure", name), **settings)


def by_place(rows: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["chain"], f"{row['number']}{row['insertion_code']}"): row for row in rows}


def turned(first: float, second: float) -> float:
    """The difference of two angles in degrees."""
    return abs((first - second + 180) % 360 - 180)


@EACH
def test_values_are_those_of_freesasa_and_dssp(structure_tools: Api, name: str) -> None:
    """Areas within 0.5 % of the total by Lee & Richards; codes equal; angles equal to the digit that DSSP prints."""
    results = analysed(structure_tools, name).results
    rows = by_place(results["rows"])
    areas = REFERENCE["freesasa"][name]
    allowed = 0.005 * areas["total"]
    assert results["sasa"] == pytest.approx(areas["total"], abs=allowed)
    assert len(rows) == len(areas["residues"])
    for chain, number, area in areas["residues"]:
        assert rows[chain, number]["sasa"] == pytest.approx(area, abs=allowed)
    assert len(rows) == len(REFERENCE["dssp"][name])
    for chain, number, code, phi, psi in REFERENCE["dssp"][name]:
        row = rows[chain, number]
        assert row["secondary_structure"] == code
        for own, other in ((row["phi"], phi), (row["psi"], psi)):
            assert (own is None) == (other is None)
            assert own is None or turned(own, other) <= 0.1


@pytest.mark.parametrize("probe", ["0.5", "3.0"])
def test_areas_with_other_probes_are_those_of_freesasa(probe: str) -> None:
    found = compute(TOOL, {"structure": entry("1ubq.pdb")}, probe_radius=float(probe))["sasa"]
    assert found == pytest.approx(REFERENCE["probes"]["1ubq.pdb"][probe], rel=0.005)


def test_pdb_and_mmcif_give_the_same(structure_tools: Api) -> None:
    one, other = (analysed(structure_tools, f"1a8o.{format}").results for format in ("pdb", "cif"))
    assert one == other


def test_modified_residues_count_and_waters_do_not() -> None:
    """1A8O has 70 residues, MSE as HETATM among them, and 88 waters."""
    rows = compute(TOOL, {"structure": entry("1a8o.pdb")})["rows"]
    modified = [row for row in rows if row["name"] == "MSE"]
    assert (len(rows), {row["letter"] for row in modified}) == (70, {"M"})
    assert {row["relative_sasa"] is None for row in modified} == {False}


def test_a_chosen_model_is_analysed(structure_tools: Api) -> None:
    first, third = (analysed(structure_tools, "1lcd.pdb", model=model).results for model in (1, 3))
    assert (first["models"], third["model"]) == (3, 3)
    assert first["rows"][5]["phi"] != third["rows"][5]["phi"]
    assert first["chains"] == ["A"]  # the others are DNA


def test_contacts_are_pairs_within_the_cutoff() -> None:
    text = entry("1ubq.pdb")
    found = compute(TOOL, {"structure": text}, contact_atoms="CA", contact_cutoff=7.0, contact_separation=4)
    places = {
        int(line[22:26]): tuple(float(line[start : start + 8]) for start in (30, 38, 46))
        for line in text.splitlines()
        if line.startswith("ATOM") and line[12:16] == " CA "
    }
    expected = {
        (i, j)
        for i, first in places.items()
        for j, second in places.items()
        if j - i >= 4 and math.dist(first, second) <= 7
    }
    assert found["contacts"] == len(expected)
    assert [row["contacts"] for row in found["rows"]] == [
        sum(row["number"] in pair for pair in expected) for row in found["rows"]
    ]


def test_files_have_the_residues_and_the_contacts(structure_tools: Api) -> None:
    done = analysed(structure_tools, "1ubq.pdb")
    residues = list(csv.DictReader(io.StringIO(done.files["residues.csv"])))
    contacts = list(csv.DictReader(io.StringIO(done.files["contacts.csv"])))
    assert [row["name"] for row in residues] == [row["name"] for row in done.results["rows"]]
    assert len(contacts) == done.results["contacts"]
    assert all(float(row["distance"]) <= 8 for row in contacts)


def test_a_missing_residue_is_a_chain_break() -> None:
    text = "".join(
        line
        for line in entry("1ubq.pdb").splitlines(keepends=True)
        if not (line.startswith("ATOM") and line[22:26] == "  30")
    )
    found = compute(TOOL, {"structure": text})
    (gap,) = found["breaks"]
    assert (gap["chain"], gap["before"], gap["after"]) == ("A", "29", "31")
    assert gap["distance"] > 2.5
    rows = by_place(found["rows"])
    assert (rows["A", "29"]["psi"], rows["A", "31"]["phi"]) == (None, None)


def test_insertion_codes_tell_residues_apart() -> None:
    """Residue 31 of ubiquitin, numbered as an insertion after 30."""
    text = "".join(
        f"{line[:22]}  30A{line[27:]}" if line.startswith("ATOM") and line[22:26] == "  31" else line
        for line in entry("1ubq.pdb").splitlines(keepends=True)
    )
    plain, inserted = (compute(TOOL, {"structure": each})["rows"] for each in (entry("1ubq.pdb"), text))
    assert (inserted[30]["number"], inserted[30]["insertion_code"]) == (30, "A")
    kept = ("sasa", "phi", "psi", "secondary_structure", "contacts")
    assert [[row[key] for key in kept] for row in inserted] == [[row[key] for key in kept] for row in plain]


def test_one_alternate_location_is_used() -> None:
    rows = compute(TOOL, {"structure": entry("1ubq.pdb")})["rows"]
    lines = entry("1ubq.pdb").splitlines(keepends=True)
    doubled = []
    for line in lines:
        if line.startswith("ATOM") and line[22:26] == "  10":
            x = float(line[30:38]) + 1
            doubled.append(f"{line[:16]}A{line[17:30]}{x:8.3f}{line[38:54]}  0.30{line[60:]}")
            doubled.append(f"{line[:16]}B{line[17:54]}  0.70{line[60:]}")
        else:
            doubled.append(line)
    highest, first = (
        compute(TOOL, {"structure": "".join(doubled)}, altloc=altloc)["rows"]
        for altloc in ("occupancy", "first")
    )
    assert highest == rows
    assert first[9]["phi"] != rows[9]["phi"]


def test_two_residues_in_one_place_are_one() -> None:
    lines = entry("1ubq.pdb").splitlines(keepends=True)
    doubled = []
    for line in lines:
        doubled.append(line)
        if line.startswith("ATOM") and line[22:26] == "  11" and line[12:16].strip() == "NZ":
            own = [each for each in lines if each.startswith("ATOM") and each[22:26] == "  11"]
            doubled += [
                f"{each[:16]}BALA{each[20:]}"
                for each in own
                if each[12:16].strip() in ("N", "CA", "C", "O", "CB")
            ]
    found = compute(TOOL, {"structure": "".join(doubled)})
    assert (found["residues"], found["rows"][10]["name"], found["breaks"]) == (76, "LYS", [])


DNA = "".join(
    line
    for line in entry("1lcd.pdb").splitlines(keepends=True)
    if line[17:20] in (" DA", " DC", " DG", " DT")
)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "The structure is empty. Give the text of a PDB or mmCIF file."),
        (">a\nMKV\n", "Expected PDB, got FASTA: this tool takes a structure, not a sequence."),
        ("Dear reader\n", "Expected PDB: no line starts with ATOM or HETATM."),
        (
            entry("1a8o.cif"),
            "Expected PDB, got mmCIF. Submit it with the format cif, if the tool takes that.",
        ),
        (DNA, "The structure has no amino-acid residue with the backbone atoms N, CA and C"),
        (entry("1ubq.pdb").replace("27.340", "  x.yz"), "columns 31 to 54 must be three coordinates"),
    ],
)
def test_what_is_not_a_protein_structure_is_refused(structure_tools: Api, content: str, problem: str) -> None:
    given = structure("structure", "1ubq.pdb") | {"content": content}
    assert problem in refusal(structure_tools, "structure-analysis", given)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (entry("1ubq.pdb"), "Expected mmCIF, got PDB. Submit it with the format pdb."),
        ("data_x\n_entry.id x\n", "Expected mmCIF: it has no table of atoms (_atom_site)."),
        ("data_x\nloop_\n_atom_site.id\n1\n", "The table of atoms lacks the columns _atom_site.group_PDB"),
    ],
)
def test_what_is_not_mmcif_is_refused(structure_tools: Api, content: str, problem: str) -> None:
    given = structure("structure", "1a8o.cif") | {"content": content}
    assert problem in refusal(structure_tools, "structure-analysis", given)


def test_a_model_that_is_not_there_is_refused(structure_tools: Api) -> None:
    given = structure("structure", "1lcd.pdb")
    assert refusal(structure_tools, "structure-analysis", given, model=4) == (
        "The structure has 3 models, so there is no model 4."
    )


def test_a_huge_structure_is_refused() -> None:
    atoms = [line for line in entry("1ubq.pdb").splitlines() if line.startswith("ATOM")]
    copies = "\n".join(atoms * (_scan.MAX_ATOMS // len(atoms) + 1))
    (problem,) = problems(TOOL, {"structure": copies})
    assert problem.message.startswith("At most 50000 atoms per model are allowed, got 50")
