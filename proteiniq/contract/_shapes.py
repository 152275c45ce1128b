"""Schemas under our names: those the facade knows by role, all others by the place they were found in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ._bindings import Bindings, Field, FieldType, Role
from ._flatten import Flat, Flattener

Complain = Callable[[str, str], None]
"""Told what is wrong with a place: (place, what)."""

_COMPATIBLE = {
    "string": {"string"},
    "timestamp": {"string"},
    "binary": {"string"},
    "number": {"number", "integer"},
    "integer": {"number", "integer"},
    "boolean": {"boolean"},
    "object": {"object"},
}
_SPELLED: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "timestamp": {"type": "string", "format": "date-time"},
    "binary": {"type": "string", "format": "binary"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object", "additionalProperties": True},
    "any": {},
}


def spellings(name: str) -> list[str]:
    """How a name may be written: as it is, in camelCase, in snake_case."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match[1].lower(), name)
    words = snake.split("_")
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    return list(dict.fromkeys([name, camel, snake]))


def find(name: str, names: Mapping[str, Any]) -> str | None:
    """The spelling of `name` that is among `names`."""
    return next((spelling for spelling in spellings(name) if spelling in names), None)


def pascal(name: str) -> str:
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


class Shapes:
    """Collects the components of the normalised document."""

    def __init__(self, flattener: Flattener, bindings: Bindings) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self._flattener = flattener
        self._bindings = bindings
        self._open: dict[int, str] = {}
        self._places: dict[str, str] = {}

    def bind(self, node: Any, role: Role, place: str, complain: Complain) -> dict[str, Any]:
        """A reference to the component of `role`, which `node` has to have the shape of."""
        flat = self._flattener.flatten(node, place)
        if flat.type not in ("object", None):
            complain(place, f"{role.name} is an object for us; the contract has {_said(flat.type)} there")
            return {"$ref": f"#/components/schemas/{role.name}"}
        properties: dict[str, Any] = {}
        bound: set[str] = set()
        undocumented: set[str] = set()
        for field in role.fields.values():
            name = find(field.name, flat.properties)
            if name is None:
                if field.documented:
                    complain(f"{place}.{field.name}", self._missing(role, field, flat, place))
                undocumented.add(field.name)
                schema = self._field({}, field, role, f"{place}.{field.name}", complain)
                properties[field.name] = schema
                continue
            bound.add(name)
            properties[name] = self._field(flat.properties[name], field, role, f"{place}.{name}", complain)
        component: dict[str, Any] = {**flat.kept, "type": "object", "properties": properties}
        if role.is_request:
            self._finish_request(component, role, flat, bound, place, complain)
        else:
            self._finish_answer(component, role, flat, bound)
        if undocumented:
            component["x-undocumented"] = sorted(undocumented)
        self._settle(role, component, place, complain)
        return {"$ref": f"#/components/schemas/{role.name}"}

    def place(self, node: Any, name: str) -> dict[str, Any]:
        """A schema that has no role, its objects named by their place."""
        flat = self._flattener.flatten(node, name)
        schema = self._placed(flat, name)
        return _nullable(schema) if flat.nullable else schema

    def _placed(self, flat: Flat, name: str) -> dict[str, Any]:
        if flat.type == "array":
            items = self.place(flat.items, name + "Item") if flat.items is not None else {}
            return {**flat.kept, "type": "array", "items": items}
        if flat.type != "object":
            return _scalar(flat)
        if not flat.properties:
            return {**flat.kept, "type": "object", "additionalProperties": True}
        if flat.identity in self._open:
            return {"$ref": f"#/components/schemas/{self._open[flat.identity]}"}
        while name in self.components:
            name += "X"
        self.components[name] = {}
        self._open[flat.identity] = name
        component = {
            **flat.kept,
            "type": "object",
            "properties": {
                key: self.place(value, name + pascal(key)) for key, value in flat.properties.items()
            },
            "additionalProperties": True,
        }
        del self._open[flat.identity]
        required = sorted(set(flat.required) & set(flat.properties))
        if required:
            component["required"] = required
        self.components[name] = component
        return {"$ref": f"#/components/schemas/{name}"}

    def _field(self, node: Any, field: Field, role: Role, place: str, complain: Complain) -> dict[str, Any]:
        """A property in our spelling. What the contract says must be compatible with what we read or send."""
        flat = self._flattener.flatten(node, place)
        if field.type.many:
            if flat.type not in ("array", None):
                complain(place, f"{field.type} for us; the contract has {_said(flat.type)} there")
            items = flat.items if flat.items is not None else {}
            schema: dict[str, Any] = {
                **flat.kept,
                "type": "array",
                "items": self._typed(items, FieldType(field.type.name), f"{place}[]", complain),
            }
        else:
            schema = self._typed(node, field.type, place, complain)
        may_be_null = flat.nullable if role.is_request else not field.present
        return _nullable(schema) if may_be_null else schema

    def _typed(self, node: Any, kind: FieldType, place: str, complain: Complain) -> dict[str, Any]:
        if kind.is_role:
            reference = self.bind(node, self._bindings.roles[kind.name], place, complain)
            description = self._flattener.flatten(node, place).kept.get("description")
            return {**reference, "description": description} if description else reference
        flat = self._flattener.flatten(node, place)
        if flat.type is not None and flat.type not in _COMPATIBLE.get(kind.name, {flat.type}):
            complain(place, f"{kind} for us; the contract has {_said(flat.type)} there")
            return dict(_SPELLED[kind.name])
        kept = {key: value for key, value in flat.kept.items() if key != "format"}
        schema = {**kept, **_SPELLED[kind.name]}
        if flat.values:
            schema["x-known-values"] = list(flat.values)
        return schema

    def _finish_request(
        self,
        component: dict[str, Any],
        role: Role,
        flat: Flat,
        bound: set[str],
        place: str,
        complain: Complain,
    ) -> None:
        for name in flat.required:
            if name not in bound:
                complain(
                    f"{place}.{name}",
                    "the contract requires it, and the facade doesn't send it: "
                    f"add it to [schemas.{role.name}] and to the facade",
                )
        for name in sorted(set(flat.properties) - bound):
            component["properties"][name] = self.place(flat.properties[name], role.name + pascal(name))
        component["additionalProperties"] = not flat.closed
        required = sorted(set(flat.required) & bound)
        if required:
            component["required"] = required

    def _finish_answer(self, component: dict[str, Any], role: Role, flat: Flat, bound: set[str]) -> None:
        component["additionalProperties"] = True
        component["x-required"] = sorted(set(flat.required) & bound)
        required = [
            find(field.name, flat.properties) or field.name for field in role.fields.values() if field.present
        ]
        if required:
            component["required"] = sorted(required)
        unbound = sorted(set(flat.properties) - bound)
        if unbound:
            component["x-extra"] = {
                name: self._flattener.flatten(flat.properties[name], name).type or "any" for name in unbound
            }

    def _settle(self, role: Role, component: dict[str, Any], place: str, complain: Complain) -> None:
        """Keep one component for a role: its places have one shape, though one may document less."""
        known = self.components.setdefault(role.name, component)
        if known is component:
            self._places[role.name] = place
            return
        mine, theirs = (set(each["properties"]) for each in (component, known))
        differing = {find(name, dict.fromkeys(theirs)) or name for name in mine - theirs} & theirs
        if differing:
            complain(
                place,
                f"{role.name} has two shapes: {', '.join(sorted(differing))} is spelled another way in "
                f"{self._places[role.name]}",
            )
            return
        if len(component.get("x-undocumented", ())) < len(known.get("x-undocumented", ())):
            self.components[role.name] = component
            self._places[role.name] = place

    def _missing(self, role: Role, field: Field, flat: Flat, place: str) -> str:
        held = [
            name
            for name, node in flat.properties.items()
            if find(field.name, self._flattener.flatten(node, f"{place}.{name}").properties)
        ]
        if held:
            return (
                f"{role.name} needs it here, and it is inside `{held[0]}`: "
                "the answer seems to be wrapped in an envelope"
            )
        there = ", ".join(sorted(flat.properties)) or "nothing"
        verb = "sends" if role.is_request else "needs"
        return (
            f"the facade {verb} it and the contract doesn't document it (there: {there}): "
            f"edit [schemas.{role.name}]"
        )


def _scalar(flat: Flat) -> dict[str, Any]:
    schema: dict[str, Any] = dict(flat.kept)
    if flat.type in ("string", "number", "integer", "boolean"):
        schema["type"] = flat.type
    if flat.values:
        schema["x-known-values"] = list(flat.values)
    return schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """The one way that the normalised document says that a value may be null."""
    if "$ref" in schema:
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        return {**rest, "anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    return schema


def _said(kind: str | None) -> str:
    return "anything" if kind is None else f"{'an' if kind[0] in 'aeio' else 'a'} {kind}"
