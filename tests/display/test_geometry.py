"""Turning and superposing, against Biopython; secondary structure, against Biotite's P-SEA and the entries' records."""

from __future__ import annotations

import random
from typing import Any

import attrs
import numpy as np
import pytest
from Bio.SVDSuperimposer import SVDSuperimposer

from proteiniq._display import superposing
from proteiniq._display.geometry import facing, superposed
from proteiniq._display.secondary import helices_and_strands
from proteiniq._display.structure import Point, read
from proteiniq._display.superposing import NotAlignable, aligned, superpose

from ..structures import entry


def points(seed: int, count: int) -> list[Point]:
    chance = random.Random(seed)
    return [(chance.gauss(0, 9), chance.gauss(5, 4), chance.gauss(0, 1)) for _ in range(count)]


@pytest.mark.parametrize("count", [3, 4, 60])
def test_the_rmsd_and_the_positions_are_those_of_biopython(count: int) -> None:
    for seed in range(20):
        moving, fixed = points(seed, count), points(seed + 100, count)
        motion, distance = superposed(moving, fixed)
        superimposer: Any = SVDSuperimposer  # without types
        reference = superimposer()
        reference.set(np.array(fixed), np.array(moving))
        reference.run()
        assert distance == pytest.approx(reference.get_rms())
        assert np.array([motion(each) for each in moving]) == pytest.approx(
            reference.get_transformed(), abs=1e-5
        )


def test_a_structure_faces_the_viewer_with_its_widest_side() -> None:
    there = points(1, 50)
    motion = facing(there)
    made = np.array([motion(each) for each in there])
    covariance = np.cov(made.T)
    assert covariance - np.diag(np.diag(covariance)) == pytest.approx(np.zeros((3, 3)), abs=1e-9)
    assert list(np.diag(covariance)) == sorted(np.diag(covariance), reverse=True)
    assert np.linalg.det(np.array(motion.rotation)) == pytest.approx(1)  # it does not mirror


def test_a_moved_copy_is_superposed_exactly() -> None:
    fixed = read("1ubq.pdb", entry("1ubq.pdb"))
    turn = facing(points(3, 9))
    moving = attrs.evolve(fixed, models=tuple(superposing.moved(model, turn) for model in fixed.models))
    made = superpose(moving, fixed)
    assert made.count == 76
    assert made.rmsd == pytest.approx(0, abs=1e-6)
    first = next(made.structure.models[0].atoms).position
    assert first == pytest.approx(next(fixed.models[0].atoms).position, abs=1e-6)


def test_chains_without_a_common_name_are_partners_in_their_order() -> None:
    fixed = read("1ubq.pdb", entry("1ubq.pdb"))
    renamed = [attrs.evolve(residue, chain="Z") for residue in fixed.models[0].residues[:70]]
    moving = attrs.evolve(fixed, models=(attrs.evolve(fixed.models[0], residues=tuple(renamed)),))
    assert superpose(moving, fixed).count == 70


def test_structures_without_enough_in_common_are_refused() -> None:
    fixed = read("1ubq.pdb", entry("1ubq.pdb"))
    moving = attrs.evolve(
        fixed, models=(attrs.evolve(fixed.models[0], residues=fixed.models[0].residues[:2]),)
    )
    with pytest.raises(NotAlignable, match="2 residues with a Cα atom correspond, and it takes 3"):
        superpose(moving, fixed)


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ("ACDE", "ACDE", [(0, 0), (1, 1), (2, 2), (3, 3)]),
        ("ACDE", "ADE", [(0, 0), (2, 1), (3, 2)]),
        ("ADE", "ACDE", [(0, 0), (1, 2), (2, 3)]),
        ("AAAA", "CCCC", [(0, 0), (1, 1), (2, 2), (3, 3)]),
        ("", "A", []),
    ],
)
def test_sequences_are_aligned(one: str, other: str, pairs: list[tuple[int, int]]) -> None:
    assert aligned(one, other) == pairs


def test_sequences_that_would_take_minutes_are_not_aligned() -> None:
    with pytest.raises(NotAlignable, match="too long"):
        aligned("A" * 6_000, "C" * 6_000)


@pytest.mark.parametrize(("name", "least"), [("1ubq.pdb", 0.8), ("1a8o.pdb", 0.9)])
def test_secondary_structure_agrees_with_the_records_of_the_entry(name: str, least: float) -> None:
    protein = [each for each in read(name, entry(name)).models[0].residues if each.kind == "protein"]
    stated = helices_and_strands(protein)
    found = helices_and_strands([attrs.evolve(each, helix_or_strand="") for each in protein])
    assert sum(one == other for one, other in zip(stated, found, strict=True)) / len(protein) >= least


# By biotite.structure.annotate_sse of Biotite 1.6.0.
PSEA = {
    "1ubq.pdb": "-EEEEE----EEEEEEE-----HHHHHHHHHHH-------EEEE-------------------EEEEEEEEEE---",
    "1a8o.pdb": "----------HHHHHHHHHHHHHHH---HHHHHHHHH--------HHHHHHHHH------HHHHHHHH--",
}


@pytest.mark.parametrize("name", PSEA)
def test_secondary_structure_agrees_with_the_p_sea_of_biotite(name: str) -> None:
    protein = [each for each in read(name, entry(name)).models[0].residues if each.kind == "protein"]
    assert helices_and_strands([attrs.evolve(each, helix_or_strand="") for each in protein]) == PSEA[name]
