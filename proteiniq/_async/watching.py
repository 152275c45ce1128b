"""A job's states as they change: events as the fast hint, the status as the truth."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from proteiniq_openapi.api.jobs import get_job_status
from proteiniq_openapi.models import Job as LowJob

from .. import _convert, _reading
from .._closing import AsyncClosing
from .._polling import Expire, OpenStream, ReadStatus, Watch, next_step
from .._sse import EventStream, EventTooLarge
from ..contract import operation
from ..errors import APIError, ContractError, ProteinIQError, Request
from ..models import JobState
from .pipeline import AsyncPipeline, Call

log = logging.getLogger("proteiniq")

UNSUPPORTED = (404, 405, 406, 501)
"""Statuses that say that there is no event stream; the status route says whether there is a job."""

MISFITS = 3
"""How many statuses in a row may break the contract before that ends the wait: a page that stands in for the service
may pass. Our choice."""


class AsyncWatcher:
    """Follows one job until it has ended or the deadline comes.

    `deadline` is a monotonic time, s, None for ever; `known` is the last state that is known; `streams=False` only
    polls. `asked` is the wait that the service asked for, s, when that ended it before the deadline.
    """

    def __init__(
        self,
        pipeline: AsyncPipeline,
        job_id: str,
        *,
        deadline: float | None = None,
        known: JobState | None = None,
        streams: bool = True,
    ) -> None:
        self._pipeline = pipeline
        self._clock = pipeline.clock
        self._job_id = job_id
        self._deadline = deadline
        self._last = known
        self._misfits = 0
        self._last_event_id: str | None = None
        self.asked: float | None = None
        self._watch = Watch(deadline=deadline, status=known.status if known else None, streams=streams)

    async def states(self) -> AsyncIterator[JobState]:
        """Each state that differs from the one before, the terminal one last; ends early at the deadline.

        Raises APIError when the service says that there is nothing to wait for (NotFound, Unauthorized, …). What
        may pass never ends it.
        """
        while True:
            match next_step(self._watch, self._clock.monotonic(), jitter=self._clock.random()):
                case Expire(after, asked):
                    self.asked = asked
                    await self._clock.sleep(after)
                    return
                case ReadStatus(after):
                    await self._clock.sleep(after)
                    changed = self._changed(await self._read_status())
                    if changed is not None:
                        yield changed
                case OpenStream() as step:
                    await self._clock.sleep(step.after)
                    with self._pipeline.streams.one() as has_place:
                        if not has_place:
                            self._watch = self._watch.stream_left(self._clock.monotonic(), received=False)
                            continue
                        async with AsyncClosing(self._listen(step)) as states:
                            async for state in states:
                                yield state
            if self._last is not None and self._last.is_terminal:
                return

    def _changed(self, state: JobState | None) -> JobState | None:
        """The state, when it says something new."""
        if state is None:
            return None
        known = self._last
        if known is not None:
            state = state.newer(known)
        self._last = state
        return None if state == known else state

    async def _read_status(self) -> JobState | None:
        """The job's status; None when it can't be had now and may be later."""
        channel = self._pipeline.channel(
            "get_job_status", job_id=self._job_id, job_read=True, deadline=self._deadline
        )
        try:
            answer = channel.answer(await get_job_status.asyncio(self._job_id, client=channel.client))
        except ProteinIQError as error:
            self._misfits = self._misfits + 1 if isinstance(error, ContractError) else 0
            if not error.retryable and not 0 < self._misfits < MISFITS:
                raise
            log.info("job %s: its status can't be read now: %s", self._job_id, error)
            wait = error.retry_after if isinstance(error, APIError) else None
            self._watch = self._watch.read_failed(self._clock.monotonic(), wait)
            return None
        self._misfits = 0
        state = _convert.job(answer, channel.body)
        self._watch = self._watch.status_read(self._clock.monotonic(), state.status)
        return state

    async def _listen(self, step: OpenStream) -> AsyncIterator[JobState]:
        """The new states that one event stream tells, until it ends in any way."""
        route = operation("stream_job_events")
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",  # what compresses also holds back
            "Cache-Control": "no-cache",
        }
        if self._last_event_id is not None:
            headers["Last-Event-ID"] = self._last_event_id
        outgoing = self._pipeline.outgoing(
            route.method, route.url(job_id=self._job_id), headers=headers, read_timeout=step.silence
        )
        stream = EventStream()
        received = False
        refused: float | None = None
        call = Call(operation="stream_job_events", job_id=self._job_id, deadline=step.until)
        try:
            async with self._pipeline.open(call, outgoing) as incoming:
                if not _is_stream(incoming.headers.get("content-type", "")):
                    log.info("job %s: no event stream is offered; polling", self._job_id)
                    self._watch = self._watch.stream_unsupported(self._clock.monotonic())
                    return
                heard = self._clock.monotonic()
                async for chunk in incoming.chunks:
                    now = self._clock.monotonic()
                    for event in stream.feed(chunk):
                        state = self._state(event.data)
                        if state is None:
                            continue
                        received, heard = True, now
                        self._watch = self._watch.event_seen(state.status)
                        changed = self._changed(state)
                        if changed is not None:
                            yield changed
                        if state.is_terminal:
                            return
                    received = received or stream.heartbeats > 0
                    if now - heard > step.patience or (step.until is not None and now >= step.until):
                        break
        except EventTooLarge as error:
            log.info("job %s: the event stream is unusable: %s", self._job_id, error)
        except ProteinIQError as error:
            if isinstance(error, APIError) and error.status in UNSUPPORTED:
                self._watch = self._watch.stream_unsupported(self._clock.monotonic())
                return
            log.info("job %s: the event stream ended: %s", self._job_id, error)
            refused = error.retry_after if isinstance(error, APIError) else None
        if stream.last_event_id is not None:
            self._last_event_id = stream.last_event_id if _is_header(stream.last_event_id) else None
        asked = stream.retry / 1000 if stream.retry is not None else None
        self._watch = self._watch.stream_left(
            self._clock.monotonic(), received=received, asked=asked, retry_after=refused
        )

    def _state(self, data: str) -> JobState | None:
        """The state that an event's data tells; None for an event about something else."""
        try:
            body: Any = json.loads(data)
        except (ValueError, RecursionError):
            return None
        if not isinstance(body, dict) or body.setdefault("id", self._job_id) != self._job_id:
            return None
        try:
            fitted = _reading.fit(body, "get_job_status", Request("GET", "event"))
        except ContractError:
            return None
        return _convert.job(LowJob.from_dict(fitted), body)


def _is_header(text: str) -> bool:
    """Whether an id can be sent back; a stranger one is forgotten, and the stream then begins anew."""
    return text.isascii() and text.isprintable() and text == text.strip() and len(text) <= 1024


def _is_stream(content_type: str) -> bool:
    return content_type.split(";")[0].strip().lower() == "text/event-stream"
