"""The storage behind signed URLs, which serves the files of results. It is not part of the contract."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ._blobs import Blobs
from ._errors import APIError, invalid, not_found
from ._signing import Signer
from ._store import Store

PREFIX = "/storage/"
_PIECE = 1 << 18


def respond(request: Request, store: Store, blobs: Blobs, signer: Signer, now: float) -> Response:
    """The response with a file, or the part of it that `Range` selects."""
    if "authorization" in request.headers:
        # Signed storage accepts one kind of authorization, and must never see an API key.
        message = "must not be sent to a signed URL: it carries its own authorization"
        raise invalid([{"path": "header.Authorization", "message": message}])
    path: str = request.scope["path"]
    query = request.query_params
    signer.check(path, query.get("expires", ""), query.get("signature", ""), now)
    # Signed paths have this form: /storage/outputs/JOB/NAME. The name of a recorded file may have a slash.
    job_id, name = path.split("/", 4)[3:]
    artifact = store.artifact(job_id, name)
    if artifact is None:
        raise not_found("file")
    content = blobs.path(artifact.sha256)
    size = content.stat().st_size
    etag = f'"{artifact.sha256}"'
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": etag,
        "Content-Type": artifact.content_type,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private",
    }
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    wanted = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        wanted = None
    part = parse_range(wanted, size)
    status, (start, end) = (200, (0, size)) if part is None else (206, part)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    return StreamingResponse(_pieces(content, start, end), status_code=status, headers=headers)


def parse_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of a single byte range. None means the whole file, also for other forms of ranges.

    Raises APIError `range_not_satisfiable` for a range that starts beyond the end of the file.
    """
    match = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", (header or "").strip(), re.ASCII)
    if match is None or match[0] == "bytes=-":
        return None
    first, last = match.groups()
    if first and last and int(first) > int(last):
        return None
    if first:
        start, end = int(first), min(int(last) + 1, size) if last else size
    else:
        start, end = max(size - int(last), 0), size
    if start >= end:
        raise APIError(
            "range_not_satisfiable",
            f"The file has {size} bytes.",
            headers={"Content-Range": f"bytes */{size}"},
        )
    return start, end


async def _pieces(path: Path, start: int, end: int) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        await file.seek(start)
        left = end - start
        while left > 0 and (data := await file.read(min(left, _PIECE))):
            left -= len(data)
            yield data
