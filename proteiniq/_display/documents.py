"""A result document as outputs, by the shapes of its values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard

import attrs

from .._frames.described import Described
from .._frames.rows import as_text, flat, is_records, types
from . import texts
from .shapes import Column, Curve, Line, Matrix, Numbers, Output, Table, Tree, Value, Values
from .tracks import ascends, plots

Describe = Callable[[str], Described]

_DEEPEST = 4
"""How many objects within objects are looked into; what is deeper is shown as a tree."""

_PAE = ("pae", "predicted_aligned_error")
"""Keys of predicted aligned errors: ColabFold's, and that of files of the AlphaFold Protein Structure Database."""

_LARGEST = 2**63


def outputs(data: Any, describe: Describe, file: str = "") -> list[Output]:
    """Return the outputs in a document. `file` is the name of the file that it is the content of."""
    found = _Walk(describe, file)
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], Mapping) and _has_matrix(data[0]):
        data = data[0]  # as in the files of the AlphaFold database
    found.add(data, "", 0)
    return found.outputs()


@attrs.define
class _Walk:
    describe: Describe
    file: str
    values: list[Value] = attrs.field(factory=list)
    found: list[Output] = attrs.field(factory=list)

    def outputs(self) -> list[Output]:
        values = [Values(name=self.file, values=tuple(self.values))] if self.values else []
        return [*values, *self.found]

    def add(self, value: Any, path: str, depth: int) -> None:
        if isinstance(value, Mapping) and value and depth < _DEEPEST:
            self._object(value, path, depth)
        elif isinstance(value, list) and value:
            self.found += self._list(value, path)
        elif isinstance(value, Mapping) and value:
            self.found.append(self._make(Tree, path, value=texts.plain(value)))
        elif isinstance(value, str) and (made := texts.in_value(self._name(path), value)) is not None:
            self.found.append(attrs.evolve(made, description=self.describe(path).description))
        elif depth or value not in (None, [], {}):
            known = self.describe(path)
            self.values.append(Value(path, texts.plain(value), known.unit, known.description))

    def _object(self, value: Mapping[str, Any], path: str, depth: int) -> None:
        prefix = f"{path}." if path else ""
        drawn, curves = self._curves(value, prefix)
        self.found += curves
        for key, each in value.items():
            if key in drawn:
                continue
            inner, before = f"{prefix}{key}", len(self.found)
            if is_records(each):
                self.found += self._table(_without(each, drawn, key), inner)
            else:
                self.add(each, inner, depth + 1)
            if key in _PAE and len(self.found) > before and isinstance(made := self.found[-1], Matrix):
                highest = value.get(f"max_{key}")
                self.found[-1] = attrs.evolve(
                    made, kind="pae", unit="Å", highest=highest if _is_number(highest) else None
                )

    def _list(self, value: list[Any], path: str) -> Iterator[Output]:
        known = self.describe(path)
        if is_numbers(value):
            yield self._make(Numbers, path, values=value, unit=known.unit)
        elif all(is_numbers(row) and len(row) == 2 and None not in row for row in value) and len(value) > 2:
            line = Line("", [row[0] for row in value], [row[1] for row in value])
            yield self._make(Curve, path, x=Column("x", float), y=Column("y", float), lines=(line,))
        elif len(value) > 1 and all(is_numbers(row) and len(row) == len(value) for row in value):
            yield self._make(Matrix, path, rows=value, unit=known.unit)
        elif is_records(value):
            yield from self._table(value, path)
        else:
            yield self._make(Tree, path, value=texts.plain(value))

    def _table(self, records: Sequence[Mapping[str, Any]], path: str) -> Iterator[Output]:
        rows = [flat(record) for record in texts.plain(records)]
        known = {name: self.describe(f"{path}[].{name}") for name in types(rows)}
        kinds = types(rows, {name: each.type for name, each in known.items()})
        if not kinds:
            yield self._make(Tree, path, value=list(records))
            return
        columns = tuple(
            Column(name, kind, known[name].unit, known[name].description) for name, kind in kinds.items()
        )
        yield from plots(
            self._make(
                Table, path, columns=columns, rows=[[row.get(each.name) for each in columns] for row in rows]
            )
        )

    def _curves(self, value: Mapping[str, Any], prefix: str) -> tuple[set[str], list[Output]]:
        """Return the curves in an object, and the keys, and `key.column`s, whose values they have.

        The `x` of all is the one list of numbers in the object that ascends; each other list as long has the `y` of a
        line, and so have the lists in a column of records.
        """
        lists = {key: each for key, each in value.items() if isinstance(each, list) and is_numbers(each)}
        ascending = [key for key, each in lists.items() if len(each) > 1 and ascends(each)]
        if len(ascending) != 1:
            return set(), []
        along = ascending[0]
        at = lists[along]
        x = self._column(along, f"{prefix}{along}")
        drawn: set[str] = set()
        made: list[Output] = []
        for key, each in value.items():
            if key in lists:
                if key != along and len(each) == len(at):
                    path = f"{prefix}{key}"
                    made.append(
                        self._make(Curve, path, x=x, y=self._column(key, path), lines=(Line(key, at, each),))
                    )
                    drawn.add(key)
            elif is_records(each):
                for name in _lists_in(each, len(at)):
                    lines = tuple(
                        Line(_label(record, number), at, record[name])
                        for number, record in enumerate(each, start=1)
                    )
                    y = self._column(name, f"{prefix}{key}[].{name}")
                    made.append(
                        attrs.evolve(
                            self._make(Curve, f"{prefix}{key}.{name}", x=x, y=y, lines=lines),
                            description=y.description,
                        )
                    )
                    drawn.add(f"{key}.{name}")
        return drawn | {along} if made else set(), made

    def _column(self, name: str, path: str) -> Column:
        known = self.describe(path)
        return Column(name, float, known.unit, known.description)

    def _name(self, path: str) -> str:
        return ": ".join(each for each in (self.file, path) if each)

    def _make(self, kind: type[Any], path: str, **fields: Any) -> Any:
        return kind(name=self._name(path), description=self.describe(path).description, **fields)


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and abs(value) < _LARGEST
        and math.isfinite(value)
    )


def is_numbers(value: Any) -> TypeGuard[list[Any]]:
    """Whether the value is a list of numbers, one at least, and of None. Matrices have millions, so no loop of ours."""
    if not isinstance(value, list):
        return False
    kinds = set(map(type, value))
    if not {int, float} & kinds or not kinds <= {int, float, type(None)}:
        return False
    given = [each for each in value if each is not None] if type(None) in kinds else value
    return min(given) > -_LARGEST and max(given) < _LARGEST and not any(map(math.isnan, given))


def _has_matrix(record: Mapping[str, Any]) -> bool:
    return any(
        isinstance(each, list) and len(each) > 1 and all(is_numbers(row) for row in each)
        for each in record.values()
    )


def _lists_in(records: Sequence[Mapping[str, Any]], length: int) -> list[str]:
    """Return the keys that have a list of so many numbers in each record."""
    return [
        name
        for name in records[0]
        if all(is_numbers(record.get(name)) and len(record[name]) == length for record in records)
    ]


def _label(record: Mapping[str, Any], number: int) -> str:
    """Return the first text in a record, which is usually its name."""
    return next((as_text(each) for each in record.values() if isinstance(each, str) and each), str(number))


def _without(records: Sequence[Mapping[str, Any]], drawn: set[str], key: str) -> Sequence[Mapping[str, Any]]:
    if not any(each.startswith(f"{key}.") for each in drawn):
        return records
    return [
        {name: each for name, each in record.items() if f"{key}.{name}" not in drawn} for record in records
    ]
