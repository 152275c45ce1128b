"""From items to what is sent, checked without a request: all items, before the first job."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from .._inputs import entries, job_entries, settings as job_settings
from .._inputs.arguments import copied
from .._inputs.reader import warn
from .._message_text import short_repr
from ..errors import InvalidInput, Issue
from ..models import Tool
from ._items import Item
from ._plan import PlannedInput

MOST_SHOWN = entries.MOST_SHOWN
"""How many invalid items a message shows, and how many warnings are given."""


def planned(tool: Tool, given: Iterable[Item], *, check: bool = True) -> Iterator[PlannedInput]:
    """Yield what is sent for each item, checked as for a single job.

    Raises InvalidInput at the end if any item is invalid, with the first of them and how many there are. No item is
    yielded after an invalid one. Warns with InputWarning of what may not be meant. With `check=False`, only what can't
    be sent at all is invalid.
    """
    found = _Findings()
    count = 0
    for item in given:
        count += 1
        try:
            if item.problem is not None:
                raise InvalidInput(item.problem, issues=[Issue(item.problem)])
            made, chosen, doubts = _converted(tool, item, check)
        except InvalidInput as error:
            found.add(item, error)
            continue
        found.warn(item, doubts)
        if not found.invalid:
            yield PlannedInput(item.id, made, chosen)
    found.finish(tool, count)


def _converted(
    tool: Tool, item: Item, check: bool
) -> tuple[Sequence[Mapping[str, Any]], dict[str, Any], Sequence[Issue]]:
    """Return the entries, the settings and the warnings of an item. Raises InvalidInput."""
    listed = entries.given_entries(item.inputs)
    if listed is not None:
        made: Sequence[Mapping[str, Any]] = copied(listed, "inputs")
        chosen = job_settings.prepared(item.settings)
        _check_json("inputs", made)
        doubts: Sequence[Issue] = ()
    else:
        prepared = entries.prepared(tool, item.inputs, item.settings, check=check)
        made, chosen, doubts = prepared.entries, prepared.settings, prepared.warnings
        if any(entry["source"]["type"] == "file" for entry in made):
            job_entries.job_input(made)
    _check_json("settings", chosen)
    return made, chosen, doubts


def _check_json(name: str, value: Any) -> None:
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"{name} must be JSON values: {error}") from None


class _Findings:
    """Counts the invalid items of a batch and the doubtful ones, and keeps the first of them."""

    def __init__(self) -> None:
        self.invalid = 0
        self._warned = 0
        self._lines: list[str] = []
        self._issues: list[Issue] = []

    def add(self, item: Item, error: InvalidInput) -> None:
        self.invalid += 1
        if self.invalid > MOST_SHOWN:
            return
        issues = [_in_file(item, issue) for issue in error.issues]
        text = str(issues[0]) if issues else error.message
        more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
        self._lines.append(f"  {_called(item)}: {text}{more}")
        for issue in issues or [Issue(error.message)]:
            self._issues.append(attrs.evolve(issue, message=f"{_called(item)}: {issue.message}"))

    def warn(self, item: Item, issues: Sequence[Issue]) -> None:
        for issue in issues:
            self._warned += 1
            if self._warned <= MOST_SHOWN:
                warn([Issue(f"{_called(item)}: {_in_file(item, issue)}")])

    def finish(self, tool: Tool, count: int) -> None:
        """Raise InvalidInput if an item is invalid."""
        if self._warned > MOST_SHOWN:
            warn([Issue(f"{self._warned - MOST_SHOWN} more warnings of other items are not shown")])
        if not self.invalid:
            return
        lines = "\n".join(self._lines)
        if self.invalid > MOST_SHOWN:
            lines += f"\n  and {self.invalid - MOST_SHOWN} more"
        which = f"invalid items for {tool.id}: {self.invalid:,} of {count:,}, nothing was sent:"
        raise InvalidInput(f"{which}\n{lines}", issues=self._issues)


def _called(item: Item) -> str:
    return f"{item.source}, id {short_repr(item.id)}"


def _in_file(item: Item, issue: Issue) -> Issue:
    """Return an issue with the line of the item's file instead of the line within the item."""
    if issue.line is None or item.first_line is None:
        return issue
    return attrs.evolve(issue, line=issue.line + item.first_line - 1)
