"""Where a schema has the fields of a role: under our name, in another spelling, or at another place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._reshape import Steps, steps
from .bindings import Field, Role
from .findings import Spot
from .flatten import Flat, Flattener
from .names import Ambiguous, spelled
from .spelling import mismatch


class Locator:
    """Finds fields in the schemas of one document."""

    def __init__(self, flattener: Flattener, roles: Mapping[str, Role]) -> None:
        self._flattener = flattener
        self._roles = roles

    def holds(self, flat: Flat, role: Role, spot: Spot) -> bool:
        """Whether an object has what the facade needs of `role`; where it needs nothing, something that it reads."""
        needed = [
            field for field in role.fields.values() if field.present and field.name not in spot.identity
        ]
        wanted = needed or [field for field in role.fields.values() if field.name not in ("object", "id")]
        there = [self._has(field, flat, role, spot.place) for field in wanted]
        return all(there) if needed else any(there)

    def _has(self, field: Field, flat: Flat, role: Role, where: str) -> bool:
        place = self.locate(field, flat, role, where)
        if isinstance(place, tuple):
            return self._fits(place, field, flat, role, where)
        return bool(self.nested(field, flat, role, where))

    def _fits(self, place: Steps, field: Field, flat: Flat, role: Role, where: str) -> bool:
        """Whether what is at a place has the type of a field."""
        inner = self.at(flat, place, where)
        if field.is_role and not field.many and plain_field(self._roles[field.type], inner) is not None:
            return True
        kind = "object" if field.is_role else field.type
        return mismatch(kind, inner, sending=role.is_request, many=field.many) is None

    def locate(self, field: Field, flat: Flat, role: Role, where: str) -> Steps | Ambiguous | None:
        """Where an object has `field`: under our name or another spelling of it, or at one of its other places.

        The first place counts that has the right type: `progress` may be an object that has the number in it.
        """
        name = spelled(field.name, flat.properties)
        if isinstance(name, Ambiguous):
            return name
        others = [
            found
            for place in role.names.get(field.name, ())
            if (found := self._actual(flat, place, role, where)) is not None
            and (name is None or self._is_described(flat, found, where))
        ]
        places = [*([(name,)] if name is not None else []), *others]
        if len(places) > 1:
            good = (place for place in places if self._fits(place, field, flat, role, where))
            return next(good, places[0])
        return places[0] if places else None

    def _is_described(self, flat: Flat, place: Steps, where: str) -> bool:
        """Whether a place isn't inside text."""
        return len(place) == 1 or self.at(flat, place[:-1], where).type != "string"

    def _actual(self, flat: Flat, place: Steps, role: Role, where: str) -> Steps | None:
        """The place as the document spells it, when it has it.

        In a request it may be inside text, which holds JSON then; nothing says what else is in it.
        """
        found: list[str | int] = []
        for number, step in enumerate(place):
            if isinstance(step, int):
                return None
            name = spelled(step, flat.properties)
            if name is None or isinstance(name, Ambiguous):
                is_text = role.is_request and flat.type == "string" and number > 0
                return (*found, *place[number:]) if is_text else None
            found.append(name)
            flat = self._flattener.flatten(flat.properties[name], where)
        return tuple(found)

    def node_at(self, flat: Flat, place: Steps, where: str) -> Any:
        node: Any = {}
        for step in place:
            if not isinstance(step, str) or step not in flat.properties:
                return {}
            node = flat.properties[step]
            flat = self._flattener.flatten(node, where)
        return node

    def at(self, flat: Flat, place: Steps, where: str) -> Flat:
        """What is at a place; anything, where nothing is."""
        return self._flattener.flatten(self.node_at(flat, place, where), where)

    def inside(self, node: Any, at: Steps, where: str) -> Any:
        """What is inside of a whole response; anything, where nothing is."""
        for step in at:
            flat = self._flattener.flatten(node, where)
            node = flat.items if isinstance(step, int) else flat.properties.get(step)
            if node is None:
                return {}
        return node

    def nested(self, field: Field, flat: Flat, role: Role, where: str) -> dict[Steps, Steps]:
        """Fields of an object of ours that the document has elsewhere: our place → its place.

        The same words are found without being told: `error_message` is `error.message`.
        """
        if not field.is_role or field.many:
            return {}
        inner = self._roles[field.type]
        own = self.own(field, flat)
        known = self.at(flat, (own,), where) if own is not None else Flat()
        found: dict[Steps, Steps] = {}
        for sub in inner.fields.values():
            if not known.properties or self.locate(sub, known, inner, where) is None:
                joined = spelled(field.name + sub.name, flat.properties)
                if isinstance(joined, str):
                    found[field.name, sub.name] = (joined,)
        for name, alternatives in role.names.items():
            ours = steps(name)
            if ours[0] == field.name and len(ours) > 1 and ours not in found:
                places = (self._actual(flat, place, role, where) for place in alternatives)
                place = next((each for each in places if each is not None), None)
                if place is not None:
                    found[ours] = place
        return found

    def own(self, field: Field, flat: Flat) -> str | None:
        name = spelled(field.name, flat.properties)
        return name if isinstance(name, str) else None


def plain_field(role: Role, flat: Flat) -> Field | None:
    """The field of `role` that a plain value in place of its object is, where the document has one there."""
    field = role.fields.get(role.plain)
    is_plain = bool(flat.types) and not flat.types & {"object", "array"}
    if field is None or not is_plain or role.is_request or field.many:
        return None
    return field if mismatch(field.type, flat, sending=False) is None else None


def is_silent(flat: Flat) -> bool:
    """Whether a schema says nothing of what an object has in it."""
    return not flat.properties and flat.types <= {"object"} and not flat.null_only and not flat.closed
