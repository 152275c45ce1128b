"""Which row of a result belongs to which residue of a structure.

Rows are put to residues only where there is no doubt: what is off by one would look right.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import Any

import attrs

from .colours import CATEGORIES, Value
from .structure import Residue, Structure

_CHAIN = ("chain", "chain_id", "asym_id")
_NUMBER = (
    "residue_number", "residue_index", "residue_id", "resnum", "res_num", "resi", "resid", "position", "pos", "number",
    "index", "residue",
)  # fmt: skip
_INSERTION_CODE = ("insertion_code", "ins_code", "icode")
_LETTER = ("letter", "aa", "amino_acid", "residue_name", "resname", "wild_type", "wildtype", "wt", "residue")
_NAME = ("name", "group")
"""What may be names of residues, or of anything else."""

_STRUCTURE = ("structure", "structure_name")
_KEYS = frozenset((*_CHAIN, *_NUMBER, *_INSERTION_CODE, *_LETTER, *_NAME))

_RESIDUE = re.compile("[A-Za-z0-9]{1,3}")
_GROUP = re.compile(r"N\+|C-|[ACGTU][NO]\d|[A-Za-z0-9]{1,3} +\S{1,4}")
"""Groups besides side chains, as PROPKA names them: ends of chains, atoms of bases (`GN2`), of ligands (`MSE N`)."""

_SECONDARY = frozenset({*"HBEGIPTSCL-~. ", ""})
"""What a column named "structure" has if it is about secondary structure."""

_MOST_NAMES = 30
"""The columns that a message names, at most."""

Row = Mapping[str, Any]


class Ambiguous(ValueError):
    """It can't be told which residue has which value. The message says why."""


@attrs.frozen
class _Listed:
    """A list of rows in a document, by its path, which is empty for the document itself.

    A plain list of numbers has rows with one column, which has the list's name.
    """

    path: str
    rows: Sequence[Row]
    is_plain: bool = False

    @property
    def names(self) -> list[str]:
        """The columns that all rows have."""
        return [str(name) for name in self.rows[0] if all(name in row for row in self.rows)]

    def path_of(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def values_of(data: Any, column: str, structure: Structure) -> list[Value]:
    """Return the values of a column of a result's rows, one for each residue of the polymers of a structure.

    Rows are those of the list of objects that have the column, which may be named by its path too, such as `rows.sasa`;
    or the column is a list of numbers. Rows belong to residues by chain, number and insertion code if each row has a
    residue, and each residue a row, or all letters or names agree; by order, if there is one chain, as many rows as
    residues, and the rows' numbers count from 0 or 1, or there are none. Of rows about several structures, those with
    the structure's name count; rows about groups besides side chains don't. Raises Ambiguous.
    """
    lists = list(_lists(data))
    found = [(each, name) for each in lists for name in each.names if column in (name, each.path_of(name))]
    exact = [(each, name) for each, name in found if each.path_of(name) == column]
    if len(exact or found) != 1:
        what = "no list" if not found else f"{len(found)} lists"
        names = [] if found else list(dict.fromkeys(name for each in lists for name in each.names))
        known = f"; its rows have {', '.join(names[:_MOST_NAMES])}" if names else ""
        raise Ambiguous(f"the result has {what} of rows with {column!r}{known}")
    ((listed, name),) = exact or found
    return [None if row is None else _value(row[name]) for row in _matched(listed.rows, structure, column)]


def columns_of(data: Any, structure: Structure, most: int, *, plain: bool = True) -> dict[str, list[Value]]:
    """Return the first columns of a result's rows that belong to a structure's residues, by the rules of `values_of`.

    Nobody has asked for these, so rows must have numbers or letters of residues; lists of numbers count if `plain`.
    Left out are what names the residues, and what has one value only, or more texts than there are colours.
    """
    lists = list(_lists(data))
    count = Counter(name for each in lists for name in each.names)
    found: dict[str, list[Value]] = {}
    for each in lists:
        if not (plain if each.is_plain else _key(each.rows, _NUMBER, int) or _letters(each.rows)):
            continue
        try:
            rows = _matched(each.rows, structure, each.path)
        except Ambiguous:
            continue
        for name in (name for name in each.names if name.lower() not in _KEYS):
            values = [None if row is None else row[name] for row in rows]
            if _is_shown(values):
                found[name if count[name] == 1 else each.path_of(name)] = values
    return dict(list(found.items())[:most])


def _is_shown(values: Sequence[Any]) -> bool:
    given = [value for value in values if value is not None]
    if not all(isinstance(value, (bool, int, float, str)) for value in given):
        return False
    kinds = len(set(given))
    return 1 < kinds <= (len(CATEGORIES) if any(isinstance(value, str) for value in given) else kinds)


def _lists(data: Any, path: str = "") -> Iterator[_Listed]:
    """Yield the lists of objects or numbers in a document, or in an object of it."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            yield from _lists(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, list) and data:
        if all(isinstance(row, Mapping) for row in data):
            yield _Listed(path, data)
        elif path and all(value is None or _is_number(value) for value in data):
            parent, _, name = path.rpartition(".")
            yield _Listed(parent, [{name: value} for value in data], is_plain=True)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _matched(rows: Sequence[Row], structure: Structure, what: str) -> list[Row | None]:
    """Return the row of each residue. Raises Ambiguous; `what` it is about is named."""
    residues = [each for chain in structure.models[0].chains.values() for each in chain]
    rows = _of_structure(rows, structure)
    letters = _letters(rows)
    rows = [row for row in rows if not any(_GROUP.fullmatch(row[each]) for each in letters)]
    number, chain = _key(rows, _NUMBER, int), _key(rows, _CHAIN, str)
    chains = {residue.chain for residue in residues}
    if residues and number is not None and (chain is not None or len(chains) == 1):
        found = _by_number(rows, residues, number, chain, letters)
        if found is not None:
            return found
    if len(chains) == 1 and len(rows) == len(residues):
        numbers = [row[number] for row in rows] if number is not None else []
        if not numbers or numbers in ([*range(len(rows))], [*range(1, len(rows) + 1)]):
            pairs = zip(rows, residues, strict=True)
            if letters and not all(_agree(row, letters, residue) for row, residue in pairs):
                raise Ambiguous(f"the letters in the rows with {what!r} are not those of {structure.name}")
            return [*rows]
    raise Ambiguous(
        f"it can't be told which residue of {structure.name} has which {what!r}: there are {len(rows):,} rows and "
        f"{len(residues):,} residues, and rows need the residue's chain and number, or the order of the one chain"
    )


def _of_structure(rows: Sequence[Row], structure: Structure) -> Sequence[Row]:
    """Return the rows about a structure, of those about several. Raises Ambiguous if none is named so."""
    key = _key(rows, _STRUCTURE, str)
    runs = [] if key is None else [name for name, _ in groupby(row[key] for row in rows)]
    if key is None or len(runs) < 2 or len(set(runs)) < len(runs) or set(runs) <= _SECONDARY:
        return rows
    own = (structure.name, PurePath(structure.name).stem)
    chosen = [row for row in rows if row[key] in own]
    if not chosen:
        names = f"{', '.join(runs[:5])}{', …' if runs[5:] else ''}"
        raise Ambiguous(
            f"the rows are about {len(runs)} structures ({names}), and {structure.name} is none of them"
        )
    return chosen


def _letters(rows: Sequence[Row]) -> list[str]:
    """Return the columns that name residues, by a letter or by a name."""
    own = {str(name).lower(): name for name in (rows[0] if rows else ())}
    found = [
        own[name]
        for name in _LETTER
        if name in own and all(isinstance(row.get(own[name]), str) for row in rows)
    ]
    return found + [
        own[name]
        for name in _NAME
        if name in own
        and all(
            isinstance(text := row.get(own[name]), str)
            and (_RESIDUE.fullmatch(text) or _GROUP.fullmatch(text))
            for row in rows
        )
    ]


def _key(rows: Sequence[Row], names: Sequence[str], kind: type) -> str | None:
    """Return the first name under which each row has a value of a type, in any case of letters."""
    own = {str(name).lower(): str(name) for name in (rows[0] if rows else ())}

    def fits(value: Any) -> bool:
        return isinstance(value, kind) and not isinstance(value, bool)

    return next(
        (own[name] for name in names if name in own and all(fits(row.get(own[name])) for row in rows)), None
    )


def _by_number(
    rows: Sequence[Row], residues: Sequence[Residue], number: str, chain: str | None, letters: Sequence[str]
) -> list[Row | None] | None:
    """Return the rows by chain, number and insertion code; None if these don't belong together for certain."""
    only = residues[0].chain
    code = _key(rows, _INSERTION_CODE, str)
    keys = [
        (
            row[chain] if chain is not None else only,
            f"{row[number]}{row[code].strip() if code is not None else ''}",
        )
        for row in rows
    ]
    places = {(residue.chain, residue.number): at for at, residue in enumerate(residues)}
    if len(set(keys)) < len(keys) or len(places) < len(residues) or not set(keys) <= set(places):
        return None
    if letters:
        if not all(_agree(row, letters, residues[places[key]]) for row, key in zip(rows, keys, strict=True)):
            return None
    elif len(keys) < len(residues):
        return None
    found: list[Row | None] = [None] * len(residues)
    for row, key in zip(rows, keys, strict=True):
        found[places[key]] = row
    return found


def _agree(row: Row, letters: Sequence[str], residue: Residue) -> bool:
    return any(row[each].upper() in (residue.letter, residue.name.upper()) for each in letters)


def _value(value: Any) -> Value:
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
