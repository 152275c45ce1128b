"""What the service may call and spell as it likes: the generated client has the same public names."""

from __future__ import annotations

from typing import Any

import pytest
from openapi_spec_validator import validate

from . import mutators as m
from .client import GENERATED, contract, files, generated, names, normalised

SAME = {
    "nothing changed": lambda document: document,
    "all names changed": m.renamed,
    "names that are percent-encoded": m.generic_names,
    "keys reversed": m.reversed_keys,
    "everything inlined": m.inlined,
    "OpenAPI 3.0": m.openapi_3_0,
    "OpenAPI 3.0, inlined": m.both(m.openapi_3_0, m.inlined),
    "nullables as oneOf": m.nullable_by("oneOf"),
    "nullables as anyOf": m.nullable_by("anyOf"),
    "composed and aliased": m.composed,
    "composed, renamed, 3.0": m.both(m.composed, m.renamed, m.openapi_3_0),
    "prefix in servers": m.prefix_in_servers,
    "prefix in a variable of servers": m.prefix_in_a_variable,
    "prefix in a later server": m.prefix_in_a_later_server,
    "parameters of paths": m.parameters_of_paths,
    "success by range": m.success_by_range,
    "more content types": m.more_content_types,
    "more kinds of JSON": m.more_kinds_of_json,
    "new fields in answers": m.new_fields_in_answers,
    "new enum values": m.new_enum_values,
    "folding enum values": m.folding_enum_values,
    "events as JSON": m.events_as("application/json"),
    "events as text": m.events_as("text/plain"),
    "events not described": m.events_as(None),
    "errors of a framework": m.errors_of_a_framework,
}
"""The generated code is the same, byte for byte."""

ELSEWHERE = {
    "camelCase": m.camel_case,
    "no descriptions or examples": m.bare,
    "cancel as DELETE": m.cancel_by_delete,
    "cancel as PATCH": m.cancel_by_patch,
    "answers wrapped in envelopes": m.both(
        m.wrapped("/api/v1/account", "get"),
        m.wrapped("/api/v1/jobs", "get", "result"),
        m.wrapped("/api/v1/files", "get", "data"),
        m.wrapped("/api/v1/files/{fileId}", "delete"),
    ),
    "fields at other places": m.moved("Job", progress="progress.percent", tool="tool.id"),
    "pages by offset": m.query_called("/api/v1/jobs", "starting_after", "offset"),
    "only what the client can't do without": m.only_what_is_needed,
    "job route instead of status": m.job_route_instead_of_status,
    "upload as JSON": m.upload_as_json,
    "upload as JSON, under other names": m.upload_as_json_under_other_names,
    "a file is deleted without a body": m.deleted_without_a_body,
    "a job is cancelled without a body": m.cancelled_without_a_body,
    "everything at once": m.both(
        m.upload_as_json,
        m.job_route_instead_of_status,
        m.cancel_by_delete,
        m.events_as("application/json"),
        m.prefix_in_servers,
        m.camel_case,
        m.composed,
        m.renamed,
        m.openapi_3_0,
        m.inlined,
    ),
}
"""Things are somewhere else on the wire, or less is said of them: the names are the same."""

MORE = {
    "new fields in requests": m.new_fields_in_requests,
    "new routes": m.new_routes,
    "new query parameters": m.new_query_parameters,
    "recursive schemas": m.recursive,
    "a branch of a request that needs something new": m.branches_require("JobRequest", "project", "tool"),
    "discriminated unions": m.discriminated,
    "awkward names": m.awkward_names,
    "two ways to cancel": m.cancel_by_both,
    "job route beside status": m.job_route_beside_status,
}
"""The client can do more; all names are still there."""


@pytest.mark.parametrize("case", SAME)
def test_what_code_is_made_of_is_the_same(case: str) -> None:
    document = contract(SAME[case])
    validate(document)
    assert without_notes(document) == without_notes(contract(lambda same: same))


def test_the_code_is_made_of_nothing_else() -> None:
    """Only the client's channel reads the notes, which begin with `x-`, and a route's own path is theirs to say."""
    assert generated(without_notes(contract(lambda same: same))) == files(GENERATED)


@pytest.mark.parametrize("case", SAME)
def test_nothing_is_lost_or_assumed(case: str) -> None:
    assert normalised(SAME[case]).lines() == []


@pytest.mark.parametrize("case", ELSEWHERE)
def test_the_names_are_the_same(case: str) -> None:
    document = contract(ELSEWHERE[case])
    validate(document)
    assert described(document) == described(contract(lambda same: same))


def test_the_names_in_the_code_are_the_same() -> None:
    made = names(generated(contract(ELSEWHERE["everything at once"])))
    assert {name for name in made if not _is_of_bytes(name)} == {
        name for name in names(files(GENERATED)) if not _is_of_bytes(name)
    }


@pytest.mark.parametrize("case", MORE)
def test_the_names_are_still_there(case: str) -> None:
    document = contract(MORE[case])
    validate(document)
    made = generated(document)
    assert names(files(GENERATED)) - names(made) == set()
    for module, text in made.items():
        compile(text, module, "exec")


def without_notes(node: Any) -> Any:
    """What generated code is made of: all but the notes, whose names begin with `x-`."""
    if isinstance(node, list):
        return [without_notes(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {key: without_notes(value) for key, value in node.items() if not key.startswith("x-")}


def described(document: Any) -> set[str]:
    """The operations with their parameters, and the schemas with their properties."""
    found = {
        f"{operation['operationId']}({', '.join(each['name'] for each in operation['parameters'])})"
        for item in document["paths"].values()
        for operation in item.values()
    }
    return found | {
        f"{name}.{field}: {without_text(each)}"
        for name, schema in document["components"]["schemas"].items()
        for field, each in schema.get("properties", {}).items()
        if (name, field) != ("FileUpload", "file")  # bytes are binary in a form and text in JSON
    }


def without_text(node: Any) -> Any:
    """What type a property has, without what is said of it."""
    if isinstance(node, list):
        return [without_text(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: without_text(node[key]) for key in ("type", "format", "$ref", "items", "anyOf") if key in node
    }


def _is_of_bytes(name: str) -> bool:
    """Bytes are `File` in a form and text in JSON; that module is not used, uploads are written by hand."""
    return name.startswith(("models/file_upload.py", "types.py"))
