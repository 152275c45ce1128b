# Made from tests/_async/test_transfers.py by scripts/unasync.py: edit that file instead.

"""Files both ways: what can be sent, when it is sent again, and what is left of a download that fails."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import httpx
import pytest

from proteiniq import (
    APIError,
    ContractError,
    File,
    Forbidden,
    InvalidInput,
    NotFound,
    RateLimited,
    TransportError,
    UnsupportedOperation,
)
from proteiniq._responses import convert
from proteiniq._transfer.download import Saving
from proteiniq._transfer.upload import PIECE
from proteiniq.contract import Shape, Upload
from proteiniq.contract._reshape import steps
from proteiniq.hooks import AttemptDetails

from ..storage import CONTENT, FILE, cut, result, storage
from ..support import (
    RESULT,
    SECRET,
    Routes,
    StillClock,
    Stub,
    answer,
    change_operation,
    documented,
    refusal,
)
from .clients import fetched, over

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


def sent(source: Any, **options: Any) -> httpx.Request:
    """The request that uploads `source`."""
    service = Stub(CREATED)
    with over(service) as client:
        assert isinstance(client.files.upload(source, **{"filename": "a.bin", **options}), File)
    (request,) = service.requests
    return request


class Pieces:
    """An asynchronous iterable that can be read again."""

    def __iter__(self) -> Iterator[bytes]:
        for piece in (b"one", b"", b"two"):
            yield piece


class Pipe(io.RawIOBase):
    """What can be read once and not be rewound."""

    name = "pipe"

    def __init__(self, content: bytes) -> None:
        self._left = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), 7)
        piece, self._left = self._left[:count], self._left[count:]
        buffer[: len(piece)] = piece
        return len(piece)


# ---- what can be uploaded


@pytest.mark.parametrize(
    "make",
    [
        lambda: b"onetwo",
        lambda: bytearray(b"onetwo"),
        lambda: memoryview(b"-onetwo-")[1:-1],
        lambda: io.BytesIO(b"onetwo"),
        lambda: [b"one", b"", b"two"],
        lambda: iter([b"one", memoryview(b"two")]),
        lambda: (piece for piece in (b"one", b"two")),
        lambda: Pipe(b"onetwo"),
        Pieces,
    ],
    ids=[
        "bytes",
        "bytearray",
        "memoryview",
        "BytesIO",
        "list",
        "iterator",
        "generator",
        "pipe",
        "asynchronous",
    ],
)
def test_all_kinds_of_sources_arrive_whole(make: Any) -> None:
    assert part(sent(make())) == b"onetwo"


def test_an_open_file_is_sent_from_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"skipped,sent")
    with path.open("rb") as stream:
        stream.seek(8)
        request = sent(stream, filename=None)
    assert part(request) == b"sent"
    assert int(request.headers["content-length"]) == len(request.content)


def test_a_length_that_is_known_is_told_and_another_is_not() -> None:
    known, unknown = sent(b"onetwo"), sent(iter([b"onetwo"]))
    assert int(known.headers["content-length"]) == len(known.content)
    assert "content-length" not in unknown.headers
    assert unknown.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (object(), "object is no path, bytes, open file or iterable of bytes"),
        ({"a": b"1"}, "dict is no path"),
        (io.StringIO("text"), "open it with mode 'rb'"),
        (5, "int is no path"),
        (Path("/"), "can't be read: Is a directory"),
        ("no\0path", "can't be read: embedded null byte"),
    ],
)
def test_what_is_no_source_is_refused_before_any_request(source: Any, said: str) -> None:
    service = Stub(CREATED)
    with over(service) as client:
        with pytest.raises(InvalidInput, match=re.escape(said)):
            client.files.upload(source, filename="a.bin")
    assert service.requests == []


def test_an_open_file_that_stands_at_its_end_is_no_empty_file() -> None:
    stream = io.BytesIO()
    stream.write(b"just written")
    with over(Stub(CREATED)) as client:
        with pytest.raises(InvalidInput, match=r"call seek\(0\)"):
            client.files.upload(stream, filename="a.bin")


@pytest.mark.parametrize("name", ["../a.txt", "a/b", "a\\b", "new\nline", "\u202etxt.exe"])
def test_a_name_that_is_none(name: str) -> None:
    with over(Stub(CREATED)) as client:
        with pytest.raises(InvalidInput, match="is no file name"):
            client.files.upload(b"", filename=name)


def test_pieces_that_are_no_bytes_break_the_upload_off() -> None:
    with over(Stub(CREATED)) as client:
        with pytest.raises(InvalidInput, match="expected bytes to send, not str"):
            client.files.upload([b"one", "two"], filename="a.bin")  # type: ignore[list-item]


def test_a_file_that_shrinks_meanwhile_is_not_taken_for_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(2 * PIECE))

    def truncate(done: int, total: int | None) -> None:
        if done:
            os.truncate(path, PIECE)

    with over(Stub(CREATED)) as client:
        with pytest.raises(InvalidInput, match="bytes shorter than at its beginning"):
            client.files.upload(path, on_progress=truncate)


def test_an_error_of_the_source_comes_through() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"one"
        raise ZeroDivisionError("of the source")

    with over(Stub(CREATED)) as client:
        with pytest.raises(ZeroDivisionError, match="of the source"):
            client.files.upload(pieces(), filename="a.bin")


def test_names_are_written_as_browsers_write_them() -> None:
    request = sent(b"", filename='Hühnerei "1".fasta')
    assert 'filename="Hühnerei %221%22.fasta"\r\n'.encode() in request.content


def test_content_that_looks_like_a_form_stays_what_it_is() -> None:
    content = (
        b'\r\n--+++\r\nContent-Disposition: form-data; name="description"\r\n\r\ninjected\r\n--+++--\r\n'
    )
    assert part(sent(content)) == content


@pytest.mark.parametrize("known", [True, False])
def test_progress_of_an_upload(known: bool) -> None:
    told: list[tuple[int, int | None]] = []
    content = bytes(2 * PIECE + 5)
    sent(content if known else iter([content]), on_progress=lambda *done: told.append(done))
    total = len(content) if known else None
    assert told == [(0, total), (PIECE, total), (2 * PIECE, total), (len(content), total)]


# ---- what the contract asks for


def asks_for(monkeypatch: pytest.MonkeyPatch, upload: Upload | None, **places: str) -> None:
    """Let the contract want files in another way, and all that there is to say of them; `places` are its names."""
    moves = tuple(((ours,), steps(theirs)) for ours, theirs in places.items())
    change_operation(monkeypatch, "upload_file", upload=upload, body=Shape(moves=moves))
    monkeypatch.setattr(convert, "is_documented", lambda role, name: True)


@pytest.mark.parametrize("length", [0, 1, 2, 3, PIECE + 1, 2 * PIECE])
@pytest.mark.parametrize("known", [True, False])
def test_an_upload_in_json_is_base64(monkeypatch: pytest.MonkeyPatch, length: int, known: bool) -> None:
    names = {"file": "contentBase64", "filename": "fileName", "mime_type": "type"}
    asks_for(monkeypatch, Upload("json", ("contentBase64",), "base64"), **names)
    content = os.urandom(length)
    source = content if known else iter([content[: length // 2], content[length // 2 :]])
    request = sent(source, filename="a b.pdb", tags=["x"])
    assert request.headers["content-type"] == "application/json"
    assert request.headers.get("content-length") == (str(len(request.content)) if known else None)
    body = json.loads(request.content)
    assert base64.b64decode(body.pop("contentBase64"), validate=True) == content
    size = {"size_bytes": length} if known else {}
    assert body == {"fileName": "a b.pdb", "type": "chemical/x-pdb", "tags": ["x"], **size}


def test_a_file_may_have_its_place_deep_in_json(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = Upload("json", ("file", "data"), "base64")
    asks_for(monkeypatch, upload, file="file.data", filename="file.name", description="meta.note")
    request = sent(b"onetwo", description="any")
    assert json.loads(request.content) == {
        "file": {"data": base64.b64encode(b"onetwo").decode(), "name": "a.bin"},
        "meta": {"note": "any"},
        "mime_type": "application/octet-stream",
        "size_bytes": 6,
    }


@pytest.mark.parametrize(
    "text",
    ["", ">a\nMK\n", 'quote " and \\ and \r\n\t\0', "Hühnerei π 🧬", "x" * (PIECE - 1) + "🧬" + "y" * PIECE],
    ids=["empty", "FASTA", "escapes", "many bytes each", "cut"],
)
def test_an_upload_in_json_may_be_text(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    request = sent(text.encode(), filename="a.fasta")
    assert json.loads(request.content)["content"] == text
    assert "content-length" not in request.headers


@pytest.mark.parametrize("cut", [1, 2, 3])
def test_a_character_that_is_cut_by_the_end_of_a_piece_arrives_whole(
    monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    text = "x" * (PIECE - cut) + "🧬"
    request = sent(io.BytesIO(text.encode()), filename="a.txt")
    assert json.loads(request.content)["content"] == text


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", "Hühnerei".encode("latin-1"), "π".encode()[:1], b"x" * PIECE + b"\x80"], ids=len
)
def test_what_is_no_text_is_not_sent_as_text(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    with over(Stub(CREATED)) as client:
        with pytest.raises(InvalidInput, match=r"takes text only, and 'a\.bin' is not"):
            client.files.upload(content, filename="a.bin")


def test_text_that_is_sent_again_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    asks_for(monkeypatch, Upload("json", ("content",), "text"), file="content")
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    with over(service) as client:
        client.files.upload("π🧬".encode(), filename="a.txt")
    assert [json.loads(request.content)["content"] for request in service.requests] == ["π🧬", "π🧬"]


def test_the_body_may_be_the_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"filename": "name", "description": "note", "tags": "tag", "mime_type": "type"}
    asks_for(monkeypatch, Upload("raw"), **names)
    request = sent(b"onetwo", filename="a b.pdb", description="ä&b", tags=["x", "y"])
    assert request.content == b"onetwo"
    assert (request.headers["content-type"], request.headers["content-length"]) == ("chemical/x-pdb", "6")
    assert sorted(request.url.params.multi_items()) == [
        ("name", "a b.pdb"),
        ("note", "ä&b"),
        ("size_bytes", "6"),
        ("tag", "x"),
        ("tag", "y"),
        ("type", "chemical/x-pdb"),
    ]


def test_a_part_of_a_form_may_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"description": "metadata.description", "tags": "metadata.tags"}
    asks_for(monkeypatch, Upload("form", ("upload",)), **places)
    request = sent(b"onetwo", description="any", tags=["x"])
    assert b'form-data; name="metadata"\r\n\r\n{"description": "any", "tags": ["x"]}\r\n' in request.content
    assert b'form-data; name="upload"; filename="a.bin"\r\n' in request.content


def test_a_field_that_the_contract_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convert, "is_documented", lambda role, name: name not in ("description", "tags"))
    service = Stub(CREATED)
    with over(service) as client:
        with pytest.raises(InvalidInput, match="takes no description, tags with an upload"):
            client.files.upload(b"", filename="a.bin", description="any", tags=["x"])
        assert (client.files.upload(b"", filename="a.bin", description="", tags=[])).id
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    "upload",
    [None, Upload("unknown"), Upload("json", ("content",), "unknown")],
    ids=["nothing", "style", "encoding"],
)
def test_a_contract_that_does_not_say_how_a_file_is_sent(
    monkeypatch: pytest.MonkeyPatch, upload: Upload | None
) -> None:
    asks_for(monkeypatch, upload)
    service = Stub(CREATED)
    with over(service) as client:
        with pytest.raises(UnsupportedOperation, match=r"doesn't say how a file is sent.*bindings\.toml"):
            client.files.upload(b"onetwo", filename="a.bin")
    assert service.requests == []


# ---- in two steps


PUT = "PUT /signed"
COMPLETE = "POST /api/v1/files/file_1/complete"
FETCH = "GET /api/v1/files/file_1"
TICKET = {"url": "https://storage.test/signed?sig=1", "id": "file_1"}
STORED = answer({**documented("get_file"), "id": "file_1"})


def in_steps(monkeypatch: pytest.MonkeyPatch, *, complete: bool = True) -> None:
    """Let the contract want a ticket first, and be told of the end of an upload if `complete`."""
    asks_for(monkeypatch, Upload("ticket", ticket=Shape()), filename="name")
    change_operation(monkeypatch, "complete_upload", absent=not complete)


def uploaded(service: Routes, source: Any = b"onetwo") -> File:
    with over(service) as client:
        return client.files.upload(source, filename="a.pdb", description="any")


def test_an_upload_in_two_steps_asks_sends_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_ticket_says_how_the_file_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    wanted = {"Content-Type": "application/x-any", "x-amz-acl": "private", "x-size": 6}
    ticket = {**TICKET, "method": "post", "headers": wanted}
    service = Routes({UPLOAD: answer(ticket), "POST /signed": httpx.Response(204), COMPLETE: STORED})
    uploaded(service)
    sent_there = service.requests[1]
    assert sent_there.headers.get_list("content-type") == ["application/x-any"]
    assert (sent_there.headers["x-amz-acl"], sent_there.headers["x-size"]) == ("private", "6")


@pytest.mark.parametrize("complete", [httpx.Response(204), httpx.Response(200, html="<p>Done</p>"), None])
def test_the_file_is_read_when_the_end_of_its_upload_does_not_tell_it(
    monkeypatch: pytest.MonkeyPatch, complete: httpx.Response | None
) -> None:
    in_steps(monkeypatch, complete=complete is not None)
    routes: dict[str, Any] = {UPLOAD: answer(TICKET), PUT: httpx.Response(200), FETCH: STORED}
    service = Routes(routes if complete is None else {**routes, COMPLETE: complete})
    assert (uploaded(service)).id == "file_1"
    assert service.routes == [UPLOAD, PUT, *([COMPLETE] if complete is not None else []), FETCH]


@pytest.mark.parametrize(
    "changes",
    [
        {"url": None},
        {"url": "ftp://storage.test/a"},
        {"url": "/signed"},
        {"url": "http://storage.test/signed"},
        {"id": None},
        {"id": ""},
        {"method": "PU\nT"},
        {"headers": {"": "x"}},
        {"headers": {"x-note": "\u00e4"}},
    ],
    ids=str,
)
def test_a_ticket_that_leads_nowhere(monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer({**TICKET, **changes})})
    with pytest.raises(ContractError, match="upload_file: the response to POST /api/v1/files") as caught:
        uploaded(service)
    assert caught.value.operation == "upload_file"
    assert service.routes == [UPLOAD]


def test_a_storage_that_refuses_a_file_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(403, text="<Error>Expired</Error>")})
    with pytest.raises(Forbidden) as caught:
        uploaded(service)
    assert service.routes == [UPLOAD, PUT]
    assert str(caught.value.request) == "PUT /signed"
    assert "sig=1" not in str(caught.value)


def test_a_storage_that_sends_the_file_elsewhere_has_not_stored_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    in_steps(monkeypatch)
    moved = httpx.Response(307, headers={"location": "https://elsewhere.test/signed"})
    service = Routes({UPLOAD: answer(TICKET), PUT: moved, COMPLETE: STORED})
    with pytest.raises(ContractError, match=r"307.*elsewhere\.test"):
        uploaded(service)
    assert service.routes == [UPLOAD, PUT]


def test_the_bytes_are_not_sent_to_the_storage_again(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.ReadError("reset"), COMPLETE: STORED})
    with pytest.raises(TransportError) as caught:
        uploaded(service)
    assert service.routes == [UPLOAD, PUT]
    assert "may have been stored" in "".join(caught.value.__notes__)


def test_a_refusal_of_a_ticket_is_the_services_error(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    service = Routes({UPLOAD: answer({"detail": [{"loc": ["body", "name"], "msg": "Field required"}]}, 422)})
    with pytest.raises(APIError, match=r"body\.name: Field required") as caught:
        uploaded(service)
    assert "python -m proteiniq.contract check" in "".join(caught.value.__notes__)


@pytest.mark.parametrize(
    "lost", [httpx.ReadError("reset"), httpx.Response(200, content=b"?")], ids=["read", "?"]
)
def test_a_ticket_that_was_lost_has_stored_nothing(
    monkeypatch: pytest.MonkeyPatch, lost: httpx.Response | Exception
) -> None:
    in_steps(monkeypatch)
    with pytest.raises((TransportError, ContractError)) as caught:
        uploaded(Routes({UPLOAD: lost}))
    assert "may have been stored" not in "".join(getattr(caught.value, "__notes__", ()))


def test_progress_of_an_upload_in_two_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    in_steps(monkeypatch)
    told: list[tuple[int, int | None]] = []
    service = Routes({UPLOAD: answer(TICKET), PUT: httpx.Response(200), COMPLETE: STORED})
    with over(service) as client:
        client.files.upload(b"onetwo", filename="a.bin", on_progress=lambda *done: told.append(done))
    assert told == [(0, 6), (6, 6)]


# ---- sent again, or not


@pytest.mark.parametrize(
    "make",
    [lambda: b"onetwo", lambda: io.BytesIO(b"onetwo"), lambda: [b"one", b"two"]],
    ids=["bytes", "file", "list"],
)
def test_an_upload_that_was_refused_for_coming_too_soon_is_sent_again_whole(make: Any) -> None:
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    told: list[int] = []
    with over(service) as client:
        client.files.upload(make(), filename="a.bin", on_progress=lambda done, total: told.append(done))
    assert [part(request) for request in service.requests] == [b"onetwo", b"onetwo"]
    assert told == [0, 6, 0, 6]


@pytest.mark.parametrize(
    "make", [lambda: iter([b"onetwo"]), lambda: Pipe(b"onetwo")], ids=["iterator", "pipe"]
)
def test_what_can_be_read_once_is_sent_once(make: Any) -> None:
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    with over(service) as client:
        with pytest.raises(RateLimited):
            client.files.upload(make(), filename="a.bin")
    assert len(service.requests) == 1


class UsedUp:
    """An iterable that goes on where it was left, and so gives nothing of what it gave before."""

    def __init__(self, *items: bytes) -> None:
        self._items = iter(items)

    def __iter__(self) -> Iterator[bytes]:
        yield from self._items


@pytest.mark.parametrize("taken", [1, 3])
def test_an_iterable_that_is_used_up_is_not_sent_as_what_is_left_of_it(taken: int) -> None:
    items = UsedUp(b"one" * PIECE, b"two" * PIECE, b"three" * PIECE)
    taking: list[int] = []

    def refused(request: httpx.Request) -> httpx.Response:
        return refusal(429, "rate_limited", retry_after="1")

    def stop(done: int, total: int | None) -> None:
        taking.append(done)
        if len(taking) == taken + 1:
            raise httpx.ConnectError("in the middle")

    service = Stub(refused, CREATED)
    with over(service) as client:
        with pytest.raises(InvalidInput, match="gave something else than before"):
            client.files.upload(items, filename="a.bin", on_progress=stop if taken < 3 else None)
    assert len(service.requests) <= 1


def test_an_iterable_that_begins_anew_is_sent_again_whole() -> None:
    service = Stub(refusal(429, "rate_limited", retry_after="1"), CREATED)
    with over(service) as client:
        client.files.upload({b"": 0, b"one": 1, b"two": 2}.keys(), filename="a.bin")
    assert [part(request) for request in service.requests] == [b"onetwo", b"onetwo"]


def test_an_upload_that_never_left_is_sent_again_whole() -> None:
    service = Stub(httpx.ConnectError("refused"), CREATED)
    with over(service) as client:
        assert (client.files.upload(io.BytesIO(b"onetwo"), filename="a.bin")).id
    assert part(service.requests[1]) == b"onetwo"


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ReadError("reset"),
        httpx.WriteError("broken pipe"),
        httpx.Response(503),
        httpx.Response(201, content=b"?"),
    ],
    ids=["read", "write", "503", "no JSON"],
)
def test_an_upload_that_may_be_stored_says_how_to_look(failure: httpx.Response | Exception) -> None:
    service = Stub(failure, CREATED)
    with over(service) as client:
        with pytest.raises(Exception, match=r"no complete answer|answered 503|no JSON") as caught:
            client.files.upload(b"onetwo", filename="a.bin")
    assert len(service.requests) == 1
    assert "may have been stored: look with `client.files.list(q='a.bin')`" in "".join(caught.value.__notes__)


def test_an_upload_that_never_left_is_not_said_to_be_stored() -> None:
    with over(Stub(httpx.ConnectError("refused")), max_retries=0) as client:
        with pytest.raises(TransportError) as caught:
            client.files.upload(b"onetwo", filename="a.bin")
    assert "may have been stored" not in "".join(getattr(caught.value, "__notes__", ()))


# ---- downloads


def test_a_password_in_a_signed_url_is_told_to_nobody() -> None:
    told: list[AttemptDetails] = []
    url = "https://me:hunter2@storage.test/signed"
    service = Routes(
        {RESULT: answer(result("a.txt", url=url)), FILE: [httpx.ConnectError("refused"), httpx.Response(404)]}
    )
    made = fetched(service, max_retries=1)
    pipeline = made.files[0]._results._pipeline
    pipeline.config = attrs.evolve(pipeline.config, hooks=(told.append,))
    with pytest.raises(NotFound) as caught:
        made.files[0].read()
    assert [each.host for each in told] == ["storage.test", "storage.test"]
    assert "hunter2" not in f"{caught.value} {told}"


def test_each_attempt_of_a_download_is_told_once_when_it_ended() -> None:
    moved = httpx.Response(302, headers={"location": "/moved"})
    told: list[AttemptDetails] = []
    service = Routes(
        {RESULT: answer(result("a.txt")), FILE: [moved, moved], "GET /moved": [cut(0, 1000), storage]}
    )
    made = fetched(service)
    pipeline = made.files[0]._results._pipeline
    pipeline.config = attrs.evolve(pipeline.config, hooks=(told.append,))
    assert made.files[0].read() == CONTENT
    assert [(each.path, each.status, each.failure, each.number) for each in told] == [
        ("/signed", 302, None, 1),
        ("/moved", 200, None, 1),
        ("/signed", 302, None, 2),
        ("/moved", 206, None, 2),
    ]
    assert [each.wait is not None for each in told] == [False, True, False, False]


def resuming(*headers: tuple[str, str]) -> Any:
    """Storage that breaks off after 1000 bytes, and then goes on if it is asked for its own version."""

    def answered(request: httpx.Request) -> httpx.Response:
        if "range" not in request.headers:
            length = ("content-length", str(len(CONTENT)))
            return httpx.Response(200, headers=[length, *headers], content=CONTENT[:1000])
        return storage(request)

    return answered


@pytest.mark.parametrize(
    ("header", "value"), [("etag", '"one"'), ("last-modified", "Fri, 12 Jun 2026 08:05:00 GMT")]
)
def test_the_rest_is_asked_for_only_of_the_same_version(header: str, value: str, tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: resuming((header, value))})
    if header == "last-modified":
        rest = httpx.Response(
            206,
            content=CONTENT[1000:],
            headers={header: value, "content-range": f"bytes 1000-{len(CONTENT) - 1}/{len(CONTENT)}"},
        )
        service = Routes({RESULT: answer(result("a.txt")), FILE: [resuming((header, value)), rest]})
    saved = (fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert [request.headers.get("if-range") for request in service.requests[1:]] == [None, value]


@pytest.mark.parametrize("headers", [[], [("etag", 'W/"one"')]], ids=["none", "weak"])
def test_without_a_version_a_download_starts_again(headers: list[tuple[str, str]], tmp_path: Path) -> None:
    service = Routes({RESULT: answer(result("a.txt")), FILE: [resuming(*headers), storage]})
    saved = (fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert "range" not in service.requests[-1].headers


def test_a_file_that_became_shorter_is_read_from_the_start(tmp_path: Path) -> None:
    short = httpx.Response(200, content=b"short", headers={"etag": '"two"'})
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), httpx.Response(416), short]})
    assert ((fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == b"short"


def test_a_url_that_expires_on_the_way_is_renewed_as_often_as_it_gave_something(tmp_path: Path) -> None:
    gone = httpx.Response(403)
    service = Routes(
        {RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), gone, cut(1000, 500), gone, storage]}
    )
    saved = (fetched(service)).files["a.txt"].save(tmp_path)
    assert saved.read_bytes() == CONTENT
    assert service.routes == [RESULT, FILE, FILE, RESULT, FILE, FILE, RESULT, FILE]


def test_the_fresh_url_is_that_of_the_same_file() -> None:
    first = result("a.txt", "a.txt")
    fresh = result("a.txt", "a.txt")
    for number, (old, new) in enumerate(zip(first["files"], fresh["files"], strict=True)):
        old["key"] = new["key"] = f"key-{number}"
        new["url"] = f"https://storage.test/fresh-{number}"
    service = Routes(
        {RESULT: [answer(first), answer(fresh)], FILE: httpx.Response(403), "GET /fresh-1": storage}
    )
    assert (fetched(service)).files[1].read() == CONTENT


def sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def md5(content: bytes) -> str:
    return base64.b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()


CHECKSUMS = [
    ("content-md5", md5),
    ("digest", lambda content: f"SHA-256={sha256(content)}, crc32c=AAAAAA=="),
    ("repr-digest", lambda content: f"sha-256=:{sha256(content)}:"),
    ("x-amz-checksum-sha256", sha256),
    ("x-goog-hash", lambda content: f"crc32c=AAAAAA==,md5={md5(content)}"),
]


@pytest.mark.parametrize(("header", "of"), CHECKSUMS, ids=[name for name, _ in CHECKSUMS])
def test_a_checksum_that_the_storage_gives_is_checked(header: str, of: Any, tmp_path: Path) -> None:
    damaged = httpx.Response(200, content=CONTENT[:-1] + b"?", headers={header: of(CONTENT)})
    right = httpx.Response(200, content=CONTENT, headers={header: of(CONTENT)})
    service = Routes({RESULT: answer(result("a.txt")), FILE: [damaged, right]})
    assert ((fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == CONTENT
    service = Routes({RESULT: answer(result("b.txt")), FILE: damaged})
    made = fetched(service, max_retries=1)
    with pytest.raises(TransportError, match=r"damaged again and again: its (sha-256|md5) is"):
        made.files["b.txt"].save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_checksum_counts_over_a_cut(tmp_path: Path) -> None:
    headers = [("etag", '"one"'), ("repr-digest", f"sha-256=:{sha256(CONTENT)}:")]
    service = Routes({RESULT: answer(result("a.txt")), FILE: resuming(*headers)})
    assert ((fetched(service)).files["a.txt"].save(tmp_path)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "headers",
    [
        {"content-md5": "no base64"},
        {"digest": "SHA-256=AAAA"},
        {"x-amz-checksum-sha256": sha256(b"parts"), "x-amz-checksum-type": "COMPOSITE"},
        {"x-amz-checksum-sha256": sha256(b"parts") + "-3"},
    ],
)
def test_what_is_no_checksum_of_the_file_is_none(headers: dict[str, str]) -> None:
    service = Routes(
        {RESULT: answer(result("a.txt")), FILE: httpx.Response(200, content=CONTENT, headers=headers)}
    )
    assert (fetched(service)).files["a.txt"].read() == CONTENT


@pytest.mark.parametrize("url", ["https://storage.test/signed", "HTTPS://storage.test/signed"])
def test_a_redirect_never_leads_from_https_to_http(url: str) -> None:
    moved = httpx.Response(302, headers={"location": "http://storage.test/plain"})
    service = Routes({RESULT: answer(result("a.txt", url=url)), FILE: moved, "GET /plain": storage})
    made = fetched(service)
    with pytest.raises(ContractError, match="no address that can be used"):
        made.files["a.txt"].read()


def test_a_redirect_to_https_in_capitals_is_one() -> None:
    moved = httpx.Response(302, headers={"location": "HTTPS://storage.test/moved"})
    service = Routes({RESULT: answer(result("a.txt")), FILE: moved, "GET /moved": storage})
    assert (fetched(service)).files["a.txt"].read() == CONTENT


@pytest.mark.parametrize("location", ["", "ftp://storage.test/a", "http://[", f"https://{'a' * 64}.test/"])
def test_a_redirect_to_nowhere(location: str) -> None:
    moved = httpx.Response(302, headers={"location": location} if location else {})
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: moved}))
    with pytest.raises(ContractError, match="no address"):
        made.files["a.txt"].read()


def test_a_cookie_goes_nowhere() -> None:
    cookie = "session=secret; Domain=service.test; Path=/"
    moved = httpx.Response(302, headers={"location": "https://service.test/elsewhere", "set-cookie": cookie})
    service = Routes(
        {RESULT: answer(result("a.txt"), set_cookie=cookie), FILE: moved, "GET /elsewhere": storage}
    )
    assert (fetched(service)).files["a.txt"].read() == CONTENT
    assert not [request for request in service.requests if "cookie" in request.headers]


def test_a_storage_that_asks_to_wait_is_waited_for() -> None:
    clock = StillClock()
    busy = httpx.Response(503, headers={"retry-after": "20"})
    service = Routes({RESULT: answer(result("a.txt")), FILE: [busy, storage]})
    assert (fetched(service, clock)).files["a.txt"].read() == CONTENT
    assert clock.sleeps[-1] == 20


def test_progress_of_a_download(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    service = Routes({RESULT: answer(result("a.txt")), FILE: [cut(0, 1000), storage]})
    (fetched(service)).files["a.txt"].save(tmp_path, on_progress=lambda *done: told.append(done))
    assert told[0] == (0, len(CONTENT))
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_progress_of_all_files_together(tmp_path: Path) -> None:
    told: list[tuple[int, int | None]] = []
    service = Routes({RESULT: answer(result("a.txt", "b.txt")), FILE: storage})
    (fetched(service)).save_all(tmp_path, on_progress=lambda *done: told.append(done))
    size = len(CONTENT)
    assert told == [(0, None), (size, None), (size, 2 * size), (2 * size, 2 * size)]


def test_a_disk_that_is_full_says_so_and_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Saving, *chunks: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    monkeypatch.setattr(Saving, "write", full)
    with pytest.raises(OSError, match="No space left on device") as caught:
        made.files["a.txt"].save(tmp_path / "a.txt")
    assert (caught.value.errno, caught.value.filename) == (errno.ENOSPC, str(tmp_path / "a.txt"))
    assert "nothing is left of it" in "".join(caught.value.__notes__)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_names_the_target() -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(OSError, match=r"/proc/a\.txt"):
        made.files["a.txt"].save("/proc/a.txt")


@pytest.mark.parametrize("through_link", [False, True])
def test_a_pipe_or_device_is_not_replaced(tmp_path: Path, through_link: bool) -> None:
    there = target = tmp_path / "pipe"
    os.mkfifo(there)
    if through_link:
        target = tmp_path / "link"
        target.symlink_to(there)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(FileExistsError, match="no file"):
        made.files["a.txt"].save(target)
    assert there.is_fifo()


def test_an_error_of_the_progress_is_not_the_targets(tmp_path: Path) -> None:
    def printed(done: int, total: int | None) -> None:
        raise BrokenPipeError(errno.EPIPE, "nobody reads what is printed")

    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(BrokenPipeError, match="nobody reads") as caught:
        made.files["a.txt"].save(tmp_path / "a.txt", on_progress=printed)
    assert caught.value.filename is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, ZeroDivisionError])
def test_an_interrupt_leaves_nothing(tmp_path: Path, interrupt: type[BaseException]) -> None:
    def stop(done: int, total: int | None) -> None:
        if done:
            raise interrupt

    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(interrupt):
        made.files["a.txt"].save(tmp_path / "a.txt", on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_the_file_has_the_rights_that_any_new_file_has(tmp_path: Path) -> None:
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    saved = made.files["a.txt"].save(tmp_path)
    plain = tmp_path / "plain"
    plain.touch()
    assert saved.stat().st_mode == plain.stat().st_mode


def test_a_link_in_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.write_text("mine")
    folder.mkdir()
    (folder / "a.txt").symlink_to(outside)
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    (saved,) = made.save_all(folder)
    assert saved.read_bytes() == CONTENT
    assert outside.read_text() == "mine"


def test_a_folder_in_the_way_is_not_gone_into(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    made = fetched(Routes({RESULT: answer(result("a.txt")), FILE: storage}))
    with pytest.raises(IsADirectoryError):
        made.save_all(tmp_path)
    assert [path.name for path in tmp_path.rglob("*")] == ["a.txt"]


def test_names_that_look_alike_to_some_file_system_are_kept_apart(tmp_path: Path) -> None:
    names = [
        "é.txt",
        "e\u0301.txt",
        "É.TXT",
        "ﬁ.txt",
        "fi.txt",
        "a\u202eb",
        "CONIN$",
        "a:b",
        " ",
        "x" * 400 + ".pdb",
    ]
    service = Routes({RESULT: answer(result(*names)), FILE: storage})
    saved = (fetched(service)).save_all(tmp_path)
    assert [path.name for path in saved][:9] == [
        "é.txt",
        "e\u0301-2.txt",
        "É-3.TXT",
        "ﬁ.txt",
        "fi-2.txt",
        "a_b",
        "_CONIN$",
        "a_b-2",
        "file",
    ]
    assert saved[-1].suffix == ".pdb"
    assert all(path.parent == tmp_path and path.stat().st_size for path in saved)
