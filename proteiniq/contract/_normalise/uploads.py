"""How the service takes an uploaded file, told from its document.

A form with a part for the file, JSON that holds it as text or in base64, the bytes themselves with what else there is
in the query, or two steps: JSON that asks for a signed URL, which takes the bytes then.
"""

from __future__ import annotations

from typing import Any

import attrs

from .._endpoints import Upload
from .._reshape import Shape, Steps
from .bindings import Bindings, Operation, Role
from .flatten import Flat, Flattener
from .locating import is_silent
from .names import spelled
from .parameters import schema_of
from .shapes import Shapes
from .spelling import BINARY_PART, FORM, JSON, reference
from .spots import Spot
from .upstream import Upstream

RAW_MEDIA = "application/octet-stream"
FILE = "file"
"""Our name for the file itself."""


class Uploads:
    """Finds out how one operation takes a file."""

    def __init__(self, bindings: Bindings, flattener: Flattener, shapes: Shapes, each: Upstream) -> None:
        self._bindings = bindings
        self._flattener = flattener
        self._shapes = shapes
        self._each = each
        self._made: list[Any] = []  # schemas put together here: the flattener knows them by identity

    def bind(self, binding: Operation, role: Role, spot: Spot) -> tuple[Upload, str, dict[str, Any], Shape]:
        """How the file is sent, the media type of the body, its schema, and its shape."""
        form, json = self._each.body(FORM), self._each.body(JSON)
        media = form or json
        if media is None or self.is_raw:
            return self._raw(binding, role, spot)
        kind, node = media
        flat = self._flattener.flatten(node or {}, spot.place)
        spot = attrs.evolve(spot, media=kind)
        if is_silent(flat):
            shape = self._shapes.bind({}, role, spot)
            return Upload("form" if form else "json", (FILE,), "base64"), kind, reference(role.name), shape
        file = self._part(flat, role, spot)
        if file is None and form is None and binding.ticket is not None:
            shape = self._shapes.bind(node, _without_file(role), spot)
            ticket = self._ticket(binding.ticket, spot)
            return Upload("ticket", ticket=ticket), kind, reference(role.name), shape
        place: Steps = file or (FILE,)
        field = attrs.evolve(role.fields[FILE], also=(place, *role.fields[FILE].also))
        shape = self._shapes.bind(node, attrs.evolve(role, fields={FILE: field, **_others(role)}), spot)
        encoding = None if form else self._encoding(binding, flat, place, role, spot)
        return Upload("form" if form else "json", place, encoding), kind, reference(role.name), shape

    @property
    def is_raw(self) -> bool:
        """Whether the body is the bytes alone."""
        body = self._each.body(FORM, JSON)
        if body is None or body[0] == FORM:
            return body is None
        return self._flattener.flatten(body[1] or {}, FILE).type == "string"

    def _raw(self, binding: Operation, role: Role, spot: Spot) -> tuple[Upload, str, dict[str, Any], Shape]:
        """The bytes as body; what goes with them is in the query."""
        kinds = self._each.body_media()
        if not kinds:
            spot.wrong("the contract takes no body", role)
            shape = self._shapes.bind({}, role, spot.quiet())
            return Upload("none"), RAW_MEDIA, dict(BINARY_PART), shape
        given = {each["name"]: each for each in self._each.parameters() if each["in"] == "query"}
        given = {name: each for name, each in given.items() if name not in binding.constant_query}
        node = {
            "type": "object",
            "properties": {name: schema_of(each, spot.place) for name, each in given.items()},
            "required": [name for name, each in given.items() if each.get("required") is True],
            "additionalProperties": False,  # else a query without parameters would be one that is not described
        }
        self._made.append(node)
        shape = self._shapes.bind(node, _without_file(role), spot)
        takes_any = JSON in kinds or any("*" in kind for kind in kinds)
        return Upload("raw", media=() if takes_any else tuple(kinds)), RAW_MEDIA, dict(BINARY_PART), shape

    def _part(self, flat: Flat, role: Role, spot: Spot) -> Steps | None:
        """The property that holds the bytes: one that is called so, else the only one that is described as bytes."""
        wanted = role.fields[FILE]
        named = [
            name
            for each in (FILE, *(str(place[0]) for place in wanted.also))
            if isinstance(name := spelled(each, flat.properties), str)
        ]
        marked = [name for name in flat.properties if self._looks_binary(flat, name, spot)]
        both = [name for name in named if name in marked]
        for found in (both, named, marked if len(marked) == 1 else []):
            if found:
                return (found[0],)
        return None

    def _looks_binary(self, flat: Flat, name: str, spot: Spot) -> bool:
        kept = self._flattener.flatten(flat.properties[name], spot.place).kept
        return (
            kept.get("format") in ("binary", "byte", "base64")
            or kept.get("contentEncoding") == "base64"
            or kept.get("contentMediaType") == RAW_MEDIA
            or "base64" in name.lower()
        )

    def _encoding(self, binding: Operation, flat: Flat, place: Steps, role: Role, spot: Spot) -> str:
        if binding.encoding is not None:
            return binding.encoding
        name = str(place[-1])
        kept = self._flattener.flatten(flat.properties.get(name, {}), spot.place).kept
        said = " ".join(
            [name, *(str(kept.get(key, "")) for key in ("format", "contentEncoding", "description"))]
        )
        if "base64" in said.lower() or kept.get("format") == "byte":
            return "base64"
        what = f"the contract doesn't say whether `{name}` is text or base64: give `encoding`"
        spot.told(f"{spot.place}.{FILE}", what, binding.entry, "loses")
        return "unknown"

    def _ticket(self, name: str, spot: Spot) -> Shape | None:
        role = self._bindings.roles[name]
        _, answers = self._each.answers()
        shape = None
        for node in answers:
            shape = self._shapes.bind_root(node, role, attrs.evolve(spot, place=role.name, media=JSON))
        return shape


def _without_file(role: Role) -> Role:
    """The role where the file is not in what is described, but beside it."""
    file = attrs.evolve(role.fields[FILE], documented=False, present=False)
    return attrs.evolve(role, fields={**role.fields, FILE: file})


def _others(role: Role) -> dict[str, Any]:
    return {name: field for name, field in role.fields.items() if name != FILE}
