"""What became of each item of a batch, in the plan's order, and summary.csv, which has a line for each."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import attrs

from .._shown import Shown
from .._transfer.durable import replacing
from ._events import (
    Doubt,
    Ended,
    Failed,
    ItemEvent,
    Refused,
    Reused,
    Saved,
    Skipped,
    Submit,
    Submitted,
    Unsent,
    cost,
)
from ._folder import BatchFolder
from ._plan import PlanItem
from ._state import ItemState

AT_ONCE = 200_000
"""For how many items at once the journal's facts are in memory. The journal is read again for each such part."""

COLUMNS = ("id", "status", "job_id", "credits", "attempts", "code", "message", "folder", "files", "same_as")
"""The columns of summary.csv."""


@attrs.frozen(kw_only=True, repr=False)
class ItemSummary(Shown):
    """What became of one item.

    `credits` is what its jobs that ended cost, all attempts together, and None if none has ended. `folder` is where its
    result is, relative to the batch folder, and None without a result. `files` is how many files the result has, and
    `has_data` whether it has structured data. `job_status` is how its last job ended.

    An item that equals an earlier one shares its result: `same_as` is the id of the earlier item, `credits` is None,
    and the other fields are the earlier item's.
    """

    id: str
    status: str
    job_id: str | None
    credits: float | None
    attempts: int
    code: str | None
    message: str | None
    folder: str | None
    files: int
    same_as: str | None
    job_status: str | None
    has_data: bool


def summaries(folder: BatchFolder) -> Iterator[ItemSummary]:
    """Yield what became of each item, as the folder's state is now."""
    states = folder.plan.states
    found: dict[int, Facts] = {}
    for item in folder.plan.items():
        if item.place % AT_ONCE == 0:
            places = range(item.place, min(item.place + AT_ONCE, len(states)))
            same = {folder.plan.item(place).same_as for place in places if states[place] == ItemState.SAME}
            found = facts(folder, partial(_is_in, places, same))
        source = item if item.same_as is None else folder.plan.item(item.same_as)
        yield found.get(source.place, _NOTHING).summary(folder, item, source)


def write_summary(folder: BatchFolder) -> Path:
    """Write summary.csv whole, and return its path. Raises OSError."""
    path = folder.path / "summary.csv"
    lines = (
        ["" if value is None else value for value in (getattr(each, name) for name in COLUMNS)]
        for each in summaries(folder)
    )
    with replacing(path) as file:
        write_csv(file, COLUMNS, lines)
    return path


def write_csv(file: BinaryIO, columns: Sequence[str], lines: Iterable[Sequence[Any]]) -> None:
    """Write lines as CSV (RFC 4180) in UTF-8. A lone surrogate, which UTF-8 can't have, is written as its escape."""
    text = io.TextIOWrapper(file, "utf-8", errors="backslashreplace", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows(lines)
    text.detach()


@attrs.define
class Facts:
    """What the events say of an item."""

    job: str | None = None
    job_status: str | None = None
    reserved: float | None = None
    credits: float | None = None
    attempts: int = 0
    code: str | None = None
    message: str | None = None
    is_saved: bool = False
    has_data: bool = False
    files: int = 0

    def add(self, event: ItemEvent) -> None:
        match event:
            case Submit():
                self.attempts = event.attempt + 1
                self.reserved = event.credits
                self.code = self.message = None
            case Submitted():
                self.job = event.job
                self.attempts = event.attempt + 1
                self.reserved = self.reserved if event.credits is None else event.credits
            case Ended():
                self.job, self.job_status = event.job, event.status
                self.credits = (self.credits or 0.0) + (cost(event.credits_used, self.reserved) or 0.0)
                self.code = event.error.code if event.error is not None else None
                self.message = event.error.message if event.error is not None else None
            case Refused() | Failed() | Unsent():
                self.code, self.message = event.code or self.code, event.message or self.message
            case Doubt() | Skipped():
                self.message = event.message or self.message
            case Saved() | Reused():
                self.is_saved, self.has_data, self.files = True, event.data, len(event.files)

    def summary(self, folder: BatchFolder, item: PlanItem, source: PlanItem) -> ItemSummary:
        """Return what became of an item. The facts are of `source`: the item itself, or the equal one before it."""
        is_source = item.place == source.place
        return ItemSummary(
            id=item.id,
            status=folder.state.status(source.place).name.lower(),
            job_id=self.job,
            credits=self.credits if is_source else None,
            attempts=self.attempts,
            code=self.code,
            message=self.message,
            folder=source.results if self.is_saved else None,
            files=self.files,
            same_as=None if is_source else source.id,
            job_status=self.job_status,
            has_data=self.has_data,
        )


_NOTHING = Facts()


def _is_in(places: range, others: set[int | None], place: int) -> bool:
    return place in places or place in others


def facts(folder: BatchFolder, wanted: Callable[[int], bool]) -> dict[int, Facts]:
    """Return what the journal says of the items at the wanted places."""
    found: dict[int, Facts] = {}
    for _, event in folder.events():
        if isinstance(event, ItemEvent) and wanted(event.item):
            found.setdefault(event.item, Facts()).add(event)
    return found
