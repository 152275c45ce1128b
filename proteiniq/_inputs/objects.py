"""Structures and molecules of Biopython, biotite and RDKit, as the text of a format that the slot takes.

The libraries write the text themselves, and are only imported here where there is an object of theirs.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from .._libraries import is_a, package
from .._message_text import why
from ..errors import ConfigurationError
from . import formats
from .files import Unusable

_MOST_ATOMS = 99_999
"""The largest serial number of a PDB file, which has five columns for it."""


def is_sequence(value: Any) -> bool:
    """Whether the value is a sequence of Biopython or biotite, whose text is its residues."""
    return is_a("Bio", "_SeqAbstractBaseClass", value) or is_a("biotite", "Sequence", value)


def is_structure(value: Any) -> bool:
    """Whether the value is a structure of Biopython or biotite, or a molecule of RDKit."""
    return _is_entity(value) or _is_molecule(value) or any(is_a("biotite", name, value) for name in _ARRAYS)


_ARRAYS = ("AtomArray", "AtomArrayStack")


def _is_entity(value: Any) -> bool:
    return is_a("Bio", "Entity", value)


def _is_molecule(value: Any) -> bool:
    return is_a("rdkit", "Mol", value)


def text(value: Any, slot_formats: Sequence[str]) -> str:
    """Return the text of a structure or a molecule in one of the slot's formats, if it states any. Raises Unusable."""
    taken = [formats.family(each) for each in slot_formats] or ["pdb", "cif", "sdf", "smiles"]
    try:
        made = _of_molecule(value, taken) if _is_molecule(value) else _of_atoms(value, taken)
    except (Unusable, ConfigurationError):
        raise
    except Exception as error:  # of the library, for what its writer can't write
        raise Unusable(f"the {type(value).__name__} can't be written: {why(error)}") from None
    if made is None:
        expected = " or ".join(slot_formats)
        advice = ""
        if _is_molecule(value) and "pdb" in taken:
            advice = ": write it yourself, as rdkit.Chem.MolToPDBBlock(molecule) does, and pass the text"
        raise Unusable(
            f"the slot takes {expected}, and a {type(value).__name__} can't be written as that{advice}"
        )
    return made


def _of_molecule(molecule: Any, taken: Sequence[str | None]) -> str | None:
    """Return SDF for a molecule with coordinates, SMILES for one without, if the slot takes these."""
    chem = package("rdkit.Chem", "a molecule", "rdkit")
    conformers = molecule.GetNumConformers()
    if "smiles" in taken and not (conformers and "sdf" in taken):
        return f"{chem.MolToSmiles(molecule)}\n"
    if "sdf" not in taken:
        return None
    if not conformers:
        raise Unusable("the molecule has no coordinates: compute them with rdkit.Chem.AllChem.EmbedMolecule")
    if conformers > 1:
        raise Unusable(
            f"the molecule has {conformers} conformers, and only one could be sent: pass Chem.Mol(molecule, "
            "confId=…) of each that you mean"
        )
    written = io.StringIO()
    with chem.SDWriter(written) as writer:
        writer.write(molecule)
    return written.getvalue()


@attrs.frozen
class _Atoms:
    """What of a structure may not fit into the columns of a PDB file. `count` is for one model."""

    count: int
    chains: Iterable[str]
    residues: Iterable[tuple[int, str]]
    coordinates: Any

    def problem(self) -> str | None:
        """Return why the structure can't be written as a PDB file."""
        if self.count > _MOST_ATOMS:
            return f"{self.count:,} atoms, and a PDB file has at most {_MOST_ATOMS:,}"
        for chain in self.chains:
            if len(chain) > 1:
                return f"a chain {chain!r}, and a PDB file has one character for it"
        for number, name in self.residues:
            if not -999 <= number <= 9999 or len(name) > 3:
                return f"a residue {name} {number}, and a PDB file has three letters and four digits for it"
        if self.count and not (self.coordinates.min() > -999.9995 and self.coordinates.max() < 9999.9995):
            return "coordinates beyond the columns of a PDB file"
        return None


def _of_atoms(value: Any, taken: Sequence[str | None]) -> str | None:
    """Return the structure in the first format of the slot that it fits into."""
    is_entity = _is_entity(value)
    atoms = _atoms_of_entity(value) if is_entity else _atoms_of_array(value)
    if not atoms.count:
        raise Unusable(f"the {type(value).__name__} has no atoms")
    if not math.isfinite(atoms.coordinates.sum()):
        raise Unusable(f"the {type(value).__name__} has atoms without coordinates (NaN)")
    problem = None
    for format in taken:
        if format == "pdb" and (problem := atoms.problem()) is None:
            return _entity_text(value, "PDBIO") if is_entity else _array_pdb(value)
        if format == "cif":
            return _entity_text(value, "MMCIFIO") if is_entity else _array_cif(value)
    if problem is not None:
        raise Unusable(
            f"the {type(value).__name__} has {problem}; the slot doesn't take mmCIF: pass a part of it"
        )
    return None


def _atoms_of_entity(entity: Any) -> _Atoms:
    numpy = package("numpy", "a structure of Biopython", "bio")
    if entity.level not in ("S", "M", "C", "R"):
        raise Unusable(f"must be a Structure, Model, Chain or Residue, got {type(entity).__name__}")
    models = list(entity) if entity.level == "S" else [entity]
    residues = [residue for model in models for residue in _below(model, "R")]
    chains = [chain.id for model in models for chain in _below(model, "C")]
    atoms = [
        [atom for residue in _below(model, "R") for atom in residue.get_unpacked_list()] for model in models
    ]
    return _Atoms(
        max(map(len, atoms), default=0),
        chains,
        [(residue.id[1], residue.get_resname()) for residue in residues],
        numpy.array([atom.coord for model in atoms for atom in model]),
    )


def _below(entity: Any, level: str) -> list[Any]:
    """Return the residues or chains of an entity; itself, if it is one, and none above a residue."""
    if entity.level == level:
        return [entity]
    return [] if entity.level == "R" else [each for child in entity for each in _below(child, level)]


def _entity_text(entity: Any, writer: str) -> str:
    pdb = package("Bio.PDB", "a structure of Biopython", "bio")
    io_ = getattr(pdb, writer)()
    # The writer puts a part of a structure into a new one, and so takes it out of its own.
    io_.set_structure(entity if entity.level == "S" else entity.copy())
    written = io.StringIO()
    io_.save(written)
    return written.getvalue()


def _atoms_of_array(atoms: Any) -> _Atoms:
    return _Atoms(
        atoms.array_length(),
        sorted({*map(str, atoms.chain_id)}),
        zip(atoms.res_id.tolist(), map(str, atoms.res_name), strict=True),
        atoms.coord,
    )


def _array_pdb(atoms: Any) -> str:
    pdb = package("biotite.structure.io.pdb", "a structure of biotite", "bio")
    file = pdb.PDBFile()
    pdb.set_structure(file, atoms)
    return _written(file)


def _array_cif(atoms: Any) -> str:
    pdbx = package("biotite.structure.io.pdbx", "a structure of biotite", "bio")
    file = pdbx.CIFFile()
    pdbx.set_structure(file, atoms, data_block="structure")
    return _written(file)


def _written(file: Any) -> str:
    written = io.StringIO()
    file.write(written)
    return written.getvalue()
