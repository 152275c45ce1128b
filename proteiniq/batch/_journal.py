"""journal.jsonl: what happened in a batch, one event a line, in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from ..errors import BatchError
from ._events import Event, UnknownEvent, decode
from ._lines import damaged
from ._state import State

_TOGETHER = 1000
"""Lines that are parsed at once, which takes half the time."""


def events(path: Path, end: int | None = None) -> Iterator[tuple[int, float, Event]]:
    """Yield where each line ends, its time and its event, up to an offset in the file.

    A torn last line is left out. Raises BatchError if another line is damaged or is of a newer version.
    """
    number = offset = 0
    with path.open("rb") as file:
        while lines := list(islice(file, _TOGETHER)):
            values = _parsed(lines)
            for line, value in zip(lines, values, strict=True):
                number += 1
                offset += len(line)
                if end is not None and offset > end:
                    return
                is_torn = value is None or not line.endswith(b"\n")
                if is_torn and line is lines[-1] and not file.read(1):
                    return
                try:
                    at, event = decode(value)
                except UnknownEvent as error:
                    raise BatchError(
                        f"{path} has an event that this version of proteiniq doesn't know (line {number}: {error}). It "
                        "was written by a newer version: install that one to go on"
                    ) from None
                except ValueError:
                    raise damaged(path, number, line) from None
                yield offset, at, event


def _parsed(lines: list[bytes]) -> list[Any]:
    """The values of JSON lines, None for those that are not JSON."""
    with suppress(ValueError):
        values: list[Any] = json.loads(b"[" + b",".join(lines) + b"]")
        if len(values) == len(lines):
            return values
    values = [None] * len(lines)
    for number, line in enumerate(lines):
        with suppress(ValueError):
            values[number] = json.loads(line)
    return values


def replay(path: Path, state: State, end: int | None = None) -> int:
    """Apply the events of a journal to a state. Returns where the last whole line ends."""
    good = 0
    for number, (offset, at, event) in enumerate(events(path, end), start=1):
        try:
            state.apply(event, at)
        except (IndexError, TypeError, ValueError):
            raise BatchError(
                f"{path} doesn't fit the plan: line {number} is {event!r}, but there are {len(state)} items. Restore "
                "the folder from a backup"
            ) from None
        good = offset
    return good
