"""Backbone dihedral angles, peptide bonds, and the classes of torsion angles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ._atoms import Coordinates, Residue

PEPTIDE_BOND = 2.5
"""Longest distance of C and N, in Å, that counts as a peptide bond; the limit of DSSP."""


def bonded(first: Residue, second: Residue) -> bool:
    """Whether a peptide bond leads from one residue to the other."""
    return first.chain == second.chain and gap(first, second) <= PEPTIDE_BOND


def gap(first: Residue, second: Residue) -> float:
    """Distance from C to the next N in Å."""
    return float(np.linalg.norm(first.atoms["C"] - second.atoms["N"]))


def breaks(residues: Sequence[Residue]) -> list[dict[str, Any]]:
    """Where two residues of a chain follow each other in the file without a peptide bond."""
    return [
        {
            "chain": before.chain,
            "before": f"{before.number}{before.insertion_code}",
            "after": f"{after.number}{after.insertion_code}",
            "distance": gap(before, after),
        }
        for before, after in pairwise(residues)
        if before.chain == after.chain and not bonded(before, after)
    ]


def dihedral(a: Coordinates, b: Coordinates, c: Coordinates, d: Coordinates) -> float:
    """The torsion angle of four points in degrees, −180 to 180, in the sense of IUPAC."""
    axis = (c - b) / np.linalg.norm(c - b)
    left = (a - b) - np.dot(a - b, axis) * axis
    right = (d - c) - np.dot(d - c, axis) * axis
    return float(np.degrees(np.arctan2(np.dot(np.cross(axis, left), right), np.dot(left, right))))


def backbone(residues: Sequence[Residue], place: int) -> tuple[float | None, float | None, float | None]:
    """φ, ψ and ω of a residue in degrees; ω is that of the bond to the residue before. None at an end or a break."""
    own = residues[place].atoms
    phi = psi = omega = None
    if place > 0 and bonded(residues[place - 1], residues[place]):
        before = residues[place - 1].atoms
        phi = dihedral(before["C"], own["N"], own["CA"], own["C"])
        omega = dihedral(before["CA"], before["C"], own["N"], own["CA"])
    if place + 1 < len(residues) and bonded(residues[place], residues[place + 1]):
        psi = dihedral(own["N"], own["CA"], own["C"], residues[place + 1].atoms["N"])
    return phi, psi, omega


def region(phi: float | None, psi: float | None, omega: float | None) -> str | None:
    """The ABEGO class of a residue. None without φ and ψ.

    The limits are those of level 1 in Rosetta's ABEGOManager (core/sequence/ABEGOManager.cc, N. Koga).
    """
    if phi is None or psi is None or omega is None:
        return None
    if abs(omega) < 90:
        return "O"
    if phi < 0:
        return "A" if -75 <= psi < 50 else "B"
    return "G" if -100 <= psi < 100 else "E"
