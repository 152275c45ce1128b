"""The errors that this package raises.

ProteinIQError
├── ConfigurationError                    the client can't be created or used like this: key, base URL, options
├── InvalidInput                          the input is invalid; no request was sent
├── SpendLimitExceeded                    the quote is above `max_credits`; nothing was submitted
├── BatchError                            a batch folder can't be used like this: damaged, full disk, other items
│   ├── BatchLocked                       another process uses it
│   └── BatchPaused                       the batch can't go on now; its folder has all that it did
├── UnsupportedOperation                  the service's contract lacks the operation; nothing was sent
├── RequestError                          a request failed, or could not be sent
│   ├── APIError                          the service returned an error; one class per error code
│   │   ├── BadRequest                    400
│   │   │   ├── InvalidJSON               invalid_json
│   │   │   └── ValidationError           validation_error
│   │   ├── Unauthorized                  401 unauthorized
│   │   ├── PaymentRequired               402
│   │   │   ├── InsufficientCredits       insufficient_credits
│   │   │   ├── PaidPlanRequired          paid_plan_required
│   │   │   ├── DailyLimitExceeded        daily_limit_exceeded
│   │   │   └── ConcurrentJobLimitExceeded  concurrent_job_limit_exceeded
│   │   ├── Forbidden                     403 forbidden
│   │   ├── NotFound                      404 not_found
│   │   │   ├── UserNotFound              user_not_found
│   │   │   └── TeamNotFound              team_not_found
│   │   ├── MethodNotAllowed              405 method_not_allowed
│   │   ├── Conflict                      409 conflict
│   │   │   └── JobNotCompleted           job_not_completed
│   │   ├── PayloadTooLarge               413 payload_too_large
│   │   ├── UnsupportedMediaType          415 unsupported_media_type
│   │   ├── RateLimited                   429 rate_limited
│   │   └── ServerError                   5xx
│   │       └── InternalError             internal_error
│   ├── TransportError                    no complete response was received
│   │   └── RequestTimeout                none was received in time
│   └── ContractError                     the response breaks the contract
├── JobFailed                             the job ended without success, perhaps with a partial result
│   └── BudgetExceeded                    it ran out of budget
└── WaitTimeout                           the wait ended before the job did

Codes and statuses are those of the service's documentation, page "Errors". An error with an unknown code has the class
of its status, one with an unknown status is an `APIError`. A 401, 402, 403, 404 or 409 that doesn't have the format of
the service's errors may come from a proxy, and is an `APIError` too: such a 404 doesn't mean that a job is gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

import proteiniq

from ._message_text import short_repr
from ._shown import Shown

_BY_CODE: dict[str, type[APIError]] = {}
_BY_STATUS: dict[int, type[APIError]] = {}


@attrs.frozen(repr=False)
class Request(Shown):
    """The request that failed: its method and path, never the key or the query."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@attrs.frozen(repr=False)
class Issue(Shown):
    """One problem with an input, and its place.

    `slot` or `setting` is the place, `line` the 1-based line within the content. `entry` counts the values of a slot
    that was given several, from 1.
    """

    message: str
    slot: str | None = None
    setting: str | None = None
    line: int | None = None
    entry: int | None = None

    def __str__(self) -> str:
        place = ""
        if self.slot or self.setting:
            place = f"slot {short_repr(self.slot)}" if self.slot else f"setting {short_repr(self.setting)}"
        if self.line is not None:
            place += f", line {self.line}"
        return f"{place}: {self.message}" if place else self.message


class InputWarning(UserWarning):
    """An input is sent, but may mean something else than it is read as. The message says how to make it clear."""


class ProteinIQError(Exception):
    """The base class of all errors of this package.

    `retryable` is true if the same call may succeed later, and `job_id` is the id of the job concerned. The attributes
    of a request are empty here, so that every error has them; `RequestError` sets them.
    """

    code: str | None = None
    status: int | None = None
    request: Request | None = None
    request_id: str | None = None
    attempts: int = 0
    in_doubt: bool = False

    def __init__(self, message: str, *, retryable: bool = False, job_id: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.retryable = retryable
        self.job_id = job_id

    def __reduce__(self) -> tuple[Any, ...]:
        # By default, only positional arguments are pickled, and all other attributes would be lost.
        return _restore, (type(self), self.message), self.__dict__


def _restore(kind: type[ProteinIQError], message: str) -> ProteinIQError:
    error = kind.__new__(kind, message)
    error.args = (message,)
    return error


class ConfigurationError(ProteinIQError):
    """The client can't be created or used like this. The message says what to change."""

    _is_about_key = False
    """Whether there is no key that can be used; the command line has an exit code of its own for it."""


class InvalidInput(ProteinIQError):
    """The input is invalid, and no request was sent. `issues` lists every problem."""

    def __init__(self, message: str, *, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message)
        self.issues = tuple(issues)


class SpendLimitExceeded(ProteinIQError):
    """The quote is above the limit, and nothing was submitted. Both amounts are in credits."""

    def __init__(self, message: str, *, estimated_credits: float, max_credits: float) -> None:
        super().__init__(message)
        self.estimated_credits = estimated_credits
        self.max_credits = max_credits


class BatchError(ProteinIQError):
    """A batch folder can't be used like this. The message names the file or the item, and says what to do.

    It is retryable if the cause is outside the batch, such as a full disk: the same call then continues the batch.
    """


class BatchLocked(BatchError):
    """Another process uses the batch folder. `host`, `pid` and `since` (Unix seconds) say which; None is unknown."""

    def __init__(
        self,
        message: str,
        *,
        host: str | None = None,
        pid: int | None = None,
        since: float | None = None,
        **known: Any,
    ) -> None:
        super().__init__(message, **known)
        self.host = host
        self.pid = pid
        self.since = since


class BatchPaused(BatchError):
    """A batch stopped before all its items had ended. Its jobs keep running, and starting it again continues it.

    `reason` is the service's error code, such as `insufficient_credits`, or `max_credits` or `failures`.
    """

    def __init__(self, message: str, *, reason: str, **known: Any) -> None:
        super().__init__(message, **known)
        self.reason = reason


class UnsupportedOperation(ProteinIQError):
    """The contract that this package was generated from lacks the operation, and nothing was sent.

    `operation` is its name, such as `cancel_job`.
    """

    def __init__(self, message: str, *, operation: str) -> None:
        super().__init__(message)
        self.operation = operation


class RequestError(ProteinIQError):
    """A request failed.

    `code` is the service's error code, if any, `status` the HTTP status, `request` the method and path, `request_id`
    the service's id of the request, and `attempts` the number of attempts. `in_doubt` is true if the request may have
    taken effect anyway: a response was lost, or a server failed midway.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        status: int | None = None,
        request: Request | None = None,
        request_id: str | None = None,
        attempts: int = 1,
        **known: Any,
    ) -> None:
        super().__init__(message, **known)
        self.code = code
        self.status = status
        self.request = request
        self.request_id = request_id
        self.attempts = attempts


class APIError(RequestError):
    """The service returned an error.

    `details` are the service's details beyond the message, and `body` is the start of the body, as text, without the
    queries of URLs in it. `retry_after` is the wait that the service asks for, in seconds.
    The class attribute `may_pass` is true if the same request may succeed later. `advice` says what to do next, if the
    service's own message can't.
    """

    may_pass: ClassVar[bool] = False
    advice: ClassVar[str | None] = None

    def __init_subclass__(
        cls,
        *,
        code: str | None = None,
        status: int | None = None,
        may_pass: bool = False,
        advice: str | None = None,
    ) -> None:
        super().__init_subclass__()
        cls.may_pass, cls.advice = may_pass, advice
        if code is not None:
            _BY_CODE[code] = cls
        if status is not None:
            _BY_STATUS[status] = cls

    def __init__(
        self,
        message: str,
        *,
        details: Any = None,
        body: str | None = None,
        retry_after: float | None = None,
        **known: Any,
    ) -> None:
        super().__init__(message, **known)
        self.details = details
        self.body = body
        self.retry_after = retry_after

    @classmethod
    def _what_to_do(cls) -> str:
        """Return the advice as the last line of a message, empty if there is none."""
        return f"\nWhat to do: {cls.advice}." if cls.advice else ""


class BadRequest(APIError, status=400):
    """The request is invalid. Repeating it never succeeds."""


class InvalidJSON(BadRequest, code="invalid_json"):
    """The body is not valid JSON."""


class ValidationError(BadRequest, code="validation_error"):
    """The input doesn't fit the tool or the route. The message names each place.

    For a job, `issues` are the problems that the service lists, with the slots and lines of what was passed.
    """

    def __init__(self, message: str, *, issues: Sequence[Issue] = (), **known: Any) -> None:
        super().__init__(message, **known)
        self.issues = tuple(issues)


class Unauthorized(
    APIError,
    code="unauthorized",
    status=401,
    advice="check that the key is whole and not revoked; a key is shown once, when it is made",
):
    """The key is missing, wrong or revoked."""


class PaymentRequired(APIError, status=402):
    """The workspace may not run this job now."""


class InsufficientCredits(
    PaymentRequired,
    code="insufficient_credits",
    advice="add credits, or run a smaller job: `client.jobs.quote` says what one costs",
):
    """The job costs more than the workspace has."""


class PaidPlanRequired(PaymentRequired, code="paid_plan_required", advice="keys work on paid plans only"):
    """API keys require a paid plan."""


class DailyLimitExceeded(
    PaymentRequired, code="daily_limit_exceeded", advice="try again tomorrow, or ask for a higher limit"
):
    """The workspace has used up its jobs for today."""


class ConcurrentJobLimitExceeded(
    PaymentRequired,
    code="concurrent_job_limit_exceeded",
    advice="submit with wait_for_slot=True, which waits until an active job has ended",
):
    """The workspace has as many active jobs as its plan allows."""


class Forbidden(APIError, code="forbidden", status=403, advice="use a key that has the scope"):
    """The key lacks a scope."""


class NotFound(APIError, code="not_found", status=404):
    """The key's workspace has no such resource."""


class UserNotFound(NotFound, code="user_not_found"):
    """The key's user no longer exists."""


class TeamNotFound(NotFound, code="team_not_found"):
    """The key's workspace no longer exists."""


class MethodNotAllowed(APIError, code="method_not_allowed", status=405):
    """The route doesn't support the method: the service's contract differs from this package's."""


class Conflict(APIError, code="conflict", status=409):
    """The request conflicts with the current state."""


class JobNotCompleted(
    Conflict,
    code="job_not_completed",
    may_pass=True,
    advice="wait for it first: `client.jobs.wait(job_id)`",
):
    """The job has no result yet."""


class PayloadTooLarge(APIError, code="payload_too_large", status=413):
    """The body is larger than the service accepts."""


class UnsupportedMediaType(APIError, code="unsupported_media_type", status=415):
    """The service expects another content type: its contract differs from this package's."""


class RateLimited(
    APIError,
    code="rate_limited",
    status=429,
    may_pass=True,
    advice="wait before the next request, as `retry_after` says if it is set; several clients may share the key",
):
    """Too many requests with this key. `retry_after` is the time until the next one is allowed, in seconds."""


class ServerError(APIError):
    """The service, or a proxy in front of it, failed."""


class InternalError(
    ServerError,
    code="internal_error",
    may_pass=True,
    advice="try again later; if it stays, report it to the service",
):
    """The service failed."""


class TransportError(RequestError):
    """No complete response was received: the connection failed or broke.

    The request may have taken effect, unless `sent` is false: then no attempt left this machine. `failure` is what
    happened to the last attempt, as in `AttemptDetails`.
    """

    def __init__(self, message: str, *, sent: bool = True, failure: str | None = None, **known: Any) -> None:
        super().__init__(message, **known)
        self.sent = self.in_doubt = sent
        self.failure = failure


class RequestTimeout(TransportError):
    """The request took longer than `timeout`, even after the retries that were possible."""


class ContractError(RequestError):
    """The response breaks the contract. `operation` and `path` (a JSON path) name the place."""

    def __init__(self, message: str, *, operation: str, path: str = "$", **known: Any) -> None:
        super().__init__(message, **known)
        self.operation = operation
        self.path = path


class WaitTimeout(ProteinIQError):
    """The wait ended before the job, which keeps running. `job` is its last known state.

    After a wait for many jobs, `jobs` are all that have not ended, and `job` is the first of them. `cancelled` is the
    outcome of `cancel_on_timeout`: True if the job was cancelled; False if it was no longer queued, so it keeps running
    or has ended; None if no cancel was requested, or its outcome is not known (yet).
    """

    def __init__(
        self,
        message: str,
        *,
        job: proteiniq.JobState,
        jobs: Sequence[proteiniq.JobState] = (),
        cancelled: bool | None = None,
    ) -> None:
        super().__init__(message, job_id=job.id, retryable=not cancelled)
        self.job = job
        self.jobs = tuple(jobs) or (job,)
        self.cancelled = cancelled


class JobFailed(ProteinIQError):
    """The job ended without success: failed, cancelled or out of time. `job` is its final state.

    `result` is the `Result` or `AsyncResult` that it left, with its files, or None if there is none or it could not be
    read. The service keeps the output of a job that failed, if there is some (documentation, "Results").
    """

    def __init__(self, message: str, *, job: proteiniq.JobState, result: Any = None) -> None:
        super().__init__(message, job_id=job.id)
        self.job = job
        self.result = result


class BudgetExceeded(JobFailed):
    """The job ran out of budget before it was done. `result` is what it left."""


BY_CODE: Mapping[str, type[APIError]] = MappingProxyType(_BY_CODE)
"""The class for each of the service's error codes (documentation, "Errors")."""

BY_STATUS: Mapping[int, type[APIError]] = MappingProxyType(_BY_STATUS)
"""The class of an error with an unknown code, by HTTP status. For 500 and above it is `ServerError`."""
