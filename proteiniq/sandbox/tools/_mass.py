"""Masses of proteins and peptides, in Da, and their elemental composition.

Masses are Biopython's, from the IUPAC atomic weights of 2005 (C 12.0107). ExPASy and EMBOSS use 12.011 for
carbon and are 9 to 14 ppm higher: 14313.1 and 14313.0 Da for lysozyme.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

PROTON = 1.007276466621
"""Mass of the proton in Da (CODATA 2018)."""

_ELEMENTS = ("C", "H", "N", "O", "S")

_RESIDUES: Mapping[str, tuple[int, int, int, int, int]] = {
    "A": (3, 5, 1, 1, 0),
    "C": (3, 5, 1, 1, 1),
    "D": (4, 5, 1, 3, 0),
    "E": (5, 7, 1, 3, 0),
    "F": (9, 9, 1, 1, 0),
    "G": (2, 3, 1, 1, 0),
    "H": (6, 7, 3, 1, 0),
    "I": (6, 11, 1, 1, 0),
    "K": (6, 12, 2, 1, 0),
    "L": (6, 11, 1, 1, 0),
    "M": (5, 9, 1, 1, 1),
    "N": (4, 6, 2, 2, 0),
    "P": (5, 7, 1, 1, 0),
    "Q": (5, 8, 2, 2, 0),
    "R": (6, 12, 4, 1, 0),
    "S": (3, 5, 1, 2, 0),
    "T": (4, 7, 1, 2, 0),
    "V": (5, 9, 1, 1, 0),
    "W": (11, 10, 2, 1, 0),
    "Y": (9, 9, 1, 2, 0),
}
"""Number of C, H, N, O, S in a residue within a chain, uncharged."""


def composition(sequence: str) -> dict[str, int]:
    """Atoms of the uncharged chain of standard residues, with both ends free and cysteines reduced."""
    atoms = Counter({"H": 2, "O": 1})
    for residue, count in Counter(sequence).items():
        for element, number in zip(_ELEMENTS, _RESIDUES[residue], strict=True):
            atoms[element] += number * count
    return {element: atoms[element] for element in _ELEMENTS}


def formula(atoms: Mapping[str, int]) -> str:
    """The molecular formula in Hill order: `C2H5NO2`. `atoms` is in that order already."""
    return "".join(
        element + (str(number) if number > 1 else "") for element, number in atoms.items() if number > 0
    )


def residue_masses(monoisotopic: bool) -> tuple[dict[str, float], float]:
    """Mass of every residue within a chain (U and O included), and of the water of its ends."""
    from Bio.Data import IUPACData

    water = 18.010565 if monoisotopic else 18.0153
    table: Mapping[str, float] = (
        IUPACData.monoisotopic_protein_weights if monoisotopic else IUPACData.protein_weights
    )
    return {residue: mass - water for residue, mass in table.items()}, water


def mz(mass: float, charge: int) -> float:
    """m/z of the ion with `charge` extra protons."""
    return (mass + charge * PROTON) / charge
