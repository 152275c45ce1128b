"""Say where an input that the service refused is wrong, in terms of what the user passed.

The service documents no structure of the details. A list of issues is read as the sandbox's `{path, message}` or
FastAPI's `{loc, msg}`; a single one may be in the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._inputs.entries import Part, part_of, placed
from ..errors import Issue, ValidationError
from .api_errors import shortened

_ENTRY = re.compile(r"inputs?[.\[/]+(\d+)")
_SETTING = re.compile(r"settings[.\[/]+([\w-]+)")
_LINE = re.compile(r"\bline (\d+)\b")
_IN_MESSAGE = re.compile(
    r"(?P<path>(?:body\.)?(?:input|settings)[.\[/][\w.\[\]/-]+): (?P<message>.+)", re.DOTALL
)

MOST_SHOWN = 20


def explain(
    error: ValidationError,
    tool: str,
    entries: Sequence[Mapping[str, Any]],
    parts: Sequence[tuple[Part, ...]] | None,
) -> None:
    """Set the error's issues, and name in its message the slots and lines of what was passed.

    `parts` are the values that the entries were made of, None for entries that the user made: the message names them
    already.
    """
    found = [
        _issue(path, message, given, entries, parts)
        for path, message, given in _listed(error.details, error.message)
    ]
    if not found:
        return
    error.issues = tuple(found)
    if parts is None:
        return
    lines = [f"  {issue}" for issue in found[:MOST_SHOWN]]
    if len(found) > MOST_SHOWN:
        lines.append(f"  and {len(found) - MOST_SHOWN} more")
    head = (
        f"invalid input for {tool}, refused by the service ({error.code or error.status}, {error.request}):"
    )
    error.message = "\n".join([head, *lines])
    error.args = (error.message,)


def _listed(details: Any, message: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield path, message and the whole of each issue."""
    issues = details.get("issues", details.get("errors")) if isinstance(details, Mapping) else details
    if isinstance(issues, list) and issues:
        for issue in issues:
            if isinstance(issue, Mapping) and isinstance(issue.get("message", issue.get("msg")), str):
                path = issue.get("path", issue.get("loc", issue.get("field", "")))
                joined = ".".join(map(str, path)) if isinstance(path, list) else str(path)
                yield joined, issue.get("message", issue.get("msg")), issue
    elif found := _IN_MESSAGE.match(message.split(" (validation_error", 1)[0]):
        yield found["path"], found["message"], {}


def _issue(
    path: str,
    message: str,
    given: Mapping[str, Any],
    entries: Sequence[Mapping[str, Any]],
    parts: Sequence[tuple[Part, ...]] | None,
) -> Issue:
    message = shortened(message)
    if setting := given.get("setting") or (_SETTING.search(path) or (None, None))[1]:
        return Issue(message, setting=str(setting))
    index = _index(path, given.get("slot"), entries)
    if index is None:
        slot = given.get("slot")
        return (
            Issue(message, slot=slot)
            if isinstance(slot, str)
            else Issue(f"{path}: {message}" if path else message)
        )
    slot, line = entries[index].get("slotId"), given.get("line")
    if not isinstance(line, int):
        in_message = _LINE.search(message)
        line = int(in_message[1]) if in_message else None
    issue = Issue(message, slot=slot if isinstance(slot, str) else None, line=line)
    if parts is None:
        return issue
    part = part_of(parts[index], line)
    if part is None:
        return issue
    shift = part.shift
    own = _LINE.sub(lambda found: f"line {max(int(found[1]) - shift, 1)}", message)
    return placed(Issue(own, slot=issue.slot, line=line), part)


def _index(path: str, slot: Any, entries: Sequence[Mapping[str, Any]]) -> int | None:
    """Return the index of the entry that an issue is about, None if it is unknown."""
    found = _ENTRY.search(path)
    if found:
        return int(found[1]) if int(found[1]) < len(entries) else None
    of_slot = [index for index, entry in enumerate(entries) if slot and entry.get("slotId") == slot]
    return of_slot[0] if len(of_slot) == 1 else None
