"""From an error answer of the service to the error that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from . import errors
from ._retry import Attempt, GiveUp

ADVICE = {
    "unauthorized": "check that the key is whole and not revoked; a key is shown once, when it is made",
    "insufficient_credits": "add credits, or run a smaller job: `client.jobs.quote` says what one costs",
    "paid_plan_required": "keys work on paid plans only",
    "daily_limit_exceeded": "try again tomorrow, or ask for a higher limit",
    "concurrent_job_limit_exceeded": "wait until an active job has ended: `client.jobs.list(status=...)`",
    "forbidden": "use a key that has the scope",
    "rate_limited": "wait as `retry_after` says; several clients may share the key",
    "job_not_completed": "wait for it first: `client.jobs.wait(job_id)`",
    "internal_error": "try again later; if it stays, report it to the service",
}
"""What to do next, where the service's own message can't know it."""


@attrs.frozen
class ErrorBody:
    """What an error answer said. All of it may be missing: a proxy answers in its own way."""

    code: str | None
    message: str | None
    details: Any


def read_body(content: bytes) -> ErrorBody:
    """The error envelope in `content` (documentation, page "Errors"), or what there is of one."""
    try:
        error = json.loads(content)["error"]
        code, message = error.get("code"), error.get("message")
    except (ValueError, RecursionError, TypeError, KeyError, AttributeError):
        return ErrorBody(None, None, None)
    return ErrorBody(
        _printable(code) if isinstance(code, str) else None,
        _printable(message) if isinstance(message, str) else None,
        error.get("details"),
    )


def _printable(text: str) -> str:
    """The text with half characters (lone surrogates, which no file and no terminal takes) spelled out."""
    return text.encode("utf-8", "backslashreplace").decode()


def api_error(
    status: int,
    body: ErrorBody,
    *,
    request: errors.Request,
    retry_after: float | None = None,
    job_id: str | None = None,
    request_id: str | None = None,
) -> errors.APIError:
    """The error for an answer of `status`."""
    by_status = errors.ServerError if status >= 500 else errors.BY_STATUS.get(status, errors.APIError)
    kind = errors.BY_CODE.get(body.code or "", by_status)
    return kind(
        _message(status, body, request, retry_after),
        code=body.code,
        status=status,
        retryable=kind in (errors.RateLimited, errors.JobNotCompleted)
        or issubclass(kind, errors.ServerError),
        request=request,
        job_id=job_id,
        request_id=request_id,
        details=body.details,
        retry_after=retry_after,
    )


def rate_held(
    request: errors.Request, held: float, number: int, *, job_id: str | None = None
) -> errors.RateLimited:
    """The error for attempt `number` of a request, which isn't sent: the service refused another, and asked to wait."""
    return errors.RateLimited(
        f"{'Nothing was sent' if number == 1 else 'It was not sent again'} ({request}): the service refused a request "
        f"with this key before, and asks to wait {held:.0f} s more.\nWhat to do: {ADVICE['rate_limited']}.",
        code="rate_limited",
        retryable=True,
        request=request,
        job_id=job_id,
        attempts=number - 1,
        retry_after=held,
    )


def redirected(
    operation: str, request: errors.Request, status: int, headers: Mapping[str, str]
) -> errors.ContractError:
    """The error for a redirect of a request that has the key, which is sent to no other address."""
    target = urlsplit(headers.get("location", ""))
    where = f" to {target.scheme}://{target.hostname}" if target.hostname else ""
    return errors.ContractError(
        f"{operation}: the answer to {request} is {status}, a redirect{where}; the key is sent to the base URL only. "
        "Check that it is the service's own, with https://",
        operation=operation,
        status=status,
        request=request,
    )


def _message(status: int, body: ErrorBody, request: errors.Request, retry_after: float | None) -> str:
    said = body.message or f"the service answered {status} without saying why"
    parts = [f"{said.rstrip('.')} ({body.code or status}, {request})"]
    places = _places(body.details)
    if not (len(places) == 1 and places[0] in said):  # one place is often all that the message says
        parts += [f"  {line}" for line in places]
    if retry_after is not None:
        parts.append(f"The service asks to wait {retry_after:g} s.")
    advice = ADVICE.get(body.code or "")
    if advice:
        parts.append(f"What to do: {advice}.")
    return _printable("\n".join(parts))


def _places(details: Any) -> list[str]:
    """The places that `details` names. Its shape is not stated; ours is `{"issues": [{path, message}]}`."""
    issues = details.get("issues") if isinstance(details, Mapping) else None
    if not isinstance(issues, list):
        return []
    return [
        f"{issue.get('path', '?')}: {issue['message']}"
        for issue in issues
        if isinstance(issue, Mapping) and "message" in issue
    ]


def gave_up(decision: GiveUp, attempt: Attempt) -> str | None:
    """Why there was no other attempt, for a note on the error; None where it goes without saying."""
    match decision.reason:
        case "attempts" if attempt.number > 1:
            return f"It was sent {attempt.number} times; max_retries allows no more."
        case "unsafe":
            return "It was not sent again, because the service may have acted on it."
        case "deadline":
            return f"It was not sent again: the next attempt would be in {decision.needed:.1f} s, past the deadline."
        case "retry_after":
            return f"It was not sent again: the service asks to wait {decision.needed:.0f} s."
        case "budget":
            return "It was not sent again: too many requests of this client fail already."
    return None
