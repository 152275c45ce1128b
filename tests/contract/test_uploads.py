"""The kind of upload, from the document."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import Upload, read, write

from . import mutators as m
from .client import contract, normalised, route

FILES = "/api/v1/files"
BINARY = {"format": "binary"}
NAMED = {"filename": "a.pdb", "mime_type": "text/plain"}


def body_is(**content: Any) -> m.Mutator:
    return m.body_is(FILES, **content)


def fields(*required: str, **described: Any) -> dict[str, Any]:
    properties = {name: {"type": "string", **each} for name, each in described.items()}
    return {"type": "object", "properties": properties, "required": list(required)}


def with_query(*names: str, **described: Any) -> m.Mutator:
    """The body is the raw bytes, and the other fields are in the query."""

    def query(document: m.Document) -> None:
        document["paths"][FILES]["post"]["parameters"] = [
            {"name": name, "in": "query", "schema": {"type": "string"}, **described} for name in names
        ]

    return m.both(body_is(raw={"type": "string", "format": "binary"}), m.changed(query))


TICKET = {
    "type": "object",
    "required": ["uploadUrl"],
    "properties": {
        "uploadUrl": {"type": "string"},
        "fields": {"type": "object"},
        "file": {"type": "object", "properties": {"id": {"type": "string"}}},
    },
}


def ticket(response: Any = TICKET) -> m.Mutator:
    return m.both(
        body_is(json=fields("name", name={}, content_type={})),
        m.response_is(FILES, "post", response),
        m.changed(complete),
    )


def complete(document: m.Document) -> None:
    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    done = {"post": {"parameters": [one], "responses": {"204": {"description": ""}}}}
    document["paths"][f"{FILES}/{{id}}/complete"] = done


UPLOADS: dict[str, tuple[m.Mutator, str, Upload]] = {
    # case: (mutator, edits of the bindings, upload)
    "our own form": (lambda document: document, "", Upload("form", ("file",))),
    "a form with another name of the part": (
        body_is(form=fields(attachment=BINARY, description={})), "", Upload("form", ("attachment",))),
    "a part with a media type": (
        body_is(form=fields(blob={"contentMediaType": "application/octet-stream"}, note={})), "",
        Upload("form", ("blob",))),
    "bytes called file beside other bytes": (
        body_is(form=fields(thumbnail=BINARY, file=BINARY)), "", Upload("form", ("file",))),
    "a form beside JSON": (body_is(json=fields(file={}), form=fields(file=BINARY)), "", Upload("form", ("file",))),
    "base64 by content encoding": (
        body_is(json=fields(content={"contentEncoding": "base64"})), "", Upload("json", ("content",), "base64")),
    "base64 by format": (body_is(json=fields(content={"format": "byte"})), "", Upload("json", ("content",), "base64")),
    "base64 by name": (body_is(json=fields(content_base64={})), "", Upload("json", ("content_base64",), "base64")),
    "base64 by description": (
        body_is(json=fields(content={"description": "The file, in base64."})), "",
        Upload("json", ("content",), "base64")),
    "text by the bindings": (
        body_is(json=fields(content={})), 'operations.upload_file.encoding = "text"',
        Upload("json", ("content",), "text")),
    "JSON of an unknown encoding": (body_is(json=fields(content={})), "", Upload("json", ("content",), "unknown")),
    "raw bytes": (with_query("name"), "", Upload("raw", media=("application/octet-stream",))),
    "raw bytes of any media type": (body_is(**{"*/*": {"type": "string", **BINARY}}), "", Upload("raw")),
}  # fmt: skip


@pytest.mark.parametrize("case", UPLOADS)
def test_style_of_an_upload(case: str) -> None:
    mutator, edits, upload = UPLOADS[case]
    assert route(mutator, "upload_file", edits).upload == upload


BODIES: dict[str, tuple[m.Mutator, dict[str, Any]]] = {
    "parts under other names": (
        body_is(form=fields(file=BINARY, name={}, contentType={})), {"name": "a.pdb", "contentType": "text/plain"}),
    "a query under other names": (with_query("name", "contentType"), {"name": "a.pdb", "contentType": "text/plain"}),
    "the first step of two": (ticket(), {"name": "a.pdb", "content_type": "text/plain"}),
}  # fmt: skip


@pytest.mark.parametrize("case", BODIES)
def test_the_other_fields_of_an_upload(case: str) -> None:
    mutator, body = BODIES[case]
    assert write(route(mutator, "upload_file").body, NAMED) == body


LOST: dict[str, tuple[m.Mutator, str, str]] = {
    # case: (mutator, place, words)
    "an unknown encoding": (
        body_is(json=fields(content={})), "FileUpload.file", "whether `content` is text or base64: set `encoding`"),
    "no body": (
        m.changed(lambda document: document["paths"][FILES]["post"].pop("requestBody")),
        "FileUpload", "accepts no body"),
    "a required part": (
        body_is(form=fields("project", file=BINARY, project={})), "FileUpload.project", "the contract requires it"),
    "a required query parameter": (
        with_query("name", "folder", required=True), "FileUpload.folder", "the contract requires it"),
    "a field that the query lacks": (with_query("name", "contentType"), "FileUpload", "not documented: description"),
    "a ticket without a URL": (ticket(fields(token={})), "UploadTicket.url", "doesn't document it"),
}  # fmt: skip


@pytest.mark.parametrize("case", LOST)
def test_losses_of_an_upload(case: str) -> None:
    mutator, place, words = LOST[case]
    losses = {loss.place: loss.what for loss in normalised(mutator).losses}
    assert words in losses[place]


def test_the_file_in_json_is_a_field_of_ours() -> None:
    document = contract(body_is(json=fields(content={"contentEncoding": "base64"})))
    assert "file" in document["components"]["schemas"]["FileUpload"]["properties"]


@pytest.mark.parametrize("around", [(), ("data",)], ids=["alone", "in an envelope"])
def test_the_ticket_is_read(around: tuple[str, ...]) -> None:
    described: Any = TICKET
    body: Any = {"uploadUrl": "https://s/1", "file": {"id": "f1"}, "fields": {"key": "x"}}
    for name in around:
        described, body = {"type": "object", "properties": {name: described}}, {name: body}
    upload = route(ticket(described), "upload_file").upload
    assert upload is not None
    assert upload.ticket is not None
    ours = read(upload.ticket, body)
    assert (ours["url"], ours["fields"]) == ("https://s/1", {"key": "x"})


def test_the_last_step_of_an_upload_in_two_steps() -> None:
    done = route(ticket(), "complete_upload")
    assert (done.absent, done.path) == (False, f"{FILES}/{{file_id}}/complete")


@pytest.mark.parametrize("style", ["form", "json", "raw"])
def test_an_upload_is_stored_and_loaded(style: str) -> None:
    upload = Upload(style, ("meta", "content"), "base64", ("text/plain",))
    assert Upload.load(upload.dump()) == upload
