"""Encode an upload as the contract requires: as a form, as JSON or as the file alone."""

from __future__ import annotations

import base64
import codecs
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from .._inputs.callbacks import AsyncCallback, Callback
from ..contract import Endpoint, Upload, write
from ..errors import InvalidInput, UnsupportedOperation
from .upload import NOTHING, Source

UNKNOWN = "application/octet-stream"

Fields = Mapping[str, str | int | Sequence[str]]
"""The fields sent with a file, under their names in this client."""


@attrs.frozen
class Envelope:
    """What surrounds the file in the body, and how the file's bytes are encoded there.

    `encoding` is `base64`, `text` (a JSON string) or None for the plain bytes.
    """

    content_type: str
    head: bytes = attrs.field(default=b"", repr=False)
    tail: bytes = attrs.field(default=b"", repr=False)
    encoding: str | None = None
    query: Mapping[str, Any] = attrs.field(factory=dict)

    def length(self, total: int | None) -> int | None:
        """Return the body's length in bytes for a file of `total` bytes, None if it isn't known in advance."""
        if total is None or self.encoding == "text":
            return None
        size = 4 * -(-total // 3) if self.encoding == "base64" else total
        return len(self.head) + size + len(self.tail)


def fields_of(
    source: Source,
    requested: Fields,
    is_documented: Callable[[str], bool],
    is_required: Callable[[str], bool],
) -> Fields:
    """Return the fields sent with a file: the requested ones, and those of the file in the contract.

    Raises InvalidInput for a field that the contract lacks, or that it requires and is unknown.
    """
    given: dict[str, str | int | Sequence[str]] = {name: value for name, value in requested.items() if value}
    for name, value in given.items():
        if not isinstance(value, (str, int)):
            given[name] = items = list(value)
            if not all(isinstance(each, str) for each in items):
                raise InvalidInput(f"{NOTHING}: {name} must be a list of strings, got {value!r:.60}")
    missing = sorted(name for name in given if not is_documented(name))
    if missing:
        raise InvalidInput(f"{NOTHING}: the service doesn't accept {', '.join(missing)} with an upload")
    known = {"filename": source.name, "mime_type": source.media_type, "size_bytes": source.total}
    if source.total is None and is_required("size_bytes"):
        raise InvalidInput(
            f"{NOTHING}: the service requires the file's size in advance: pass a path, a seekable file, or bytes"
        )
    return given | {name: value for name, value in known.items() if value is not None and is_documented(name)}


def written(route: Endpoint, fields: Fields) -> dict[str, Any]:
    """Return the fields as the contract spells them. Raises InvalidInput for one that can't be written."""
    try:
        body: dict[str, Any] = write(route.body, dict(fields))
    except ValueError as error:
        raise InvalidInput(f"{NOTHING}: {error}") from None
    return body


def envelope(route: Endpoint, source: Source, fields: Fields) -> Envelope:
    """Return the envelope that the contract requires. Raises UnsupportedOperation if it doesn't describe one."""
    upload: Upload | None = route.upload
    style = upload.style if upload is not None else None
    if upload is None or style not in ("form", "json", "raw") or upload.encoding == "unknown":
        raise UnsupportedOperation(
            f"{NOTHING}: the service's contract doesn't describe how a file is sent; a maintainer can specify it in "
            "openapi/bindings.toml",
            operation="upload_file",
        )
    boundary = secrets.token_hex(16)  # random, so that no existing file contains it
    body = written(route, {**fields, "file": boundary} if style == "json" else fields)
    if style == "raw":
        return Envelope(_media_type(source, upload.media), query={**route.constant_query, **_in_query(body)})
    if style == "form":
        made = _form(str(upload.file[0]), source, body, boundary)
    else:
        made = _json(body, boundary, upload.encoding)
    return attrs.evolve(made, query=route.constant_query)


def _in_query(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields sent in the query, where an object is written as JSON."""
    return {name: json.dumps(each) if isinstance(each, Mapping) else each for name, each in body.items()}


def signed_form(source: Source, fields: Mapping[str, Any]) -> Envelope:
    """Return the form of a signed upload: the fields as they were signed, then the file, as S3 requires."""
    return _form("file", source, fields, secrets.token_hex(16))


def _media_type(source: Source, taken: Sequence[str]) -> str:
    """Return the media type of a body that is the file alone: the file's own if the contract accepts it."""
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
    """Return JSON with the file in place of `mark`."""
    head, _, tail = json.dumps(body).partition(mark)
    return Envelope("application/json", _encoded(head), _encoded(tail), encoding)


def _quoted(name: str) -> str:
    """Escape a name as browsers do in a form (HTML, multipart form data)."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"{NOTHING}: a name, description or tag contains a lone surrogate") from None


class _Content:
    """The body, piece by piece. A retry creates it again from the start."""

    def __init__(self, source: Source, envelope: Envelope) -> None:
        self._source = source
        self._envelope = envelope
        self._rest = b""
        self._sent = 0
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def headers(self) -> dict[str, str]:
        length = self._envelope.length(self._source.total)
        headers = {"Content-Type": self._envelope.content_type}
        return headers if length is None else {**headers, "Content-Length": str(length)}

    def _written(self, piece: bytes) -> bytes:
        """Return a piece of the file as encoded in the body; an incomplete group is kept for the next piece."""
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
            f"upload aborted: the service accepts UTF-8 text only, and {self._source.name!r} is not UTF-8"
        )

    def _end(self) -> bytes:
        rest, self._rest = self._rest, b""
        if self._envelope.encoding == "text":
            return self._as_text(b"", last=True) + self._envelope.tail
        return base64.b64encode(rest) + self._envelope.tail

    def _begin(self) -> bytes:
        self._rest, self._sent = b"", 0
        self._decoder.reset()
        return self._envelope.head


class Content(_Content):
    """The body for the sync client."""

    awaited = False

    def __init__(self, source: Source, envelope: Envelope, progress: Callback) -> None:
        super().__init__(source, envelope)
        self._progress = progress

    def __iter__(self) -> Iterator[bytes]:
        head = self._begin()
        self._report(0)
        yield head
        for piece in self._source.pieces():
            yield self._written(piece)
            self._report(len(piece))
        yield self._end()

    def _report(self, more: int) -> None:
        self._sent += more
        self._progress(self._sent, self._source.total)


class AsyncContent(_Content):
    """The body for the async client. Files are read in a thread, since a disk may be slow.

    It is its own iterator, since an unfinished generator would be closed only by the garbage collector.
    """

    awaited = True

    _pieces: Any = None
    _last: bytes | None = None

    def __init__(self, source: Source, envelope: Envelope, progress: AsyncCallback) -> None:
        super().__init__(source, envelope)
        self._progress = progress

    def __aiter__(self) -> AsyncContent:
        self._pieces = self._last = None
        return self

    async def __anext__(self) -> bytes:
        if self._pieces is None:
            self._pieces = self._source.pieces()
            head = self._begin()
            await self._report(0)
            return head
        if self._last == b"":
            raise StopAsyncIteration
        if self._last:
            await self._report(len(self._last))
        self._last = await self._next()
        return self._written(self._last) if self._last else self._end()

    async def _report(self, more: int) -> None:
        self._sent += more
        await self._progress(self._sent, self._source.total)

    async def _next(self) -> bytes:
        if self._source.awaited:
            piece: bytes = await self._pieces.next()
            return piece
        from anyio.to_thread import run_sync

        return await run_sync(next, self._pieces, b"")
