"""From what users have in hand to the input entries of the API, checked against the tool's contract.

An entry has `id`, `slotId`, `kind`, `format`, `content`, `source` and, optionally, `label` (documentation, "Jobs").
"""

from __future__ import annotations

import difflib
import errno
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from .._short_repr import short_repr
from ..errors import InvalidInput, Issue
from ..models import File, Setting, Slot, Tool
from . import formats
from .arguments import is_text

Entry = dict[str, Any]

_ENOUGH = 100_000
"""How many characters of a text are looked at to tell its format."""

_BY_HAND = "give `inputs` as a full list of API entries, which say it themselves"

_NUCLEOTIDE_KINDS = ("nucleotide", "dna", "rna")
"""Kinds whose letters are known here. Our choice: only `protein` is stated, and any letter stands for some residue."""


def entries(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None) -> list[Entry]:
    """The entries for `inputs`, a mapping of slots to values.

    A value is text, bytes, a `Path`, an uploaded `File`, a Biopython record or sequence, or a list of these. Several
    sequences for a slot that takes one entry become one FASTA text. Raises InvalidInput naming everything that is
    wrong with inputs and settings, before any request.
    """
    issues: list[Issue] = []
    found: list[Entry] = []
    if not isinstance(inputs, Mapping):
        raise InvalidInput(
            f"inputs: expected a mapping of slots to data; the slots are {_listed(tool.slots)}"
        )
    if settings is not None and not isinstance(settings, Mapping):
        raise InvalidInput(f"settings: expected a mapping of settings to values, not {short_repr(settings)}")
    by_id = {slot.id: slot for slot in tool.slots}
    for name, value in inputs.items():
        if name in by_id:
            found += _slot_entries(by_id[name], value, issues)
        else:
            issues.append(Issue(f"{tool.id} has no such slot{_meant(str(name), by_id)}", slot=str(name)))
    for slot in tool.slots:
        if slot.required and slot.id not in inputs:
            issues.append(
                Issue(f"it is required: {slot.description or slot.kind or 'give it data'}", slot=slot.id)
            )
    issues += _setting_issues(tool, settings or {})
    if issues:
        listed = "\n".join(f"  {issue}" for issue in issues)
        raise InvalidInput(f"nothing was sent: {tool.id} can't take this input:\n{listed}", issues=issues)
    return found


def check(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None) -> None:
    """What `entries` checks, for its errors alone."""
    if given_entries(inputs) is None:
        entries(tool, inputs, settings)


def given_entries(inputs: Any) -> list[Mapping[str, Any]] | None:
    """The entries of a full list of API entries, or of the documented object `{"inputs": [entry, …]}`.

    They are taken as they are. None for other inputs: a slot may be named `inputs`, too, and no data of one is a list
    of mappings with `slotId`.
    """
    listed = inputs["inputs"] if isinstance(inputs, Mapping) and inputs.keys() == {"inputs"} else inputs
    if (
        isinstance(listed, Sequence)
        and not isinstance(listed, (str, bytes))
        and all(isinstance(entry, Mapping) and "slotId" in entry for entry in listed)
        and len(listed) > 0
    ):
        return list(listed)
    return None


def _slot_entries(slot: Slot, value: Any, issues: list[Issue]) -> list[Entry]:
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    if not values:
        issues.append(Issue("the list is empty: give it data, or leave the slot out", slot=slot.id))
    made = []
    for number, each in enumerate(values, start=1):
        entry = _entry(slot, each, issues)
        if entry is not None:
            made.append(entry)
            found = _content_issues(slot, entry)
            issues += _numbered(found, number, entry) if len(values) > 1 else found
    if slot.max_entries == 1 and len(made) > 1 and all(_is_fasta_text(entry) for entry in made):
        made = _joined(made)
    if slot.max_entries is not None and len(made) > slot.max_entries:
        issues.append(Issue(f"{len(made)} entries; it takes {slot.max_entries}", slot=slot.id))
    for number, entry in enumerate(made, start=1):
        entry["id"] = f"{slot.id}-{number}"
        issues += _size_issues(slot, entry)
    return made


def _entry(slot: Slot, value: Any, issues: list[Issue]) -> Entry | None:
    if slot.kind is None:
        issues.append(Issue(f"the service doesn't say which kind of data it takes: {_BY_HAND}", slot=slot.id))
        return None
    entry: Entry = {"slotId": slot.id, "kind": slot.kind, "source": {"type": "text"}}
    if isinstance(value, File):
        return _file_entry(slot, value, entry, issues)
    label = None
    if value is None:
        issues.append(Issue("None is no input: leave the slot out, or give it data", slot=slot.id))
        return None
    if isinstance(value, os.PathLike):
        path = Path(value)
        label = path.name
        value = _read(slot, path, issues)
    text = _text(slot, value, issues)
    if text is None:
        return None
    if not is_text(text):
        issues.append(Issue("it holds half a character (a lone surrogate): decode it as UTF-8", slot=slot.id))
        return None
    format = _format(slot, text, label)
    if format is None:
        issues.append(
            Issue(f"neither the data nor the service says which format it has: {_BY_HAND}", slot=slot.id)
        )
        return None
    entry["content"] = text
    entry["format"] = format
    if label:
        entry["label"] = label
    return entry


def _file_entry(slot: Slot, file: File, entry: Entry, issues: list[Issue]) -> Entry | None:
    name = (file.format or "").lower() or formats.by_name(file.filename or "")
    taken = _taken(slot, formats.family(name) or name) if name else None
    if name and taken is None and _all_known(slot):
        takes = " or ".join(slot.formats)
        issues.append(
            Issue(f"the file {file.filename or file.id!r} is {name}; it takes {takes}", slot=slot.id)
        )
    if file.size_bytes is not None and slot.max_bytes is not None and file.size_bytes > slot.max_bytes:
        issues.append(_too_large(slot, file.size_bytes))
    format = taken or (slot.formats[0] if slot.formats else name)
    if not format:
        what = f"neither the file {file.filename or file.id!r} nor the service says which format it has"
        issues.append(Issue(f"{what}: {_BY_HAND}", slot=slot.id))
        return None
    entry["source"] = {"type": "file", "file_id": file.id}
    entry["format"] = format
    if file.filename:
        entry["label"] = file.filename
    return entry


def _read(slot: Slot, path: Path, issues: list[Issue]) -> bytes | None:
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        size = path.stat().st_size
        if slot.max_bytes is not None and size > slot.max_bytes:
            issues.append(_too_large(slot, size))
            return None
        return path.read_bytes()
    except OSError as error:
        issues.append(Issue(f"{path} can't be read: {error.strerror or error}", slot=slot.id))
        return None


def _text(slot: Slot, value: Any, issues: list[Issue]) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        try:
            return bytes(value).decode("utf-8")
        except UnicodeDecodeError as error:
            issues.append(Issue(f"it is no UTF-8 text: byte {error.start} can't be read", slot=slot.id))
            return None
    try:
        if hasattr(value, "seq") and hasattr(value, "format"):  # a Biopython SeqRecord
            return str(value.format("fasta"))
        if type(value).__module__.startswith("Bio.Seq"):
            return str(value)
    except Exception as error:  # a record without a sequence, or of a length only
        issues.append(Issue(f"the record can't be written as FASTA: {error}", slot=slot.id))
        return None
    taken = "text, bytes, a pathlib.Path, an uploaded File, a Biopython record, or a list of these"
    issues.append(Issue(f"{type(value).__name__} can't be taken: give {taken}", slot=slot.id))
    return None


def _format(slot: Slot, text: str, filename: str | None) -> str | None:
    """The slot's spelling of the format that the text has; where several could be, the name's, then its first."""
    named = formats.by_name(filename) if filename else None
    sure = formats.sniff(text)
    for guess in (sure, named):
        if guess and (taken := _taken(slot, guess)):
            return taken
    if not slot.formats:
        return sure or named
    if sure is None:
        start = text[:_ENOUGH]
        start = start if len(text) <= _ENOUGH else start.rpartition("\n")[0] or start
        for each in slot.formats:
            kind = formats.family(each)
            if kind and not formats.problems(kind, start, letters=_letters(slot)):
                return each
    # What is a structure shows it: other text is meant as what may look like anything.
    loose = [each for each in slot.formats if formats.family(each) in (None, "fasta", "smiles")]
    unknown = [each for each in loose if formats.family(each) is None]
    return (unknown or loose or slot.formats)[0]


def _taken(slot: Slot, format: str) -> str | None:
    """How the slot spells a format, None when it doesn't take it."""
    if not slot.formats:
        return format
    return next((each for each in slot.formats if (formats.family(each) or each.lower()) == format), None)


def _all_known(slot: Slot) -> bool:
    """Whether every format that the slot takes is one that can be told by its look; the service judges others."""
    return bool(slot.formats) and all(formats.family(each) for each in slot.formats)


def _letters(slot: Slot) -> str | None:
    return formats.NUCLEOTIDES if (slot.kind or "").lower() in _NUCLEOTIDE_KINDS else None


def _is_fasta_text(entry: Entry) -> bool:
    return formats.family(entry["format"]) == "fasta" and "content" in entry


def _joined(made: list[Entry]) -> list[Entry]:
    """Several FASTA texts as one."""
    texts = []
    for number, entry in enumerate(made, start=1):
        text = entry["content"].strip()
        texts.append(text if text.startswith(">") else f">sequence-{number}\n{text}")
    return [{**made[0], "content": "\n".join(texts) + "\n"}]


def _content_issues(slot: Slot, entry: Entry) -> list[Issue]:
    text = entry.get("content")
    if text is None or _is_too_large(slot, text):
        return []
    if not text.strip():
        return [Issue("it is empty", slot=slot.id)]
    if _is_file_name(text):
        meant = f"to read the file, pass pathlib.Path({text.strip()!r})"
        return [Issue(f"text is taken as data, and this is the name of a file: {meant}", slot=slot.id)]
    looks = formats.sniff(text)
    if looks and _all_known(slot) and _taken(slot, looks) is None:
        return [Issue(f"this looks like {looks}; it takes {' or '.join(slot.formats)}", slot=slot.id)]
    found = formats.problems(formats.family(entry["format"]) or "", text, letters=_letters(slot))
    return [Issue(message, slot=slot.id, line=line) for line, message in found]


def _size_issues(slot: Slot, entry: Entry) -> Iterable[Issue]:
    text = entry.get("content")
    if text is None:
        return
    if _is_too_large(slot, text):
        yield _too_large(slot, len(text.encode()))
    elif slot.max_records is not None:
        starts = formats.records(formats.family(entry["format"]) or "", text)
        if len(starts) > slot.max_records:
            message = f"{len(starts)} records; it takes {slot.max_records}, which end before this line"
            yield Issue(message, slot=slot.id, line=starts[slot.max_records])


def _numbered(issues: Iterable[Issue], number: int, entry: Entry) -> list[Issue]:
    """The issues of one of several values, saying which."""
    which = f"value {number}" + (f" ({entry['label']})" if entry.get("label") else "")
    return [attrs.evolve(issue, message=f"{which}: {issue.message}") for issue in issues]


def _is_too_large(slot: Slot, text: str) -> bool:
    return slot.max_bytes is not None and len(text.encode()) > slot.max_bytes


def _is_file_name(text: str) -> bool:
    """Whether the text is meant as a file: one line, with an ending that no data has."""
    line = text.strip()
    return "\n" not in line and len(line) < 300 and formats.by_name(line) is not None


def _too_large(slot: Slot, size: int) -> Issue:
    return Issue(f"it has {size:,} bytes; {slot.max_bytes:,} are allowed: split the input", slot=slot.id)


def _setting_issues(tool: Tool, settings: Mapping[str, Any]) -> Iterable[Issue]:
    """What is wrong with the settings. A tool whose settings aren't known lets the service judge."""
    by_id = {setting.id: setting for setting in tool.settings}
    if not by_id:
        return
    for name, value in settings.items():
        if name not in by_id:
            yield Issue(f"{tool.id} has no such setting{_meant(str(name), by_id)}", setting=str(name))
        elif (message := _setting_problem(by_id[name], value)) is not None:
            yield Issue(message, setting=name)


def _setting_problem(setting: Setting, value: Any) -> str | None:
    kinds: dict[str | None, tuple[type, ...]] = {
        "number": (int, float),
        "integer": (int,),
        "string": (str,),
        "boolean": (bool,),
    }
    kind = kinds.get(setting.type)
    if kind and (not isinstance(value, kind) or (isinstance(value, bool) and setting.type != "boolean")):
        return f"{short_repr(value)} is no {setting.type}"
    if setting.options and value not in setting.options:
        allowed = ", ".join(str(option) for option in setting.options)
        return f"{short_repr(value)} is none of its options: {allowed}"
    unit = f" {setting.unit}" if setting.unit else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = setting.minimum, setting.maximum
        if (low is not None and not value >= low) or (high is not None and not value <= high):
            lower = f"{low:g}" if low is not None else "any"
            upper = f"{high:g}" if high is not None else "any"
            return f"{short_repr(value)} is out of range: from {lower} to {upper}{unit}"
    return None


def _meant(name: str, known: Mapping[str, Any]) -> str:
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    if close:
        return f": did you mean {folded[close[0]]!r}?"
    return f"; there are {', '.join(known)}" if known else ""


def _listed(slots: Sequence[Slot]) -> str:
    return ", ".join(repr(slot.id) for slot in slots)
