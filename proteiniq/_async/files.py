"""The file library."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import IO

from proteiniq_openapi.api.files import delete_file, get_file, list_files
from proteiniq_openapi.models import File as LowFile
from proteiniq_openapi.types import UNSET

from .. import _convert, _reading
from .._arguments import check_id, check_limit
from .._upload import opened
from ..contract import operation
from ..errors import NotFound, Request
from ..models import DeletedFile, File
from .paging import AsyncPager, Page
from .pipeline import AsyncPipeline, Call


class AsyncFiles:
    """`client.files`."""

    def __init__(self, pipeline: AsyncPipeline) -> None:
        self._pipeline = pipeline

    async def upload(
        self,
        source: str | os.PathLike[str] | bytes | IO[bytes],
        *,
        filename: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
        collection_ids: Sequence[str] = (),
    ) -> File:
        """Store a file: a path, bytes, or a file open for reading bytes (documentation, "Files").

        A path and an open file are streamed. `filename` is the name in the library; bytes need one. An upload is sent
        once: the service has no way to tell a repeat from a second file. Raises InvalidInput for a source that
        can't be read, PayloadTooLarge, APIError, TransportError.
        """
        route = operation("upload_file")
        with opened(source, filename) as (name, stream, media_type):
            form = {"description": description, "tags": list(tags), "collection_ids": list(collection_ids)}
            outgoing = self._pipeline.outgoing(
                route.method,
                route.path,
                files={"file": (name, stream, media_type)},
                form={key: value for key, value in form.items() if value},
                repeatable=False,
            )
            reply = await self._pipeline.send(Call(operation="upload_file"), outgoing)
        request = Request(outgoing.method, route.path)
        body = _reading.decode(reply.content, "upload_file", request)
        return _convert.file(LowFile.from_dict(_reading.fit(body, "upload_file", request)), body)

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
