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


async def uploaded(service: Routes, source: Any = b"onetwo") -> File:
    async with over(service) as client:
        return await client.files.upload(source, filename="a.pdb", description="any")


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_an_upload_in_two_steps_requests_sends_and_completes(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET, 201), PUT: httpx.Response(200), COMPLETE: STORED})
    assert (await uploaded(service)).id == "file_1"
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


@pytest.mark.anyio
async def test_the_storage_of_an_upload_never_sees_the_key(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(200), COMPLETE: STORED})
    await uploaded(service)
    asked, put, said = service.requests
    assert "authorization" in asked.headers
    assert "authorization" in said.headers
    assert "authorization" not in put.headers
    assert SECRET not in f"{put.url} {put.headers.raw} {put.content!r}"


@pytest.mark.once
@pytest.mark.anyio
async def test_the_ticket_determines_how_the_file_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    wanted = {"Content-Type": "application/x-any", "x-amz-acl": "private", "x-size": 6}
    ticket = {**TICKET, "method": "post", "headers": wanted}
    service = Routes({UPLOAD: answer(ticket), "POST /signed": httpx.Response(204), COMPLETE: STORED})
    await uploaded(service)
    sent_there = service.requests[1]
    assert sent_there.headers.get_list("content-type") == ["application/x-any"]
    assert (sent_there.headers["x-amz-acl"], sent_there.headers["x-size"]) == ("private", "6")


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "/signed"}, "contains no URL to send the file to"),
        ({"method": "DELETE"}, "its method is 'DELETE'"),
        ({"url": "http://storage.test/signed"}, "its URL must start with https://"),
        ({"headers": {"x-name": "a\r\nb: c"}}, "its header 'x-name' is not valid"),
    ],
)
async def test_a_ticket_that_cannot_be_used_is_an_error(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], said: str
) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer({**TICKET, **changes})})
    with pytest.raises(ContractError, match=said):
        await uploaded(service)
    assert service.routes == [UPLOAD]


@pytest.mark.anyio
@pytest.mark.parametrize("complete", [httpx.Response(204), httpx.Response(200, html="<p>Done</p>"), None])
async def test_the_file_is_read_if_the_last_response_lacks_it(
    monkeypatch: pytest.MonkeyPatch, complete: httpx.Response | None
) -> None:
    in_steps(monkeypatch, complete=complete is not None)
    routes: dict[str, Any] = {UPLOAD: answer(TICKET), PUT: httpx.Response(200), FETCH: STORED}
    service = Routes(routes if complete is None else {**routes, COMPLETE: complete})
    assert (await uploaded(service)).id == "file_1"
    assert service.routes == [UPLOAD, PUT, *([COMPLETE] if complete is not None else []), FETCH]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_storage_that_refuses_a_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(403, text="<Error>Expired</Error>")})
    with pytest.raises(APIError, match="Expired") as caught:
        await uploaded(service)
    assert service.routes == [UPLOAD, PUT]
    assert str(caught.value.request) == "PUT /signed"
    assert "sig=1" not in str(caught.value)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_redirect_of_the_storage_is_not_a_stored_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_steps(monkeypatch)
    moved = httpx.Response(307, headers={"location": "https://elsewhere.test/signed"})
    service = Routes({UPLOAD: answer(TICKET), PUT: moved, COMPLETE: STORED})
    with pytest.raises(ContractError, match=r"307.*elsewhere\.test"):
        await uploaded(service)
    assert service.routes == [UPLOAD, PUT]


@pytest.mark.once
@pytest.mark.anyio
async def test_the_bytes_are_not_sent_to_the_storage_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.ReadError("reset"), COMPLETE: STORED})
    with pytest.raises(TransportError) as caught:
        await uploaded(service)
    assert service.routes == [UPLOAD, PUT]
    assert "may have been stored" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
async def test_a_refusal_of_a_ticket_is_the_services_error(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer({"detail": [{"loc": ["body", "name"], "msg": "Field required"}]}, 422)})
    with pytest.raises(APIError, match=r"body\.name: Field required") as caught:
        await uploaded(service)
    assert "python -m proteiniq.contract check" in "".join(caught.value.__notes__)


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    "lost", [httpx.ReadError("reset"), httpx.Response(200, content=b"?")], ids=["read", "?"]
)
async def test_a_lost_ticket_response_has_stored_nothing(
    monkeypatch: pytest.MonkeyPatch, lost: httpx.Response | Exception
) -> None:
    in_steps(monkeypatch)
    with pytest.raises((TransportError, ContractError)) as caught:
        await uploaded(Routes({UPLOAD: lost}))
    assert "may have been stored" not in "".join(getattr(caught.value, "__notes__", ()))


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_progress_of_an_upload_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    told: list[tuple[int, int | None]] = []
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(200), COMPLETE: STORED})
    async with over(service) as client:
        await client.files.upload(b"onetwo", filename="a.bin", on_progress=lambda *done: told.append(done))
    assert told == [(0, 6), (6, 6)]
