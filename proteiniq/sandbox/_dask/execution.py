"""A job on a Dask worker: it asks the sandbox, runs in a process group, and offers its files until they are taken.

It ends by itself when it doesn't hear from the sandbox in time.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Literal

import attrs

from .. import _lease
from .._errors import is_full
from .._folder import open_private
from .._processes import kill_marked
from .._runner import LocalRunner
from .._runs import Ended, Limits, Order, Progress
from .._space import OUT_OF_SPACE_CODE
from .._watch import WatchedRun
from .._worker import without_paths
from . import storage

log = logging.getLogger("proteiniq.sandbox")

LOG_BYTES = 64 << 10
"""How much of the end of a log is kept."""

WITH_END_BYTES = 64 << 10
"""How much of a job's files, the first that fit, is told with its end, so that nobody has to ask for them."""

_POLL_S = 0.5
_LOCK = "lock"

State = Literal["asking", "allowed", "running", "ended", "gone"]


@attrs.frozen
class Grant:
    """What the sandbox allows an execution to run."""

    payload: str
    order: Mapping[str, Any]
    storage: str | None


class Execution:
    """One task on this worker. `carry_out` is its thread; the other methods may be called from any."""

    def __init__(
        self, server: str, attempt: str, lease_s: float, base: Path, changed: Callable[[], None]
    ) -> None:
        self.id = secrets.token_hex(8)
        self.server = server
        self.attempt = attempt
        self.state: State = "asking"
        self.percent: float | None = None
        self.end_of_job: dict[str, Any] | None = None
        self._lease_s = lease_s
        self._folder = base / server / f"{attempt}.{self.id}"
        self._changed = changed
        self._condition = threading.Condition()
        self._until = _lease.clock() + lease_s
        self._grant: Grant | None = None
        self._unwanted = False
        self._run: WatchedRun | None = None
        self._stored: str | None = None
        """Its path in the storage, once something may be there."""

    def hears(self, said: float) -> None:
        """The sandbox repeats what this worker's clock was when it last wrote."""
        with self._condition:
            if self._left() > 0:  # The job may have been killed at the end of the lease, which is final.
                self._until = max(self._until, said + self._lease_s)
            self._condition.notify_all()

    def allow(self, grant: Grant) -> None:
        """Let it start. A grant that comes again changes nothing."""
        with self._condition:
            if self.state == "asking":
                self.state = "allowed"
                self._grant = grant
            self._condition.notify_all()

    def end(self) -> None:
        """Kill what it runs and remove its files; it is `gone` when that is done."""
        with self._condition:
            self._unwanted = True
            if self._run is not None:
                self._run.kill()
            self._condition.notify_all()

    def path(self, name: str) -> Path:
        return self._folder / name

    def log(self, offset: int) -> tuple[int, bytes]:
        """What the log has from `offset` on, but at most its end, and where that begins."""
        try:
            with self.path("log").open("rb") as file:
                start = max(offset, file.seek(0, os.SEEK_END) - LOG_BYTES)
                file.seek(start)
                return start, file.read(LOG_BYTES)
        except OSError:
            return offset, b""

    def carry_out(self) -> str:
        """Run the job from asking to the removal of its files. Returns how that went, for whoever looks at the task."""
        try:
            grant = self._wait_for_grant()
            if grant is None:
                return "not allowed to run"
            try:
                with self._its_folder():
                    ended = self._ended(grant)
                    if ended is None:
                        return "not heard from the sandbox"
                    self._offer(ended, grant)
                    self._wait_until_taken()
            except OSError as error:
                log.exception("job %s has no folder", self.attempt)
                self._offer(_not_run(error), grant)
                self._wait_until_taken()
            self._remove_stored(grant)
            return "ran"
        finally:
            with self._condition:
                self.state = "gone"
                self._condition.notify_all()
            self._changed()

    def _wait_for_grant(self) -> Grant | None:
        self._changed()
        with self._condition:
            while self._grant is None and not self._unwanted and (left := self._left()) > 0:
                self._condition.wait(left)
            return None if self._unwanted or self._left() <= 0 else self._grant

    def _left(self) -> float:
        return self._until - _lease.clock()

    @contextmanager
    def _its_folder(self) -> Iterator[None]:
        """The folder of the job. Its lock says that this process still has it."""
        while True:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open_private(self._folder / _LOCK) as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not (self._folder / _LOCK).exists():
                    continue  # `sweep` of another process was quicker.
                try:
                    yield
                finally:
                    shutil.rmtree(self._folder, ignore_errors=True)
                return

    def _ended(self, grant: Grant) -> Ended | None:
        try:
            return self._follow(grant)
        except Exception as error:
            log.exception("job %s could not be run", self.attempt)
            return _not_run(error)

    def _follow(self, grant: Grant) -> Ended | None:
        """Run the job's process. One that is unwanted, or has not heard from the sandbox, is killed.

        Returns None if the end of the lease may have killed it, which says nothing about the job.
        """
        order = Order(**{**grant.order, "limits": Limits(**grant.order["limits"])})
        (self._folder / "out").mkdir(mode=0o700)
        with open_private(self._folder / "job.json") as file:
            file.write(grant.payload.encode())
        with self._condition:
            run = self._run = LocalRunner(1).start(self._folder, order)
            self.state = "running"
        try:
            while True:
                with self._condition:
                    until = self._until
                    run.extend(until)
                    if self._unwanted or self._left() <= 0:
                        run.kill()
                news = run.poll(max(min(_POLL_S, self._left()), 0.05))
                if isinstance(news, Ended):
                    is_unknown = news.outcome is None and news.stopped is None
                    return None if is_unknown and _lease.clock() >= until else news
                if isinstance(news, Progress):
                    self.percent = news.percent
                    self._changed()
        except BaseException:
            run.end()
            raise
        finally:
            with self._condition:
                self._run = None

    def _offer(self, ended: Ended, grant: Grant) -> None:
        files = (
            []
            if self._unwanted or ended.stopped
            else list(self._files(0 if grant.storage else WITH_END_BYTES))
        )
        said: dict[str, Any] = {**attrs.asdict(ended), "files": files, "storage": None}
        if files and grant.storage is not None:
            name = storage.name_of(self.server, self.attempt, self.id)
            self._stored = storage.path_of(grant.storage, name)
            try:
                storage.put(grant.storage, self._stored, self._folder, files)
                said["storage"] = self._stored
            except Exception as error:  # of any file system
                log.exception("the files of job %s could not be stored", self.attempt)
                message = f"The job's files could not be stored: {without_paths(str(error))}"
                said |= {"files": [], "stopped": ("internal_error", message[:500])}
        with self._condition:
            self.end_of_job = said
            self.state = "ended"
        self._changed()

    def _remove_stored(self, grant: Grant) -> None:
        """Remove what the sandbox hasn't, as it does with all that it brings to its own folder."""
        if grant.storage is not None and self._stored is not None:
            try:
                storage.remove(grant.storage, self._stored)
            except Exception:  # of any file system
                log.exception("the stored files of job %s could not be removed", self.attempt)

    def _files(self, with_end: int) -> Iterator[dict[str, Any]]:
        """What the job leaves: the files of `out` and its result. `content` is None of those that have to be read."""
        out = self._folder / "out"
        for path in [*(sorted(out.iterdir()) if out.is_dir() else ()), self._folder / "results.json"]:
            if path.is_file() and not path.is_symlink() and path.name.isprintable():
                with path.open("rb") as file:
                    digest = hashlib.file_digest(file, "sha256").hexdigest()
                size = path.stat().st_size
                content = path.read_bytes() if size <= with_end else None
                with_end -= 0 if content is None else size
                yield {
                    "name": path.relative_to(self._folder).as_posix(),
                    "size": size,
                    "sha256": digest,
                    "content": content,
                }

    def _wait_until_taken(self) -> None:
        with self._condition:
            while not self._unwanted and (left := self._left()) > 0:
                self._condition.wait(left)


def _not_run(error: Exception) -> Ended:
    if is_full(error):
        return Ended(None, 0, (OUT_OF_SPACE_CODE, "The worker's disk is full."))
    return Ended(None, 0, ("internal_error", "The job could not be run."))


def sweep(base: Path) -> None:
    """Remove the jobs of worker processes that have died on this machine, with what they left running."""
    for folder in base.glob("*/*.*"):
        with suppress(OSError), (folder / _LOCK).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            kill_marked(folder)
            shutil.rmtree(folder, ignore_errors=True)
