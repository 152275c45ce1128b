"""Schemas that the facade knows, under our names: where each field is, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .._reshape import Shape, Steps
from .bindings import Bindings, Field, FieldType, Role
from .counterparts import counterpart
from .flatten import Flat, Flattener
from .keywords import fitting
from .literals import Literals, factors, know_both, separator
from .locating import Locator, is_silent, plain_field
from .names import IN_MODELS, Ambiguous, pascal, usable
from .places import Places
from .required import constants
from .spelling import BINARY_PART, FORM, SPELLED, mismatch, nullable, reference, with_values
from .spots import Spot


@attrs.define
class _Found:
    """What one place says of a role: our field → its place there, and its schema; what else is there."""

    places: dict[str, Steps]
    schemas: dict[str, dict[str, Any]]
    kept: Mapping[str, Any]
    required: set[str]
    extra: dict[str, Any]
    closed: bool
    shape: Shape
    lost: set[str] = attrs.field(factory=set)
    is_assumed: bool = False


@attrs.define
class _Component:
    """What all places together say of a role."""

    kept: Mapping[str, Any]
    schemas: dict[str, dict[str, Any]]
    documented: set[str]
    required: set[str]
    extra: dict[str, Any]
    closed: bool
    unread: dict[str, set[str]]
    """Fields that no place has so far → names there that nothing reads."""
    is_assumed: bool
    told: set[str] = attrs.field(factory=set)
    """Fields that are lost for a reason of their own."""


class Shapes:
    """Collects the components that have a role."""

    def __init__(
        self,
        flattener: Flattener,
        bindings: Bindings,
        places: Places,
        known: Mapping[str, Shape] | None = None,
    ) -> None:
        self.documented: dict[str, Shape] = {}
        """The shape that a role has where it is documented first."""
        self._known = known or {}
        self._flattener = flattener
        self._bindings = bindings
        self._locator = Locator(flattener, bindings.roles)
        self._places = places
        self._components: dict[str, _Component] = {}
        self._open: set[tuple[str, int]] = set()
        self._literals = Literals()
        self._made: list[Any] = []  # schemas put together here: the flattener knows them by identity

    def bind_root(self, node: Any, role: Role, spot: Spot) -> Shape:
        """The shape of a whole response: `node`, or an object inside of it, has the fields of `role`."""
        flat = self._flattener.flatten(node, spot.place)
        lists = [field for field in role.fields.values() if field.type.many and field.present]
        if flat.type == "array" and len(lists) == 1:
            bare = {"type": "object", "properties": {lists[0].name: node}, "required": [lists[0].name]}
            self._made.append(bare)
            return attrs.evolve(self.bind(bare, role, spot), bare=lists[0].name)
        if not is_silent(flat) and not self._locator.holds(flat, role, spot):
            for at in self._bindings.envelopes:
                inner = self._locator.flat_at(node, at, spot.place)
                if inner is not None and inner[1].properties and self._locator.holds(inner[1], role, spot):
                    return attrs.evolve(self.bind(inner[0], role, spot), at=at)
        return self.bind(node, role, spot)

    def bind(self, node: Any, role: Role, spot: Spot) -> Shape:
        """The shape of `node`, which has the fields of `role`. What is missing is told."""
        flat = self._flattener.flatten(node, spot.place)
        plain = plain_field(role, flat)
        if plain is not None:
            whole = {"type": "object", "properties": {plain.name: node}, "required": [plain.name]}
            self._made.append(whole)
            return attrs.evolve(self.bind(whole, role, spot), plain=plain.name)
        instead = mismatch("object", flat, sending=role.is_request)
        if instead:
            spot.wrong(f"expected an object; the contract has {instead}", role)
            flat = Flat()
        elif is_silent(flat):
            spot.assumed(spot.place)
        silent = bool(instead) or is_silent(flat)
        key = role.name, flat.identity
        if not silent and key in self._open:
            return Shape()
        self._open.add(key)
        try:
            found = self._assume(role, spot) if silent else self._find(flat, role, spot)
        finally:
            self._open.discard(key)
        self._settle(role, found)
        if not silent:
            self.documented.setdefault(role.name, found.shape)
        return found.shape

    def documents(self, role: Role) -> bool:
        """Whether any field of `role` was found."""
        return role.name in self._components and bool(self._components[role.name].documented)

    def has(self, role: Role, name: str) -> bool:
        return role.name in self._components and name in self._components[role.name].documented

    def components(self) -> dict[str, dict[str, Any]]:
        return {
            name: self._written(self._bindings.roles[name], each) for name, each in self._components.items()
        }

    def tell_literals(self) -> None:
        """Tell which literals no place of a role knows."""
        self._literals.tell()

    def gone(self) -> Iterable[tuple[Role, list[str]]]:
        """The optional fields that no place of a role documents, with what could be each."""
        for name, component in self._components.items():
            role = self._bindings.roles[name]
            lost = [
                field + counterpart(field, component.unread.get(field, ()))
                for field, wanted in role.fields.items()
                if field not in component.documented
                and wanted.missed
                and not wanted.documented  # else it is told where it is missing
                and field not in component.told
            ]
            if lost:
                yield role, lost

    # ---- one place

    def _assume(self, role: Role, spot: Spot) -> _Found:
        """A place of which the document says nothing: it is as another place has it, or our own documentation."""
        quiet = attrs.evolve(spot.quiet(), identity=frozenset(role.fields))
        schemas = {
            field.name: self._field({}, field, role, quiet.inside(f".{field.name}"))[0]
            for field in role.fields.values()
        }
        required = {field.name for field in role.fields.values() if field.present and field.documented}
        values = {name: table for name, table in role.values.items() if table}
        places: dict[str, Steps] = {name: (name,) for name in role.fields}
        shape = self._known.get(role.name) or Shape(values=values, scale=role.scale)
        return _Found(places, schemas, {}, required, {}, False, shape, is_assumed=True)

    def _find(self, flat: Flat, role: Role, spot: Spot) -> _Found:
        places: dict[str, Steps] = {}
        schemas: dict[str, dict[str, Any]] = {}
        moves: list[tuple[Steps, Steps]] = []
        parts: dict[str, Shape] = {}
        joined: dict[str, str] = {}
        taken: set[str] = set()
        lost: set[str] = set()
        for field in role.fields.values():
            inside = spot.inside(f".{field.name}", optional=not field.documented)
            place = self._locator.locate(field, flat, role, spot.place)
            if isinstance(place, Ambiguous):
                both = " and ".join(place.candidates)
                inside.wrong(f"{both} could both be it: keep one, in `names`", role)
                place = (place.candidates[0],)
            nested = (
                self._locator.nested(field, flat, role, spot)
                if field.type.is_role and not field.type.many
                else {}
            )
            moves += nested.items()
            taken |= {str(their[0]) for their in nested.values()}
            if place is not None:
                places[field.name] = place
                taken.add(str(place[0]))
                if place != (field.name,) and place not in nested.values():
                    moves.append(((field.name,), place))
            elif nested or field.assumed:
                places[field.name] = (field.name,)
            elif field.documented and field.name not in spot.identity:
                inside.wrong(self._missing(role, field, flat), role)
            node = self._locator.node_at(flat, place, spot.place) if place is not None else {}
            if nested:
                node = self._composed(
                    None if place in nested.values() else place and node, nested, flat, spot
                )
            here = inside if place is not None or nested else inside.quiet()
            if role.is_request and field.type.many and field.type.name == "string":
                between = separator(self._flattener.flatten(node, spot.place))
                if between:
                    joined[field.name] = between
                    self._made.append(node := {"type": "array", "items": {"type": "string"}})
            schemas[field.name], part, fits = self._field(node, field, role, here)
            if part:
                parts[field.name] = part
            if not fits:
                lost.add(field.name)
        values = self._literals.tables(places, schemas, role, spot)
        scale = factors(self._locator, places, schemas, flat, role)
        bound = {str(place[0]) for place in places.values()} | taken
        extra = {name: node for name, node in flat.properties.items() if name not in bound}
        required = {name for name, place in places.items() if len(place) == 1 and place[0] in flat.required}
        closed = role.is_request and flat.closed
        filled = constants(self._flattener, flat, places, role, spot) if role.is_request else {}
        shape = Shape(
            moves=tuple(moves), values=values, scale=scale, joined=joined, parts=parts, constants=filled
        )
        good = {name: place for name, place in places.items() if name not in lost}
        return _Found(good, schemas, flat.kept, required - lost, extra, closed, shape, lost)

    def _composed(self, own: Any, nested: Mapping[Steps, Steps], flat: Flat, spot: Spot) -> Any:
        """An object of ours whose fields are in several places, as one schema."""
        made: dict[str, Any] = {"type": "object", "properties": {}}
        for ours, place in nested.items():
            inner = made
            for step in ours[1:-1]:
                inner = inner["properties"].setdefault(step, {"type": "object", "properties": {}})
            inner["properties"][ours[-1]] = self._locator.node_at(flat, place, spot.place)
        self._made.append(made if own is None else {"allOf": [own, made]})
        return self._made[-1]

    def _field(self, node: Any, field: Field, role: Role, spot: Spot) -> tuple[dict[str, Any], Shape, bool]:
        """A property in our spelling, the shape of what is inside, and whether it is compatible with ours."""
        flat = self._flattener.flatten(node, spot.place)
        fits = True

        def wrong(what: str) -> None:
            nonlocal fits
            fits = False
            spot.wrong(what, role)

        if field.present and flat.nullable and not role.is_request:
            wrong("the facade needs a value, and the contract says that it may be null")
        shape = Shape()
        if field.type.many:
            instead = mismatch(field.type.name, flat, sending=role.is_request, many=True)
            if instead:
                wrong(f"expected {field.type}; the contract has {instead}")
            each = FieldType(field.type.name)
            items = {} if flat.items is None or instead else flat.items
            inside = spot.inside("[]").quiet() if instead else spot.inside("[]")
            found, shape, good = self._typed(items, each, role, inside)
            fits = fits and good
            schema = fitting(flat.kept, {"type": "array", "items": found})
        else:
            schema, shape, good = self._typed(node, field.type, role, spot)
            fits = fits and good
        may_be_null = flat.nullable if role.is_request else not field.present
        return nullable(schema) if may_be_null else schema, shape, fits

    def _typed(
        self, node: Any, kind: FieldType, role: Role, spot: Spot
    ) -> tuple[dict[str, Any], Shape, bool]:
        flat = self._flattener.flatten(node, spot.place)
        description = flat.kept.get("description")
        if kind.is_role:
            shape = self.bind(node, self._bindings.roles[kind.name], spot)
            bound = reference(kind.name)
            fits = bool(shape.plain) or mismatch("object", flat, sending=role.is_request) is None
            return ({**bound, "description": description} if description else bound), shape, fits
        instead = mismatch(kind.name, flat, sending=role.is_request)
        if instead:
            spot.wrong(f"expected {kind}; the contract has {instead}", role)
        is_part = kind.name == "binary" and spot.media == FORM
        ours = BINARY_PART if is_part else SPELLED[kind.name]
        hidden = ("format", "contentEncoding", "contentMediaType")
        said = {} if instead else {key: value for key, value in flat.kept.items() if key not in hidden}
        schema = fitting(said, ours)
        return (schema if instead else with_values(schema, flat)), Shape(), not instead

    def _missing(self, role: Role, field: Field, flat: Flat) -> str:
        there = ", ".join(sorted(flat.properties)) or "nothing"
        verb = "sends" if role.is_request else "needs"
        read = {self._locator.own(each, flat) for each in role.fields.values()}
        meant = counterpart(field.name, flat.properties.keys() - read)
        return f"the facade {verb} it and the contract doesn't document it{meant or f' (there: {there})'}"

    # ---- all places of a role

    def _settle(self, role: Role, found: _Found) -> None:
        """Keep one component for a role: what its places say together."""
        known = self._components.get(role.name)
        if known is not None and found.is_assumed:
            return  # what is documented somewhere is not assumed elsewhere
        if known is None or known.is_assumed:
            known = self._components[role.name] = _Component(
                found.kept,
                dict(found.schemas),
                set(),
                set(found.required),
                {},
                found.closed,
                {},
                found.is_assumed,
            )
        for field in found.places.keys() - known.documented:
            known.documented.add(field)
            known.schemas[field] = found.schemas[field]
        for field in found.places:
            know_both(known.schemas[field], found.schemas[field])
        known.required &= found.required
        known.extra = {**found.extra, **known.extra}
        known.closed = known.closed and found.closed
        known.told |= found.lost
        unread = {*found.extra, *self._inner(found.extra, role.name)}
        for field in role.fields:
            known.unread.setdefault(field, set()).update(unread)

    def _inner(self, extra: Mapping[str, Any], where: str) -> Iterable[str]:
        """What is inside of objects that nothing reads: `timestamps.created_at`."""
        for name, node in extra.items():
            for inner in self._flattener.flatten(node, where).properties:
                yield f"{name}.{inner}"

    def _written(self, role: Role, found: _Component) -> dict[str, Any]:
        properties = {name: dict(found.schemas[name]) for name in role.fields}
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
        required = sorted(found.required)
        if not role.is_request:
            component["x-required"] = required
            required = sorted(field.name for field in role.fields.values() if field.present)
        undocumented = sorted(role.fields.keys() - found.documented)
        told = {"required": required, "x-undocumented": undocumented, "x-extra": extra}
        return fitting(found.kept, component | {key: value for key, value in told.items() if value})

    def _kind(self, node: Any, place: str) -> str:
        types = self._flattener.flatten(node, place).types
        return " or ".join(sorted(types)) or "any"
