"""Sources of uploads: a name, a media type, and bytes that are read while they are sent."""

from __future__ import annotations

import io
import mimetypes
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePath
from typing import IO, Any

import attrs

from .._inputs.arguments import special_file
from .._inputs.files import Unusable, is_in_archive, opened_in_archive
from .._message_text import why
from ..errors import InvalidInput

Uploadable = str | os.PathLike[str] | bytes | IO[bytes] | Iterable[bytes]
"""What the sync client can upload: a path, bytes, a file open in binary mode, or an iterable of bytes."""

AsyncUploadable = Uploadable | AsyncIterable[bytes]

PIECE = 3 << 18
"""The chunk size in bytes: large enough for a low overhead, and a multiple of 3 for base64."""

MEDIA_TYPES = {
    ".fasta": "text/x-fasta",
    ".fa": "text/x-fasta",
    ".faa": "text/x-fasta",
    ".fna": "text/x-fasta",
    ".pdb": "chemical/x-pdb",
    ".cif": "chemical/x-mmcif",
    ".sdf": "chemical/x-mdl-sdfile",
    ".mol": "chemical/x-mdl-molfile",
}
"""Media types that the standard library lacks, or has in another form."""

NOTHING = "nothing was uploaded"


@attrs.frozen
class Source:
    """The source of an upload. Each call of `pieces` starts from the beginning.

    If the source is not `repeatable`, `pieces` can be called only once. `total` is the length in bytes, None if it is
    unknown. `awaited` is true if the pieces are asynchronous.
    """

    name: str
    media_type: str
    pieces: Callable[[], Any] = attrs.field(repr=False)
    total: int | None
    repeatable: bool
    awaited: bool = False


@contextmanager
def opened(source: Any, filename: str | None, *, awaited: bool = False) -> Iterator[Source]:
    """Yield the `Source` of an argument, and close what was opened. `awaited` allows asynchronous iterables.

    Raises InvalidInput if it can't be read, saying what to pass instead.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        if kind := special_file(path):
            raise InvalidInput(
                f"{NOTHING}: {str(source)[:200]!r} is {kind}, not a file."
                + ("" if kind == "a directory" else " To upload what it yields, pass it open, in mode 'rb'.")
            )
        try:
            stream = path.open("rb", buffering=0)
        except (OSError, ValueError) as error:
            hint = " To upload text, pass its bytes." if isinstance(source, str) else ""
            raise InvalidInput(f"{NOTHING}: can't read {str(source)[:200]!r}: {why(error)}.{hint}") from None
        with stream:
            yield _of_file(stream, _needed(filename or path.name, "the path has no name"))
    elif isinstance(source, (bytes, bytearray, memoryview)):
        view = memoryview(source)
        view = (view if view.c_contiguous else memoryview(view.tobytes())).cast("B")
        yield _of_bytes(view, _needed(filename, "bytes have no name"))
    elif hasattr(source, "read") and not hasattr(source, "__aiter__"):
        _check_open(source)
        yield _of_file(source, _needed(filename or _name_of(source), "the open file has no name"))
    elif hasattr(source, "__aiter__"):
        if not awaited:
            raise InvalidInput(f"{NOTHING}: an asynchronous iterable needs the async client")
        name = filename
        if hasattr(source, "read"):
            _check_open(source)
            name = filename or _name_of(source)
        yield _of_async_iterable(source, _needed(name, "the asynchronous iterable has no name"))
    elif is_in_archive(source):
        try:
            stream = opened_in_archive(source)
        except Unusable as error:
            raise InvalidInput(f"{NOTHING}: {error}") from None
        with stream:
            yield _of_file(stream, _needed(filename or _name_of(source), "the path has no name"))
    elif isinstance(source, Iterable) and not isinstance(source, (Mapping, set, frozenset)):
        yield _of_iterable(source, _needed(filename, "an iterable has no name"))
    else:
        raise InvalidInput(
            f"{NOTHING}: source must be a path, bytes, an open file or an iterable of bytes, "
            f"got {type(source).__name__}"
        )


def _check_open(source: Any) -> None:
    """Raise InvalidInput for a file that can't be read as bytes."""
    # Wrappers of text files, such as those of `tempfile`, are not a TextIOBase, but have its `encoding`.
    if isinstance(source, io.TextIOBase) or isinstance(getattr(source, "encoding", None), str):
        raise InvalidInput(f"{NOTHING}: the file is open in text mode: open it with mode 'rb'")
    if getattr(source, "closed", False) is True:
        raise InvalidInput(f"{NOTHING}: the file is closed")
    readable = getattr(source, "readable", None)
    if callable(readable) and readable() is False:
        raise InvalidInput(f"{NOTHING}: the file is not open for reading: open it with mode 'rb'")


def _name_of(source: Any) -> str:
    """Return the name of an open file, empty if it is a number (`tempfile.TemporaryFile`) or a label (`<stdin>`)."""
    name = getattr(source, "name", None)
    if not isinstance(name, (str, bytes, os.PathLike)):
        return ""
    last = PurePath(os.fsdecode(name)).name
    return "" if last.startswith("<") and last.endswith(">") else last


def _of_bytes(view: memoryview, name: str) -> Source:
    def pieces() -> Iterator[bytes]:
        for start in range(0, len(view), PIECE):
            yield bytes(view[start : start + PIECE])

    return Source(name, media_type(name), pieces, total=len(view), repeatable=True)


def _of_file(stream: IO[bytes] | io.FileIO, name: str) -> Source:
    """Return the source of an open file, from its current position to its current end."""
    seekable = callable(getattr(stream, "seekable", None)) and stream.seekable()
    start, total = 0, None
    if seekable:
        with _readable(f"{NOTHING}: can't read the open file"):
            start = stream.tell()
            total = _length(stream, start)
            first = _start_of(stream) if total is None else b""
        if start and total == 0:
            raise InvalidInput(f"{NOTHING}: the open file is at its end: call seek(0) first")
        if total is None and len(first) < PIECE:
            return _of_bytes(memoryview(first), name)
    failed = f"upload aborted: can't read {name!r}"

    def pieces() -> Iterator[bytes]:
        if seekable:
            with _readable(failed):
                stream.seek(start)
        left = total
        while left is None or left > 0:
            with _readable(failed):
                piece = _checked(stream.read(PIECE if left is None else min(PIECE, left)))
            if not piece:
                break
            left = None if left is None else left - len(piece)
            yield piece
        if left:
            raise InvalidInput(
                f"upload aborted: {name!r} is {left} bytes shorter than when the upload started"
            )

    return Source(name, media_type(name), pieces, total=total, repeatable=seekable)


@contextmanager
def _readable(failed: str) -> Iterator[None]:
    """Raise InvalidInput, which says what `failed`, for an error of a file: a damaged archive raises many kinds."""
    try:
        yield
    except InvalidInput:
        raise
    except Exception as error:
        raise InvalidInput(f"{failed}: {why(error)}") from error


def _length(stream: IO[bytes] | io.FileIO, start: int) -> int | None:
    """Return the length from `start` on. It is None if it can't be measured: files of /proc seem to be empty."""
    try:
        end = stream.seek(0, os.SEEK_END)
    except OSError:
        end = 0
    stream.seek(start)
    if end <= start and stream.read(1):
        stream.seek(start)
        return None
    return max(0, end - start)


def _start_of(stream: IO[bytes] | io.FileIO) -> bytes:
    """Return the first bytes of a file; less than a `PIECE` is all of it."""
    start = b""
    while len(start) < PIECE and (read := _checked(stream.read(PIECE - len(start)))):
        start += read
    return start


class _Reading:
    """Checks that an iterable yields the same data when it is read again, and is not exhausted."""

    def __init__(self) -> None:
        self._first = b""
        self._longest = self._now = 0

    def begin(self) -> None:
        self._now = 0

    def took(self, item: bytes) -> bytes:
        if item and not self._now:
            if item[:64] != self._first and self._longest:
                self._refuse()
            self._first = item[:64]
        self._now += len(item)
        self._longest = max(self._longest, self._now)
        return item

    def end(self) -> None:
        if self._now < self._longest:
            self._refuse()

    def _refuse(self) -> None:
        raise InvalidInput(
            "upload aborted: it had to be retried, and the iterable yielded other data than before. "
            "Pass a path, a file or bytes, or an iterable that starts over each time"
        )


def _of_iterable(items: Iterable[Any], name: str) -> Source:
    reading = _Reading()

    def pieces() -> Iterator[bytes]:
        together = bytearray()
        reading.begin()
        for item in items:
            together += reading.took(_checked(item))
            while len(together) >= PIECE:
                yield bytes(together[:PIECE])
                del together[:PIECE]
        reading.end()
        if together:
            yield bytes(together)

    return Source(name, media_type(name), pieces, total=None, repeatable=not isinstance(items, Iterator))


def _of_async_iterable(items: AsyncIterable[Any], name: str) -> Source:
    # An asynchronous file iterates over its lines from its current position.
    once = isinstance(items, AsyncIterator) or hasattr(items, "read")
    pieces = partial(_Gathered, items, _Reading())
    return Source(name, media_type(name), pieces, total=None, repeatable=not once, awaited=True)


class _Gathered:
    """Joins the items of an asynchronous iterable into pieces. Not a generator, since it may not be exhausted."""

    def __init__(self, items: AsyncIterable[Any], reading: _Reading) -> None:
        self._items: AsyncIterator[Any] | None = aiter(items)
        self._together = bytearray()
        self._reading = reading
        reading.begin()

    async def next(self) -> bytes:
        """Return the next piece, empty after the last."""
        while self._items is not None and len(self._together) < PIECE:
            try:
                self._together += self._reading.took(_checked(await anext(self._items)))
            except StopAsyncIteration:
                self._items = None
                self._reading.end()
        piece = bytes(self._together[:PIECE])
        del self._together[:PIECE]
        return piece


def _checked(piece: Any) -> bytes:
    if not isinstance(piece, (bytes, bytearray, memoryview)):
        raise InvalidInput(f"upload aborted: expected bytes, got {type(piece).__name__}")
    return bytes(piece)


def _needed(filename: str | None, why: str) -> str:
    if not filename:
        raise InvalidInput(f"{NOTHING}: {why}: pass filename=…")
    if not isinstance(filename, str) or not filename.isprintable() or "/" in filename or "\\" in filename:
        raise InvalidInput(f"{NOTHING}: {filename!r} is not a file name: pass another as filename=…")
    return filename


def media_type(filename: str) -> str:
    known = MEDIA_TYPES.get(PurePath(filename).suffix.lower())
    return known or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def may_be_stored(filename: str) -> str:
    """Return a note for an upload that may or may not have succeeded."""
    return (
        f"The file may have been stored: check `client.files.list(q={filename!r})` before uploading it again."
    )
