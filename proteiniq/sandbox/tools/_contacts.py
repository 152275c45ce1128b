"""Which residues touch: pairs within a distance of chosen atoms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._atoms import Protein, Residue

COLUMNS = (
    *(
        f"{side}_{part}"
        for side in ("first", "second")
        for part in ("chain", "number", "insertion_code", "name")
    ),
    "distance",
    "separation",
)
_STEP = 2000
"""Atoms that are looked up at once, which bounds the memory."""


def contacts(protein: Protein, atoms: str, cutoff: float, separation: int) -> list[dict[str, Any]]:
    """A row for each pair of residues in contact, in the order of the structure, with the shortest distance in Å."""
    owners, positions = _points(protein, atoms)
    nearest: dict[tuple[int, int], float] = {}
    for first, others in _near(positions, cutoff):
        # A pair is seen from both sides; it is kept from the residue that comes first.
        others = others[owners[others] > owners[first]]
        distances = np.linalg.norm(positions[others] - positions[first], axis=1)
        for other, distance in zip(owners[others], distances, strict=True):
            pair = (int(owners[first]), int(other))
            if distance <= cutoff and distance < nearest.get(pair, np.inf):
                nearest[pair] = float(distance)
    rows = []
    for (i, j), distance in sorted(nearest.items()):
        first_residue, second_residue = protein.residues[i], protein.residues[j]
        apart = j - i if first_residue.chain == second_residue.chain else None
        if apart is None or apart >= separation:
            rows.append(_row(first_residue, second_residue, distance, apart) | {"indices": (i, j)})
    return rows


def _row(first: Residue, second: Residue, distance: float, apart: int | None) -> dict[str, Any]:
    sides: Mapping[str, Residue] = {"first": first, "second": second}
    row: dict[str, Any] = {}
    for side, residue in sides.items():
        row |= {
            f"{side}_chain": residue.chain,
            f"{side}_number": residue.number,
            f"{side}_insertion_code": residue.insertion_code,
            f"{side}_name": residue.name,
        }
    return row | {"distance": distance, "separation": apart}


def _points(protein: Protein, atoms: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The residue and the position of each point that is compared. A residue without a Cβ has its Cα."""
    owners: list[int] = []
    positions = []
    for place, residue in enumerate(protein.residues):
        every = atoms == "heavy"
        chosen = list(residue.atoms.values()) if every else [residue.atoms.get(atoms, residue.atoms["CA"])]
        owners += [place] * len(chosen)
        positions += chosen
    return np.array(owners), np.array(positions)


def _near(positions: NDArray[np.float64], cutoff: float) -> Iterator[tuple[int, NDArray[np.int64]]]:
    from biotite.structure import CellList

    # Single precision could lose a pair at the very limit.
    cells = CellList(positions.astype(np.float32), cell_size=cutoff)
    for start in range(0, len(positions), _STEP):
        found = cells.get_atoms(positions[start : start + _STEP].astype(np.float32), cutoff + 0.01)
        for step, others in enumerate(found):
            yield start + step, others[others >= 0]
