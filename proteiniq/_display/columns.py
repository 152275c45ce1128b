"""Which row of a result belongs to which residue of a structure.

Rows are put to residues only where there is no doubt: what is off by one would look right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .colours import Value
from .structure import Residue, Structure

_CHAIN = ("chain", "chain_id", "asym_id")
_NUMBER = (
    "residue_number", "residue_index", "residue_id", "resnum", "res_num", "resi", "resid", "position", "pos", "number",
    "index", "residue",
)  # fmt: skip
_LETTER = ("letter", "aa", "amino_acid", "residue_name", "resname", "wild_type", "wildtype", "wt", "residue")

_MOST_NAMES = 30
"""The columns that a message names, at most."""

Row = Mapping[str, Any]


class Ambiguous(ValueError):
    """It can't be told which residue has which value. The message says why."""


def values_of(data: Any, column: str, structure: Structure) -> list[Value]:
    """Return the values of a column of a result's rows, one for each residue of the polymers of a structure.

    Rows are those of the list of objects that have the column. They belong to residues by chain and number if each row
    has a residue, and each residue a row, or all letters agree; by order, if there is one chain, as many rows as
    residues, and the rows' numbers count from 0 or 1, or there are none. Raises Ambiguous.
    """
    rows = _rows(data, column)
    residues = [each for chain in structure.models[0].chains.values() for each in chain]
    number, chain = _key(rows, _NUMBER, int), _key(rows, _CHAIN, str)
    letter = _key(rows, _LETTER, str)
    chains = {residue.chain for residue in residues}
    if number is not None and (chain is not None or len(chains) == 1):
        found = _by_number(rows, residues, number, chain, letter, column)
        if found is not None:
            return found
    if len(chains) == 1 and len(rows) == len(residues):
        numbers = [row[number] for row in rows] if number is not None else []
        if not numbers or numbers in ([*range(len(rows))], [*range(1, len(rows) + 1)]):
            if letter is not None and not all(
                _agrees(row[letter], residue) for row, residue in zip(rows, residues, strict=True)
            ):
                raise Ambiguous(f"the letters in the rows with {column!r} are not those of {structure.name}")
            return [_value(row[column]) for row in rows]
    raise Ambiguous(
        f"it can't be told which residue of {structure.name} has which {column!r}: there are {len(rows):,} rows and "
        f"{len(residues):,} residues, and rows need the residue's chain and number, or the order of the one chain"
    )


def _rows(data: Any, column: str) -> list[Row]:
    """Return the rows that have the column: one list of objects in the document, or in an object of it."""
    lists = [
        each
        for each in _lists(data)
        if each and all(isinstance(row, Mapping) and column in row for row in each)
    ]
    if len(lists) != 1:
        what = "no list" if not lists else f"{len(lists)} lists"
        names = [] if lists else list(dict.fromkeys(name for each in _lists(data) for name in _names(each)))
        known = f"; its rows have {', '.join(names[:_MOST_NAMES])}" if names else ""
        raise Ambiguous(f"the result has {what} of rows with {column!r}{known}")
    rows: list[Row] = lists[0]
    return rows


def _names(rows: list[Any]) -> list[str]:
    """Return the columns that all rows have."""
    if not rows or not all(isinstance(row, Mapping) for row in rows):
        return []
    return [str(name) for name in rows[0] if all(name in row for row in rows)]


def _lists(data: Any) -> list[Any]:
    if isinstance(data, list):
        return [data]
    if isinstance(data, Mapping):
        return [found for value in data.values() for found in _lists(value)]
    return []


def _key(rows: Sequence[Row], names: Sequence[str], kind: type) -> str | None:
    """Return the first name under which each row has a value of a type."""

    def fits(value: Any) -> bool:
        return isinstance(value, kind) and not isinstance(value, bool)

    return next((name for name in names if all(fits(row.get(name)) for row in rows)), None)


def _by_number(
    rows: Sequence[Row],
    residues: Sequence[Residue],
    number: str,
    chain: str | None,
    letter: str | None,
    column: str,
) -> list[Value] | None:
    """Return the values by chain and number; None if these don't belong together for certain."""
    only = residues[0].chain
    keys = [(row[chain] if chain is not None else only, str(row[number])) for row in rows]
    places = {(residue.chain, residue.number): at for at, residue in enumerate(residues)}
    if len(set(keys)) < len(keys) or len(places) < len(residues) or not set(keys) <= set(places):
        return None
    if letter is not None:
        if not all(_agrees(row[letter], residues[places[key]]) for row, key in zip(rows, keys, strict=True)):
            return None
    elif len(keys) < len(residues):
        return None
    values: list[Value] = [None] * len(residues)
    for row, key in zip(rows, keys, strict=True):
        values[places[key]] = _value(row[column])
    return values


def _agrees(given: str, residue: Residue) -> bool:
    return given.upper() in (residue.letter, residue.name.upper())


def _value(value: Any) -> Value:
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
