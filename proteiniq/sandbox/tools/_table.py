"""Write the rows of a result document as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any


def write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `rows` with a header line. None becomes an empty field, booleans `true` and `false`.

    Numbers have at most six decimals, or five significant digits below 0.001: more would be the noise of binary
    fractions. The result document has them in full.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_field(row[column]) for column in columns])


def flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with nested mappings flattened: `{"atoms": {"C": 1}}` becomes `{"atoms_C": 1}`."""
    result: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            result |= {f"{key}_{name}": item for name, item in value.items()}
        else:
            result[key] = value
    return result


def _field(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4e}" if 0 < abs(value) < 1e-3 else round(value, 6)
    return value
