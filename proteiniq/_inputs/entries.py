"""Convert users' data to the input entries of the API, and check it against the tool's contract.

An entry has `id`, `slotId`, `kind`, `format`, `content`, `source` and, optionally, `label` (documentation, "Jobs").
Values not documented by the service are choices of this client.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from .._short_repr import short_repr
from ..errors import InvalidInput, Issue
from ..models import File, Setting, Slot, Tool
from . import formats
from .arguments import is_text, special_file

Entry = dict[str, Any]

_ENOUGH = 100_000
"""How many characters of a text are checked to determine its format."""

_BY_HAND = "pass `inputs` as a list of API entries, which state it"

_NUCLEOTIDE_KINDS = ("nucleotide", "dna", "rna")
"""Kinds whose letters are checked. The service documents only `protein`, for which every letter is accepted."""


def entries(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None) -> list[Entry]:
    """Return the entries for `inputs`, a mapping of slots to values.

    A value is text, bytes, a `Path`, an uploaded `File`, a Biopython record or sequence, or a list of these. Several
    sequences for a slot that takes one entry become one FASTA text. Raises InvalidInput before any request, listing
    every problem with the inputs and settings.
    """
    issues: list[Issue] = []
    found: list[Entry] = []
    if not isinstance(inputs, Mapping):
        raise InvalidInput(
            f"inputs must be a mapping of slots to data, got {short_repr(inputs)}; the slots are {_listed(tool.slots)}"
        )
    if settings is not None and not isinstance(settings, Mapping):
        raise InvalidInput(f"settings must be a mapping of settings to values, got {short_repr(settings)}")
    by_id = {slot.id: slot for slot in tool.slots}
    for name, value in inputs.items():
        if name in by_id:
            found += _slot_entries(by_id[name], value, issues)
        else:
            issues.append(Issue(f"{tool.id} has no such slot{_suggestion(str(name), by_id)}", slot=str(name)))
    for slot in tool.slots:
        if slot.required and slot.id not in inputs:
            issues.append(
                Issue(f"required but missing: {slot.description or slot.kind or 'pass data'}", slot=slot.id)
            )
    issues += _setting_issues(tool, settings or {})
    if issues:
        listed = "\n".join(f"  {issue}" for issue in issues)
        raise InvalidInput(f"invalid input for {tool.id}, nothing was sent:\n{listed}", issues=issues)
    return found


def check(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None) -> None:
    """Make the checks of `entries`, and raise its errors."""
    if given_entries(inputs) is None:
        entries(tool, inputs, settings)


def given_entries(inputs: Any) -> list[Mapping[str, Any]] | None:
    """Return the entries of a list of API entries, or of the documented object `{"inputs": [entry, …]}`, unchanged.

    Return None for other inputs. A slot may be named `inputs`, too, but no data for a slot is a list of mappings with
    `slotId`.
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
        issues.append(Issue("the list is empty: pass data or omit the slot", slot=slot.id))
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
        issues.append(Issue(f"expected at most {slot.max_entries}, got {len(made)} entries", slot=slot.id))
    for number, entry in enumerate(made, start=1):
        entry["id"] = f"{slot.id}-{number}"
        issues += _size_issues(slot, entry)
    return made


def _entry(slot: Slot, value: Any, issues: list[Issue]) -> Entry | None:
    if slot.kind is None:
        issues.append(
            Issue(f"the service doesn't state which kind of data it takes: {_BY_HAND}", slot=slot.id)
        )
        return None
    entry: Entry = {"slotId": slot.id, "kind": slot.kind, "source": {"type": "text"}}
    if isinstance(value, File):
        return _file_entry(slot, value, entry, issues)
    label = None
    if value is None:
        issues.append(Issue("None is not a valid input: omit the slot or pass data", slot=slot.id))
        return None
    if isinstance(value, os.PathLike):
        path = Path(value)
        label = path.name
        value = _read(slot, path, issues)
    text = _text(slot, value, issues)
    if text is None:
        return None
    if not is_text(text):
        issues.append(Issue("contains a lone surrogate: decode the data as UTF-8", slot=slot.id))
        return None
    format = _format(slot, text, label)
    if format is None:
        issues.append(Issue(f"the format of the data is unknown: {_BY_HAND}", slot=slot.id))
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
        expected = " or ".join(slot.formats)
        issues.append(
            Issue(f"expected {expected}, but file {file.filename or file.id!r} is {name}", slot=slot.id)
        )
    if file.size_bytes is not None and slot.max_bytes is not None and file.size_bytes > slot.max_bytes:
        issues.append(_too_large(slot, file.size_bytes))
    format = taken or (slot.formats[0] if slot.formats else name)
    if not format:
        problem = f"the format of file {file.filename or file.id!r} is unknown"
        issues.append(Issue(f"{problem}: {_BY_HAND}", slot=slot.id))
        return None
    entry["source"] = {"type": "file", "file_id": file.id}
    entry["format"] = format
    if file.filename:
        entry["label"] = file.filename
    return entry


def _read(slot: Slot, path: Path, issues: list[Issue]) -> bytes | None:
    try:
        if kind := special_file(path):
            issues.append(Issue(f"can't read {str(path)!r}: it is {kind}, not a file", slot=slot.id))
            return None
        size = path.stat().st_size
        if slot.max_bytes is not None and size > slot.max_bytes:
            issues.append(_too_large(slot, size))
            return None
        return path.read_bytes()
    except (OSError, ValueError) as error:  # a ValueError for a null character in the path
        why = getattr(error, "strerror", None) or error
        issues.append(Issue(f"can't read {str(path)!r}: {why}", slot=slot.id))
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
            issues.append(Issue(f"is not valid UTF-8 (byte {error.start})", slot=slot.id))
            return None
    try:
        if hasattr(value, "seq") and hasattr(value, "format"):  # a Biopython SeqRecord
            return str(value.format("fasta"))
        if type(value).__module__.startswith("Bio.Seq"):
            return str(value)
    except Exception as error:  # a record without a sequence, or with only a length
        issues.append(Issue(f"the record can't be converted to FASTA: {error}", slot=slot.id))
        return None
    accepted = "text, bytes, a pathlib.Path, an uploaded File, a Biopython record, or a list of these"
    issues.append(Issue(f"must be {accepted}, got {type(value).__name__}", slot=slot.id))
    return None


def _format(slot: Slot, text: str, filename: str | None) -> str | None:
    """Return the text's format, as the slot spells it.

    Where several formats are possible, it is that of the file name, or else the slot's first possible one.
    """
    named = formats.by_name(filename) if filename else None
    sniffed = formats.sniff(text)
    for guess in (sniffed, named):
        if guess and (taken := _taken(slot, guess)):
            return taken
    if not slot.formats:
        return sniffed or named
    if sniffed is None:
        start = text[:_ENOUGH]
        start = start if len(text) <= _ENOUGH else start.rpartition("\n")[0] or start
        for each in slot.formats:
            kind = formats.family(each)
            if kind and not formats.problems(kind, start, letters=_letters(slot)):
                return each
    # A structure is always recognised, so other text is taken as a format without a fixed look.
    loose = [each for each in slot.formats if formats.family(each) in (None, "fasta", "smiles")]
    unknown = [each for each in loose if formats.family(each) is None]
    return (unknown or loose or slot.formats)[0]


def _taken(slot: Slot, format: str) -> str | None:
    """Return the slot's spelling of a format, None if the slot doesn't accept it."""
    if not slot.formats:
        return format
    return next((each for each in slot.formats if (formats.family(each) or each.lower()) == format), None)


def _all_known(slot: Slot) -> bool:
    """Whether every format of the slot can be recognised here; other formats are left to the service."""
    return bool(slot.formats) and all(formats.family(each) for each in slot.formats)


def _letters(slot: Slot) -> str | None:
    return formats.NUCLEOTIDES if (slot.kind or "").lower() in _NUCLEOTIDE_KINDS else None


def _is_fasta_text(entry: Entry) -> bool:
    return formats.family(entry["format"]) == "fasta" and "content" in entry


def _joined(made: list[Entry]) -> list[Entry]:
    """Join several FASTA texts into one."""
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
        return [Issue("is empty", slot=slot.id)]
    if _is_file_name(text):
        suggestion = f"to read the file, pass pathlib.Path({text.strip()!r})"
        return [Issue(f"text is used as data, but this looks like a file name: {suggestion}", slot=slot.id)]
    sniffed = formats.sniff(text)
    if sniffed and _all_known(slot) and _taken(slot, sniffed) is None:
        expected = " or ".join(slot.formats)
        return [Issue(f"expected {expected}, but the data looks like {sniffed}", slot=slot.id)]
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
            message = f"expected at most {slot.max_records}, got {len(starts)} records; the excess starts on this line"
            yield Issue(message, slot=slot.id, line=starts[slot.max_records])


def _numbered(issues: Iterable[Issue], number: int, entry: Entry) -> list[Issue]:
    """Return the issues of one of several values, with its number."""
    which = f"value {number}" + (f" ({entry['label']})" if entry.get("label") else "")
    return [attrs.evolve(issue, message=f"{which}: {issue.message}") for issue in issues]


def _is_too_large(slot: Slot, text: str) -> bool:
    return slot.max_bytes is not None and len(text.encode()) > slot.max_bytes


def _is_file_name(text: str) -> bool:
    """Whether the text looks like a file name: one line with a known extension."""
    line = text.strip()
    return "\n" not in line and len(line) < 300 and formats.by_name(line) is not None


def _too_large(slot: Slot, size: int) -> Issue:
    return Issue(f"must be at most {slot.max_bytes:,} bytes, got {size:,}: split the input", slot=slot.id)


def _setting_issues(tool: Tool, settings: Mapping[str, Any]) -> Iterable[Issue]:
    """Return the problems of the settings. If the tool's settings are unknown, the check is left to the service."""
    by_id = {setting.id: setting for setting in tool.settings}
    if not by_id:
        return
    for name, value in settings.items():
        if name not in by_id:
            yield Issue(f"{tool.id} has no such setting{_suggestion(str(name), by_id)}", setting=str(name))
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
        article = "an" if setting.type == "integer" else "a"
        return f"must be {article} {setting.type}, got {short_repr(value)}"
    if setting.options and value not in setting.options:
        allowed = ", ".join(str(option) for option in setting.options)
        return f"must be one of {allowed}; got {short_repr(value)}"
    unit = f" {setting.unit}" if setting.unit else ""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = setting.minimum, setting.maximum
        if (low is not None and not value >= low) or (high is not None and not value <= high):
            return f"must be {_range(low, high)}{unit}, got {short_repr(value)}"
    return None


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high:g}"
    return f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"


def _suggestion(name: str, known: Mapping[str, Any]) -> str:
    folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1)
    if close:
        return f": did you mean {folded[close[0]]!r}?"
    return f": choose from {', '.join(known)}" if known else ""


def _listed(slots: Sequence[Slot]) -> str:
    return ", ".join(repr(slot.id) for slot in slots)
