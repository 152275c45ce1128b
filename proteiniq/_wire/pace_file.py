"""A pace that several processes share: the requests of a key, counted in a small SQLite file.

It is what `LocalPacer` is within one process, for programs that run side by side on one machine. The file
holds a row for each request on its way or not long answered, the queue of those that wait, and nothing of the key but
its public part. A process that dies is noticed: its rows run out.

`now` is `time.monotonic()`, which all processes of a machine share since it started. Rows from before that lie in the
future and are dropped.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from .._policy.pacing import (
    HEADROOM,
    JOB_READ_INTERVAL,
    LONGEST_HOLD,
    LONGEST_NAP,
    RATE_LIMIT,
    RATE_WINDOW,
    SHORTEST,
    Ticket,
)
from ..errors import ConfigurationError

_LONGEST_FLIGHT = 600.0
"""After this a request whose process was never heard of again is taken for answered, s. Our choice."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS seats (
  id INTEGER PRIMARY KEY, scope TEXT NOT NULL, departed REAL NOT NULL, answered REAL
);
CREATE INDEX IF NOT EXISTS seats_by_scope ON seats (scope);
CREATE TABLE IF NOT EXISTS queue (id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, asked REAL NOT NULL);
CREATE INDEX IF NOT EXISTS queue_by_scope ON queue (scope);
CREATE TABLE IF NOT EXISTS holds (scope TEXT PRIMARY KEY, until REAL NOT NULL);
"""


@attrs.define(eq=False)
class _Place(Ticket):
    """One request: its rows in the windows that it has to pass, its job's before its key's."""

    scopes: list[str] = attrs.field(factory=list)
    waiting: dict[str, int] = attrs.field(factory=dict)
    held: dict[str, int] = attrs.field(factory=dict)


class FilePacer:
    """A `Pacer` for all clients of a key that name the same file."""

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
        self._period = seconds * (1 + HEADROOM)
        self._job_period = job_interval * (1 + HEADROOM)
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        with self._transaction():
            pass

    def reserve(self, now: float, job: str | None = None) -> Ticket:
        key = f"key {self._key}"
        return _Place(scopes=[key] if job is None else [f"job {self._key} {job}", key])

    def claim(self, ticket: Ticket, now: float) -> float:
        assert isinstance(ticket, _Place)
        with self._transaction() as rows:
            for scope in ticket.scopes:
                if scope not in ticket.held:
                    delay = self._enter(rows, ticket, scope, now)
                    if delay > 0:
                        return delay
        return 0.0

    def observe(
        self,
        now: float,
        *,
        limit: int | None = None,
        remaining: int | None = None,
        reset_after: float | None = None,
    ) -> None:
        if limit is not None and limit > 0:
            self._limit = limit
        if remaining is None:
            return
        scope = f"key {self._key}"
        with self._transaction() as rows:
            # Every request of ours that the service counts has a row: what it counts beyond was sent by others.
            (ours,) = rows.execute("SELECT count(*) FROM seats WHERE scope = ?", (scope,)).fetchone()
            others = min(self._limit - remaining - ours, self._limit)
            rows.executemany(
                "INSERT INTO seats (scope, departed, answered) VALUES (?, ?, ?)",
                [(scope, now, now)] * max(0, others),
            )
            if remaining <= 0 and others > 0 and reset_after is not None:
                _hold(rows, scope, now + min(reset_after, self._period))

    def refused(
        self, ticket: Ticket, now: float, retry_after: float, *, remaining: int | None = None
    ) -> None:
        assert isinstance(ticket, _Place)
        for_job = len(ticket.scopes) > 1 and remaining is not None and remaining > 0
        with self._transaction() as rows:
            _hold(rows, ticket.scopes[0 if for_job else -1], now + min(retry_after, LONGEST_HOLD))

    def held(self, ticket: Ticket, now: float) -> float:
        assert isinstance(ticket, _Place)
        held = 0.0
        with self._transaction() as rows:
            for scope in ticket.scopes:
                _forget(rows, scope, now, self._job_period if scope.startswith("job ") else self._period)
                for (until,) in rows.execute("SELECT until FROM holds WHERE scope = ?", (scope,)):
                    held = max(held, until - now)
        return held

    def release(self, ticket: Ticket, now: float) -> None:
        assert isinstance(ticket, _Place)
        if not ticket.held and not ticket.waiting:
            return
        sent = len(ticket.held) == len(ticket.scopes)
        with self._transaction() as rows:
            for seat in ticket.held.values():
                if sent:
                    rows.execute("UPDATE seats SET answered = ? WHERE id = ?", (now, seat))
                else:
                    rows.execute("DELETE FROM seats WHERE id = ?", (seat,))
            rows.executemany(
                "DELETE FROM queue WHERE id = ?", [(place,) for place in ticket.waiting.values()]
            )
        ticket.held.clear()
        ticket.waiting.clear()

    def close(self) -> None:
        """Close the file. What it counts stays for the others."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _enter(self, rows: sqlite3.Connection, ticket: _Place, scope: str, now: float) -> float:
        """Take a seat in one window, 0.0, or the time to wait for one, s."""
        limit, period = (1, self._job_period) if scope.startswith("job ") else (self._limit, self._period)
        _forget(rows, scope, now, period)
        place = ticket.waiting.get(scope)
        updated = (
            rows.execute("UPDATE queue SET asked = ? WHERE id = ?", (now, place)).rowcount if place else 0
        )
        if not updated:
            place = rows.execute("INSERT INTO queue (scope, asked) VALUES (?, ?)", (scope, now)).lastrowid
            assert place is not None
            ticket.waiting[scope] = place
        (ahead,) = rows.execute(
            "SELECT count(*) FROM queue WHERE scope = ? AND id < ?", (scope, place)
        ).fetchone()
        seats = rows.execute(
            "SELECT coalesce(answered, ?) FROM seats WHERE scope = ? ORDER BY 1", (now, scope)
        ).fetchall()
        held = rows.execute("SELECT until FROM holds WHERE scope = ?", (scope,)).fetchone()
        opens = held[0] if held else now
        missing = len(seats) + ahead + 1 - limit
        if missing > 0:
            rounds, index = divmod(missing - 1, limit)
            first = seats[index][0] if index < len(seats) else now
            opens = max(opens, first + period * (1 + rounds))
        if opens > now:
            return max(opens - now, SHORTEST)
        rows.execute("DELETE FROM queue WHERE id = ?", (place,))
        del ticket.waiting[scope]
        seat = rows.execute("INSERT INTO seats (scope, departed) VALUES (?, ?)", (scope, now)).lastrowid
        assert seat is not None
        ticket.held[scope] = seat
        return 0.0

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
                failure = (
                    f"the pace file {self._path} can't be used: {error}. Give a path in a folder of your own"
                )
            else:
                return
        raise ConfigurationError(failure)

    def _open(self) -> sqlite3.Connection:
        # A connection must not be carried over a fork.
        if self._connection is None or self._process != os.getpid():
            connection = sqlite3.connect(
                self._path, timeout=30.0, isolation_level=None, check_same_thread=False
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


def _hold(rows: sqlite3.Connection, scope: str, until: float) -> None:
    rows.execute(
        "INSERT INTO holds VALUES (?, ?) ON CONFLICT (scope) DO UPDATE SET until = max(until, excluded.until)",
        (scope, until),
    )


def _forget(rows: sqlite3.Connection, scope: str, now: float, period: float) -> None:
    """Drop what counts no more, and what only a clock that started anew can explain."""
    rows.execute(
        "DELETE FROM seats WHERE scope = ? AND (answered <= ? OR departed <= ? OR departed > ?)",
        (scope, now - period, now - period - _LONGEST_FLIGHT, now + period),
    )
    rows.execute(
        "DELETE FROM queue WHERE scope = ? AND (asked < ? OR asked > ?)",
        (scope, now - 4 * LONGEST_NAP, now + period),
    )
    rows.execute(
        "DELETE FROM holds WHERE scope = ? AND (until <= ? OR until > ?)", (scope, now, now + LONGEST_HOLD)
    )
