"""The data folder: its layout, its lock and its secrets.

It contains `sandbox.sqlite3`, `blobs/`, `jobs/`, `api_key` and `url_secret` (both readable by their owner
only), and `lock`.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from . import _auth
from ._errors import SandboxError


class Folder:
    """A data folder that this process has to itself until `release`.

    Raises SandboxError if it cannot be written, or if another sandbox uses it.
    """

    def __init__(self, path: Path | None) -> None:
        self._temporary = path is None
        self.path = Path(tempfile.mkdtemp(prefix="proteiniq-")) if path is None else path.absolute()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / "lock").open("a")
        except OSError as error:
            raise SandboxError(f"cannot use the folder {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise SandboxError(f"the folder {path} is in use by another sandbox") from error

    @property
    def database(self) -> Path:
        return self.path / "sandbox.sqlite3"

    @property
    def blobs(self) -> Path:
        return self.path / "blobs"

    @property
    def jobs(self) -> Path:
        return self.path / "jobs"

    def api_key(self) -> str:
        """The folder's own key, the same at every start."""
        return self._secret("api_key", _auth.new_key)

    def url_secret(self) -> bytes:
        """The secret that URLs are signed with."""
        return self._secret("url_secret", lambda: secrets.token_hex(32)).encode()

    def release(self) -> None:
        self._lock.close()
        if self._temporary:
            shutil.rmtree(self.path, ignore_errors=True)

    def _secret(self, name: str, make: Callable[[], str]) -> str:
        path = self.path / name
        if not path.exists():
            # Renamed when complete, so that a process that dies here leaves no partial secret.
            draft = path.with_suffix(".draft")
            draft.unlink(missing_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(make() + "\n")
            draft.replace(path)
        return path.read_text().strip()
