"""File contents, stored once under their SHA-256.

Rows of the store refer to blobs. Code that adds or removes such a row holds `lock`, so that a blob
can't be removed between being found and being referred to.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import attrs

from ._space import check_room


@attrs.frozen
class Draft:
    """Content that is complete and synced, but not yet a blob."""

    path: Path
    sha256: str
    size: int
    head: bytes
    """The first bytes, used to guess the format."""


class Writer:
    """Writes a draft piece by piece. `finish` completes it, `discard` deletes it."""

    HEAD = 4096

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder)
        self._file = os.fdopen(descriptor, "wb")
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self._head = b""
        self.size = 0

    def write(self, data: bytes) -> None:
        """Write the next piece. Raises OSError if the disk is full, or almost."""
        check_room(self._path.parent, len(data))
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)
        if len(self._head) < self.HEAD:
            self._head += data[: self.HEAD - len(self._head)]

    def finish(self) -> Draft:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return Draft(self._path, self._hash.hexdigest(), self.size, self._head)

    def discard(self) -> None:
        with suppress(OSError):  # What is still buffered can't be written to a full disk.
            self._file.close()
        self._path.unlink(missing_ok=True)


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._drafts = folder / "drafts"
        # Drafts left by a process that died are useless.
        shutil.rmtree(self._drafts, ignore_errors=True)
        self._drafts.mkdir(mode=0o700, parents=True)
        self.lock = threading.Lock()

    def writer(self) -> Writer:
        return Writer(self._drafts)

    def draft(self, source: Path) -> Draft:
        """A draft with the content of a file."""
        writer = self.writer()
        try:
            with source.open("rb") as file:
                while data := file.read(1 << 20):
                    writer.write(data)
            return writer.finish()
        except BaseException:
            writer.discard()
            raise

    def path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def keep(self, draft: Draft) -> None:
        """Make a draft a blob; one that already is stays one. The caller holds `lock`."""
        target = self.path(draft.sha256)
        if target.exists():
            draft.path.unlink(missing_ok=True)
            return
        target.parent.mkdir(mode=0o700, exist_ok=True)
        draft.path.replace(target)
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, hashes: Collection[str]) -> None:
        """Remove blobs that are no longer referred to. The caller holds `lock`."""
        for sha256 in hashes:
            self.path(sha256).unlink(missing_ok=True)

    def sweep(self, referenced: Collection[str]) -> None:
        """Remove every blob that is not referred to. The caller holds `lock`."""
        for path in self._folder.glob("??/*"):
            if path.name not in referenced:
                path.unlink()
