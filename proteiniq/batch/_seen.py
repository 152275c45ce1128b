"""Which items were met before, in a temporary file, so that memory doesn't grow with their number."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

from ._lines import not_written, writing

_SLOT = struct.Struct("<16sQQQ")
_FIRST_SIZE = 1 << 12  # slots
_EMPTY = bytes(_SLOT.size)

Met = tuple[int, int, int]
"""The place of an item, and the offset and length of its line of inputs."""


class Seen:
    """A hash table with open addressing, at most half full. The file has no name, and is gone after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0
        self._size = _FIRST_SIZE
        with writing(folder):
            self._file = self._made(self._size)

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, what: bytes, met: Met) -> Met | None:
        """Return where this was met before. If it is new, keep it and return None. Raises BatchError."""
        try:
            return self._add(sha256(what).digest()[:16], met)
        except OSError as error:
            raise not_written(self._folder, error) from error

    def _add(self, digest: bytes, met: Met) -> Met | None:
        slot, found = self._find(digest)
        if found is not None:
            return found
        self._put(slot, _SLOT.pack(digest, *met))
        self._count += 1
        if self._count * 2 > self._size:
            self._grow()
        return None

    def _put(self, slot: int, content: bytes) -> None:
        self._file.seek(slot * _SLOT.size)
        if self._file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _find(self, digest: bytes) -> tuple[int, Met | None]:
        slot = int.from_bytes(digest[:8], "little") % self._size
        while True:
            self._file.seek(slot * _SLOT.size)
            content = self._file.read(_SLOT.size)
            if content == _EMPTY:
                return slot, None
            kept, *met = _SLOT.unpack(content)
            if kept == digest:
                return slot, (met[0], met[1], met[2])
            slot = (slot + 1) % self._size

    def _grow(self) -> None:
        before, entries = self._file, self._entries()
        self._size *= 4
        self._file = self._made(self._size)
        with before:
            for content in entries:
                slot, _ = self._find(content[:16])
                self._put(slot, content)

    def _entries(self) -> Iterator[bytes]:
        file = self._file
        file.seek(0)
        while block := file.read(_SLOT.size * 1024):
            for start in range(0, len(block), _SLOT.size):
                content = block[start : start + _SLOT.size]
                if content != _EMPTY:
                    yield content

    def _made(self, size: int) -> IO[bytes]:
        file = TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - closed by __exit__ and _grow
        file.truncate(size * _SLOT.size)
        return file
