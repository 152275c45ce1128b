"""Tables that are more: values along a sequence, and curves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any

import attrs

from .shapes import Curve, Line, Output, PerResidue, Table

_POSITIONS = (
    "position",
    "pos",
    "seq_pos",
    "residue_index",
    "residue_number",
    "residue_id",
    "res_id",
    "resi",
    "resnum",
)
_NUMBERS = ("index", "number", "residue")
"""Columns that may number residues, if another one has their letters."""

_LETTERS = ("residue", "residue_name", "resname", "res", "aa", "amino_acid")
_CHAINS = ("chain", "chain_id", "chain_name")

_FEWEST = 3
"""With fewer rows, there is nothing to draw."""


def plots(table: Table) -> Iterator[Output]:
    """Yield the table, as one along a sequence if it is, and the curve before it that its rows are, if any."""
    if len(table.rows) >= _FEWEST:
        curve = _curve(table)
        if curve is not None:
            yield curve
        yield _per_residue(table) or table
    else:
        yield table


def _per_residue(table: Table) -> PerResidue | None:
    residue = _place(table, _LETTERS, str)
    chain = _place(table, _CHAINS, str)
    position = _place(table, _POSITIONS, int)
    if position is None and residue is not None:
        position = _place(table, _NUMBERS, int)
    if position is None:
        return None
    values = tuple(
        place
        for place, column in enumerate(table.columns)
        if column.type in (int, float) and place != position
    )
    parts = groupby(table.rows, key=lambda row: None if chain is None else row[chain])
    if not values or not all(ascends([row[position] for row in rows]) for _, rows in parts):
        return None
    return PerResidue(
        **{field.name: getattr(table, field.name) for field in attrs.fields(Table)},
        position=position,
        values=values,
        residue=residue,
        chain=chain,
    )


def _place(table: Table, names: Sequence[str], kind: type) -> int | None:
    """Return the first column with one of the names, of this type."""
    for name in names:
        for place, column in enumerate(table.columns):
            if column.name.rpartition(".")[2].lower() == name and column.type is kind:
                return place
    return None


def _curve(table: Table) -> Curve | None:
    """Return the curve in a table of two columns of numbers, the first of which ascends.

    A column of text before these names the lines.
    """
    if not 2 <= len(table.columns) <= 3:
        return None
    *names, x, y = table.columns
    if not {x.type, y.type} <= {int, float} or any(name.type is not str for name in names):
        return None
    lines = []
    for name, rows in groupby(table.rows, key=lambda row: row[0] if names else ""):
        points = list(rows)
        if len(points) < _FEWEST or not ascends([row[-2] for row in points]):
            return None
        lines.append(
            Line("" if name is None else str(name), [row[-2] for row in points], [row[-1] for row in points])
        )
    return Curve(name=table.name, description=table.description, x=x, y=y, lines=tuple(lines))


def ascends(values: Sequence[Any]) -> bool:
    return None not in values and all(first < second for first, second in pairwise(values))
