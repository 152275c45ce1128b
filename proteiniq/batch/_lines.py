"""Append-only files of JSON lines.

A line counts once its newline is on the disk. What a crash, a full disk or a power failure leaves after the last
newline is cut off before anything is appended, and ignored by readers.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from .._message_text import short_repr, why
from .._transfer.durable import sync
from ..errors import BatchError

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def encode(value: Any) -> bytes:
    """Return a value as one line. Lone surrogates are kept, as `json.loads` reads them."""
    return _encode(value).encode("utf-8", "surrogatepass") + b"\n"


def canonical(value: Any) -> bytes:
    """Return a value as the JSON that equal values have in common: sorted keys, compact, UTF-8."""
    return _encode_sorted(value).encode("utf-8", "surrogatepass")


def known(kind: type[Any], fields: Mapping[str, Any]) -> Any:
    """Make an attrs class of the fields that it has; a newer version may have written others, too.

    Raises TypeError if one without a default is missing.
    """
    try:
        return kind(**fields)
    except TypeError:
        return kind(
            **{field.name: fields[field.name] for field in attrs.fields(kind) if field.name in fields}
        )


def damaged(path: Path, number: int, line: bytes) -> BatchError:
    """The error about a line, counted from 1, that was not written like this."""
    return BatchError(
        f"{path} is damaged: line {number} is {short_repr(line)}. Restore the folder from a backup, or start the "
        "batch in a new folder; jobs that were submitted from this one are in its journal.jsonl"
    )


def not_written(path: Path, error: OSError) -> BatchError:
    """The error about a file that can't be written."""
    return BatchError(
        f"{path} can't be written: {why(error)}. Nothing that was recorded is lost: make room or give "
        "access, and start the same batch again",
        retryable=True,
    )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raise BatchError if a file can't be written."""
    try:
        yield
    except OSError as error:
        raise not_written(path, error) from error


class Lines:
    """An append-only file that is open for writing. `length` is where its last whole line ends."""

    def __init__(self, path: Path, length: int) -> None:
        """Open the file, and cut off what follows the first `length` bytes. Raises BatchError."""
        self.path = path
        self.length = length
        self._is_usable = True
        with writing(path):
            self._file = path.open("ab", buffering=0)
        self.cut(length)

    def append(self, data: bytes, *, durable: bool = True) -> None:
        """Append whole lines, all or nothing; `durable` waits until they are on the disk. Raises BatchError."""
        if not self._is_usable:
            raise BatchError(
                f"{self.path} could not be repaired after a failed write: start the batch again when it can be written",
                retryable=True,
            )
        with writing(self.path):
            try:
                left = memoryview(data)
                while left:
                    left = left[self._file.write(left) :]
                if durable:
                    sync(self._file.fileno())
                self.length += len(data)
            except BaseException:  # also if a signal interrupts
                self.cut(self.length)
                raise

    def sync(self) -> None:
        """Wait until all that was appended is on the disk. Raises BatchError."""
        with writing(self.path):
            sync(self._file.fileno())

    def cut(self, length: int) -> None:
        """Cut off what follows the first `length` bytes. If that fails, nothing can be appended any more."""
        self._is_usable = False
        with suppress(OSError):
            if os.fstat(self._file.fileno()).st_size > length:
                os.ftruncate(self._file.fileno(), length)
            self.length = length
            self._is_usable = True

    def close(self) -> None:
        self._file.close()
