"""Bind the schemas of the document to our roles: the place of each field, and the missing ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .._reshape import Shape, Steps
from .bindings import Bindings, Field, Role
from .findings import Spot
from .flatten import Flat, Flattener
from .keywords import fitting
from .literals import Literals, factors, know_both, separator
from .locating import Locator, is_silent, plain_field
from .names import IN_MODELS, ambiguous, counterpart, pascal, spelled, spellings, usable
from .places import Places
from .required import constants
from .spelling import BINARY_PART, FORM, SPELLED, mismatch, nullable, reference, with_values


@attrs.define
class _Found:
    """The fields of a role at one place, or merged from all its places."""

    schemas: dict[str, dict[str, Any]]
    """A schema for each of our fields, documented or not."""
    documented: set[str]
    required: set[str]
    kept: Mapping[str, Any] = attrs.field(factory=dict)
    extra: Mapping[str, Any] = attrs.field(factory=dict)
    """Other properties, by the contract's name."""
    closed: bool = False
    lost: set[str] = attrs.field(factory=set)
    """Fields with an incompatible type, which don't count as documented."""
    is_assumed: bool = False

    def merge(self, other: _Found) -> None:
        for field in other.documented:
            if field not in self.documented:
                self.schemas[field] = other.schemas[field]
            know_both(self.schemas[field], other.schemas[field])
        self.documented |= other.documented
        self.required &= other.required
        self.extra = {**other.extra, **self.extra}
        self.closed = self.closed and other.closed
        self.lost |= other.lost


class Shapes:
    """Collects the components with a role."""

    def __init__(
        self,
        flattener: Flattener,
        bindings: Bindings,
        places: Places,
        known: Mapping[str, Shape] | None = None,
    ) -> None:
        self.documented: dict[str, Shape] = {}
        """The shape of each role at the first place that documents it."""
        self._known = known or {}
        self._flattener = flattener
        self._bindings = bindings
        self._locator = Locator(flattener, bindings.roles)
        self._places = places
        self._components: dict[str, _Found] = {}
        self._open: set[tuple[str, int]] = set()
        self.literals = Literals()

    def bind_root(self, node: Any, role: Role, spot: Spot) -> Shape:
        """The shape of a whole response: `node`, or an object inside it, has the fields of `role`."""
        flat = self._flattener.flatten(node, spot.place)
        lists = [field for field in role.fields.values() if field.many and field.present]
        if flat.type == "array" and len(lists) == 1:
            return self._bind_alone(node, lists[0], role, spot)
        if not is_silent(flat) and not self._locator.holds(flat, role, spot):
            for at in self._bindings.envelopes:
                inside = self._locator.at(flat, at, spot.place)
                if inside.properties and self._locator.holds(inside, role, spot):
                    found = self.bind(self._locator.node_at(flat, at, spot.place), role, spot)
                    return attrs.evolve(found, at=at)
        return self.bind(node, role, spot)

    def bind(self, node: Any, role: Role, spot: Spot) -> Shape:
        """The shape of `node`, which has the fields of `role`. Missing ones are reported."""
        flat = self._flattener.flatten(node, spot.place)
        plain = plain_field(role, flat)
        if plain is not None:
            return self._bind_alone(node, plain, role, spot)
        instead = mismatch("object", flat, sending=role.is_request)
        if instead:
            spot.wrong(f"expected an object; the contract has {instead}", role.entry)
        elif is_silent(flat):
            spot.assume()
        if instead or is_silent(flat):
            found, shape = self._assume(role, spot)
            if role.name not in self._components:  # a documented place overrides assumed ones
                self._components[role.name] = found
            return shape
        key = role.name, flat.identity
        if key in self._open:
            return Shape()
        self._open.add(key)
        try:
            found, shape = self._find(flat, role, spot)
        finally:
            self._open.discard(key)
        known = self._components.get(role.name)
        if known is None or known.is_assumed:
            self._components[role.name] = found
        else:
            known.merge(found)
        self.documented.setdefault(role.name, shape)
        return shape

    def found(self, role: Role) -> set[str]:
        """The fields of a role that any of its places documents."""
        return self._components[role.name].documented if role.name in self._components else set()

    def components(self) -> dict[str, dict[str, Any]]:
        return {
            name: self._written(self._bindings.roles[name], each) for name, each in self._components.items()
        }

    def gone(self) -> Iterable[tuple[Role, list[str]]]:
        """The optional fields that no place of a role documents, with hints at their new names."""
        for name, component in self._components.items():
            role = self._bindings.roles[name]
            unread = {*component.extra, *self._inner(component.extra, name)}
            lost = [
                field.name + counterpart(field.name, unread)
                for field in role.fields.values()
                if field.missed
                and not field.documented  # otherwise it is reported where it is missing
                and field.name not in component.documented | component.lost
            ]
            if lost:
                yield role, lost

    def _bind_alone(self, node: Any, field: Field, role: Role, spot: Spot) -> Shape:
        """The shape of a place that has a field of `role` without the object around it."""
        whole = {"type": "object", "properties": {field.name: node}, "required": [field.name]}
        return attrs.evolve(self.bind(whole, role, spot), whole=field.name)

    def _assume(self, role: Role, spot: Spot) -> tuple[_Found, Shape]:
        """The shape of an undescribed place: that of another place of the role, or our own."""
        schemas = {
            field.name: self._field({}, field, role, spot.quiet().inside(f".{field.name}"))[0]
            for field in role.fields.values()
        }
        required = {field.name for field in role.fields.values() if field.present and field.documented}
        values = {name: table for name, table in role.values.items() if table}
        shape = self._known.get(role.name) or Shape(values=values, scale=role.scale)
        return _Found(schemas, set(role.fields), required, is_assumed=True), shape

    def _find(self, flat: Flat, role: Role, spot: Spot) -> tuple[_Found, Shape]:
        places: dict[str, Steps] = {}
        schemas: dict[str, dict[str, Any]] = {}
        moves: list[tuple[Steps, Steps]] = []
        parts: dict[str, Shape] = {}
        joined: dict[str, str] = {}
        lost: set[str] = set()
        for field in role.fields.values():
            name, inside = field.name, spot.inside(f".{field.name}", optional=not field.documented)
            place = self._locator.locate(field, flat, role, spot.place)
            both = spellings(name, flat.properties)
            if len(both) > 1:
                inside.wrong(ambiguous(both), role.entry)
            nested = self._locator.nested(field, flat, role, spot.place)
            moves += nested.items()
            if place is not None:
                places[name] = place
                if place != (name,) and place not in nested.values():
                    moves.append(((name,), place))
            elif nested or name in role.assume:
                places[name] = (name,)
            elif field.documented and name not in spot.identity:
                inside.wrong(self._missing(role, field, flat), role.entry)
            node = self._node(place, nested, flat, spot)
            between = separator(field, self._flattener.flatten(node, spot.place), role)
            if between:
                joined[name] = between
                node = {"type": "array", "items": {"type": "string"}}
            here = inside if place is not None or nested else inside.quiet()
            schemas[name], part, fits = self._field(node, field, role, here)
            if part:
                parts[name] = part
            if not fits:
                lost.add(name)
        values = self.literals.tables(places, schemas, role, spot)
        scale = factors(self._locator, places, schemas, flat, role)
        filled = constants(self._flattener, flat, places, role, spot) if role.is_request else {}
        shape = Shape(moves=moves, values=values, scale=scale, joined=joined, parts=parts, constants=filled)
        bound = {place[0] for place in (*places.values(), *(theirs for _, theirs in moves))}
        required = {name for name, place in places.items() if len(place) == 1 and place[0] in flat.required}
        found = _Found(
            schemas,
            documented=places.keys() - lost,
            required=required - lost,
            kept=flat.kept,
            extra={name: node for name, node in flat.properties.items() if name not in bound},
            closed=role.is_request and flat.closed,
            lost=lost,
        )
        return found, shape

    def _node(self, place: Steps | None, nested: Mapping[Steps, Steps], flat: Flat, spot: Spot) -> Any:
        """The schema of a field. An object of ours may have its fields in several places."""
        own = None
        if place is not None and place not in nested.values():
            own = self._locator.node_at(flat, place, spot.place)
        if not nested:
            return {} if own is None else own
        made: dict[str, Any] = {"type": "object", "properties": {}}
        for ours, theirs in nested.items():
            inner = made
            for step in ours[1:-1]:
                inner = inner["properties"].setdefault(step, {"type": "object", "properties": {}})
            node = self._locator.node_at(flat, theirs, spot.place)
            inner["properties"][ours[-1]] = {} if node is None else node
        return {"allOf": [made] if own is None else [own, made]}

    def _field(self, node: Any, field: Field, role: Role, spot: Spot) -> tuple[dict[str, Any], Shape, bool]:
        """A property in our spelling, the shape of its value, and whether its type is compatible."""
        flat = self._flattener.flatten(node, spot.place)
        null = field.present and flat.nullable and not role.is_request
        if null:
            spot.wrong("the client needs a value, but the contract allows null", role.entry)
        instead = mismatch(field.type, flat, sending=role.is_request, many=True) if field.many else None
        if instead:
            spot.wrong(f"expected {field.expected}; the contract has {instead}", role.entry)
        if field.many:
            items = {} if flat.items is None or instead else flat.items
            inside = spot.inside("[]").quiet() if instead else spot.inside("[]")
            found, shape, fits = self._one(items, attrs.evolve(field, many=False), role, inside)
            schema = fitting(flat.kept, {"type": "array", "items": found})
        else:
            schema, shape, fits = self._one(node, field, role, spot)
        may_be_null = flat.nullable if role.is_request else not field.present
        return nullable(schema) if may_be_null else schema, shape, fits and not null and not instead

    def _one(self, node: Any, field: Field, role: Role, spot: Spot) -> tuple[dict[str, Any], Shape, bool]:
        """The same for a single value."""
        flat = self._flattener.flatten(node, spot.place)
        instead = mismatch("object" if field.is_role else field.type, flat, sending=role.is_request)
        if field.is_role:
            shape = self.bind(node, self._bindings.roles[field.type], spot)
            described = {key: value for key, value in flat.kept.items() if key == "description" and value}
            return reference(field.type) | described, shape, bool(shape.whole) or not instead
        if instead:
            spot.wrong(f"expected {field.expected}; the contract has {instead}", role.entry)
        ours = BINARY_PART if field.type == "binary" and spot.media == FORM else SPELLED[field.type]
        if instead:
            return dict(ours), Shape(), False
        hidden = ("format", "contentEncoding", "contentMediaType")
        keywords = {key: value for key, value in flat.kept.items() if key not in hidden}
        return with_values(fitting(keywords, ours), flat), Shape(), True

    def _missing(self, role: Role, field: Field, flat: Flat) -> str:
        listed = ", ".join(sorted(flat.properties)) or "no properties"
        verb = "sends" if role.is_request else "needs"
        read = {spelled(each, flat.properties) for each in role.fields}
        hint = counterpart(field.name, flat.properties.keys() - read) or f" (it has {listed})"
        return f"the client {verb} it, but the contract doesn't document it{hint}"

    def _inner(self, extra: Mapping[str, Any], where: str) -> Iterable[str]:
        """The properties of objects that nothing reads: `timestamps.created_at`."""
        for name, node in extra.items():
            for inner in self._flattener.flatten(node, where).properties:
                yield f"{name}.{inner}"

    def _written(self, role: Role, found: _Found) -> dict[str, Any]:
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
        more = {"required": required, "x-undocumented": undocumented, "x-extra": extra}
        return fitting(found.kept, component | {key: value for key, value in more.items() if value})

    def _kind(self, node: Any, place: str) -> str:
        types = self._flattener.flatten(node, place).types
        return " or ".join(sorted(types)) or "any"
