"""Jobs and their queue, keys, credits, files and results in the database.

All SQL statements are here; the tables are in `_database`. Times are in milliseconds since the epoch.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from ._auth import Key
from ._database import Database
from ._errors import APIError
from ._limits import Standing
from ._rows import Artifact, Ending, File, Job, NewJob


class Store:
    """The store in a database file. Each method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path)

    def close(self) -> None:
        self._database.close()

    def add_workspace(self, workspace: str, credits: int, *, paid: bool) -> None:
        """Create a workspace. An existing one keeps its credits and its plan."""
        with self._database.write() as db:
            db.execute(
                "INSERT INTO workspaces (id, granted, credits, paid) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO NOTHING",
                (workspace, credits, credits, paid),
            )

    def remove_workspace(self, workspace: str) -> None:
        """Remove a workspace. Its keys stay, and are refused."""
        with self._database.write() as db:
            db.execute("UPDATE workspaces SET present = 0 WHERE id = ?", (workspace,))

    def add_key(self, key_id: str, digest: str, workspace: str, scopes: Sequence[str]) -> None:
        """Add a key. One with the same id gets its secret: whoever replaces the key file replaces the key."""
        with self._database.write() as db:
            db.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest",
                (key_id, digest, workspace, json.dumps(scopes)),
            )

    def key(self, key_id: str) -> tuple[Key, str] | None:
        """The key with this id, and its digest."""
        with self._database.read() as db:
            row = db.execute(
                "SELECT k.*, w.paid, w.present FROM keys k JOIN workspaces w ON w.id = k.workspace "
                "WHERE k.id = ?",
                (key_id,),
            ).fetchone()
        if row is None:
            return None
        scopes = tuple(json.loads(row["scopes"]))
        key = Key(row["id"], row["workspace"], scopes, bool(row["paid"]), bool(row["present"]))
        return key, row["digest"]

    def standing(self, workspace: str, since: int) -> Standing:
        """The state of the workspace; `jobs_today` counts from `since`."""
        with self._database.read() as db:
            return _standing(db, workspace, since)

    def submit(
        self,
        job: NewJob,
        now: int,
        *,
        since: int,
        repeat: tuple[str, str] | None,
        accept: Callable[[Standing], None],
        forget_before: int,
    ) -> tuple[Job, bool]:
        """Queue a job and reserve its credits, or return the job with the same idempotency key.

        `repeat` is the key and the digest of the body. `accept` raises if the workspace may not
        run the job. All of it is one transaction, so concurrent submits can neither overspend
        nor create two jobs. Returns the job, and whether it is new.
        """
        with self._database.write() as db:
            if repeat:
                db.execute("DELETE FROM submissions WHERE created_at < ?", (forget_before,))
                if earlier := _repeated(db, job.workspace, *repeat):
                    return earlier, False
            accept(_standing(db, job.workspace, since))
            db.execute(
                "INSERT INTO jobs (id, workspace, key, tool, name, status, reserved, created_at) "
                "VALUES (?, ?, ?, ?, ?, 'QUEUED', ?, ?)",
                (job.id, job.workspace, job.key, job.tool, job.name, job.credits, now),
            )
            db.execute("INSERT INTO payloads VALUES (?, ?)", (job.id, job.payload))
            db.execute(
                "UPDATE workspaces SET credits = credits - ? WHERE id = ?",
                (job.credits, job.workspace),
            )
            if repeat:
                db.execute(
                    "INSERT INTO submissions VALUES (?, ?, ?, ?, ?)",
                    (job.workspace, *repeat, job.id, now),
                )
            return _job(db, job.id), True

    def repeated(self, workspace: str, key: str, digest: str, forget_before: int) -> Job | None:
        """The job with this idempotency key. Raises APIError `conflict` if it was used with another body."""
        with self._database.write() as db:
            db.execute("DELETE FROM submissions WHERE created_at < ?", (forget_before,))
            return _repeated(db, workspace, key, digest)

    def job(self, job_id: str, workspace: str | None = None) -> Job | None:
        with self._database.read() as db:
            row = db.execute(
                "SELECT * FROM jobs WHERE id = ? AND workspace = coalesce(?, workspace)",
                (job_id, workspace),
            ).fetchone()
        return Job(**row) if row else None

    def jobs(self, workspace: str, filters: Mapping[str, Any], limit: int, before: int | None) -> list[Job]:
        """Jobs, newest first, that are older than sequence number `before`."""
        where = ["workspace = ?"]
        values: list[Any] = [workspace]
        for column in ("tool", "status"):
            if column in filters:
                where.append(f"{column} = ?")
                values.append(filters[column])
        for name, comparison in (("created_after", ">"), ("created_before", "<")):
            if name in filters:
                where.append(f"created_at {comparison} ?")
                values.append(filters[name])
        if "q" in filters:
            where.append("mentions(name, ?)")
            values.append(filters["q"])
        with self._database.read() as db:
            return [Job(**row) for row in _page(db, "jobs", where, values, limit, before)]

    def cancel(self, job_id: str, workspace: str, now: int) -> Job | None:
        """Cancel a queued job and return its credits. Raises APIError `conflict` if it is not queued."""
        with self._database.write() as db:
            row = db.execute(
                "SELECT status FROM jobs WHERE id = ? AND workspace = ?", (job_id, workspace)
            ).fetchone()
            if row is None:
                return None
            if row["status"] != "QUEUED":
                raise APIError(
                    "conflict",
                    f"Only a queued job can be cancelled; this one is {row['status']}.",
                    details={"current_status": row["status"]},
                )
            _end(db, job_id, Ending("CANCELLED"), now)
            return _job(db, job_id)

    def claim(self, now: int, without: Collection[str] = ()) -> tuple[Job, str] | None:
        """Claim the job that has waited longest, of tools not in `without`. Returns it with its worker's input."""
        with self._database.write() as db:
            row = db.execute(
                "UPDATE jobs SET status = 'PROCESSING', tries = tries + 1, "
                "started_at = coalesce(started_at, ?) WHERE seq = (SELECT seq FROM jobs "
                "WHERE status IN ('QUEUED', 'RETRY') AND tool NOT IN (SELECT value FROM json_each(?)) "
                "ORDER BY seq LIMIT 1) RETURNING id",
                (now, json.dumps(list(without))),
            ).fetchall()
            if not row:
                return None
            job = _job(db, row[0]["id"])
            (payload,) = db.execute("SELECT body FROM payloads WHERE job = ?", (job.id,)).fetchone()
            return job, payload

    def progress(self, job_id: str, percent: float) -> None:
        with self._database.write() as db:
            db.execute(
                "UPDATE jobs SET progress = ? WHERE id = ? AND status = 'PROCESSING'",
                (percent, job_id),
            )

    def finish(self, job_id: str, ending: Ending, now: int) -> bool:
        """End a running job: charge it or return its credits, and keep its output.

        Returns False if the job is no longer running, for instance after a reset.
        """
        with self._database.write() as db:
            running = _is_running(db, job_id)
            if running:
                _end(db, job_id, ending, now)
            return running

    def release(self, job_id: str) -> None:
        """Requeue a running job because the sandbox stops. This doesn't count as a try."""
        with self._database.write() as db:
            db.execute(
                "UPDATE jobs SET status = 'RETRY', tries = tries - 1, progress = NULL "
                "WHERE id = ? AND status = 'PROCESSING'",
                (job_id,),
            )

    def recover(self, now: int, max_tries: int) -> None:
        """Requeue jobs that were running when the process died, up to `max_tries` times. Call it after a start."""
        with self._database.write() as db:
            for row in db.execute("SELECT id FROM jobs WHERE status = 'PROCESSING'").fetchall():
                _requeue(db, row["id"], "The service died while this job ran.", max_tries, now)

    def requeue(self, job_id: str, reason: str, max_tries: int, now: int) -> None:
        """Requeue a running job that was lost, or fail it with the reason if it has been started `max_tries` times."""
        with self._database.write() as db:
            if _is_running(db, job_id):
                _requeue(db, job_id, reason, max_tries, now)

    def result(self, job_id: str) -> tuple[str, list[Artifact]] | None:
        """The result document and the files of a job, or None if it has no output."""
        with self._database.read() as db:
            body = db.execute("SELECT body FROM results WHERE job = ?", (job_id,)).fetchone()
            rows = db.execute(
                "SELECT name, content_type, sha256 FROM artifacts WHERE job = ? ORDER BY position",
                (job_id,),
            ).fetchall()
        return (body["body"], [Artifact(**row) for row in rows]) if body else None

    def artifact(self, job_id: str, name: str) -> Artifact | None:
        with self._database.read() as db:
            row = db.execute(
                "SELECT name, content_type, sha256 FROM artifacts WHERE job = ? AND name = ?",
                (job_id, name),
            ).fetchone()
        return Artifact(**row) if row else None

    def add_file(self, file: File) -> None:
        with self._database.write() as db:
            _add_file(db, file)

    def file(self, file_id: str, workspace: str) -> File | None:
        with self._database.read() as db:
            row = db.execute(
                "SELECT * FROM files WHERE id = ? AND workspace = ?", (file_id, workspace)
            ).fetchone()
        return _file(row) if row else None

    def files(self, workspace: str, filters: Mapping[str, Any], limit: int, before: int | None) -> list[File]:
        """Files, newest first, that are older than sequence number `before`."""
        where = ["workspace = ?"]
        values: list[Any] = [workspace]
        for name in ("format", "origin", "key"):
            if name in filters:
                where.append(f"{name} = ?")
                values.append(filters[name])
        if "collection_id" in filters:
            where.append("EXISTS (SELECT 1 FROM json_each(collection_ids) WHERE value = ?)")
            values.append(filters["collection_id"])
        if "q" in filters:
            where.append("mentions(filename || ' ' || coalesce(description, '') || ' ' || tags, ?)")
            values.append(filters["q"])
        with self._database.read() as db:
            return [_file(row) for row in _page(db, "files", where, values, limit, before)]

    def delete_file(self, file_id: str, workspace: str) -> list[str] | None:
        """Delete a record. Returns the blobs that are no longer referred to, or None if the record doesn't exist."""
        with self._database.write() as db:
            row = db.execute(
                "DELETE FROM files WHERE id = ? AND workspace = ? RETURNING sha256",
                (file_id, workspace),
            ).fetchall()
            if not row:
                return None
            sha256 = row[0]["sha256"]
            used = db.execute(
                "SELECT 1 FROM files WHERE sha256 = ? UNION ALL SELECT 1 FROM artifacts WHERE sha256 = ?",
                (sha256, sha256),
            ).fetchone()
            return [] if used else [sha256]

    def referenced(self) -> set[str]:
        """All blobs that a record refers to."""
        with self._database.read() as db:
            rows = db.execute("SELECT sha256 FROM files UNION SELECT sha256 FROM artifacts")
            return {row["sha256"] for row in rows}

    def reset(self) -> None:
        """Delete jobs and files, and reset credits. Keys and workspaces stay."""
        with self._database.write() as db:
            db.execute("DELETE FROM files")
            db.execute("DELETE FROM jobs")
            db.execute("UPDATE workspaces SET credits = granted")


def _job(db: sqlite3.Connection, job_id: str) -> Job:
    return Job(**db.execute("SELECT * FROM jobs WHERE id = ?", (job_id,)).fetchone())


def _repeated(db: sqlite3.Connection, workspace: str, key: str, digest: str) -> Job | None:
    row = db.execute(
        "SELECT job, digest FROM submissions WHERE workspace = ? AND key = ?", (workspace, key)
    ).fetchone()
    if row is None:
        return None
    if row["digest"] != digest:
        raise APIError(
            "conflict",
            "This idempotency key was used with another body: use a new key for a new job.",
            details={"job_id": row["job"]},
        )
    return _job(db, row["job"])


def _standing(db: sqlite3.Connection, workspace: str, since: int) -> Standing:
    row = db.execute(
        "SELECT (SELECT credits FROM workspaces WHERE id = :workspace) AS available_credits, "
        "(SELECT count(*) FROM jobs WHERE workspace = :workspace "
        "AND status IN ('QUEUED', 'PROCESSING', 'RETRY')) AS active_jobs, "
        "(SELECT count(*) FROM jobs WHERE workspace = :workspace AND created_at >= :since) "
        "AS jobs_today",
        {"workspace": workspace, "since": since},
    ).fetchone()
    return Standing(**row)


def _end(db: sqlite3.Connection, job_id: str, ending: Ending, now: int) -> None:
    """Write an ending. The caller has checked, in this transaction, that the job has not ended."""
    job = _job(db, job_id)
    charged = job.reserved if ending.status == "COMPLETED" else 0
    code, message = ending.error or (None, None)
    db.execute(
        "UPDATE jobs SET status = ?, progress = CASE ? WHEN 'COMPLETED' THEN 100 ELSE progress END, "
        "reserved = 0, credits_used = ?, error_code = ?, error_message = ?, completed_at = ? "
        "WHERE id = ?",
        (ending.status, ending.status, charged, code, message, now, job_id),
    )
    db.execute(
        "UPDATE workspaces SET credits = credits + ? WHERE id = ?",
        (job.reserved - charged, job.workspace),
    )
    db.execute("DELETE FROM payloads WHERE job = ?", (job_id,))
    if ending.results is not None:
        db.execute("INSERT INTO results VALUES (?, ?)", (job_id, ending.results))
        db.executemany(
            "INSERT INTO artifacts VALUES (?, ?, ?, ?, ?)",
            [
                (job_id, position, a.name, a.content_type, a.sha256)
                for position, a in enumerate(ending.artifacts)
            ],
        )
        for file in ending.files:
            _add_file(db, file)


def _is_running(db: sqlite3.Connection, job_id: str) -> bool:
    row = db.execute("SELECT 1 FROM jobs WHERE id = ? AND status = 'PROCESSING'", (job_id,)).fetchone()
    return row is not None


def _requeue(db: sqlite3.Connection, job_id: str, reason: str, max_tries: int, now: int) -> None:
    tries = _job(db, job_id).tries
    if tries >= max_tries:
        message = f"{reason} It was started {tries} times."
        _end(db, job_id, Ending("FAILED", ("interrupted", message)), now)
    else:
        db.execute("UPDATE jobs SET status = 'RETRY', progress = NULL WHERE id = ?", (job_id,))


def _add_file(db: sqlite3.Connection, file: File) -> None:
    values = attrs.asdict(file, recurse=False)
    del values["seq"]
    values["tags"] = json.dumps(values["tags"], ensure_ascii=False)
    values["collection_ids"] = json.dumps(values["collection_ids"], ensure_ascii=False)
    db.execute(
        f"INSERT INTO files ({', '.join(values)}) VALUES ({', '.join(':' + n for n in values)})",
        values,
    )


def _file(row: sqlite3.Row) -> File:
    values = dict(row)
    values["tags"] = json.loads(values["tags"])
    values["collection_ids"] = json.loads(values["collection_ids"])
    return File(**values)


def _page(
    db: sqlite3.Connection,
    table: str,
    where: list[str],
    values: list[Any],
    limit: int,
    before: int | None,
) -> list[sqlite3.Row]:
    if before is not None:
        where = [*where, "seq < ?"]
        values = [*values, before]
    rows: list[sqlite3.Row] = db.execute(
        f"SELECT * FROM {table} WHERE {' AND '.join(where)} ORDER BY seq DESC LIMIT ?",
        [*values, limit],
    ).fetchall()
    return rows
