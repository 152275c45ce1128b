"""Paths and open files as arguments: what an input is read from, and where a result is saved."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from .._message_text import short_repr, why
from ..errors import InvalidInput
from .arguments import special_file

REPORT = "report.html"
"""What a report is called in a folder to save it in."""


class Unusable(Exception):
    """The value can't be an input. The message says why, and what to do."""


def is_open_file(value: Any) -> bool:
    return callable(getattr(value, "read", None)) and not isinstance(value, (type, ModuleType))


def is_in_archive(value: Any) -> bool:
    """Whether the value is a file of a package or an archive (`importlib.resources`, `zipfile.Path`), not yet open."""
    is_like_one = all(callable(getattr(value, name, None)) for name in ("open", "read_bytes", "is_file"))
    return is_like_one and not isinstance(value, (type, ModuleType))


def is_partly_read(file: Any) -> bool:
    """Whether something was read from an open file before, as far as that can be known."""
    try:
        if not file.seekable():
            return False
    except Exception:  # whatever has a method `read` is taken
        return False
    try:
        return bool(file.tell())
    except Exception:  # a text file can't tell while it is iterated
        return True


def name_of(file: Any) -> str | None:
    name = getattr(file, "name", None)
    return Path(name).name if isinstance(name, str) else None


def content(file: Any, max_bytes: int | None) -> str | bytes:
    """Read an open file from where it is. Raises Unusable."""
    try:
        data = file.read() if max_bytes is None else _read_all(file, max_bytes + 1)
    except Unusable:
        raise
    # Whatever has a method `read` is taken, and one of a damaged archive raises many errors.
    except Exception as error:
        raise Unusable(f"can't read the open file: {why(error)}") from None
    if isinstance(data, bytearray):
        data = bytes(data)
    if not isinstance(data, (str, bytes)):
        raise Unusable(f"can't read the open file: it returned {type(data).__name__}, not text or bytes")
    if not data:
        raise Unusable(
            "the open file has nothing left to read: use seek(0) if it was read or written before, or pass its path"
        )
    if max_bytes is not None and len(data) > max_bytes:
        raise Unusable(f"must be at most {max_bytes:,} bytes, and the open file has more: split the input")
    return data


def _read_all(file: Any, size: int) -> Any:
    """Read `size` bytes or characters, or to the end: an unbuffered file, such as a pipe, returns fewer at once."""
    first = file.read(size)
    if not isinstance(first, (str, bytes, bytearray)):
        return first
    pieces: list[Any] = [first]
    left = size - len(first)
    while pieces[-1] and left > 0:
        piece = file.read(left)
        if piece is None:
            raise Unusable("can't read the open file: it has no data yet, because it is non-blocking")
        pieces.append(piece)
        left -= len(piece)
    return first[:0].join(pieces)


def in_archive(value: Any, max_bytes: int | None) -> str | bytes:
    """Read a file of a package or an archive. Raises Unusable."""
    with opened_in_archive(value) as file:
        return content(file, max_bytes)


def opened_in_archive(value: Any) -> Any:
    """Return a file of a package or an archive, open. Raises Unusable."""
    try:
        return value.open("rb")
    except Exception as error:  # its kind depends on what the file is in
        raise Unusable(f"can't read {name_of(value) or 'the file'!r}: {type(error).__name__}") from None


def path_of(value: bytes | str | os.PathLike[Any]) -> Path:
    try:
        path = Path(os.fsdecode(value))
    except TypeError as error:  # of a `__fspath__` that returns something else
        raise Unusable(str(error)) from None
    if path.parts[:1] and path.parts[0].startswith("~") and not path.exists():
        try:
            return path.expanduser()
        except RuntimeError as error:
            raise Unusable(f"can't read {str(path)!r}: {error}") from None
    return path


def save_path(path: object, what: str = "the place to save at") -> Path:
    """Return a path argument to save in or at; `what` names it in messages. Raises InvalidInput for anything else."""
    if not isinstance(path, (str, bytes, os.PathLike)) or path in ("", b""):
        raise InvalidInput(f"{what} must be a path, got {short_repr(path)}")
    try:
        made = path_of(path)
    except Unusable as error:
        raise InvalidInput(str(error)) from None
    if "\0" in str(made):
        raise InvalidInput(f"{short_repr(str(made))} is not a path: it contains a NUL character")
    return made


def saving_target(path: object, name: str) -> Path:
    """Return the file to save at: `path`, or `name` in it if it is a folder.

    Raises InvalidInput, and NotADirectoryError if it ends like a folder, which would be a file without the separator.
    """
    made = save_path(path)
    if made.is_dir():
        return made / name
    if isinstance(path, (str, bytes)) and os.fsdecode(path).endswith(("/", os.sep)):
        raise NotADirectoryError(errno.ENOTDIR, "No such folder: create it first", os.fsdecode(path))
    return made


def new_file(path: object, *, overwrite: bool) -> Path:
    """Return a file to write.

    Raises InvalidInput, FileExistsError if it is there, without `overwrite`, and OSError if it can't be a file there.
    """
    made = save_path(path)
    if made.is_dir():
        raise IsADirectoryError(errno.EISDIR, "A folder: name a file in it", str(made))
    if not made.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder: create it first", str(made.parent))
    if not overwrite and os.path.lexists(made):
        raise FileExistsError(errno.EEXIST, "A file exists: pass overwrite=True to replace it", str(made))
    return made


def in_file(path: Path, max_bytes: int | None) -> bytes:
    """Read a file. Raises Unusable."""
    try:
        kind = special_file(path)
        if kind is not None and not path.is_fifo():  # a pipe may come from a program that unpacks a file
            raise Unusable(f"can't read {str(path)!r}: it is {kind}, not a file")
        size = path.stat().st_size
        if max_bytes is not None and size > max_bytes:
            raise Unusable(too_large(size, max_bytes))
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"can't read {str(path)!r}: {why(error)}") from None
    except ValueError as error:  # a null character in the path
        raise Unusable(f"can't read {str(path)!r}: {error}") from None


def too_large(size: int, max_bytes: int) -> str:
    return f"must be at most {max_bytes:,} bytes, got {size:,}: split the input"
