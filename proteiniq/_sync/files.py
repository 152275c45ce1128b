# Generated from proteiniq/_async/files.py by scripts/unasync.py. Edit that file instead.

"""The file library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from proteiniq_openapi.api.files import complete_upload, delete_file, get_file, list_files
from proteiniq_openapi.models import File as LowFile, UploadTicket
from proteiniq_openapi.types import UNSET

from .._inputs import requests
from .._inputs.arguments import (
    Span,
    as_documented,
    check_filters,
    check_flags,
    check_id,
    is_downgrade,
    is_token,
    is_url,
)
from .._inputs.callbacks import Callback
from .._responses import convert, schema
from .._responses.api_errors import MAY_HAVE_DRIFTED, origin_of
from .._responses.calls import Call
from .._responses.convert import given
from .._shown import showing
from .._transfer.multipart import (
    Content,
    Envelope,
    Fields,
    envelope,
    fields_of,
    signed_form,
    written,
)
from .._transfer.progress import OnProgress
from .._transfer.upload import Source, Uploadable, may_be_stored, opened
from .._wire.exchange import Outgoing
from .._wire.extra_headers import overridden
from .._wire.locations import location
from ..errors import APIError, ContractError, NotFound, Request, ServerError, TransportError
from ..models import DeletedFile, File
from .paging import Listing, Pager
from .pipeline import CONTRACT_REFUSALS, Pipeline

FORMATS = ("PDB", "FASTA", "SDF")
ORIGINS = ("UPLOAD", "JOB_OUTPUT", "JOB_INPUT", "IMPORT")
"""What the documentation names ("Files"); the service may know other formats."""


class Files:
    """`client.files`."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    def upload(
        self,
        source: Uploadable,
        *,
        filename: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
        collection_ids: Sequence[str] = (),
        on_progress: OnProgress | None = None,
        progress: bool = False,
    ) -> File:
        """Upload a path, a file open in binary mode, bytes, or an iterable of bytes (documentation, "Files").

        The source is streamed, an open file from its current position, and never held in memory. `filename` is the
        name in the library; it is required for bytes and iterables. `on_progress` is called with the number of bytes
        sent and the total, None if it is unknown; a retry starts from zero. `progress` shows them on stderr or in a
        notebook.

        An upload is retried only if nothing of it was sent, or if the service rejected it because of the rate limit and
        the source can be read again: the service can't distinguish a retry from a second file. Raises InvalidInput for
        a source that can't be read, PayloadTooLarge, APIError, TransportError.
        """
        route = requests.endpoint("upload_file")
        told = Callback("on_progress", on_progress)
        check_flags(progress=progress)
        with (
            opened(source, filename, awaited=Content.awaited) as opened_source,
            showing(progress, self._pipeline.clock) as live,
        ):
            if live is not None:
                told.show = live.transfer(f"uploading {opened_source.name}")
            asked = {"description": description or "", "tags": tags, "collection_ids": collection_ids}
            documented, required = (
                partial(check, "FileUpload") for check in (requests.is_documented, requests.is_required)
            )
            fields = fields_of(opened_source, asked, documented, required)
            in_steps = route.upload is not None and route.upload.style == "ticket"
            ticket = self._ticket(fields) if in_steps else None
            try:
                if ticket is not None:
                    return self._upload_with(ticket, opened_source, told)
                return self._upload(opened_source, fields, told)
            except (TransportError, ServerError, ContractError) as error:
                if not isinstance(error, TransportError) or error.sent:
                    error.add_note(may_be_stored(opened_source.name))
                raise

    def _upload(self, source: Source, fields: Fields, progress: Callback) -> File:
        route = requests.endpoint("upload_file")
        wrapping = envelope(route, source, fields)
        content = Content(source, wrapping, progress)
        outgoing = self._pipeline.outgoing(
            route.method,
            route.path,
            headers=content.headers(),
            params=wrapping.query or None,
            content=content,
            repeatable=source.repeatable,
        )
        request = Request(outgoing.method, route.path)
        body = self._sent(outgoing, request)
        return convert.file(LowFile.from_dict(schema.fit(body, "upload_file", request)))

    def _sent(self, outgoing: Outgoing, request: Request) -> Any:
        """Send a request of an upload to the service itself, and return the JSON of the response."""
        try:
            reply = self._pipeline.send(Call(outgoing=outgoing, operation="upload_file"))
        except APIError as error:
            if error.status in CONTRACT_REFUSALS:
                error.add_note(MAY_HAVE_DRIFTED)
            raise
        return schema.decode(reply.content, "upload_file", request)

    def _ticket(self, fields: Fields) -> UploadTicket:
        """Request a ticket, the first step of an upload in two steps."""
        route = requests.endpoint("upload_file")
        outgoing = self._pipeline.outgoing(route.method, route.path, json=written(route, fields))
        request = Request(outgoing.method, route.path)
        body = self._sent(outgoing, request)
        ticket = UploadTicket.from_dict(schema.fit_ticket(body, request))
        if not is_url(ticket.url) or not given(ticket.id):
            raise ContractError(
                f"upload_file: the response to {request} contains no URL to send the file to, or no file id",
                operation="upload_file",
                request=request,
            )
        if wrong := _unusable(ticket, self._pipeline.config.base_url):
            raise ContractError(
                f"upload_file: the response to {request} requires an upload that can't be sent: {wrong}",
                operation="upload_file",
                request=request,
            )
        return ticket

    def _upload_with(self, ticket: UploadTicket, source: Source, progress: Callback) -> File:
        """Send the file to the ticket's URL, without the key, and report the upload as complete."""
        form = given(ticket.fields)
        wrapping = signed_form(source, form.additional_properties) if form else Envelope(source.media_type)
        content = Content(source, wrapping, progress)
        wanted = given(ticket.headers)
        headers = {
            name: str(value) for name, value in (wanted.additional_properties if wanted else {}).items()
        }
        put = Outgoing(
            method=(given(ticket.method) or ("POST" if form else "PUT")).upper(),
            url=ticket.url,
            headers=overridden(content.headers(), headers),
            content=content,
            repeatable=source.repeatable,
            timeout=self._pipeline.config.timeout,
        )
        call = Call(outgoing=put, operation="upload_file", paced=False)
        with self._pipeline.open(call) as incoming:
            status, received = incoming.status, incoming.headers
        if status >= 300:
            raise _sent_elsewhere(put, status, received)
        file_id = str(ticket.id)
        made = self._complete(file_id)
        return made if made is not None else self.get(file_id)

    def _complete(self, file_id: str) -> File | None:
        if not requests.is_supported("complete_upload"):
            return None
        response = self._pipeline.call_any(complete_upload.prepared(file_id))
        return None if response is None else convert.file(response)

    def list(
        self,
        *,
        q: str | None = None,
        format: str | None = None,
        origin: str | None = None,
        collection_id: str | None = None,
        mine: bool | None = None,
        limit: int | None = None,
        page_size: int | None = None,
        max_items: int | None = None,
        starting_after: str | None = None,
    ) -> Pager[File]:
        """Iterate over the library's files (documentation, "Files").

        `page_size` is from 1 to 100 (`limit` is its older name), and `max_items` limits the items of all pages. To
        continue a list, pass the `next_cursor` of a page as `starting_after`.

        `format` is a format such as `PDB`, `FASTA` or `SDF`; `origin` is `UPLOAD`, `JOB_OUTPUT`, `JOB_INPUT` or
        `IMPORT`. Both may be in lower case. Raises InvalidInput, and on iteration APIError, TransportError.
        """
        span = Span.of(limit, page_size, max_items, starting_after)
        check_filters(format=format, origin=origin, collection_id=collection_id)
        if mine is not None:
            check_flags(mine=mine)
        if isinstance(format, str) and format.islower():
            format = format.upper()  # The documentation has formats in upper case only.
        prepare = partial(
            list_files.prepared,
            q=q or UNSET,
            format_=as_documented(format, FORMATS) or UNSET,
            origin=as_documented(origin, ORIGINS) or UNSET,
            collection_id=collection_id or UNSET,
            mine=UNSET if mine is None else bool(mine),
        )
        return Pager(Listing(self._pipeline, prepare, convert.file), span)

    def get(self, file_id: str | File) -> File:
        """Return a file's record; no route returns its bytes (documentation, "Files").

        Raises NotFound, APIError, TransportError.
        """
        prepared = get_file.prepared(check_id("file", file_id))
        return convert.file(self._pipeline.call(prepared))

    def delete(self, file_id: str | File) -> DeletedFile:
        """Delete a file. For a file made by a job, only the record is deleted (documentation, "Files").

        Raises NotFound, APIError, TransportError.
        """
        file_id = check_id("file", file_id)
        prepared = delete_file.prepared(file_id)
        try:
            response = self._pipeline.call_any(prepared)
        except NotFound as error:
            if error.attempts == 1:
                raise
            # The response to an earlier attempt was lost, and that attempt deleted the file.
            return DeletedFile(id=file_id, deleted=True)
        return convert.deleted_file(response, file_id)


def _unusable(ticket: UploadTicket, base_url: str) -> str | None:
    """Return why the request that a ticket requires can't be sent."""
    method, wanted = given(ticket.method) or "PUT", given(ticket.headers)
    if method.upper() not in ("PUT", "POST"):
        return f"its method is {method!r:.60}"
    if is_downgrade(base_url, ticket.url):
        return "its URL must start with https://, like the service's own"
    for name, value in (wanted.additional_properties if wanted else {}).items():
        if not is_token(name) or not (str(value).isascii() and str(value).isprintable()):
            return f"its header {name!r:.60} is not valid"
    return None


def _sent_elsewhere(put: Outgoing, status: int, headers: Mapping[str, str]) -> ContractError:
    """Return the error for storage that redirects an upload: nothing was stored there."""
    request = Request(put.method, urlsplit(put.url).path)
    target = origin_of(location(headers))
    where = f" to {target}" if target else ""
    return ContractError(
        f"upload_file: the response to {request} is {status}, a redirect{where}; a file is sent only to the URL that "
        "the service returned",
        operation="upload_file",
        status=status,
        request=request,
    )
