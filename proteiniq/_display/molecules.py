"""Read files of small molecules: SDF and MOL (V2000, V3000), MOL2, XYZ."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .structure import MOST_ATOMS, Bond, Model, Point, Row, Unreadable, element_in, position, residues

_MOST_PROPERTIES = 20
_LONGEST_PROPERTY = 60
"""Of the data items of an SDF record, shorter ones are shown; a whole file may be in one."""


def read_sdf(text: str) -> Iterator[Model]:
    """Yield the molecules of an SDF or MOL file. Raises Unreadable."""
    lines = text.splitlines()
    start = 0
    while start < len(lines):
        end = next((at for at in range(start, len(lines)) if lines[at].startswith("$$$$")), len(lines))
        if any(line.strip() for line in lines[start:end]):
            yield _record(lines, start, end)
        start = end + 1


def _record(lines: Sequence[str], start: int, end: int) -> Model:
    if end - start < 4:
        raise Unreadable(f"line {end}: a record must have a header of three lines and one of counts")
    counts = lines[start + 3]
    if "V3000" in counts:
        rows, bonds, at = _v3000(lines, start + 4, end)
    else:
        rows, bonds, at = _v2000(lines, start + 3, end)
    properties: list[tuple[str, str]] = []
    while at < end:
        name = re.match(r">.*<(.*)>", lines[at])
        if name and at + 1 < end and len(properties) < _MOST_PROPERTIES:
            value = lines[at + 1].strip()
            is_short = at + 2 >= end or not lines[at + 2].strip() or lines[at + 2].startswith(">")
            if value and is_short and len(value) <= _LONGEST_PROPERTY:
                properties.append((name[1], value))
        at += 1
    return Model(lines[start].strip(), residues(rows), tuple(bonds), tuple(properties))


def _v2000(lines: Sequence[str], at: int, end: int) -> tuple[list[Row], list[Bond], int]:
    atoms, bonds = (_whole(lines[at][start : start + 3], "a count", at + 1) for start in (0, 3))
    first = at + 1
    _check_count(atoms, end - first - bonds, at + 1)
    rows = []
    for place in range(first, first + atoms):
        line = lines[place]
        rows.append(_row(line[31:34].strip(), position((line[:10], line[10:20], line[20:30]), place + 1)))
    made = []
    for place in range(first + atoms, first + atoms + bonds):
        cells = [_whole(lines[place][start : start + 3], "a bond", place + 1) for start in (0, 3, 6)]
        made.append(_bond(cells[0], cells[1], cells[2], atoms, place + 1))
    return rows, made, first + atoms + bonds


def _v3000(lines: Sequence[str], at: int, end: int) -> tuple[list[Row], list[Bond], int]:
    rows: list[Row] = []
    indices: dict[str, int] = {}
    bonds: list[Bond] = []
    inside = ""
    while at < end and not lines[at].startswith("M  END"):
        cells = lines[at].split()[2:]
        if cells[:1] in (["BEGIN"], ["END"]):
            inside = cells[1] if cells[0] == "BEGIN" and len(cells) > 1 else ""
        elif inside == "ATOM" and len(cells) >= 5:
            indices[cells[0]] = len(rows) + 1
            rows.append(_row(cells[1], position(cells[2:5], at + 1)))
        elif inside == "BOND" and len(cells) >= 4:
            one, other = (indices.get(each, 0) for each in cells[2:4])
            bonds.append(_bond(one, other, _whole(cells[1], "a bond", at + 1), len(rows), at + 1))
        at += 1
    _check_count(len(rows), MOST_ATOMS, at)
    return rows, bonds, at


def read_mol2(text: str) -> Iterator[Model]:
    """Yield the molecules of a MOL2 file. Raises Unreadable."""
    title, section, at_title = "", "", -1
    rows: list[Row] = []
    indices: dict[str, int] = {}
    bonds: list[Bond] = []
    for place, line in enumerate(text.splitlines(), 1):
        if line.startswith("@<TRIPOS>"):
            section = line[9:].strip()
            if section == "MOLECULE":
                if rows:
                    yield Model(title, residues(rows), tuple(bonds))
                title, at_title, rows, indices, bonds = "", place + 1, [], {}, []
        elif place == at_title:
            title = line.strip()
        elif section == "ATOM" and line.strip() and not line.startswith("#"):
            cells = line.split()
            if len(cells) < 6:
                raise Unreadable(f"line {place}: an atom must have a name, three coordinates and a type")
            indices[cells[0]] = len(rows) + 1
            _check_count(len(rows), MOST_ATOMS, place)
            rows.append(_mol2_row(cells, position(cells[2:5], place)))
        elif section == "BOND" and line.strip() and not line.startswith("#"):
            cells = line.split()
            if len(cells) < 4:
                raise Unreadable(f"line {place}: a bond must have two atoms and a type")
            one, other = (indices.get(each, 0) for each in cells[1:3])
            order = int(cells[3]) if cells[3] in ("1", "2", "3") else 1
            bonds.append(_bond(one, other, order, len(rows), place))
    if rows:
        yield Model(title, residues(rows), tuple(bonds))


def _mol2_row(cells: Sequence[str], at: Point) -> Row:
    name, element = cells[1], cells[5].partition(".")[0]
    residue = re.fullmatch(r"([A-Za-z]{3})(-?\d+)", cells[7]) if len(cells) > 7 else None
    if residue:
        return Row(name, residue[1].upper(), "", residue[2], at, None, element.capitalize())
    return Row(name, cells[7] if len(cells) > 7 else "", "", "", at, None, element.capitalize())


def read_xyz(text: str) -> Iterator[Model]:
    """Yield the frames of an XYZ file. Raises Unreadable."""
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        atoms = _whole(lines[at], "the number of atoms", at + 1)
        _check_count(atoms, len(lines) - at - 2, at + 1)
        title = lines[at + 1].strip()
        rows = []
        for place in range(at + 2, at + 2 + atoms):
            cells = lines[place].split()
            if len(cells) < 4:
                raise Unreadable(f"line {place + 1}: an atom must have an element and three coordinates")
            rows.append(_row(cells[0], position(cells[1:4], place + 1)))
        yield Model(title, residues(rows))
        at += 2 + atoms


def _row(element: str, position: tuple[float, float, float]) -> Row:
    return Row(
        element, "", "", "", position, None, element_in(element) if len(element) > 2 else element.capitalize()
    )


def _whole(text: str, what: str, line: int) -> int:
    if not re.fullmatch(r"\s*\d+\s*", text):
        raise Unreadable(f"line {line}: {what} must be a whole number, got {text.strip()[:40]!r}")
    return int(text)


def _bond(one: int, other: int, order: int, atoms: int, line: int) -> Bond:
    if not (1 <= one <= atoms and 1 <= other <= atoms):
        raise Unreadable(f"line {line}: a bond is between atoms that the file doesn't have")
    return one - 1, other - 1, order if order in (2, 3) else 1


def _check_count(atoms: int, there: int, line: int) -> None:
    if atoms > MOST_ATOMS:
        raise Unreadable(f"the file has more than {MOST_ATOMS:,} atoms")
    if atoms > there:
        raise Unreadable(f"line {line}: the file ends before the {atoms:,} atoms that it announces")
