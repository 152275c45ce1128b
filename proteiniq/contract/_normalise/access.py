"""Reading a document that someone else wrote: each access says what it expects, and where."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

DEEPEST = 100
"""Levels of nesting that a document may have; the service's own needs about twenty."""

_KINDS = {str: "text", int: "a number", float: "a number", bool: "true or false", list: "a list"}
_KINDS |= {dict: "an object", type(None): "null"}


class NotAContract(ValueError):
    """The document is not an OpenAPI document that can be read: what is wrong, and where."""


def mapping(node: Any, place: str) -> Mapping[str, Any]:
    """`node` as an object; one that is absent is empty."""
    found: Mapping[str, Any] = _expected({} if node is None else node, Mapping, "an object", place)
    return found


def sequence(node: Any, place: str) -> Sequence[Any]:
    """`node` as a list; one that is absent is empty."""
    found: Sequence[Any] = _expected(() if node is None else node, list | tuple, "a list", place)
    return found


def text(node: Any, place: str) -> str:
    return str(_expected(node, str, "text", place))


def names(node: Any, place: str) -> tuple[str, ...]:
    """`node` as a list of names, each once."""
    return tuple(dict.fromkeys(text(name, place) for name in sequence(node, place)))


def _expected(node: Any, kind: Any, what: str, place: str) -> Any:
    if not isinstance(node, kind):
        found = _KINDS.get(type(node), type(node).__name__)
        raise NotAContract(f"{place}: expected {what}, found {found}")
    return node


def check_json(node: Any, place: str = "document", depth: int = 0) -> None:
    """Raise NotAContract unless `node` could be a JSON document, and one that is not bottomless."""
    if depth > DEEPEST:
        raise NotAContract(f"{place}: nested deeper than {DEEPEST} levels")
    if isinstance(node, Mapping):
        for key, value in node.items():
            _check_text(key, place)
            check_json(value, place if depth > 3 else f"{place}.{key}", depth + 1)
    elif isinstance(node, list | tuple):
        for value in node:
            check_json(value, place, depth + 1)
    elif isinstance(node, float) and not math.isfinite(node):
        raise NotAContract(f"{place}: {node} is not a JSON number")
    elif isinstance(node, str):
        _check_text(node, place)
    elif type(node) not in _KINDS:
        raise NotAContract(f"{place}: {type(node).__name__} is not a kind of JSON value")


def _check_text(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise NotAContract(f"{place}: the key {value!r} is not text")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise NotAContract(f"{place}: {value!r} has half of a surrogate pair")
