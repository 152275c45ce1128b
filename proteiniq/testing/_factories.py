"""Models for tests, made by the client's own readers from the documentation's examples.

A model that is made here has everything that one of the service has: `raw`, `extra`, times, methods. Its client is in
this process, and no request leaves it. The examples are the contract's; those of the account, a quote and a result are
from https://proteiniq.io/docs/api, those of a job, a tool and a file are partly our own.
"""

from __future__ import annotations

import copy
import json
import mimetypes
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from proteiniq import (
    Account,
    APIError,
    File,
    Job,
    JobStatus,
    ProteinIQ,
    Quote,
    Result,
    Tool,
    Transport,
    TransportRequest,
    TransportResponse,
    contract,
)

from ._clock import ShortClock

_STORAGE = "https://storage.invalid/"


def account(**fields: Any) -> Account:
    """An account. `fields` replace those of the example; a mapping replaces only what it has.

    >>> account(workspace={"credits": {"available": 3}}).workspace.credits.available
    3

    Raises TypeError for a field that the example doesn't have, as all of these do; `extra` adds those.
    """
    return _client(_Service(get_account=_example("get_account", fields))).account.get()


def tool(
    *, slots: list[dict[str, Any]] | None = None, settings: list[dict[str, Any]] | None = None, **fields: Any
) -> Tool:
    """A tool, `esmfold` unless `id` says otherwise, with these slots and settings.

    >>> tool(settings=[{"id": "recycles", "type": "integer", "default": 4}]).settings[0].default
    4
    """
    body = _example("get_tool", fields)
    body["input"].update({"slots": slots} if slots is not None else {})
    body["input"].update({"settings": settings} if settings is not None else {})
    return _client(_Service(get_tool=body)).tools.get(body["id"])


def quote(**fields: Any) -> Quote:
    """A quote.

    >>> quote(blocking_errors=[{"code": "insufficient_credits", "message": "No."}]).blocking_errors[0].code
    'insufficient_credits'
    """
    body = _example("quote_job", fields)
    return _client(_Service(quote_job=body)).jobs.quote(body["tool"], [{"slotId": "protein"}])


def file(**fields: Any) -> File:
    """A file of the library.

    >>> file(filename="a.pdb").filename
    'a.pdb'
    """
    body = _example("get_file", fields)
    return _client(_Service(get_file=body)).files.get(body["id"])


def job(status: str = "COMPLETED", **fields: Any) -> Job:
    """A job with this status, and times, progress, cost and error that fit it.

    Its methods work as far as one state allows: `refresh` returns the same, and `result` the example's result if the
    job completed, else it raises JobFailed.

    >>> job("FAILED").error.code
    'tool_error'
    """
    body = _job(status, fields)
    answers: dict[str, Any] = {"get_job_status": body}
    if status in ("COMPLETED", "BUDGET_EXCEEDED"):
        given = {"job_id": body["id"], "tool": body["tool"], "status": status}
        answers["get_result"] = _result(given, {"prediction.pdb": b"END\n"})
    return _client(_Service({"prediction.pdb": b"END\n"}, **answers)).jobs.get(body["id"])


def result(*, files: Mapping[str, bytes | str] | None = None, **fields: Any) -> Result:
    """A result with these files, whose content can be read and saved.

    >>> result(files={"prediction.pdb": "END"}).files["prediction.pdb"].text()
    'END'
    """
    given = {"prediction.pdb": b"END\n"} if files is None else files
    if not isinstance(given, Mapping):
        raise TypeError(f"files must be a mapping of names to contents, got {type(given).__name__}")
    contents = {name: each.encode() if isinstance(each, str) else each for name, each in given.items()}
    body = _result(fields, contents)
    return _client(_Service(contents, get_result=body)).results.get(body["job_id"])


def error(
    status: int = 402,
    code: str = "insufficient_credits",
    message: str = "No.",
    *,
    details: Mapping[str, Any] | None = None,
    retry_after: int | None = None,
) -> APIError:
    """The error that the client raises for such a response.

    >>> error(429, "rate_limited", retry_after=7).retry_after
    7.0
    """
    if not isinstance(status, int) or not 400 <= status <= 599:
        raise ValueError(f"status must be an error's, from 400 to 599, got {status!r}")
    envelope = {"code": code, "message": message, **({"details": dict(details)} if details else {})}
    headers = [] if retry_after is None else [("Retry-After", str(retry_after))]
    client = _client(_Refusal(_json(status, {"error": envelope}, *headers)))
    try:
        client.account.get()
    except APIError as error:
        raised = error
    return raised.with_traceback(None)


def _job(status: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    known = JobStatus(status)
    waits = known in (JobStatus.PENDING, JobStatus.QUEUED)
    fitting: dict[str, Any] = {"status": status}
    if waits:
        fitting |= {"started_at": None, "progress": None}
    if known.is_terminal:
        fitting |= {"completed_at": "2026-06-12T08:05:00.000Z", "credits_used": 0}
    if known is JobStatus.COMPLETED:
        fitting |= {"progress": 100, "credits_used": 50}
    elif known is JobStatus.BUDGET_EXCEEDED:
        fitting["credits_used"] = 50
    elif known is JobStatus.FAILED:
        fitting["error"] = {"code": "tool_error", "message": "The tool failed."}
    elif known is JobStatus.TIMEOUT:
        fitting["error"] = {"code": "timeout", "message": "The job ran too long."}
    elif known is JobStatus.CANCELLED:
        fitting |= {"started_at": None, "progress": None}
    return _example("get_job_status", {**fitting, **fields})


def _result(fields: Mapping[str, Any], contents: Mapping[str, bytes]) -> dict[str, Any]:
    body = _example("get_result", fields)
    like = body["files"][0]
    body["files"] = [
        {
            **like,
            "name": name,
            "content_type": _media_type(name),
            "key": f"outputs/{body['job_id']}/{name}",
            "url": f"{_STORAGE}{number}",
        }
        for number, name in enumerate(contents)
    ]
    return body


def _media_type(name: str) -> str:
    is_known = name.endswith(".pdb")  # the documentation's example
    return "chemical/x-pdb" if is_known else mimetypes.guess_type(name)[0] or "application/octet-stream"


def _example(operation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The contract's example of a response, with other fields."""
    body = copy.deepcopy(_examples(operation))
    known = {name: value for name, value in fields.items() if name != "extra"}
    return {**_merged(body, known, operation), **fields.get("extra", {})}


def _merged(body: dict[str, Any], fields: Mapping[str, Any], where: str) -> dict[str, Any]:
    if unknown := fields.keys() - body.keys():
        raise TypeError(
            f"{where} has no {', '.join(sorted(unknown))}: choose from {', '.join(body)}, or use extra"
        )
    return {
        name: _merged(value, fields[name], f"{where}.{name}")
        if isinstance(value, dict) and value and isinstance(fields.get(name), Mapping)
        else fields.get(name, value)
        for name, value in body.items()
    }


def _examples(operation: str) -> dict[str, Any]:
    wanted = contract.operation(operation)
    examples = (
        response.get("content", {}).get("application/json", {}).get("example")
        for path, item in contract.upstream()["paths"].items()
        if _plain(path) == _plain(wanted.path)
        for status, response in item.get(wanted.method.lower(), {}).get("responses", {}).items()
        if status.startswith("2")
    )
    if (example := next((each for each in examples if each is not None), None)) is None:
        raise LookupError(f"the contract in use has no example of {operation}")
    return dict(example)


def _plain(path: str) -> str:
    return re.sub(r"\{.*?\}", "{}", path)


class _Service:
    """Responds to each operation with its body, and with the content of files; everything else is not found."""

    def __init__(self, contents: Mapping[str, bytes] | None = None, **bodies: Any) -> None:
        self._contents = list((contents or {}).values())
        self._bodies = bodies

    def send(self, request: TransportRequest) -> TransportResponse:
        if request.url.startswith(_STORAGE):
            return TransportResponse(status=200, body=self._contents[int(request.url.removeprefix(_STORAGE))])
        for operation, body in self._bodies.items():
            route = contract.operation(operation)
            pattern = re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(route.path))
            if request.method == route.method and re.fullmatch(pattern, urlsplit(request.url).path):
                return _json(200, body)
        return _json(404, {"error": {"code": "not_found", "message": "Not found."}})


@attrs.frozen
class _Refusal:
    """Responds to everything with one error."""

    response: TransportResponse

    def send(self, request: TransportRequest) -> TransportResponse:
        return self.response


def _json(status: int, body: Any, *headers: tuple[str, str]) -> TransportResponse:
    content = json.dumps(body).encode()
    return TransportResponse(
        status=status, headers=[("Content-Type", "application/json"), *headers], body=content
    )


def _client(service: Transport) -> ProteinIQ:
    """A client of a service in this process, which retries nothing."""
    return ProteinIQ(
        "pq_live_testing_00000000",
        "https://service.invalid",
        transport=service,
        max_retries=0,
        job_read_interval=0,
        clock=ShortClock(),
    )
