"""Invalid documents raise a clear error, or give a valid contract."""

from __future__ import annotations

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, strategies as st
from openapi_spec_validator import validate

from proteiniq.contract import NeedsNotMet, NotAContract, bindings, normalise
from proteiniq.contract._normalise.flatten import MOST_SHAPES, Flat, Flattener

from . import mutators as m
from .client import reconstruction

OURS = bindings()
RECONSTRUCTION = reconstruction()
LOOP = {"$ref": f"{m.SCHEMAS}Loop"}


def with_schema(described: Any) -> m.Mutator:
    """A new route returns the schema `Loop`."""

    def add(document: m.Document) -> None:
        document["components"]["schemas"]["Loop"] = described
        document["paths"]["/api/v1/loop"] = {
            "get": {
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": LOOP}}}}
            }
        }

    return m.changed(add)


@pytest.mark.parametrize(
    ("described", "words"),
    [
        (LOOP, "is circular"),
        ({"$ref": "#/components/schemas/Gone"}, "resolve"),
        ({"$ref": "common.yaml#/Job"}, "outside of the document"),
        ({"$ref": "https://example.org/job.json"}, "outside of the document"),
        ({"allOf": [LOOP]}, "composed of itself"),
        ({"allOf": [{"oneOf": [LOOP, {"type": "null"}]}]}, "composed of itself"),
        ({"type": 3}, "type: expected a list, got a number"),
        ({"properties": []}, "properties: expected an object, got a list"),
        ({"required": "id"}, "required: expected a list, got a string"),
        ({"enum": {}}, "enum: expected a list"),
        ({"type": "array", "items": 7}, "expected an object, got a number"),
        ("Job", "expected an object, got a string"),
    ],
)
def test_an_invalid_schema_is_refused(described: Any, words: str) -> None:
    with pytest.raises(NotAContract, match=words):
        normalise(with_schema(described)(reconstruction()), OURS)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({}, "it has no `openapi: 3.x`"),
        ({"swagger": "2.0"}, "Swagger 2"),
        ({"openapi": "4.0.0"}, "it has no `openapi: 3.x`"),
        ({"openapi": "3.1.0"}, "describes no paths"),
        ({"openapi": "3.1.0", "paths": []}, "paths: expected an object, got a list"),
        ({"openapi": "3.1.0", "paths": {"jobs": {}}}, "begin with a slash"),
        ({"openapi": "3.1.0", "paths": {"/jobs": {"get": []}}}, "GET /jobs: expected an object"),
        (
            {"openapi": "3.1.0", "paths": {"/a": {"get": {"parameters": [{}]}}}},
            "`in`: expected a string, got null",
        ),
        ({"openapi": "3.1.0", "x": float("nan")}, "not a JSON number"),
        ({"openapi": "3.1.0", "x": {1: 2}}, "keys must be strings, got 1"),
        ({"openapi": "3.1.0", "x": "\ud800"}, "surrogate"),
        ({"openapi": "3.1.0", "x": {1, 2}}, "set is not a JSON type"),
        ([], "expected an object, got a list"),
        (None, "no `openapi"),
    ],
)
def test_an_invalid_document_is_refused(document: Any, words: str) -> None:
    with pytest.raises(NotAContract, match=words):
        normalise(document, OURS)


def test_a_circular_document_is_refused() -> None:
    document: dict[str, Any] = {"openapi": "3.1.0"}
    document["x"] = document
    with pytest.raises(NotAContract, match="nested deeper"):
        normalise(document, OURS)


def doubling(depth: int) -> dict[str, Any]:
    """Schemas that each contain the next one twice."""
    levels = {
        f"Level{level}": {
            "properties": {side: {"$ref": f"{m.SCHEMAS}Level{level + 1}"} for side in ("l", "r")}
        }
        for level in range(depth)
    }
    return {**levels, f"Level{depth}": {"type": "string"}, "Loop": {"$ref": f"{m.SCHEMAS}Level0"}}


def mixing() -> dict[str, Any]:
    """Compositions that grow at every step if they are expanded naively."""
    mixed = [{"properties": {"next": LOOP}}, {"properties": {"next": {"$ref": f"{m.SCHEMAS}Other"}}}]
    return {"Loop": {"allOf": mixed}, "Other": {"allOf": mixed[::-1]}}


@pytest.mark.parametrize("schemas", [doubling(200), mixing()], ids=["doubling", "mixed"])
def test_the_expansion_of_schemas_is_limited(
    schemas: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    flatten, calls = Flattener.flatten, []

    def counted(self: Flattener, node: Any, place: str) -> Flat:
        calls.append(place)
        return flatten(self, node, place)

    monkeypatch.setattr(Flattener, "flatten", counted)
    document = with_schema(schemas["Loop"])(reconstruction())
    document["components"]["schemas"].update(schemas)
    with contextlib.suppress(NotAContract):
        normalise(document, OURS)
    assert len(calls) <= MOST_SHAPES + 1


WORDS = """
openapi info paths servers components schemas parameters get post delete requestBody responses content schema 200
default application/json multipart/form-data type properties required items enum allOf oneOf anyOf $ref name in
nullable format const minimum maxLength additionalProperties url description security title /api/v1/jobs
/api/v1/account /a/{b} x-codes readOnly discriminator examples
"""
KEYS = st.sampled_from(WORDS.split())
VALUES = ["3.1.0", "object", "string", "array", "null", "query", "path", "#/components/schemas/Job", "#/a"]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-9, 9),
    st.floats(-1, 1),
    st.text(max_size=4),
    st.sampled_from(VALUES),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(KEYS | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=25,
)


def normalised_or_refused(document: Any) -> None:
    """Assert that a document gives a valid contract or raises one of the two errors."""
    try:
        made = normalise(document, OURS)
    except (NotAContract, NeedsNotMet):
        return
    validate(made.document)


@given(st.dictionaries(KEYS, JUNK, max_size=5))
def test_junk_paths(paths: dict[str, Any]) -> None:
    normalised_or_refused({"openapi": "3.1.0", "paths": {f"/{path}": item for path, item in paths.items()}})


def places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place of a document."""
    found = [path] if path else []
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in children:
        found += places(value, (*path, key))
    return found


PLACES = places(RECONSTRUCTION)


@given(st.lists(st.tuples(st.sampled_from(PLACES), JUNK), min_size=1, max_size=3))
def test_junk_in_places_of_a_contract(edits: list[tuple[tuple[str | int, ...], Any]]) -> None:
    document = copy.deepcopy(RECONSTRUCTION)
    for (*around, last), junk in edits:
        node: Any = document
        with contextlib.suppress(LookupError, TypeError):  # an earlier edit has removed the place
            for step in around:
                node = node[step]
            node[last] = junk
    normalised_or_refused(document)
