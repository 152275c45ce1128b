"""The body of an upload: the file inside of what the contract asks for, a form or JSON."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from ._upload import NOTHING, Source
from .errors import InvalidInput, ProteinIQError

if TYPE_CHECKING:
    from .contract import Endpoint

OnProgress = Callable[[int, int | None], object]
"""Is called with the bytes of the file that were sent so far, and all that there are, None where that is not known."""


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
        raise InvalidInput(f"{NOTHING}: the service takes no {', '.join(missing)} with an upload")
    for name, value in (("filename", source.name), ("mime_type", source.media_type)):
        if name in route.body:
            given[name] = value
    named = {route.body[name]: value for name, value in given.items()}
    if route.media_type == "multipart/form-data":
        return _form(route.body["file"], source, named)
    if route.media_type == "application/json":
        return _json(route.body["file"], named)
    raise ProteinIQError(
        f"{NOTHING}: this version can't upload as {route.media_type}, which the contract asks for"
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
    raise InvalidInput(f"{NOTHING}: a name, description or tag holds half a character (a lone surrogate)")


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
