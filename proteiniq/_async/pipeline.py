"""What every request goes through, outside in: errors, retries, pacing, authorization, the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import attrs

from .._inputs import requests
from .._policy.pacing import LONGEST_NAP
from .._policy.rate_headers import RateHeaders
from .._policy.resume import Restart
from .._policy.retry import Attempt, GiveUp, RetryBudget, Wait, may_pass
from .._responses import schema
from .._responses.api_errors import (
    MAY_HAVE_DRIFTED,
    ErrorBody,
    api_error,
    gave_up,
    rate_held,
    read_body,
    redirected,
)
from .._wire.config import Config
from .._wire.pacers import Pacer, Ticket
from .._wire.transport import AsyncIncoming, AsyncWire, Outgoing, Places, WireFailure
from ..errors import (
    APIError,
    ContractError,
    ProteinIQError,
    RateLimited,
    Request,
    RequestTimeout,
    TransportError,
)
from ..hooks import AttemptDetails, log, tell, wanted

if TYPE_CHECKING:
    from proteiniq_openapi import AuthenticatedClient

    from .._wire.clock import AsyncClock

T = TypeVar("T")
D = TypeVar("D")

REQUEST_ID = "x-request-id"
"""Not documented; the usual name, kept where it comes."""

_HARMLESS = ("GET", "HEAD", "DELETE")

CONTRACT_REFUSALS = (400, 405, 415, 422)
"""Statuses that say that a request is not what the service expects."""


@attrs.frozen(kw_only=True)
class Call:
    """What is known of a request besides its bytes.

    `deadline` is a monotonic time, s, that no attempt and no pause goes beyond. `job_read` says that it reads a
    job's status or result, which the service allows once in 5 s; `paced` that it counts for the rate limit at all.
    `number` is which attempt it is, where the caller sends again.
    """

    operation: str
    job_id: str | None = None
    job_read: bool = False
    paced: bool = True
    number: int = 1
    deadline: float | None = None


@attrs.frozen
class Reply:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes = attrs.field(repr=False)
    took: float = 0.0


class AsyncPipeline:
    """Sends requests for all resources of a client, and for all clients made from it."""

    def __init__(
        self, config: Config, wire: AsyncWire, clock: AsyncClock, pacer: Pacer, budget: RetryBudget
    ) -> None:
        self.config = config
        self.clock = clock
        self._wire = wire
        self._pacer = pacer
        self._budget = budget

    def with_config(self, config: Config) -> AsyncPipeline:
        """A pipeline with other options over the same connections, pace and retry budget."""
        return AsyncPipeline(config, self._wire, self.clock, self._pacer, self._budget)

    def channel(self, operation: str, *, accepts_any: bool = False, **known: Any) -> AsyncChannel:
        """A channel for one call of a generated operation; `known` are the fields of `Call`."""
        call = Call(operation=operation, **known)
        if self.config.deadline is not None:
            end = self.clock.monotonic() + self.config.deadline
            call = attrs.evolve(call, deadline=end if call.deadline is None else min(end, call.deadline))
        return AsyncChannel(self, call, accepts_any=accepts_any)

    @property
    def streams(self) -> Places:
        """Places for event streams, of all clients that share the connections."""
        return self._wire.streams

    def url(self, path: str) -> str:
        return self.config.base_url + path

    def outgoing(self, method: str, path: str, **parts: Any) -> Outgoing:
        """A request to the service itself, with the key."""
        parts.setdefault("timeout", self.config.timeout)
        return Outgoing(method=method.upper(), url=self.url(path), key=self.config.key, **parts)

    async def send(self, call: Call, outgoing: Outgoing) -> Reply:
        """Send, as often as it takes and is safe, and return the success.

        Raises APIError, TransportError, RequestTimeout.
        """
        number = 1
        in_doubt = False
        while True:
            try:
                outcome = await self._attempt(call, outgoing, number)
            except (RateLimited, RequestTimeout) as late:
                late.in_doubt = in_doubt
                if isinstance(late, RequestTimeout):
                    late.sent = in_doubt
                raise
            now = self.clock.monotonic()
            if isinstance(outcome, Reply) and outcome.status < 400:
                self._budget.succeeded(now)
                self._tell(call, outgoing, outcome, number)
                if outcome.status >= 300:
                    raise redirected(call.operation, _request(outgoing), outcome.status, outcome.headers)
                return outcome
            attempt = self._describe(outgoing, outcome, number)
            in_doubt = in_doubt or attempt.in_doubt
            remaining = None if call.deadline is None else call.deadline - now
            decision = self._budget.charge(
                self.config.retry.decide(attempt, jitter=self.clock.random(), remaining=remaining), now
            )
            if isinstance(decision, GiveUp):
                self._tell(call, outgoing, outcome, number, code=attempt.code)
                raise self._error(call, outgoing, outcome, attempt, decision, in_doubt=in_doubt)
            self._tell(call, outgoing, outcome, number, code=attempt.code, wait=decision.seconds)
            await self.clock.sleep(decision.seconds)
            number += 1

    def charge(self, decision: D) -> D | GiveUp:
        """Take a pause that sends something again out of the client's retry budget. Anything else costs nothing."""
        if not isinstance(decision, (Wait, Restart)):
            return decision
        paid = self._budget.charge(Wait(decision.seconds, ""), self.clock.monotonic())
        return paid if isinstance(paid, GiveUp) else decision

    @asynccontextmanager
    async def open(
        self, call: Call, outgoing: Outgoing, *, ended: list[AttemptDetails] | None = None
    ) -> AsyncIterator[AsyncIncoming]:
        """Send once, paced, and hand over the answer as it comes. Nothing is sent again.

        Where the caller may send it again, `ended` takes what there is to tell of this attempt, for `tell`.
        Raises APIError, TransportError, RequestTimeout.
        """
        ticket = self._pacer.reserve() if call.paced else None
        reply: Reply | None = None
        failure: WireFailure | None = None
        code: str | None = None
        try:
            if ticket is not None:
                await self._turn(call, outgoing, ticket)
            started = self.clock.monotonic()
            try:
                async with self._wire.open(self._within(call, outgoing)) as incoming:
                    if ticket is not None:
                        self._observe(ticket, incoming.status, incoming.headers)
                        ticket.release(self.clock.monotonic())
                    reply = Reply(incoming.status, incoming.headers, b"")
                    if incoming.status >= 400:
                        reply = attrs.evolve(reply, content=await self._read(call, outgoing, incoming))
                        error = self._api_error(call, outgoing, reply)
                        error.attempts, code = call.number, error.code
                        raise error
                    yield incoming
                    return
            except WireFailure as caught:
                failure = caught
            finally:
                outcome, took = failure or reply, self.clock.monotonic() - started
                if outcome is not None:
                    details = self._details(call, outgoing, outcome, took, call.number, code)
                    self.tell([details]) if ended is None else ended.append(details)
            attempt = self._describe(outgoing, failure, call.number)
            raise self._error(call, outgoing, failure, attempt, GiveUp("attempts"), in_doubt=attempt.in_doubt)
        finally:
            if ticket is not None:
                ticket.release(self.clock.monotonic())

    async def _attempt(self, call: Call, outgoing: Outgoing, number: int) -> Reply | WireFailure:
        job = call.job_id if call.job_read else None
        ticket = self._pacer.reserve(job)
        try:
            await self._turn(call, outgoing, ticket, number)
            started = self.clock.monotonic()
            try:
                async with self._wire.open(self._within(call, outgoing)) as incoming:
                    content = await self._read(call, outgoing, incoming)
                self._observe(ticket, incoming.status, incoming.headers)
            except WireFailure as failure:
                failure.took = self.clock.monotonic() - started
                return failure
            took = self.clock.monotonic() - started
            return Reply(incoming.status, incoming.headers, content, took)
        finally:
            ticket.release(self.clock.monotonic())

    def _tell(
        self,
        call: Call,
        outgoing: Outgoing,
        outcome: Reply | WireFailure,
        number: int,
        *,
        code: str | None = None,
        wait: float | None = None,
    ) -> None:
        if wanted(self.config.hooks, wait):
            details = self._details(call, outgoing, outcome, outcome.took, number, code, wait)
            tell(self.config.hooks, details)

    def tell(self, ended: Sequence[AttemptDetails], wait: float | None = None) -> None:
        """Log and call the hooks for attempts that ended, `wait` before what follows the last of them."""
        for details in ended:
            last = details is ended[-1]
            tell(self.config.hooks, attrs.evolve(details, wait=wait) if last else details)

    def _details(
        self,
        call: Call,
        outgoing: Outgoing,
        outcome: Reply | WireFailure,
        took: float,
        number: int,
        code: str | None,
        wait: float | None = None,
    ) -> AttemptDetails:
        reply = outcome if isinstance(outcome, Reply) else None
        return AttemptDetails(
            operation=call.operation,
            method=outgoing.method,
            host=_host(outgoing),
            path=_path(outgoing),
            status=reply.status if reply else None,
            code=code,
            failure=outcome.kind if isinstance(outcome, WireFailure) else None,
            number=number,
            started_at=self.clock.utcnow() - timedelta(seconds=took),
            duration=took,
            wait=wait,
            job_id=call.job_id,
            request_id=reply.headers.get(REQUEST_ID) if reply else None,
        )

    async def _read(self, call: Call, outgoing: Outgoing, incoming: AsyncIncoming) -> bytes:
        """The whole body, or a failure when it drips in for longer than the request may take."""
        within = self._within(call, outgoing)
        end = self.clock.monotonic() + min(within.timeout, within.total_timeout or within.timeout)
        chunks = []
        async for chunk in incoming.chunks:
            chunks.append(chunk)
            if self.clock.monotonic() > end:
                raise WireFailure("timeout", "the answer didn't end in time", sent=True)
        content = b"".join(chunks)
        return content if outgoing.key is None else outgoing.key.hide_in_body(content)

    async def _turn(self, call: Call, outgoing: Outgoing, ticket: Ticket, number: int = 1) -> None:
        """Wait until the rate limit lets the request go.

        Raises RateLimited when the service asked for a wait that is too long, RequestTimeout when the deadline comes
        first for other reasons, such as a long queue.
        """
        while (delay := ticket.claim(now := self.clock.monotonic())) > 0:
            held = ticket.held(now)
            allowed = self.config.retry.max_retry_after if call.deadline is None else call.deadline - now
            if held > allowed:
                raise rate_held(_request(outgoing), held, number, job_id=call.job_id)
            if call.deadline is not None and now + delay > call.deadline:
                raise RequestTimeout(
                    f"{outgoing.method} {_path(outgoing)}: the rate limit lets it go in {delay:.1f} s, and the "
                    f"deadline is in {max(0.0, call.deadline - now):.1f} s. "
                    f"{'Nothing was sent' if number == 1 else 'It was not sent again'}",
                    sent=False,
                    retryable=True,
                    request=_request(outgoing),
                    job_id=call.job_id,
                    attempts=number - 1,
                )
            log.debug("%s: paced, %.2f s to go", call.operation, delay)
            await self.clock.sleep(min(delay, LONGEST_NAP))

    def _within(self, call: Call, outgoing: Outgoing) -> Outgoing:
        """The request with timeouts that end at the deadline."""
        if call.deadline is None:
            return outgoing
        remaining = max(0.001, call.deadline - self.clock.monotonic())
        total = remaining if outgoing.total_timeout is None else min(outgoing.total_timeout, remaining)
        return attrs.evolve(outgoing, total_timeout=total, queue_timeout=remaining)

    def _observe(self, ticket: Ticket, status: int, headers: Mapping[str, str]) -> None:
        rate = RateHeaders.read(headers, self.clock.utcnow())
        now = self.clock.monotonic()
        ticket.observe(now, limit=rate.limit, remaining=rate.remaining, reset_after=rate.reset_after)
        if status == 429 and rate.wait is not None:
            ticket.refused(now, rate.wait, remaining=rate.remaining)

    def _describe(self, outgoing: Outgoing, outcome: Reply | WireFailure, number: int) -> Attempt:
        idempotent = outgoing.method in _HARMLESS or outgoing.idempotent
        known: dict[str, Any] = {"method": outgoing.method, "number": number, "idempotent": idempotent}
        known["repeatable"] = outgoing.repeatable
        if isinstance(outcome, WireFailure):
            return Attempt(**known, failure=outcome.kind, sent=outcome.sent)
        rate = RateHeaders.read(outcome.headers, self.clock.utcnow())
        return Attempt(
            **known,
            status=outcome.status,
            code=read_body(outcome.content).code,
            retry_after=rate.retry_after,
            reset_after=rate.reset_after,
        )

    def _error(
        self,
        call: Call,
        outgoing: Outgoing,
        outcome: Reply | WireFailure,
        attempt: Attempt,
        decision: GiveUp,
        *,
        in_doubt: bool,
    ) -> ProteinIQError:
        if isinstance(outcome, Reply):
            error: ProteinIQError = self._api_error(call, outgoing, outcome)
        else:
            error = self._transport_error(call, outgoing, outcome, sent=in_doubt)
        error.attempts = attempt.number
        error.in_doubt = in_doubt
        note = gave_up(decision, attempt)
        if note:
            error.add_note(note)
        return error

    def _api_error(self, call: Call, outgoing: Outgoing, reply: Reply) -> ProteinIQError:
        rate = RateHeaders.read(reply.headers, self.clock.utcnow())
        body = read_body(reply.content) if reply.status >= 400 else ErrorBody(None, None, None)
        return api_error(
            reply.status,
            body,
            request=_request(outgoing),
            retry_after=rate.wait if reply.status == 429 else rate.retry_after,
            job_id=call.job_id,
            request_id=reply.headers.get(REQUEST_ID),
        )

    def _transport_error(
        self, call: Call, outgoing: Outgoing, failure: WireFailure, *, sent: bool
    ) -> TransportError:
        kind = RequestTimeout if failure.kind == "timeout" else TransportError
        host = _host(outgoing)
        if failure.kind == "tls":
            advice = (
                f"The certificate of {host} was refused: check the base URL and this machine's certificates."
            )
        elif not sent:
            advice = f"Nothing was sent: check that {host} is the right host and can be reached from here."
        else:
            advice = "Whether the service acted on it is unknown."
        return kind(
            f"no complete answer to {_request(outgoing)}: {failure.text}. {advice}",
            sent=sent,
            retryable=may_pass(failure=failure.kind),
            request=_request(outgoing),
            job_id=call.job_id,
        )

    async def close(self) -> None:
        self._pacer.close()
        await self._wire.close()

    @property
    def is_closed(self) -> bool:
        return self._wire.is_closed


class AsyncChannel:
    """What a generated operation takes for its client: it sends through the pipeline.

    The operation asks in our shape and gets our shape; what is on the wire is as the contract spells it. It only ever
    sees a documented success whose body fits the contract, so that its own parsing can't fail. `body` is the response
    as it came. With `accepts_any` a success without a body that fits is one too, and the operation gives None then.
    """

    raise_on_unexpected_status = False

    def __init__(self, pipeline: AsyncPipeline, call: Call, *, accepts_any: bool = False) -> None:
        self._pipeline = pipeline
        self._call = call
        self._accepts_any = accepts_any
        self.body: Any = None

    @property
    def client(self) -> AuthenticatedClient:
        return cast("AuthenticatedClient", self)

    def get_async_httpx_client(self) -> AsyncChannel:
        return self

    async def request(self, method: str, url: str, **parts: Any) -> _Fitted:
        operation = self._call.operation
        route = requests.endpoint(operation)
        spelled = requests.spelled(operation, route, parts)
        outgoing = self._pipeline.outgoing(
            method, url, total_timeout=self._pipeline.config.timeout, **spelled
        )
        try:
            reply = await self._pipeline.send(self._call, outgoing)
        except APIError as error:
            if error.status in CONTRACT_REFUSALS and schema.fits_request(parts.get("json"), operation):
                error.add_note(MAY_HAVE_DRIFTED)
            raise
        request = _request(outgoing)
        try:
            self.body = schema.decode(reply.content, operation, request)
            fitted = schema.fit(self.body, operation, request, requests.identity(route, url))
        except ContractError:
            if self._accepts_any:
                return _Fitted(reply.headers, None, HTTPStatus.NOT_MODIFIED)
            raise
        return _Fitted(reply.headers, fitted)

    def answer(self, parsed: T | None) -> T:
        """What the generated operation returned. Raises ContractError when it found no success."""
        if parsed is None:
            raise ContractError(
                f"{self._call.operation}: the generated client took no answer from a success: it doesn't belong to "
                "this version of proteiniq, install both anew",
                operation=self._call.operation,
            )
        return parsed


@attrs.frozen
class _Fitted:
    """What generated code reads of a response. All successes are alike to it, whatever their status.

    It parses no other status.
    """

    headers: Mapping[str, str]
    body: Any
    status_code: int = HTTPStatus.OK
    content: bytes = b""

    def json(self) -> Any:
        return self.body


def _host(outgoing: Outgoing) -> str:
    """Host and port, without what a signed URL may have before them."""
    return urlsplit(outgoing.url).netloc.rpartition("@")[2]


def _path(outgoing: Outgoing) -> str:
    return urlsplit(outgoing.url).path


def _request(outgoing: Outgoing) -> Request:
    return Request(outgoing.method, _path(outgoing))
