"""A pace that several processes share: the windows of a key, in a small SQLite file.

It is what `LocalPacer` is within one process, for programs that run side by side on one machine. The file
holds the state of each window, and nothing of the key but its public part. A process that dies is noticed:
what it left behind runs out (`pacing.LONGEST_FLIGHT`).

`now` is `time.monotonic()`, which all processes of a machine share since it started.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import attrs

from .._forks import Lock
from .._policy.pace import Pace
from .._policy.pacing import JOB_READ_INTERVAL, RATE_LIMIT, RATE_WINDOW, Window
from .._policy.pacing_state import LONGEST_HOLD, State
from ..errors import ConfigurationError
from .pacers import LocalPacer, Pacer, PaceUnavailable

log = logging.getLogger("proteiniq")

T = TypeVar("T")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS windows (
  scope TEXT PRIMARY KEY, state TEXT NOT NULL, ours BLOB NOT NULL, gone BLOB NOT NULL, others BLOB NOT NULL,
  idle_from REAL NOT NULL
);
"""

_LISTS = ("ours", "gone", "others")
"""The long lists of a state, which are stored as bytes: JSON takes thirty times as long for them."""

_LOCK_WAIT = 2.0
"""How long to wait for the lock of the file, in seconds; another process holds it for some milliseconds.

A forked process may wait in vain: it has what SQLite knew in its parent of who uses the file, and can't learn better.
"""

_SHORT_WAIT = 0.1
"""How long to wait for it when a client is created, which may be in an event loop, in seconds."""

_AGAIN_AFTER = 60.0
"""How long a file that can't be used is left alone, in seconds."""


_of_parents: list[sqlite3.Connection] = []


class FilePacer(Pacer):
    """A pacer for all clients of a key that name the same file.

    A file that can't be used later, since another process holds its lock or the disk is full, fails no request: for a
    minute the pace is kept by `instead`, which is in memory.
    """

    is_slow = True

    def __init__(
        self,
        path: str | os.PathLike[str],
        key: str,
        *,
        limit: int = RATE_LIMIT,
        seconds: float = RATE_WINDOW,
        job_interval: float = JOB_READ_INTERVAL,
        most: int | None = None,
        instead: Pacer | None = None,
    ) -> None:
        """Open the file. Raises ConfigurationError if it can't be opened, unless it is only locked."""
        self._path = Path(path)
        self._key = key
        self._limit = limit
        self._seconds = seconds
        self._job_interval = job_interval  # 0: reads of one job are not kept apart
        self._most = most
        self._instead = instead or LocalPacer(limit, seconds, job_interval, most=most)
        self._again_at = float("-inf")
        self._is_told = False
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        try:
            self._open(timeout=_SHORT_WAIT)
        except sqlite3.Error as error:
            if not _is_locked(error):
                folder = Path(self._path).absolute().parent
                why = error if folder.is_dir() else f"the folder {folder} does not exist"
                raise ConfigurationError(
                    f"the pace file {self._path} can't be used: {why}. Give a path in a folder of your own"
                ) from None

    def step(self, job: str | None, now: float, step: Callable[[Pace], T]) -> T:
        with self._lock.held:
            if self._again_at - _AGAIN_AFTER <= now < self._again_at:
                raise PaceUnavailable(self._instead)
            scopes = {f"key {self._key}": (self._limit, self._seconds, self._most)}
            if job and self._job_interval:
                scopes[f"job {self._key} {job}"] = (1, self._job_interval, None)
            with self._guarded(now):
                file = self._open()
                file.execute("BEGIN IMMEDIATE")
                states = {scope: _load(file, scope) for scope in scopes}
            windows = [
                Window(limit, seconds, states[scope], most=most)
                for scope, (limit, seconds, most) in scopes.items()
            ]
            try:
                result = step(Pace(*windows))
            except BaseException:
                with suppress(sqlite3.Error):
                    file.execute("ROLLBACK")
                raise
            with self._guarded(now):
                for scope, window in zip(scopes, windows, strict=True):
                    _store(file, scope, window)
                if None in states.values():
                    self._sweep(file, now)
                file.execute("COMMIT")
            return result

    def close(self) -> None:
        """Close the file. What it counts stays for the others."""
        with self._lock.held:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is None:
            return
        if self._process != os.getpid():
            # A connection must not be carried over a fork, and not be closed there either: its mutex may be locked.
            _of_parents.append(self._connection)
        else:
            with suppress(sqlite3.Error):
                self._connection.close()  # which rolls back
        self._connection = None

    def _sweep(self, file: sqlite3.Connection, now: float) -> None:
        """Drop jobs that are no longer read, and entries from before the machine started."""
        longest = 2 * (LONGEST_HOLD + self._seconds + self._job_interval)
        file.execute("DELETE FROM windows WHERE idle_from NOT BETWEEN ? AND ?", (now, now + longest))

    @contextmanager
    def _guarded(self, now: float) -> Iterator[None]:
        """Raise PaceUnavailable if the file can't be used, or if it contains something else, which may be anything."""
        try:
            yield
        except Exception as error:
            self._disconnect()
            self._again_at = now + _AGAIN_AFTER
            if not self._is_told:
                self._is_told = True
                log.warning(
                    "the pace file %s can't be used now: %s. This client keeps its own count of requests and tries "
                    "the file again every %.0f s",
                    self._path,
                    error,
                    _AGAIN_AFTER,
                )
            raise PaceUnavailable(self._instead) from None

    def _open(self, timeout: float = _LOCK_WAIT) -> sqlite3.Connection:
        if self._process != os.getpid():
            self._disconnect()
        if self._connection is None:
            connection = sqlite3.connect(
                self._path, timeout=timeout, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(
                    "PRAGMA synchronous = OFF"
                )  # the file is worth a minute of counting at most
                connection.executescript(_SCHEMA)
                connection.execute(f"PRAGMA busy_timeout = {_LOCK_WAIT * 1000:.0f}")
            except sqlite3.Error:
                connection.close()
                raise
            self._connection, self._process = connection, os.getpid()
        return self._connection


def _is_locked(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _load(file: sqlite3.Connection, scope: str) -> State | None:
    found = file.execute("SELECT state, ours, gone, others FROM windows WHERE scope = ?", (scope,)).fetchone()
    if found is None:
        return None
    state: dict[str, Any] = json.loads(found[0])
    state |= {name: array("d", times).tolist() for name, times in zip(_LISTS, found[1:], strict=True)}
    restored = State(**state)
    if not restored.is_possible():
        raise ValueError("its content is damaged")
    return restored


def _store(file: sqlite3.Connection, scope: str, window: Window) -> None:
    state = attrs.asdict(window.state, recurse=False)
    lists = [array("d", state.pop(name)).tobytes() for name in _LISTS]
    row = (scope, json.dumps(state), *lists, window.idle_from())
    file.execute("INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?)", row)
