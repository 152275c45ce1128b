"""The file library."""

from __future__ import annotations

from collections.abc import Sequence

from proteiniq_openapi.api.files import delete_file, get_file, list_files
from proteiniq_openapi.models import File as LowFile
from proteiniq_openapi.types import UNSET

from .. import _convert, _reading
from .._arguments import check_id, check_limit
from .._upload import AsyncUploadable, may_be_stored, opened
from .._upload_body import AsyncContent, OnProgress, envelope
from ..contract import operation
from ..errors import ContractError, NotFound, Request, ServerError, TransportError
from ..models import DeletedFile, File
from .paging import AsyncPager, Page
from .pipeline import AsyncPipeline, Call


class AsyncFiles:
    """`client.files`."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self._pipeline = pipeline

    async def upload(
        self,
        source: AsyncUploadable,
        *,
        filename: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
        collection_ids: Sequence[str] = (),
        on_progress: OnProgress | None = None,
    ) -> File:
        """Store a file (documentation, "Files"): a path, a file open for reading bytes, bytes, or an iterable of bytes.

        All are streamed, an open file from where it stands; none is held in memory. `filename` is the name in the
        library; bytes and iterables need one. `on_progress` is called with the bytes that were sent and all that there
        are, None where that is not known, and starts again when the upload is sent again.

        An upload is sent again only when nothing of it was sent, or when the service refused it for coming too soon
        and the source can be read again: the service has no way to tell a repeat from a second file. Raises
        InvalidInput for a source that can't be read, PayloadTooLarge, APIError, TransportError.
        """
        route = operation("upload_file")
        with opened(source, filename, awaited=AsyncContent.awaited) as opened_source:
            fields = {"description": description or "", "tags": tags, "collection_ids": collection_ids}
            wrapping = envelope(route, opened_source, fields)
            content = AsyncContent(opened_source, wrapping, on_progress)
            outgoing = self._pipeline.outgoing(
                route.method,
                route.path,
                headers=content.headers(),
                content=content,
                repeatable=opened_source.repeatable,
            )
            try:
                reply = await self._pipeline.send(Call(operation="upload_file"), outgoing)
            except (TransportError, ServerError) as error:
                if not isinstance(error, TransportError) or error.sent:
                    error.add_note(may_be_stored(opened_source.name))
                raise
        request = Request(outgoing.method, route.path)
        try:
            body = _reading.decode(reply.content, "upload_file", request)
            return _convert.file(LowFile.from_dict(_reading.fit(body, "upload_file", request)), body)
        except ContractError as error:
            error.add_note(may_be_stored(opened_source.name))
            raise

    def list(
        self,
        *,
        q: str | None = None,
        format: str | None = None,
        origin: str | None = None,
        collection_id: str | None = None,
        mine: bool | None = None,
        limit: int | None = None,
    ) -> AsyncPager[File]:
        """The library's files, page after page; `limit` is the size of a page, 1 to 100 (documentation, "Files").

        `format` is upper case (`PDB`, `FASTA`, `SDF`); `origin` is `UPLOAD`, `JOB_OUTPUT`, `JOB_INPUT` or `IMPORT`.
        Raises InvalidInput for another limit, and on iteration APIError, TransportError.
        """
        check_limit(limit)

        async def fetch(cursor: str | None) -> Page[File]:
            channel = self._pipeline.channel("list_files")
            answer = channel.answer(
                await list_files.asyncio(
                    client=channel.client,
                    q=q or UNSET,
                    format_=format or UNSET,
                    origin=origin or UNSET,
                    collection_id=collection_id or UNSET,
                    mine=UNSET if mine is None else mine,
                    limit=limit or UNSET,
                    starting_after=cursor or UNSET,
                )
            )
            items = _convert.items(answer, channel.body, _convert.file)
            return Page(items, _convert.next_cursor(answer, "list_files"))

        return AsyncPager("list_files", fetch)

    async def get(self, file_id: str) -> File:
        """A file's record; no route gives its bytes (documentation, "Files").

        Raises NotFound, APIError, TransportError.
        """
        channel = self._pipeline.channel("get_file")
        answer = await get_file.asyncio(check_id("file", file_id), client=channel.client)
        return _convert.file(channel.answer(answer), channel.body)

    async def delete(self, file_id: str) -> DeletedFile:
        """Delete a file. Of one that a job made only the record goes (documentation, "Files").

        Raises NotFound, APIError, TransportError.
        """
        channel = self._pipeline.channel("delete_file")
        try:
            answer = await delete_file.asyncio(check_id("file", file_id), client=channel.client)
        except NotFound as error:
            if error.attempts == 1:
                raise
            # The answer to an earlier attempt was lost; the file was there then and is gone now.
            return DeletedFile(id=file_id, deleted=True)
        return _convert.deleted_file(channel.answer(answer), channel.body, file_id)
