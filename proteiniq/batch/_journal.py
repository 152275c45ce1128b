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


def events(path: Path, end: int | None = None) -> Iterator[tuple[float, Event]]:
    """Yield the time and the event of each line, up to an offset in the file.

    A torn last line is left out. Raises BatchError if another line is damaged or is of a newer version.
    """
    number = 0
    for lines, values in _whole(path, end):
        for line, value in zip(lines, values, strict=True):
            number += 1
            yield _decoded(path, number, line, value)


def replay(path: Path, state: State, end: int | None = None) -> int:
    """Apply the events of a journal to a state. Returns where the last whole line ends. Raises BatchError."""
    number = offset = 0
    for lines, values in _whole(path, end):
        left = iter(values)
        try:
            state.replay(left)
        except (LookupError, TypeError, ValueError):
            place = len(values) - len(list(left)) - 1
            number += place + 1
            _, event = _decoded(path, number, lines[place], values[place])
            raise BatchError(
                f"{path} doesn't fit the plan: line {number} is {event!r}, but there are {len(state)} items. Restore "
                "the folder from a backup"
            ) from None
        number += len(lines)
        offset += sum(map(len, lines))
    return offset


def _whole(path: Path, end: int | None) -> Iterator[tuple[list[bytes], list[Any]]]:
    """Yield whole lines, many at once, and their values, which are None for those that are not JSON."""
    offset = 0
    with path.open("rb") as file:
        while lines := list(islice(file, _TOGETHER)):
            offset += sum(map(len, lines))
            is_end = False
            while end is not None and offset > end:
                offset -= len(lines.pop())
                is_end = True
            values = _parsed(lines)
            is_torn = not is_end and (values[-1] is None or not lines[-1].endswith(b"\n"))
            if is_torn and not file.read(1):
                del lines[-1], values[-1]
            yield lines, values
            if is_end:
                return


def _decoded(path: Path, number: int, line: bytes, value: Any) -> tuple[float, Event]:
    """The time and the event of a line, counted from 1. Raises BatchError."""
    try:
        return decode(value)
    except UnknownEvent as error:
        raise BatchError(
            f"{path} has an event that this version of proteiniq doesn't know (line {number}: {error}). It "
            "was written by a newer version: install that one to go on"
        ) from None
    except ValueError:
        raise damaged(path, number, line) from None


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
