"""What a result document has, without what it is about: the documents are the tools' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._frames.rows import is_records


def lengths(data: Any) -> Iterator[tuple[str, int]]:
    """Yield the names of a document's tables and how many rows each has, or how many values it has without tables."""
    found = list(tables(data))
    yield from ((name, len(rows)) for name, rows in found)
    if not found and data not in (None, {}, []):
        yield "values", len(data) if isinstance(data, (Mapping, list)) else 1


def tables(data: Any) -> Iterator[tuple[str, list[Mapping[str, Any]]]]:
    """Yield the lists of objects in a document, by their names; a document that is such a list has the name `rows`."""
    for name, value in data.items() if isinstance(data, Mapping) else [("rows", data)]:
        if is_records(value):
            yield str(name), value
