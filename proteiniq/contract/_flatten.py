"""Schemas with their references, compositions, unions and nullables worked out.

OpenAPI has many spellings for one shape. `Flattener.flatten` gives the same `Flat` for all of them:
`$ref` chains are followed, `allOf` is merged, `nullable: true`, `type: [T, "null"]` and a `null` branch
mean the same, and a union of objects is one object that has the properties of all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

Schema = Mapping[str, Any]

KEPT = (
    "description",
    "format",
    "default",
    "example",
    "examples",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "contentEncoding",
    "contentMediaType",
)
"""Keywords that mean the same in every spelling and are passed on."""


class NotAContract(ValueError):
    """The document is not an OpenAPI document that can be read: what is wrong, and where."""


@attrs.frozen
class Flat:
    """One shape. `type` is None where anything goes; one place of the document has one `identity`."""

    identity: int
    type: str | None = None
    nullable: bool = False
    properties: Mapping[str, Schema] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    closed: bool = False
    items: Schema | None = None
    values: tuple[Any, ...] = ()
    kept: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def is_null(self) -> bool:
        return self.type == "null"


class Flattener:
    """Works out the schemas of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._combined: dict[str, Schema] = {}
        self._open: list[int] = []

    def resolve(self, node: Any, place: str) -> Mapping[str, Any]:
        """The object that `node` is or refers to, through any number of references.

        Raises NotAContract for a reference that leads nowhere, out of the document, or in a circle.
        """
        seen = set()
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen:
                raise NotAContract(f"{place}: the reference {reference} leads back to itself")
            seen.add(reference)
            target = self._target(reference, place)
            siblings = {key: value for key, value in node.items() if key != "$ref"}
            described = set(siblings) <= {"description", "summary"} or all(
                key.startswith("x-") or key in ("description", "summary") for key in siblings
            )
            if siblings and not described:
                return self._combine("allOf", [target, siblings])
            node = target
        if not isinstance(node, Mapping):
            raise NotAContract(f"{place}: expected an object, found {type(node).__name__}")
        return node

    def flatten(self, node: Any, place: str) -> Flat:
        """The shape of `node`. Raises NotAContract when it can't be worked out."""
        if isinstance(node, bool):
            node = {}
        schema = self.resolve(node, place)
        if id(schema) in self._open:
            raise NotAContract(f"{place}: the schema is composed of itself")
        self._open.append(id(schema))
        try:
            flat = self._own(schema, place)
            for part in schema.get("allOf", ()):
                flat = self._both(flat, self.flatten(part, place), "allOf")
            for union in ("oneOf", "anyOf"):
                if schema.get(union):
                    flat = self._both(flat, self._either(schema[union], place), "allOf")
        finally:
            self._open.pop()
        described = node.get("description") if isinstance(node, Mapping) else None
        kept = {**flat.kept, "description": described} if described else flat.kept
        return attrs.evolve(flat, identity=id(schema), kept=kept)

    def _target(self, reference: str, place: str) -> Any:
        if not reference.startswith("#/"):
            raise NotAContract(f"{place}: the reference {reference} leaves the document: bundle it first")
        node: Any = self._document
        for part in reference[2:].split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or key not in node:
                raise NotAContract(f"{place}: the reference {reference} leads nowhere")
            node = node[key]
        return node

    def _own(self, schema: Schema, place: str) -> Flat:
        """What the schema says itself, compositions left aside."""
        types = schema.get("type")
        names = [types] if isinstance(types, str) else list(types or ())
        values = list(schema.get("enum", ()))
        if "const" in schema:
            values.append(schema["const"])
        nullable = schema.get("nullable") is True or "null" in names or None in values
        values = [value for value in values if value is not None]
        names = [name for name in names if name != "null"]
        if set(names) == {"integer", "number"}:
            names = ["number"]
        kind = names[0] if len(names) == 1 else None
        if not names:
            kind = _implied_type(schema, values)
            if kind is None and ("null" in (types or ()) or (schema.get("enum") == [None])):
                kind = "null"
        properties = schema.get("properties") or {}
        if not isinstance(properties, Mapping):
            raise NotAContract(f"{place}: `properties` is not an object")
        return Flat(
            identity=id(schema),
            type=kind,
            nullable=nullable,
            properties=properties,
            required=tuple(schema.get("required") or ()),
            closed=schema.get("additionalProperties") is False,
            items=schema.get("items") if kind == "array" else None,
            values=tuple(values),
            kept={key: schema[key] for key in KEPT if key in schema},
        )

    def _either(self, branches: Sequence[Any], place: str) -> Flat:
        """One shape for a union: what all its branches have in common, and the properties of all."""
        flats = [self.flatten(branch, place) for branch in branches]
        nullable = any(flat.nullable or flat.is_null for flat in flats)
        flats = [flat for flat in flats if not flat.is_null]
        if not flats:
            return Flat(identity=0, type="null", nullable=True)
        union = flats[0]
        for flat in flats[1:]:
            union = self._both(union, flat, "anyOf")
        return attrs.evolve(union, nullable=nullable)

    def _both(self, one: Flat, other: Flat, how: str) -> Flat:
        """Two shapes of one thing, met in an `allOf` (both hold) or an `anyOf` (either does)."""
        properties = dict(one.properties)
        for name, schema in other.properties.items():
            properties[name] = (
                self._combine(how, [properties[name], schema]) if name in properties else schema
            )
        if how == "allOf":
            kind = one.type or other.type
            required = dict.fromkeys([*one.required, *other.required])
            nullable = one.nullable or other.nullable
            values = one.values or other.values
        else:
            numeric = {one.type, other.type} == {"integer", "number"}
            kind = "number" if numeric else one.type if one.type == other.type else None
            required = dict.fromkeys(name for name in one.required if name in other.required)
            nullable = one.nullable or other.nullable
            values = (*one.values, *(v for v in other.values if v not in one.values))
            if not (one.values and other.values):
                values = ()
        items = one.items if other.items is None else other.items
        if one.items is not None and other.items is not None:
            items = self._combine(how, [one.items, other.items])
        return Flat(
            identity=one.identity,
            type=kind,
            nullable=nullable,
            properties=properties,
            required=tuple(required),
            closed=one.closed and other.closed,
            items=items if kind == "array" else None,
            values=tuple(values),
            kept={**other.kept, **one.kept} if how == "allOf" else _common(one.kept, other.kept),
        )

    def _combine(self, how: str, schemas: list[Any]) -> Schema:
        """A composition of schemas; the same object each time, so that recursion is seen through it."""
        if all(schema == schemas[0] for schema in schemas):
            first: Schema = schemas[0]
            return first
        key = how + json.dumps(schemas, sort_keys=True)
        return self._combined.setdefault(key, {how: schemas})


def _implied_type(schema: Schema, values: list[Any]) -> str | None:
    if schema.get("properties") or "additionalProperties" in schema:
        return "object"
    if "items" in schema:
        return "array"
    if values and all(isinstance(value, str) for value in values):
        return "string"
    return None


def _common(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if other.get(key) == value}
