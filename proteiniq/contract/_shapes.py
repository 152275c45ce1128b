"""Schemas that the facade knows, under our names: where each field is, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

import attrs

from ._bindings import Bindings, Field, FieldType, Role
from ._flatten import Flat, Flattener
from ._keywords import fitting
from ._names import IN_MODELS, Ambiguous, counterpart, fold, pascal, spelled, usable
from ._places import Places
from ._reshape import Shape, Steps
from ._spelling import BINARY_PART, FORM, JSON, SPELLED, mismatch, nullable, reference, with_values

_FRACTION = re.compile(
    r"\bfraction\b|\b0(\.0)?( to | and | ?[-–…] ?|\.\.+)1(\.0)?(?![\d.]*\d)", re.IGNORECASE
)
"""How a description says that a number goes from 0 to 1."""

Severity = Literal["breaks", "loses"]
Told = Callable[[str, str, str, Severity], None]
"""Told what is wrong: (place, what, entry of the bindings to edit, how bad it is)."""


@attrs.frozen
class Spot:
    """Where in an operation a schema is. What is wrong in an `optional` part doesn't break the client."""

    place: str
    told: Told
    assumed: Callable[[str], None]
    media: str = JSON
    optional: bool = False
    quiet: bool = False
    """Whether nothing that is told here is heard."""
    identity: frozenset[str] = frozenset()
    """Fields that the request says, so that the response needn't."""

    def inside(self, name: str, *, optional: bool = False) -> Spot:
        return attrs.evolve(
            self, place=self.place + name, optional=self.optional or optional, identity=frozenset()
        )

    def wrong(self, what: str, role: Role, *, optional: bool = False) -> None:
        self.told(self.place, what, role.entry, "loses" if optional or self.optional else "breaks")


@attrs.define
class _Found:
    """What one place says of a role: our field → its place there, and its schema; what else is there."""

    flat: Flat
    places: dict[str, Steps]
    schemas: dict[str, dict[str, Any]]
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


@attrs.define
class _Said:
    """The literals that all places together know of a field, and which of ours are among them."""

    spot: Spot
    known: dict[str, None] = attrs.field(factory=dict)
    found: set[str] = attrs.field(factory=set)


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
        self._places = places
        self._components: dict[str, _Component] = {}
        self._open: set[tuple[str, int]] = set()
        self._literals_said: dict[tuple[str, str], _Said] = {}
        self._made: list[Any] = []  # schemas put together here: the flattener knows them by identity

    def bind_root(self, node: Any, role: Role, spot: Spot) -> Shape:
        """The shape of a whole response: `node`, or an object inside of it, has the fields of `role`."""
        flat = self._flattener.flatten(node, spot.place)
        lists = [field for field in role.fields.values() if field.type.many and field.present]
        if flat.type == "array" and len(lists) == 1:
            bare = {"type": "object", "properties": {lists[0].name: node}, "required": [lists[0].name]}
            self._made.append(bare)
            return attrs.evolve(self.bind(bare, role, spot), bare=lists[0].name)
        if not is_silent(flat) and not self._holds(flat, role, spot):
            for at in self._bindings.envelopes:
                inner = self._flat_at(node, at, spot.place)
                if inner is not None and inner[1].properties and self._holds(inner[1], role, spot):
                    return attrs.evolve(self.bind(inner[0], role, spot), at=at)
        return self.bind(node, role, spot)

    def bind(self, node: Any, role: Role, spot: Spot) -> Shape:
        """The shape of `node`, which has the fields of `role`. What is missing is told."""
        flat = self._flattener.flatten(node, spot.place)
        plain = self._plain(role, flat)
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
        """Tell which literals no place of a role knows. One place may know a few: a new job is PENDING."""
        for (name, field), said in self._literals_said.items():
            role = self._bindings.roles[name]
            needed, wanted = role.literals.get(field, ()), role.optional_literals.get(field, ())
            names = {fold(ours) for ours in (*needed, *wanted, *role.spellings.get(field, ()))}
            given = role.values.get(field, {}).values()
            left = [value for value in said.known if fold(value) not in names and value not in given]
            for ours in (*needed, *wanted):
                if ours not in said.found:
                    said.spot.wrong(
                        f"the facade says {ours!r}, and the contract knows {', '.join(said.known)}"
                        + (f": if it is {left[0]!r}, say values.{field}.{ours}" if len(left) == 1 else ""),
                        role,
                        optional=ours in wanted,
                    )

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

    # ---- finding fields

    def _holds(self, flat: Flat, role: Role, spot: Spot) -> bool:
        """Whether an object has what the facade needs of `role`; where it needs nothing, something that it reads."""
        needed = [
            field for field in role.fields.values() if field.present and field.name not in spot.identity
        ]
        wanted = needed or [field for field in role.fields.values() if field.name not in ("object", "id")]
        there = [self._fits(field, flat, role, spot) for field in wanted]
        return all(there) if needed else any(there)

    def _fits(self, field: Field, flat: Flat, role: Role, spot: Spot) -> bool:
        place = self._locate(field, flat, spot.place, sending=role.is_request)
        if not isinstance(place, tuple):
            return bool(self._nested(field, flat, role, spot)) if field.type.is_role else False
        return self._is_ours(field, flat, place, spot.place, sending=role.is_request)

    def _locate(
        self, field: Field, flat: Flat, where: str, *, sending: bool = False
    ) -> Steps | Ambiguous | None:
        """Where an object has `field`: under our name or another spelling of it, or at one of its other places.

        The first whose type is ours counts, else the first: `tool` may be an object, and ours `tool.id`.
        """
        name = spelled(field.name, flat.properties)
        if isinstance(name, Ambiguous):
            return name
        found: list[Steps] = [] if name is None else [(name,)]
        found += [there for place in field.also if (there := self._actual(flat, place, where)) is not None]
        fitting_ = (place for place in found if self._is_ours(field, flat, place, where, sending=sending))
        return next(fitting_, found[0] if found else None)

    def _is_ours(self, field: Field, flat: Flat, place: Steps, where: str, *, sending: bool) -> bool:
        """Whether what is at `place` has the type of `field`."""
        inner = self._flattener.flatten(self._node_at(flat, place, where), where)
        if field.type.is_role and not field.type.many:
            if self._plain(self._bindings.roles[field.type.name], inner) is not None:
                return True
            return mismatch("object", inner, sending=sending) is None
        return mismatch(field.type.name, inner, sending=sending, many=field.type.many) is None

    def _plain(self, role: Role, flat: Flat) -> Field | None:
        """The field of `role` that a plain value in its place is, where the document has one there."""
        field = role.fields.get(role.plain)
        is_plain = bool(flat.types) and not flat.types & {"object", "array"}
        if field is None or not is_plain or role.is_request or field.type.many:
            return None
        return field if mismatch(field.type.name, flat, sending=False) is None else None

    def _actual(self, flat: Flat, place: Steps, where: str) -> Steps | None:
        """The place as the document spells it, when it has it. Text that holds JSON is not looked into."""
        found: list[str | int] = []
        for number, step in enumerate(place):
            if isinstance(step, int):
                return None
            name = spelled(step, flat.properties)
            if name is None or isinstance(name, Ambiguous):
                is_text = flat.type == "string" and number > 0
                return (*found, *place[number:]) if is_text else None
            found.append(name)
            flat = self._flattener.flatten(flat.properties[name], where)
        return tuple(found)

    def _node_at(self, flat: Flat, place: Steps, where: str) -> Any:
        node: Any = {}
        for step in place:
            if not isinstance(step, str) or step not in flat.properties:
                return {}
            node = flat.properties[step]
            flat = self._flattener.flatten(node, where)
        return node

    def _flat_at(self, node: Any, at: Steps, where: str) -> tuple[Any, Flat] | None:
        for step in at:
            flat = self._flattener.flatten(node, where)
            if isinstance(step, int):
                node = flat.items if flat.type == "array" else None
            else:
                node = flat.properties.get(step)
            if node is None:
                return None
        return node, self._flattener.flatten(node, where)

    def _nested(self, field: Field, flat: Flat, role: Role, spot: Spot) -> dict[Steps, Steps]:
        """Fields of an object of ours that the document has elsewhere: our place → its place.

        The same words are found without being told: `error_message` is `error.message`.
        """
        inner = self._bindings.roles[field.type.name]
        own = flat.properties.get(self._own(field, flat) or "")
        known = self._flattener.flatten(own, spot.place) if own is not None else None
        found: dict[Steps, Steps] = {}
        for sub in inner.fields.values():
            if known is not None and known.properties and self._locate(sub, known, spot.place) is not None:
                continue
            joined = spelled(field.name + sub.name, flat.properties)
            if isinstance(joined, str):
                found[field.name, sub.name] = (joined,)
        for ours, alternatives in role.nested.items():
            if ours[0] == field.name and ours not in found:
                places = (self._actual(flat, place, spot.place) for place in alternatives)
                place = next((each for each in places if each is not None), None)
                if place is not None:
                    found[ours] = place
        return found

    def _own(self, field: Field, flat: Flat) -> str | None:
        name = spelled(field.name, flat.properties)
        return name if isinstance(name, str) else None

    # ---- one place

    def _assume(self, role: Role, spot: Spot) -> _Found:
        """A place of which the document says nothing: it is as another place has it, or our own documentation."""
        quiet = attrs.evolve(_quiet(spot), identity=frozenset(role.fields))
        schemas = {
            field.name: self._field({}, field, role, quiet.inside(f".{field.name}"))[0]
            for field in role.fields.values()
        }
        required = {field.name for field in role.fields.values() if field.present}
        values = {name: table for name, table in role.values.items() if table}
        places: dict[str, Steps] = {name: (name,) for name in role.fields}
        shape = self._known.get(role.name) or Shape(values=values, scale=role.scale)
        return _Found(Flat(), places, schemas, required, {}, False, shape, is_assumed=True)

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
            place = self._locate(field, flat, spot.place, sending=role.is_request)
            if isinstance(place, Ambiguous):
                both = " and ".join(place.candidates)
                inside.wrong(f"{both} could both be it: keep one, in `names`", role)
                place = (place.candidates[0],)
            nested = (
                self._nested(field, flat, role, spot) if field.type.is_role and not field.type.many else {}
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
            node = self._node_at(flat, place, spot.place) if place is not None else {}
            if nested:
                node = self._composed(
                    None if place in nested.values() else place and node, nested, flat, spot
                )
            here = inside if place is not None or nested else _quiet(inside)
            between = self._between(node, field, role, spot)
            if between:
                joined[field.name] = between
                self._made.append(node := {"type": "array", "items": {"type": "string"}})
            schemas[field.name], part, fits = self._field(node, field, role, here)
            if part:
                parts[field.name] = part
            if not fits:
                lost.add(field.name)
        values = self._literals(places, schemas, role, spot)
        scale = self._scale(places, schemas, flat, role, spot)
        bound = {str(place[0]) for place in places.values()} | taken
        extra = {name: node for name, node in flat.properties.items() if name not in bound}
        required = {name for name, place in places.items() if len(place) == 1 and place[0] in flat.required}
        closed = role.is_request and flat.closed
        found = _Found(flat, places, schemas, required, extra, closed, Shape())
        constants = self._check_required(found, role, spot) if role.is_request else {}
        found.places = {name: place for name, place in places.items() if name not in lost}
        found.required -= lost
        found.lost = lost
        found.shape = Shape(
            moves=tuple(moves),
            values=values,
            scale=scale,
            joined=joined,
            parts=parts,
            constants=constants,
        )
        return found

    def _between(self, node: Any, field: Field, role: Role, spot: Spot) -> str:
        """What is between the items of our list where the document takes them as one text; empty where it doesn't."""
        if not (role.is_request and field.type.many and field.type.name == "string"):
            return ""
        flat = self._flattener.flatten(node, spot.place)
        said = str(flat.kept.get("description", "")).lower()
        return "," if flat.type == "string" and "comma" in said else ""

    def _composed(self, own: Any, nested: Mapping[Steps, Steps], flat: Flat, spot: Spot) -> Any:
        """An object of ours whose fields are in several places, as one schema."""
        made: dict[str, Any] = {"type": "object", "properties": {}}
        for ours, place in nested.items():
            inner = made
            for step in ours[1:-1]:
                inner = inner["properties"].setdefault(step, {"type": "object", "properties": {}})
            inner["properties"][ours[-1]] = self._node_at(flat, place, spot.place)
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
                wrong(f"expected a {field.type}; the contract has {instead}")
            each = FieldType(field.type.name)
            items = {} if flat.items is None or instead else flat.items
            inside = _quiet(spot.inside("[]")) if instead else spot.inside("[]")
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
            inner = self._bindings.roles[kind.name]
            shape = self.bind(node, inner, spot)
            bound = reference(kind.name)
            fits = bool(shape.plain) or mismatch("object", flat, sending=role.is_request) is None
            return ({**bound, "description": description} if description else bound), shape, fits
        instead = mismatch(kind.name, flat, sending=role.is_request)
        if instead:
            spot.wrong(f"expected a {kind}; the contract has {instead}", role)
        is_part = kind.name == "binary" and spot.media == FORM
        ours = BINARY_PART if is_part else SPELLED[kind.name]
        hidden = ("format", "contentEncoding", "contentMediaType")
        said = {} if instead else {key: value for key, value in flat.kept.items() if key not in hidden}
        schema = fitting(said, ours)
        return (schema if instead else with_values(schema, flat)), Shape(), not instead

    def _literals(
        self, places: Mapping[str, Steps], schemas: Mapping[str, dict[str, Any]], role: Role, spot: Spot
    ) -> dict[str, dict[str, str]]:
        """What the document calls our literals, where it calls them otherwise; `x-known-values` becomes ours."""
        tables: dict[str, dict[str, str]] = {}
        for name in places:
            table = dict(role.values.get(name, {}))
            schema = schemas[name].get("items", schemas[name])
            known = [value for value in schema.get("x-known-values", ()) if isinstance(value, str)]
            needed, wanted = role.literals.get(name, ()), role.optional_literals.get(name, ())
            ours_all = (*needed, *wanted, *role.spellings.get(name, ()))
            if known:
                for ours in ours_all:
                    their = next((value for value in known if fold(value) == fold(ours)), None)
                    if ours not in table and ours not in known and their is not None:
                        table[ours] = their
                here = spot.inside(f".{name}")
                said = self._literals_said.setdefault((role.name, name), _Said(here))
                if (here.quiet, here.optional) < (said.spot.quiet, said.spot.optional):
                    said.spot = here  # told where it matters most
                said.known |= dict.fromkeys(known)
                said.found |= {ours for ours in ours_all if ours in known or ours in table}
                back = {their: ours for ours, their in table.items()}
                schema["x-known-values"] = list(dict.fromkeys(back.get(value, value) for value in known))
            if table:
                tables[name] = table
        return tables

    def _scale(
        self,
        places: Mapping[str, Steps],
        schemas: Mapping[str, dict[str, Any]],
        flat: Flat,
        role: Role,
        spot: Spot,
    ) -> dict[str, float]:
        factors = {name: factor for name, factor in role.scale.items() if name in places}
        for name in role.percentages:
            if name in places and name not in factors:
                there = self._flattener.flatten(self._node_at(flat, places[name], spot.place), spot.place)
                if there.kept.get("maximum") == 1 or _FRACTION.search(str(there.kept.get("description", ""))):
                    factors[name] = 100
        for name, factor in factors.items():
            for limit in {"minimum", "maximum"} & schemas[name].keys():
                schemas[name][limit] *= factor
        return factors

    def _check_required(self, found: _Found, role: Role, spot: Spot) -> dict[str, Any]:
        """What the contract requires is sent: all of it, and of a union all of one branch. Returns the constants."""
        constants: dict[str, Any] = {}
        unsent = [self._unsent(branch, found, role, spot, constants) for branch in found.flat.branches]
        for missing in [
            self._unsent(found.flat.required, found, role, spot, constants),
            *([] if [] in unsent else unsent),
        ]:
            for name, what, optional in missing:
                spot.inside(f".{name}").wrong(what, role, optional=optional)
        return constants

    def _unsent(
        self, required: Iterable[str], found: _Found, role: Role, spot: Spot, constants: dict[str, Any]
    ) -> list[tuple[str, str, bool]]:
        """Those of the names that the facade doesn't send for certain, and what to do about each."""
        ours = {str(place[0]): role.fields[field] for field, place in found.places.items()}
        unsent = []
        for name in required:
            described = self._flattener.flatten(found.flat.properties.get(name, {}), spot.place)
            if described.direction == "readOnly":
                continue
            field = ours.get(name)
            if field is None and len(described.values) == 1:
                constants[name] = described.values[0]
            elif field is None:
                what = (
                    "the contract requires it, and the facade doesn't send it: add it here and to the facade"
                )
                unsent.append((name, what, False))
            elif not field.present and not field.documented:
                what = "the contract requires it, and the facade sends it only when asked: move it to `sends`"
                unsent.append((field.name, what, False))
            elif not field.present and name in found.flat.required and not found.flat.branches:
                what = "the contract always requires it, and the facade doesn't always have it"
                unsent.append((field.name, what, True))
        return unsent

    def _missing(self, role: Role, field: Field, flat: Flat) -> str:
        there = ", ".join(sorted(flat.properties)) or "nothing"
        verb = "sends" if role.is_request else "needs"
        meant = counterpart(field.name, flat.properties)
        return f"the facade {verb} it and the contract doesn't document it{meant or f' (there: {there})'}"

    # ---- all places of a role

    def _settle(self, role: Role, found: _Found) -> None:
        """Keep one component for a role: what its places say together."""
        known = self._components.get(role.name)
        if known is not None and found.is_assumed:
            return  # what is documented somewhere is not assumed elsewhere
        if known is None or known.is_assumed:
            known = self._components[role.name] = _Component(
                found.flat.kept,
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
        for field in found.places.keys() & known.documented:
            _know_both(known.schemas[field], found.schemas[field])
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


def is_silent(flat: Flat) -> bool:
    """Whether a schema says nothing of what an object has in it."""
    return not flat.properties and flat.types <= {"object"} and not flat.null_only and not flat.closed


def _ignore(place: str, what: str, entry: str, severity: Severity) -> None:
    return


def _ignore_place(place: str) -> None:
    return


def _quiet(spot: Spot) -> Spot:
    return attrs.evolve(spot, told=_ignore, assumed=_ignore_place, quiet=True)


def _know_both(schema: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Make the known values of a schema those of two places; one that lists none may have any."""
    one, two = schema.get("x-known-values"), other.get("x-known-values")
    if one is not None and two is not None:
        schema["x-known-values"] = [*one, *(value for value in two if value not in one)]
    else:
        schema.pop("x-known-values", None)
