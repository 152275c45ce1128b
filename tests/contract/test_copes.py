"""Other names and spellings in the document: the generated client keeps its public names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from openapi_spec_validator import validate

from . import mutators as m
from .client import GENERATED, contract, files, generated, names, normalised

SERVER = {"url": "https://proteiniq.io/api/v1/"}
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
    "prefix in servers": m.prefix_in(SERVER),
    "prefix in a variable of servers": m.prefix_in(
        {"url": "https://proteiniq.io{base}", "variables": {"base": {"default": "/api/v1"}}}
    ),
    "prefix in a later server": m.prefix_in({"url": "http://localhost:3000"}, SERVER),
    "parameters of paths": m.parameters_of_paths,
    "success by range": m.success_by_range,
    "more content types": m.more_content_types,
    "more kinds of JSON": m.more_kinds_of_json,
    "new fields in responses": m.new_fields_in_responses,
    "new enum values": m.new_enum_values,
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
    "responses wrapped in envelopes": m.both(
        m.wrapped("/api/v1/account", "get"),
        m.wrapped("/api/v1/jobs", "get", "result"),
        m.wrapped("/api/v1/files", "get", "data"),
        m.wrapped("/api/v1/files/{fileId}", "delete"),
    ),
    "fields at other places": m.moved("Job", progress="progress.percent", tool="tool.id"),
    "pages by offset": m.query_called("/api/v1/jobs", "starting_after", "offset"),
    "job route instead of status": m.job_route_instead_of_status,
    "upload as JSON": m.upload_as_json,
    "a file is deleted without a body": m.without_a_body("/api/v1/files/{fileId}", "delete"),
    "a job is cancelled without a body": m.without_a_body("/api/v1/jobs/{jobId}/cancel", "post"),
    "everything at once": m.both(
        m.upload_as_json,
        m.job_route_instead_of_status,
        m.cancel_by_delete,
        m.events_as("application/json"),
        m.prefix_in(SERVER),
        m.camel_case,
        m.composed,
        m.renamed,
        m.openapi_3_0,
        m.inlined,
    ),
}
"""Other places on the wire, or fewer details: the names are the same."""

MORE = {
    "new fields in requests": m.new_fields_in_requests,
    "new routes": m.new_routes,
    "new query parameters": m.new_query_parameters,
    "recursive schemas": m.recursive,
    "a branch of a request that needs something new": m.branches_require("QuoteRequest", "project", "tool"),
    "discriminated unions": m.discriminated,
    "awkward names": m.awkward_names,
    "two ways to cancel": m.cancel_by_both("delete"),
    "job route beside status": m.job_route_beside_status,
}
"""Additions: all names still exist."""


OURS = contract(lambda document: document)


@pytest.mark.parametrize("case", SAME)
def test_the_input_of_the_generator_is_the_same_without_losses(case: str) -> None:
    made = normalised(SAME[case])
    assert (without_extensions(made.document), made.lines()) == (without_extensions(OURS), [])


def test_the_generator_ignores_extensions() -> None:
    """Only the client's channel reads the extensions, whose names begin with `x-`."""
    assert generated(without_extensions(OURS)) == files(GENERATED)


def test_a_default_response_counts_as_an_error() -> None:
    assert normalised(m.errors_by_default).losses == ()


@pytest.mark.parametrize("case", ELSEWHERE)
def test_the_names_are_the_same(case: str) -> None:
    assert described(contract(ELSEWHERE[case])) == described(OURS)


@pytest.mark.parametrize("case", MORE)
def test_the_names_still_exist(case: str) -> None:
    assert described(OURS) - described(contract(MORE[case])) == set()


def test_the_names_in_the_code_are_the_same() -> None:
    document = contract(ELSEWHERE["everything at once"])
    validate(document)
    assert names_without_bytes(generated(document)) == names_without_bytes(files(GENERATED))


def test_the_names_in_the_code_still_exist() -> None:
    document = contract(m.both(*MORE.values()))
    validate(document)
    made = generated(document)
    assert names(files(GENERATED)) - names(made) == set()
    for module, text in made.items():
        compile(text, module, "exec")


def without_extensions(node: Any) -> Any:
    """The input of the generator: everything except extensions."""
    if isinstance(node, list):
        return [without_extensions(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {key: without_extensions(value) for key, value in node.items() if not key.startswith("x-")}


def described(document: Any) -> set[str]:
    """The operations, and the schemas with the types of their properties."""
    found = {each["operationId"] for item in document["paths"].values() for each in item.values()}
    return found | {
        f"{name}.{field}: {[each.get(key) for key in ('type', 'format', '$ref')]}"
        for name, schema in document["components"]["schemas"].items()
        for field, each in schema.get("properties", {}).items()
        if (name, field) != ("FileUpload", "file")  # bytes are binary in a form and a string in JSON
    }


def names_without_bytes(modules: Mapping[str, str]) -> set[str]:
    """The names without those of uploads: bytes are `File` in a form and `str` in JSON, and that code is unused."""
    return {name for name in names(modules) if not name.startswith(("models/file_upload.py", "types.py"))}
