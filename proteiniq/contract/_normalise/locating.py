"""Where a schema has the fields of a role: under our name, in another spelling, or at another place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._reshape import Steps
from .bindings import Field, Role
from .flatten import Flat, Flattener
from .names import Ambiguous, spelled
from .spelling import mismatch
from .spots import Spot


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
        there = [self._fits(field, flat, role, spot) for field in wanted]
        return all(there) if needed else any(there)

    def _fits(self, field: Field, flat: Flat, role: Role, spot: Spot) -> bool:
        place = self.locate(field, flat, role, spot.place)
        if not isinstance(place, tuple):
            return bool(self.nested(field, flat, role, spot)) if field.type.is_role else False
        return self._holds_at(place, field, flat, role, spot.place)

    def _holds_at(self, place: Steps, field: Field, flat: Flat, role: Role, where: str) -> bool:
        inner = self.at(flat, place, where)
        if field.type.is_role and not field.type.many:
            fits = mismatch("object", inner, sending=role.is_request) is None
            return fits or plain_field(self._roles[field.type.name], inner) is not None
        return mismatch(field.type.name, inner, sending=role.is_request, many=field.type.many) is None

    def locate(self, field: Field, flat: Flat, role: Role, where: str) -> Steps | Ambiguous | None:
        """Where an object has `field`: under our name or another spelling of it, or at one of its other places.

        The first place counts that has the right type: `progress` may be an object that has the number in it.
        """
        name = spelled(field.name, flat.properties)
        if isinstance(name, Ambiguous):
            return name
        others = [
            found
            for place in field.also
            if (found := self._actual(flat, place, role, where)) is not None
            and (name is None or self._is_described(flat, found, where))
        ]
        places = [*([(name,)] if name is not None else []), *others]
        if len(places) > 1:
            good = (place for place in places if self._holds_at(place, field, flat, role, where))
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

    def flat_at(self, node: Any, at: Steps, where: str) -> tuple[Any, Flat] | None:
        for step in at:
            flat = self._flattener.flatten(node, where)
            if isinstance(step, int):
                node = flat.items if flat.type == "array" else None
            else:
                node = flat.properties.get(step)
            if node is None:
                return None
        return node, self._flattener.flatten(node, where)

    def nested(self, field: Field, flat: Flat, role: Role, spot: Spot) -> dict[Steps, Steps]:
        """Fields of an object of ours that the document has elsewhere: our place → its place.

        The same words are found without being told: `error_message` is `error.message`.
        """
        inner = self._roles[field.type.name]
        own = flat.properties.get(self.own(field, flat) or "")
        known = self._flattener.flatten(own, spot.place) if own is not None else None
        found: dict[Steps, Steps] = {}
        for sub in inner.fields.values():
            if (
                known is not None
                and known.properties
                and self.locate(sub, known, inner, spot.place) is not None
            ):
                continue
            joined = spelled(field.name + sub.name, flat.properties)
            if isinstance(joined, str):
                found[field.name, sub.name] = (joined,)
        for ours, alternatives in role.nested.items():
            if ours[0] == field.name and ours not in found:
                places = (self._actual(flat, place, role, spot.place) for place in alternatives)
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
    if field is None or not is_plain or role.is_request or field.type.many:
        return None
    return field if mismatch(field.type.name, flat, sending=False) is None else None


def is_silent(flat: Flat) -> bool:
    """Whether a schema says nothing of what an object has in it."""
    return not flat.properties and flat.types <= {"object"} and not flat.null_only and not flat.closed
