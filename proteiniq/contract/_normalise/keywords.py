"""Keywords that mean the same in every spelling of a schema, and are passed on where they are sound.

What is wrong with a keyword that only explains or limits must not stop the use of a document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Sound = Callable[[Any], bool]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_anything(value: Any) -> bool:
    return True


_SOUND: Mapping[str, _Sound] = {
    "description": _is_text,
    "format": _is_text,
    "default": _is_anything,
    "example": _is_anything,
    "examples": lambda value: isinstance(value, list),
    "minimum": _is_number,
    "maximum": _is_number,
    "minLength": _is_count,
    "maxLength": _is_count,
    "minItems": _is_count,
    "maxItems": _is_count,
    "uniqueItems": lambda value: isinstance(value, bool),
    "contentEncoding": _is_text,
    "contentMediaType": _is_text,
}
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "string": _is_text,
    "number": _is_number,
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
}
_LIMITS: Mapping[str, tuple[str, ...]] = {
    "minimum": ("number", "integer"),
    "maximum": ("number", "integer"),
    "minLength": ("string",),
    "maxLength": ("string",),
    "minItems": ("array",),
    "maxItems": ("array",),
    "uniqueItems": ("array",),
}


def kept(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What `schema` says in these keywords."""
    return {key: schema[key] for key, sound in _SOUND.items() if key in schema and sound(schema[key])}


def fitting(keywords: Mapping[str, Any], spelled: Mapping[str, Any]) -> dict[str, Any]:
    """The keywords that make sense beside our spelling of the type, which has the last word."""
    kind = spelled.get("type")
    return {
        key: value
        for key, value in keywords.items()
        if kind in _LIMITS.get(key, (kind,))
        and (key != "default" or ("format" not in spelled and _TYPES.get(str(kind), _no)(value)))
    } | dict(spelled)


def _no(value: Any) -> bool:
    return False
