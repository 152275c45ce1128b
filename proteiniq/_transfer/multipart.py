"""The body of an upload: the file inside of what the contract asks for, a form, JSON or nothing else."""

from __future__ import annotations

import base64
import codecs
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from ..errors import InvalidInput, UnsupportedOperation
from .progress import OnProgress
from .upload import NOTHING, Source

if TYPE_CHECKING:
    from ..contract import Endpoint, Upload

UNKNOWN = "application/octet-stream"

Fields = Mapping[str, str | int | Sequence[str]]
"""What goes with a file, under our names."""


@attrs.frozen
class Envelope:
    """What stands around the file in the body, and how the file's own bytes are written there.

    `encoding` is `base64`, `text` (as a JSON string) or None for the bytes as they are.
    """

    content_type: str
    head: bytes = attrs.field(default=b"", repr=False)
    tail: bytes = attrs.field(default=b"", repr=False)
    encoding: str | None = None
    query: Mapping[str, Any] = attrs.field(factory=dict)

    def length(self, total: int | None) -> int | None:
        """The body's length, bytes, for a file of `total`; None where it isn't known before it is written."""
        if total is None or self.encoding == "text":
            return None
        size = 4 * -(-total // 3) if self.encoding == "base64" else total
        return len(self.head) + size + len(self.tail)


def fields_of(
    source: Source,
    asked: Fields,
    is_documented: Callable[[str], bool],
    is_required: Callable[[str], bool],
) -> Fields:
    """What goes with a file: what was asked for, and what the contract wants to know of each.

    Raises InvalidInput for something that the contract lacks, or requires and nobody knows.
    """
    given: dict[str, str | int | Sequence[str]] = {name: value for name, value in asked.items() if value}
    for name, value in given.items():
        if not isinstance(value, (str, int)):
            given[name] = items = list(value)
            if not all(isinstance(each, str) for each in items):
                raise InvalidInput(f"{NOTHING}: {name} is {value!r:.60}: give a list of texts")
    missing = sorted(name for name in given if not is_documented(name))
    if missing:
        raise InvalidInput(f"{NOTHING}: the service takes no {', '.join(missing)} with an upload")
    known = {"filename": source.name, "mime_type": source.media_type, "size_bytes": source.total}
    if source.total is None and is_required("size_bytes"):
        raise InvalidInput(
            f"{NOTHING}: the service asks for the size of a file beforehand. Pass a path, an open file that can seek, "
            "or bytes"
        )
    return given | {name: value for name, value in known.items() if value is not None and is_documented(name)}


def written(route: Endpoint, fields: Fields) -> dict[str, Any]:
    """The fields as the contract spells them. Raises InvalidInput for one that can't be written so."""
    from ..contract import write

    try:
        body: dict[str, Any] = write(route.body, dict(fields))
    except ValueError as error:
        raise InvalidInput(f"{NOTHING}: {error}") from None
    return body


def envelope(route: Endpoint, source: Source, fields: Fields) -> Envelope:
    """The envelope that the contract asks for. Raises UnsupportedOperation where it doesn't say how a file is sent."""
    upload: Upload | None = route.upload
    style = upload.style if upload is not None else None
    if upload is None or style not in ("form", "json", "raw") or upload.encoding == "unknown":
        raise UnsupportedOperation(
            f"{NOTHING}: the service's contract doesn't say how a file is sent; openapi/bindings.toml is where a "
            "maintainer can say it",
            operation="upload_file",
        )
    boundary = secrets.token_hex(16)  # No file can hold a boundary that is drawn after the file was made.
    body = written(route, {**fields, "file": boundary} if style == "json" else fields)
    if style == "raw":
        return Envelope(_media_type(source, upload.media), query={**route.constant_query, **_in_query(body)})
    if style == "form":
        made = _form(str(upload.file[0]), source, body, boundary)
    else:
        made = _json(body, boundary, upload.encoding)
    return attrs.evolve(made, query=route.constant_query)


def _in_query(body: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with a file in the query, where an object is JSON."""
    return {name: json.dumps(each) if isinstance(each, Mapping) else each for name, each in body.items()}


def signed_form(source: Source, fields: Mapping[str, Any]) -> Envelope:
    """The form that a signed upload takes: the fields as they were signed, and the file last, as S3 wants it."""
    return _form("file", source, fields, secrets.token_hex(16))


def _media_type(source: Source, taken: Sequence[str]) -> str:
    """The media type of a body that is the file alone: the file's own, where the contract takes it."""
    if not taken or source.media_type in taken:
        return source.media_type
    return UNKNOWN if UNKNOWN in taken else taken[0]


def _form(part: str, source: Source, fields: Mapping[str, Any], boundary: str) -> Envelope:
    head = []
    for name, value in fields.items():
        for each in value if isinstance(value, (list, tuple)) else (value,):
            text = json.dumps(each) if isinstance(each, Mapping) else str(each)
            head.append(
                f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{text}\r\n'
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


def _json(body: Mapping[str, Any], mark: str, encoding: str | None) -> Envelope:
    """JSON with the file in the place of `mark`."""
    head, _, tail = json.dumps(body).partition(mark)
    return Envelope("application/json", _encoded(head), _encoded(tail), encoding)


def _quoted(name: str) -> str:
    """As browsers write a name in a form (HTML, multipart form data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(
            f"{NOTHING}: a name, description or tag holds half a character (a lone surrogate)"
        ) from None


class _Content:
    """The body, piece by piece; sent again, it is made again from the start."""

    def __init__(self, source: Source, envelope: Envelope, on_progress: OnProgress | None) -> None:
        self._source = source
        self._envelope = envelope
        self._on_progress = on_progress
        self._rest = b""
        self._sent = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def headers(self) -> dict[str, str]:
        length = self._envelope.length(self._source.total)
        headers = {"Content-Type": self._envelope.content_type}
        return headers if length is None else {**headers, "Content-Length": str(length)}

    def _written(self, piece: bytes) -> bytes:
        """A piece of the file as it stands in the body; what isn't whole yet is kept for the next."""
        if self._envelope.encoding == "text":
            return self._as_text(piece)
        if self._envelope.encoding is None:
            return piece
        piece = self._rest + piece
        whole = len(piece) - len(piece) % 3
        self._rest = piece[whole:]
        return base64.b64encode(piece[:whole])

    def _as_text(self, piece: bytes, *, last: bool = False) -> bytes:
        try:
            return json.dumps(self._decoder.decode(piece, last))[1:-1].encode()
        except UnicodeDecodeError:
            pass
        raise InvalidInput(
            f"the upload was broken off: the service takes text only, and {self._source.name!r} is not"
        )

    def _end(self) -> bytes:
        rest, self._rest = self._rest, b""
        if self._envelope.encoding == "text":
            return self._as_text(b"", last=True) + self._envelope.tail
        return base64.b64encode(rest) + self._envelope.tail

    def _begin(self) -> bytes:
        self._rest, self._sent = b"", 0
        self._decoder.reset()
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
