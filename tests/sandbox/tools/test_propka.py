import subprocess
import sys
from pathlib import Path

import pytest

from proteiniq.sandbox.tools.propka import Propka

from ...structures import entry
from ..clients import Api
from .running import problems
from .structures import refusal, run, structure

RMSD = 0.89
"""Deviation of PROPKA from 314 measured values, 233 of them of carboxyl groups.

Li, Robertson & Jensen 2005, Proteins 61:704, from its abstract.
"""


def printed(name: str, folder: Path) -> list[tuple[str, str, str, float, float]]:
    """Group, number or atom, chain, pKa and model pKa of each line of the summary that the program propka3 prints."""
    (folder / name).write_text(entry(name), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "propka", "--quiet", name], cwd=folder, check=True)
    text = (folder / name).with_suffix(".pka").read_text(encoding="utf-8")
    summary = text.partition("SUMMARY OF THIS PREDICTION")[2].partition("-----")[0]
    lines = [line.split() for line in summary.splitlines() if line.strip() and "Group" not in line]
    return [(line[0], line[1], line[2], float(line[3]), float(line[4])) for line in lines]


@pytest.mark.parametrize("name", ["1ubq.pdb", "1a8o.pdb", "1lcd.pdb", "2beg.pdb"])
def test_values_are_those_that_the_program_prints(structure_tools: Api, tmp_path: Path, name: str) -> None:
    expected = printed(name, tmp_path)
    rows = run(structure_tools, "propka", structure("structures", name)).results["rows"]
    assert len(rows) == len(expected) > 10
    for row, (group, place, chain, pka, model) in zip(rows, expected, strict=True):
        name, _, atom = row["group"].partition(" ")
        assert (name, atom or str(row["number"]), row["chain"]) == (group, place, chain)
        assert (row["pka"], row["model_pka"]) == pytest.approx((pka, model), abs=0.0051)


@pytest.mark.parametrize(("group", "lowest", "highest"), [("ASP", 3.1, 3.8), ("GLU", 3.8, 4.5)])
def test_carboxyl_groups_of_ubiquitin_are_as_measured(
    structure_tools: Api, group: str, lowest: float, highest: float
) -> None:
    """Measured by NMR: 3.1 to 3.8 for the aspartates, 3.8 to 4.5 for the glutamates.

    Sundd, Iverson, Ibarra-Molero, Sanchez-Ruiz & Robertson 2002, Biochemistry 41:7586-7596, from its abstract.
    """
    rows = run(structure_tools, "propka", structure("structures", "1ubq.pdb")).results["rows"]
    values = [row["pka"] for row in rows if row["group"] == group]
    assert len(values) in (5, 6)
    assert all(lowest - RMSD <= value <= highest + RMSD for value in values)


@pytest.mark.parametrize(
    ("group", "number", "measured"), [("ASP", 44, 3.1), ("GLU", 45, 4.0), ("ASP", 46, 3.5), ("GLU", 72, 4.4)]
)
def test_carboxyl_groups_of_the_villin_headpiece_are_as_measured(
    structure_tools: Api, group: str, number: int, measured: float
) -> None:
    """Measured values of single residues of HP36, as compiled in J. Chem. Theory Comput. 2016, 12:5411, Table 2."""
    rows = run(structure_tools, "propka", structure("structures", "1vii.pdb")).results["rows"]
    (row,) = (row for row in rows if (row["group"], row["number"]) == (group, number))
    assert row["pka"] == pytest.approx(measured, abs=RMSD)


def test_several_structures_are_told_apart(structure_tools: Api) -> None:
    entries = [
        structure("structures", "1ubq.pdb") | {"label": "ubiquitin"},
        structure("structures", "1a8o.pdb"),
    ]
    done = run(structure_tools, "propka", *entries)
    assert done.results["structures"] == 2
    assert list(dict.fromkeys(row["structure"] for row in done.results["rows"])) == ["ubiquitin", "2"]
    assert len(done.files["pka.csv"].splitlines()) == 1 + len(done.results["rows"])


def test_eleven_structures_are_refused(structure_tools: Api) -> None:
    message = refusal(structure_tools, "propka", *[structure("structures", "1ubq.pdb")] * 11)
    assert message == "slot structures has too many entries: at most 10 allowed, got 11"


def test_many_models_of_many_atoms_are_refused() -> None:
    model = "\n".join(line for line in entry("1ubq.pdb").splitlines() if line.startswith("ATOM"))
    text = "\n".join(f"MODEL {number:8}\n{model}\nENDMDL" for number in range(1, 41))
    (problem,) = problems(Propka(), {"structures": text})
    assert problem.message.startswith(
        "At most 20000 atoms are allowed in all models together, got 24080 in 40 models"
    )
