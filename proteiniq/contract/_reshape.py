"""Convert bodies between the service's schema and ours.

Generated code, checks and models only know our schema. If a body of the service has other names, places, literals or
units, the normalised document contains a `Shape` for it. `read` converts a response to our schema, and `write` converts
a request to the service's.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

import attrs

Steps = tuple[str | int, ...]
"""A place in a body: names of properties, and indices of lists."""

RAW = "\0raw"
"""The key under which a converted object keeps the original. It can't clash with a property of the service."""

_NOTHING: Any = object()
LARGEST = 10**300
"""Larger integers can't be converted to floats, so arithmetic and messages would fail on them."""


def _steps(place: Iterable[str | int]) -> Steps:
    return tuple(place)


def _moves(moves: Iterable[Sequence[Iterable[str | int]]]) -> tuple[tuple[Steps, Steps], ...]:
    return tuple((tuple(ours), tuple(theirs)) for ours, theirs in moves)


def _tables(tables: Mapping[str, Any]) -> dict[str, dict[Any, Any]]:
    return {name: dict(table) for name, table in tables.items()}


def _parts(parts: Mapping[str, Any]) -> dict[str, Shape]:
    return {name: part if isinstance(part, Shape) else Shape.load(part) for name, part in parts.items()}


@attrs.frozen
class Shape:
    """How one object differs from ours. `at` is its place in the body, and everything else is relative to it.

    `moves` are pairs of our place and the service's. `values` map our literals to the service's. `scale` are factors
    for numbers of the service. `parts` are the shapes of objects, or of each object in a list, by our name. `constants`
    are added to every request. `whole` is the field that is the whole body there, without an object around it. `joined`
    are lists that are a string there, with their separators.
    """

    at: Steps = attrs.field(default=(), converter=_steps)
    whole: str = ""
    moves: tuple[tuple[Steps, Steps], ...] = attrs.field(default=(), converter=_moves)
    values: Mapping[str, Mapping[Any, Any]] = attrs.field(factory=dict, converter=_tables)
    scale: Mapping[str, float] = attrs.field(factory=dict)
    joined: Mapping[str, str] = attrs.field(factory=dict)
    parts: Mapping[str, Shape] = attrs.field(factory=dict, converter=_parts)
    constants: Mapping[str, Any] = attrs.field(factory=dict)

    @functools.cached_property
    def _literals(self) -> Mapping[str, Mapping[Any, Any]]:
        """The service's literals → ours, by field. Cached, because there are many responses."""
        return {name: {their: our for our, their in table.items()} for name, table in self.values.items()}

    @functools.cached_property
    def _displaced(self) -> tuple[str | int, ...]:
        """Names of ours that would mean something else in the service's body."""
        sources = {theirs[0] for _, theirs in self.moves}
        return tuple(place[0] for place, _ in self.moves if len(place) == 1 and place[0] not in sources)

    def __bool__(self) -> bool:
        """Whether it differs from ours."""
        return self != OURS

    def dump(self) -> dict[str, Any]:
        """The shape as JSON, without empty values. Literals are pairs, because some of ours are booleans."""
        whole = attrs.asdict(self, recurse=False, filter=lambda _, value: bool(value))
        if self.values:
            whole["values"] = {name: list(table.items()) for name, table in self.values.items()}
        if self.parts:
            whole["parts"] = {name: part.dump() for name, part in self.parts.items()}
        return whole

    @classmethod
    def load(cls, stored: Mapping[str, Any] | None) -> Shape:
        """The shape from the output of `dump`. None is our own shape."""
        return cls(**stored) if stored else OURS


OURS = Shape()
"""The shape of bodies that need no conversion."""


def steps(path: str) -> Steps:
    """Parse a place as it is written in the bindings.

    >>> steps("data.files[0].name")
    ('data', 'files', 0, 'name')
    """
    found: list[str | int] = []
    for part in path.split("."):
        name, *indices = part.split("[")
        found += [name] if name else []
        found += [int(index.removesuffix("]")) for index in indices]
    return tuple(found)


def written(place: Steps) -> str:
    """Format a place: `data.files[0].name`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read(shape: Shape, body: Any) -> Any:
    """Convert a response, or a part of one, to our schema. Each converted object keeps the original under `RAW`."""
    body = _get(body, shape.at)
    if shape.whole and body is not None and not isinstance(body, dict):
        body = {shape.whole: body}
    if not isinstance(body, dict) or not shape:
        return body
    ours: dict[Any, Any] = dict(body)
    # A field with one of our names and another meaning must not be taken for ours. It stays in `RAW`.
    for name in shape._displaced:
        ours.pop(name, None)
    taken = [(place, value) for place, theirs in shape.moves if (value := _pop(ours, theirs)) is not _NOTHING]
    for place, value in taken:
        # Don't create an object that would only contain null.
        if value is not None or len(place) == 1 or _get(ours, place[:-1]):
            _put(ours, place, value)
    for name, factor in shape.scale.items():
        # Other values are left for the check of the response to report.
        if _is_number(value := ours.get(name)):
            ours[name] = value * factor
    for name, table in shape._literals.items():
        if name in ours:
            ours[name] = _translated(ours[name], table)
    for name, part in shape.parts.items():
        value = ours.get(name)
        if isinstance(value, list):
            ours[name] = [read(part, each) for each in value]
        elif isinstance(value, dict) or part.whole:
            ours[name] = read(part, value)
    ours[RAW] = body
    return ours


def write(shape: Shape, ours: Any) -> Any:
    """Convert a request, or a part of one, to the service's schema.

    Raises ValueError for a list item that contains the separator of its list.
    """
    if not isinstance(ours, dict) or not shape:
        return ours
    body: dict[Any, Any] = dict(ours)
    for name, part in shape.parts.items():
        value = body.get(name)
        if isinstance(value, list):
            body[name] = [write(part, each) for each in value]
        elif value is not None:
            body[name] = write(part, value)
    for name, factor in shape.scale.items():
        if _is_number(value := body.get(name)):
            body[name] = _whole(value / factor)
    for name, table in shape.values.items():
        if name in body:
            body[name] = _translated(body[name], table)
    for name, between in shape.joined.items():
        if isinstance(body.get(name), (list, tuple)):
            body[name] = _joined(name, body[name], between)
    taken = [(theirs, value) for place, theirs in shape.moves if (value := _pop(body, place)) is not _NOTHING]
    for place, value in taken:
        _put(body, place, value)
    body |= {name: value for name, value in shape.constants.items() if name not in body}
    for step in reversed(shape.at):
        body = {step: body}
    return body


def _is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def _whole(value: float) -> float:
    """The number without the rounding error of a division: 500, not 500.00000000000006."""
    near = round(value)
    return near if abs(value - near) <= 1e-9 * max(1.0, abs(value)) else value


def _get(body: Any, place: Steps) -> Any:
    for step in place:
        if isinstance(body, str):  # indexing a string would give a character
            return None
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _pop(tree: dict[Any, Any], place: Steps) -> Any:
    """Remove and return the value at `place`. Objects around it are copied, and removed once they are empty."""
    first, *rest = place
    if first not in tree:
        return _NOTHING
    if not rest:
        return tree.pop(first)
    if not isinstance(tree[first], dict):
        return _NOTHING
    tree[first] = inner = dict(tree[first])
    value = _pop(inner, tuple(rest))
    if not inner:
        del tree[first]
    return value


def _put(tree: dict[Any, Any], place: Steps, value: Any) -> None:
    """Store `value` at `place`. Properties of an object that was there are kept under dotted names."""
    first, *rest = place
    if rest:
        inner = tree.get(first)
        tree[first] = inner = dict(inner) if isinstance(inner, dict) else {}
        _put(inner, tuple(rest), value)
        return
    left = tree.pop(first, None)
    if isinstance(left, dict) and not isinstance(value, dict):
        tree |= {f"{first}.{name}": each for name, each in left.items()}
    tree[first] = value


def _joined(name: str, items: Sequence[Any], between: str) -> str:
    texts = [str(each) for each in items]
    wrong = next((text for text in texts if between in text), None)
    if wrong is not None:
        raise ValueError(f"{name}: {wrong!r} contains {between!r}, which separates items on the wire")
    return between.join(texts)


def _translated(value: Any, table: Mapping[Any, Any]) -> Any:
    """Translate a literal, or each one in a list."""
    if isinstance(value, list):
        return [_translated_one(each, table) for each in value]
    return _translated_one(value, table)


def _translated_one(value: Any, table: Mapping[Any, Any]) -> Any:
    return table.get(value, value) if isinstance(value, (str, bool)) else value
