"""How a file is uploaded is told from the document."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import NeedsNotMet, Upload, operation, read, write
from proteiniq.contract._endpoints import Endpoint, endpoint

from . import mutators as m
from .client import contract, edited, normalised

FILES = "/api/v1/files"


def body_is(**content: Any) -> m.Mutator:
    """An upload takes other bodies, by media type; `json` and `form` are short for theirs."""
    media = {"json": "application/json", "form": "multipart/form-data", "raw": "application/octet-stream"}

    def describe(document: m.Document) -> None:
        document["paths"][FILES]["post"]["requestBody"] = {
            "content": {media.get(kind, kind): {"schema": schema} for kind, schema in content.items()}
        }

    return m.changed(describe)


def fields(**described: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: {"type": "string", **each} for name, each in described.items()},
    }


def upload(mutator: m.Mutator, edits: str = "") -> tuple[Endpoint, Upload]:
    route = endpoint(contract(mutator, edited(edits)), "upload_file")
    assert route.upload is not None
    return route, route.upload


def test_the_form_of_our_own_documentation() -> None:
    route = operation("upload_file")
    assert (route.method, route.path, route.media_type) == ("POST", FILES, "multipart/form-data")
    assert route.upload == Upload("form", ("file",))


@pytest.mark.parametrize("name", ["content", "data", "attachment"])
def test_a_form_whose_part_has_another_name(name: str) -> None:
    form = fields(**{name: {"format": "binary"}, "description": {}})
    route, found = upload(body_is(form=form))
    assert (found.style, found.file, route.media_type) == ("form", (name,), "multipart/form-data")


def test_a_part_is_known_by_its_media_type() -> None:
    _, found = upload(body_is(form=fields(blob={"contentMediaType": "application/octet-stream"}, note={})))
    assert found.file == ("blob",)


def test_what_is_called_file_and_is_bytes_counts_before_other_bytes() -> None:
    form = fields(thumbnail={"format": "binary"}, file={"format": "binary"})
    assert upload(body_is(form=form))[1].file == ("file",)


def test_a_form_counts_before_json() -> None:
    _, found = upload(body_is(json=fields(file={}), form=fields(file={"format": "binary"})))
    assert found.style == "form"


def test_other_parts_under_other_names() -> None:
    form = fields(file={"format": "binary"}, name={}, contentType={})
    route, _ = upload(body_is(form=form))
    assert write(route.body, {"filename": "a.pdb", "mime_type": "text/plain"}) == {
        "name": "a.pdb", "contentType": "text/plain"}  # fmt: skip


BASE64: dict[str, dict[str, Any]] = {
    "content encoding": {"content": {"contentEncoding": "base64"}},
    "format byte": {"content": {"format": "byte"}},
    "its name": {"content_base64": {}},
    "its description": {"content": {"description": "The file, in base64."}},
}


@pytest.mark.parametrize("case", BASE64)
def test_base64_in_json(case: str) -> None:
    made = normalised(body_is(json=fields(**BASE64[case], filename={})))
    found = endpoint(made.document, "upload_file").upload
    assert found == Upload("json", tuple(BASE64[case]), "base64")
    assert {loss.place for loss in made.losses} == {"FileUpload"}


def test_text_in_json_where_the_bindings_say_so() -> None:
    _, found = upload(body_is(json=fields(content={})), 'operations.upload_file.encoding = "text"')
    assert found == Upload("json", ("content",), "text")


def test_json_of_an_unknown_encoding_is_lost() -> None:
    made = normalised(body_is(json=fields(content={})))
    (loss,) = (each for each in made.losses if each.place == "FileUpload.file")
    assert "whether `content` is text or base64: give `encoding`" in loss.what
    assert loss.entry == "[operations.upload_file]"


def test_json_of_an_unknown_encoding_is_marked() -> None:
    assert upload(body_is(json=fields(content={})))[1].encoding == "unknown"


def test_the_file_in_json_is_a_field_of_ours() -> None:
    document = contract(body_is(json=fields(content={"contentEncoding": "base64"})))
    assert "file" in document["components"]["schemas"]["FileUpload"]["properties"]


def test_a_form_of_which_nothing_is_said() -> None:
    assert upload(m.upload_not_described)[1].style == "form"


def test_bytes_with_the_rest_in_the_query() -> None:
    def query(document: m.Document) -> None:
        document["paths"][FILES]["post"]["parameters"] = [
            {"name": name, "in": "query", "schema": {"type": "string"}} for name in ("name", "contentType")
        ]

    route, found = upload(m.both(body_is(raw={"type": "string", "format": "binary"}), m.changed(query)))
    assert found == Upload("raw", media=("application/octet-stream",))
    assert route.body.moves == ((("filename",), ("name",)), (("mime_type",), ("contentType",)))
    assert route.media_type == "application/octet-stream"


def test_an_upload_without_a_body_is_lost() -> None:
    def forget(document: m.Document) -> None:
        del document["paths"][FILES]["post"]["requestBody"]

    assert [loss.what for loss in normalised(m.changed(forget)).losses] == ["the contract takes no body"]


TICKET = {
    "type": "object",
    "properties": {
        "uploadUrl": {"type": "string"},
        "file": {"type": "object", "properties": {"id": {"type": "string"}}},
    },
    "required": ["uploadUrl"],
}


def ticket(answer: Any = TICKET) -> m.Mutator:
    return m.both(
        body_is(json=fields(name={}, content_type={}) | {"required": ["name"]}),
        m.answer_is(FILES, "post", answer),
    )


def test_an_upload_in_two_steps() -> None:
    route, found = upload(ticket())
    assert (found.style, route.media_type) == ("ticket", "application/json")
    assert write(route.body, {"filename": "a.pdb", "mime_type": "text/plain"}) == {
        "name": "a.pdb", "content_type": "text/plain"}  # fmt: skip


def test_the_ticket_is_read() -> None:
    shape = upload(ticket())[1].ticket
    assert shape is not None
    there = read(shape, {"uploadUrl": "https://s/1", "file": {"id": "f1"}})
    assert (there["url"], there["id"]) == ("https://s/1", "f1")


def test_a_ticket_in_an_envelope_is_read() -> None:
    wrapped = {"type": "object", "properties": {"data": TICKET}}
    shape = upload(ticket(wrapped))[1].ticket
    assert shape is not None
    assert read(shape, {"data": {"uploadUrl": "https://s/1"}})["url"] == "https://s/1"


def test_a_ticket_without_a_url_is_lost() -> None:
    answer = {"type": "object", "properties": {"token": {"type": "string"}}}
    places = [loss.place for loss in normalised(ticket(answer)).losses]
    assert "UploadTicket.url" in places


def test_the_end_of_an_upload_in_two_steps() -> None:
    def complete(document: m.Document) -> None:
        one = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        done = {"post": {"parameters": [one], "responses": {"204": {"description": ""}}}}
        document["paths"][f"{FILES}/{{id}}/complete"] = done

    made = endpoint(contract(m.both(ticket(), m.changed(complete))), "complete_upload")
    assert (made.absent, made.path) == (False, f"{FILES}/{{file_id}}/complete")


def test_an_upload_that_requires_something_else_is_lost() -> None:
    form = fields(file={"format": "binary"}, project={}) | {"required": ["file", "project"]}
    losses = normalised(body_is(form=form)).losses
    assert [loss.what for loss in losses if loss.place == "FileUpload.project"] == [
        "the contract requires it, and the facade doesn't send it: add it here and to the facade"
    ]


@pytest.mark.parametrize(
    "each",
    [
        Upload("form", ("file",)),
        Upload("json", ("meta", "content"), "base64"),
        Upload("raw", media=("text/plain",)),
    ],
    ids=lambda each: each.style,
)
def test_an_upload_is_stored_and_loaded(each: Upload) -> None:
    assert Upload.load(each.dump()) == each


def test_another_body_of_a_job_breaks() -> None:
    def as_form(document: m.Document) -> None:
        body = document["paths"]["/api/v1/jobs"]["post"]["requestBody"]
        body["content"] = {"multipart/form-data": body["content"]["application/json"]}

    with pytest.raises(NeedsNotMet, match="the facade sends JobRequest as JSON"):
        normalised(m.changed(as_form))
