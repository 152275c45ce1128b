"""A request with its context, its response, and what becomes of them: errors, details for hooks, a retry."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from .._cached import cached_property
from .._inputs import requests
from .._policy.rate_headers import RateHeaders
from .._policy.retry import Attempt, GiveUp
from .._wire.exchange import Outgoing
from .._wire.failures import WireFailure
from ..errors import ContractError, ProteinIQError, Request
from ..hooks import AttemptDetails
from . import schema
from .api_errors import ErrorBody, api_error, is_in_progress, read_body
from .unsent import gave_up, transport_error

if TYPE_CHECKING:
    from ..contract import Endpoint

REQUEST_ID = "x-request-id"
"""The usual name, not documented by the service; kept if present."""

_HARMLESS = ("GET", "HEAD", "DELETE")

_WITHOUT_EFFECT = ("quote_job",)
"""Operations that can be repeated although their method is POST."""


@attrs.frozen(slots=False)
class Reply:
    """A response with its whole body; `rate` are its rate-limit headers."""

    status: int
    headers: Mapping[str, str]
    rate: RateHeaders
    content: bytes = attrs.field(default=b"", repr=False)
    took: float = 0.0

    @cached_property
    def error(self) -> ErrorBody:
        """The body of an error response."""
        return read_body(self.content)


@attrs.frozen(kw_only=True)
class Call:
    """A request and its context.

    `deadline` is a monotonic time, in seconds, that no attempt and no pause exceeds. `job_read` marks reads of a job's
    status or result, which the service allows once in 5 s, `paced` requests that count towards the rate limit.
    `number` is the number of the attempt, for callers that retry themselves. A response that `is_stream` goes on until
    the deadline, so ending there is not a failure.
    """

    outgoing: Outgoing
    operation: str
    job_id: str | None = None
    job_read: bool = False
    paced: bool = True
    number: int = 1
    deadline: float | None = None
    is_stream: bool = False

    @property
    def path(self) -> str:
        return urlsplit(self.outgoing.url).path

    @property
    def host(self) -> str:
        """Host and port, without the user information of a signed URL."""
        return urlsplit(self.outgoing.url).netloc.rpartition("@")[2]

    @property
    def is_harmless(self) -> bool:
        """Whether it can be repeated without another effect, even without an idempotency key."""
        return self.outgoing.method in _HARMLESS or self.operation in _WITHOUT_EFFECT

    @property
    def request(self) -> Request:
        return Request(self.outgoing.method, self.path)

    def within(self, now: float) -> Outgoing:
        """Return the request with timeouts that end at the deadline."""
        if self.deadline is None:
            return self.outgoing
        remaining = max(0.001, self.deadline - now)
        total = self.outgoing.total_timeout
        return attrs.evolve(
            self.outgoing,
            total_timeout=remaining if total is None else min(total, remaining),
            queue_timeout=remaining,
        )

    def attempt(self, outcome: Reply | WireFailure, number: int) -> Attempt:
        """Return what the retry policy decides on."""
        outgoing = self.outgoing
        known: dict[str, Any] = {
            "method": outgoing.method,
            "number": number,
            "idempotent": outgoing.idempotent or self.is_harmless,
            "repeatable": outgoing.repeatable,
        }
        if isinstance(outcome, WireFailure):
            return Attempt(**known, failure=outcome.kind, sent=outcome.sent)
        return Attempt(
            **known,
            status=outcome.status,
            code=outcome.error.code,
            retry_after=outcome.rate.retry_after,
            reset_after=outcome.rate.reset_after,
            in_progress=outgoing.idempotent and outcome.status == 409 and is_in_progress(outcome.error),
        )

    def details(
        self,
        outcome: Reply | WireFailure,
        took: float,
        number: int,
        now: datetime,
        code: str | None,
        wait: float | None = None,
    ) -> AttemptDetails:
        """Describe an attempt that took `took` seconds until `now`."""
        reply = outcome if isinstance(outcome, Reply) else None
        return AttemptDetails(
            operation=self.operation,
            method=self.outgoing.method,
            host=self.host,
            path=self.path,
            status=reply.status if reply else None,
            code=code,
            failure=outcome.kind if isinstance(outcome, WireFailure) else None,
            number=number,
            started_at=now - timedelta(seconds=took),
            duration=took,
            wait=wait,
            job_id=self.job_id,
            request_id=reply.headers.get(REQUEST_ID) if reply else None,
        )

    def error(
        self,
        outcome: Reply | WireFailure,
        attempt: Attempt,
        decision: GiveUp,
        *,
        in_doubt: bool,
        responded: bool,
    ) -> ProteinIQError:
        """Return the error of a request that is given up."""
        if isinstance(outcome, Reply):
            error: ProteinIQError = self.api_error(outcome)
        else:
            error = transport_error(
                self.request,
                self.host,
                outcome.kind,
                outcome.text,
                sent=in_doubt,
                responded=responded,
                by_proxy=outcome.by_proxy,
                job_id=self.job_id,
            )
        error.attempts = attempt.number
        error.in_doubt = in_doubt
        note = gave_up(decision, attempt)
        if note:
            error.add_note(note)
        return error

    def api_error(self, reply: Reply) -> ProteinIQError:
        """Return the error of an error response."""
        rate = reply.rate
        return api_error(
            reply.status,
            reply.error,
            request=self.request,
            retry_after=rate.wait if reply.status == 429 else rate.retry_after,
            job_id=self.job_id,
            request_id=reply.headers.get(REQUEST_ID),
            is_service=self.outgoing.key is not None,
        )

    def fitted(self, reply: Reply, route: Endpoint) -> Any:
        """Return the body of a successful response in our schema. Raises ContractError if it breaks the contract."""
        request = self.request
        try:
            body = schema.decode(reply.content, self.operation, request)
            return schema.fit(body, self.operation, request, requests.identity(route, request.path))
        except ContractError as error:
            error.in_doubt = not self.is_harmless
            raise
