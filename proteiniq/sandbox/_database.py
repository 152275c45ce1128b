"""The SQLite file: its tables, and a pool of connections to it.

It is in WAL mode. A connection serves one transaction at a time. A writing transaction starts with `BEGIN IMMEDIATE`,
so that what it reads still holds when it writes.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ._errors import SandboxError

VERSION = 1

_SCHEMA = """
CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  granted INTEGER NOT NULL,
  credits INTEGER NOT NULL CHECK (credits >= 0),  -- granted, minus reserved and charged
  paid INTEGER NOT NULL,
  present INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE keys (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  workspace TEXT NOT NULL REFERENCES workspaces,
  scopes TEXT NOT NULL
);
CREATE TABLE jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL REFERENCES workspaces,
  key TEXT NOT NULL REFERENCES keys,
  tool TEXT NOT NULL,
  name TEXT NOT NULL,
  status TEXT NOT NULL,
  progress REAL,
  tries INTEGER NOT NULL DEFAULT 0,
  reserved INTEGER NOT NULL,
  credits_used INTEGER,
  error_code TEXT,
  error_message TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER
);
CREATE INDEX jobs_of_workspace ON jobs (workspace, seq);
CREATE INDEX waiting_jobs ON jobs (seq) WHERE status IN ('QUEUED', 'RETRY');
CREATE TABLE payloads (
  job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  body TEXT NOT NULL
);
CREATE TABLE submissions (
  workspace TEXT NOT NULL REFERENCES workspaces,
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, key)
);
CREATE TABLE results (
  job TEXT PRIMARY KEY REFERENCES jobs (id) ON DELETE CASCADE,
  body TEXT NOT NULL
);
CREATE TABLE artifacts (
  job TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  content_type TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  PRIMARY KEY (job, name)
);
CREATE INDEX artifacts_of_blob ON artifacts (sha256);
CREATE TABLE files (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  workspace TEXT NOT NULL REFERENCES workspaces,
  key TEXT NOT NULL REFERENCES keys,
  filename TEXT NOT NULL,
  format TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  origin TEXT NOT NULL,
  storage_owner TEXT NOT NULL,
  description TEXT,
  tags TEXT NOT NULL,
  collection_ids TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX files_of_workspace ON files (workspace, seq);
CREATE INDEX files_of_blob ON files (sha256);
"""


class Database:
    """The database at a path, created if it doesn't exist.

    Raises SandboxError if it cannot be used, or was written by another version of the sandbox.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[sqlite3.Connection] = []
        self._mutex = threading.Lock()
        self._closed = False
        try:
            self._prepare()
        except (sqlite3.DatabaseError, SandboxError) as error:
            self.close()
            if isinstance(error, SandboxError):
                raise
            raise SandboxError(f"cannot use the database {path}: {error}") from error

    def close(self) -> None:
        with self._mutex:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection for single statements."""
        with self._mutex:
            db = self._idle.pop() if self._idle else None
        if db is None:
            db = self._connect()
        try:
            yield db
        finally:
            with self._mutex:
                if self._closed:
                    db.close()
                else:
                    self._idle.append(db)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A connection in a transaction, which is committed on success and rolled back on an error."""
        with self.read() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:  # SQLite has rolled it back itself if the disk is full.
                    db.execute("ROLLBACK")
                raise

    def _connect(self) -> sqlite3.Connection:
        # It is used by several threads, but by one at a time.
        db = sqlite3.connect(self._path, isolation_level=None, timeout=30, check_same_thread=False)
        try:
            db.row_factory = sqlite3.Row
            # SQLite's own lower() is limited to ASCII, and its expression depth to fewer than a thousand words.
            db.create_function("mentions", 2, _mentions, deterministic=True)
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def _prepare(self) -> None:
        with self.read() as db:
            db.execute("PRAGMA journal_mode = WAL")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version == 0:
                db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version = {VERSION}; COMMIT")
            elif version != VERSION:
                raise SandboxError(
                    f"{self._path.parent} was written by another version of the sandbox "
                    f"(schema {version}, this one reads {VERSION}): use another folder"
                )


def _mentions(text: str, words: str) -> bool:
    """Whether the text contains every word, ignoring case."""
    folded = text.casefold()
    return all(word in folded for word in words.casefold().split())
