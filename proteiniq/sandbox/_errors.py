"""Errors: those returned in the service's envelope, and those that stop the sandbox itself.

Codes and statuses: https://proteiniq.io/docs/api, page "errors".
"""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

STATUS = {
    "invalid_json": 400,
    "validation_error": 400,
    "unauthorized": 401,
    "insufficient_credits": 402,
    "paid_plan_required": 402,
    "daily_limit_exceeded": 402,
    "concurrent_job_limit_exceeded": 402,
    "forbidden": 403,
    "team_not_found": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "conflict": 409,
    "job_not_completed": 409,
    "payload_too_large": 413,
    "range_not_satisfiable": 416,
    "unsupported_media_type": 415,
    "rate_limited": 429,
    "internal_error": 500,
}
"""Code → HTTP status. `range_not_satisfiable` belongs to the storage, which is not part of the contract."""

MAX_ISSUES = 100
"""Maximum number of issues in one response. A file with a million wrong lines doesn't need a million messages."""

Issue = Mapping[str, Any]
"""One problem of a request: `path` and `message`, and `slot`, `setting` or `line` where known."""


class SandboxError(Exception):
    """The sandbox cannot start: its port or folder is in use, or cannot be used."""


class APIError(Exception):
    """An error response. Raised anywhere below a route, it becomes the error envelope."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = STATUS[code]
        self.message = message
        self.details = details
        self.headers = dict(headers or {})

    def envelope(self) -> dict[str, Any]:
        """The body of the response."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details is not None:
            error["details"] = dict(self.details)
        return {"error": error}


OUT_OF_SPACE = "The sandbox's disk is full: free some space, and try again."


def is_full(error: BaseException) -> bool:
    """Whether an error means that the disk, or the share of this user in it, is full."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def not_found(what: str) -> APIError:
    """The error for something that the key's workspace doesn't have."""
    return APIError("not_found", f"No such {what} in this workspace.")


def invalid(issues: Sequence[Issue]) -> APIError:
    """The error for a request with invalid content. It lists up to `MAX_ISSUES` issues."""
    first = issues[0]
    message = f"{first['path']}: {first['message']}"
    if len(issues) > 1:
        message += f" (and {len(issues) - 1} more)"
    return APIError("validation_error", message, details={"issues": [dict(i) for i in issues[:MAX_ISSUES]]})
