"""Schema keywords that are copied if they are valid.

They only describe or limit a value, so an invalid one is dropped rather than refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_STRING, _NUMBER, _INTEGER, _BOOLEAN = (str,), (int, float), (int,), (bool,)
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems")
_TYPES: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("description", "format", "contentEncoding", "contentMediaType"), _STRING),
    **dict.fromkeys(("minimum", "maximum"), _NUMBER),
    **dict.fromkeys(_COUNTS, _INTEGER),
    "examples": (list,),
    "uniqueItems": _BOOLEAN,
}
"""Types of the value of a keyword. Beside these keywords, `default` and `example` may have any value."""

_LIMITS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("minimum", "maximum"), ("number", "integer")),
    **dict.fromkeys(("minLength", "maxLength"), ("string",)),
    **dict.fromkeys(("minItems", "maxItems", "uniqueItems"), ("array",)),
}
_DEFAULTS: Mapping[Any, tuple[type, ...]] = {
    "string": _STRING,
    "number": _NUMBER,
    "integer": _INTEGER,
    "boolean": _BOOLEAN,
}


def kept(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The valid ones among these keywords of `schema`."""
    return {key: value for key, value in schema.items() if _is_valid(key, value)}


def _is_valid(key: str, value: Any) -> bool:
    if key in ("default", "example"):
        return True
    return type(value) in _TYPES.get(key, ()) and not (key in _COUNTS and value < 0)


def fitting(keywords: Mapping[str, Any], spelled: Mapping[str, Any]) -> dict[str, Any]:
    """`spelled`, our schema of a type, with the keywords that apply to that type."""
    kind = spelled.get("type")
    fits = {key: value for key, value in keywords.items() if kind in _LIMITS.get(key, (kind,))}
    if "format" in spelled or type(fits.get("default")) not in _DEFAULTS.get(kind, ()):
        fits.pop("default", None)
    return fits | dict(spelled)
