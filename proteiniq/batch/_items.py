"""From what users have to the items of a batch, one at a time.

An item without an id has the name of its record or file, or else a number from its place, so that the same data has
the same ids again when the batch goes on.
"""

from __future__ import annotations

import numbers
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import attrs

from .._inputs import entries, files, formats, settings as job_settings, values
from .._inputs.arguments import is_text
from .._message_text import short_repr
from .._text import fasta
from ..errors import InvalidInput
from ..models import Slot, Tool
from . import _frames
from ._text_file import text_lines

RECORD = "record"
"""The column that stands for the records of a FASTA, SDF or SMILES file."""

_TABLES = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet", ".pq": "parquet"}

_RECORDS = ("fasta", "sdf", "smiles")

_KINDS = "FASTA, SDF, SMILES, CSV, TSV or Parquet"

_WORKBOOKS = (".xlsx", ".xls", ".ods")

_ACCEPTED = (
    "an iterable of inputs, of (id, inputs) or of (id, inputs, settings), a mapping of ids to inputs, a path to a "
    f"{_KINDS} file, or a DataFrame"
)


@attrs.frozen
class Item:
    """The inputs and settings of one job. `source` says where they are from, for messages.

    `first_line` is the line of the source's file that the data starts at. `problem` is why it is not an item.
    """

    id: str
    inputs: Any
    settings: dict[str, Any]
    source: str
    first_line: int | None = None
    problem: str | None = None


def items(
    tool: Tool,
    given: Any,
    *,
    columns: Mapping[str, str | None] | None = None,
    settings: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Any] | None = None,
) -> Iterator[Item]:
    """Return an iterator over the items of what a user gives; only one is in memory at a time.

    `given` is one of:

    - an iterable of inputs, of `(id, inputs)` or of `(id, inputs, settings)`. Inputs are what `client.run` takes, or
      the data itself if the tool has one required slot.
    - a mapping of ids to inputs.
    - a path to a FASTA or SDF file with one item for each record, to a SMILES file with one for each line, which may
      have a name after the molecule, or to a CSV, TSV or Parquet file with one for each row; text may be compressed
      with gzip.
    - a DataFrame of pandas or polars with one item for each row.

    `columns` maps columns to a slot, a setting, `id` or None; for FASTA, SDF and SMILES, `{"record": slot}` names
    the slot.
    `settings` and `inputs` are for all items that don't have their own. Raises InvalidInput for what can't be taken as
    a whole; the `problem` of an item says what is wrong with it alone.
    """
    if inputs is not None and not isinstance(inputs, Mapping):
        raise InvalidInput(f"inputs must be a mapping of slots to data, got {short_repr(inputs)}")
    if columns is not None and not isinstance(columns, Mapping):
        raise InvalidInput(
            f"columns must be a mapping of columns to slots and settings, got {short_repr(columns)}"
        )
    maker = _Maker(tool, job_settings.prepared(settings), dict(inputs or {}))
    if _frames.is_frame(given):
        return _of_table(maker, _frames.of_frame(given), columns)
    if _frames.is_series(given):
        return _of_iterable(maker, _frames.of_series(given))
    path = _path(given)
    if path is not None:
        return _of_file(maker, path, columns)
    if columns is not None:
        raise InvalidInput(f"columns is for files and DataFrames; items is {short_repr(given)}")
    return _of_iterable(maker, given)


def _path(given: Any) -> Path | None:
    """Return a path, also one that is given as text. Raises InvalidInput for other single values."""
    is_name = isinstance(given, str) and "\n" not in given and _is_named_as_file(PurePath(given))
    if is_name or isinstance(given, os.PathLike):
        try:
            return files.path_of(given)
        except files.Unusable as error:
            raise InvalidInput(f"items: {error}") from None
    if values.is_single(given):
        raise InvalidInput(
            f"items must be {_ACCEPTED}, got {short_repr(given)}: pass a list, even of one item"
        )
    if isinstance(given, (set, frozenset)):
        raise InvalidInput("items must have an order, so that the batch can go on: pass a list, not a set")
    return None


def _is_named_as_file(path: PurePath) -> bool:
    return _kind(path) is not None or path.suffix.lower() in _WORKBOOKS


def _kind(path: PurePath) -> str | None:
    """Return what a file is by its name, one of `_RECORDS` or of the values of `_TABLES`; None for others."""
    extension = formats.extension(path)
    format = formats.EXTENSIONS.get(extension)
    return _TABLES.get(extension) or (format if format in _RECORDS else None)


def _of_file(maker: _Maker, path: Path, columns: Mapping[str, str | None] | None) -> Iterator[Item]:
    kind = _kind(path)
    if path.is_dir():
        raise InvalidInput(f"items: {str(path)!r} is a directory: pass a list of the paths in it, sorted")
    if not path.exists():
        raise InvalidInput(f"items: there is no file {str(path)!r}")
    if path.suffix.lower() in _WORKBOOKS:
        raise InvalidInput(f"items: {path.name} is a workbook: save its sheet as CSV, or pass a DataFrame")
    if kind is None:
        raise InvalidInput(
            f"items: {path.name} is not named as a {_KINDS} file: pass [path] if it is the data of one item"
        )
    if kind in _TABLES.values():
        return _of_table(maker, _frames.of_file(path, kind), columns)
    read = {"fasta": _of_fasta, "sdf": _of_sdf, "smiles": _of_smiles}[kind]
    return read(maker, path, maker.slot_of_records(path.name, columns))


def _of_fasta(maker: _Maker, path: Path, slot: str) -> Iterator[Item]:
    found = fasta.blocks(text_lines(path))
    number = 0
    for first, block in found:
        record = fasta.record_of(first, block)
        if record is None:  # blank lines and comments before the first header
            continue
        if record.header is None and (following := next(found, None)) is not None:
            # The reader of FASTA says what is wrong with text before the first header.
            text = _text(block + following[1])
            fault = fasta.faults(text, fasta.records(text))[0]
            raise InvalidInput(f"{path.name}, line {first + fault.line - 1}: {fault.message}")
        number += 1
        yield maker.item(
            record.name, {slot: _text(block)}, None, f"{path.name}, record {number} (line {first})", first
        )


def _of_sdf(maker: _Maker, path: Path, slot: str) -> Iterator[Item]:
    for number, (first, molecule) in enumerate(formats.molecules(text_lines(path)), start=1):
        text = "\n".join([*molecule, "$$$$", ""])
        source = f"{path.name}, molecule {number} (line {first})"
        yield maker.item(molecule[0], {slot: text}, None, source, first)


def _of_smiles(maker: _Maker, path: Path, slot: str) -> Iterator[Item]:
    for number, line in enumerate(text_lines(path), start=1):
        molecule, *name = line.split(maxsplit=2) or [""]
        if molecule:
            yield maker.item((*name, None)[0], {slot: molecule}, None, f"{path.name}, line {number}", number)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"


def _of_table(
    maker: _Maker, table: _frames.GivenTable, columns: Mapping[str, str | None] | None
) -> Iterator[Item]:
    return (
        maker.item(row.id, row.inputs, row.settings, row.source)
        for row in _frames.rows(table, maker.tool, columns)
    )


def _of_iterable(maker: _Maker, given: Any) -> Iterator[Item]:
    if isinstance(given, Mapping):
        slots = {slot.id for slot in maker.tool.slots}
        if given and given.keys() <= slots and not all(isinstance(each, Mapping) for each in given.values()):
            raise InvalidInput(
                "items: the keys of the mapping are slots, but must be ids: pass [inputs] for one item"
            )
        pairs: Iterable[Any] = given.items()
    elif hasattr(given, "columns"):
        raise InvalidInput(
            f"items: a table must be a DataFrame of pandas or polars, got {type(given).__name__}"
        )
    elif isinstance(given, Iterable):
        pairs = given
    else:
        raise InvalidInput(f"items must be {_ACCEPTED}, got {short_repr(given)}")
    return (maker.element(each, f"item {number}") for number, each in enumerate(pairs, start=1))


class _Maker:
    """Makes the items of a batch, in order."""

    def __init__(self, tool: Tool, settings: dict[str, Any], inputs: dict[str, Any]) -> None:
        self.tool = tool
        self._settings = settings
        self._inputs = inputs
        self._count = 0

    def item(self, id: Any, inputs: Any, settings: Any, source: str, first_line: int | None = None) -> Item:
        """Make the next item. Without an id, it gets one from its place."""
        self._count += 1
        named = f"item-{self._count:05d}"
        name, problem = _checked_id(id)
        if settings is not None and not isinstance(settings, Mapping):
            problem = (
                problem or f"settings must be a mapping of settings to values, got {short_repr(settings)}"
            )
            settings = None
        if self._inputs and isinstance(inputs, Mapping) and entries.given_entries(inputs) is None:
            inputs = {**self._inputs, **inputs}
        chosen = {**self._settings, **(settings or {})}
        return Item(name or named, inputs, chosen, source, first_line, problem)

    def element(self, given: Any, source: str) -> Item:
        """Make an item of an element of an iterable: inputs, `(id, inputs)` or `(id, inputs, settings)`."""
        id = settings = None
        if isinstance(given, tuple):
            if len(given) not in (2, 3):
                problem = f"a tuple must be (id, inputs) or (id, inputs, settings), got {len(given)} values"
                return attrs.evolve(self.item(None, None, None, source), problem=problem)
            id, given, settings = (*given, None)[:3]
        if isinstance(given, Mapping) or entries.given_entries(given) is not None:
            inputs = given
        else:
            inputs = {self._only_slot("items are data without a slot"): given}
        if id is None and isinstance(inputs, Mapping) and len(inputs) == 1:
            id = values.name(*inputs.values())
        return self.item(id, inputs, settings, source)

    def slot_of_records(self, name: str, columns: Mapping[str, str | None] | None) -> str:
        """Return the slot that the records of a file are for. Raises InvalidInput."""
        if not columns:
            return self._only_slot(f"{name} has data for one slot")
        slot = columns.get(RECORD)
        if set(columns) != {RECORD} or slot not in {each.id for each in self.tool.slots}:
            known = ", ".join(repr(each.id) for each in self.tool.slots)
            raise InvalidInput(
                f"columns for {name} must be {{{RECORD!r}: slot}} with one of {known}, got {short_repr(columns)}"
            )
        return str(slot)

    def _only_slot(self, what: str) -> str:
        """Return the slot of data without one. Raises InvalidInput if it is ambiguous."""
        slots = self.tool.slots
        left = [slot for slot in slots if slot.required and slot.id not in self._inputs]
        if not left and len(slots) == 1:
            left = list(slots)
        if len(left) == 1:
            return left[0].id
        raise InvalidInput(f"{what}, and {self.tool.id} has {_described(slots)}: name the slot of each")


def _described(slots: Sequence[Slot]) -> str:
    return (
        ", ".join(f"{slot.id!r} ({'required' if slot.required else 'optional'})" for slot in slots)
        or "no slot"
    )


def _checked_id(id: Any) -> tuple[str, str | None]:
    """Return the id as text, empty if there is none, and what is wrong with it."""
    if isinstance(id, numbers.Integral) and not isinstance(id, bool):
        return str(int(id)), None
    if isinstance(id, numbers.Real) and float(id).is_integer() and not isinstance(id, bool):
        return str(int(float(id))), None  # of a column of integers with a gap
    if id is None:
        return "", None
    if not isinstance(id, str):
        return "", f"the id must be text, got {short_repr(id)}"
    if not is_text(id):
        return "", f"the id {short_repr(id)} has a lone surrogate: decode it as UTF-8"
    return id.strip(), None
