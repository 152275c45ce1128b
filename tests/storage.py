"""A storage with one file, and results that lead to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from .support import documented

CONTENT = bytes(range(256)) * 40
STORAGE = "https://storage.test/signed"
FILE = "GET /signed"


def result(*names: str, url: str | None = STORAGE) -> dict[str, Any]:
    """A result with files of these names."""
    files = [{"name": name, "content_type": "text/plain", "url": url, "key": None} for name in names]
    return {**documented("get_result"), "job_id": "job_1", "files": files}


def storage(request: httpx.Request) -> httpx.Response:
    """CONTENT, or the requested part of it."""
    asked = request.headers.get("range")
    if asked is None:
        return httpx.Response(200, content=CONTENT, headers={"etag": '"one"'})
    start = int(asked.removeprefix("bytes=").rstrip("-"))
    headers = {"content-range": f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}", "etag": '"one"'}
    return httpx.Response(206, content=CONTENT[start:], headers=headers)


def cut(start: int, length: int, etag: str = '"one"') -> Callable[[httpx.Request], httpx.Response]:
    """The response from `start` on, which ends after `length` bytes though more were promised."""

    def answered(request: httpx.Request) -> httpx.Response:
        promised = len(CONTENT) - start
        headers = {"content-length": str(promised), "etag": etag}
        if start:
            headers["content-range"] = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        short = httpx.Response(206 if start else 200, content=CONTENT[start : start + length])
        return httpx.Response(short.status_code, headers=headers, content=short.content)

    return answered
