"""Whether a text is in a format, and what is in it."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Sequence
from typing import Any

from .._frames.file_formats import is_structure, sniff
from .._text import fasta
from .shapes import Column, Output, Sequences, Structure, Table
from .tracks import plots

_START = 20_000
"""How many characters of a text are looked at to recognise it."""

_SVG = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!DOCTYPE svg[^>]*>\s*)?<svg[\s>]", re.DOTALL)
_DIGIT = re.compile(r"\d")

_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,17})")
_FRACTION = re.compile(r"-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")


def image(content: bytes) -> str | None:
    """Return the format of a picture of pixels."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    return "jpeg" if content.startswith(b"\xff\xd8\xff") else None


def is_svg(text: str) -> bool:
    return _SVG.match(text) is not None


def sequences(text: str) -> tuple[fasta.Record, ...]:
    """Return the records of FASTA; none if a record has no sequence, or has digits, as reports of searches have."""
    if not text.lstrip().startswith(">"):
        return ()
    records = fasta.records(text)
    is_fasta = all(record.parts and not _DIGIT.search(record.letters) for record in records)
    return tuple(records) if is_fasta else ()


def of_sequences(name: str, text: str) -> list[Output]:
    records = sequences(text)
    letters = [record.letters for record in records]
    aligned = len(letters) > 1 and len({*map(len, letters)}) == 1 and any("-" in each for each in letters)
    return [Sequences(name=name, records=records, aligned=aligned)] if records else []


def in_value(name: str, text: str) -> Output | None:
    """Return the structure or the sequences that a value of a document is."""
    if "\n" not in text.strip():
        return None
    format = sniff(text)
    if format in ("pdb", "cif", "sdf", "mol2") and is_structure(format, text):
        return Structure(name=name, format=format, text=text)
    return next(iter(of_sequences(name, text)), None)


def table(name: str, text: str, delimiter: str) -> Sequence[Output]:
    """Return the table in a text, with the types that its cells look like; nothing if its rows differ in length."""
    try:
        header, *rows = (
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row
        )
    except (ValueError, csv.Error):  # without lines, or not CSV
        return []
    if len(header) < 2 or any(len(row) != len(header) for row in rows):
        return []
    cells = [_typed(column) for column in zip(*rows, strict=True)] if rows else [(str, [])] * len(header)
    columns = tuple(Column(title.strip(), kind) for title, (kind, _) in zip(header, cells, strict=True))
    made = list(zip(*(values for _, values in cells), strict=True))
    return list(plots(Table(name=name, columns=columns, rows=made)))


def _typed(cells: Sequence[str]) -> tuple[type, list[Any]]:
    given = [cell.strip() for cell in cells]
    filled = [cell for cell in given if cell]
    for kind, pattern in ((int, _WHOLE), (float, _FRACTION)):
        if filled and all(pattern.fullmatch(cell) and math.isfinite(kind(cell)) for cell in filled):
            return kind, [kind(cell) if cell else None for cell in given]
    return str, [cell if cell.strip() else None for cell in cells]


def document(text: str) -> Any:
    """Return the content of a JSON document. Raises ValueError if it is not one, or is nested too deeply."""
    try:
        return json.loads(text, parse_constant=_constant)
    except RecursionError as error:
        raise ValueError(str(error)) from None


def plain(data: Any) -> Any:
    """Return JSON as pages can have it, without numbers that are not finite: NaN is None, and infinity a text."""
    try:
        json.dumps(data, allow_nan=False)
    except ValueError:
        return document(json.dumps(data))
    except RecursionError:
        return data
    return data


def _constant(text: str) -> str | None:
    """Return what JSON has no word for but programs write: None for NaN, and the infinities as text."""
    return None if text == "NaN" else text
