"""Schema keywords that are copied if they are valid.

They only describe or limit a value, so an invalid one is dropped rather than refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_true_or_false(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any) -> bool:
    return _is_integer(value) and bool(value >= 0)


_SOUND: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("description", "format", "contentEncoding", "contentMediaType"), _is_text),
    **dict.fromkeys(("minimum", "maximum"), _is_number),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), _is_count),
    **dict.fromkeys(("default", "example"), lambda value: True),
    "examples": lambda value: isinstance(value, list),
    "uniqueItems": _is_true_or_false,
}
_LIMITS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("minimum", "maximum"), ("number", "integer")),
    **dict.fromkeys(("minLength", "maxLength"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ("array",)),
}
_DEFAULTS: Mapping[Any, Callable[[Any], bool]] = {
    "string": _is_text,
    "number": _is_number,
    "integer": _is_integer,
    "boolean": _is_true_or_false,
}


def kept(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The valid ones among these keywords of `schema`."""
    return {key: schema[key] for key, is_sound in _SOUND.items() if key in schema and is_sound(schema[key])}


def fitting(keywords: Mapping[str, Any], spelled: Mapping[str, Any]) -> dict[str, Any]:
    """`spelled`, our schema of a type, with the keywords that apply to that type."""
    kind = spelled.get("type")
    fits = {key: value for key, value in keywords.items() if kind in _LIMITS.get(key, (kind,))}
    if "format" in spelled or kind not in _DEFAULTS or not _DEFAULTS[kind](fits.get("default")):
        fits.pop("default", None)
    return fits | dict(spelled)
