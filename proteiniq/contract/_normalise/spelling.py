"""How the normalised document spells each type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .flatten import Flat
from .keywords import fitting

FORM = "multipart/form-data"
JSON = "application/json"
STREAM = "text/event-stream"

SPELLED: Mapping[str, Mapping[str, Any]] = {
    "string": {"type": "string"},
    "timestamp": {"type": "string", "format": "date-time"},
    "binary": {"type": "string", "contentEncoding": "base64"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object", "additionalProperties": True},
    "any": {},
}
BINARY_PART: Mapping[str, Any] = {"type": "string", "format": "binary"}
"""Bytes as a part of a form. In JSON they are base64."""

_KINDS = {"timestamp": "string", "binary": "string"}


def kind_of(name: str) -> str:
    """The JSON type of one of our plain types."""
    return _KINDS.get(name, name)


def mismatch(name: str, flat: Flat, *, sending: bool, many: bool = False) -> str | None:
    """The contract's types, if our type `name` can't be read from them or sent as them; otherwise None."""
    ours = "array" if many else kind_of(name)
    if ours == "any" or not flat.types:
        return "null" if flat.null_only and ours != "any" else None
    numbers = {"integer", "number"}
    fits = numbers if ours in numbers else {ours}
    if flat.types & fits if sending else flat.types <= fits:
        return None
    return " or ".join(sorted(flat.types))


def scalar(flat: Flat) -> dict[str, Any]:
    """The schema of a shape without properties or items."""
    kind = {"type": flat.type} if flat.type in ("string", "number", "integer", "boolean") else {}
    return with_values(fitting({**flat.kept}, kind), flat)


def with_values(schema: Mapping[str, Any], flat: Flat) -> dict[str, Any]:
    """A schema with its known values. Enums are open, so other values are valid too."""
    return {**schema, "x-known-values": list(flat.values)} if flat.values else dict(schema)


def nullable(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**rest, "anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return dict(schema)


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
