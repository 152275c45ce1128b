"""Whether a request is sent again, and how long from now.

The decision is a function of what is known: it reads no clock, draws no random number and waits
for nobody, so that both worlds use it and tests need no time. The service asks to wait as
`Retry-After` says on `rate_limited`, to retry `internal_error` with care and an idempotency key,
and never to resend a `validation_error` unchanged (documentation, "Errors"). Everything else here is
our choice.
"""

from __future__ import annotations

import threading
from typing import Literal

import attrs

from ..errors import BY_CODE

Failure = Literal["connect", "timeout", "read", "write", "protocol", "tls"]
"""Why no complete answer came: no connection; nothing in time; the connection broke while reading
or writing; what came was not HTTP, or stopped short; the certificate was refused."""

Refusal = Literal["final", "unsafe", "attempts", "deadline", "retry_after", "budget"]
"""Why there is no other attempt; see `GiveUp`."""

# Not among the service's documented responses except for 429 and 500, but its front may give them: 408 and 425 are
# "too slow" and "too early". A server that lacks the method (501) or the HTTP version (505) will go on lacking it.
_PASSING = frozenset({408, 425, 429})
_LASTING = frozenset({501, 505})

_WAITED_FOR = "job_not_completed"
"""The code of what passes when the job has ended: whoever waits for the job asks again, not this policy."""


def may_pass(status: int | None = None, code: str | None = None, failure: Failure | None = None) -> bool:
    """Whether the same request may succeed later: the one definition for retries, waits, downloads and errors.

    A code of the service says it, whatever status carries it (documentation, "Errors"); without one the status does,
    and without a response the failure.
    """
    if status is None or status < 400:
        return failure not in (None, "tls")
    kind = BY_CODE.get(code or "")
    if kind is not None:
        return kind.may_pass
    return status in _PASSING or (status >= 500 and status not in _LASTING)


@attrs.frozen(kw_only=True)
class Attempt:
    """One attempt that failed, and what is known of it.

    `method` is for logs; `number` counts from 1. `idempotent` says that the request does no harm
    twice: its method is GET, HEAD or DELETE, or it carries an idempotency key. `sent` says that a
    part of it may have reached the service. `repeatable` says that its body can be sent again from
    the start; if not, it may still be sent once when nothing of it has been.

    `status` and `code` are those of the answer, `failure` is what went wrong instead of it or in the
    middle of it. `retry_after` and `reset_after` are the headers `Retry-After` and
    `X-RateLimit-Reset`, in seconds from the answer on (see `times`).
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

    @property
    def rate_limited(self) -> bool:
        """Whether the service refused the request, before doing anything, for coming too soon."""
        return self.status == 429 or self.code == "rate_limited"

    @property
    def transient(self) -> bool:
        """Whether another attempt may go better."""
        return self.code != _WAITED_FOR and may_pass(self.status, self.code, self.failure)

    @property
    def safe(self) -> bool:
        """Whether another attempt can do no harm: nothing is paid twice."""
        if not self.sent:
            return True
        return self.repeatable and (self.idempotent or self.rate_limited)

    @property
    def in_doubt(self) -> bool:
        """Whether the service may have done what was asked all the same."""
        return self.sent and (self.status is None or not 400 <= self.status < 500)

    @property
    def asked_wait(self) -> float | None:
        """The seconds that the service asks to wait: `Retry-After`, or the rate limit's reset."""
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
    """Send the request again in `seconds`; `reason` is the attempt's `cause`."""

    seconds: float
    reason: str


@attrs.frozen
class GiveUp:
    """Let the failure through.

    `reason` is `final` (another attempt can't change it), `unsafe` (it could do harm), `attempts`
    (there were enough), `deadline` (the wait would outlast it), `retry_after` (the service asks for
    a longer wait than is allowed) or `budget` (too many retries in this client at once). `needed` is
    the wait in seconds that was too long, for the last three.
    """

    reason: Refusal
    needed: float | None = None


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """When to try again; times are in seconds, and the figures are our choice.

    `max_retries` is how many attempts follow the first. The pause before each is drawn from zero to
    a bound that starts at `base_delay` and doubles up to `max_delay`, so that clients that failed
    together do not come back together.

    A wait that the service asks for is never shortened, and `max_delay` does not cap it. If it
    outlasts the deadline, or without a deadline `max_retry_after`, there is no other attempt.
    """

    max_retries: int = attrs.field(default=4, validator=attrs.validators.ge(0))
    base_delay: float = attrs.field(default=0.5, validator=attrs.validators.ge(0.0))
    max_delay: float = attrs.field(default=30.0, validator=attrs.validators.ge(0.0))
    max_retry_after: float = attrs.field(default=300.0, validator=attrs.validators.ge(0.0))

    def decide(self, attempt: Attempt, *, jitter: float, remaining: float | None = None) -> Wait | GiveUp:
        """Return what follows the failed attempt.

        `jitter` is a random number in [0, 1). `remaining` is the time to the deadline in seconds,
        None when there is no deadline.

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

        asked = attempt.asked_wait
        # Everyone who was refused was told the same moment: come a little after it. And a service
        # that keeps saying "now" is believed less each time.
        seconds = max(
            (asked or 0.0) + jitter * self.backoff(1),
            jitter * self.backoff(attempt.number),
        )
        if remaining is not None and seconds >= remaining:
            return GiveUp("deadline", seconds)
        if remaining is None and asked is not None and asked > self.max_retry_after:
            return GiveUp("retry_after", seconds)
        return Wait(seconds, attempt.cause)

    def backoff(self, number: int) -> float:
        """Return the longest pause after the attempt of this number, in seconds."""
        # The exponent is bounded because a float is: 2.0 ** 1024 raises.
        return min(self.max_delay, self.base_delay * 2.0 ** min(number - 1, 64))


class RetryBudget:
    """How many retries all requests of a client may make together, so that they can't storm a
    service that is already sick.

    It is a bucket of `capacity` retries. A retry takes one out, a success puts `refund` back, and
    `refill` come back each second. All three are our choice: they never stop a client whose
    requests mostly succeed, and leave one that only fails about a retry a second.

    Safe to use from several threads: each call holds a lock, briefly, and never waits for the budget.
    `now` is a monotonic time in seconds; where it goes back, nothing is refilled.
    """

    def __init__(self, *, capacity: float = 100.0, refund: float = 0.5, refill: float = 1.0) -> None:
        self._capacity = capacity
        self._refund = refund
        self._refill = refill
        self._left = capacity
        self._at: float | None = None
        self._lock = threading.Lock()

    def charge(self, decision: Wait | GiveUp, now: float) -> Wait | GiveUp:
        """Pay for a decision to wait, and return it, or a `GiveUp` when the budget is spent.

        Pass everything that `RetryPolicy.decide` returned; giving up costs nothing.

        >>> budget = RetryBudget(capacity=1)
        >>> budget.charge(Wait(0.5, "503"), now=0.0)
        Wait(seconds=0.5, reason='503')
        >>> budget.charge(Wait(0.5, "503"), now=0.25)
        GiveUp(reason='budget', needed=0.75)
        """
        if isinstance(decision, GiveUp):
            return decision
        with self._lock:
            self._advance(now)
            if self._left >= 1.0:
                self._left -= 1.0
                return decision
            missing = 1.0 - self._left
        return GiveUp("budget", missing / self._refill if self._refill > 0 else None)

    def succeeded(self, now: float) -> None:
        """Count a request that succeeded."""
        with self._lock:
            self._advance(now)
            self._left = min(self._capacity, self._left + self._refund)

    def _advance(self, now: float) -> None:
        if self._at is not None and now > self._at:
            self._left = min(self._capacity, self._left + (now - self._at) * self._refill)
        self._at = now
