"""A local server with one response."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..faults.server import CUT, Asked, Piece, Server, whole


@contextmanager
def serving(
    content: bytes = b"",
    status: int = 200,
    *,
    etag: str | None = None,
    sent: int | None = None,
    **headers: str,
) -> Iterator[Server]:
    """Serve a response at the path of the document and at /other, or 304 for a matching entity tag.

    With `sent`, the connection is closed after that many bytes of the content.
    """

    def respond(asked: Asked) -> list[Piece]:
        if etag is not None and asked.headers.get("if-none-match") == etag:
            return whole(b"", 304)
        head, _ = whole(content, status, **headers, **({} if etag is None else {"etag": etag}))
        return [head, content] if sent is None else [head, content[:sent], CUT]

    with Server() as server:
        for path in ("/api/v1/openapi.json", "/other"):
            server.on("GET", path, respond)
        yield server
