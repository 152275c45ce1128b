"""Schemas that the facade knows, under our names, and whether they have the shape that it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from ._bindings import Bindings, Field, FieldType, Role
from ._flatten import Flat, Flattener
from ._keywords import fitting
from ._names import IN_MODELS, Ambiguous, find, pascal, usable
from ._places import Places
from ._spelling import BINARY_PART, FORM, JSON, SPELLED, mismatch, nullable, reference, with_values

Told = Callable[[str, str, str], None]
"""Told what is wrong: (place, what, entry of the bindings to edit)."""


@attrs.frozen
class Spot:
    """Where in an operation a schema stands."""

    place: str
    told: Told
    media: str = JSON

    def inside(self, name: str) -> Spot:
        return attrs.evolve(self, place=self.place + name)

    def wrong(self, what: str, role: Role) -> None:
        self.told(self.place, what, role.entry)


@attrs.define
class _Component:
    """What was found out about a role: our field name → its name in the contract, and its schema."""

    place: str
    flat: Flat
    names: dict[str, str]
    schemas: dict[str, dict[str, Any]]
    required: set[str]
    extra: dict[str, Any]
    closed: bool


class Shapes:
    """Collects the components that have a role."""

    def __init__(self, flattener: Flattener, bindings: Bindings, places: Places) -> None:
        self._flattener = flattener
        self._bindings = bindings
        self._places = places
        self._found: dict[str, _Component] = {}
        self._open: set[tuple[str, int]] = set()

    def bind(self, node: Any, role: Role, spot: Spot) -> dict[str, Any]:
        """A reference to the component of `role`, which `node` has to have the shape of."""
        flat = self._flattener.flatten(node, spot.place)
        instead = mismatch("object", flat, sending=role.is_request)
        if instead:
            spot.wrong(f"an object for us; the contract has {instead} there", role)
            return reference(role.name)
        if (role.name, flat.identity) in self._open:
            return reference(role.name)
        self._open.add((role.name, flat.identity))
        try:
            self._settle(role, self._component(flat, role, spot), spot)
        finally:
            self._open.discard((role.name, flat.identity))
        return reference(role.name)

    def documents(self, role: Role) -> bool:
        """Whether any field of `role` was found."""
        return role.name in self._found and bool(self._found[role.name].names)

    def components(self) -> dict[str, dict[str, Any]]:
        return {name: self._written(self._bindings.roles[name], self._found[name]) for name in self._found}

    def _component(self, flat: Flat, role: Role, spot: Spot) -> _Component:
        names: dict[str, str] = {}
        schemas: dict[str, dict[str, Any]] = {}
        for field in role.fields.values():
            inside = spot.inside(f".{field.name}")
            name = find(field, flat.properties)
            if isinstance(name, Ambiguous):
                both = " and ".join(name.candidates)
                inside.wrong(f"{both} could both be it: keep one, in `names`", role)
                name = name.candidates[0]
            if name is not None:
                names[field.name] = name
            elif field.documented:
                inside.wrong(self._missing(role, field, flat, spot.place), role)
            schemas[field.name] = self._field(flat.properties.get(name or "", {}), field, role, inside)
        if names.keys() <= {"object"} and spot.place == role.name:  # that one stands on everything
            self._check_unwrapped(role, flat, spot)
        component = _Component(spot.place, flat, names, schemas, set(), {}, role.is_request and flat.closed)
        bound = set(names.values())
        component.required = {ours for ours, name in names.items() if name in flat.required}
        others = [name for name in flat.properties if name not in bound]
        component.extra = {name: flat.properties[name] for name in others}
        if role.is_request:
            self._check_required(component, role, spot)
        return component

    def _field(self, node: Any, field: Field, role: Role, spot: Spot) -> dict[str, Any]:
        """A property in our spelling. What the contract says must be compatible with what we read or send."""
        flat = self._flattener.flatten(node, spot.place)
        if field.present and flat.nullable and not role.is_request:
            spot.wrong("the facade needs a value, and the contract says that it may be null", role)
        if field.type.many:
            instead = mismatch(field.type.name, flat, sending=role.is_request, many=True)
            if instead and find(field, flat.properties):
                spot.wrong("it is one level down: the answer seems to be wrapped in an envelope", role)
            elif instead:
                spot.wrong(f"{field.type} for us; the contract has {instead} there", role)
            each = FieldType(field.type.name)
            items = {} if flat.items is None or instead else flat.items
            found = self._typed(items, each, role, spot.inside("[]")) if not instead else {}
            schema = fitting(flat.kept, {"type": "array", "items": found})
        else:
            schema = self._typed(node, field.type, role, spot)
        may_be_null = flat.nullable if role.is_request else not field.present
        return nullable(schema) if may_be_null else schema

    def _typed(self, node: Any, kind: FieldType, role: Role, spot: Spot) -> dict[str, Any]:
        flat = self._flattener.flatten(node, spot.place)
        description = flat.kept.get("description")
        if kind.is_role:
            bound = self.bind(node, self._bindings.roles[kind.name], spot)
            return {**bound, "description": description} if description else bound
        instead = mismatch(kind.name, flat, sending=role.is_request)
        if instead:
            spot.wrong(f"{kind} for us; the contract has {instead} there", role)
        is_part = kind.name == "binary" and spot.media == FORM
        spelled = BINARY_PART if is_part else SPELLED[kind.name]
        hidden = ("format", "contentEncoding", "contentMediaType")
        said = {key: value for key, value in flat.kept.items() if key not in hidden}
        return with_values(fitting(said, spelled), flat)

    def _check_required(self, component: _Component, role: Role, spot: Spot) -> None:
        """What the contract requires has to be sent: all of it, and of a union all of one branch."""
        flat = component.flat
        unsent = [self._unsent(branch, component, role, spot) for branch in flat.branches]
        for missing in [
            self._unsent(flat.required, component, role, spot),
            *([] if [] in unsent else unsent),
        ]:
            for place, what in missing:
                spot.inside(f".{place}").wrong(what, role)

    def _unsent(
        self, required: Iterable[str], component: _Component, role: Role, spot: Spot
    ) -> list[tuple[str, str]]:
        """Those of the names that the facade doesn't send for certain, and what to do about each."""
        ours = {name: field for field, name in component.names.items()}
        unsent = []
        for name in required:
            described = component.flat.properties.get(name, {})
            if self._flattener.flatten(described, spot.place).direction == "readOnly":
                continue
            field = role.fields.get(ours.get(name, ""))
            if field is None:
                what = (
                    "the contract requires it, and the facade doesn't send it: add it here and to the facade"
                )
                unsent.append((name, what))
            elif not field.present:
                what = "the contract requires it, and the facade sends it only when asked: move it to `sends`"
                unsent.append((field.name, what))
        return unsent

    def _settle(self, role: Role, component: _Component, spot: Spot) -> None:
        """Keep one component for a role: its places have one shape, though one may document less."""
        known = self._found.setdefault(role.name, component)
        if known is component:
            return
        for field, name in component.names.items():
            if known.names.get(field, name) != name:
                what = f"{role.name} has two shapes: this is `{name}` here, `{known.names[field]}` in {known.place}"
                spot.inside(f".{field}").wrong(what, role)
            elif field not in known.names:
                known.names[field] = name
                known.schemas[field] = component.schemas[field]
        known.required &= component.required
        known.extra = {**component.extra, **known.extra}
        known.closed = known.closed and component.closed

    def _written(self, role: Role, found: _Component) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        names = {field: found.names.get(field, field) for field in role.fields}
        for field, name in names.items():
            alias = {} if name == field else {"x-name": field}
            properties[name] = {**found.schemas[field], **alias}
        typed = usable(found.extra, role.fields, IN_MODELS) if role.is_request else []
        for name in typed:
            properties[name] = self._places.schema(found.extra[name], role.name + pascal(name))
        extra = {
            name: self._kind(found.extra[name], name) for name in sorted(found.extra.keys() - set(typed))
        }
        component: dict[str, Any] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": not found.closed,
        }
        required = sorted(names[field] for field in found.required)
        if not role.is_request:
            component["x-required"] = required
            required = sorted(names[field.name] for field in role.fields.values() if field.present)
        undocumented = sorted(role.fields.keys() - found.names.keys())
        told = {"required": required, "x-undocumented": undocumented, "x-extra": extra}
        return fitting(found.flat.kept, component | {key: value for key, value in told.items() if value})

    def _check_unwrapped(self, role: Role, flat: Flat, spot: Spot) -> None:
        """An answer of which the facade needs no field may be empty, but not have all of them one level down."""
        if any(field.documented for field in role.fields.values()):
            return  # Each of these is told of by itself.
        for field in role.fields.values():
            envelope = self._envelope(field, flat, spot.place)
            if envelope:
                spot.inside(f".{field.name}").wrong(envelope, role)

    def _envelope(self, field: Field, flat: Flat, place: str) -> str | None:
        for name, node in flat.properties.items():
            if find(field, self._flattener.flatten(node, f"{place}.{name}").properties):
                return f"it is inside `{name}`: the answer seems to be wrapped in an envelope"
        return None

    def _missing(self, role: Role, field: Field, flat: Flat, place: str) -> str:
        envelope = self._envelope(field, flat, place)
        if envelope:
            return envelope
        there = ", ".join(sorted(flat.properties)) or "nothing"
        verb = "sends" if role.is_request else "needs"
        return f"the facade {verb} it and the contract doesn't document it (there: {there})"

    def _kind(self, node: Any, place: str) -> str:
        types = self._flattener.flatten(node, place).types
        return " or ".join(sorted(types)) or "any"
