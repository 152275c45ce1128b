"""What can go wrong.

ProteinIQError
├── ConfigurationError                    the client can't be made or used like this: key, base URL, options
├── InvalidInput                          refused here, before any request
├── SpendLimitExceeded                    the quote is above `max_credits`: nothing was submitted
├── UnsupportedOperation                  the service's contract has no such operation: nothing was sent
├── RequestError                          a request was sent, or should have been, and did not succeed
│   ├── APIError                          the service answered with an error: one class for each of its codes
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
│   ├── TransportError                    no complete answer came
│   │   └── RequestTimeout                none came in time
│   └── ContractError                     the answer breaks the contract
├── WaitTimeout                           the wait ended, the job goes on
└── JobFailed                             the job ended without a result

Codes and statuses are those of the service's documentation, page "Errors". An unknown code is the class of
its status, an unknown status is `APIError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

import attrs

import proteiniq

from ._short_repr import short_repr

_BY_CODE: dict[str, type[APIError]] = {}
_BY_STATUS: dict[int, type[APIError]] = {}


@attrs.frozen
class Request:
    """The request that an error is about: its method and path, never the key or the query."""

    method: str
    path: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@attrs.frozen
class Issue:
    """One thing that is wrong with an input, and where.

    `slot` or `setting` names the place; `line` is 1-based within the content.
    """

    message: str
    slot: str | None = None
    setting: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = ""
        if self.slot or self.setting:
            place = f"slot {short_repr(self.slot)}" if self.slot else f"setting {short_repr(self.setting)}"
        if self.line is not None:
            place += f", line {self.line}"
        return f"{place}: {self.message}" if place else self.message


class ProteinIQError(Exception):
    """The base of every error of this package.

    `retryable` says whether the same call may go better later, `job_id` names the job that it is about. What a request
    knows is on `RequestError`; here it is empty, so that every error can be asked for it.
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
        # Exceptions are pickled by their positional arguments alone, which would lose all that is known.
        return _restore, (type(self), self.message), self.__dict__


def _restore(kind: type[ProteinIQError], message: str) -> ProteinIQError:
    error = kind.__new__(kind, message)
    error.args = (message,)
    return error


class ConfigurationError(ProteinIQError):
    """The client can't be made or used like this; the message says what to set."""


class InvalidInput(ProteinIQError):
    """The input was refused before any request. `issues` names every place that is wrong."""

    def __init__(self, message: str, *, issues: Sequence[Issue] = ()) -> None:
        super().__init__(message)
        self.issues = tuple(issues)


class SpendLimitExceeded(ProteinIQError):
    """The quote is above the limit, so nothing was submitted. Both figures are in credits."""

    def __init__(self, message: str, *, estimated_credits: float, max_credits: float) -> None:
        super().__init__(message)
        self.estimated_credits = estimated_credits
        self.max_credits = max_credits


class UnsupportedOperation(ProteinIQError):
    """The contract that this package was made from has no such operation; nothing was sent.

    `operation` is its name, such as `cancel_job`.
    """

    def __init__(self, message: str, *, operation: str) -> None:
        super().__init__(message)
        self.operation = operation


class RequestError(ProteinIQError):
    """A request did not succeed.

    `code` is the service's code where it gave one, `status` the HTTP status, `request` the method and path,
    `request_id` what the service called the request, `attempts` how many times it was sent. `in_doubt` says whether the
    request may have taken effect anyway: a response was lost, or a server failed in the middle.
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
    """The service responded with an error.

    `details` is what the service says beyond the message, `retry_after` the wait that it asks for, in seconds. Of a
    class of errors, `may_pass` says whether the same request may succeed later, and `advice` what to do next, where the
    service's own message can't know it.
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
        retry_after: float | None = None,
        **known: Any,
    ) -> None:
        super().__init__(message, **known)
        self.details = details
        self.retry_after = retry_after


class BadRequest(APIError, status=400):
    """The request doesn't fit; the same request will never do."""


class InvalidJSON(BadRequest, code="invalid_json"):
    """The body was no JSON."""


class ValidationError(BadRequest, code="validation_error"):
    """The input doesn't fit the tool or the route; the message names each place."""


class Unauthorized(
    APIError,
    code="unauthorized",
    status=401,
    advice="check that the key is whole and not revoked; a key is shown once, when it is made",
):
    """The key is missing, wrong or revoked."""


class PaymentRequired(APIError, status=402):
    """The workspace may not run this now."""


class InsufficientCredits(
    PaymentRequired,
    code="insufficient_credits",
    advice="add credits, or run a smaller job: `client.jobs.quote` says what one costs",
):
    """The job costs more than the workspace has."""


class PaidPlanRequired(PaymentRequired, code="paid_plan_required", advice="keys work on paid plans only"):
    """Keys need a paid plan."""


class DailyLimitExceeded(
    PaymentRequired, code="daily_limit_exceeded", advice="try again tomorrow, or ask for a higher limit"
):
    """The workspace has used up its jobs of today."""


class ConcurrentJobLimitExceeded(
    PaymentRequired,
    code="concurrent_job_limit_exceeded",
    advice="wait until an active job has ended: `client.jobs.list(status=...)`",
):
    """As many jobs as the plan allows are active."""


class Forbidden(APIError, code="forbidden", status=403, advice="use a key that has the scope"):
    """The key lacks a scope."""


class NotFound(APIError, code="not_found", status=404):
    """There is no such thing in the key's workspace."""


class UserNotFound(NotFound, code="user_not_found"):
    """The key's user is gone."""


class TeamNotFound(NotFound, code="team_not_found"):
    """The key's workspace is gone."""


class MethodNotAllowed(APIError, code="method_not_allowed", status=405):
    """The route has no such method: the service's contract is another than this package's."""


class Conflict(APIError, code="conflict", status=409):
    """The request doesn't fit the present state."""


class JobNotCompleted(
    Conflict,
    code="job_not_completed",
    may_pass=True,
    advice="wait for it first: `client.jobs.wait(job_id)`",
):
    """The job has no result yet."""


class PayloadTooLarge(APIError, code="payload_too_large", status=413):
    """The body is larger than the service takes."""


class UnsupportedMediaType(APIError, code="unsupported_media_type", status=415):
    """The service takes another content type: its contract is another than this package's."""


class RateLimited(
    APIError,
    code="rate_limited",
    status=429,
    may_pass=True,
    advice="wait as `retry_after` says; several clients may share the key",
):
    """Too many requests with this key; `retry_after` says when there is room again."""


class ServerError(APIError):
    """A fault of the service or of what stands before it."""


class InternalError(
    ServerError,
    code="internal_error",
    may_pass=True,
    advice="try again later; if it stays, report it to the service",
):
    """A fault of the service."""


class TransportError(RequestError):
    """No complete answer came: no connection, or it broke.

    Whether the service did what was asked is unknown, unless `sent` is false: then nothing of any attempt left.
    """

    def __init__(self, message: str, *, sent: bool = True, **known: Any) -> None:
        super().__init__(message, **known)
        self.sent = self.in_doubt = sent


class RequestTimeout(TransportError):
    """One request took longer than `timeout`, retries included as far as they fit."""


class ContractError(RequestError):
    """The answer breaks the contract. `operation` and `path` (JSON path) name the place."""

    def __init__(self, message: str, *, operation: str, path: str = "$", **known: Any) -> None:
        super().__init__(message, **known)
        self.operation = operation
        self.path = path


class WaitTimeout(ProteinIQError):
    """The wait ended before the job did: the job goes on. `job` is its last known state.

    `jobs` are all that a wait for many has not seen end, `job` the first of them. `cancelled` tells what became of
    `cancel_on_timeout`: True, the job is cancelled; False, it was not queued any more, so it goes on or has ended;
    None, nobody asked, or it is not known (yet).
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
    """The job ended without a result. `job` is its final state."""

    def __init__(self, message: str, *, job: proteiniq.JobState) -> None:
        super().__init__(message, job_id=job.id)
        self.job = job


BY_CODE: Mapping[str, type[APIError]] = MappingProxyType(_BY_CODE)
"""The class of each of the service's codes (documentation, "Errors")."""

BY_STATUS: Mapping[int, type[APIError]] = MappingProxyType(_BY_STATUS)
"""The class of an error whose code is unknown, by HTTP status; of 500 and above it is `ServerError`."""
