"""The folder of a batch: all that has to outlive the process, in plain files.

- `batch.json`: what the batch is (`Header`), written whole
- `plan.jsonl`, `inputs.jsonl`: its items
- `journal.jsonl`: what happened
- `lock`: the process that writes to it
- `results/<item>/`: the results

Only appending, renaming and exclusive creation are used, so it may be on a network file system.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs

from .._forks import Lock as ThreadLock
from .._message_text import short_repr
from .._transfer.durable import replace, sync_folder
from .._version import VERSION
from ..errors import BatchError
from ._events import Contract, Event, encode
from ._journal import events, replay
from ._lines import Lines, writing
from ._lock import Lock
from ._plan import Plan, PlanItem, PlannedInput
from ._state import State

log = logging.getLogger("proteiniq")

SCHEMA = 1
"""The version of the folder's format. A newer one can't be read here."""

_FILES = ("journal.jsonl", "inputs.jsonl", "plan.jsonl")
"""In the order in which they are created: where there is a plan, there are the others."""


def _new_id() -> str:
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(12))


@attrs.frozen(kw_only=True)
class Header:
    """What a batch is. `contract` is the digest of the contract, `created` in Unix seconds, limits in credits."""

    tool: str
    tool_version: str | None
    contract: str
    created: float
    name: str | None = None
    max_credits: float | None = None
    max_credits_each: float | None = None
    batch: str = attrs.field(factory=_new_id)

    @classmethod
    def read(cls, folder: Path) -> Header:
        """Read batch.json. Raises BatchError if there is none, or if it is of a newer version."""
        path = folder / "batch.json"
        try:
            found = json.loads(path.read_bytes())
            schema = found["schema"]
            if isinstance(schema, int) and schema > SCHEMA:
                raise BatchError(
                    f"{path} was written by a newer version of proteiniq ({short_repr(found.get('client'))}): install "
                    "that one to go on"
                )
            flat = {**found, **found["limits"]}
            return cls(**{field.name: flat[field.name] for field in attrs.fields(cls)})
        except (FileNotFoundError, NotADirectoryError):
            raise BatchError(f"{folder} has no batch: {path.name} is missing") from None
        except (ValueError, TypeError, KeyError) as error:
            raise BatchError(
                f"{path} is damaged ({short_repr(error)}): restore it from a backup. Don't delete it: the jobs that "
                "were submitted are in journal.jsonl"
            ) from None

    def write(self, folder: Path) -> None:
        """Write batch.json whole. Raises BatchError if that fails."""
        fields = attrs.asdict(self)
        limits = {name: fields.pop(name) for name in ("max_credits", "max_credits_each")}
        content = {"schema": SCHEMA, **fields, "client": VERSION, "limits": limits}
        path = folder / "batch.json"
        with writing(path):
            replace(path, json.dumps(content, indent=1).encode() + b"\n")


class BatchFolder:
    """A batch as it is on the disk. Close it, or use it as a context manager."""

    def __init__(self, path: Path, header: Header, lock: Lock | None) -> None:
        """Open the files. Use `read` or `start`."""
        self.path = path
        self.header = header
        self._lock = lock
        self._threads = ThreadLock()
        self._journal: Lines | None = None
        missing = [name for name in _FILES if not (path / name).exists()]
        if missing:
            raise BatchError(
                f"{path / missing[0]} is missing: if the batch was just begun, start it again; else restore the file "
                "from a backup"
            )
        journal = path / "journal.jsonl"
        # Its length before the plan is read: another process may extend the plan, and then write of new items.
        end = journal.stat().st_size
        self.plan = Plan(path, header.batch)
        try:
            self.state = State(bytearray(self.plan.states))
            good = self._replayed = replay(journal, self.state, end)
            self.plan.settle(self.state.highest + 1)
            self.state.cut(len(self.plan))
            if lock is not None:
                self._journal = Lines(journal, good)
                self.plan.open_for_writing()
        except BaseException:
            self._close_files()
            raise

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> BatchFolder:
        """Read a batch as it is now, while another process may write to it. Raises BatchError if there is none."""
        folder = Path(path)
        return cls(folder, Header.read(folder), None)

    @classmethod
    def start(
        cls, path: str | os.PathLike[str], header: Header, *, now: float, take_over: bool = False
    ) -> BatchFolder:
        """Create a batch, or open the one in the folder to go on with it; `header.tool` must be the same then.

        The limits, the name and the id of a batch that exists are those in its folder. `now` is in Unix seconds.
        `take_over` takes the folder from a process of which it isn't known whether it exists. Raises BatchLocked if
        another process has it, and BatchError if it can't be written, is damaged or is of another tool.
        """
        folder = Path(path).absolute()
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        lock = Lock.take(folder / "lock", now, take_over=take_over)
        try:
            present = _present(folder, header)
            if not (folder / _FILES[-1]).exists():
                _create(folder)
            opened = cls(folder, present, lock)
        except BaseException:
            lock.release()
            raise
        opened._note_contract(header, now)
        return opened

    def __enter__(self) -> BatchFolder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def extend(self, items: Iterable[PlannedInput]) -> int:
        """Compare items with the plan, and add those that follow. Returns how many are new; may take long.

        Raises BatchError, and changes nothing, if an item differs from the plan or is missing, or if two have one id.
        """
        self._check()
        before = len(self.plan)
        added = self.plan.extend(items)
        with self._threads.held:
            self.state.extend(self.plan.states[before:])
        return added

    def record(self, now: float, event: Event) -> None:
        """Write an event to the journal, wait until it is on the disk, and apply it to the state.

        Raises ValueError if the event can't happen in the present state, and BatchError if it can't be written.
        """
        with self._threads.held:
            journal = self._check()
            self.state.check(event)
            before = journal.length
            try:
                journal.append(encode(now, event))
            finally:
                if journal.length > before:  # also if a signal interrupts
                    self.state.apply(event, now)

    def events(self) -> Iterator[tuple[float, Event]]:
        """Return the events that the state has, with their times in Unix seconds."""
        end = self._replayed if self._journal is None else self._journal.length
        return events(self.path / "journal.jsonl", end)

    def results_of(self, item: PlanItem) -> Path:
        """Return the folder of an item's result, which may not exist yet."""
        return self.path / item.results

    def make_results_of(self, item: PlanItem) -> Path:
        """Create the folder of an item's result, which is still there after a power failure. Raises OSError."""
        made = self.results_of(item)
        made.mkdir(parents=True, exist_ok=True)
        sync_folder(made.parent)
        sync_folder(self.path)
        return made

    def set_limits(self, *, max_credits: float | None, max_credits_each: float | None) -> None:
        """Change the limits of the batch, in credits; None leaves one as it is. Raises BatchError."""
        self._check()
        known = self.header
        changed = attrs.evolve(
            known,
            max_credits=known.max_credits if max_credits is None else max_credits,
            max_credits_each=known.max_credits_each if max_credits_each is None else max_credits_each,
        )
        if changed != known:
            changed.write(self.path)
            self.header = changed

    def close(self) -> None:
        """Close the files and release the lock, after an event that another thread writes now."""
        with self._threads.held:
            self._close_files()
            if self._lock is not None:
                self._lock.release()

    def _close_files(self) -> None:
        self.plan.close()
        if self._journal is not None:
            self._journal.close()

    def _check(self) -> Lines:
        """Return the journal. Raises BatchError if this process doesn't have the lock."""
        if self._journal is None or self._lock is None:
            raise BatchError(f"the batch in {self.path} is open for reading only")
        self._lock.check()
        return self._journal

    def _note_contract(self, header: Header, now: float) -> None:
        known: Any = self.state.contract or self.header
        if (known.tool_version, known.contract) == (header.tool_version, header.contract):
            return
        log.warning(
            "the batch in %s goes on with version %s of %s and contract %s; before, it was version %s and contract %s",
            self.path,
            header.tool_version,
            header.tool,
            header.contract,
            known.tool_version,
            known.contract,
        )
        try:
            self.record(now, Contract(header.tool_version, header.contract))
        except BaseException:
            self.close()
            raise


def _create(folder: Path) -> None:
    for name in _FILES:
        with writing(folder / name):
            (folder / name).touch()
    sync_folder(folder)
    sync_folder(folder.parent)


def _present(folder: Path, header: Header) -> Header:
    """The header of the batch in a folder, which is written if there is none yet."""
    if not (folder / "batch.json").exists():
        others = [name for name in _FILES if (folder / name).exists()]
        if others:
            raise BatchError(
                f"{folder} has {others[0]}, but batch.json is missing: restore it from a backup, or pass another folder"
            )
        header.write(folder)
        return header
    present = Header.read(folder)
    if present.tool != header.tool:
        raise BatchError(
            f"the batch in {folder} is of the tool {short_repr(present.tool)}, not of {short_repr(header.tool)}: "
            "pass another folder"
        )
    return present
