"""Every element of the reconstruction has a mark of its source, and no mark claims more than is known.

When the service's own document, which has no marks, replaces the reconstruction, only the last test here stays.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import sources
from _project import UPSTREAM

DOCUMENT: Mapping[str, Any] = json.loads(UPSTREAM.read_bytes())
ELEMENTS = dict(sources.elements(DOCUMENT))


def properties(schema: Any, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All properties below a schema, with their places."""
    if isinstance(schema, Mapping):
        for name, value in schema.get("properties", {}).items():
            yield f"{place}.{name}", value
            yield from properties(value, f"{place}.{name}")
        for inner in (schema.get("items"), *schema.get("anyOf", ())):
            yield from properties(inner, place)


def unmarked() -> Iterator[str]:
    components = DOCUMENT["components"]
    for path, item in DOCUMENT["paths"].items():
        for method, operation in item.items():
            parts = {f"parameter {p['name']}": p for p in operation.get("parameters", ())}
            parts |= {
                status: response
                for status, response in operation["responses"].items()
                if status not in operation["x-mark-responses"]
            }
            for name, part in {"": operation, **parts}.items():
                if "x-mark" not in part:
                    yield f"{method} {path} {name}"
    for group in ("responses", "headers", "securitySchemes"):
        yield from (f"{group} {name}" for name, value in components[group].items() if "x-mark" not in value)
    for name, schema in components["schemas"].items():
        yield from (
            place for place, value in [(name, schema), *properties(schema, name)] if "x-mark" not in value
        )


def test_every_element_has_a_mark() -> None:
    assert list(unmarked()) == []
    assert [mark for mark in ELEMENTS.values() if not re.fullmatch(r"S( [a-z]+)?|M|C", mark)] == []


def test_only_the_rate_limit_headers_are_stated_on_an_unknown_page() -> None:
    unknown = {place for place, mark in ELEMENTS.items() if mark == "S"}
    assert unknown == {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


def test_choices_inside_a_stated_element_are_counted_as_choices() -> None:
    ours = {
        "InputEntry.source.type.values.file",
        "Job.status.values.PENDING",
        "Job.status.values.QUEUED",
        "Job.status.values.RETRY",
        "POST /api/v1/jobs · Idempotency-Key (limits)",
        "GET /api/v1/results/{jobId} · 404 without output",
        "GET /api/v1/openapi.json · security · none",
    }
    assert {ELEMENTS[place] for place in ours} == {"C"}


def test_a_document_without_marks_is_described_as_the_services_own() -> None:
    assert "it has no marks" in " ".join(sources.page({"paths": {"/a": {"get": {}}}}).split())
