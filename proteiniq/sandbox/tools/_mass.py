"""Masses of proteins and peptides, in Da, and their elemental composition.

Average masses are the sums of the residue masses that ExPASy publishes and its ProtParam, Compute pI/Mw and PeptideMass
use (https://web.expasy.org/findmod/findmod_masses.html). They have four decimals, and the atomic weights C 12.011,
H 1.00794, N 14.00674, O 15.9994, S 32.06. Biopython's differ per residue by -19 ppm (Phe) to +40 ppm (Cys), because its
weights are C 12.0107 and S 32.065. Monoisotopic masses are Biopython's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

PROTON = 1.007276466621
"""Mass of the proton in Da (CODATA 2018)."""

AVERAGE = {
    "A": 71.0788,
    "C": 103.1388,
    "D": 115.0886,
    "E": 129.1155,
    "F": 147.1766,
    "G": 57.0519,
    "H": 137.1411,
    "I": 113.1594,
    "K": 128.1741,
    "L": 113.1594,
    "M": 131.1926,
    "N": 114.1038,
    "O": 237.3018,
    "P": 97.1167,
    "Q": 128.1307,
    "R": 156.1875,
    "S": 87.0782,
    "T": 101.1051,
    "U": 150.0388,
    "V": 99.1326,
    "W": 186.2132,
    "Y": 163.1760,
}
"""Average masses of residues within a chain, in Da, as ExPASy publishes them."""

WATER = {True: 18.010565, False: 18.01524}
"""Mass of water in Da, monoisotopic and average."""

ELEMENTS = ("C", "H", "N", "O", "S", "Se")

_RESIDUES: Mapping[str, tuple[int, ...]] = {
    "A": (3, 5, 1, 1, 0, 0),
    "C": (3, 5, 1, 1, 1, 0),
    "D": (4, 5, 1, 3, 0, 0),
    "E": (5, 7, 1, 3, 0, 0),
    "F": (9, 9, 1, 1, 0, 0),
    "G": (2, 3, 1, 1, 0, 0),
    "H": (6, 7, 3, 1, 0, 0),
    "I": (6, 11, 1, 1, 0, 0),
    "K": (6, 12, 2, 1, 0, 0),
    "L": (6, 11, 1, 1, 0, 0),
    "M": (5, 9, 1, 1, 1, 0),
    "N": (4, 6, 2, 2, 0, 0),
    "O": (12, 19, 3, 2, 0, 0),
    "P": (5, 7, 1, 1, 0, 0),
    "Q": (5, 8, 2, 2, 0, 0),
    "R": (6, 12, 4, 1, 0, 0),
    "S": (3, 5, 1, 2, 0, 0),
    "T": (4, 7, 1, 2, 0, 0),
    "U": (3, 5, 1, 1, 0, 1),
    "V": (5, 9, 1, 1, 0, 0),
    "W": (11, 10, 2, 1, 0, 0),
    "Y": (9, 9, 1, 2, 0, 0),
}
"""Number of C, H, N, O, S, Se in a residue within a chain, uncharged."""


def composition(sequence: str) -> dict[str, int]:
    """Atoms of the uncharged chain, with both ends free and cysteines reduced."""
    atoms = Counter({"H": 2, "O": 1})
    for residue, count in Counter(sequence).items():
        for element, number in zip(ELEMENTS, _RESIDUES[residue], strict=True):
            atoms[element] += number * count
    return {element: atoms[element] for element in ELEMENTS}


def formula(atoms: Mapping[str, int]) -> str:
    """The molecular formula in Hill order: `C2H5NO2`. `atoms` is in that order already."""
    return "".join(
        element + (str(number) if number > 1 else "") for element, number in atoms.items() if number > 0
    )


def residue_masses(monoisotopic: bool) -> tuple[dict[str, float], float]:
    """Mass of every residue within a chain (U and O included), and of the water of its ends."""
    water = WATER[monoisotopic]
    if not monoisotopic:
        return dict(AVERAGE), water
    from Bio.Data import IUPACData

    table: Mapping[str, float] = IUPACData.monoisotopic_protein_weights
    return {residue: mass - water for residue, mass in table.items()}, water


def mass(sequence: str, monoisotopic: bool) -> float:
    """Mass of the uncharged chain, with both ends free and cysteines reduced."""
    masses, water = residue_masses(monoisotopic)
    return sum(masses[residue] * count for residue, count in Counter(sequence).items()) + water


def mz(neutral: float, charge: int) -> float:
    """m/z of the ion with `charge` extra protons."""
    return (neutral + charge * PROTON) / charge
