"""Convert error responses to errors that say what to do."""

from __future__ import annotations

import codecs
import html
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from .. import errors
from .._policy.retry import may_pass
from .._wire.locations import location
from .._wire.secrecy import without_queries

MAY_HAVE_DRIFTED = (
    "This request is valid in the contract that this package was made from. If its arguments are right, the service's "
    "contract may have changed: run `python -m proteiniq.contract check` to compare it."
)
MOST_DETAILS = 500
"""The most characters of a message, or of details, that an error's message shows."""
MOST_BODY = 10_000
"""The most characters of a body that an error keeps."""
_ONLY_THE_SERVICE_KNOWS = (401, 402, 403, 404, 409)
"""Statuses whose classes state something about a key, credits or a resource. A proxy knows nothing of these, so a
response in another format than the service's is a plain `APIError`."""

_UNSEEN = re.compile(r"(?is)<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)")
_TAG = re.compile(r"(?s)<[!?/a-zA-Z][^>]*(?:>|\Z)")
"""What has no end goes on to the end of the text, as in a browser, so that it is looked for once."""


@attrs.frozen
class ErrorBody:
    """The content of an error response. Any part may be missing, since a proxy has its own format.

    `text` is the start of the body. `is_envelope` is false if it doesn't have the format of the service's errors.
    """

    code: str | None
    message: str | None
    details: Any
    text: str | None = attrs.field(default=None, eq=False)
    is_envelope: bool = attrs.field(default=True, eq=False)


def read_body(content: bytes) -> ErrorBody:
    """Parse the error envelope in `content` (documentation, page "Errors"), as far as there is one.

    Other formats are parsed, too: a plain `{"message": …}`, FastAPI's `{"detail": …}`, the XML of storage, an HTML page
    and plain text. The queries of URLs are removed, since they may be signatures.
    """
    text = without_queries(_decoded(content))
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        body = text
    found = _of_object(body) if isinstance(body, Mapping) else ErrorBody(None, None, None, is_envelope=False)
    if found.message is None and not found.details:
        code, message = _plain(body if isinstance(body, str) else text if body else "")
        found = attrs.evolve(found, code=found.code or code, message=message)
    return attrs.evolve(found, text=text[:MOST_BODY] or None)


def _decoded(content: bytes) -> str:
    """Return a body as text: UTF-8, or Latin-1, which some gateways send. It may be cut within a character."""
    try:
        return codecs.getincrementaldecoder("utf-8-sig")().decode(content)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
        is_text = sum(each.isascii() for each in text) * 2 > len(text) and all(
            each.isprintable() or each.isspace() for each in text
        )
        return text if is_text else content.decode("utf-8-sig", "replace")


def _of_object(body: Mapping[str, Any]) -> ErrorBody:
    error = body.get("error")
    if isinstance(error, str):
        details = body.get("details", body.get("detail"))
        return ErrorBody(None, _printable(error), details, is_envelope=False)
    in_envelope = isinstance(error, Mapping)
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
        is_envelope=in_envelope or code in errors.BY_CODE,
    )


def _plain(text: str) -> tuple[str | None, str | None]:
    """Return the code and the message of a body that is not a JSON object."""
    code, message = _element("Code", text), _element("Message", text)
    if code is not None and message is not None:  # the XML of S3 and its like
        return shortened(html.unescape(code.strip())), shortened(html.unescape(message.strip()))
    if text.count("\ufffd") * 10 > len(text):  # not text
        return None, None
    if text.lstrip().startswith("<"):
        text = html.unescape(_TAG.sub(" ", _UNSEEN.sub(" ", text)))
    return None, shortened(" ".join(text.split())) or None


def _element(name: str, text: str) -> str | None:
    """Return the content of the first XML element of a name."""
    content, end, _ = text.partition(f"<{name}>")[2].partition(f"</{name}>")
    return content if end else None


def _printable(text: str) -> str:
    """Escape what can't be printed, such as lone surrogates and what controls a terminal, except newlines."""
    return "".join(each if each.isprintable() or each == "\n" else repr(each)[1:-1] for each in text)


def api_error(
    status: int,
    body: ErrorBody,
    *,
    request: errors.Request,
    retry_after: float | None = None,
    job_id: str | None = None,
    request_id: str | None = None,
    is_service: bool = True,
) -> errors.APIError:
    """Return the error for a response with `status`; `is_service` is false for a response of storage."""
    kind = _kind(status, body)
    return kind(
        _message(status, body, request, retry_after, is_service) + kind._what_to_do(),
        code=body.code,
        status=status,
        retryable=may_pass(status, body.code),
        request=request,
        job_id=job_id,
        request_id=request_id,
        details=body.details,
        body=body.text,
        retry_after=retry_after,
    )


def _kind(status: int, body: ErrorBody) -> type[errors.APIError]:
    if status >= 500:
        by_status: type[errors.APIError] = errors.ServerError
    elif status in _ONLY_THE_SERVICE_KNOWS and not body.is_envelope:
        by_status = errors.APIError
    else:
        by_status = errors.BY_STATUS.get(status, errors.APIError)
    return errors.BY_CODE.get(body.code or "", by_status)


_IN_PROGRESS = re.compile(
    r"in.progress|in.flight|being (processed|handled)|(still|currently) processing", re.I
)


def is_in_progress(body: ErrorBody) -> bool:
    """Whether a 409 says that an earlier request with the same idempotency key is still being processed.

    The service doesn't document such an error. Others send one with a code or a text like these; Stripe's code is
    `idempotency_key_in_use`.
    """
    return body.code == "idempotency_key_in_use" or bool(_IN_PROGRESS.search(f"{body.code} {body.message}"))


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
    target = origin_of(location(headers))
    where = f" to {target}" if target else ""
    return errors.ContractError(
        f"{operation}: the response to {request} is {status}, a redirect{where}; the key is sent to the base URL only. "
        "Check that the base URL is the service's, with https://",
        operation=operation,
        status=status,
        request=request,
    )


def _message(
    status: int,
    body: ErrorBody,
    request: errors.Request,
    retry_after: float | None,
    is_service: bool,
) -> str:
    who = "a proxy" if status == 407 else "the service" if is_service else "storage"
    message = body.message or f"{who} responded with {status} and no message"
    parts = [f"{_cut(message.rstrip('.'))} ({body.code or status}, {request})"]
    lines = _issue_paths(body.details)
    if not (len(lines) == 1 and lines[0] in message):  # the message often repeats a single issue
        parts += [f"  {line}" for line in lines]
    if retry_after is not None:
        parts.append(f"The service asks to wait {retry_after:g} s.")
    if status == 407:
        parts.append("A proxy asks for a user name and a password: check HTTPS_PROXY and HTTP_PROXY.")
    elif status in _ONLY_THE_SERVICE_KNOWS and is_service and not body.is_envelope:
        parts.append(
            "It doesn't have the format of the service's errors, and may come from a proxy or firewall."
        )
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
    return _cut(_printable(text).replace("\n", "\\n"))


def _cut(text: str) -> str:
    return text if len(text) <= MOST_DETAILS else f"{text[:MOST_DETAILS]}…"
