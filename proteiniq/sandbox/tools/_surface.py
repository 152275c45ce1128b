"""Solvent-accessible surface of residues: Shrake & Rupley 1973, J. Mol. Biol. 79:351."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._atoms import Protein

POINTS = 1000
"""Points on each atom. Their noise is below 0.1 % of the total."""

_LARGEST = {
    "A": 129, "R": 274, "N": 195, "D": 193, "C": 167, "Q": 225, "E": 223, "G": 104, "H": 224, "I": 197,
    "L": 201, "K": 236, "M": 224, "F": 240, "P": 159, "S": 155, "T": 172, "W": 285, "Y": 263, "V": 174,
}  # fmt: skip
"""Largest area of a residue X in Gly-X-Gly, in Å² (Tien et al. 2013, PLoS ONE 8:e80635, theoretical values)."""


def areas(protein: Protein, probe_radius: float) -> list[float]:
    """The area of each residue in Å². The radii are those of ProtOr (Tsai et al. 1999, J. Mol. Biol. 290:253).

    An atom that ProtOr doesn't know has the radius of its element (Bondi 1964).
    """
    from biotite.structure import sasa

    radii = _radii(protein.array)
    each = sasa(
        protein.array, probe_radius=probe_radius, point_number=POINTS, vdw_radii=radii, ignore_ions=False
    )
    return [float(np.sum(each[residue.index], dtype=np.float64)) for residue in protein.residues]


def relative(letter: str, area: float) -> float | None:
    """The area as a fraction of the largest of its kind; None for a residue that isn't one of the 20."""
    return area / _LARGEST[letter] if letter in _LARGEST else None


def _radii(array: Any) -> NDArray[np.float32]:
    from biotite.structure import info

    radii = []
    for residue, atom, element in zip(array.res_name, array.atom_name, array.element, strict=True):
        try:
            known = info.vdw_radius_protor(str(residue), str(atom))
        except KeyError:
            known = None
        radii.append(known or info.vdw_radius_single(str(element)) or 1.8)
    return np.array(radii, dtype=np.float32)
