"""Uploads to a service in this process, and what it was sent."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from proteiniq import (
    File,
)
from proteiniq._inputs import requests
from proteiniq.contract import Shape, Upload
from proteiniq.contract._reshape import steps

from ..support import (
    Stub,
    answer,
    change_operation,
    documented,
)
from .clients import over

CREATED = answer(documented("upload_file"), 201)


UPLOAD = "POST /api/v1/files"


def part(request: httpx.Request) -> bytes:
    """The file in a form."""
    boundary = re.fullmatch(r"multipart/form-data; boundary=(\w+)", request.headers["content-type"])
    assert boundary is not None
    *_, last, end = request.content.split(b"--" + boundary[1].encode())
    assert end == b"--\r\n"
    head, _, body = last.partition(b"\r\n\r\n")
    assert b'name="file"; filename=' in head
    return body.removesuffix(b"\r\n")


async def sent(source: Any, **options: Any) -> httpx.Request:
    """The request that uploads `source`."""
    service = Stub(CREATED)
    async with over(service) as client:
        assert isinstance(await client.files.upload(source, **{"filename": "a.bin", **options}), File)
    (request,) = service.requests
    return request


def asks_for(monkeypatch: pytest.MonkeyPatch, upload: Upload | None, **places: str) -> None:
    """Patch the contract to another kind of upload with all optional fields; `places` are its names."""
    moves = tuple(((ours,), steps(theirs)) for ours, theirs in places.items())
    change_operation(monkeypatch, "upload_file", upload=upload, body=Shape(moves=moves))
    monkeypatch.setattr(requests, "is_documented", lambda role, name: True)
