"""From an error answer of the service to the error that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from .. import errors
from .._policy.retry import Attempt, GiveUp, may_pass

MAY_HAVE_DRIFTED = (
    "The contract that this package was made from calls this request right. If you do too, the service's contract may "
    "have changed: `python -m proteiniq.contract check` compares it."
)
MOST_DETAILS = 500
"""How many characters of details a message shows at most."""


@attrs.frozen
class ErrorBody:
    """What an error answer said. All of it may be missing: a proxy answers in its own way."""

    code: str | None
    message: str | None
    details: Any


def read_body(content: bytes) -> ErrorBody:
    """The error envelope in `content` (documentation, page "Errors"), or what there is of one.

    FastAPI's `{"detail": …}` and a plain `{"message": …}` say something, too.
    """
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, Mapping):
        return ErrorBody(None, None, None)
    error = body.get("error")
    if isinstance(error, str):
        return ErrorBody(None, _printable(error), body.get("details", body.get("detail")))
    if not isinstance(error, Mapping):
        error = body
    code, message = error.get("code"), error.get("message")
    details = error.get("details", error.get("detail"))
    if not isinstance(message, str) and isinstance(details, str):
        message, details = details, None
    return ErrorBody(
        _printable(code) if isinstance(code, str) else None,
        _printable(message) if isinstance(message, str) else None,
        details,
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
        _message(status, body, request, retry_after, kind.advice),
        code=body.code,
        status=status,
        retryable=may_pass(status, body.code),
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
        f"with this key before, and asks to wait {held:.0f} s more.\nWhat to do: {errors.RateLimited.advice}.",
        code="rate_limited",
        retryable=True,
        request=request,
        job_id=job_id,
        attempts=number - 1,
        retry_after=held,
    )


def origin_of(url: str) -> str:
    """Scheme and host of a URL; empty for what is none."""
    try:
        target = urlsplit(url)
        return f"{target.scheme}://{target.hostname}" if target.hostname else ""
    except ValueError:  # such as "https://[bad"
        return ""


def redirected(
    operation: str, request: errors.Request, status: int, headers: Mapping[str, str]
) -> errors.ContractError:
    """The error for a redirect of a request that has the key, which is sent to no other address."""
    target = origin_of(headers.get("location", ""))
    where = f" to {target}" if target else ""
    return errors.ContractError(
        f"{operation}: the answer to {request} is {status}, a redirect{where}; the key is sent to the base URL only. "
        "Check that it is the service's own, with https://",
        operation=operation,
        status=status,
        request=request,
    )


def _message(
    status: int, body: ErrorBody, request: errors.Request, retry_after: float | None, advice: str | None
) -> str:
    said = body.message or f"the service answered {status} without saying why"
    parts = [f"{said.rstrip('.')} ({body.code or status}, {request})"]
    places = _places(body.details)
    if not (len(places) == 1 and places[0] in said):  # one place is often all that the message says
        parts += [f"  {line}" for line in places]
    if retry_after is not None:
        parts.append(f"The service asks to wait {retry_after:g} s.")
    if advice:
        parts.append(f"What to do: {advice}.")
    return _printable("\n".join(parts))


def _places(details: Any) -> list[str]:
    """What `details` says, a line for each place. Its shape is not stated.

    Lists of places are read as `{"issues": [{path, message}]}`, which is ours, and as FastAPI's `[{loc, msg}]`.
    Anything else is shown as it is, cut where it gets long.
    """
    issues = details.get("issues", details) if isinstance(details, Mapping) else details
    if isinstance(issues, list) and issues:
        lines = [_place(issue) for issue in issues[:20]]
        return lines if len(issues) <= 20 else [*lines, f"and {len(issues) - 20} more"]
    if not details or (isinstance(details, Mapping) and details.keys() <= {"current_status"}):
        return []
    return [_cut(details)]


def _place(issue: Any) -> str:
    if not isinstance(issue, Mapping):
        return _cut(issue)
    message = issue.get("message", issue.get("msg"))
    place = issue.get("path", issue.get("loc", issue.get("field", "?")))
    if isinstance(place, list):
        place = ".".join(map(str, place))
    return _cut(f"{place}: {message}") if isinstance(message, str) else _cut(issue)


def _cut(value: Any) -> str:
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "(details that are too deep to be shown)"
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return text if len(text) <= MOST_DETAILS else f"{text[:MOST_DETAILS]}…"


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
