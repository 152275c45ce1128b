"""Tables as rows: CSV, TSV and Parquet files, and frames of pandas and polars, none of which is imported to tell one.

Columns are named by slot or setting, or `id`; other names are mapped. An empty cell, None, NaN and NA mean that
nothing is given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import attrs

from .._inputs.settings import of_text
from .._inputs.suggestions import suggestion
from .._libraries import is_from, is_missing, package
from ..errors import InvalidInput
from ..models import Tool
from ._text_file import stored_lines

ID = "id"
"""The column of the items' ids."""

_LARGEST_CELL = 2**31 - 1
"""A cell may have a whole structure; the csv module's own limit is 131,072 characters."""

_ROWS = 256
"""How many rows of a Parquet file are converted at once."""


@attrs.frozen
class GivenTable:
    """Rows of cells, one for each column, and where they are from. `name` is for messages.

    `is_text` is true if numbers are text, too. `optional` columns are ignored unless they are mapped.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterator[tuple[str, Sequence[Any]]]
    is_text: bool = False
    optional: frozenset[int] = frozenset()


@attrs.frozen
class GivenRow:
    """What a row gives: the item's id, if any, the data of slots, and settings."""

    id: Any
    inputs: dict[str, Any]
    settings: dict[str, Any]
    source: str


_Target = tuple[Literal["id", "slot", "setting"] | None, str]
"""What a column is for, and the name of the slot or setting."""


def is_frame(value: Any) -> bool:
    """Whether the value is a DataFrame of pandas or polars."""
    return (is_from("pandas", value) or is_from("polars", value)) and hasattr(type(value), "columns")


def is_series(value: Any) -> bool:
    """Whether the value is a Series of pandas."""
    return is_from("pandas", value) and hasattr(type(value), "items") and not is_frame(value)


def of_series(series: Any) -> Iterator[Any]:
    """Return the values of a Series, with the names that its index has."""
    has_names = all(isinstance(name, str) for name in series.index)
    return iter(series.items()) if has_names else iter(series)


def of_frame(frame: Any) -> GivenTable:
    """Return the rows of a frame. Raises InvalidInput for a LazyFrame."""
    if is_from("pandas", frame):
        return _of_pandas(frame)
    if not hasattr(frame, "iter_rows"):
        raise InvalidInput("a polars LazyFrame has no rows yet: pass frame.collect()")
    rows = ((f"row {number} of the DataFrame", row) for number, row in enumerate(frame.iter_rows(), start=1))
    return GivenTable("the DataFrame", tuple(frame.columns), rows)


def of_file(path: Path, kind: str) -> GivenTable:
    """Return the rows of a file; `kind` is "csv", "tsv" or "parquet". Raises InvalidInput, ConfigurationError."""
    return _of_parquet(path) if kind == "parquet" else _of_csv(path, kind)


def rows(table: GivenTable, tool: Tool, columns: Mapping[str, str | None] | None) -> Iterator[GivenRow]:
    """Return what each row gives to the tool's slots and settings.

    `columns` maps columns to a slot, a setting, `id`, or None for one to ignore. Raises InvalidInput, which names the
    columns that are neither.
    """
    return _rows(table, tool, _targets(table, tool, columns or {}))


def _rows(table: GivenTable, tool: Tool, targets: Sequence[_Target]) -> Iterator[GivenRow]:
    by_id = {setting.id: setting for setting in tool.settings}
    for source, cells in table.rows:
        id, inputs, settings = None, {}, {}
        for (kind, name), cell in zip(targets, cells, strict=True):
            if kind is None or _is_missing(cell):
                continue
            if kind == ID:
                id = cell
            elif kind == "slot":
                inputs[name] = cell
            else:
                settings[name] = of_text(cell, by_id.get(name)) if table.is_text else cell
        yield GivenRow(id, inputs, settings, source)


def _targets(table: GivenTable, tool: Tool, columns: Mapping[str, str | None]) -> list[_Target]:
    """Return what each column of a table is. Raises InvalidInput."""
    slots, settings = {slot.id for slot in tool.slots}, {setting.id for setting in tool.settings}
    for name in columns:
        if name not in table.columns:
            raise InvalidInput(
                f"columns: {table.name} has no column {name!r}{suggestion(str(name), table.columns)}"
            )
    found: list[_Target] = []
    unknown: list[str] = []
    for place, column in enumerate(table.columns):
        target = columns.get(column, column)
        if target is None:
            found.append((None, ""))
        elif target == ID:
            found.append(("id", ""))
        elif target in slots:
            found.append(("slot", target))
        elif target in settings or (column in columns and not settings):
            found.append(("setting", target))
        elif column not in columns and place in table.optional:
            found.append((None, ""))
        else:
            unknown.append(column if target == column else f"{column} (mapped to {target})")
            found.append((None, ""))
    if unknown:
        listed = ", ".join(map(repr, unknown))
        known = ", ".join(repr(each) for each in (ID, *sorted(slots), *sorted(settings)))
        raise InvalidInput(
            f"{table.name}: {tool.id} has no slot or setting for column {listed}. Map each with columns={{…}} to one "
            f"of {known}, or to None to ignore it"
        )
    for each in found:
        if each[0] is not None and found.count(each) > 1:
            named = [column for column, other in zip(table.columns, found, strict=True) if other == each]
            what = each[1] or ID
            raise InvalidInput(
                f"{table.name}: columns {', '.join(map(repr, named))} are all for {what!r}: map all but one to None"
            )
    return found


def _of_csv(path: Path, kind: str) -> GivenTable:
    # A carriage return ends a line, too, and csv keeps those within quotation marks.
    lines = (
        part
        for line in stored_lines(path)
        for part in (io.StringIO(line, newline="") if "\r" in line[:-2] else (line,))
    )
    first = next(lines, "")
    reader = csv.reader(chain([first], lines), delimiter=_delimiter(first, kind), strict=True)
    header = [name.strip() for name in next(_csv_rows(reader, path.name), (0, []))[1]]
    if not header:
        raise InvalidInput(f"{path.name} is empty: its first line must name the columns")
    return GivenTable(path.name, tuple(header), _csv_cells(reader, path.name, len(header)), is_text=True)


def _delimiter(header: str, kind: str) -> str:
    """Return what separates the cells. Spreadsheets write semicolons where the comma is the decimal mark."""
    if kind == "tsv":
        return "\t"
    return next((each for each in (",", ";", "\t") if each in header), ",")


def _csv_rows(reader: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the first line and the cells of each row. Raises InvalidInput."""
    while True:
        line = reader.line_num + 1
        before = csv.field_size_limit(_LARGEST_CELL)  # of the whole process
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidInput(f"{name}, line {line}: {error}") from None
        finally:
            csv.field_size_limit(before)
        if any(cell.strip() for cell in row):
            yield line, row


def _csv_cells(reader: Any, name: str, width: int) -> Iterator[tuple[str, Sequence[str]]]:
    for number, (line, row) in enumerate(_csv_rows(reader, name), start=1):
        source = f"{name}, row {number} (line {line})"
        if any(cell.strip() for cell in row[width:]):
            raise InvalidInput(f"{source} has {len(row)} cells, but there are {width} columns")
        # Spreadsheets omit empty cells at the end of a row.
        yield source, [*row[:width], *[""] * (width - len(row))]


def _of_parquet(path: Path) -> GivenTable:
    parquet = package("pyarrow.parquet", f"reading {path.name}", "parquet")
    with _readable(path):
        file = parquet.ParquetFile(path)
    return GivenTable(path.name, tuple(file.schema_arrow.names), _parquet_cells(file, path))


def _parquet_cells(file: Any, path: Path) -> Iterator[tuple[str, Sequence[Any]]]:
    number = 0
    with file, _readable(path):
        for batch in file.iter_batches(batch_size=_ROWS):
            for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                number += 1
                yield f"{path.name}, row {number}", cells


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Raise InvalidInput for the errors of pyarrow, which are of these kinds."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise InvalidInput(f"can't read {str(path)!r}: {error}") from None


def _of_pandas(frame: Any) -> GivenTable:
    """Return the rows of a frame, with the named levels of its index as columns."""
    columns = [str(name) for name in frame.columns]
    levels = [(place, str(name)) for place, name in enumerate(frame.index.names) if name is not None]
    kept = [(place, name) for place, name in levels if name not in columns]

    def cells() -> Iterator[tuple[str, Sequence[Any]]]:
        for number, (index, *row) in enumerate(frame.itertuples(name=None), start=1):
            index_cells = index if frame.index.nlevels > 1 else (index,)
            yield f"row {number} of the DataFrame", [*row, *(index_cells[place] for place, _ in kept)]

    optional = frozenset(range(len(columns), len(columns) + len(kept)))
    return GivenTable("the DataFrame", (*columns, *(name for _, name in kept)), cells(), optional=optional)


def _is_missing(cell: Any) -> bool:
    return is_missing(cell) or (isinstance(cell, str) and not cell.strip())
