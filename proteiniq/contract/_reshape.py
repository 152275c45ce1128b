"""Between a body as the service spells it and the same body in our shape.

Generated code, checks and models know one shape: ours. Where the service has a field under another name or in another
place, calls a literal something else or counts in another unit, the normalised document holds a `Shape` for that
body. `read` turns a response into our shape; `write` turns a request of ours into the service's.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeGuard

import attrs

Steps = tuple[str | int, ...]
"""A place inside a body: names of properties, and indices of lists."""

RAW = "\0raw"
"""The key under which a reshaped object keeps what it was made from. No JSON of a service has it."""

_NOTHING: Any = object()
LARGEST = 10**300
"""Whole numbers above it can't become floats, so that sums and messages would fail on them."""


def _steps(place: Iterable[str | int]) -> Steps:
    return tuple(place)


def _moves(moves: Iterable[Sequence[Iterable[str | int]]]) -> tuple[tuple[Steps, Steps], ...]:
    return tuple((tuple(ours), tuple(theirs)) for ours, theirs in moves)


def _tables(tables: Mapping[str, Any]) -> dict[str, dict[Any, Any]]:
    return {name: dict(table) for name, table in tables.items()}


@attrs.frozen
class Shape:
    """How one object differs from ours. `at` is where it is in the body; everything else is relative to it.

    `moves` are (our place, the service's place), `values` map our literals to the service's, `scale` holds what a
    number of the service is multiplied by, `parts` are the shapes of objects (or of each object in a list) under our
    name, `constants` is what a request always holds in addition. `whole` names our field that is the whole body there,
    without an object around it. `joined` are our lists that are text there, and what is between the items.
    """

    at: Steps = attrs.field(default=(), converter=_steps)
    whole: str = ""
    moves: tuple[tuple[Steps, Steps], ...] = attrs.field(default=(), converter=_moves)
    values: Mapping[str, Mapping[Any, Any]] = attrs.field(factory=dict, converter=_tables)
    scale: Mapping[str, float] = attrs.field(factory=dict)
    joined: Mapping[str, str] = attrs.field(factory=dict)
    parts: Mapping[str, Shape] = attrs.field(factory=dict)
    constants: Mapping[str, Any] = attrs.field(factory=dict)

    @functools.cached_property
    def _literals(self) -> Mapping[str, Mapping[Any, Any]]:
        """The service's literals and ours, by field; worked out once, since responses are many."""
        return {name: {their: our for our, their in table.items()} for name, table in self.values.items()}

    @functools.cached_property
    def _displaced(self) -> tuple[str | int, ...]:
        """Names of ours under which the service would have another thing."""
        sources = {theirs[0] for _, theirs in self.moves}
        return tuple(place[0] for place, _ in self.moves if len(place) == 1 and place[0] not in sources)

    def __bool__(self) -> bool:
        """Whether it differs from ours at all."""
        return self != OURS

    def dump(self) -> dict[str, Any]:
        """The shape as JSON, without what is empty. Literals are pairs, since some of ours are true and false."""
        whole = attrs.asdict(self, recurse=False, filter=lambda _, value: bool(value))
        if self.values:
            whole["values"] = {name: list(table.items()) for name, table in self.values.items()}
        if self.parts:
            whole["parts"] = {name: part.dump() for name, part in self.parts.items()}
        return whole

    @classmethod
    def load(cls, stored: Mapping[str, Any] | None) -> Shape:
        """The shape that `dump` gave. None is our own shape."""
        if not stored:
            return OURS
        parts = {name: cls.load(part) for name, part in stored.get("parts", {}).items()}
        return cls(**{**stored, "parts": parts})


OURS = Shape()
"""What needs no reshaping."""


def steps(path: str) -> Steps:
    """A place as it is written in the bindings.

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
    """A place as people write it: `data.files[0].name`."""
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def read(shape: Shape, body: Any) -> Any:
    """A response, or a part of one, in our shape. The body stays as it is; each object keeps it under `RAW`."""
    body = _get(body, shape.at)
    if shape.whole and body is not None and not isinstance(body, dict):
        body = {shape.whole: body}
    if not isinstance(body, dict) or not shape:
        return body
    ours: dict[Any, Any] = dict(body)
    # A field of another meaning that has a name of ours must not be taken for ours; `RAW` has it.
    for name in shape._displaced:
        ours.pop(name, None)
    taken = [(place, value) for place, theirs in shape.moves if (value := _pop(ours, theirs)) is not _NOTHING]
    for place, value in taken:
        # An object of ours that would hold nothing but null isn't there.
        if value is not None or len(place) == 1 or _get(ours, place[:-1]):
            _put(ours, place, value)
    for name, factor in shape.scale.items():
        # What can't be reckoned with stays as it is: the check of the response says what is wrong.
        if _is_reckonable(value := ours.get(name)):
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
    """A request of ours, or a part of one, as the service takes it.

    Raises ValueError for an item of a list that is written as text, where the item holds what is between two.
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
        if _is_reckonable(value := body.get(name)):
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


def _is_reckonable(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < LARGEST


def _whole(value: float) -> float:
    """The number, without the digits that only a division made of it: 500 and not 500.00000000000006."""
    near = round(value)
    return near if abs(value - near) <= 1e-9 * max(1.0, abs(value)) else value


def _get(body: Any, place: Steps) -> Any:
    for step in place:
        if isinstance(body, str):  # A step into a text is a step to nowhere.
            return None
        try:
            body = body[step]
        except (KeyError, IndexError, TypeError):
            return None
    return body


def _pop(tree: dict[Any, Any], place: Steps) -> Any:
    """Take what is at `place` out of `tree`; objects on the way are copied, and gone when nothing is left."""
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
    """Put `value` at `place`; what else is there is kept beside it, under a dotted name."""
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
        raise ValueError(
            f"{name}: {wrong!r} holds {between!r}, which the service takes for the end of an item"
        )
    return between.join(texts)


def _translated(value: Any, table: Mapping[Any, Any]) -> Any:
    """A literal, or each of a list of them."""
    if isinstance(value, list):
        return [_translated_one(each, table) for each in value]
    return _translated_one(value, table)


def _translated_one(value: Any, table: Mapping[Any, Any]) -> Any:
    return table.get(value, value) if isinstance(value, (str, bool)) else value
