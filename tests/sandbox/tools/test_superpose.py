import io
from typing import Any

import numpy as np
import pytest
from Bio import PDB

from proteiniq.sandbox.tools.superpose import Superpose

from ...structures import entry
from ..clients import Api
from .running import run as compute
from .structures import refusal, run, structure

BIOPYTHON: Any = PDB


def alphas(text: str, model: int = 0, chain: str = "A") -> list[Any]:
    """The Cα atoms of a chain, read by Biopython."""
    parser = BIOPYTHON.PDBParser(QUIET=True)
    residues = parser.get_structure("x", io.StringIO(text))[model][chain]
    return [residue["CA"] for residue in residues if "CA" in residue and residue.id[0] != "W"]


@pytest.mark.parametrize(
    ("name", "model", "chain"), [("1lcd.pdb", 2, "A"), ("1lcd.pdb", 3, "A"), ("2beg.pdb", 1, "E")]
)
def test_the_distance_is_that_of_biopython(structure_tools: Api, name: str, model: int, chain: str) -> None:
    entries = [structure(slot, name) for slot in ("mobile", "fixed")]
    done = run(structure_tools, "superpose", *entries, mobile_model=model, mobile_chain=chain)
    moving, target = alphas(entry(name), model - 1, chain), alphas(entry(name))
    other = BIOPYTHON.Superimposer()
    other.set_atoms(target, moving)
    assert done.results["rmsd"] == pytest.approx(other.rms, abs=0.01)
    assert done.results["rmsd"] > 0.1
    assert done.results["aligned_atoms"] == len(target)
    rotation, translation = other.rotran
    np.testing.assert_allclose(done.results["rotation"], np.transpose(rotation), atol=1e-3)
    np.testing.assert_allclose(done.results["translation"], translation, atol=0.05)


def test_the_moved_file_has_the_distances(structure_tools: Api) -> None:
    entries = [structure(slot, "1lcd.pdb") for slot in ("mobile", "fixed")]
    done = run(structure_tools, "superpose", *entries, mobile_model=2)
    moved, target = alphas(done.files["superposed.pdb"]), alphas(entry("1lcd.pdb"))
    distances = [np.linalg.norm(a.coord - b.coord) for a, b in zip(moved, target, strict=True)]
    assert [row["distance"] for row in done.results["rows"]] == pytest.approx(distances, abs=0.005)
    rmsd = np.sqrt(np.mean(np.square(distances)))
    assert done.results["rmsd"] == pytest.approx(rmsd, abs=0.005)


def test_a_part_is_laid_on_its_whole() -> None:
    lines = [line for line in entry("1ubq.pdb").splitlines() if line.startswith("ATOM")]
    part = "\n".join(line for line in lines if 20 <= int(line[22:26]) <= 50)
    results = compute(Superpose(), {"mobile": part, "fixed": entry("1ubq.pdb")}, atoms="backbone")
    assert (results["aligned_residues"], results["aligned_atoms"], results["identity"]) == (31, 93, 1)
    assert results["rmsd"] == pytest.approx(0, abs=1e-6)
    assert [row["fixed_number"] for row in results["rows"]] == list(range(20, 51))


def test_a_mirror_image_is_not_laid_on_the_original() -> None:
    """The best orthogonal matrix would be a reflection, and a rotation can't undo it."""
    mirrored = "".join(
        f"{line[:30]}{-float(line[30:38]):8.3f}{line[38:]}" if line.startswith("ATOM") else line
        for line in entry("1ubq.pdb").splitlines(keepends=True)
    )
    results = compute(Superpose(), {"mobile": mirrored, "fixed": entry("1ubq.pdb")})
    assert np.linalg.det(np.array(results["rotation"])) == pytest.approx(1)
    assert results["rmsd"] > 5


def test_a_chain_that_is_not_there_is_refused(structure_tools: Api) -> None:
    entries = [structure(slot, "1ubq.pdb") for slot in ("mobile", "fixed")]
    assert refusal(structure_tools, "superpose", *entries, fixed_chain="Z") == (
        "The fixed structure has no protein chain 'Z', only A."
    )
