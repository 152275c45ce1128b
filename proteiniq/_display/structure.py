"""Structures of molecules as a display needs them: models, residues, atoms.

`read` takes the text of a PDB, PDBQT, mmCIF, SDF, MOL, MOL2 or XYZ file. Of atoms with alternate locations the first is
kept. Names and numbers of residues and chains are those of the authors, as in papers (`auth_…` in mmCIF).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import Literal, NamedTuple

import attrs

from .._frames.file_formats import stated
from .._message_text import short_repr

Point = tuple[float, float, float]
Kind = Literal["protein", "nucleic", "ligand", "water"]
Assigned = Literal["H", "E", "-", ""]
Bond = tuple[int, int, int]
"""The places of two atoms in their model, and the order: 1, 2 or 3."""

MOST_ATOMS = 250_000
"""A file with more is not read: a page with it would be too large for a browser."""

_AMINO_ACIDS = {
    "ALA": "A", "ARG": "R", "ASN": "N", "ASP": "D", "CYS": "C", "GLN": "Q", "GLU": "E", "GLY": "G", "HIS": "H",
    "ILE": "I", "LEU": "L", "LYS": "K", "MET": "M", "PHE": "F", "PRO": "P", "SER": "S", "THR": "T", "TRP": "W",
    "TYR": "Y", "VAL": "V", "SEC": "U", "PYL": "O", "ASX": "B", "GLX": "Z", "MSE": "M", "SEP": "S", "TPO": "T",
    "PTR": "Y", "HYP": "P", "HID": "H", "HIE": "H", "HIP": "H", "HSD": "H", "HSE": "H", "HSP": "H", "CYX": "C",
}  # fmt: skip
_NUCLEOTIDES = {
    "A": "A", "C": "C", "G": "G", "U": "U", "I": "I", "N": "N",
    "DA": "A", "DC": "C", "DG": "G", "DT": "T", "DU": "U", "DI": "I", "DN": "N",
}  # fmt: skip
_WATER = ("HOH", "WAT", "H2O", "DOD", "SOL", "TIP", "TIP3")


class Unreadable(ValueError):
    """The text can't be read as a structure. The message says why, and in which line."""


class Row(NamedTuple):
    """An atom as a file lists it. `number` has the residue's insertion code at its end; `element` may be empty."""

    name: str
    residue: str
    chain: str
    number: str
    position: Point
    b_factor: float | None
    element: str
    alternate: str = ""


@attrs.frozen
class Atom:
    """An atom. Its position is in Å."""

    name: str
    element: str
    position: Point
    b_factor: float | None


@attrs.frozen
class Residue:
    """A residue, a ligand or a water: `number` is a text because it may have an insertion code, such as `52A`.

    `helix_or_strand` is `H`, `E`, `-` for neither, and empty if the file doesn't say.
    """

    chain: str
    number: str
    name: str
    kind: Kind
    letter: str
    atoms: tuple[Atom, ...]
    helix_or_strand: Assigned = ""

    @property
    def is_polymer(self) -> bool:
        """Whether it is of a protein or a nucleic acid."""
        return self.kind in ("protein", "nucleic")

    @property
    def label(self) -> str:
        """The residue in the usual form, such as `A:Lys33`."""
        name = self.name.capitalize() if self.kind == "protein" else self.name
        return f"{self.chain}:{name}{self.number}" if self.chain else f"{name}{self.number}"

    @property
    def trace(self) -> Atom | None:
        """The atom that the course of the chain goes through: Cα of a protein, P or C4' of a nucleic acid."""
        wanted = {"protein": ("CA",), "nucleic": ("P", "C4'", "C4*")}.get(self.kind, ())
        return next((atom for name in wanted for atom in self.atoms if atom.name == name), None)

    @property
    def b_factor(self) -> float | None:
        """The B-factor of the trace atom, or the mean of those of all atoms."""
        if self.trace is not None:
            return self.trace.b_factor
        values = [atom.b_factor for atom in self.atoms if atom.b_factor is not None]
        return sum(values) / len(values) if values else None


@attrs.frozen
class Model:
    """One set of coordinates: a model of a structure, or a pose of a ligand.

    `bonds` are those that the file lists; formats for macromolecules list none within a residue. `properties` are what
    an SDF or a docking program notes of a pose, as text.
    """

    title: str
    residues: tuple[Residue, ...]
    bonds: tuple[Bond, ...] = ()
    properties: tuple[tuple[str, str], ...] = ()

    @property
    def atoms(self) -> Iterator[Atom]:
        for residue in self.residues:
            yield from residue.atoms

    @property
    def chains(self) -> dict[str, list[Residue]]:
        """The residues of polymers by chain, in the order of the file."""
        found: dict[str, list[Residue]] = {}
        for residue in self.residues:
            if residue.is_polymer:
                found.setdefault(residue.chain, []).append(residue)
        return found


@attrs.frozen(slots=False)
class Structure:
    """What a file describes: one model or several."""

    name: str
    format: str
    models: tuple[Model, ...]

    @cached_property
    def has_polymer(self) -> bool:
        """Whether there is a protein or a nucleic acid, not only small molecules."""
        return any(residue.is_polymer for residue in self.models[0].residues)


def letter_of(amino_acid: str) -> str | None:
    """Return the letter of an amino acid by its name of three letters, that of the parent for a modified one."""
    return _AMINO_ACIDS.get(amino_acid)


def read(name: str, text: str, format: str | None = None) -> Structure:
    """Read the text of a structure file. By default the name's extension says its format.

    Raises Unreadable.
    """
    from . import mmcif, molecules, pdb

    format = format or next(iter(stated(name)), None)
    readers = {
        "pdb": pdb.read,
        "pdbqt": pdb.read_pdbqt,
        "cif": mmcif.read,
        "sdf": molecules.read_sdf,
        "mol2": molecules.read_mol2,
        "xyz": molecules.read_xyz,
    }
    if format not in readers:
        raise Unreadable(f"its format is {format or 'unknown'}")
    models = tuple(readers[format](text))
    if not any(model.residues for model in models):
        raise Unreadable("the file has no atoms")
    return Structure(name, format, models)


def residues(
    rows: Sequence[Row], assigned: Mapping[tuple[str, str], Literal["H", "E"]] | None = None
) -> tuple[Residue, ...]:
    """Group atoms into residues. `assigned` is the secondary structure by chain and number, if the file has any."""
    made = []
    for (chain, number), group in groupby(rows, key=lambda row: (row.chain, row.number)):
        there = list(group)
        first = next((row.alternate for row in there if row.alternate), "")
        kept = [row for row in there if row.alternate in ("", first)]
        for name, some in groupby(kept, key=lambda row: row.residue):
            atoms = tuple(
                Atom(row.name, row.element or element_in(row.name), row.position, row.b_factor)
                for row in some
            )
            kind = _kind(name, {atom.name for atom in atoms})
            letters = {"protein": _AMINO_ACIDS, "nucleic": _NUCLEOTIDES}.get(kind, {})
            known: Assigned = ""
            if assigned is not None and kind == "protein":
                known = assigned.get((chain, number), "-")
            made.append(Residue(chain, number, name, kind, letters.get(name, "X"), atoms, known))
    return tuple(made)


def spread(
    order: Sequence[tuple[str, str]], ranges: Sequence[tuple[Literal["H", "E"], str, str, str]]
) -> dict[tuple[str, str], Literal["H", "E"]] | None:
    """Return the secondary structure by chain and number, from ranges: kind, chain, first number and last one.

    `order` has the chain and number of each atom, in the order of the file, which is what a range is about. None if
    there are no ranges: the file doesn't say.
    """
    if not ranges:
        return None
    known = list(dict.fromkeys(order))
    places = {each: place for place, each in enumerate(known)}
    found: dict[tuple[str, str], Literal["H", "E"]] = {}
    for kind, chain, first, last in ranges:
        start, end = places.get((chain, first)), places.get((chain, last))
        if start is not None and end is not None:
            found.update((each, kind) for each in known[start : end + 1] if each[0] == chain)
    return found


def _kind(name: str, atoms: set[str]) -> Kind:
    if name in _WATER:
        return "water"
    if "CA" in atoms and (name in _AMINO_ACIDS or {"N", "C"} <= atoms):
        return "protein"
    if name in _NUCLEOTIDES and atoms & {"P", "C4'", "C4*"}:
        return "nucleic"
    return (
        "nucleic"
        if atoms >= {"C1'", "C3'", "C4'", "O3'"} and atoms & {"P", "O5'"} and "N1" in atoms
        else "ligand"
    )


def element_in(name: str) -> str:
    """Return the element that an atom's name starts with, such as C for `CA` and Cl for `CL1`; empty if none does."""
    letters = re.sub("[^A-Za-z].*", "", name.lstrip("0123456789 "))
    two = letters[:2].capitalize()
    return two if two in _TWO_LETTERS else letters[:1].upper()


_TWO_LETTERS = {"Br", "Cl", "Fe", "Li", "Mg", "Mn", "Na", "Se", "Si", "Zn"}
"""Elements of which no atom of a protein or a nucleic acid has the letters of its name."""


def position(cells: Sequence[str], line: int) -> Point:
    """Return a position of a file, in Å. Raises Unreadable."""
    x, y, z = (number(each, "a coordinate", line) for each in cells)
    if max(abs(x), abs(y), abs(z)) > _FURTHEST:
        raise Unreadable(f"line {line}: a coordinate must be at most {_FURTHEST:,} Å from 0")
    return x, y, z


_FURTHEST = 100_000


def number(text: str, what: str, line: int) -> float:
    """Return a number of a file. Raises Unreadable, also if it is not finite."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Unreadable(f"line {line}: {what} must be a number, got {short_repr(text.strip())}")
    return value
