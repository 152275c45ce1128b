"""Convert error responses to errors that say what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from .. import errors
from .._policy.retry import Attempt, GiveUp, may_pass

MAY_HAVE_DRIFTED = (
    "This request is valid in the contract that this package was made from. If its arguments are right, the service's "
    "contract may have changed: run `python -m proteiniq.contract check` to compare it."
)
MOST_DETAILS = 500
"""The most characters of details that a message shows."""


@attrs.frozen
class ErrorBody:
    """The content of an error response. Any part may be missing, since a proxy has its own format."""

    code: str | None
    message: str | None
    details: Any


def read_body(content: bytes) -> ErrorBody:
    """Parse the error envelope in `content` (documentation, page "Errors"), as far as there is one.

    FastAPI's `{"detail": …}` and a plain `{"message": …}` are parsed, too.
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
    """Escape lone surrogates, which can't be printed or written to a file."""
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
    """Return the error for a response with `status`."""
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
    """Return the error for attempt `number` of a request, not sent because the service rate-limited an earlier one."""
    return errors.RateLimited(
        f"{'nothing was sent' if number == 1 else 'not retried'} ({request}): the service rate-limited an earlier "
        f"request with this key and asks to wait another {held:.0f} s.\nWhat to do: {errors.RateLimited.advice}.",
        code="rate_limited",
        retryable=True,
        request=request,
        job_id=job_id,
        attempts=number - 1,
        retry_after=held,
    )


def origin_of(url: str) -> str:
    """Return the scheme and host of a URL, empty if it is not valid."""
    try:
        target = urlsplit(url)
        return f"{target.scheme}://{target.hostname}" if target.hostname else ""
    except ValueError:  # such as "https://[bad"
        return ""


def redirected(
    operation: str, request: errors.Request, status: int, headers: Mapping[str, str]
) -> errors.ContractError:
    """Return the error for a redirect of a request with the key, which is sent to the base URL only."""
    target = origin_of(headers.get("location", ""))
    where = f" to {target}" if target else ""
    return errors.ContractError(
        f"{operation}: the response to {request} is {status}, a redirect{where}; the key is sent to the base URL only. "
        "Check that the base URL is the service's, with https://",
        operation=operation,
        status=status,
        request=request,
    )


def _message(
    status: int, body: ErrorBody, request: errors.Request, retry_after: float | None, advice: str | None
) -> str:
    message = body.message or f"the service responded with {status} and no message"
    parts = [f"{message.rstrip('.')} ({body.code or status}, {request})"]
    lines = _issue_paths(body.details)
    if not (len(lines) == 1 and lines[0] in message):  # the message often repeats a single issue
        parts += [f"  {line}" for line in lines]
    if retry_after is not None:
        parts.append(f"The service asks to wait {retry_after:g} s.")
    if advice:
        parts.append(f"What to do: {advice}.")
    return _printable("\n".join(parts))


def _issue_paths(details: Any) -> list[str]:
    """Return `details` as text, one line per issue with its path. The service doesn't document its structure.

    Lists of issues are parsed as `{"issues": [{path, message}]}`, the sandbox's form, and as FastAPI's `[{loc, msg}]`.
    Anything else is shown unchanged, shortened if it is long.
    """
    issues = details.get("issues", details) if isinstance(details, Mapping) else details
    if isinstance(issues, list) and issues:
        lines = [_issue_path(issue) for issue in issues[:20]]
        return lines if len(issues) <= 20 else [*lines, f"and {len(issues) - 20} more"]
    if not details or (isinstance(details, Mapping) and details.keys() <= {"current_status"}):
        return []
    return [shortened(details)]


def _issue_path(issue: Any) -> str:
    if not isinstance(issue, Mapping):
        return shortened(issue)
    message = issue.get("message", issue.get("msg"))
    path = issue.get("path", issue.get("loc", issue.get("field", "?")))
    if isinstance(path, list):
        path = ".".join(map(str, path))
    return shortened(f"{path}: {message}") if isinstance(message, str) else shortened(issue)


def shortened(value: Any) -> str:
    """Return a value of the service as text that can be printed, cut if it is long."""
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "(details nested too deeply to show)"
    text = "".join(each if each.isprintable() else repr(each)[1:-1] for each in text)
    return text if len(text) <= MOST_DETAILS else f"{text[:MOST_DETAILS]}…"


def gave_up(decision: GiveUp, attempt: Attempt) -> str | None:
    """Return why the request was not retried, for a note on the error; None where it is obvious."""
    match decision.reason:
        case "attempts" if attempt.number > 1:
            return f"It was sent {attempt.number} times; max_retries allows no more."
        case "unsafe":
            return "It was not retried because the service may have acted on it."
        case "deadline":
            return f"It was not retried: the next attempt, in {decision.needed:.1f} s, would be past the deadline."
        case "retry_after":
            return f"It was not retried: the service asks to wait {decision.needed:.0f} s."
        case "budget":
            return "It was not retried: too many requests of this client are failing."
    return None
