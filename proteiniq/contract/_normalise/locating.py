"""Find the fields of a role in a schema: under our name, another spelling of it, or at another place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._reshape import Steps, steps
from .bindings import Field, Role
from .findings import Spot
from .flatten import Flat, Flattener
from .names import spelled, spellings
from .spelling import mismatch


class Locator:
    """Finds fields in the schemas of one document."""

    def __init__(self, flattener: Flattener, roles: Mapping[str, Role]) -> None:
        self._flattener = flattener
        self._roles = roles

    def holds(self, flat: Flat, role: Role, spot: Spot) -> bool:
        """Whether an object has the fields that the client needs; if it needs none, any field that it reads."""
        needed = [
            field for field in role.fields.values() if field.present and field.name not in spot.identity
        ]
        wanted = needed or [field for field in role.fields.values() if field.name not in ("object", "id")]
        there = [self._has(field, flat, role, spot.place) for field in wanted]
        return all(there) if needed else any(there)

    def _has(self, field: Field, flat: Flat, role: Role, where: str) -> bool:
        place = self.locate(field, flat, role, where)
        if place is not None:
            return self._fits(place, field, flat, role, where)
        return bool(self.nested(field, flat, role, where))

    def _fits(self, place: Steps, field: Field, flat: Flat, role: Role, where: str) -> bool:
        """Whether the schema at a place has the type of a field."""
        node = self.node_at(flat, place, where)
        if node is None:
            return False
        inner = self._flattener.flatten(node, where)
        if field.is_role and not field.many and plain_field(self._roles[field.type], inner) is not None:
            return True
        kind = "object" if field.is_role else field.type
        return mismatch(kind, inner, sending=role.is_request, many=field.many) is None

    def locate(self, field: Field, flat: Flat, role: Role, where: str) -> Steps | None:
        """The place of `field` in an object: our name or another spelling of it, or one of its other places.

        The first place with the right type wins: `progress` may be an object that contains the number.
        """
        own: list[Steps] = [(name,) for name in spellings(field.name, flat.properties)[:1]]
        others = (self._actual(flat, place, role, where) for place in role.names.get(field.name, ()))
        places = own + [place for place in others if place is not None]
        if len(places) < 2:
            return places[0] if places else None
        return next((each for each in places if self._fits(each, field, flat, role, where)), places[0])

    def _actual(self, flat: Flat, place: Steps, role: Role, where: str) -> Steps | None:
        """The place as the document spells it, or None.

        In a request it may be inside a string, which then holds JSON of unknown content.
        """
        found: Steps = ()
        for step in place:
            if found and flat.type == "string" and role.is_request:
                return (*found, *place[len(found) :])
            name = spelled(str(step), flat.properties)
            if name is None:
                return None
            found = (*found, name)
            flat = self._flattener.flatten(flat.properties[name], where)
        return found

    def node_at(self, flat: Flat, place: Steps, where: str) -> Any:
        """The schema at a place, or None."""
        node = None
        for step in place:
            node = flat.items if isinstance(step, int) else flat.properties.get(step)
            if node is None:
                return None
            flat = self._flattener.flatten(node, where)
        return node

    def at(self, flat: Flat, place: Steps, where: str) -> Flat:
        """The shape at a place; the shape of any value where there is no schema."""
        node = self.node_at(flat, place, where)
        return self._flattener.flatten({} if node is None else node, where)

    def nested(self, field: Field, flat: Flat, role: Role, where: str) -> dict[Steps, Steps]:
        """Fields of an object that the document has elsewhere: our place → its place.

        `error_message` is recognised as `error.message` without an entry in `names`.
        """
        if not field.is_role or field.many:
            return {}
        inner = self._roles[field.type]
        own = spelled(field.name, flat.properties)
        known = self.at(flat, (own,), where) if own is not None else Flat()
        found: dict[Steps, Steps] = {}
        for sub in inner.fields.values():
            joined = spelled(field.name + sub.name, flat.properties)
            if joined is not None and not (known.properties and self.locate(sub, known, inner, where)):
                found[field.name, sub.name] = (joined,)
        for name, alternatives in role.names.items():
            ours = steps(name)
            if ours[0] == field.name and len(ours) > 1 and ours not in found:
                places = (self._actual(flat, place, role, where) for place in alternatives)
                place = next((each for each in places if each is not None), None)
                if place is not None:
                    found[ours] = place
        return found


def plain_field(role: Role, flat: Flat) -> Field | None:
    """The field that is meant where the document has a plain value in place of the object of `role`."""
    field = role.fields.get(role.plain)
    is_plain = bool(flat.types) and not flat.types & {"object", "array"}
    if field is None or not is_plain or role.is_request or field.many:
        return None
    return field if mismatch(field.type, flat, sending=False) is None else None


def is_silent(flat: Flat) -> bool:
    """Whether a schema doesn't describe the contents of an object."""
    return not flat.properties and flat.types <= {"object"} and not flat.null_only and not flat.closed
