"""The structured results of a batch as one table: the rows of all results, one after another."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from .._frames import tables
from .._frames.rows import Row, as_text, by_column, records, types
from .._inputs.arguments import check_flags
from .._inputs.files import new_file
from .._libraries import package
from .._shown import Shown
from .._transfer.durable import replacing
from ._folder import BatchFolder
from ._result import read
from ._summary import summaries, write_csv

_FIRST = {"item": str, "job_id": str, "status": str, "credits": float}
"""The columns that every row has. A result's own column of the same name is `results.…`."""

_AT_ONCE = 10_000
"""How many rows are converted at once for a Parquet file."""


class Table(Shown):
    """The structured results of the batch in a folder, as they are when a method is called.

    Each row has `item`, the item's id, `job_id`, `status`, that of the job, and `credits`, what all jobs of the item
    cost, which is the same in all its rows. An item that has the result of an equal one cost nothing, and has no
    `credits`.

    An item has a row for each object if its results have exactly one list of objects that is not empty, else one row.
    Columns are named by the path in the results, with dots: `hits.score` for `{"hits": [{"score": 1}]}`. Values outside
    the list are repeated in each row. A list is JSON text in files and frames, and a column whose values are of
    different types, other than whole and fractional numbers, is text.
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
        target = _target(path, overwrite)
        with BatchFolder.read(self._path) as folder, replacing(target) as file:
            columns = _columns(rows(folder))
            schema = tables.schema(columns)
            left = rows(folder)
            with parquet.ParquetWriter(file, schema) as writer:
                while some := list(islice(left, _AT_ONCE)):
                    writer.write_table(pyarrow.table(by_column(columns, some), schema=schema))
        return target

    def to_pandas(self) -> Any:
        """Return the rows as a DataFrame of pandas with nullable types: Int64, Float64, boolean and string.

        Raises BatchError, and ConfigurationError without pandas.
        """
        return tables.to_pandas(self._read)

    def to_polars(self) -> Any:
        """Return the rows as a DataFrame of polars. Raises BatchError, and ConfigurationError without polars."""
        return tables.to_polars(self._read)

    def to_arrow(self) -> Any:
        """Return the rows as a Table of pyarrow: int64, double, bool and string.

        Raises BatchError, and ConfigurationError without pyarrow.
        """
        return tables.to_arrow(self._read)

    def _read(self) -> tables.Columns:
        found = list(self)
        columns = _columns(found)
        return tables.Columns(columns, by_column(columns, found))


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


def _free(name: str) -> str:
    return f"results.{name}" if name in _FIRST else name


def _columns(given: Iterable[Row]) -> dict[str, type]:
    """Return the columns of a table and their types, in the order in which they first occur."""
    return {**_FIRST, **{name: kind for name, kind in types(given).items() if name not in _FIRST}}


def _cell(value: Any) -> str:
    return "" if value is None else as_text(value)


def _target(path: str | os.PathLike[str], overwrite: bool) -> Path:
    check_flags(overwrite=overwrite)
    return new_file(path, overwrite=overwrite)
