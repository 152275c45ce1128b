"""Uploads: multipart forms whose file is written to disk piece by piece, whatever its size."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio.to_thread
import attrs
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from . import _requests
from ._errors import APIError, Issue, invalid

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks
    from starlette.requests import Request

    from ._blobs import Blobs, Draft, Writer

MAX_FIELD_BYTES = 64 * 1024
MAX_PARTS = 1000
_FLUSH_BYTES = 1 << 20
_FIELDS = ("description", "tags", "collection_ids")


@attrs.frozen
class Upload:
    """A complete form. Its file is still a draft."""

    filename: str
    draft: Draft
    description: str | None
    tags: tuple[str, ...]
    collection_ids: tuple[str, ...]


@attrs.define
class _Part:
    name: str = ""
    filename: str | None = None
    header: bytes = b""
    value: bytes = b""
    disposition: bytes = b""
    text: bytearray = attrs.field(factory=bytearray)


class _Form:
    """The form, built by the parser's callbacks. File data is buffered until `take` is called."""

    def __init__(self) -> None:
        self.fields: dict[str, list[str]] = {name: [] for name in _FIELDS}
        self.filename: str | None = None
        self.issues: list[Issue] = []
        self.ended = False
        self._parts = 0
        self._part = _Part()
        self._data: list[bytes] = []
        self._size = 0

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers,
            "on_part_data": self._part_data,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def take(self, least: int = 0) -> bytes:
        """Take the buffered file data, if there are at least `least` bytes."""
        if self._size < least:
            return b""
        data, self._data, self._size = b"".join(self._data), [], 0
        return data

    def _begin(self) -> None:
        self._part = _Part()
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise invalid([{"path": "body", "message": f"must have at most {MAX_PARTS} parts"}])

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._part.value += data[start:end]

    def _header_end(self) -> None:
        if self._part.header.lower() == b"content-disposition":
            self._part.disposition = self._part.value
        self._part.header = self._part.value = b""

    def _headers(self) -> None:
        part = self._part
        _, options = parse_options_header(part.disposition)
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if part.name not in ("file", *_FIELDS):
            known = ", ".join(("file", *_FIELDS))
            message = f"is not a part of an upload, whose parts are {known}"
            self.issues.append({"path": part.name or "body", "message": message})
        elif part.name == "file":
            filename = _basename(options.get(b"filename", b"").decode("utf-8", "replace"))
            if self.filename is not None:
                self.issues.append({"path": "file", "message": "is given twice: send one file"})
            elif not filename:
                self.issues.append({"path": "file", "message": "must have a file name"})
            else:
                self.filename = part.filename = filename

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.filename is not None:
            self._data.append(data[start:end])
            self._size += end - start
        elif part.name in _FIELDS:
            part.text += data[start:end]
            if len(part.text) > MAX_FIELD_BYTES:
                message = f"must have at most {MAX_FIELD_BYTES} bytes"
                raise invalid([{"path": part.name, "message": message}])

    def _end(self) -> None:
        if self._part.name not in _FIELDS:
            return
        try:
            self.fields[self._part.name].append(self._part.text.decode("utf-8"))
        except UnicodeDecodeError:
            self.issues.append({"path": self._part.name, "message": "must be UTF-8"})

    def _finish(self) -> None:
        self.ended = True


async def read(request: Request, blobs: Blobs, limit: int) -> Upload:
    """Read the form. On any error, nothing of it stays on disk."""
    form = _Form()
    parser = _parser(request, form.callbacks())
    writer = blobs.writer()
    try:
        async for piece in _requests.stream(request, limit):
            _feed(parser.write, piece)
            if data := form.take(_FLUSH_BYTES):
                await anyio.to_thread.run_sync(writer.write, data)
        _feed(parser.finalize)
        return await anyio.to_thread.run_sync(_complete, form, writer)
    except BaseException:
        writer.discard()
        raise


def _parser(request: Request, callbacks: MultipartCallbacks) -> MultipartParser:
    _, options = parse_options_header(request.headers["content-type"])
    boundary = options.get(b"boundary", b"")
    if not boundary:
        message = "must contain the boundary of the multipart form"
        raise invalid([{"path": "header.Content-Type", "message": message}])
    try:
        return MultipartParser(boundary, callbacks)
    except FormParserError as error:
        raise invalid([{"path": "header.Content-Type", "message": str(error)}]) from None


def _feed(step: Callable[..., object], *arguments: bytes) -> None:
    try:
        step(*arguments)
    except FormParserError as error:
        raise _broken(str(error)) from None


def _complete(form: _Form, writer: Writer) -> Upload:
    if not form.ended:
        raise _broken("it ends before its last boundary")
    if form.filename is None and not any(issue["path"] == "file" for issue in form.issues):
        form.issues.append({"path": "file", "message": "is required"})
    if len(form.fields["description"]) > 1:
        form.issues.append({"path": "description", "message": "is given twice"})
    if form.issues or form.filename is None:
        raise invalid(form.issues)
    writer.write(form.take())
    return Upload(
        filename=form.filename,
        draft=writer.finish(),
        description=next(iter(form.fields["description"]), None),
        tags=tuple(form.fields["tags"]),
        collection_ids=tuple(form.fields["collection_ids"]),
    )


def _broken(why: str) -> APIError:
    return invalid([{"path": "body", "message": f"is not a valid multipart form: {why}"}])


def _basename(filename: str) -> str:
    """The last part of a POSIX or Windows path, without control characters."""
    # Browsers and httpx escape these three characters like this (HTML, multipart form data).
    for escaped, character in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        filename = filename.replace(escaped, character)
    name = re.split(r"[/\\]", filename)[-1]
    name = "".join(c for c in name if c.isprintable()).strip()
    return "" if name in (".", "..") else name[:255]
