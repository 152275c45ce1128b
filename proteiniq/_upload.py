"""What is uploaded: a name, a media type, and bytes that are read while they are sent."""

from __future__ import annotations

import base64
import io
import json
import mimetypes
import os
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any

import attrs

from .errors import InvalidInput, ProteinIQError

if TYPE_CHECKING:
    from .contract import Endpoint

OnProgress = Callable[[int, int | None], object]
"""Is called with the bytes of the file that were sent so far, and all that there are, None where that is not known."""

Uploadable = str | os.PathLike[str] | bytes | IO[bytes] | Iterable[bytes]
"""What the sync client uploads: a path, bytes, a file open for reading bytes, or the bytes one after the other."""

AsyncUploadable = Uploadable | AsyncIterable[bytes]

PIECE = 3 << 18
"""What is read and sent at once, bytes: large enough that each costs little, and a multiple of 3 for base64."""

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
"""Media types of the field, which the standard library doesn't know or has otherwise."""

_NOTHING = "nothing was uploaded"


@attrs.frozen
class Source:
    """What is uploaded. `pieces` begins at the start each time; of a source that is not `repeatable` only once.

    `total` is the length in bytes, None where it is not known; `awaited` says that the pieces come asynchronously.
    """

    name: str
    media_type: str
    pieces: Callable[[], Any] = attrs.field(repr=False)
    total: int | None
    repeatable: bool
    awaited: bool = False


@contextmanager
def opened(source: Any, filename: str | None, *, awaited: bool = False) -> Iterator[Source]:
    """The source that `source` is; what was opened here is closed here. `awaited` allows asynchronous iterables.

    Raises InvalidInput when it can't be read, saying what to pass instead.
    """
    if isinstance(source, (str, os.PathLike)):
        path = Path(source)
        try:
            stream = path.open("rb", buffering=0)
        except (OSError, ValueError) as error:
            hint = " To upload text, pass its bytes." if isinstance(source, str) else ""
            why = getattr(error, "strerror", None) or error
            raise InvalidInput(f"{_NOTHING}: {str(source)[:200]!r} can't be read: {why}.{hint}") from None
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
            raise InvalidInput(f"{_NOTHING}: an asynchronous iterable needs the async client")
        name = filename
        if hasattr(source, "read"):
            _check_open(source)
            name = filename or _name_of(source)
        yield _of_async_iterable(source, _needed(name, "what is to be read has no name"))
    elif isinstance(source, Iterable) and not isinstance(source, Mapping):
        yield _of_iterable(source, _needed(filename, "an iterable has no name"))
    else:
        raise InvalidInput(
            f"{_NOTHING}: {type(source).__name__} is no path, bytes, open file or iterable of bytes"
        )


def _check_open(source: Any) -> None:
    """Raise InvalidInput for a file that gives no bytes."""
    # Wrappers of text files, as those of `tempfile`, are no TextIOBase, but hand its `encoding` through.
    if isinstance(source, io.TextIOBase) or isinstance(getattr(source, "encoding", None), str):
        raise InvalidInput(f"{_NOTHING}: the file is open as text, open it with mode 'rb'")
    if getattr(source, "closed", False) is True:
        raise InvalidInput(f"{_NOTHING}: the file is closed")
    readable = getattr(source, "readable", None)
    if callable(readable) and readable() is False:
        raise InvalidInput(f"{_NOTHING}: the file is not open for reading, open it with mode 'rb'")


def _name_of(source: Any) -> str:
    """The name of an open file; empty for one that has a number (`tempfile.TemporaryFile`) or a title (`<stdin>`)."""
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
    """An open file, from where it stands to its end as it is now."""
    seekable = callable(getattr(stream, "seekable", None)) and stream.seekable()
    start, total = 0, None
    if seekable:
        start = stream.tell()
        end = stream.seek(0, os.SEEK_END)
        stream.seek(start)
        total = max(0, end - start)
        if start and not total:
            raise InvalidInput(f"{_NOTHING}: the open file stands at its end; call seek(0) before")

    def pieces() -> Iterator[bytes]:
        if seekable:
            stream.seek(start)
        left = total
        while left is None or left > 0:
            piece = _checked(stream.read(PIECE if left is None else min(PIECE, left)))
            if not piece:
                break
            left = None if left is None else left - len(piece)
            yield piece
        if left:
            raise InvalidInput(
                f"the upload was broken off: {name!r} is {left} bytes shorter than at its beginning"
            )

    return Source(name, media_type(name), pieces, total=total, repeatable=seekable)


class _Reading:
    """Watches an iterable that is read again: one that is used up gives less, or not from its beginning."""

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
            "the upload was broken off: it had to be sent again, and the iterable gave something else than before. "
            "Pass a path, a file or bytes, or an iterable that begins anew each time"
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
    # An asynchronous file is an iterable of its lines, and goes on where it stands.
    once = isinstance(items, AsyncIterator) or hasattr(items, "read")
    pieces = partial(_Gathered, items, _Reading())
    return Source(name, media_type(name), pieces, total=None, repeatable=not once, awaited=True)


class _Gathered:
    """The items of an asynchronous iterable, put together to pieces. No generator: it may be left in the middle."""

    def __init__(self, items: AsyncIterable[Any], reading: _Reading) -> None:
        self._items: AsyncIterator[Any] | None = aiter(items)
        self._together = bytearray()
        self._reading = reading
        reading.begin()

    async def next(self) -> bytes:
        """The next piece; empty after the last."""
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
        raise InvalidInput(f"the upload was broken off: expected bytes to send, not {type(piece).__name__}")
    return bytes(piece)


def _needed(filename: str | None, why: str) -> str:
    if not filename:
        raise InvalidInput(f"{_NOTHING}: {why}, pass filename=…")
    if not isinstance(filename, str) or not filename.isprintable() or "/" in filename or "\\" in filename:
        raise InvalidInput(f"{_NOTHING}: {filename!r} is no file name, pass another as filename=…")
    return filename


def media_type(filename: str) -> str:
    known = MEDIA_TYPES.get(PurePath(filename).suffix.lower())
    return known or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def may_be_stored(filename: str) -> str:
    """What to tell of an upload of which nobody knows whether the service has it."""
    return f"The file may have been stored: look with `client.files.list(q={filename!r})` before you upload it again."


# ---- the body of the request


@attrs.frozen
class Envelope:
    """What stands around the file in the body, and how the file's own bytes are written there."""

    content_type: str
    head: bytes = attrs.field(repr=False)
    tail: bytes = attrs.field(repr=False)
    base64: bool = False

    def length(self, total: int | None) -> int | None:
        """The body's length, bytes, for a file of `total`."""
        if total is None:
            return None
        return len(self.head) + (4 * -(-total // 3) if self.base64 else total) + len(self.tail)


def envelope(route: Endpoint, source: Source, fields: Mapping[str, str | Sequence[str]]) -> Envelope:
    """The envelope that the contract asks for: a form with a part for the file, or JSON that holds it in base64.

    `fields` go with it; those that are empty are left out. Raises InvalidInput for one that the contract has not.
    """
    given = {name: value for name, value in fields.items() if value}
    missing = sorted(set(given) - set(route.body))
    if missing:
        raise InvalidInput(f"{_NOTHING}: the service takes no {', '.join(missing)} with an upload")
    for name, value in (("filename", source.name), ("mime_type", source.media_type)):
        if name in route.body:
            given[name] = value
    named = {route.body[name]: value for name, value in given.items()}
    if route.media_type == "multipart/form-data":
        return _form(route.body["file"], source, named)
    if route.media_type == "application/json":
        return _json(route.body["file"], named)
    raise ProteinIQError(
        f"{_NOTHING}: this version can't upload as {route.media_type}, which the contract asks for"
    )


def _form(part: str, source: Source, fields: Mapping[str, str | Sequence[str]]) -> Envelope:
    # No file can hold a boundary that is drawn after the file was made.
    boundary = secrets.token_hex(16)
    head = []
    for name, value in fields.items():
        for each in (value,) if isinstance(value, str) else value:
            head.append(
                f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{each}\r\n'
            )
    head.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(part)}"; filename="{_quoted(source.name)}"'
        f"\r\nContent-Type: {source.media_type}\r\n\r\n"
    )
    return Envelope(
        f"multipart/form-data; boundary={boundary}",
        _encoded("".join(head)),
        f"\r\n--{boundary}--\r\n".encode(),
    )


def _json(part: str, fields: Mapping[str, str | Sequence[str]]) -> Envelope:
    rest = "".join(f"{json.dumps(name)}: {json.dumps(value)}, " for name, value in fields.items())
    return Envelope("application/json", _encoded(f'{{{rest}{json.dumps(part)}: "'), b'"}', base64=True)


def _quoted(name: str) -> str:
    """As browsers write a name in a form (HTML, multipart form data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise InvalidInput(f"{_NOTHING}: a name, description or tag holds half a character (a lone surrogate)")


class _Content:
    """The body, piece by piece; sent again, it is made again from the start."""

    def __init__(self, source: Source, envelope: Envelope, on_progress: OnProgress | None) -> None:
        self._source = source
        self._envelope = envelope
        self._on_progress = on_progress
        self._rest = b""
        self._sent = 0

    def headers(self) -> dict[str, str]:
        length = self._envelope.length(self._source.total)
        headers = {"Content-Type": self._envelope.content_type}
        return headers if length is None else {**headers, "Content-Length": str(length)}

    def _written(self, piece: bytes) -> bytes:
        """A piece of the file as it stands in the body; base64 keeps what doesn't fill three bytes for the next."""
        if not self._envelope.base64:
            return piece
        piece = self._rest + piece
        whole = len(piece) - len(piece) % 3
        self._rest = piece[whole:]
        return base64.b64encode(piece[:whole])

    def _end(self) -> bytes:
        rest, self._rest = self._rest, b""
        return base64.b64encode(rest) + self._envelope.tail

    def _begin(self) -> bytes:
        self._rest, self._sent = b"", 0
        self._tell(0)
        return self._envelope.head

    def _tell(self, more: int) -> None:
        self._sent += more
        if self._on_progress is not None:
            self._on_progress(self._sent, self._source.total)


class Content(_Content):
    """The body for the sync client."""

    awaited = False

    def __iter__(self) -> Iterator[bytes]:
        yield self._begin()
        for piece in self._source.pieces():
            yield self._written(piece)
            self._tell(len(piece))
        yield self._end()


class AsyncContent(_Content):
    """The body for the async client. Files are read in a thread: a disk may be slow.

    It is its own iterator, since a generator that is left in the middle would wait for the garbage collector.
    """

    awaited = True

    _pieces: Any = None
    _last: bytes | None = None

    def __aiter__(self) -> AsyncContent:
        self._pieces = self._last = None
        return self

    async def __anext__(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._source.pieces()
            return self._begin()
        if self._last == b"":
            raise StopAsyncIteration
        if self._last:
            self._tell(len(self._last))
        self._last = await self._next()
        return self._written(self._last) if self._last else self._end()

    async def _next(self) -> bytes:
        if self._source.awaited:
            piece: bytes = await self._pieces.next()
            return piece
        from anyio.to_thread import run_sync

        return await run_sync(next, self._pieces, b"")
