"""Check models against their annotations, and generate almost valid responses."""

from __future__ import annotations

import copy
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any, cast

import attrs
from hypothesis import strategies as st

import proteiniq
from proteiniq.models import Model


def misfits(value: Any, where: str = "model") -> Iterator[str]:
    """The attributes of a model, and of models in it, that are not of the type that they are annotated with."""
    if isinstance(value, Model):
        for name, annotation in _annotations(cast("Any", type(value))).items():
            held = getattr(value, name)
            if not _is(held, annotation):
                yield f"{where}.{name} is {held!r}, and should be {annotation}"
            yield from misfits(held, f"{where}.{name}")
        if set(value.extra) - set(value.raw):
            yield f"{where}.extra holds what the answer does not"
    elif isinstance(value, (tuple, list)):
        for index, item in enumerate(value):
            yield from misfits(item, f"{where}[{index}]")


@cache
def _annotations(kind: Any) -> dict[str, Any]:
    names = {name: getattr(proteiniq, name) for name in proteiniq.__all__} | {
        "Mapping": Mapping,
        "Any": Any,
        "datetime": datetime,
    }
    public = [field.name for field in attrs.fields(kind) if not field.name.startswith("_")]
    found: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, annotation in getattr(base, "__annotations__", {}).items():
            if name in public:
                module = vars(__import__(base.__module__, fromlist=["x"]))
                found[name] = (
                    eval(annotation, {**names, **module}) if isinstance(annotation, str) else annotation
                )
    return found


def _is(value: Any, annotation: Any) -> bool:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if annotation is Any:
        return True
    if origin in (types.UnionType, typing.Union):
        return any(_is(value, argument) for argument in arguments)
    if origin is tuple:
        return isinstance(value, tuple) and all(_is(item, arguments[0]) for item in value)
    if origin is not None:
        return isinstance(value, origin)
    if annotation is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value
    if annotation is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if annotation is datetime:
        return isinstance(value, datetime) and value.tzinfo is not None
    return value is None if annotation is None else isinstance(value, annotation)


# ---- answers

_ODD = st.sampled_from(
    [
        float("nan"),
        float("inf"),
        10**400,
        -(10**400),
        5.0,
        5.5,
        1e308,
        True,
        "",
        "\ud800",
        "\x00",
        "2026-13-45",
        "2026-06-12T08:05:00",
        "0001-01-01T00:00:00+14:00",
        "NEWLY_INVENTED",
        [],
        {},
        [[]],
        [None],
        [{}],
        {"a": {"b": [1]}},
    ]
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | _ODD,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield at
    if isinstance(value, dict):
        for key in value:
            yield from _places(value[key], (*at, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, (*at, index))


def _changed(body: Any, place: tuple[Any, ...], change: Callable[[Any, Any], None], whole: Any) -> Any:
    """The body with something changed at a place; the body as a whole has no place and becomes `whole`."""
    if not place:
        return whole
    body = copy.deepcopy(body)
    parent = body
    for key in place[:-1]:
        parent = parent[key]
    change(parent, place[-1])
    return body


@st.composite
def almost(draw: st.DrawFn, body: Any) -> Any:
    """The body with up to three things dropped, replaced, added or repeated."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(_places(body))))
        new = draw(_JSON)
        match draw(st.sampled_from(["drop", "null", "replace", "replace", "extra", "wrap"])):
            case "drop":
                body = _changed(body, place, lambda parent, key: parent.__delitem__(key), {})
            case "null":
                body = _changed(body, place, lambda parent, key: parent.__setitem__(key, None), None)
            case "replace":

                def put(parent: Any, key: Any, new: Any = new) -> None:
                    parent[key] = new

                body = _changed(body, place, put, new)
            case "wrap":
                body = _changed(
                    body, place, lambda parent, key: parent.__setitem__(key, [parent[key]]), {"data": body}
                )
            case "extra":

                def add(parent: Any, key: Any, new: Any = new) -> None:
                    if isinstance(parent, dict):
                        parent["creditModel"] = parent["unheard of"] = new
                    else:
                        parent.append(new)

                body = _changed(body, place, add, body)
    return body
