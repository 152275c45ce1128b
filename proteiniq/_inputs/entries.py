"""Convert users' data to the input entries of the API, and check it against the tool's contract.

An entry has `id`, `slotId`, `kind`, `format`, `content`, `source` and, optionally, `label` (documentation, "Jobs").
Of a slot whose kind or formats the service doesn't state, an entry has no `kind`, and only a `format` that its data
shows: what such a slot takes is the service's to judge. Values not documented by the service are choices of this
client.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from .._message_text import short_repr
from .._text import fasta
from ..errors import InvalidInput, Issue
from ..models import File, Slot, Tool
from . import content, files, formats, settings as job_settings, values
from .suggestions import suggestion
from .values import Item, Rejected

Entry = dict[str, Any]

MOST_SHOWN = 20
"""How many problems a message shows; `issues` has all."""

_OPAQUE = ("txt", "text", "other", "unknown")
"""Formats of saved files that say nothing about their content."""


@attrs.frozen
class Part:
    """Lines of an entry that one value was sent as.

    They start at line `first` of the entry, and line `first` was line `first - shift` of the value.
    """

    item: Item
    first: int = 1
    shift: int = 0


_Made = tuple[Entry, tuple[Part, ...]]
"""An entry, and the values that it was made of."""


@attrs.frozen
class Prepared:
    """The inputs and settings of a job as they are sent.

    `parts` says for each entry which values it was made of, in order. `warnings` are what may not be meant.
    """

    entries: list[Entry]
    settings: dict[str, Any]
    parts: list[tuple[Part, ...]]
    warnings: list[Issue]


def prepared(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None, *, check: bool = True) -> Prepared:
    """Return what is sent for `inputs`, a mapping of slots to values, and for the settings.

    Several sequences for a slot that takes one entry become one FASTA text. Raises InvalidInput before any request,
    listing every problem. With `check=False`, only what can't be sent at all is a problem.
    """
    if not isinstance(inputs, Mapping):
        raise InvalidInput(
            f"inputs must be a mapping of slots to data, got {short_repr(inputs)}; the slots are {_listed(tool.slots)}"
        )
    issues: list[Issue] = []
    made: list[_Made] = []
    warnings: list[Issue] = []
    chosen = job_settings.prepared(settings)
    by_id = {slot.id: slot for slot in tool.slots}
    for name, value in inputs.items():
        if name in by_id:
            slot = _Slot(by_id[name], check, issues, warnings)
            made += slot.entries(value)
        else:
            issues.append(Issue(f"{tool.id} has no such slot{suggestion(str(name), by_id)}", slot=str(name)))
    if check:
        issues += _missing(tool, inputs)
        chosen = job_settings.fitted(tool, chosen)
        issues += job_settings.issues(tool, chosen)
    if issues:
        listed = "\n".join(f"  {issue}" for issue in issues[:MOST_SHOWN])
        if len(issues) > MOST_SHOWN:
            listed += f"\n  and {len(issues) - MOST_SHOWN} more"
        raise InvalidInput(f"invalid input for {tool.id}, nothing was sent:\n{listed}", issues=issues)
    return Prepared([entry for entry, _ in made], chosen, [parts for _, parts in made], warnings)


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


def placed(issue: Issue, part: Part | None) -> Issue:
    """Return an issue with the line and the number of the value that it concerns, instead of the entry's line."""
    if part is None:
        return issue
    line = max(issue.line - part.shift, 1) if issue.line is not None else None
    which = str(part.item) if part.item.number is not None else ""
    message = f"{which}: {issue.message}" if which else issue.message
    return attrs.evolve(issue, message=message, line=line, entry=part.item.number)


def part_of(parts: Sequence[Part], line: int | None) -> Part | None:
    """Return the value that a line of an entry is from, None if that is unknown."""
    if len(parts) == 1:
        return parts[0]
    found = [part for part in parts if line is not None and part.first <= line]
    return found[-1] if found else None


@attrs.frozen
class _Slot:
    """A slot whose value is converted; problems are added to `issues`, and doubts to `warnings`."""

    slot: Slot
    check: bool
    issues: list[Issue]
    warnings: list[Issue]

    def entries(self, value: Any) -> list[_Made]:
        slot = self.slot
        made: list[_Made] = []
        for item in values.items(value, slot.max_bytes if self.check else None, slot.formats):
            if isinstance(item, Rejected):
                self._add([Issue(item.problem, slot=slot.id)], Item("", item.number, item.label))
            elif (entry := self._entry(item)) is not None:
                made.append((entry, (Part(item),)))
        if slot.max_entries == 1 and len(made) > 1 and all(_is_fasta_text(entry) for entry, _ in made):
            made = [_joined(made)]
        if self.check:
            self.issues.extend(self._limits(made))
        for number, (entry, _) in enumerate(made, start=1):
            entry["id"] = f"{slot.id}-{number}"
        return made

    def _entry(self, item: Item) -> Entry | None:
        slot = self.slot
        entry: Entry = {"slotId": slot.id, "source": {"type": "text"}}
        if slot.kind:
            entry["kind"] = slot.kind
        if isinstance(item.content, File):
            return self._file_entry(item.content, entry)
        text = item.content
        if item.is_record and not content.takes_records(slot):
            expected = " or ".join(slot.formats)
            self._add([Issue(f"records can't be taken, only {expected}: pass text", slot=slot.id)], item)
            return None
        format = content.format_of(slot, text, item.label) or ""
        entry["content"] = text
        if format:
            entry["format"] = format
        if item.label:
            entry["label"] = item.label
        if self.check and not self._is_too_large(text):
            self._add(content.issues(slot, text, format, given=item.given), item)
            self.warnings.extend(placed(each, Part(item)) for each in content.warnings(slot, text, format))
        if item.warning:
            self.warnings.append(placed(Issue(item.warning, slot=slot.id), Part(item)))
        return entry

    def _file_entry(self, file: File, entry: Entry) -> Entry:
        slot = self.slot
        stated = (file.format or "").lower()
        is_listed = bool(slot.formats) and content.taken(slot, stated) is not None
        is_stated = is_listed or stated not in ("", *_OPAQUE)
        name = stated if is_stated else formats.by_name(file.filename or "") or stated
        known = content.taken(slot, formats.family(name) or name) if name else None
        called = short_repr(file.filename or file.id)
        is_known = formats.family(name) is not None and (is_stated or not stated)
        if self.check and is_known and known is None and content.all_known(slot):
            expected = " or ".join(slot.formats)
            self._add([Issue(f"expected {expected}, but file {called} is {name}", slot=slot.id)])
        if (
            self.check
            and file.size_bytes is not None
            and slot.max_bytes is not None
            and file.size_bytes > slot.max_bytes
        ):
            self._add([Issue(files.too_large(file.size_bytes, slot.max_bytes), slot=slot.id)])
        entry["source"] = {"type": "file", "file_id": file.id}
        if format := known or (slot.formats[0] if slot.formats else name):
            entry["format"] = format
        if file.filename:
            entry["label"] = file.filename
        return entry

    def _add(self, issues: Iterable[Issue], item: Item | None = None) -> None:
        part = Part(item) if item is not None else None
        self.issues.extend(placed(issue, part) for issue in issues)

    def _limits(self, made: Sequence[_Made]) -> Iterator[Issue]:
        slot = self.slot
        if slot.max_entries is not None and len(made) > slot.max_entries:
            yield Issue(f"expected at most {slot.max_entries}, got {len(made)} entries", slot=slot.id)
        for entry, parts in made:
            text = entry.get("content")
            if text is None:
                continue
            if slot.max_bytes is not None and self._is_too_large(text):
                problem = files.too_large(len(text.encode()), slot.max_bytes)
                yield placed(Issue(problem, slot=slot.id), parts[0] if len(parts) == 1 else None)
            elif slot.max_records is not None:
                starts = formats.records(formats.family(entry.get("format", "")) or "", text)
                if len(starts) > slot.max_records:
                    line = starts[slot.max_records]
                    count = f"expected at most {slot.max_records}, got {len(starts)} records"
                    problem = f"{count}; the excess starts on this line"
                    yield placed(Issue(problem, slot=slot.id, line=line), part_of(parts, line))

    def _is_too_large(self, text: str) -> bool:
        limit = self.slot.max_bytes
        return limit is not None and len(text) * 4 > limit and len(text.encode()) > limit


def _is_fasta_text(entry: Entry) -> bool:
    return formats.family(entry.get("format", "")) == "fasta" and "content" in entry


def _joined(made: Sequence[_Made]) -> _Made:
    """Join several FASTA texts into one. A text without a header gets one."""
    texts: list[str] = []
    parts: list[Part] = []
    line = 1
    for number, (entry, (part,)) in enumerate(made, start=1):
        text = entry["content"].rstrip()
        found = fasta.records(text)
        shift = line - 1
        if found and found[0].header is None:
            text = f">sequence-{number}\n{text}"
            shift += 1
        texts.append(text)
        parts.append(Part(part.item, line, shift))
        line += len(fasta.lines(text))
    first = made[0][0]
    joined = {name: value for name, value in first.items() if name != "label"}
    return {**joined, "content": "\n".join(texts) + "\n"}, tuple(parts)


def _missing(tool: Tool, inputs: Mapping[str, Any]) -> Iterator[Issue]:
    for slot in tool.slots:
        if slot.required and slot.id not in inputs:
            yield Issue(f"required but missing: {slot.description or slot.kind or 'pass data'}", slot=slot.id)


def _listed(slots: Sequence[Slot]) -> str:
    return ", ".join(repr(slot.id) for slot in slots)
