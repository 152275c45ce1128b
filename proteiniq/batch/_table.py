"""The structured results of a batch as one table.

Each item with a result has a row, or several: if its results have exactly one list of objects that is not empty, one
for each of them. Columns are named by the path in the results, with dots: `hits.score` for `{"hits": [{"score": 1}]}`.
Values outside the list are repeated in each row. An empty list has no column; any other is JSON text in files and
frames. A column whose values are of different types, other than whole and fractional numbers, is text.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from .._inputs.arguments import check_flags, is_text
from .._inputs.files import save_path
from .._transfer.durable import replacing
from ._folder import BatchFolder
from ._frames import package
from ._result import read
from ._summary import summaries, write_csv

Row = dict[str, Any]

_FIRST = {"item": str, "job_id": str, "status": str, "credits": float}
"""The columns that every row has. A result's own column of the same name is `results.…`."""

_AT_ONCE = 10_000
"""How many rows are converted at once for a Parquet file."""

_LARGEST = 2**63 - 1
_EXACT = 2**53
"""Whole numbers up to this are exact as fractional ones."""


class Table:
    """The structured results of the batch in a folder, as they are when a method is called.

    Each row has `item`, the item's id, `job_id`, `status`, that of the job, and `credits`, what all jobs of the item
    cost, which is the same in all its rows. An item that has the result of an equal one cost nothing, and has no
    `credits`.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder

    def __iter__(self) -> Iterator[Row]:
        """Yield the rows, with lists as they are. Raises BatchError if a result is missing or damaged."""
        with BatchFolder.read(self._path) as folder:
            yield from rows(folder)

    def write_csv(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the rows as CSV in UTF-8, and return the path.

        Raises FileExistsError without `overwrite`, OSError, BatchError.
        """
        target = _target(path, overwrite)
        with BatchFolder.read(self._path) as folder, replacing(target) as file:
            columns = _columns(rows(folder))
            lines = ([_cell(row.get(name)) for name in columns] for row in rows(folder))
            write_csv(file, tuple(columns), lines)
        return target

    def write_parquet(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the rows as a Parquet file with pyarrow, and return the path.

        Raises FileExistsError without `overwrite`, OSError, BatchError, and ConfigurationError without pyarrow.
        """
        pyarrow = package("pyarrow", "writing Parquet", "parquet")
        parquet = package("pyarrow.parquet", "writing Parquet", "parquet")
        types = {
            bool: pyarrow.bool_(),
            int: pyarrow.int64(),
            float: pyarrow.float64(),
            str: pyarrow.string(),
        }
        target = _target(path, overwrite)
        with BatchFolder.read(self._path) as folder, replacing(target) as file:
            columns = _columns(rows(folder))
            schema = pyarrow.schema([(name, types[kind]) for name, kind in columns.items()])
            left = rows(folder)
            with parquet.ParquetWriter(file, schema) as writer:
                while some := list(islice(left, _AT_ONCE)):
                    writer.write_table(pyarrow.table(_by_column(columns, some), schema=schema))
        return target

    def to_pandas(self) -> Any:
        """Return the rows as a DataFrame of pandas with nullable types: Int64, Float64, boolean and string.

        Raises BatchError, and ConfigurationError without pandas.
        """
        pandas = package("pandas", "to_pandas()", "pandas")
        types = {bool: "boolean", int: "Int64", float: "Float64", str: "string"}
        columns, made = self._read()
        return pandas.DataFrame(
            {name: pandas.array(made[name], dtype=types[kind]) for name, kind in columns.items()}
        )

    def to_polars(self) -> Any:
        """Return the rows as a DataFrame of polars. Raises BatchError, and ConfigurationError without polars."""
        polars = package("polars", "to_polars()", "polars")
        types = {bool: polars.Boolean, int: polars.Int64, float: polars.Float64, str: polars.String}
        columns, made = self._read()
        return polars.DataFrame(made, schema={name: types[kind] for name, kind in columns.items()})

    def _read(self) -> tuple[dict[str, type], dict[str, list[Any]]]:
        found = list(self)
        columns = _columns(found)
        return columns, _by_column(columns, found)


def rows(folder: BatchFolder) -> Iterator[Row]:
    """Yield the rows of all items that have a result. Raises BatchError if one is missing or damaged."""
    for item in summaries(folder):
        if item.folder is None:
            continue
        document = read(folder.path, item) if item.has_data else {}
        first = {
            "item": item.id,
            "job_id": document.get("job_id") or item.job_id,
            "status": document.get("status") or item.job_status,
            "credits": item.credits,
        }
        for values in records(document.get("results")):
            yield {**first, **{_free(name): value for name, value in values.items()}}


def records(results: Any) -> Iterator[Row]:
    """Yield the rows of one result, without the columns that every row has."""
    if not isinstance(results, Mapping):
        results = {} if results is None else {"results": results}
    lists = [name for name, value in results.items() if _is_records(value)]
    repeated: Row = {}
    _flatten({name: value for name, value in results.items() if [name] != lists}, "", repeated)
    if len(lists) != 1:
        yield repeated
        return
    for record in results[lists[0]]:
        row = dict(repeated)
        _flatten(record, f"{lists[0]}.", row)
        yield row


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, Mapping) for each in value)


def _flatten(values: Mapping[str, Any], prefix: str, row: Row) -> None:
    for name, value in values.items():
        if isinstance(value, Mapping):
            _flatten(value, f"{prefix}{name}.", row)
        elif value != []:
            path = f"{prefix}{name}"
            while path in row:  # of a name with a dot
                path += "_"
            row[path] = value


def _free(name: str) -> str:
    return f"results.{name}" if name in _FIRST else name


def _columns(given: Iterable[Row]) -> dict[str, type]:
    """Return the columns of a table and their types, in the order in which they first occur."""
    found: dict[str, set[type]] = {}
    for row in given:
        for name, value in row.items():
            found.setdefault(name, set()).add(_kind(value))
    return {**_FIRST, **{name: _common(kinds) for name, kinds in found.items() if name not in _FIRST}}


class _Wide:
    """The type of a whole number that is not exact as a fractional one."""


def _kind(value: Any) -> type:
    """Return the type of a value in a column: NoneType, bool, int, `_Wide`, float or str."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _EXACT:
        return _Wide if abs(value) <= _LARGEST else str
    return type(value) if isinstance(value, (bool, int, float, type(None))) else str


def _common(kinds: set[type]) -> type:
    given = kinds - {type(None)}
    for wanted, allowed in ((bool, {bool}), (int, {int, _Wide}), (float, {int, float})):
        if given and given <= allowed:
            return wanted
    return str


def _by_column(columns: Mapping[str, type], given: Iterable[Row]) -> dict[str, list[Any]]:
    """Return the values of each column, as its type."""
    made: dict[str, list[Any]] = {name: [] for name in columns}
    convert: dict[str, Callable[[Any], Any]] = {
        name: _text if kind is str else kind for name, kind in columns.items()
    }
    for row in given:
        for name, values in made.items():
            value = row.get(name)
            values.append(None if value is None else convert[name](value))
    return made


def _cell(value: Any) -> str:
    return "" if value is None else _text(value)


def _text(value: Any) -> str:
    """Return a value as text: as JSON, unless it is text already."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if is_text(text) else text.encode("utf-8", "backslashreplace").decode()


def _target(path: str | os.PathLike[str], overwrite: bool) -> Path:
    check_flags(overwrite=overwrite)
    target = save_path(path)
    if not overwrite and os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "A file exists: pass overwrite=True to replace it", str(target))
    return target
