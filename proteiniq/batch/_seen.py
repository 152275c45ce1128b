"""Which items were met before, in a temporary file, so that memory doesn't grow with their number.

A Bloom filter of fixed size recognises most new items. Only an item that may have been met before is looked up in the
file, which has blocks of entries with the same part of their hash.
"""

from __future__ import annotations

import errno
import os
import struct
from array import array
from collections import defaultdict
from hashlib import sha256
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType

from ._lines import not_written, writing

Met = tuple[int, int, int]
"""The place of an item, and the offset and length of its line of inputs."""

_ENTRY = struct.Struct("<16sQQQ")
_BUCKETS = 1024
_BLOCK = 100 * _ENTRY.size
_BITS = 25
"""2 ** 25 bits take 4 MiB. After two million entries, one new entry in 500 is looked up in the file."""
_HASHES = 4


class Seen:
    """The items that were met. Their file has no name, so it is gone after a crash."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._filter = bytearray(1 << _BITS >> 3)
        self._buckets: defaultdict[int, bytearray] = defaultdict(bytearray)
        self._blocks: defaultdict[int, array[int]] = defaultdict(lambda: array("Q"))
        self._length = 0
        with writing(folder):
            self._file = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, what: bytes, met: Met) -> Met | None:
        """Return where this was met before, or None if it is new: then it is stored. Raises BatchError."""
        digest = sha256(what).digest()[:16]
        number = int.from_bytes(digest, "little")
        bucket = number % _BUCKETS
        found = self._find(bucket, digest) if self._is_known(number >> 10) else None
        if found is None:
            entries = self._buckets[bucket]
            entries += _ENTRY.pack(digest, *met)
            if len(entries) == _BLOCK:
                self._write(bucket)
        return found

    def _is_known(self, number: int) -> bool:
        """Set the bits of a number in the filter. Returns whether all were set before."""
        known, bits = True, self._filter
        for _ in range(_HASHES):
            place, bit = number >> 3 & (1 << _BITS - 3) - 1, 1 << (number & 7)
            if not bits[place] & bit:
                known = False
                bits[place] |= bit
            number >>= _BITS
        return known

    def _find(self, bucket: int, digest: bytes) -> Met | None:
        fileno = self._file.fileno()
        blocks = (os.pread(fileno, _BLOCK, offset) for offset in self._blocks[bucket])
        for block in chain([bytes(self._buckets[bucket])], blocks):
            start = block.find(digest)
            while start >= 0:
                if start % _ENTRY.size == 0:
                    _, place, offset, length = _ENTRY.unpack_from(block, start)
                    return place, offset, length
                start = block.find(digest, start + 1)
        return None

    def _write(self, bucket: int) -> None:
        block = self._buckets[bucket]
        try:
            if os.pwrite(self._file.fileno(), block, self._length) < len(block):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise not_written(self._folder, error) from error
        self._blocks[bucket].append(self._length)
        self._length += len(block)
        block.clear()
