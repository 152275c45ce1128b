"""Answers against the contract, before anything reads them.

A body that passed has every field that the facade needs, each of the promised type, so that the generated parser
can't fail on it and no typed attribute holds a value of another type. What is merely unusual does not stop an
answer: an optional field of a wrong type is left out of what is parsed, and stays in the model's `extra`.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .contract import document
from .errors import ContractError, Request

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}


_LARGEST = 10**300
"""Whole numbers above it can't become floats, so that sums and messages would fail on them."""


class _Misfit(Exception):
    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path = path
        self.what = what


def decode(content: bytes, operation: str, request: Request) -> Any:
    """The JSON in `content`. Raises ContractError saying what came instead."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        start = content[:60].decode("utf-8", "replace").strip()
    raise ContractError(
        f"{operation}: the answer to {request} is no JSON; it begins with {start!r}. "
        "A proxy or a login page may have answered instead of the service",
        operation=operation,
        request=request,
    )


def fit(body: Any, operation: str, request: Request) -> Any:
    """The body as the contract promises it, optional fields that don't fit left out.

    Raises ContractError naming operation and JSON path when a needed field is missing or of a wrong type.
    """
    try:
        return _fit(body, answer_schema(operation), "$")
    except _Misfit as misfit:
        path, what = misfit.path, misfit.what
    raise ContractError(
        f"{operation}: the answer to {request} breaks the contract at {path}: {what}. "
        "The service's contract may have changed: `python -m proteiniq.contract check` compares it",
        operation=operation,
        path=path,
        request=request,
    )


@functools.cache
def answer_schema(operation: str) -> Mapping[str, Any]:
    """The schema of the operation's success answer."""
    for item in document()["paths"].values():
        for described in item.values():
            if described["operationId"] == operation:
                content = described["responses"]["2XX"]["content"]
                schema: Mapping[str, Any] = content["application/json"]["schema"]
                return schema
    raise KeyError(operation)


def _fit(value: Any, schema: Mapping[str, Any], path: str) -> Any:
    if "anyOf" in schema:  # the normaliser writes it for nullable objects only
        return None if value is None else _fit(value, schema["anyOf"][0], path)
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    value = _typed(value, schema, path)
    if isinstance(value, dict) and "properties" in schema:
        return _fit_object(value, schema, path)
    if isinstance(value, list) and "items" in schema:
        return [_fit(item, schema["items"], f"{path}[{index}]") for index, item in enumerate(value)]
    return value


def _fit_object(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> dict[str, Any]:
    required = schema.get("required", ())
    for name in required:
        if name not in value:
            raise _Misfit(f"{path}.{name}", "it is missing")
    fitted = dict(value)
    for name, described in schema["properties"].items():
        if name in value:
            try:
                fitted[name] = _fit(value[name], described, f"{path}.{name}")
            except _Misfit:
                if name in required:
                    raise
                del fitted[name]
    return fitted


def _typed(value: Any, schema: Mapping[str, Any], path: str) -> Any:
    """The value, of one of the promised types; a whole number that is written as `5.0` is one."""
    allowed = schema.get("type")
    if allowed is None:
        return value
    names = [allowed] if isinstance(allowed, str) else allowed
    if not any(_is(value, name) for name in names):
        raise _Misfit(path, f"it is {_shown(value)}, and the contract promises {' or '.join(names)}")
    if schema.get("format") == "date-time" and value is not None:
        _check_time(value, path)
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise _Misfit(path, "it is a number beyond all that can be reckoned with")
    return int(value) if isinstance(value, float) and "number" not in names else value


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False  # NaN and Infinity, which Python reads, are no JSON
    return isinstance(value, _TYPES[name]) or (
        name == "integer" and isinstance(value, float) and value.is_integer()
    )


def _check_time(value: str, path: str) -> None:
    try:
        moment = datetime.fromisoformat(value)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Misfit(path, f"{value!r:.60} is no ISO 8601 time") from None


def _shown(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
