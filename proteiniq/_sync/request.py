# Generated from proteiniq/_async/request.py by scripts/unasync.py. Edit that file instead.

"""A request to a route of the service that the client has no method for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from .._inputs import requests
from .._inputs.arguments import check_idempotency_key, is_text
from .._message_text import short_repr
from .._responses import schema
from .._responses.calls import Call
from ..errors import ContractError, InvalidInput, Request
from .pipeline import Pipeline

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

OPERATION = "request"
"""What hooks, logs and errors call it."""

PACED = ("get_job_status", "get_result")
"""Operations that read a job, which the service allows once in 5 s (documentation, "Rate limits")."""

_JSON = re.compile(r"application/([\w.+-]+\+)?json", re.ASCII | re.IGNORECASE)


def request(
    pipeline: Pipeline,
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None,
    json: Any,
    idempotency_key: str | None,
) -> Any:
    """Send a request with the pace, retries and errors of any other, and return what the response contains."""
    if not isinstance(method, str) or (method := method.upper()) not in METHODS:
        raise InvalidInput(f"method must be one of {', '.join(METHODS)}, got {short_repr(method)}")
    _check_path(path)
    if params is not None and not isinstance(params, Mapping):
        raise InvalidInput(f"params must be a mapping of names to values, got {short_repr(params)}")
    if params is not None and "?" in path:
        raise InvalidInput("pass the query in the path or as params, not both")
    headers = {}
    if idempotency_key is not None:
        headers[_key_header()] = check_idempotency_key(idempotency_key)
    job_id = _job_read(method, path.partition("?")[0])
    deadline = pipeline.config.deadline
    call = Call(
        outgoing=pipeline.outgoing(
            method,
            path,
            params=params,
            json=json,
            headers=headers,
            idempotent=idempotency_key is not None,
            total_timeout=pipeline.config.timeout,
        ),
        operation=OPERATION,
        job_id=job_id,
        job_read=job_id is not None,
        deadline=None if deadline is None else pipeline.clock.monotonic() + deadline,
    )
    reply = pipeline.send(call)
    media_type = reply.headers.get("content-type", "").partition(";")[0].strip()
    if not reply.content:
        return None
    if _JSON.fullmatch(media_type):
        return schema.decode(reply.content, OPERATION, call.request)
    return reply.content if media_type else _guessed(reply.content, call.request)


def _guessed(content: bytes, request: Request) -> Any:
    """Return what a response without a media type contains: JSON if it can be read as such, otherwise bytes."""
    try:
        return schema.decode(content, OPERATION, request)
    except ContractError:
        return content


def _check_path(path: str) -> None:
    """Raise InvalidInput unless it is a path on the service itself: the key must never reach another host."""
    whole = isinstance(path, str) and path.isprintable() and is_text(path)
    plain = whole and path.startswith("/") and not path.startswith("//") and not set(path) & set("\\#")
    if not plain or ".." in path.partition("?")[0].split("/"):
        raise InvalidInput(
            f"path must be a path of the service such as /api/v1/jobs, without a host, got {short_repr(path)}"
        )


def _key_header() -> str:
    """Return the name of the header of the idempotency key, as the contract spells it for a submit."""
    if not requests.is_supported("submit_job"):
        return requests.IDEMPOTENCY_KEY
    return requests.endpoint("submit_job").headers.get(requests.IDEMPOTENCY_KEY, requests.IDEMPOTENCY_KEY)


def _job_read(method: str, path: str) -> str | None:
    """Return the id of the job that a request reads the status or result of, if it does."""
    for name in PACED:
        if requests.is_supported(name):
            route = requests.endpoint(name)
            found = list(route.parameters(path).values()) if route.method.upper() == method else []
            if found:
                return unquote(found[0])
    return None
