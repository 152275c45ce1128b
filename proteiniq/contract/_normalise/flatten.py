"""Resolve references, compositions, unions and nullables of schemas.

OpenAPI has many spellings for one shape. `Flattener.flatten` returns the same `Flat` for all of them: `$ref` chains are
followed, `allOf` is merged, `nullable: true`, `type: [T, "null"]` and a `null` branch mean the same, and a union of
objects becomes one object with the properties of all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import unquote

import attrs

from .access import NotAContract, expected, mapping, names, sequence
from .keywords import kept

Schema = Mapping[str, Any]
Properties = Mapping[str, Any]
How = Literal["allOf", "anyOf"]

TYPES = frozenset({"string", "number", "integer", "boolean", "object", "array"})
MOST_SHAPES = 50_000
"""Maximum calls of `flatten` for one document; the service's own needs about a thousand."""
DEEPEST_COMPOSITION = 50

_NO_SCHEMA: Schema = {}


@attrs.frozen
class Flat:
    """One shape. Without `types`, any value is valid. Each schema of the document has its own `identity`.

    `required` are the properties that all branches of a union require, `branches` those that each of them requires.
    """

    identity: int = 0
    types: frozenset[str] = frozenset()
    nullable: bool = False
    null_only: bool = False
    properties: Properties = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    branches: tuple[tuple[str, ...], ...] = ()
    closed: bool = False
    items: Any = None
    values: tuple[Any, ...] = ()
    direction: str = ""
    kept: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def type(self) -> str | None:
        """The type, or None if there are several or any is valid."""
        return next(iter(self.types)) if len(self.types) == 1 else None


class Flattener:
    """Flattens the schemas of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._combined: dict[tuple[str, frozenset[int]], Schema] = {}
        self._siblings: dict[int, Schema] = {}
        self._open: list[int] = []
        self._flat: dict[int, tuple[Any, Flat]] = {}
        self._count = 0

    def resolve(self, node: Any, place: str) -> Schema:
        """The schema that `node` is or refers to, through any number of references.

        Raises NotAContract for a reference that is circular, unresolvable, or outside of the document.
        """
        seen: list[str] = []
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            reference = node["$ref"]
            if reference in seen or len(seen) > DEEPEST_COMPOSITION:
                raise NotAContract(f"{place}: the reference {reference} is circular")
            seen.append(reference)
            target = self._target(reference, place)
            if any(_restricts(key) for key in node):
                beside = {key: value for key, value in node.items() if key != "$ref"}
                return self._combine("allOf", [target, self._siblings.setdefault(id(node), beside)], place)
            node = target
        if isinstance(node, bool):
            return _NO_SCHEMA
        schema: Schema = expected(node, Mapping, "an object", place)
        return schema

    def flatten(self, node: Any, place: str) -> Flat:
        """The shape of `node`. Raises NotAContract if it is invalid or expands without end."""
        self._count += 1
        if self._count > MOST_SHAPES:
            raise NotAContract(f"{place}: the schemas expand to more than {MOST_SHAPES} shapes")
        known, flat = self._flat.get(id(node), (None, Flat()))
        if known is not None and known is node:
            return flat
        schema = self.resolve(node, place)
        if id(schema) in self._open:
            raise NotAContract(f"{place}: the schema is composed of itself")
        if len(self._open) > DEEPEST_COMPOSITION:
            raise NotAContract(f"{place}: composed more than {DEEPEST_COMPOSITION} levels deep")
        self._open.append(id(schema))
        try:
            flat = self._own(schema, place)
            parts = [self.flatten(part, place) for part in sequence(schema.get("allOf"), f"{place}.allOf")]
            for union in ("oneOf", "anyOf"):
                branches = sequence(schema.get(union), f"{place}.{union}")
                if branches:
                    parts.append(self._either(branches, place))
            for part in parts:
                flat = self._both(flat, part, place)
        finally:
            self._open.pop()
        beside = kept(node) if isinstance(node, Mapping) else {}
        flat = attrs.evolve(flat, identity=id(schema), kept={**flat.kept, **beside})
        self._flat[id(node)] = node, flat  # keeps the node alive, so that its id is not reused
        return flat

    def _target(self, reference: str, place: str) -> Any:
        if not reference.startswith("#/"):
            raise NotAContract(
                f"{place}: the reference {reference} is outside of the document: bundle it first"
            )
        node: Any = self._document
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")  # RFC 6901, part 6: it is in a URI
            if not isinstance(node, Mapping) or key not in node:
                raise NotAContract(f"{place}: the reference {reference} doesn't resolve")
            node = node[key]
        return node

    def _own(self, schema: Schema, place: str) -> Flat:
        """The shape of a schema without its compositions."""
        declared = schema.get("type")
        types = [declared] if isinstance(declared, str) else names(declared, f"{place}.type")
        known = [
            *sequence(schema.get("enum"), f"{place}.enum"),
            *([schema["const"]] if "const" in schema else []),
        ]
        values = tuple(value for value in known if value is not None)
        properties = mapping(schema.get("properties"), f"{place}.properties")
        return Flat(
            types=_simplest(TYPES & set(types) or _implied_types(schema, values)),
            nullable=schema.get("nullable") is True or "null" in types or None in known,
            null_only=set(types) == {"null"} or (bool(known) and not values),
            properties=properties,
            required=names(schema.get("required"), f"{place}.required"),
            closed=schema.get("additionalProperties") is False,
            items=schema.get("items"),
            values=values,
            direction=next((way for way in ("readOnly", "writeOnly") if schema.get(way) is True), ""),
            kept=kept(schema),
        )

    def _either(self, branches: Sequence[Any], place: str) -> Flat:
        """One shape for a union: what its branches have in common, and the properties of all."""
        flats = [self.flatten(branch, place) for branch in branches]
        shapes = [flat for flat in flats if not flat.null_only]
        if not shapes:
            return Flat(nullable=True, null_only=True)
        union = shapes[0]
        for flat in shapes[1:]:
            union = Flat(
                types=_simplest(union.types | flat.types if union.types and flat.types else ()),
                properties=self._together("anyOf", union.properties, flat.properties, place),
                required=tuple(name for name in union.required if name in flat.required),
                closed=union.closed and flat.closed,
                items=self._met("anyOf", union.items, flat.items, place),
                values=_unique([*union.values, *flat.values]) if union.values and flat.values else (),
                kept={key: value for key, value in union.kept.items() if flat.kept.get(key) == value},
            )
        required = [each for flat in shapes for each in flat.branches or (flat.required,)]
        return attrs.evolve(
            union,
            nullable=any(flat.nullable for flat in flats),
            branches=tuple(dict.fromkeys(required)) if len(shapes) > 1 else union.branches,
        )

    def _both(self, one: Flat, other: Flat, place: str) -> Flat:
        """The shape of a value for which both shapes hold."""
        return Flat(
            types=_simplest(_narrowed(one.types, other.types)),
            nullable=one.nullable or other.nullable,
            null_only=one.null_only or other.null_only,
            properties=self._together("allOf", one.properties, other.properties, place),
            required=tuple(dict.fromkeys([*one.required, *other.required])),
            branches=one.branches or other.branches,
            closed=one.closed and other.closed,
            items=self._met("allOf", one.items, other.items, place),
            values=one.values or other.values,
            direction=one.direction or other.direction,
            kept={**other.kept, **one.kept},
        )

    def _together(self, how: How, one: Properties, other: Properties, place: str) -> Properties:
        return {**one, **{name: self._met(how, one.get(name), node, place) for name, node in other.items()}}

    def _met(self, how: How, one: Any, other: Any, place: str) -> Any:
        """One schema from two, either of which may be None."""
        if one is None or other is None:
            return one if other is None else other
        return self._combine(how, [one, other], place)

    def _combine(self, how: How, nodes: Iterable[Any], place: str) -> Schema:
        """A composition of schemas: the same object each time, so that recursion is noticed."""
        parts: list[Schema] = []
        for node in nodes:
            schema = self.resolve(node, place)
            for part in schema[how] if schema.keys() == {how} else [node]:
                if not any(part is known or part == known for known in parts):
                    parts.append(part)
        if len(parts) == 1:
            return self.resolve(parts[0], place)
        key = how, frozenset(id(self.resolve(part, place)) for part in parts)
        return self._combined.setdefault(key, {how: parts})


def _restricts(keyword: str) -> bool:
    """Whether a keyword beside a `$ref` does more than describe it."""
    return keyword not in ("$ref", "description", "summary") and not keyword.startswith("x-")


def _implied_types(schema: Schema, values: Sequence[Any]) -> frozenset[str]:
    if schema.get("properties") or "additionalProperties" in schema:
        return frozenset({"object"})
    if "items" in schema:
        return frozenset({"array"})
    if values and all(isinstance(value, str) for value in values):
        return frozenset({"string"})
    return frozenset()


def _simplest(types: Collection[str]) -> frozenset[str]:
    """Types without those that another one implies."""
    return frozenset(types) - ({"integer"} if "number" in types else set())


def _narrowed(one: frozenset[str], other: frozenset[str]) -> frozenset[str]:
    if not one or not other:
        return one or other
    common = one & other
    if {"integer", "number"} <= one | other:
        common |= {"integer"}
    return common or one


def _unique(values: Iterable[Any]) -> tuple[Any, ...]:
    unique: list[Any] = []
    for value in values:
        if value not in unique:
            unique.append(value)
    return tuple(unique)
