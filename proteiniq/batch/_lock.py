"""The lock of a batch folder: a file that only one process can create.

It is made with O_EXCL, which is safe on network file systems where `fcntl` locks are not, and names its owner. A lock
whose owner certainly doesn't exist any more is replaced: the same host, and no such process there. On Linux, a process
that has the same number is told apart by its start time, and a host that restarted by its boot id.

To replace the lock, a process first creates a file named after the lock's content, again with O_EXCL, and renames it to
the lock. So of any number of processes that find the same dead owner, one gets the lock.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
import time
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import attrs

from .._transfer.durable import sync
from ..errors import BatchError, BatchLocked
from ._lines import encode, known, writing

_MOMENT = 0.2
"""Longer than a process takes from creating a lock to writing it, in seconds."""

log = logging.getLogger("proteiniq")


@attrs.frozen
class Owner:
    """The process that has a lock, since `at` (Unix seconds). A field that the system doesn't provide is None.

    `started` is the process's start time in clock ticks since boot, and `pids` the namespace of its number.
    """

    host: str | None = None
    boot: str | None = None
    machine: str | None = None
    pids: str | None = None
    pid: int | None = None
    started: int | None = None
    at: float | None = None
    token: str | None = None

    @classmethod
    def this(cls, now: float) -> Owner:
        pid = os.getpid()
        return cls(*_place(), pid, _start_time(pid), now, secrets.token_hex(8))

    @classmethod
    def read(cls, content: bytes) -> Owner:
        """Return the owner that a lock names. An empty or damaged lock names none."""
        with suppress(ValueError, TypeError):
            owner: Owner = known(cls, json.loads(content))
            return owner
        return cls()

    def is_alive(self) -> bool | None:
        """Whether the process exists; None if that can't be known from here."""
        host, boot, machine, pids = _place()
        if None not in (self.boot, boot) and self.boot != boot:
            is_restarted = self.host == host and self.machine == machine is not None
            return False if is_restarted else None
        is_here = self.boot == boot and self.pids == pids and (boot is not None or self.host == host)
        if not is_here or not isinstance(self.pid, int):
            return None
        if not _exists(self.pid):
            return False
        started = _start_time(self.pid)
        return None if None in (self.started, started) else self.started == started

    @property
    def is_this(self) -> bool:
        """Whether it is this process."""
        return self.pid == os.getpid() and bool(self.is_alive())

    def __str__(self) -> str:
        if self.pid is None:
            return "an unknown process"
        return "this process" if self.is_this else f"process {self.pid} on {self.host}"


def _place() -> tuple[str, str | None, str | None, str | None]:
    """The name of this host, the ids of its boot and of the machine, and the namespace of process numbers."""
    pids = None
    with suppress(OSError):
        pids = str(Path("/proc/self/ns/pid").readlink())
    return socket.gethostname(), _text("/proc/sys/kernel/random/boot_id"), _text("/etc/machine-id"), pids


def _text(path: str) -> str | None:
    try:
        return Path(path).read_text(encoding="ascii").strip() or None
    except (OSError, ValueError):
        return None


def _exists(pid: int) -> bool:
    """Whether a process with this number may be running. One that has ended and is not reaped doesn't count."""
    if os.name != "posix":  # pragma: no cover - a signal 0 would interrupt the process there
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return _stat(pid)[:1] not in (["Z"], ["X"])


def _start_time(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[19]) if len(fields) > 19 else None


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat that follow the name, which may contain anything (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


class Lock:
    """A lock that this process holds. A process that is forked from it doesn't."""

    def __init__(self, path: Path, now: float) -> None:
        self._path = path
        self._now = now
        self._owner = Owner.this(now)
        self._content = encode(attrs.asdict(self._owner))
        self._seen: tuple[int, ...] | None = None

    @classmethod
    def take(cls, path: Path, now: float, *, take_over: bool = False) -> Lock:
        """Take the lock. Raises BatchLocked if another process has it.

        With `take_over`, it is also taken from an owner that may have ended, and from a batch that this process left
        open.
        """
        lock = cls(path, now)
        first: bytes | None = None
        while not (lock._create() and lock.is_held()):
            content = _content(path)
            if content is None:  # it was released in between
                continue
            first = content if first is None else first
            owner = Owner.read(content)
            is_alive = owner.is_alive()
            if not content:  # it is just being written, or the process or the power failed at that moment
                time.sleep(_MOMENT)
                if _content(path):
                    continue
                is_alive = False
            may_replace = take_over and content == first and (is_alive is None or owner.is_this)
            if is_alive is not False and not may_replace:
                raise _locked(path, owner, is_alive)
            lock._replace(content)
            if lock.is_held():
                log.warning("took over %s from %s", path, owner)
                break
        return lock

    def _create(self) -> bool:
        with writing(self._path):
            try:
                file = self._path.open("xb", buffering=0)
            except FileExistsError:
                return False
            try:
                with file:
                    file.write(self._content)
                    sync(file.fileno())
            except BaseException:
                self._path.unlink()
                raise
        return True

    def _replace(self, content: bytes) -> None:
        """Replace the lock, unless its content has changed. Raises BatchLocked if another process is doing so."""
        claim = Lock.take(
            self._path.with_name(f"{self._path.name}.{sha256(content).hexdigest()[:16]}"), self._now
        )
        try:
            if _content(self._path) == content:
                claim._path.replace(self._path)
                self._owner, self._content = claim._owner, claim._content
        finally:
            claim.release()

    def is_held(self) -> bool:
        """Whether the lock is still this process's."""
        return self._owner.pid == os.getpid() and _content(self._path) == self._content

    def check(self) -> None:
        """Raise BatchError if the lock is no longer this process's."""
        if self._owner.pid != os.getpid():
            raise BatchError(
                f"the batch in {self._path.parent} belongs to the process that opened it: open it here"
            )
        seen = None
        with suppress(FileNotFoundError):
            found = self._path.stat()
            seen = (found.st_dev, found.st_ino, found.st_mtime_ns)
        if seen is None or seen != self._seen:
            if not self.is_held():
                owner = Owner.read(_content(self._path) or b"")
                raise BatchError(
                    f"the batch in {self._path.parent} was taken over by {owner}, so nothing more is written to it here"
                )
            self._seen = seen

    def release(self) -> None:
        """Give the lock back, if it is still this process's."""
        with suppress(OSError):
            if self.is_held():
                self._path.unlink()


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _locked(path: Path, owner: Owner, is_alive: bool | None) -> BatchLocked:
    since = ""
    with suppress(ValueError, OverflowError, OSError):
        if isinstance(owner.at, int | float):
            since = f" since {datetime.fromtimestamp(owner.at, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if path.suffix:
        advice = f"Start it again in a moment; if that process is dead, delete {path}"
    elif owner.is_this:
        advice = "Close it first, or take it over with take_over=True"
    elif is_alive:
        advice = "Wait until that process ends, or end it"
    else:
        advice = "Wait until that process ends; if it is dead, take the batch over with take_over=True"
    return BatchLocked(
        f"the batch in {path.parent} is {'being taken over' if path.suffix else 'in use'} by {owner}{since}. {advice}",
        retryable=True,
        host=owner.host,
        pid=owner.pid,
        since=owner.at,
    )
