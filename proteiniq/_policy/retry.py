"""Whether a failed request is retried, and after how long.

The decision is a pure function: it reads no clock, draws no random number and never waits, so the
sync and async clients share it. The service asks clients to wait for `Retry-After` on
`rate_limited`, to retry `internal_error` with care and an idempotency key, and never to resend a
`validation_error` unchanged (documentation, "Errors"). Values not documented by the service are
choices of this client.
"""

from __future__ import annotations

from typing import Literal

import attrs

from .._forks import Lock
from ..errors import BY_CODE, APIError, ContractError, NotFound, ProteinIQError, TransportError

Failure = Literal["connect", "timeout", "read", "write", "protocol", "tls", "body", "proxy"]
"""Why there is no complete response: no connection; a timeout; the connection broke while reading
or writing; the response was not HTTP or was truncated; the certificate was rejected; the body is
too large, or in a content coding that is not supported; a proxy refused."""

Refusal = Literal["final", "unsafe", "attempts", "deadline", "retry_after", "budget"]
"""Why a request is not retried; see `GiveUp`."""

# The service documents only 429 and 500 of these, but a proxy in front of it may return the others: 408 (Request
# Timeout) and 425 (Too Early). 501 and 505 are permanent: the server lacks the method or the HTTP version.
_PASSING = frozenset({408, 425, 429})
_LASTING = frozenset({501, 505})

_WAITED_FOR = "job_not_completed"
"""A code that passes once the job has ended. Waiting for the job is left to the caller, not to this policy."""


def may_pass(status: int | None = None, code: str | None = None, failure: Failure | None = None) -> bool:
    """Whether the same request may succeed later: the one definition for retries, waits, downloads and errors.

    The service's error code decides, whatever the status (documentation, "Errors"). Without a code the status decides,
    and without a response the failure.
    """
    if status is None or status < 400:
        return failure not in (None, "tls", "body", "proxy")
    kind = BY_CODE.get(code or "")
    if kind is not None:
        return kind.may_pass
    return status in _PASSING or (status >= 500 and status not in _LASTING)


UNCONFIRMED_PATIENCE = 120.0
"""How long a wait passes over errors that may not be the service's, in seconds."""

VISIBLE_WITHIN = 60.0
"""How long a wait passes over a `not_found` of something that exists, in seconds: where it is read, it may appear later
than where it was made."""


def patience(error: ProteinIQError, *, exists: bool) -> float:
    """Return for how long a wait passes over an error when the same one comes again and again, in seconds.

    It is infinite for a failure that may pass, and 0.0 for a verdict of the service. An error without one of its codes,
    such as a balancer's 404 page, and a response that breaks the contract or can't be decoded, such as a maintenance
    page, may come from something in front of the service. `exists` is true if what was not found is known to exist.
    """
    if error.retryable:
        return float("inf")
    if isinstance(error, NotFound) and error.code is not None:
        return VISIBLE_WITHIN if exists else 0.0
    unconfirmed = isinstance(error, APIError) and error.code is None
    damaged = isinstance(error, ContractError) or (
        isinstance(error, TransportError) and error.failure == "body"
    )
    return UNCONFIRMED_PATIENCE if unconfirmed or damaged else 0.0


@attrs.frozen(kw_only=True)
class Attempt:
    """A failed attempt.

    `method` is for logs; `number` counts from 1. `idempotent` is true if sending the request twice
    is harmless: its method is GET, HEAD or DELETE, it has no effect, or it carries an idempotency key. `sent` is true
    if a part of it may have reached the service. `repeatable` is true if its body can be sent from
    the start again; other bodies can be sent only if nothing of them has been. `in_progress` is true if the service
    responded that it is still processing an earlier request with the same idempotency key.

    `status` and `code` are those of the response; `failure` is what prevented or interrupted the
    response. `retry_after` and `reset_after` are the headers `Retry-After` and `X-RateLimit-Reset`,
    in seconds after the response (see `times`).
    """

    method: str
    number: int
    idempotent: bool
    sent: bool = True
    repeatable: bool = True
    status: int | None = None
    code: str | None = None
    failure: Failure | None = None
    retry_after: float | None = None
    reset_after: float | None = None
    in_progress: bool = False

    @property
    def rate_limited(self) -> bool:
        """Whether the service rejected the request because of the rate limit, before processing it."""
        return self.status == 429 or self.code == "rate_limited"

    @property
    def transient(self) -> bool:
        """Whether a retry may succeed."""
        passes = self.in_progress or may_pass(self.status, self.code, self.failure)
        return self.code != _WAITED_FOR and passes

    @property
    def safe(self) -> bool:
        """Whether a retry is harmless: nothing is paid for twice."""
        if not self.sent:
            return True
        return self.repeatable and (self.idempotent or self.rate_limited)

    @property
    def in_doubt(self) -> bool:
        """Whether the request may have taken effect despite the failure.

        A 408 may be of a gateway that passed the request on and got no response in time.
        """
        if not self.sent or self.in_progress or self.status is None:
            return self.sent
        return self.status == 408 or not 400 <= self.status < 500

    @property
    def asked_wait(self) -> float | None:
        """How long the service asks to wait, in seconds: `Retry-After`, or the rate limit's reset."""
        if self.retry_after is None and self.rate_limited:
            return self.reset_after
        return self.retry_after

    @property
    def cause(self) -> str:
        """What happened, for logs and messages: `503`, `429 rate_limited`, `read failure`."""
        if self.status is None or self.status < 400:
            return f"{self.failure} failure"
        return f"{self.status} {self.code}" if self.code else str(self.status)


@attrs.frozen
class Wait:
    """Retry after `seconds`; `reason` is the attempt's `cause`."""

    seconds: float
    reason: str


@attrs.frozen
class GiveUp:
    """Don't retry; raise the failure.

    `reason` is `final` (a retry can't succeed), `unsafe` (a retry could do harm), `attempts` (there
    were enough), `deadline` (the wait would outlast it), `retry_after` (the service asks for a
    longer wait than allowed) or `budget` (too many retries in this client at once). For the last
    three, `needed` is the wait that was too long, in seconds.
    """

    reason: Refusal
    needed: float | None = None


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """When to retry. Times are in seconds.

    `max_retries` is the number of attempts after the first. The pause before each is random, between
    zero and a bound that starts at `base_delay` and doubles up to `max_delay`, so that clients that
    failed together don't retry together.

    A wait that the service asks for is never shortened, and `max_delay` doesn't cap it. If it is
    longer than the time to the deadline, or without a deadline than `max_retry_after`, there is no
    retry.
    """

    max_retries: int = attrs.field(default=4, validator=attrs.validators.ge(0))
    base_delay: float = attrs.field(default=0.5, validator=attrs.validators.ge(0.0))
    max_delay: float = attrs.field(default=30.0, validator=attrs.validators.ge(0.0))
    max_retry_after: float = attrs.field(default=300.0, validator=attrs.validators.ge(0.0))

    def decide(self, attempt: Attempt, *, jitter: float, remaining: float | None = None) -> Wait | GiveUp:
        """Return what to do after a failed attempt.

        `jitter` is a random number in [0, 1). `remaining` is the time to the deadline in seconds,
        None without a deadline.

        >>> attempt = Attempt(method="GET", number=2, idempotent=True, status=503)
        >>> RetryPolicy().decide(attempt, jitter=0.5)
        Wait(seconds=0.5, reason='503')
        """
        if not attempt.transient:
            return GiveUp("final")
        if not attempt.safe:
            return GiveUp("unsafe")
        if attempt.number > self.max_retries:
            return GiveUp("attempts")

        requested = attempt.asked_wait
        # All rejected clients got the same time, so jitter is added to it. The backoff still grows, in
        # case the service keeps sending `Retry-After: 0`.
        seconds = max(
            (requested or 0.0) + jitter * self.backoff(1),
            jitter * self.backoff(attempt.number),
        )
        if remaining is not None and seconds >= remaining:
            return GiveUp("deadline", seconds)
        if remaining is None and requested is not None and requested > self.max_retry_after:
            return GiveUp("retry_after", seconds)
        return Wait(seconds, attempt.cause)

    def backoff(self, number: int) -> float:
        """Return the longest pause after attempt `number`, in seconds."""
        # The exponent is bounded because 2.0 ** 1024 raises OverflowError.
        return min(self.max_delay, self.base_delay * 2.0 ** min(number - 1, 64))


class RetryBudget:
    """A limit on the retries of all requests of a client together, to protect a failing service.

    It is a token bucket of `capacity` retries. Each retry takes one, each success returns `refund`,
    and `refill` are added per second. The defaults never stop a client whose requests mostly
    succeed, and leave a client whose requests all fail about one retry per second.

    It is thread-safe, and no call waits for tokens. `now` is a monotonic time in seconds; nothing is
    refilled when it goes backwards.
    """

    def __init__(self, *, capacity: float = 100.0, refund: float = 0.5, refill: float = 1.0) -> None:
        self._capacity = capacity
        self._refund = refund
        self._refill = refill
        self._left = capacity
        self._at: float | None = None
        self._lock = Lock()

    def charge(self, decision: Wait | GiveUp, now: float) -> Wait | GiveUp:
        """Charge the budget for a `Wait` and return it, or return a `GiveUp` if the budget is spent.

        Pass every result of `RetryPolicy.decide`; a `GiveUp` costs nothing.

        >>> budget = RetryBudget(capacity=1)
        >>> budget.charge(Wait(0.5, "503"), now=0.0)
        Wait(seconds=0.5, reason='503')
        >>> budget.charge(Wait(0.5, "503"), now=0.25)
        GiveUp(reason='budget', needed=0.75)
        """
        if isinstance(decision, GiveUp):
            return decision
        with self._lock.held:
            self._advance(now)
            if self._left >= 1.0:
                self._left -= 1.0
                return decision
            missing = 1.0 - self._left
        return GiveUp("budget", missing / self._refill if self._refill > 0 else None)

    def succeeded(self, now: float) -> None:
        """Record a successful request."""
        with self._lock.held:
            self._advance(now)
            self._left = min(self._capacity, self._left + self._refund)

    def _advance(self, now: float) -> None:
        if self._at is not None and now > self._at:
            self._left = min(self._capacity, self._left + (now - self._at) * self._refill)
        self._at = now
