"""The bonds of small molecules: those that the file lists, or else found by distance."""

from __future__ import annotations

import math
from itertools import product

from .structure import Atom, Bond, Model

_RADII = {
    "H": 0.31, "B": 0.84, "C": 0.76, "N": 0.71, "O": 0.66, "F": 0.57, "Si": 1.11, "P": 1.07, "S": 1.05, "Cl": 1.02,
    "As": 1.19, "Se": 1.20, "Br": 1.20, "I": 1.39,
}  # fmt: skip
"""Covalent radii in Å (Cordero et al., Dalton Trans. 2008, 2832). Metals are drawn without bonds."""

_TOLERANCE = 0.4
_CELL = 2 * max(_RADII.values()) + _TOLERANCE


def bonds_of(model: Model) -> tuple[Bond, ...]:
    """Return the bonds within ligands: those listed, or between atoms of one residue that are as close as bonded."""
    if model.bonds:
        return model.bonds
    found: list[Bond] = []
    start = 0
    for residue in model.residues:
        if residue.kind == "ligand":
            found += [(start + one, start + other, 1) for one, other in _near(residue.atoms)]
        start += len(residue.atoms)
    return tuple(found)


def _near(atoms: tuple[Atom, ...]) -> list[tuple[int, int]]:
    """Return the pairs of bonded atoms. Each atom is compared only with those in the cells around it."""
    cells: dict[tuple[int, ...], list[int]] = {}
    found = []
    for at, atom in enumerate(atoms):
        radius = _RADII.get(atom.element)
        if radius is None:
            continue
        cell = tuple(math.floor(axis / _CELL) for axis in atom.position)
        for step in product((-1, 0, 1), repeat=3):
            for other in cells.get(tuple(a + b for a, b in zip(cell, step, strict=True)), ()):
                longest = radius + _RADII[atoms[other].element] + _TOLERANCE
                if 0.4 < math.dist(atom.position, atoms[other].position) < longest:
                    found.append((other, at))
        cells.setdefault(cell, []).append(at)
    return found
