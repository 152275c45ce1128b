"""A quick look at the text of a structure, without a scientific package: can it be read, and what is in it?

It runs in the server before a job is created, so it refuses only what is certainly wrong. `_atoms` reads the structure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from ..._message_text import short_repr
from .base import Entry, Problem

MAX_BYTES = 10_000_000
MAX_ATOMS = 50_000
"""Atoms of a model, so that a job has enough memory and time."""

FORMATS = {"pdb": "PDB", "cif": "mmCIF"}

_BACKBONE = frozenset(("N", "CA", "C"))
_COLUMNS = (
    "group_PDB",
    "label_atom_id",
    "label_asym_id",
    "label_seq_id",
    "label_alt_id",
    "Cartn_x",
    "Cartn_y",
    "Cartn_z",
)
_OPTIONAL = ("auth_asym_id", "auth_seq_id", "pdbx_PDB_ins_code", "pdbx_PDB_model_num")


@attrs.frozen
class Scan:
    """What a structure has: `models` in the order of the file, the number of `atoms` of its largest, and of all.

    `chains` are those with an amino-acid residue, in the order of the file, by the names that the authors gave them.
    """

    models: tuple[str, ...]
    chains: tuple[str, ...]
    atoms: int
    all_atoms: int


@attrs.frozen
class _Atom:
    model: str
    chain: str
    residue: tuple[str, ...]
    name: str


def check(entry: Entry, max_atoms: int = MAX_ATOMS) -> tuple[Scan | None, list[Problem]]:
    """What the structure has, and its problems, which lack a slot. It is None where that can't be seen quickly."""
    if not entry.content.strip():
        return None, [Problem("The structure is empty. Give the text of a PDB or mmCIF file.", line=1)]
    if other := _other_format(entry.content, entry.format):
        return None, [Problem(other, line=1)]
    atoms, problem = (_pdb if entry.format == "pdb" else _cif)(entry.content)
    if problem is not None:
        return None, [problem]
    if not atoms:
        return None, []
    found = _summary(atoms)
    if not found.chains:
        message = (
            "The structure has no amino-acid residue with the backbone atoms N, CA and C, and this tool "
            "analyses proteins. A model of Cα atoms alone can't be analysed."
        )
        return found, [Problem(message, line=1)]
    if found.atoms > max_atoms:
        message = f"At most {max_atoms} atoms per model are allowed, got {found.atoms}. Take out some of the chains."
        return found, [Problem(message, line=1)]
    return found, []


def check_slot(
    entries: Sequence[Entry], slot: str, max_atoms: int = MAX_ATOMS
) -> tuple[list[Scan | None], list[Problem]]:
    """The scans of all entries of a slot, and their problems with their place."""
    scans, problems = [], []
    for number, entry in enumerate(entries):
        found, wrong = check(entry, max_atoms)
        scans.append(found)
        problems += [attrs.evolve(problem, slot=slot, entry=number) for problem in wrong]
    return scans, problems


def check_model(scan: Scan | None, model: int) -> list[Problem]:
    if scan is None or model <= len(scan.models):
        return []
    has = "only one model" if len(scan.models) == 1 else f"{len(scan.models)} models"
    return [Problem(f"The structure has {has}, so there is no model {model}.", setting="model")]


def _summary(atoms: Sequence[_Atom]) -> Scan:
    models: dict[str, int] = {}
    backbones: dict[tuple[str, tuple[str, ...]], set[str]] = {}
    for atom in atoms:
        models[atom.model] = models.get(atom.model, 0) + 1
        if atom.name in _BACKBONE:
            backbones.setdefault((atom.chain, atom.residue), set()).add(atom.name)
    chains = dict.fromkeys(chain for (chain, _), names in backbones.items() if len(names) == len(_BACKBONE))
    return Scan(tuple(models), tuple(chains), max(models.values()), len(atoms))


def _pdb(content: str) -> tuple[list[_Atom], Problem | None]:
    atoms = []
    model = "1"
    for number, line in enumerate(content.splitlines(), start=1):
        if line.startswith("MODEL "):
            model = f"{number}"
        elif line.startswith(("ATOM  ", "HETATM")):
            if not all(_is_number(line[start : start + 8]) for start in (30, 38, 46)):
                message = (
                    f"Line {number} is not an atom of a PDB file: columns 31 to 54 must be three coordinates, "
                    f"got {short_repr(line[30:54])}."
                )
                return [], Problem(message, line=number)
            atoms.append(_Atom(model, line[21], (line[22:27],), line[12:16].strip()))
    if not atoms:
        return [], Problem("Expected PDB: no line starts with ATOM or HETATM.", line=1)
    return atoms, None


def _cif(content: str) -> tuple[list[_Atom], Problem | None]:
    """The atoms of the category atom_site. There are none if its rows are not a line each, which is allowed."""
    lines = enumerate(content.splitlines(), start=1)
    columns = _atom_site(lines)
    if not columns:
        return [], Problem("Expected mmCIF: it has no table of atoms (_atom_site).", line=1)
    names, number, line = columns
    if missing := [name for name in _COLUMNS if name not in names]:
        message = (
            f"The table of atoms lacks the columns {', '.join(f'_atom_site.{name}' for name in missing)}."
        )
        return [], Problem(message, line=number)
    places = {name: names.index(name) for name in (*_COLUMNS, *_OPTIONAL) if name in names}
    atoms = []
    while line and not line.startswith(("#", "_", "loop_", "data_")):
        fields = line.split()
        if len(fields) != len(names):
            return [], None
        row = {name: fields[place] for name, place in places.items()}
        if wrong := [row[axis] for axis in ("Cartn_x", "Cartn_y", "Cartn_z") if not _is_number(row[axis])]:
            message = (
                f"Line {number} is not an atom of an mmCIF file: {short_repr(wrong[0])} is not a coordinate."
            )
            return [], Problem(message, line=number)
        chain = row.get("auth_asym_id", row["label_asym_id"])
        residue = (row.get("auth_seq_id", row["label_seq_id"]), row.get("pdbx_PDB_ins_code", ""))
        atoms.append(
            _Atom(row.get("pdbx_PDB_model_num", "1"), chain, residue, row["label_atom_id"].strip("'\""))
        )
        number, line = next(lines, (number, ""))
    if not atoms:
        return [], Problem("The table of atoms (_atom_site) is empty.", line=number)
    return atoms, None


def _atom_site(lines: Iterator[tuple[int, str]]) -> tuple[list[str], int, str] | None:
    """The columns of the table of atoms, and the number and text of its first row."""
    names: list[str] = []
    for number, line in lines:
        if line.startswith("_atom_site."):
            names.append(line.split()[0].removeprefix("_atom_site."))
        elif names:
            return names, number, line
    return None


def _other_format(content: str, format: str) -> str | None:
    """The message for a text that begins as another format."""
    start = content.lstrip()
    if start.startswith(">"):
        return f"Expected {FORMATS[format]}, got FASTA: this tool takes a structure, not a sequence."
    if format == "pdb" and start.startswith("data_"):
        return "Expected PDB, got mmCIF. Submit it with the format cif, if the tool takes that."
    if format == "cif" and start.startswith(("HEADER", "ATOM ", "HETATM", "TITLE", "REMARK", "CRYST1")):
        return "Expected mmCIF, got PDB. Submit it with the format pdb."
    return None


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e7  # also false for NaN
    except ValueError:
        return False
