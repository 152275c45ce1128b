"""Tables as frames of pandas and polars, and as tables of Arrow. All have the same types, which allow missing values.

The values are converted here, since the libraries' own constructors turn whole numbers with gaps into fractional ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs

from .._libraries import package
from ..models import Tool
from .described import check_tool, described
from .rows import by_column, contract_path, records, types


@attrs.frozen
class Columns:
    """The columns of a table: their types, which are bool, int, float or str, and their values."""

    types: Mapping[str, type]
    values: Mapping[str, list[Any]]


def to_pandas(read: Callable[[], Columns]) -> Any:
    """Return a DataFrame; the table is only read if there is pandas."""
    pandas = package("pandas", "to_pandas()", "pandas")
    kinds = {bool: "boolean", int: "Int64", float: "Float64", str: "string"}
    columns = read()
    return pandas.DataFrame(
        {name: pandas.array(columns.values[name], dtype=kinds[kind]) for name, kind in columns.types.items()}
    )


def to_polars(read: Callable[[], Columns]) -> Any:
    """Return a DataFrame; the table is only read if there is polars."""
    polars = package("polars", "to_polars()", "polars")
    kinds = {bool: polars.Boolean, int: polars.Int64, float: polars.Float64, str: polars.String}
    columns = read()
    return polars.DataFrame(
        columns.values, schema={name: kinds[kind] for name, kind in columns.types.items()}
    )


def to_arrow(read: Callable[[], Columns]) -> Any:
    """Return a Table; the table is only read if there is pyarrow."""
    pyarrow = package("pyarrow", "to_arrow()", "parquet")
    columns = read()
    return pyarrow.table(columns.values, schema=schema(columns.types))


def schema(types: Mapping[str, type]) -> Any:
    """Return the schema of Arrow for columns of these types."""
    pyarrow = package("pyarrow", "writing Parquet", "parquet")
    kinds = {bool: pyarrow.bool_(), int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    return pyarrow.schema([(name, kinds[kind]) for name, kind in types.items()])


def of_document(data: Any, table: str | None, contract: Tool | None) -> Columns:
    """Return the table in a result document. Raises InvalidInput if there is no list `table` in it."""
    check_tool(contract)
    rows = list(records(data, table))
    names = dict.fromkeys(name for row in rows for name in row)
    stated = {name: described(contract, contract_path(data, table, name)).type for name in names}
    kinds = types(rows, stated)
    return Columns(kinds, by_column(kinds, rows))
