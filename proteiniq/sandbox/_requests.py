"""Parsing of requests: query and header parameters, cursors, JSON bodies and their limits.

The largest JSON body is our choice: the service doesn't document a limit.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from . import _contract, _times
from ._contract import Operation, Parameter
from ._errors import APIError, Issue, invalid

MAX_JSON_BYTES = 10 * 1024 * 1024
"""The largest JSON body."""


def parameters(request: Request, operation: Operation) -> dict[str, Any]:
    """The values of the documented query and header parameters. Unknown ones are ignored.

    Raises APIError `validation_error`, which lists every invalid value.
    """
    values: dict[str, Any] = {}
    found: list[Issue] = []
    for parameter in operation.parameters:
        given = request.query_params if parameter.place == "query" else request.headers
        texts = given.getlist(parameter.name)
        where = f"{parameter.place}.{parameter.name}"
        if len(set(texts)) > 1:
            found.append({"path": where, "message": "is given more than once"})
        elif texts:
            value = _value(parameter, texts[0])
            wrong = _contract.issues(parameter.validator, value, where)
            found.extend(wrong)
            if not wrong:
                values[parameter.name] = value
        elif "default" in parameter.schema:
            values[parameter.name] = parameter.schema["default"]
    if found:
        raise invalid(found)
    return values


def _value(parameter: Parameter, text: str) -> Any:
    """The value of a parameter's text. Text that can't be converted is returned as is and fails validation later."""
    if parameter.type == "integer" and re.fullmatch(r"[+-]?[0-9]{1,18}", text, re.ASCII):
        return int(text)
    if parameter.type == "boolean":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    return text


def moment(values: Mapping[str, Any], name: str) -> int:
    """A time parameter, in milliseconds since the epoch."""
    try:
        return _times.parse(values[name])
    except (ValueError, OverflowError):
        issue = {"path": f"query.{name}", "message": "must be a date-time between years 1 and 9999"}
        raise invalid([issue]) from None


def cursor(kind: str, position: str | int) -> str:
    """An opaque `next_cursor`: where the next page of this kind of list starts."""
    return base64.urlsafe_b64encode(f"{kind}:{position}".encode()).decode().rstrip("=")


def position(kind: str, values: Mapping[str, Any]) -> str | None:
    """The position inside `starting_after`, or None for the first page."""
    text = values.get("starting_after")
    if text is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)).decode()
    except (binascii.Error, ValueError):
        raw = ""
    if not raw.startswith(f"{kind}:"):
        issue = {"path": "query.starting_after", "message": "is not a cursor of this list: use next_cursor"}
        raise invalid([issue])
    return raw.removeprefix(f"{kind}:")


def number(text: str | None) -> int | None:
    """A position as a sequence number."""
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        issue = {"path": "query.starting_after", "message": "is not a cursor of this list: use next_cursor"}
        raise invalid([issue])
    return int(text)


def media_type(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


_HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?", re.ASCII)


def base_url(request: Request) -> str | None:
    """The URL at which the client reached the sandbox, possibly through a forwarded port.

    None if the `Host` header is not a valid host.
    """
    host = request.headers.get("host", "")
    return f"{request.url.scheme}://{host}" if _HOST.fullmatch(host) else None


async def stream(request: Request, limit: int) -> AsyncIterator[bytes]:
    """The body piece by piece. Raises APIError `payload_too_large` as soon as it is known to be too large."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large(limit, int(declared))
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        yield piece


def too_large(limit: int, size: int | None = None) -> APIError:
    has = f"has {size} bytes" if size else "is too large"
    return APIError(
        "payload_too_large",
        f"The body {has}; {limit} bytes are allowed.",
        details={"limit_bytes": limit},
    )


async def drain(request: Request, limit: int = 1 << 28) -> None:
    """Read and drop the rest of a body.

    Closing a connection with unread bytes resets it, and the client may lose the response.
    """
    if request.headers.get("expect", "").lower() == "100-continue":
        return
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > limit:
                return
    except (RuntimeError, ClientDisconnect):
        return  # It was already read, or the client is gone.


async def content(request: Request, limit: int = MAX_JSON_BYTES) -> bytes:
    """The whole body."""
    return b"".join([piece async for piece in stream(request, limit)])


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises APIError `invalid_json` with the place of the error.

    It must be strict JSON: UTF-8, without duplicate keys, NaN, or numbers that a double can't hold.
    """
    try:
        value = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_int=_integer,
            parse_constant=_no_constant,
        )
        # Lone surrogates and numbers such as 1e999 can be parsed, but not serialised.
        canonical(value)
    except UnicodeEncodeError:
        raise _broken("a string contains an unpaired surrogate") from None
    except UnicodeDecodeError as error:
        raise _broken(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _broken(
            f"{error.msg} at line {error.lineno}, column {error.colno}",
            {"line": error.lineno, "column": error.colno},
        ) from None
    except RecursionError:
        raise _broken("it is nested too deeply") from None
    except ValueError as error:
        raise _broken(str(error)) from None
    if not isinstance(value, dict):
        raise invalid([{"path": "body", "message": "must be a JSON object"}])
    return value


def _broken(why: str, details: Mapping[str, Any] | None = None) -> APIError:
    return APIError("invalid_json", f"The request body is not valid JSON: {why}.", details=details)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the key {name!r:.80} is duplicated")
            seen.add(name)
    return value


def _integer(text: str) -> int:
    # Python's integers are unbounded; code that uses one as a double would fail.
    if math.isinf(float(text)):
        raise ValueError(f"the number {text[:20]}… has {len(text)} digits, more than a double can hold")
    return int(text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def canonical(value: Any) -> bytes:
    """The canonical serialisation of a JSON value, for comparing bodies."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8")


def body_digest(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()
