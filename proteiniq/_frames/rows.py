"""A result document as the rows of a table, and the types of its columns.

If the document has exactly one list of objects that is not empty, there is a row for each of them; else there is one
row. Columns are named by the path in the document, with dots: `hits.score` for `{"hits": [{"score": 1}]}`. Values
outside the list are repeated in each row. An empty list has no column; any other is JSON text in files and frames. A
column whose values are of different types, other than whole and fractional numbers, is text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from .._inputs.arguments import is_text
from ..errors import InvalidInput

Row = dict[str, Any]

_LARGEST = 2**63 - 1
_EXACT = 2**53
"""Whole numbers up to this are exact as fractional ones."""

_DEEPEST = 20
"""How many objects within objects have columns of their own; what is deeper is JSON text."""


def records(results: Any, table: str | None = None) -> Iterator[Row]:
    """Yield the rows of a result document.

    `table` is the path of the list that they are of, instead of the only one. Raises InvalidInput if there is none.
    """
    results = _object(results)
    listed = main_list(results) if table is None else table
    others: Mapping[str, Any]
    if table is None:
        others = {name: value for name, value in results.items() if name != listed}
        chosen = results[listed] if listed is not None else None
    else:
        lists = dict(_lists(results))
        if table not in lists:
            raise InvalidInput(
                f"table: the result has no list of objects {table!r}, its lists are "
                f"{', '.join(map(repr, lists)) or 'none'}"
            )
        chosen, others = lists[table], _without_lists(results)
    repeated: Row = {}
    _flatten(others, "", repeated)
    if chosen is None:
        yield repeated
        return
    for record in chosen:
        row = dict(repeated)
        _flatten(record, f"{listed}.", row)
        yield row


def main_list(results: Any) -> str | None:
    """Return the name of the only list of objects in a document that is not empty; None if there is not just one."""
    lists = [name for name, value in _object(results).items() if is_records(value)]
    return lists[0] if len(lists) == 1 else None


def contract_path(results: Any, table: str | None, column: str) -> str:
    """Return the path of a column's values in a document as contracts write it, such as `hits[].score`."""
    listed = main_list(results) if table is None else table
    if listed is None or not column.startswith(f"{listed}."):
        return column
    return f"{listed if isinstance(results, Mapping) else ''}[].{column.removeprefix(f'{listed}.')}"


def _object(results: Any) -> Mapping[str, Any]:
    """Return a document as an object, which most are."""
    if isinstance(results, Mapping):
        return results
    return {} if results is None else {"results": results}


def _lists(values: Mapping[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Yield the paths and values of all lists of objects, of empty lists, too."""
    for name, value in values.items():
        if is_records(value) or value == []:
            yield f"{prefix}{name}", value
        elif isinstance(value, Mapping) and depth < _DEEPEST:
            yield from _lists(value, f"{prefix}{name}.", depth + 1)


def _without_lists(values: Mapping[str, Any], depth: int = 0) -> Mapping[str, Any]:
    return {
        name: _without_lists(value, depth + 1) if isinstance(value, Mapping) and depth < _DEEPEST else value
        for name, value in values.items()
        if not is_records(value)
    }


def is_records(value: Any) -> bool:
    """Whether the value is a list of objects that is not empty."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def flat(record: Mapping[str, Any]) -> Row:
    """Return the values of an object, and those of objects within it, by their paths."""
    row: Row = {}
    _flatten(record, "", row)
    return row


def _flatten(values: Mapping[str, Any], prefix: str, row: Row, depth: int = 0) -> None:
    for name, value in values.items():
        if isinstance(value, Mapping) and depth < _DEEPEST:
            _flatten(value, f"{prefix}{name}.", row, depth + 1)
        elif value != []:
            path = f"{prefix}{name}"
            while path in row:  # of a name with a dot
                path += "_"
            row[path] = value


def types(rows: Iterable[Row], stated: Mapping[str, type | None] | None = None) -> dict[str, type]:
    """Return the columns of a table and their types, in the order in which they first occur.

    A type is bool, int, float or str; int is for whole numbers of 64 bits. The type that is stated for a column is used
    if each value can be converted to it exactly.
    """
    found: dict[str, set[type]] = {}
    for row in rows:
        for name, value in row.items():
            found.setdefault(name, set()).add(_kind(value))
    stated = stated or {}
    return {name: _common(kinds, stated.get(name)) for name, kinds in found.items()}


class _Wide:
    """The type of a whole number that is not exact as a fractional one."""


class _Whole:
    """The type of a fractional number that is exact as a whole one, such as 5.0."""


_EXACT_AS: dict[type, set[type]] = {
    bool: {bool},
    int: {int, _Wide, _Whole},
    float: {int, float, _Whole},
    str: {bool, int, float, str, _Wide, _Whole},
}


def _kind(value: Any) -> type:
    """Return the type of a value in a column: NoneType, bool, int, `_Wide`, float, `_Whole` or str."""
    match value:
        case bool() | None:
            return type(value)
        case int() if abs(value) > _EXACT:
            return _Wide if abs(value) <= _LARGEST else str
        case int():
            return int
        case float():
            return _Whole if value.is_integer() and abs(value) <= _EXACT else float
    return str


def _common(kinds: set[type], stated: type | None) -> type:
    given = kinds - {type(None)}
    if stated is not None and given <= _EXACT_AS[stated]:
        return stated
    for wanted, allowed in ((bool, {bool}), (int, {int, _Wide}), (float, {int, float, _Whole})):
        if given and given <= allowed:
            return wanted
    return str


def by_column(columns: Mapping[str, type], rows: Iterable[Row]) -> dict[str, list[Any]]:
    """Return the values of each column, as its type."""
    made: dict[str, list[Any]] = {name: [] for name in columns}
    convert: dict[str, Callable[[Any], Any]] = {
        name: as_text if kind is str else kind for name, kind in columns.items()
    }
    for row in rows:
        for name, values in made.items():
            value = row.get(name)
            values.append(None if value is None else convert[name](value))
    return made


def as_text(value: Any) -> str:
    """Return a value as text: as JSON, unless it is text already."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if is_text(text) else text.encode("utf-8", "backslashreplace").decode()
