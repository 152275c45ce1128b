"""Things that the service calls something else keep our names in Python, and have theirs on the wire."""

from __future__ import annotations

import pytest

from proteiniq.contract import RAW, BindingsError, path, read, write
from proteiniq.contract._endpoints import endpoint
from proteiniq.contract._normalise.bindings import parse

from . import mutators as m
from .client import GENERATED, contract, edited, files, generated, route

MAPPED: dict[str, tuple[m.Mutator, str]] = {
    "fields": (
        m.both(m.field_called("File", "size_bytes", "length"), m.field_called("File", "id", "key")),
        'schemas.File.names = { size_bytes = ["size", "length"], id = ["key"] }',
    ),
    "fields of a request": (
        m.field_called("JobRequest", "settings", "options"), 'schemas.JobRequest.names.settings = ["options"]',
    ),
    "a query parameter": (
        m.query_called("/api/v1/jobs", "tool", "by_tool"), 'operations.list_jobs.names.tool = ["by_tool"]'),
}  # fmt: skip


def test_what_the_bindings_map_keeps_our_names_in_the_code() -> None:
    mutator = m.both(*(each for each, _ in MAPPED.values()))
    document = contract(mutator, edited("\n".join(edits for _, edits in MAPPED.values())))
    assert generated(document) == files(GENERATED)
    assert endpoint(document, "list_jobs").query["tool"] == "by_tool"
    assert write(endpoint(document, "submit_job").body, {"settings": {"a": 1}}) == {"options": {"a": 1}}
    assert read(endpoint(document, "get_file").response, {"key": "f1", "length": 3}) == {
        "id": "f1", "size_bytes": 3, RAW: {"key": "f1", "length": 3}}  # fmt: skip


@pytest.mark.parametrize("name", ["X-Idempotency-Key", "idempotency_key"])
def test_a_header_is_sent_as_the_contract_spells_it(name: str) -> None:
    def spelled(document: m.Document) -> None:
        header = {"name": name, "in": "header", "schema": {"type": "string"}}
        document["paths"]["/api/v1/jobs"]["post"]["parameters"] = [header]

    assert route(m.changed(spelled), "submit_job").headers == {"Idempotency-Key": name}


def test_our_own_name_counts_before_a_mapped_one() -> None:
    mutated = m.field_is("File", "length", {"type": "integer"})
    mapped = edited('schemas.File.names = { size_bytes = ["length"] }')
    document = contract(mutated, mapped)
    assert not endpoint(document, "get_file").response
    assert document["components"]["schemas"]["File"]["x-extra"] == {"length": "integer"}


def test_the_first_mapped_name_that_is_there_counts() -> None:
    mutated = m.both(m.field_called("File", "size_bytes", "size"), m.field_is("File", "length", {}))
    mapped = edited('schemas.File.names = { size_bytes = ["weight", "length", "size"] }')
    assert endpoint(contract(mutated, mapped), "get_file").response.moves == ((("size_bytes",), ("length",)),)


def test_camel_case_beside_our_own_spelling() -> None:
    document = contract(m.field_is("File", "sizeBytes", {"type": "integer"}))
    file = document["components"]["schemas"]["File"]
    assert "size_bytes" in file["properties"]
    assert file["x-extra"] == {"sizeBytes": "integer"}


def test_an_answer_keeps_what_the_facade_does_not_know_as_extra() -> None:
    job = contract(m.new_fields_in_answers)["components"]["schemas"]["Job"]
    assert job["x-extra"] == {"region": "object"}
    assert "region" not in job["properties"]
    assert job["additionalProperties"] is True


def test_the_names_that_generated_code_needs_are_not_taken() -> None:
    document = contract(m.awkward_names)
    entry = document["components"]["schemas"]["InputEntry"]
    apart = {"", "9lives", "größe", "cls", "self", "d", "field_dict", "to_dict", "additional_properties"}
    assert entry["x-extra"].keys() == apart | {"slot_id", "aB", "a_b"}
    assert "a-b" in entry["properties"]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (("[schemas.Job]", "[schemas.Jab]"), "names the role Job, which is not under"),
        (('response = "Account"', 'response = "Acount"'), "operations.get_account.* names the role Acount"),
        (("GET /account", "FETCH /account"), "is not a route"),
        (("[schemas.Plan]\nplain", "[schemas.Plan]\nused"), "schemas.Plan.*`used` means nothing"),
        (("[schemas.Plan]\n", "[schemas.Plan]\nsends = {}\n"), "not both"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nnames = { plan = ["p"] }\n'), "`names` has plan"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nneeds = { tier = "string" }\n'), "tier is in two groups"),
        (('tier = "string"', "tier = 3"), "tier = 3 is not a type"),
        (('tag = "account"\n', ""), "operations.get_account.*`tag` is missing"),
        (("public = true", "public = 1.5"), "`public` must be true or false, got 1.5"),
        (('q = "string", tag', 'q = "Job", tag'), "q has a role as its type"),
        (("[schemas.Plan]", "[schemas.Plan"), "bindings.toml: "),
        (("[schemas.Plan]\n", '[schemas.Plan]\nassume = ["plan"]\n'), "`assume` has plan"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nvalues = { plan = { a = "b" } }\n'), "`values` has plan"),
        (
            ("[schemas.Plan]\n", '[schemas.Plan]\nliterals = { tier = "PRO" }\n'),
            "`literals` must be a table of lists",
        ),
        (
            ('offset = ["offset", "skip"]', 'link = ["next"]'),
            "`paging` has the kinds cursor, offset and page",
        ),
        (('ticket = "UploadTicket"', 'encoding = "hex"'), "`encoding` must be text or base64"),
        (('ticket = "UploadTicket"', 'ticket = "Ticket"'), "operations.upload_file.* names the role Ticket"),
        (('{ route = "PATCH', '{ rout = "PATCH'), "operations.cancel_job.*`route` is missing"),
    ],
)
def test_a_slip_in_the_bindings_is_named(edit: tuple[str, str], words: str) -> None:
    text = path("bindings.toml").read_text()
    assert edit[0] in text
    with pytest.raises(BindingsError, match=words):
        parse(text.replace(*edit, 1))


def test_a_scope_that_the_document_does_not_tell_is_the_documented_one() -> None:
    assert contract(m.bare)["paths"]["/api/v1/jobs"]["post"]["x-scope"] == "jobs:write"
