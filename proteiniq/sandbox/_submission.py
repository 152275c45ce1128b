"""Check a quote or a submission against its tool's contract, before anything is created.

All problems are collected, each with its place in the body and what to do about it.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import attrs

from .._message_text import number_text
from .._text import encodings, fasta
from ._errors import APIError, Issue, invalid
from .tools.base import Entry, Problem, Setting, Slot, Tool


class InputFile(Protocol):
    """A library file as an input."""

    @property
    def format(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    def read(self) -> bytes: ...


FindFile = Callable[[str], InputFile | None]
"""File id → the file, or None if the workspace doesn't have it."""

_INPUTS = "input.inputs"
"""The path of the entries in the body."""

OPAQUE = ("TXT", "OTHER")
"""Formats of unrecognised files, which may be any input."""


@attrs.frozen
class Submission:
    """A submission that its tool accepts."""

    tool: str
    inputs: Mapping[str, tuple[Entry, ...]]
    settings: Mapping[str, Any]
    credits: int

    def payload(self, reference: str) -> str:
        """The worker's input, as JSON."""
        inputs = {slot: [attrs.asdict(e) for e in entries] for slot, entries in self.inputs.items()}
        return json.dumps(
            {"tool": reference, "inputs": inputs, "settings": dict(self.settings)},
            ensure_ascii=False,
        )


def check(body: Mapping[str, Any], tools: Mapping[str, Tool], find_file: FindFile) -> Submission:
    """The submission in a body that fits its schema. Raises APIError, which lists every problem."""
    tool = tools.get(body["tool"])
    if tool is None:
        message = f"No such tool: {_short(body['tool'])}.{_suggest(body['tool'], tools)}"
        raise APIError("not_found", message, details={"issues": [{"path": "tool", "message": message}]})
    found: list[Issue] = []
    entries, places = _entries(body["input"]["inputs"], tool, find_file, found)
    settings = _settings(body.get("settings", {}), tool, found)
    if found:
        raise invalid(found)
    if problems := tool.check(entries, settings):
        raise invalid([_issue(problem, places) for problem in problems])
    units = tool.units(entries, settings)
    return Submission(tool.contract.id, entries, settings, tool.contract.credit_model.credits(units))


def _entries(
    given: list[dict[str, Any]], tool: Tool, find_file: FindFile, found: list[Issue]
) -> tuple[dict[str, tuple[Entry, ...]], dict[str, list[int]]]:
    """Entries by slot, and the indices of each slot's entries in the body."""
    slots = {slot.id: slot for slot in tool.contract.slots}
    places: dict[str, list[int]] = {slot: [] for slot in slots}
    entries: dict[str, list[Entry]] = {slot: [] for slot in slots}
    first: dict[str, int] = {}
    for index, entry in enumerate(given):
        where = f"{_INPUTS}[{index}]"
        if entry["id"] in first:
            message = f"is also the id of {_INPUTS}[{first[entry['id']]}]: ids must be unique"
            found.append({"path": f"{where}.id", "message": message})
        first.setdefault(entry["id"], index)
        slot = slots.get(entry["slotId"])
        if slot is None:
            message = f"is not a slot of {tool.contract.id}, which has {_names(slots)}."
            message += _suggest(entry["slotId"], slots)
            found.append({"path": f"{where}.slotId", "message": message, "slot": entry["slotId"]})
            continue
        places[slot.id].append(index)
        issues: list[Issue] = list(_kind_and_format(entry, slot, where))
        content = _content(entry, slot, where, find_file, issues)
        found.extend({**issue, "slot": slot.id} for issue in issues)
        entries[slot.id].append(
            Entry(slot.id, slot.kind, entry["format"].lower(), content or "", entry.get("label"))
        )
    for slot in slots.values():
        count = len(places[slot.id])
        if slot.required and count == 0:
            message = f"slot {slot.id} ({slot.name}) is required: add an entry with slotId {slot.id}"
            found.append({"path": _INPUTS, "message": message, "slot": slot.id})
        if count > slot.max_entries:
            message = f"slot {slot.id} has too many entries: at most {slot.max_entries} allowed, got {count}"
            found.append({"path": _INPUTS, "message": message, "slot": slot.id})
    return {slot: tuple(e) for slot, e in entries.items() if e or slots[slot].required}, places


def _kind_and_format(entry: Mapping[str, Any], slot: Slot, where: str) -> Iterable[Issue]:
    if entry["kind"].lower() != slot.kind.lower():
        message = f"must be {slot.kind} in slot {slot.id}"
        yield {"path": f"{where}.kind", "message": message}
    if entry["format"].lower() not in (name.lower() for name in slot.formats):
        message = f"must be {_names(slot.formats, 'or')} in slot {slot.id}"
        yield {"path": f"{where}.format", "message": message}


def _content(
    entry: Mapping[str, Any], slot: Slot, where: str, find_file: FindFile, issues: list[Issue]
) -> str | None:
    """The text of an entry, from the entry itself or from its file."""

    def wrong(path: str, message: str) -> None:
        issues.append({"path": f"{where}.{path}", "message": message})

    source = entry["source"]
    if source["type"] == "text":
        if "file_id" in source:
            wrong("source.file_id", "must be left out when source.type is text")
        if "content" not in entry:
            wrong("content", "is required when source.type is text")
            return None
        text = str(entry["content"])
        size = len(text.encode())
        where_content = "content"
    else:
        if "content" in entry:
            wrong("content", "must be left out when source.type is file")
        if "file_id" not in source:
            wrong("source.file_id", "is required when source.type is file")
            return None
        where_content = "source.file_id"
        file = find_file(source["file_id"])
        if file is None:
            wrong(where_content, f"No such file in this workspace: {_short(source['file_id'])}.")
            return None
        if file.format not in (entry["format"].upper(), *OPAQUE):
            wrong("format", f"must be the format of the file, {file.format}")
        size = file.size_bytes
        if size <= slot.max_bytes:
            try:
                content = file.read()
                text = content.decode("utf-8-sig")
            except FileNotFoundError:  # Deleted since it was looked up.
                wrong(where_content, f"The file {_short(source['file_id'])} no longer exists.")
                return None
            except UnicodeDecodeError as error:
                what = encodings.described(content)
                wrong(where_content, f"The file is not UTF-8 text: {what or f'see byte {error.start}'}")
                return None
    if size > slot.max_bytes:
        wrong(where_content, f"has {size} bytes; slot {slot.id} takes at most {slot.max_bytes}")
        return None
    records = _records(text, entry["format"].lower())
    if slot.max_records is not None and records > slot.max_records:
        wrong(where_content, f"has {records} records; slot {slot.id} takes at most {slot.max_records}")
    return text


def _records(text: str, format: str) -> int:
    """The number of records in a text. Formats with a single record are not parsed."""
    if format == "fasta":
        return len(fasta.records(text))
    if format == "sdf":
        return len(re.findall(r"^\$\$\$\$", text, re.MULTILINE))
    return 1


def _settings(given: Mapping[str, Any], tool: Tool, found: list[Issue]) -> dict[str, Any]:
    """Every setting of the tool, with the given value or its default."""
    known = {setting.id: setting for setting in tool.contract.settings}
    for name in given:
        if name not in known:
            has = f"which has {_names(known)}." if known else "which has no settings."
            message = f"is not a setting of {tool.contract.id}, {has}{_suggest(name, known)}"
            found.append({"path": f"settings.{_cut(name)}", "message": message, "setting": _cut(name)})
    values: dict[str, Any] = {}
    for setting in known.values():
        value = given.get(setting.id, setting.default)
        if setting.type == "integer" and isinstance(value, float) and value.is_integer():
            value = int(value)  # JSON doesn't distinguish 5.0 from 5.
        values[setting.id] = value
        if misfit := _misfit(setting, value):
            path = f"settings.{setting.id}"
            found.append({"path": path, "message": misfit, "setting": setting.id})
    return values


def _misfit(setting: Setting, value: Any) -> str | None:
    """What is wrong with a setting's value, or None."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        "number": number and math.isfinite(value),
        "integer": number and isinstance(value, int),
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
    }
    if not fits[setting.type]:
        return f"must be of type {setting.type}"
    if setting.options is not None and value not in setting.options:
        options = [str(option) for option in setting.options]
        suggestion = _suggest(str(value), options)
        return f"must be {_names(options, 'or')}" + (f".{suggestion}" if suggestion else "")
    low, high = setting.minimum, setting.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        unit = f" {setting.unit}" if setting.unit else ""
        ends = [number_text(end) for end in (low, high) if end is not None]
        if len(ends) == 2:
            return f"must be from {ends[0]} to {ends[1]}{unit}"
        return f"must be at {'most' if low is None else 'least'} {ends[0]}{unit}"
    return None


def _issue(problem: Problem, places: Mapping[str, list[int]]) -> Issue:
    """A problem found by the tool, with its place in the body."""
    issue: dict[str, Any] = {"path": _INPUTS, "message": problem.message}
    if problem.slot is not None:
        issue["slot"] = problem.slot
        indices = places.get(problem.slot, [])
        entry = problem.entry if problem.entry is not None else 0 if len(indices) == 1 else None
        if entry is not None and entry < len(indices):
            issue["path"] = f"{_INPUTS}[{indices[entry]}].content"
    elif problem.setting is not None:
        issue["path"] = f"settings.{problem.setting}"
    if problem.setting is not None:
        issue["setting"] = problem.setting
    if problem.line is not None:
        issue["line"] = problem.line
    return issue


def _names(names: Iterable[str], last: str = "and") -> str:
    """`a, b and c`."""
    listed = list(names)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def _short(text: str) -> str:
    return repr(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:77]}…"


def _suggest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word[:80].lower(), list(known), n=1)
    return f" Did you mean {close[0]}?" if close else ""
