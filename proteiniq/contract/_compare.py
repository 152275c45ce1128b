"""Compare two normalised documents, and rate each change.

Both are read as facts, such as "`Job.status` is called `status`". A table gives the severity of adding, removing and
changing each kind of fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

from ._reshape import Shape, written

Severity = Literal["additive", "contract", "facade"]
"""Nothing breaks; other clients break, but the facade works; the installed facade breaks."""

SEVERITIES: tuple[Severity, ...] = ("additive", "contract", "facade")

_KINDS: Mapping[str, tuple[str, Severity, Severity, Severity]] = {
    # kind of fact: (its name, severity if it is added, removed, changed)
    "route": ("route", "additive", "contract", "facade"),
    "body": ("media type of the body", "facade", "facade", "facade"),
    "parameter": ("parameter", "additive", "contract", "facade"),
    "schema": ("schema", "additive", "contract", "contract"),
    "field": ("field", "additive", "contract", "contract"),
    "type": ("type", "additive", "additive", "contract"),
    "value": ("known value", "additive", "contract", "contract"),
    "guarantee": ("guarantee to be in every response", "additive", "contract", "contract"),
    "required": ("requirement", "contract", "additive", "contract"),
    "closed": ("rejection of other fields", "contract", "additive", "contract"),
    "key": ("API key requirement", "contract", "contract", "contract"),
    "scope": ("scope", "contract", "additive", "contract"),
    "error": ("error code", "additive", "additive", "additive"),
    "needed place": ("location on the wire", "facade", "facade", "facade"),
    "optional place": ("location on the wire", "contract", "contract", "contract"),
    "mechanism": ("mechanism", "facade", "facade", "facade"),
}

Facts = dict[tuple[str, str], str]
_Found = Iterator[tuple[tuple[str, str], str]]


@attrs.frozen
class Change:
    """A fact that was added, removed or changed."""

    severity: Severity
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """All changes, the most severe first."""
    old, new = facts(before), facts(after)
    changes = [
        change
        for kind, place in sorted(old.keys() | new.keys())
        if (change := _change(kind, place, old.get((kind, place)), new.get((kind, place)))) is not None
        and not _follows(kind, place, old, new)
    ]
    return sorted(changes, key=lambda change: -SEVERITIES.index(change.severity))


def facts(document: Mapping[str, Any]) -> Facts:
    """The facts of a normalised document: (kind, place) → value."""
    found: Facts = {}
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if not operation.get("x-absent"):
                found |= dict(_operation(f"{method.upper()} {path}", operation))
                found |= dict(_mechanisms(operation, schemas))
    for name, schema in schemas.items():
        found |= dict(_schema(name, schema))
    return found


def _mechanisms(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> _Found:
    """How an operation differs from our schema: paging, uploads, and the locations of fields in bodies."""
    name = operation["operationId"]
    for key in ("x-paging", "x-first-page", "x-constant-query", "x-upload"):
        if key in operation:
            yield ("mechanism", f"{name} {key[2:]}"), json.dumps(operation[key], sort_keys=True)
    response, request = operation["responses"]["2XX"], operation.get("requestBody", {})
    for noun, key, described in (("response", "x-response", response), ("body", "x-body", request)):
        media: Mapping[str, Any] = next(iter(described.get("content", {}).values()), {})
        shape, schema = Shape.load(operation.get(key)), media.get("schema", {})
        yield from _moved(f"{name} {noun}", shape, schema, schemas, sending=key == "x-body")


def _moved(
    place: str, shape: Shape, schema: Mapping[str, Any], schemas: Mapping[str, Any], *, sending: bool
) -> _Found:
    role = schemas.get(_role(schema.get("items", schema)), {})

    def kind(name: str) -> str:
        return "needed place" if sending or name in role.get("required", ()) else "optional place"

    for key, theirs in (("at", written(shape.at)), ("whole", shape.whole), ("constants", shape.constants)):
        if theirs:
            yield (kind(shape.whole) if key == "whole" else "needed place", f"{place} {key}"), str(theirs)
    moved = {written(ours): written(theirs) for ours, theirs in shape.moves}
    moved |= {f"{name}, its literals": json.dumps(dict(table)) for name, table in shape.values.items()}
    moved |= {f"{name}, its unit": f"{factor:g}" for name, factor in shape.scale.items()}
    for ours, theirs in moved.items():
        yield (kind(re.split(r"[.,]", ours)[0]), f"{place}.{ours}"), theirs
    for name, part in shape.parts.items():
        inner = role.get("properties", {}).get(name, {})
        yield from _moved(f"{place}.{name}", part, inner, schemas, sending=sending)


def _role(schema: Mapping[str, Any]) -> str:
    """The component that a schema refers to, alone or beside null; empty if it refers to none."""
    references = (each.get("$ref", "") for each in (schema, *schema.get("anyOf", ())))
    return next(filter(None, references), "").rpartition("/")[2]


def _change(kind: str, place: str, old: str | None, new: str | None) -> Change | None:
    noun, added, removed, changed = _KINDS[kind]
    if old == new:
        return None
    if old is None:
        return Change(added, place, f"new {noun}{_quoted(new, place)}")
    if new is None:
        return Change(removed, place, f"{noun}{_quoted(old, place)} is gone")
    return Change(changed, place, f"{noun} is `{new}`, was `{old}`")


def _quoted(value: str | None, place: str) -> str:
    return f" `{value}`" if value and not place.endswith(value) else ""


def _follows(kind: str, place: str, old: Facts, new: Facts) -> bool:
    """Whether another change implies this one: the facts of an element come and go with it."""
    names = {place, place.split(" = ")[0].removesuffix("[]"), re.split(r"[. ]", place)[0]}
    elements = {(each, name) for each in ("route", "parameter", "schema", "field") for name in names}
    return any((each in old) != (each in new) for each in elements - {(kind, place)})


def _operation(route: str, operation: Mapping[str, Any]) -> _Found:
    name = operation["operationId"]
    yield ("route", name), route
    for media in operation.get("requestBody", {}).get("content", {}):
        yield ("body", name), media
    if operation["security"]:
        yield ("key", name), ""
    if "x-scope" in operation:
        yield ("scope", name), operation["x-scope"]
    for code in {code for codes in operation.get("x-errors", {}).values() for code in codes}:
        yield ("error", f"{name} {code}"), ""
    for parameter in operation["parameters"]:
        if parameter["in"] != "path" and not parameter.get("x-undocumented"):
            place = f"{name} {parameter['in']} {parameter['name']}"
            yield ("parameter", place), parameter.get("x-wire", parameter["name"])
            yield from _described(place, parameter["schema"])
            if parameter["required"]:
                yield ("required", place), ""


def _schema(name: str, schema: Mapping[str, Any]) -> _Found:
    yield ("schema", name), ""
    missing = schema.get("x-undocumented", ())
    for field, described in schema["properties"].items():
        if field not in missing:
            yield ("field", f"{name}.{field}"), ""
            yield from _described(f"{name}.{field}", described)
    for wire, kind in schema.get("x-extra", {}).items():
        yield ("field", f"{name}.{wire}"), ""
        yield ("type", f"{name}.{wire}"), kind
    kind, required = "required", schema.get("required", ())
    if "x-required" in schema:
        kind, required = "guarantee", schema["x-required"]
    for wire in required:
        if wire not in missing:
            yield (kind, f"{name}.{wire}"), ""
    if schema.get("additionalProperties") is False:
        yield ("closed", name), ""


def _described(place: str, schema: Mapping[str, Any]) -> _Found:
    """Type and known values of a property or parameter. Null is ignored: normalising adds it."""
    kinds = schema.get("type", "any")
    kind = _role(schema) or (
        kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    )
    if kind == "array":
        yield from _described(f"{place}[]", schema["items"])
    yield ("type", place), " ".join(filter(None, [kind, schema.get("format"), schema.get("contentEncoding")]))
    for value in schema.get("x-known-values", ()):
        yield ("value", f"{place} = {value}"), ""
