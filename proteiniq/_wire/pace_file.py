"""A pace that several processes share: the windows of a key, in a small SQLite file.

It is what `LocalPacer` is within one process, for programs that run side by side on one machine. The file
holds the state of each window, and nothing of the key but its public part. A process that dies is noticed:
what it left behind runs out (`pacing.LONGEST_FLIGHT`).

`now` is `time.monotonic()`, which all processes of a machine share since it started.
"""

from __future__ import annotations

import json
import os
import sqlite3
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from .._forks import Lock
from .._policy.pacing import JOB_READ_INTERVAL, LONGEST_HOLD, RATE_LIMIT, RATE_WINDOW, Pace, State, Window
from ..errors import ConfigurationError
from .pacers import Pacer

_SCHEMA = """
CREATE TABLE IF NOT EXISTS windows (
  scope TEXT PRIMARY KEY, state TEXT NOT NULL, ours BLOB NOT NULL, gone BLOB NOT NULL, others BLOB NOT NULL,
  idle_from REAL NOT NULL
);
"""

_LISTS = ("ours", "gone", "others")
"""The long lists of a state, which are stored as bytes: JSON takes thirty times as long for them."""


_PATIENCE = 30.0
"""How long other processes may have the file, in seconds."""

_PATIENCE_AFTER_FORK = 2.0
"""The same in a forked process. It has what SQLite knew in its parent of who uses the file, and can't learn better."""

_of_parents: list[sqlite3.Connection] = []


class FilePacer(Pacer):
    """A pacer for all clients of a key that name the same file."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        key: str,
        *,
        limit: int = RATE_LIMIT,
        seconds: float = RATE_WINDOW,
        job_interval: float = JOB_READ_INTERVAL,
    ) -> None:
        self._path = Path(path)
        self._key = key
        self._limit = limit
        self._seconds = seconds
        self._job_interval = job_interval  # 0: reads of one job are not kept apart
        self._lock = Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        with self._transaction():
            pass

    @contextmanager
    def pace(self, job: str | None, now: float) -> Iterator[Pace]:
        with self._transaction() as file:
            scopes = {f"key {self._key}": (self._limit, self._seconds)}
            if job and self._job_interval:
                scopes[f"job {self._key} {job}"] = (1, self._job_interval)
            states = {scope: _load(file, scope) for scope in scopes}
            windows = [Window(*figures, states[scope]) for scope, figures in scopes.items()]
            yield Pace(*windows)
            for scope, window in zip(scopes, windows, strict=True):
                _store(file, scope, window)
            if None in states.values():
                self._sweep(file, now)

    def close(self) -> None:
        """Close the file. What it counts stays for the others."""
        with self._lock:
            if self._connection is not None and self._process == os.getpid():
                self._connection.close()
                self._connection = None

    def _sweep(self, file: sqlite3.Connection, now: float) -> None:
        """Drop the jobs that nobody reads any more, and what was written before the machine started."""
        longest = 2 * (LONGEST_HOLD + self._seconds + self._job_interval)
        file.execute("DELETE FROM windows WHERE idle_from NOT BETWEEN ? AND ?", (now, now + longest))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """The file, for this thread alone of all processes. Raises ConfigurationError when it can't be used."""
        with self._lock:
            try:
                connection = self._open()
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                except BaseException:
                    connection.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise ConfigurationError(
                    f"the pace file {self._path} can't be used: {error}. Give a path in a folder of your own"
                ) from None

    def _open(self) -> sqlite3.Connection:
        patience = _PATIENCE
        if self._connection is not None and self._process != os.getpid():
            # A connection must not be carried over a fork, and not be closed there either: its mutex may be locked.
            _of_parents.append(self._connection)
            self._connection, patience = None, _PATIENCE_AFTER_FORK
        if self._connection is None:
            connection = sqlite3.connect(
                self._path, timeout=patience, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute(
                    "PRAGMA synchronous = OFF"
                )  # the file is worth a minute of counting at most
                connection.executescript(_SCHEMA)
            except sqlite3.Error:
                connection.close()
                raise
            self._connection, self._process = connection, os.getpid()
        return self._connection


def _load(file: sqlite3.Connection, scope: str) -> State | None:
    found = file.execute("SELECT state, ours, gone, others FROM windows WHERE scope = ?", (scope,)).fetchone()
    if found is None:
        return None
    state: dict[str, Any] = json.loads(found[0])
    state |= {name: array("d", times).tolist() for name, times in zip(_LISTS, found[1:], strict=True)}
    return State(**state)


def _store(file: sqlite3.Connection, scope: str, window: Window) -> None:
    state = attrs.asdict(window.state, recurse=False)
    lists = [array("d", state.pop(name)).tobytes() for name in _LISTS]
    row = (scope, json.dumps(state), *lists, window.idle_from())
    file.execute("INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?)", row)
