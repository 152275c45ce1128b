"""Validate responses against the contract before parsing them.

A valid body has every field that the client needs, each of its documented type, so the generated parser can't fail
and every typed attribute has its type. An optional field of a wrong type does not make a response invalid: it is left
out of what is parsed and kept in the model's `extra`.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from .._inputs.requests import endpoint
from .._wire.secrecy import without_queries
from ..contract import LARGEST, RAW, document, read
from ..errors import ContractError, Request

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}

Check = Callable[[Any], Any]
"""Takes a value and returns it as the contract describes it, or raises _Misfit."""

MISFITS = "\0misfits"
"""The key under which a validated object keeps optional fields of a wrong type."""


class _Misfit(Exception):
    """A value that doesn't fit. Its path grows on the way out, from the value to the whole body."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.path = ""
        self.what = what

    def under(self, step: str) -> _Misfit:
        self.path = step + self.path
        return self


def decode(content: bytes, operation: str, request: Request) -> Any:
    """Return the JSON in `content`. Raises ContractError with the start of what it contains instead."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        if not content.strip():
            raise ContractError(
                f"{operation}: the response to {request} is empty, but a body of JSON was expected",
                operation=operation,
                request=request,
            ) from None
        start = without_queries(content[:60].decode("utf-8", "replace").strip())
        raise ContractError(
            f"{operation}: the response to {request} is not JSON; it starts with {start!r}. "
            "A proxy or a login page may have responded instead of the service",
            operation=operation,
            request=request,
        ) from None


def fit(body: Any, operation: str, request: Request, identity: Mapping[str, str] | None = None) -> Any:
    """Return the body in our schema, without optional fields that don't fit.

    `identity` are fields that the request already determines. Raises ContractError with the operation and the JSON path
    if a required field is missing or has a wrong type.
    """
    ours = read(endpoint(operation).response, body)
    if identity and isinstance(ours, dict):
        if not ours.keys() & _promised(operation):
            raise _broken(operation, request, "$", "it contains no field of the contract")
        other = {name: ours[name] for name, value in identity.items() if ours.get(name, value) != value}
        ours = {**ours, **identity, **({MISFITS: other} if other else {}), RAW: ours.get(RAW, body)}
    try:
        return _answer_check(operation)(ours)
    except _Misfit as misfit:
        raise _broken(operation, request, f"${misfit.path}", misfit.what) from None


def _broken(operation: str, request: Request, path: str, what: str) -> ContractError:
    return ContractError(
        f"{operation}: the response to {request} breaks the contract at {path}: {without_queries(what)}. "
        "The service's contract may have changed: `python -m proteiniq.contract check` compares it",
        operation=operation,
        path=path,
        request=request,
    )


def fit_ticket(body: Any, request: Request) -> Any:
    """Return the response to the first step of an upload, in our schema.

    Raises ContractError if it doesn't contain where to send the file.
    """
    upload = endpoint("upload_file").upload
    ours = read(upload.ticket, body) if upload is not None and upload.ticket is not None else body
    try:
        return _role_check("UploadTicket")(ours)
    except _Misfit as misfit:
        raise _broken("upload_file", request, f"${misfit.path}", misfit.what) from None


@functools.cache
def _promised(operation: str) -> frozenset[str]:
    """The fields of a response in the contract, under our names."""
    role = answer_schema(operation)["$ref"].rpartition("/")[2]
    schema = document()["components"]["schemas"][role]
    return frozenset(schema["properties"]) - frozenset(schema.get("x-undocumented", ()))


def reshaped(body: Any, operation: str) -> Any:
    """The body in our shape, unchecked."""
    return read(endpoint(operation).response, body)


def fits_request(body: Any, operation: str) -> bool:
    """Whether the packaged contract calls the JSON body of a request right. `body` is in our shape."""
    content = _described(operation).get("requestBody", {}).get("content", {}).get("application/json")
    if content is None:
        return True
    try:
        return not _has_misfits(_check(content["schema"])(body))
    except _Misfit:
        return False


def _has_misfits(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_has_misfits, value))
    if not isinstance(value, dict):
        return False
    return MISFITS in value or any(_has_misfits(each) for name, each in value.items() if name != RAW)


@functools.cache
def _described(operation: str) -> Mapping[str, Any]:
    every = (described for item in document()["paths"].values() for described in item.values())
    found: Mapping[str, Any] = next(each for each in every if each["operationId"] == operation)
    return found


def answer_schema(operation: str) -> Mapping[str, Any]:
    """The schema of the operation's success response."""
    content = _described(operation)["responses"]["2XX"]["content"]
    schema: Mapping[str, Any] = content["application/json"]["schema"]
    return schema


@functools.cache
def _answer_check(operation: str) -> Check:
    return _check(answer_schema(operation))


@functools.cache
def _role_check(role: str) -> Check:
    return _check(document()["components"]["schemas"][role])


def _check(schema: Mapping[str, Any]) -> Check:
    """The check for a schema, built once."""
    if "anyOf" in schema:  # the normaliser writes it for nullable objects only
        some = _check(schema["anyOf"][0])
        return lambda value: None if value is None else some(value)
    if "$ref" in schema:
        role = schema["$ref"].rpartition("/")[2]
        return lambda value: _role_check(role)(value)  # when it is needed, since roles may be in each other
    typed = _type_check(schema)
    if "properties" in schema:
        return _object_check(schema, typed)
    if "items" in schema:
        return _list_check(_check(schema["items"]), typed)
    return typed


def _object_check(schema: Mapping[str, Any], typed: Check) -> Check:
    required = tuple(schema.get("required", ()))
    properties = tuple((name, _check(described)) for name, described in schema["properties"].items())

    def check(value: Any) -> Any:
        value = typed(value)  # an object: the normaliser writes `anyOf` for a nullable one
        for name in required:
            if name not in value:
                raise _Misfit("it is missing").under(f".{name}")
        fitted = dict(value)
        fitted.setdefault(RAW, value)
        for name, fits in properties:
            if name in value:
                try:
                    fitted[name] = fits(value[name])
                except _Misfit as misfit:
                    if name in required:
                        raise misfit.under(f".{name}") from None
                    fitted[MISFITS] = {**fitted.get(MISFITS, {}), name: fitted.pop(name)}
        return fitted

    return check


def _list_check(fits: Check, typed: Check) -> Check:
    def check(value: Any) -> Any:
        value = typed(value)
        if not isinstance(value, list):
            return value
        fitted = []
        for index, item in enumerate(value):
            try:
                fitted.append(fits(item))
            except _Misfit as misfit:
                raise misfit.under(f"[{index}]") from None
        return fitted

    return check


def _type_check(schema: Mapping[str, Any]) -> Check:
    """Return a check for the documented types; `5.0` counts as an integer."""
    allowed = schema.get("type")
    if allowed is None:
        return lambda value: value
    names = [allowed] if isinstance(allowed, str) else allowed
    is_time = schema.get("format") == "date-time"
    # For most values the type is enough; numbers need a closer look.
    plain = tuple(kind for name in names for kind in _TYPES[name] if kind not in (int, float))

    def check(value: Any) -> Any:
        if type(value) not in plain:
            if not any(_is(value, name) for name in names):
                raise _Misfit(f"expected {' or '.join(names)}, got {_kind(value)}")
            if isinstance(value, int) and abs(value) > LARGEST:
                raise _Misfit("the number is too large")
            return int(value) if isinstance(value, float) and "number" not in names else value
        if is_time and value is not None:
            _check_time(value)
        return value

    return check


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if isinstance(value, float) and not math.isfinite(value):
        return False  # Python reads NaN and Infinity, which are not JSON
    return isinstance(value, _TYPES[name]) or (
        name == "integer" and isinstance(value, float) and value.is_integer()
    )


def _check_time(value: str) -> None:
    try:
        moment = datetime.fromisoformat(value)
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Misfit(f"{value!r:.60} is not an ISO 8601 time") from None


def _kind(value: Any) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}, which JSON doesn't have"
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
