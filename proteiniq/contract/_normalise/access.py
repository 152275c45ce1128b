"""Checked access to a document from outside: an error names the place and the expected type."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

DEEPEST = 100
"""Maximum nesting of a document; the service's own has about twenty levels."""

_KINDS = {str: "a string", int: "a number", float: "a number", bool: "a boolean", list: "a list"}
_KINDS |= {dict: "an object", type(None): "null"}


class NotAContract(ValueError):
    """The document can't be read as OpenAPI. The message says what is wrong, and where."""


def mapping(node: Any, place: str) -> Mapping[str, Any]:
    """`node` as an object; None is an empty one."""
    found: Mapping[str, Any] = expected({} if node is None else node, Mapping, "an object", place)
    return found


def sequence(node: Any, place: str) -> Sequence[Any]:
    """`node` as a list; None is an empty one."""
    found: Sequence[Any] = expected(() if node is None else node, list | tuple, "a list", place)
    return found


def text(node: Any, place: str) -> str:
    return str(expected(node, str, "a string", place))


def names(node: Any, place: str) -> tuple[str, ...]:
    """`node` as a list of names, without duplicates."""
    return tuple(dict.fromkeys(text(name, place) for name in sequence(node, place)))


def expected(node: Any, kind: Any, what: str, place: str) -> Any:
    """`node`, checked to be of a Python type that `what` names."""
    if not isinstance(node, kind):
        got = _KINDS.get(type(node), type(node).__name__)
        raise NotAContract(f"{place}: expected {what}, got {got}")
    return node


def check_json(node: Any, place: str = "document", depth: int = 0) -> None:
    """Raise NotAContract unless `node` is a JSON value that is not nested too deeply."""
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
        raise NotAContract(f"{place}: {type(node).__name__} is not a JSON type")


def _check_text(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise NotAContract(f"{place}: keys must be strings, got {value!r}")
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        raise NotAContract(f"{place}: {value!r} contains half of a surrogate pair")
