"""The layers of every request, from the outside in: errors, retries, pacing, authorization, the wire."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, TypeVarTuple

import attrs

from .._inputs import requests
from .._policy.pacing import LONGEST_NAP
from .._policy.rate_headers import RateHeaders
from .._policy.retry import GiveUp, RetryBudget, Wait
from .._policy.tolerance import Recent
from .._responses import schema
from .._responses.api_errors import (
    MAY_HAVE_DRIFTED,
    redirected,
)
from .._responses.calls import Call, Reply
from .._responses.unsent import past_deadline, rate_held
from .._wire.codings import CannotDecode, Decoder, codings
from .._wire.config import NOT_PICKLED, Config
from .._wire.exchange import AsyncIncoming, Outgoing
from .._wire.failures import WireFailure
from .._wire.pacers import AsyncSteps, Pacer, Ticket
from .._wire.secrecy import without_values
from .._wire.turns import Permits
from ..errors import (
    APIError,
    ContractError,
    ProteinIQError,
    RequestTimeout,
)
from ..hooks import LONG_PAUSE, AttemptDetails, PauseDetails, _tell, _tell_pause, _wanted, log
from .wire import AsyncWire

if TYPE_CHECKING:
    from proteiniq_openapi.types import Prepared

    from .._inputs.sent import Sent
    from .._wire.clock import AsyncClock
    from ..contract import Endpoint
    from ..models import JobState

T = TypeVar("T")
D = TypeVar("D")
Ts = TypeVarTuple("Ts")

CONTRACT_REFUSALS = (400, 405, 415, 422)
"""Statuses of requests that the service rejects as malformed."""

SEE_OTHER = 303
"""What some services respond after they have acted on a POST."""

LARGEST_BODY = 128 << 20
LARGEST_ERROR = 1 << 20
"""The most that is read of a response, and of an error response, in bytes after decoding. Files have no limit."""


class AsyncPipeline:
    """Sends the requests of a client and of all clients derived from it."""

    def __init__(
        self, config: Config, wire: AsyncWire, clock: AsyncClock, pacer: Pacer, budget: RetryBudget
    ) -> None:
        self.config = config
        self.clock = clock
        self._wire = wire
        self._pacer = pacer
        self._budget = budget
        self.made = Recent()
        """The jobs that were just made."""
        self.on_submit: list[Callable[[Any, JobState], None]] = []
        """Called with each order and its job, of all clients that share the connections."""
        self.sent: dict[str, Sent] = {}
        """What jobs were submitted with, by their ids, for reports."""

    def with_config(self, config: Config) -> AsyncPipeline:
        """Return a pipeline with other options that shares connections, pace, retry budget and the jobs just made."""
        other = AsyncPipeline(config, self._wire, self.clock, self._pacer, self._budget)
        other.made, other.on_submit, other.sent = self.made, self.on_submit, self.sent
        return other

    def __reduce__(self) -> NoReturn:
        raise TypeError(NOT_PICKLED)

    async def call(
        self,
        prepared: Prepared[T],
        *,
        job_id: str | None = None,
        job_read: bool = False,
        deadline: float | None = None,
    ) -> T:
        """Send a generated operation and parse the response.

        Request and response use our schema; on the wire they use that of the contract. Only a successful response
        whose body fits the contract is parsed, so parsing can't fail.
        Raises APIError, TransportError, RequestTimeout, ContractError.
        """
        reply, call, route = await self._sent(prepared, job_id, job_read, deadline)
        return prepared.parse(call.fitted(reply, route))

    async def call_any(
        self, prepared: Prepared[T], *, job_id: str | None = None, deadline: float | None = None
    ) -> T | None:
        """Like `call`, but return None for a successful response whose body is missing or doesn't fit the contract."""
        reply, call, route = await self._sent(prepared, job_id, False, deadline)
        try:
            fitted = call.fitted(reply, route)
        except ContractError:
            return None
        return prepared.parse(fitted)

    async def _sent(
        self, prepared: Prepared[T], job_id: str | None, job_read: bool, deadline: float | None
    ) -> tuple[Reply, Call, Endpoint]:
        operation = prepared.operation
        if self.config.deadline is not None:
            end = self.clock.monotonic() + self.config.deadline
            deadline = end if deadline is None else min(end, deadline)
        route = requests.endpoint(operation)
        parts = requests.spelled(operation, route, prepared.kwargs)
        call = Call(
            outgoing=self.outgoing(**parts, total_timeout=self.config.timeout),
            operation=operation,
            job_id=job_id,
            job_read=job_read,
            deadline=deadline,
        )
        try:
            return await self.send(call), call, route
        except APIError as error:
            if error.status in CONTRACT_REFUSALS and schema.fits_request(
                prepared.kwargs.get("json"), operation
            ):
                error.add_note(MAY_HAVE_DRIFTED)
            raise

    @property
    def streams(self) -> Permits:
        """Permits for event streams, shared by all clients that share the connections."""
        return self._wire.streams

    def outgoing(
        self, method: str, url: str, headers: Mapping[str, str] | None = None, **parts: Any
    ) -> Outgoing:
        """Return a request to the service itself, with the key and the extra headers. `url` is its path."""
        return Outgoing(
            method=method.upper(),
            url=self.config.base_url + url,
            headers=self.config.headers.under(headers or {}),
            key=self.config.key,
            timeout=self.config.timeout,
            **parts,
        )

    async def send(self, call: Call) -> Reply:
        """Send a request, retry it where that is safe, and return the successful response.

        Raises APIError, TransportError, RequestTimeout.
        """
        number = 1
        in_doubt = responded = False
        while True:
            try:
                outcome = await self._attempt(call, number)
            except ProteinIQError as unsent:
                unsent.in_doubt = in_doubt
                if isinstance(unsent, RequestTimeout):
                    unsent.sent = in_doubt
                raise
            now = self.clock.monotonic()
            if isinstance(outcome, Reply) and outcome.status < 400:
                self._budget.succeeded(now)
                self._tell(call, outcome, number)
                if outcome.status >= 300:
                    error = redirected(call.operation, call.request, outcome.status, outcome.headers)
                    error.in_doubt = in_doubt or outcome.status == SEE_OTHER
                    raise error
                return outcome
            attempt = call.attempt(outcome, number)
            in_doubt = in_doubt or attempt.in_doubt
            responded = responded or isinstance(outcome, Reply)
            remaining = None if call.deadline is None else call.deadline - now
            decision = self._budget.charge(
                self.config.retry.decide(attempt, jitter=self.clock.random(), remaining=remaining), now
            )
            if isinstance(decision, GiveUp):
                self._tell(call, outcome, number, code=attempt.code)
                raise call.error(outcome, attempt, decision, in_doubt=in_doubt, responded=responded)
            self._tell(call, outcome, number, code=attempt.code, wait=decision.seconds)
            await self.pause(decision.seconds, f"retry after {attempt.cause}", call.operation, call.job_id)
            number += 1

    async def pause(self, seconds: float, reason: str, operation: str, job_id: str | None = None) -> None:
        """Sleep. A long pause is first logged and reported to the hooks, so that no wait is unexplained."""
        self._tell_pause(seconds, reason, operation, job_id)
        await self.clock.sleep(seconds)

    def _tell_pause(self, seconds: float, reason: str, operation: str, job_id: str | None) -> bool:
        if seconds <= LONG_PAUSE:
            return False
        details = PauseDetails(seconds=seconds, reason=reason, operation=operation, job_id=job_id)
        _tell_pause(self.config.hooks, details)
        return True

    def charge(self, decision: D) -> D | GiveUp:
        """Charge a pause before a retry to the client's retry budget. Other decisions cost nothing."""
        from .._policy.resume import Restart  # with the first pause of a download

        if not isinstance(decision, (Wait, Restart)):
            return decision
        paid = self._budget.charge(Wait(decision.seconds, ""), self.clock.monotonic())
        return paid if isinstance(paid, GiveUp) else decision

    @asynccontextmanager
    async def open(
        self, call: Call, *, ended: list[AttemptDetails] | None = None
    ) -> AsyncIterator[AsyncIncoming]:
        """Send a request once, paced, and yield the response while its body arrives. Nothing is retried.

        A caller that may retry passes `ended`, which receives the details of this attempt for `tell`.
        Raises APIError, TransportError, RequestTimeout.
        """
        ticket = self._pacer.reserve() if call.paced else None
        reply: Reply | None = None
        failure: WireFailure | None = None
        code: str | None = None
        try:
            if ticket is not None:
                await self._turn(call, ticket)
            started = self.clock.monotonic()
            try:
                async with self._wire.open(call.within(started)) as incoming:
                    rate = RateHeaders.read(incoming.headers, self.clock.utcnow())
                    reply = Reply(incoming.status, incoming.headers, rate)
                    if ticket is not None:
                        await self._release(ticket, reply)
                        ticket = None
                    if incoming.status >= 400:
                        reply = attrs.evolve(reply, content=await self._read(call, incoming))
                        error = call.api_error(reply)
                        error.attempts, code = call.number, error.code
                        raise error
                    yield incoming
                    return
            except WireFailure as caught:
                failure = caught
            finally:
                now = self.clock.monotonic()
                at_end = call.is_stream and call.deadline is not None and now >= call.deadline
                outcome, took = reply if at_end and reply else failure or reply, now - started
                attempts = (
                    [call.details(outcome, took, call.number, self.clock.utcnow(), code)] if outcome else []
                )
                self.tell(attempts) if ended is None else ended.extend(attempts)
            attempt = call.attempt(failure, call.number)
            gave_up = GiveUp("attempts")
            raise call.error(failure, attempt, gave_up, in_doubt=attempt.in_doubt, responded=False)
        finally:
            if ticket is not None:
                await self._release(ticket)

    async def _attempt(self, call: Call, number: int) -> Reply | WireFailure:
        job = call.job_id if call.job_read else None
        ticket = self._pacer.reserve(job)
        reply: Reply | None = None
        try:
            await self._turn(call, ticket, number)
            started = self.clock.monotonic()
            try:
                async with self._wire.open(call.within(started)) as incoming:
                    content = await self._read(call, incoming)
            except WireFailure as failure:
                failure.took = self.clock.monotonic() - started
                return failure
            took = self.clock.monotonic() - started
            rate = RateHeaders.read(incoming.headers, self.clock.utcnow())
            reply = Reply(incoming.status, incoming.headers, rate, content, took)
            return reply
        finally:
            await self._release(ticket, reply)

    def _tell(
        self,
        call: Call,
        outcome: Reply | WireFailure,
        number: int,
        *,
        code: str | None = None,
        wait: float | None = None,
    ) -> None:
        if _wanted(self.config.hooks, wait):
            details = call.details(outcome, outcome.took, number, self.clock.utcnow(), code, wait)
            _tell(self.config.hooks, details)

    def tell(self, ended: Sequence[AttemptDetails], wait: float | None = None) -> None:
        """Log finished attempts and call the hooks; `wait` is the pause after the last of them."""
        for details in ended:
            last = details is ended[-1]
            _tell(self.config.hooks, attrs.evolve(details, wait=wait) if last else details)

    async def _read(self, call: Call, incoming: AsyncIncoming) -> bytes:
        """Return the whole body, decoded.

        Raises WireFailure if it takes longer than the timeout of the request, which limits each read only, if it is
        larger than `LARGEST_BODY`, or if it can't be decoded. The body of an error or a redirect is read as far as
        that is possible: the status says what happened.
        """
        now = self.clock.monotonic()
        within = call.within(now)
        end = now + min(within.timeout, within.total_timeout or within.timeout)
        is_success = incoming.status < 300
        largest = LARGEST_BODY if is_success else LARGEST_ERROR
        pieces, size = [], 0
        try:
            decoder = Decoder(codings(incoming.headers))
            async for chunk in incoming.chunks:
                for piece in decoder.decode(chunk):
                    pieces.append(piece)
                    size += len(piece)
                    if size > largest:
                        raise CannotDecode(
                            "body", f"the response is larger than {largest >> 20} MiB", sent=True
                        )
                if self.clock.monotonic() > end:
                    raise WireFailure("timeout", "the response did not end in time", sent=True)
            decoder.end()
        except CannotDecode:
            if is_success:
                raise
        content = b"".join(pieces)
        if within.key is None:
            return without_values(content, within.url)
        content = within.key.hide_in_body(content)
        return content if is_success else self.config.headers.hide_in(content)

    async def _turn(self, call: Call, ticket: Ticket, number: int = 1) -> None:
        """Wait until the rate limit allows the request.

        Raises RateLimited if the service asked for too long a wait, and RequestTimeout if the deadline comes first for
        another reason, such as a long queue.
        """
        begun, is_told = self.clock.monotonic(), False
        while (delay := await self._step(ticket.claim, now := self.clock.monotonic())) > 0:
            held = await self._step(ticket.held, now)
            allowed = self.config.retry.max_retry_after if call.deadline is None else call.deadline - now
            if held > allowed:
                raise rate_held(call.request, held, number, job_id=call.job_id)
            if call.deadline is not None and now + delay > call.deadline:
                raise past_deadline(call.request, delay, call.deadline - now, number, job_id=call.job_id)
            log.debug("%s: paced, %.2f s to go", call.operation, delay)
            pause = now - begun + delay
            is_told = is_told or self._tell_pause(pause, "rate limit", call.operation, call.job_id)
            await self.clock.sleep(min(delay, LONGEST_NAP))

    async def _step(self, step: Callable[[*Ts], T], *args: *Ts) -> T:
        """Make a step of the pace, which takes time if a file keeps it."""
        return await AsyncSteps.run(self._pacer, step, *args)

    async def _release(self, ticket: Ticket, reply: Reply | None = None) -> None:
        """End the request of a ticket, with its response if it has one."""
        rate, is_refused = (None, False) if reply is None else (reply.rate, reply.status == 429)
        await self._step(ticket.release, self.clock.monotonic(), rate, is_refused)

    async def close(self) -> None:
        await self._step(self._pacer.close)
        await self._wire.close()
