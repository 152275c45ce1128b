"""journal.jsonl: what happened in a batch, one event a line, in order."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ..errors import BatchError
from ._events import Event, UnknownEvent, decode
from ._lines import damaged
from ._state import State


def events(path: Path, end: int | None = None) -> Iterator[tuple[int, float, Event]]:
    """Yield where each line ends, its time and its event, up to an offset in the file.

    A torn last line is left out. Raises BatchError if another line is damaged or is of a newer version.
    """
    offset = 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            offset += len(line)
            if end is not None and offset > end:
                return
            try:
                at, event = decode(line)
            except UnknownEvent as error:
                raise BatchError(
                    f"{path} has an event that this version of proteiniq doesn't know (line {number}: {error}). It was "
                    "written by a newer version: install that one to go on"
                ) from None
            except ValueError:
                if file.read(1):
                    raise damaged(path, number, line) from None
                return
            if not line.endswith(b"\n"):
                return
            yield offset, at, event


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
