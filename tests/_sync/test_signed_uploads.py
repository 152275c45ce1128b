# Generated from tests/_async/test_signed_uploads.py by scripts/unasync.py. Edit that file instead.

"""Uploads in two steps: a ticket from the service, and the file to a storage that never sees the key."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from proteiniq import (
    APIError,
    ContractError,
    File,
    TransportError,
)
from proteiniq.contract import Shape, Upload

from ..support import (
    SECRET,
    Routes,
    answer,
    change_operation,
    documented,
)
from .clients import over
from .uploads import UPLOAD, asks_for

PUT = "PUT /signed"


COMPLETE = "POST /api/v1/files/file_1/complete"


FETCH = "GET /api/v1/files/file_1"


TICKET = {"url": "https://storage.test/signed?sig=1", "id": "file_1"}


STORED = answer({**documented("get_file"), "id": "file_1"})


def in_steps(monkeypatch: pytest.MonkeyPatch, *, complete: bool = True) -> None:
    """Patch the contract to uploads in two steps, with a request to complete them if `complete`."""
    asks_for(monkeypatch, Upload("ticket", ticket=Shape()), filename="name")
    change_operation(monkeypatch, "complete_upload", absent=not complete)


def uploaded(service: Routes, source: Any = b"onetwo") -> File:
    with over(service) as client:
        return client.files.upload(source, filename="a.pdb", description="any")


def test_an_upload_in_two_steps_requests_sends_and_completes(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET, 201), PUT: httpx.Response(200), COMPLETE: STORED})
    assert (uploaded(service)).id == "file_1"
    assert service.routes == [UPLOAD, PUT, COMPLETE]
    asked, put, _ = service.requests
    assert json.loads(asked.content) == {
        "name": "a.pdb",
        "description": "any",
        "mime_type": "chemical/x-pdb",
        "size_bytes": 6,
    }
    assert str(put.url) == "https://storage.test/signed?sig=1"
    assert (put.content, put.headers["content-type"], put.headers["content-length"]) == (
        b"onetwo",
        "chemical/x-pdb",
        "6",
    )


def test_the_storage_of_an_upload_never_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(200), COMPLETE: STORED})
    uploaded(service)
    asked, put, said = service.requests
    assert "authorization" in asked.headers
    assert "authorization" in said.headers
    assert "authorization" not in put.headers
    assert SECRET not in f"{put.url} {put.headers.raw} {put.content!r}"


@pytest.mark.parametrize("complete", [httpx.Response(204), httpx.Response(200, html="<p>Done</p>"), None])
def test_the_file_is_read_if_the_last_response_lacks_it(
    monkeypatch: pytest.MonkeyPatch, complete: httpx.Response | None
) -> None:
    in_steps(monkeypatch, complete=complete is not None)
    routes: dict[str, Any] = {UPLOAD: answer(TICKET), PUT: httpx.Response(200), FETCH: STORED}
    service = Routes(routes if complete is None else {**routes, COMPLETE: complete})
    assert (uploaded(service)).id == "file_1"
    assert service.routes == [UPLOAD, PUT, *([COMPLETE] if complete is not None else []), FETCH]


def test_progress_of_an_upload_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    told: list[tuple[int, int | None]] = []
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(200), COMPLETE: STORED})
    with over(service) as client:
        client.files.upload(b"onetwo", filename="a.bin", on_progress=lambda *done: told.append(done))
    assert told == [(0, 6), (6, 6)]
