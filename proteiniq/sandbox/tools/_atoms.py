"""Read a structure with Biotite, and select the protein in it. Imported only where a job runs."""

from __future__ import annotations

import io
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from .base import Entry

Coordinates = NDArray[np.float64]
"""Positions in Å, of shape (…, 3)."""

_FIELDS = ["b_factor", "occupancy"]
"""What is read besides names and positions, to be written again."""


@attrs.frozen(eq=False)
class Residue:
    """An amino-acid residue: its place in the file, and its atoms by name (positions in Å)."""

    chain: str
    number: int
    insertion_code: str
    name: str
    letter: str
    atoms: dict[str, Coordinates]
    index: NDArray[np.int64]
    """Indices of its atoms in the array of the protein."""


@attrs.frozen(eq=False)
class Protein:
    """The amino-acid residues of one model, without hydrogens, and Biotite's array of their atoms."""

    residues: list[Residue]
    array: Any


def read(entry: Entry, model: int, altloc: str) -> Any:
    """Biotite's array of the atoms of one model, counted from 1.

    `altloc` is `first` or `occupancy`: which location of a residue is taken. Raises ValueError for a text that isn't
    a structure.
    """
    from biotite.structure.io import pdbx

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            file = _file(entry)
            if entry.format == "pdb":
                return file.get_structure(model=model, altloc=altloc, extra_fields=_FIELDS)
            return pdbx.get_structure(file, model=model, altloc=altloc, extra_fields=_FIELDS)
    except Exception as error:
        raise ValueError(f"the {entry.format} text can't be read as a structure: {error}") from error


def models(entry: Entry) -> int:
    """The number of models of a structure."""
    from biotite.structure.io import pdbx

    return int(
        _file(entry).get_model_count() if entry.format == "pdb" else pdbx.get_model_count(_file(entry))
    )


def _file(entry: Entry) -> Any:
    from biotite.structure.io import pdb, pdbx

    return (pdb.PDBFile if entry.format == "pdb" else pdbx.CIFFile).read(io.StringIO(entry.content))


def chain(protein: Protein, name: str) -> list[Residue]:
    """The residues of a chain; of the first, if no name is given. Raises ValueError."""
    wanted = name or protein.residues[0].chain
    found = [residue for residue in protein.residues if residue.chain == wanted]
    if not found:
        raise ValueError(f"the structure has no protein chain {wanted!r}")
    return found


def write_pdb(array: Any, rotation: Any, translation: Any, path: Path) -> None:
    """Write the atoms at R · x + t as a PDB file."""
    from biotite.structure.io import pdb

    moved = array.copy()
    moved.coord = (array.coord.astype(np.float64) @ rotation.T + translation).astype(np.float32)
    file = pdb.PDBFile()
    file.set_structure(moved)
    file.write(path)


def radius_of_gyration(protein: Protein) -> float:
    """In Å, by mass, of the atoms without hydrogens."""
    from biotite import structure

    return float(structure.gyration_radius(protein.array))


def protein(array: Any) -> Protein:
    """The amino-acid residues with N, CA and C.

    Waters, ions, ligands and nucleic acids are left out, and hydrogens too. A modified amino acid counts, also where
    the file has it as HETATM.
    """
    from biotite import structure

    heavy = array[~np.isin(array.element, ("H", "D"))]
    chosen = heavy[structure.filter_amino_acids(heavy)]
    starts = structure.get_residue_starts(chosen, add_exclusive_stop=True)
    kept = [
        index
        for index in (np.arange(a, b) for a, b in pairwise(starts))
        if {"N", "CA", "C"} <= set(chosen.atom_name[index])
    ]
    # Two residue names in one place are alternatives too (microheterogeneity). The first is taken.
    first: dict[tuple[str, int, str], NDArray[np.int64]] = {}
    for index in kept:
        place = (str(chosen.chain_id[index[0]]), int(chosen.res_id[index[0]]), str(chosen.ins_code[index[0]]))
        first.setdefault(place, index)
    kept = list(first.values())
    if not kept:
        raise ValueError("the structure has no amino-acid residue with the atoms N, CA and C")
    chosen = chosen[np.concatenate(kept)]
    residues, start = [], 0
    for index in kept:
        residues.append(_residue(chosen, np.arange(start, start + len(index))))
        start += len(index)
    return Protein(residues, chosen)


def _residue(array: Any, index: NDArray[np.int64]) -> Residue:
    from biotite.structure import info

    first = array[index[0]]
    name = str(first.res_name)
    # The file has three decimals; single precision would add noise.
    positions = np.round(array.coord[index].astype(np.float64), 3)
    atoms = {str(atom): position for atom, position in zip(array.atom_name[index], positions, strict=True)}
    return Residue(
        chain=str(first.chain_id),
        number=int(first.res_id),
        insertion_code=str(first.ins_code),
        name=name,
        letter=info.one_letter_code(name) or "X",
        atoms=atoms,
        index=index,
    )
