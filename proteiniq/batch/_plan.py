"""The items of a batch: plan.jsonl has a line for each, inputs.jsonl one for each different list of API entries.

The line of a list of entries is the JSON that its hash is of: sorted keys, compact, UTF-8. So a plan has all that a
lost end of the inputs is restored with, from the same items.

A plan grows by parts, all or nothing. A part counts once its last line, `{"items": …}`, is on the disk; before that, no
item of it can have been submitted. Memory holds the offset of every 256th line.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from io import FileIO
from itertools import chain, islice
from pathlib import Path
from typing import Any

import attrs

from .._message_text import short_repr
from ..errors import BatchError
from ._lines import Lines, canonical, damaged, encode
from ._names import folder_name
from ._seen import Seen
from ._state import ItemState

_STEP = 256
"""Lines between two that have their offsets in memory."""
_BLOCK = 1 << 20
"""Bytes that are written at once."""
_OPEN = b'{"id":'
_SAME = b'"same_as":'


@attrs.frozen
class PlannedInput:
    """An item to plan: its id, the API entries as they are sent, and the settings."""

    id: str
    entries: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]


@attrs.frozen
class PlanItem:
    """A line of the plan. `bytes` is the length of all contents, `same_as` the place of the first equal item."""

    place: int
    id: str
    sha256: str
    settings: Mapping[str, Any]
    key: str
    bytes: int
    at: tuple[int, int]
    same_as: int | None = None

    @property
    def results(self) -> str:
        """The folder of the item's result, relative to that of the batch."""
        return f"results/{folder_name(self.id)}"


class Plan:
    """The plan of a batch, for reading; `extend` needs it to be open for writing."""

    def __init__(self, folder: Path, batch: str) -> None:
        """Open the plan, without what a crash left of its last lines. Raises BatchError if it is damaged."""
        self._batch = batch
        self._path = folder / "plan.jsonl"
        self._inputs_path = folder / "inputs.jsonl"
        self.states = bytearray()
        """The first state of each item: `PENDING` or `SAME`."""
        self.complete = 0
        """Items up to the end of the last complete part."""
        self._offsets = array("Q")
        self._end = self._complete_end = 0
        self._block: tuple[int, list[int]] = (-1, [])
        self._last: PlanItem | None = None
        self._lines: Lines | None = None
        self._inputs: Lines | None = None
        self._file = self._path.open("rb", buffering=0)
        try:
            self._inputs_file = self._inputs_path.open("rb", buffering=0)
            try:
                self._scan()
            except BaseException:
                self._inputs_file.close()
                raise
        except BaseException:
            self._file.close()
            raise

    def _scan(self) -> None:
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"}\n"):
                    if file.read(1):
                        raise damaged(self._path, number, line)
                    break
                if line.startswith(_OPEN):
                    self._add(line, self._end)
                elif line == encode({"items": len(self)}):
                    self.complete, self._complete_end = len(self), self._end + len(line)
                else:
                    raise damaged(self._path, number, line)
                self._end += len(line)

    def _add(self, line: bytes, offset: int) -> None:
        if len(self.states) % _STEP == 0:
            self._offsets.append(offset)
        is_same = _SAME in line and "same_as" in json.loads(line)
        self.states.append(ItemState.SAME if is_same else ItemState.PENDING)

    def __len__(self) -> int:
        return len(self.states)

    def close(self) -> None:
        for file in (self._file, self._inputs_file, self._lines, self._inputs):
            if file is not None:
                file.close()

    def item(self, place: int) -> PlanItem:
        """Return an item. Raises IndexError if there is none at this place."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        last = self._last
        if last is not None and last.place == place:
            return last
        block, number = divmod(place, _STEP)
        known, offsets = self._block  # read once: another thread may replace it
        if known != block or len(offsets) <= number + 1:
            offsets = self._line_offsets(block)
            self._block = block, offsets
        start, end = offsets[number : number + 2]
        line = _read(self._file, start, end - start).split(b"\n", 1)[0]
        try:
            found = self._last = _item(place, line)
        except (ValueError, TypeError):
            raise self._damaged(place) from None
        return found

    def _line_offsets(self, block: int) -> list[int]:
        """The offsets of a block's lines, and where the last one ends."""
        offset = self._offsets[block]
        offsets: list[int] = []
        with self._path.open("rb") as file:
            file.seek(offset)
            for line in file:
                if offset >= self._end or len(offsets) == _STEP:
                    break
                if line.startswith(_OPEN):
                    offsets.append(offset)
                    end = offset + len(line)
                offset += len(line)
        return [*offsets, end]

    def items(self) -> Iterator[PlanItem]:
        """Yield all items, in order."""
        with self._path.open("rb") as file:
            place, offset = 0, 0
            for line in file:
                offset += len(line)
                if offset > self._end:
                    break
                if line.startswith(_OPEN):
                    try:
                        yield _item(place, line)
                    except (ValueError, TypeError):
                        raise self._damaged(place) from None
                    place += 1

    def entries(self, item: PlanItem) -> list[dict[str, Any]]:
        """Return the API entries of an item, as they are sent."""
        line = _read(self._inputs_file, *item.at)
        if sha256(line).hexdigest() != item.sha256:
            raise BatchError(
                f"{self._inputs_path} is damaged: the {item.at[1]} bytes at {item.at[0]} are not the inputs of item "
                f"{short_repr(item.id)}. Restore the file from a backup; if only its end is missing, start the batch "
                "with the same items again, which restores it"
            )
        found: list[dict[str, Any]] = json.loads(line)
        return found

    def _damaged(self, place: int) -> BatchError:
        with self._path.open("rb") as file:
            lines = ((number, line) for number, line in enumerate(file, start=1) if line.startswith(_OPEN))
            number, line = next(islice(lines, place, None))
        return damaged(self._path, number, line)

    def settle(self, needed: int) -> None:
        """Leave out a last part that is not complete, unless items of it have events: then only its end was lost.

        `needed` is the number of items up to the last one with an event. Raises BatchError if there are fewer.
        """
        if needed > len(self):
            raise BatchError(
                f"{self._path} is damaged: it ends after {len(self)} items, but the journal has events of item "
                f"{needed - 1}, counted from 0. Restore the folder from a backup"
            )
        if needed <= self.complete:
            self._cut(self.complete, self._complete_end)

    def open_for_writing(self) -> None:
        """Cut off what a crash left in the files."""
        last = self.states.rfind(ItemState.PENDING)
        used = 0 if last < 0 else sum(self.item(last).at) + 1
        self._lines = Lines(self._path, self._end)
        self._inputs = Lines(self._inputs_path, min(used, _whole(self._inputs_path)))
        if len(self) > self.complete:
            self._finish_part()

    def _cut(self, length: int, end: int) -> None:
        del self.states[length:]
        del self._offsets[-(-length // _STEP) :]
        self._end = end
        self._block, self._last = (-1, []), None

    def extend(self, items: Iterable[PlannedInput]) -> int:
        """Compare items with the plan, then append those that follow. Returns how many are new.

        Raises BatchError, and changes nothing, if an item differs from the plan, if one is missing or if two have one
        id. What `items` raises is raised.
        """
        assert self._lines is not None
        assert self._inputs is not None
        given = iter(items)
        kept = self._inputs.length
        for planned in self.items():
            item = next(given, None)
            if item is None:
                raise BatchError(
                    f"item {short_repr(planned.id)} (place {planned.place}, counted from 0) is missing: the batch "
                    f"has {len(self)} items. Pass all of them, and new ones after them"
                )
            content = canonical(list(item.entries))
            _compare(planned, item, content)
            if planned.at[0] == self._inputs.length:
                self._inputs.append(content + b"\n", durable=False)  # which was lost
        if self._inputs.length > kept:
            self._inputs.sync()
        first = next(given, None)
        if first is None:
            return 0
        start = len(self), self._end, self._inputs.length
        try:
            self._append(chain([first], given))
            self._finish_part()
        except BaseException:
            self._inputs.cut(start[2])
            self._lines.cut(start[1])
            self._cut(start[0], start[1])
            raise
        return len(self) - start[0]

    def _append(self, items: Iterable[PlannedInput]) -> None:
        assert self._lines is not None
        assert self._inputs is not None
        inputs: list[bytes] = []
        lines: list[bytes] = []
        offset = self._inputs.length
        written = self._end
        with Seen(self._path.parent) as seen:
            for known in self.items():
                _meet(seen, known.id, known.sha256, known.settings, (known.place, *known.at))
            for item in items:
                entries = list(item.entries)
                content, settings = canonical(entries), dict(item.settings)
                digest = sha256(content).hexdigest()
                place, at = len(self), (offset, len(content))
                first = _meet(seen, item.id, digest, settings, (place, *at))
                if first is None:
                    inputs.append(content + b"\n")
                    offset += len(content) + 1
                else:
                    at = first[1:]
                planned = {
                    "id": item.id,
                    "sha256": digest,
                    "settings": settings,
                    "key": f"proteiniq-{self._batch}-{place}",
                    "bytes": sum(len(_text(entry)) for entry in entries),
                    "at": at,
                    **({} if first is None else {"same_as": first[0]}),
                }
                lines.append(encode(planned))
                self._add(lines[-1], self._end)
                self._end += len(lines[-1])
                if max(offset - self._inputs.length, self._end - written) > _BLOCK:
                    written = self._flush(inputs, lines)
            self._flush(inputs, lines)

    def _flush(self, inputs: list[bytes], lines: list[bytes]) -> int:
        assert self._lines is not None
        assert self._inputs is not None
        self._inputs.append(b"".join(inputs), durable=False)
        self._lines.append(b"".join(lines), durable=False)
        inputs.clear()
        lines.clear()
        return self._lines.length

    def _finish_part(self) -> None:
        assert self._lines is not None
        assert self._inputs is not None
        self._inputs.sync()
        self._lines.sync()
        self._lines.append(encode({"items": len(self)}))
        self.complete, self._complete_end = len(self), self._lines.length
        self._end = self._lines.length


def _meet(
    seen: Seen, item: str, digest: str, settings: Mapping[str, Any], met: tuple[int, int, int]
) -> tuple[int, int, int] | None:
    """Return where an equal item was met. Raises BatchError if there is another one with this id."""
    other = seen.add(b"id " + item.encode("utf-8", "surrogatepass"), met)
    if other is not None:
        raise BatchError(
            f"two items have the id {short_repr(item)}: at the places {other[0]} and {met[0]}, counted from 0. "
            "Each item must have an id of its own"
        )
    return seen.add(f"content {digest} ".encode() + canonical(settings), met)


def _compare(planned: PlanItem, item: PlannedInput, content: bytes) -> None:
    """Raise BatchError if an item is not the one that is planned at its place."""
    if item.id != planned.id:
        what = f"has the id {short_repr(item.id)} now"
    elif sha256(content).hexdigest() != planned.sha256:
        what = "has other inputs now"
    elif canonical(dict(item.settings)) != canonical(planned.settings):
        what = "has other settings now"
    else:
        return
    raise BatchError(
        f"item {short_repr(planned.id)} (place {planned.place}, counted from 0) {what}: a batch keeps its items. Pass "
        "the same ones to go on, or start another folder"
    )


def _item(place: int, line: bytes) -> PlanItem:
    """Return the item of a line. Raises ValueError or TypeError if it is not one."""
    fields = json.loads(line)
    try:
        offset, length = fields["at"]
        return PlanItem(
            place,
            fields["id"],
            fields["sha256"],
            fields["settings"],
            fields["key"],
            fields["bytes"],
            (offset, length),
            fields.get("same_as"),
        )
    except KeyError as error:
        raise ValueError(f"{error} is missing") from None


def _text(entry: Mapping[str, Any]) -> bytes:
    content = entry.get("content")
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else b""


def _whole(path: Path) -> int:
    """Where the last whole line of a file ends."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end:
            start = max(end - _BLOCK, 0)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def _read(file: FileIO, offset: int, length: int) -> bytes:
    return os.pread(file.fileno(), length, offset)
