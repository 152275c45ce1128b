"""The data folder: its layout, its lock and its secrets.

It contains `sandbox.sqlite3`, `blobs/`, `jobs/`, `api_key`, `url_secret`, `lock` and, on a cluster, `lease`. Only its
owner can read the folder and what is in it.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from .._message_text import why
from . import _auth
from ._errors import SandboxError
from ._processes import kill_marked

_DATABASE = "sandbox.sqlite3"


_TEMPORARY = "proteiniq-"
"""How the names of temporary folders start, once they are locked."""

_MARK = "temporary"
"""A file that only temporary folders have: no other is ever removed."""


class Folder:
    """A data folder that this process has to itself until `release`. None is a temporary one.

    Raises SandboxError if it cannot be written, or if another sandbox uses it.
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = path is None
        try:
            self.path = Path(tempfile.mkdtemp(prefix=f".{_TEMPORARY}")) if path is None else path.absolute()
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            is_ours = _is_ours(self.path)
            self._lock = open_private(self.path / "lock")
        except OSError as error:
            raise SandboxError(f"cannot use the folder {path}: {why(error)}") from error
        try:
            if not _locked(self._lock):
                raise SandboxError(f"the folder {path} is in use by another sandbox")
            if self._temporary:
                _remove_abandoned(self.path.parent)
                (self.path / _MARK).touch()
                # Only now does it have the name that others look for: until here it was not locked.
                self.path = self.path.rename(self.path.with_name(self.path.name.removeprefix(".")))
            self._close_to_others(is_ours)
        except OSError as error:
            self._lock.close()
            raise SandboxError(f"cannot use the folder {self.path}: {why(error)}") from error
        except SandboxError:
            self._lock.close()
            raise

    @property
    def database(self) -> Path:
        return self.path / _DATABASE

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def jobs(self) -> Path:
        return self.path / "jobs"

    def api_key(self) -> str:
        """The folder's own key, the same at every start.

        Raises SandboxError, as `url_secret` does, if its file cannot be read or does not contain a key.
        """
        return self._secret("api_key", _auth.new_key, lambda text: _auth.key_id(text) is not None)

    def url_secret(self) -> bytes:
        """The secret that URLs are signed with."""
        return self._secret("url_secret", lambda: secrets.token_hex(32), bool).encode()

    def lease(self, seconds: float) -> float:
        """Note for how long jobs that begin now may go on after this process. Returns that of earlier ones.

        It is the longest since `end_lease`, so it covers whatever a process that died has left elsewhere.
        """
        path = self.path / "lease"
        try:
            earlier = float(path.read_text())
        except FileNotFoundError:
            earlier = 0.0
        except ValueError as error:
            raise SandboxError(
                f"cannot use {path}: it must be a number of seconds. Delete it once no cluster runs jobs of this folder"
            ) from error
        if seconds > earlier:
            draft = path.with_suffix(".draft")
            draft.write_text(f"{seconds}\n")
            draft.replace(path)
        return earlier

    def end_lease(self) -> None:
        """Nothing that was begun here runs any more."""
        with suppress(OSError):  # The next start waits for nothing.
            (self.path / "lease").unlink(missing_ok=True)

    def release(self) -> None:
        self._lock.close()
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)

    def _close_to_others(self, is_ours: bool) -> None:
        """Take away the access of everybody else, also to what an older version left readable."""
        modes = {self.path: 0o700} if is_ours else {}
        # SQLite creates its other files with the mode of this one.
        open_private(self.database).close()
        for folder in (self.blobs, self.jobs):
            folder.mkdir(mode=0o700, exist_ok=True)
            modes[folder] = 0o700
        for name in ("lock", "api_key", "url_secret", f"{_DATABASE}*"):
            modes |= dict.fromkeys(self.path.glob(name), 0o600)
        for path, mode in modes.items():
            with suppress(PermissionError):  # It belongs to another user, who decides.
                path.chmod(mode)

    def _secret(self, name: str, make: Callable[[], str], fits: Callable[[str], bool]) -> str:
        path = self.path / name
        what = f"the key file {path}"
        try:
            if not path.exists():
                # Renamed when complete, so that a process that dies here leaves no partial secret.
                draft = path.with_suffix(".draft")
                draft.unlink(missing_ok=True)
                with open_private(draft) as file:
                    file.write(f"{make()}\n".encode())
                draft.replace(path)
            text = path.read_text(encoding="utf-8-sig").strip()
        except OSError as error:
            raise SandboxError(
                f"cannot use {what}: {why(error)}. Make it readable for this user, or delete it to get a new one"
            ) from error
        except UnicodeDecodeError:
            text = ""
        if not fits(text):
            problem = "does not contain an API key" if path.stat().st_size else "is empty"
            raise SandboxError(f"{what} {problem}: restore it, or delete it to get a new one")
        return text


def open_private(path: Path) -> BinaryIO:
    """Open a file for writing, at its end. If this creates it, only its owner may read it."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")


def _locked(lock: BinaryIO) -> bool:
    """Lock the file, unless another process has. The lock ends with this process at the latest."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove_abandoned(parent: Path) -> None:
    """Remove temporary folders of sandboxes that died."""
    for folder in parent.glob(f"{_TEMPORARY}*"):
        with suppress(OSError):  # It belongs to another user, is not a sandbox's, or has just been removed.
            if folder.is_symlink() or (folder / _MARK).stat().st_uid != os.getuid():
                continue
            with (folder / "lock").open("r+b") as lock:
                if _locked(lock):
                    kill_marked(folder)
                    shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether a folder is empty or a sandbox's. The access to any other folder is not ours to change."""
    names = {path.name for path in folder.iterdir()}
    return not names or not names.isdisjoint({_DATABASE, "lock", "api_key"})
