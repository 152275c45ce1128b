"""Names that differ in the service's document: ours in Python, the service's on the wire."""

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


def test_mapped_names_keep_our_names_in_the_code() -> None:
    mutator = m.both(*(each for each, _ in MAPPED.values()))
    document = contract(mutator, edited("\n".join(edits for _, edits in MAPPED.values())))
    assert generated(document) == files(GENERATED)
    assert endpoint(document, "list_jobs").query["tool"] == "by_tool"
    assert write(endpoint(document, "submit_job").body, {"settings": {"a": 1}}) == {"options": {"a": 1}}
    assert read(endpoint(document, "get_file").response, {"key": "f1", "length": 3}) == {
        "id": "f1", "size_bytes": 3, RAW: {"key": "f1", "length": 3}}  # fmt: skip


@pytest.mark.parametrize("name", ["X-Idempotency-Key", "idempotency_key"])
def test_a_header_is_spelled_as_in_the_contract(name: str) -> None:
    def spelled(document: m.Document) -> None:
        header = {"name": name, "in": "header", "schema": {"type": "string"}}
        document["paths"]["/api/v1/jobs"]["post"]["parameters"] = [header]

    assert route(m.changed(spelled), "submit_job").headers == {"Idempotency-Key": name}


def test_our_own_name_precedes_a_mapped_one() -> None:
    mutated = m.field_is("File", "length", {"type": "integer"})
    mapped = edited('schemas.File.names = { size_bytes = ["length"] }')
    document = contract(mutated, mapped)
    assert not endpoint(document, "get_file").response
    assert document["components"]["schemas"]["File"]["x-extra"] == {"length": "integer"}


def test_the_first_mapped_name_in_the_contract_wins() -> None:
    mutated = m.both(m.field_called("File", "size_bytes", "size"), m.field_is("File", "length", {}))
    mapped = edited('schemas.File.names = { size_bytes = ["weight", "length", "size"] }')
    assert endpoint(contract(mutated, mapped), "get_file").response.moves == ((("size_bytes",), ("length",)),)


def test_our_own_spelling_precedes_camel_case() -> None:
    document = contract(m.field_is("File", "sizeBytes", {"type": "integer"}))
    file = document["components"]["schemas"]["File"]
    assert "size_bytes" in file["properties"]
    assert file["x-extra"] == {"sizeBytes": "integer"}


def test_unknown_fields_of_a_response_are_extra() -> None:
    job = contract(m.new_fields_in_responses)["components"]["schemas"]["Job"]
    assert job["x-extra"] == {"region": "object"}
    assert "region" not in job["properties"]
    assert job["additionalProperties"] is True


def test_reserved_names_of_generated_code_are_not_used() -> None:
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
        (("[schemas.Plan]\nplain", "[schemas.Plan]\nused"), "schemas.Plan.*unknown key `used`"),
        (("[schemas.Plan]\n", "[schemas.Plan]\nsends = {}\n"), "it mixes groups"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nnames = { plan = ["p"] }\n'), "`names` has plan"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nneeds = { tier = "string" }\n'), "tier is in two groups"),
        (('tier = "string"', "tier = 3"), "tier = 3 is not a type"),
        (('tag = "account"\n', ""), "operations.get_account.*`tag` is missing"),
        (("public = true", "public = 1.5"), "`public` must be a boolean, got 1.5"),
        (('q = "string", tag', 'q = "Job", tag'), "the type of q must not be a role"),
        (("[schemas.Plan]", "[schemas.Plan"), "bindings.toml: "),
        (("[schemas.Plan]\n", '[schemas.Plan]\nassume = ["plan"]\n'), "`assume` has plan"),
        (("[schemas.Plan]\n", '[schemas.Plan]\nvalues = { plan = { a = "b" } }\n'), "`values` has plan"),
        (
            ("[schemas.Plan]\n", '[schemas.Plan]\nliterals = { tier = "PRO" }\n'),
            "`literals` must be a table of lists",
        ),
        (
            ('offset = ["offset", "skip"]', 'link = ["next"]'),
            "keys of `paging` must be cursor, offset or page",
        ),
        (('ticket = "UploadTicket"', 'encoding = "hex"'), "`encoding` must be text or base64"),
        (('ticket = "UploadTicket"', 'ticket = "Ticket"'), "operations.upload_file.* names the role Ticket"),
        (('{ route = "PATCH', '{ rout = "PATCH'), "operations.cancel_job.*`route` is missing"),
    ],
)
def test_an_invalid_entry_of_the_bindings_is_named(edit: tuple[str, str], words: str) -> None:
    text = path("bindings.toml").read_text()
    assert edit[0] in text
    with pytest.raises(BindingsError, match=words):
        parse(text.replace(*edit, 1))


def test_a_missing_scope_is_the_one_of_the_bindings() -> None:
    assert contract(m.bare)["paths"]["/api/v1/jobs"]["post"]["x-scope"] == "jobs:write"
