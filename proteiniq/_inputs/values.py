"""What users have in hand, as texts and saved files: paths, open files, records, tables, and lists of these.

Objects of Biopython, NumPy and pandas are recognised by what they can do, or by the names of their classes, so none of
these packages is imported.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from .._libraries import is_from, is_missing
from .._message_text import LONGEST, short_repr, why
from .._text import encodings, fasta
from ..models import File
from . import files, objects
from .files import Unusable

ACCEPTED = (
    "text, bytes, a pathlib.Path, an open file, an uploaded File, a sequence record, a structure or molecule of "
    "Biopython, biotite or RDKit, a mapping of names to sequences, or a list or iterator of these"
)

MOST_REJECTED = 20
"""After how many rejected values the others are not looked at."""

_LONG_FOR_NAME = 20
"""Names in capital letters only are shorter."""

_UNNAMED = ("<unknown id>", "<unknown name>", "<unknown description>", "None", "nan")
"""What Biopython and pandas have in place of a missing name."""


@attrs.define
class Item:
    """One text or saved file of a slot.

    `number` counts the slot's values from 1; it is None for a single value. `label` is the name of its file.
    `is_record` is true if the text was made from a sequence and its name, so that it is FASTA whatever the slot takes.
    `given` is true if the text, or the sequence of the record, may be something else than data, such as the name of a
    file.
    """

    content: str | File
    number: int | None = None
    label: str | None = None
    is_record: bool = False
    given: bool = False
    warning: str | None = None

    def __str__(self) -> str:
        place = f"value {self.number}" if self.number is not None else ""
        return f"{place} ({_printable(self.label)})" if place and self.label else place


def _printable(label: str) -> str:
    return label if label.isprintable() and len(label) <= LONGEST else short_repr(label)


@attrs.define
class Rejected:
    """A value of a slot that can't be an input, and why."""

    problem: str
    number: int | None = None
    label: str | None = None


def items(value: Any, max_bytes: int | None, slot_formats: Sequence[str] = ()) -> Iterator[Item | Rejected]:
    """Yield the texts and files of a slot's value. Files larger than `max_bytes` are not read.

    Structures and molecules are written in one of the slot's formats.
    """
    try:
        values = _values(value)
    except Unusable as error:
        yield Rejected(str(error))
        return
    if values is None:
        yield _item(value, None, max_bytes, slot_formats)
        return
    number = rejected = 0
    left = None
    while rejected < MOST_REJECTED:
        try:
            left = iter(values) if left is None else left
            each = next(left)
        except StopIteration:
            break
        except Exception as error:  # a parser of records fails where its file is damaged
            yield Rejected(f"can't be read: {type(error).__name__}: {short_repr(str(error))}", number + 1)
            return
        number += 1
        made = _item(each, number, max_bytes, slot_formats)
        rejected += isinstance(made, Rejected)
        if number == 1 and isinstance(made, Item):
            made.warning = made.warning or _doubt(value)
        yield made
    if not number:
        yield Rejected("the list is empty: pass data or omit the slot")


def _doubt(value: Any) -> str | None:
    """Return why a collection of texts may not be the sequences that it is read as."""
    texts = list(value) if isinstance(value, (list, tuple)) or hasattr(value, "tolist") else []
    if len(texts) < 2 or not all(isinstance(each, str) for each in texts):
        return None
    if all(len(each) == 1 for each in texts):
        return f"{len(texts)} single letters are read as a sequence each: pass ''.join(…) if they are one"
    if isinstance(value, tuple) and len(texts) == 2:
        return "two texts are read as two sequences: pass [(name, sequence)] if the first is a name"
    return None


def is_in_memory(inputs: Any) -> bool:
    """Whether reading these inputs takes no time: no file, no iterator, and little text."""
    values = list(inputs.values()) if isinstance(inputs, Mapping) else [inputs]
    size = 0
    for value in values:
        for each in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(each, (str, bytes)):
                size += len(each)
            elif not isinstance(each, File) and each is not None:
                return False
    return size < 100_000


def _values(value: Any) -> Iterable[Any] | None:
    """Return the values of a collection, None for a single value. Raises Unusable."""
    if _is_plain(value):
        return None
    if getattr(value, "shape", None) == ():
        raise Unusable(f"an array must have one dimension, got none: pass {short_repr(value)}.item()")
    if hasattr(value, "columns"):
        raise Unusable(
            "a table can't be taken as a whole: pass a column of it, or a mapping such as "
            "dict(zip(table['name'], table['sequence']))"
        )
    if isinstance(value, (set, frozenset)):
        raise Unusable("a set has no order, so results could not be matched to it: pass a list")
    if _row(value) is not None:
        return None
    if isinstance(value, Mapping):
        return map(_Named, value.keys(), value.values())
    if is_from("pyarrow", value) and hasattr(value, "to_pylist"):
        return value.to_pylist()  # type: ignore[no-any-return]  # a column
    if _is_series(value):
        return (_Named(name if isinstance(name, str) else None, each) for name, each in value.items())
    return value if isinstance(value, Iterable) and not is_single(value) else None


def is_single(value: Any) -> bool:
    """Whether the value is the data of one thing, though some can be iterated over: records, lines, or letters."""
    is_file = files.is_open_file(value) or files.is_in_archive(value)
    return (
        _is_plain(value)
        or is_file
        or _is_record(value)
        or objects.is_sequence(value)
        or objects.is_structure(value)
    )


def _is_plain(value: Any) -> bool:
    return isinstance(value, (str, bytes, bytearray, memoryview, File, os.PathLike)) or value is None


def name(value: Any) -> str | None:
    """Return the name of a file or of a single record, None if it has none."""
    found: Any = None
    if isinstance(value, str):
        if value.startswith(">") and "\n>" not in value:
            found = fasta.Record(value[1:].partition("\n")[0], 1, ()).name
    elif isinstance(value, File):
        found = value.filename or value.id
    elif isinstance(value, os.PathLike):
        found = _unpacked(files.path_of(value).name)
    elif files.is_open_file(value) or files.is_in_archive(value):
        found = _unpacked(files.name_of(value) or "")
    elif _is_record(value):
        found = getattr(value, "id", None) or getattr(value, "name", None)
    return found if isinstance(found, str) and found and found not in _UNNAMED else None


def _unpacked(filename: str) -> str:
    return filename.removesuffix(".gz")


@attrs.frozen
class _Named:
    """A sequence and its name, as tables and mappings have them."""

    name: Any
    sequence: Any


def _is_series(value: Any) -> bool:
    """Whether the value is a Series of pandas."""
    return hasattr(value, "index") and callable(getattr(value, "items", None))


def _row(value: Any) -> _Named | None:
    """Return the sequence in a row of a table, such as `{"id": "a", "sequence": "MK"}`; None for other values."""
    if not isinstance(value, Mapping) and not _is_series(value):
        return None
    cells = {str(key).strip().lower(): each for key, each in value.items()}
    names = [cells[key] for key in ("id", "name", "header") if key in cells]
    sequences = [cells[key] for key in ("sequence", "seq") if key in cells]
    return _Named(names[0], sequences[0]) if names and sequences else None


def _item(
    value: Any, number: int | None, max_bytes: int | None, slot_formats: Sequence[str]
) -> Item | Rejected:
    label = None
    try:
        if isinstance(value, File):
            return Item(value, number, value.filename)
        if isinstance(value, str):
            return Item(_checked(value), number, given=True)
        if isinstance(value, os.PathLike):
            path = files.path_of(value)
            label = path.name
            return _decoded(files.in_file(path, max_bytes), number, label, max_bytes)
        if files.is_open_file(value):
            label = files.name_of(value)
            is_rest = files.is_partly_read(value)
            item = _decoded(files.content(value, max_bytes), number, label, max_bytes)
            if is_rest and not fasta.is_header(str(item.content)):
                item.warning = (
                    item.warning or "only the rest of a partly read file is used: use seek(0) to send all"
                )
            return item
        if files.is_in_archive(value):
            label = files.name_of(value)
            return _decoded(files.in_archive(value, max_bytes), number, label, max_bytes)
        if isinstance(value, (bytes, bytearray, memoryview)):
            return attrs.evolve(_decoded(bytes(value), number, None, max_bytes), given=True)
        if value is None and number is not None:
            raise Unusable(_missing(value))
        if objects.is_structure(value):
            return Item(_checked(objects.text(value, slot_formats)), number)
        if objects.is_sequence(value):
            return Item(_checked(_residues(value)), number)
        return Item(_checked(_record_of(value)), number, is_record=True, given=True)
    except (Unusable, encodings.NotText) as error:
        return Rejected(str(error), number, label)


def _checked(text: str) -> str:
    return encodings.checked(fasta.without_mark(text))


def _decoded(data: str | bytes, number: int | None, label: str | None, max_bytes: int | None) -> Item:
    label = _unpacked(label) if label else None
    if isinstance(data, str):
        return Item(_checked(data), number, label)
    text, warning = encodings.decoded(data, max_bytes)
    return Item(text, number, label, warning=warning)


def _record_of(value: Any) -> str:
    """Return the FASTA text of a record or of a named sequence. Raises Unusable for other values."""
    if value is None:
        raise Unusable("None is not a valid input: omit the slot or pass data")
    if is_missing(value):
        raise Unusable(_missing(value))
    value = _row(value) or value
    if isinstance(value, _Named):
        sequence = value.sequence
        return _record(value.name, None, _sequence_of(sequence) if _is_record(sequence) else sequence)
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(each, str) for each in value):
        title, sequence = value  # as Biopython's fast parsers yield them
        return _record(title, None, sequence)
    if _is_record(value):
        name = getattr(value, "id", None) or getattr(value, "name", None)
        return _record(name, getattr(value, "description", None), _sequence_of(value))
    raise Unusable(f"must be {ACCEPTED}, got {type(value).__name__}")


def _record(name: Any, description: Any, sequence: Any) -> str:
    """Return FASTA text of one record; without a header if it has no name."""
    residues = _residues(sequence)
    if not fasta.without_blanks(residues):
        raise Unusable(f"the record {short_repr(str(name))} has no sequence")
    if fasta.is_header(residues):
        raise Unusable(
            f"the sequence of {short_repr(str(name))} has a header of its own: pass its residues only"
        )
    if _is_swapped(name, residues):
        raise Unusable(
            f"{short_repr(name)} is used as a name, and {short_repr(residues)} as its sequence: swap them"
        )
    words = [
        "" if each is None or str(each) in _UNNAMED else str(each).strip().lstrip(">").lstrip()
        for each in (name, description)
    ]
    header = words[1] if words[0] and words[1].startswith(words[0]) else " ".join(words).strip()
    if len(fasta.lines(header)) > 1:
        raise Unusable(f"the name {short_repr(str(name))} has more than one line")
    return f">{header}\n{residues}\n" if header else f"{residues}\n"


def _residues(sequence: Any) -> str:
    """Return the residues of a sequence: text, ASCII bytes, or a sequence object of Biopython. Raises Unusable."""
    if isinstance(sequence, (bytes, bytearray)):
        return encodings.decoded(bytes(sequence))[0]
    if is_missing(sequence):
        raise Unusable(_missing(sequence))
    if not isinstance(sequence, str) and not objects.is_sequence(sequence):
        raise Unusable(f"a sequence must be text, got {type(sequence).__name__} ({short_repr(sequence)})")
    try:
        return str(sequence)
    except Exception as error:  # a sequence of Biopython that has a length only
        raise Unusable(f"the record can't be converted to FASTA: {why(error)}") from None


def _missing(value: Any) -> str:
    return f"{value!r} is not a sequence: leave out rows without one"


def _is_swapped(name: Any, residues: str) -> bool:
    """Whether the name can only be a sequence, and the sequence a name."""
    looks_like_one = (
        isinstance(name, str) and len(name) >= _LONG_FOR_NAME and name.isalpha() and name.isupper()
    )
    return looks_like_one and len(residues) < len(name) and not (residues.isalpha() and residues.isupper())


def _is_record(value: Any) -> bool:
    """Whether the value has a name and a sequence, as the records of Biopython, pysam and pyhmmer have."""
    has_name = hasattr(value, "id") or hasattr(value, "name")
    return has_name and (hasattr(value, "seq") or hasattr(value, "sequence"))


def _sequence_of(record: Any) -> Any:
    sequence = getattr(record, "seq", None)
    return getattr(record, "sequence", None) if sequence is None else sequence
