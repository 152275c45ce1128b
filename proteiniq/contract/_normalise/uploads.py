"""How the service accepts an uploaded file, according to its document.

A form with a part for the file; JSON that contains it as text or base64; the raw bytes, with all other fields in the
query; or two steps, where JSON asks for a signed URL, which then takes the bytes.
"""

from __future__ import annotations

import attrs

from .._endpoints import Upload
from .._reshape import Shape
from .bindings import Bindings, Operation, Role
from .findings import Spot
from .flatten import Flat, Flattener
from .locating import is_silent
from .names import spelled
from .parameters import schema_of
from .shapes import Shapes
from .spelling import FORM, JSON
from .upstream import Upstream

RAW_MEDIA = "application/octet-stream"
FILE = "file"
"""Our name for the file itself."""


class Uploads:
    """Determines how one operation accepts a file."""

    def __init__(self, bindings: Bindings, flattener: Flattener, shapes: Shapes, each: Upstream) -> None:
        self._bindings = bindings
        self._flattener = flattener
        self._shapes = shapes
        self._each = each

    def bind(self, binding: Operation, role: Role, spot: Spot) -> tuple[Upload, str, Shape]:
        """How the file is sent, the media type of the body, and its shape."""
        media, node = self._each.body(FORM, JSON) or (RAW_MEDIA, {})
        flat = self._flattener.flatten(node, spot.place)
        if media == RAW_MEDIA or (media == JSON and flat.type == "string"):
            return self._raw(binding, role, spot)
        spot = attrs.evolve(spot, media=media)
        style = "form" if media == FORM else "json"
        if is_silent(flat):
            return Upload(style, (FILE,), "base64"), media, self._shapes.bind({}, role, spot)
        name = self._part(flat, role, spot)
        if name is None and style == "json" and binding.ticket is not None:
            shape = self._shapes.bind(node, _without_file(role), spot)
            return Upload("ticket", ticket=self._ticket(binding.ticket, spot)), media, shape
        place = (name or FILE,)
        names = {**role.names, FILE: (place, *role.names.get(FILE, ()))}
        shape = self._shapes.bind(node, attrs.evolve(role, names=names), spot)
        encoding = self._encoding(binding, flat, place[0], spot) if style == "json" else None
        return Upload(style, place, encoding), media, shape

    def _raw(self, binding: Operation, role: Role, spot: Spot) -> tuple[Upload, str, Shape]:
        """A body of raw bytes, with all other fields in the query."""
        kinds = self._each.body_media()
        if not kinds:
            spot.wrong("the contract accepts no body", role.entry)
            return Upload("none"), FORM, self._shapes.bind({}, role, attrs.evolve(spot.quiet(), media=FORM))
        given = {each["name"]: each for each in self._each.parameters() if each["in"] == "query"}
        given = {name: each for name, each in given.items() if name not in binding.constant_query}
        node = {
            "type": "object",
            "properties": {name: schema_of(each, spot.place) for name, each in given.items()},
            "required": [name for name, each in given.items() if each.get("required") is True],
            "additionalProperties": False,  # otherwise a query without parameters would count as undescribed
        }
        takes_any = JSON in kinds or any("*" in kind for kind in kinds)
        upload = Upload("raw", media=() if takes_any else tuple(kinds))
        return upload, RAW_MEDIA, self._shapes.bind(node, _without_file(role), spot)

    def _part(self, flat: Flat, role: Role, spot: Spot) -> str | None:
        """The property for the bytes, by its name, or because it is the only one described as bytes."""
        names = (FILE, *(str(place[0]) for place in role.names.get(FILE, ())))
        named = [found for name in names if (found := spelled(name, flat.properties)) is not None]
        marked = [name for name in flat.properties if self._is_binary(name, flat, spot)]
        both = [name for name in named if name in marked]
        return next(iter(both or named or (marked if len(marked) == 1 else [])), None)

    def _is_binary(self, name: str, flat: Flat, spot: Spot) -> bool:
        """Whether a property is described as bytes."""
        kept = self._flattener.flatten(flat.properties[name], spot.place).kept
        encodings = {kept.get("format"), kept.get("contentEncoding")}
        is_raw = kept.get("format") == "binary" or kept.get("contentMediaType") == RAW_MEDIA
        return is_raw or bool(encodings & {"base64", "byte"}) or "base64" in name.lower()

    def _encoding(self, binding: Operation, flat: Flat, name: str, spot: Spot) -> str:
        """How the file is encoded in JSON."""
        if binding.encoding is not None:
            return binding.encoding
        kept = self._flattener.flatten(flat.properties.get(name, {}), spot.place).kept
        hints = [name, *(str(kept.get(key)) for key in ("format", "contentEncoding", "description"))]
        if kept.get("format") == "byte" or any("base64" in each.lower() for each in hints):
            return "base64"
        what = f"the contract doesn't specify whether `{name}` is text or base64: set `encoding`"
        spot.inside(f".{FILE}", optional=True).wrong(what, binding.entry)
        return "unknown"

    def _ticket(self, name: str, spot: Spot) -> Shape | None:
        """The shape of the response with the URL for the bytes."""
        role = self._bindings.roles[name]
        spot = attrs.evolve(spot, place=role.name, media=JSON)
        shapes = [self._shapes.bind_root(node, role, spot) for node in self._each.results()[1]]
        return shapes[-1] if shapes else None


def _without_file(role: Role) -> Role:
    """The role of a body that doesn't contain the file itself."""
    file = attrs.evolve(role.fields[FILE], documented=False, present=False)
    return attrs.evolve(role, fields={**role.fields, FILE: file})
