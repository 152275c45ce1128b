"""Read PDB files (format 3.3, https://www.wwpdb.org/documentation/file-format), and the PDBQT of AutoDock and Vina."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from .structure import MOST_ATOMS, Model, Row, Unreadable, number, position, residues, spread

_AUTODOCK = {
    "A": "C", "G": "C", "GA": "C", "J": "C", "Q": "C", "NA": "N", "NS": "N", "OA": "O", "OS": "O", "SA": "S",
    "HD": "H", "HS": "H", "W": "O",
}  # fmt: skip
"""Atom types of AutoDock whose letters are not those of the element."""

_SCORE = re.compile(r"REMARK +(VINA RESULT|[\w ]*affinity[\w ()/]*): +(\S+)", re.IGNORECASE)

_Range = tuple[Literal["H", "E"], str, str, str]


def read(text: str, *, autodock: bool = False) -> Iterator[Model]:
    """Yield the models of a PDB file. Raises Unreadable."""
    found: list[tuple[str, list[Row], list[tuple[str, str]]]] = [("", [], [])]
    ranges: list[_Range] = []
    count = 0
    for place, line in enumerate(text.splitlines(), 1):
        record = line[:6].rstrip()
        if record in ("ATOM", "HETATM"):
            count += 1
            if count > MOST_ATOMS:
                raise Unreadable(f"the file has more than {MOST_ATOMS:,} atoms")
            found[-1][1].append(_row(line, place, autodock))
        elif record == "HELIX":
            ranges.append(("H", line[19:20].strip(), _joined(line[21:26]), _joined(line[33:38])))
        elif record == "SHEET":
            ranges.append(("E", line[21:22].strip(), _joined(line[22:27]), _joined(line[33:38])))
        elif record == "MODEL" or record == "ENDMDL":
            if found[-1][1]:
                found.append(("", [], []))
            if record == "MODEL":
                found[-1] = (line[6:].strip(), [], found[-1][2])
        elif score := _SCORE.match(line):
            found[-1][2].append((score[1], score[2]))
    for title, rows, notes in found:
        if rows:
            order = [(row.chain, row.number) for row in rows]
            yield Model(title, residues(rows, spread(order, ranges)), properties=tuple(notes))


def read_pdbqt(text: str) -> Iterator[Model]:
    """Yield the models of a PDBQT file, such as the poses of a docking. Raises Unreadable."""
    return read(text, autodock=True)


def _row(line: str, place: int, autodock: bool) -> Row:
    if len(line) < 54:
        raise Unreadable(f"line {place}: an atom's coordinates end at column 54, and the line at {len(line)}")
    b_factor = line[60:66].strip()
    element = line[77:79].strip() if autodock else line[76:78].strip()
    element = _AUTODOCK.get(element, element) if autodock else element
    if not element.isalpha() and line[12].strip() and line[12:14].isalpha() and line[:6] == "HETATM":
        element = line[12:14] if line[12:16].strip() == line[17:20].strip() else ""  # an ion, such as CA
    return Row(
        name=line[12:16].strip(),
        residue=line[17:20].strip(),
        chain=line[21:22].strip(),
        number=_joined(line[22:27]),
        position=position((line[30:38], line[38:46], line[46:54]), place),
        b_factor=number(b_factor, "a B-factor", place) if b_factor else None,
        element=element.capitalize() if element.isalpha() else "",
        alternate=line[16:17].strip(),
    )


def _joined(text: str) -> str:
    """Return the number of a residue and its insertion code without blanks between."""
    return text.replace(" ", "")
