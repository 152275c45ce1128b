"""Follow one job: events are fast but may be lost, the status is authoritative."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from proteiniq_openapi.models import Job as LowJob

from .._inputs import requests
from .._policy.polling import PATIENCE, Expire, OpenStream, ReadStatus, Watch, next_step
from .._responses import convert, schema
from .._responses.calls import Call
from .._responses.sse import EventStream, EventTooLarge
from .._wire.codings import Decoder, codings
from ..errors import APIError, ContractError, ProteinIQError, Request
from ..models import JobState, JobStatus
from .pipeline import AsyncPipeline
from .reads import AsyncStatusReader, read_job, requested_wait

log = logging.getLogger("proteiniq")

UNSUPPORTED = (404, 405, 406, 501)
"""Statuses that mean there is no event stream; whether the job exists is left to the status route."""

EVENT_SHAPES = ("get_job_status", "submit_job")
"""Operations whose response has the form of an event's data: job status data (documentation, "Jobs"), or a job."""


class AsyncWatcher:
    """Follows one job until it has ended or the deadline has passed.

    `deadline` is a monotonic time in seconds, None for no deadline. `known` is the last known state. `streams=False`
    only polls. `asked` is the wait that the service asked for, in seconds, if that ended it before the deadline.
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
        self._statuses = AsyncStatusReader(pipeline, deadline)
        self._told_all = True
        """Whether the source of the last state also gives the job's error and cost."""
        self._last_event_id: str | None = None
        self.asked: float | None = None
        self._stopped = False
        streams = streams and requests.is_supported("stream_job_events")
        self._watch = Watch(deadline=deadline, status=known.status if known else None, streams=streams)

    async def states(self) -> AsyncGenerator[JobState]:
        """Yield each new state, the terminal one last; stop at the deadline.

        Raises APIError if waiting can't succeed (NotFound, Unauthorized, …). A failure that may pass never ends it.
        """
        while True:
            match next_step(self._watch, self._clock.monotonic(), jitter=self._clock.random()):
                case Expire(after, asked):
                    self.asked = asked
                    await self._clock.sleep(after)
                    return
                case ReadStatus(after):
                    await self._pause(after)
                    changed = self._changed(await self._read_status())
                    if changed is not None and not self._lacks_more(changed):
                        yield changed
                case step:
                    await self._pause(step.after)
                    async with aclosing(self._stream(step)) as states:
                        async for state in states:
                            yield state
            if self._last is not None and self._last.is_terminal:
                if self._lacks_more(self._last):
                    yield await self._whole(self._last)
                return

    async def _pause(self, seconds: float) -> None:
        """Sleep between two requests, and say so if it is because the service fails."""
        watch = self._watch
        if watch.read_failures or watch.read_not_before > self._clock.monotonic():
            await self._pipeline.pause(seconds, "its status can't be read", "wait", self._job_id)
        else:
            await self._clock.sleep(seconds)

    async def listen(self, until: float, patience: float = PATIENCE) -> AsyncGenerator[JobState]:
        """Yield each new state from one event stream, the terminal one last; stop when the stream ends.

        The stream is closed at the monotonic time `until`, and after `patience` seconds with nothing but heartbeats.
        """
        async with aclosing(self._stream(OpenStream(0.0, until, patience=patience))) as states:
            async for state in states:
                yield state
        if self._last is not None and self._last.is_terminal and self._lacks_more(self._last):
            yield await self._whole(self._last)

    def stop(self) -> None:
        """Close the stream of `listen` at its next event or heartbeat."""
        self._stopped = True

    @property
    def not_before(self) -> float:
        """The monotonic time before which the service asked for no request."""
        return self._watch.read_not_before

    async def _stream(self, step: OpenStream) -> AsyncGenerator[JobState]:
        """Yield the new states from one event stream, if there is a place for one."""
        with self._pipeline.streams.one() as has_place:
            if not (has_place and self._watch.streams):
                self._watch = self._watch.stream_left(self._clock.monotonic(), received=False)
                return
            async with aclosing(self._listen(step)) as states:
                async for state in states:
                    if not self._lacks_more(state):
                        yield state

    def _lacks_more(self, state: JobState) -> bool:
        """Whether the job has ended, and reading the whole job may give its error or cost."""
        if not state.is_terminal or self._told_all:
            return False
        if state.status == JobStatus.COMPLETED:
            return state.credits_used is None and requests.is_supported("get_job")
        return state.error is None

    async def _whole(self, ended: JobState) -> JobState:
        """Read the whole job once; return the known state if that fails or is outdated."""
        try:
            state = await read_job(self._pipeline, self._job_id, self._deadline)
        except ProteinIQError as error:
            log.info("job %s is %s, but the whole job can't be read: %s", self._job_id, ended.status, error)
            return ended
        return state.newer(ended) if state.is_terminal else ended

    def _changed(self, state: JobState | None) -> JobState | None:
        """Return the state if it differs from the last one."""
        if state is None:
            return None
        known = self._last
        if known is not None:
            state = state.newer(known)
        self._last = state
        return None if state == known else state

    async def _read_status(self) -> JobState | None:
        """Read the job's status; return None after a failure that may pass."""
        state = await self._statuses.read(self._job_id, exists=self._last is not None)
        if isinstance(state, ProteinIQError):
            self._watch = self._watch.read_failed(self._clock.monotonic(), requested_wait(state))
            return None
        self._told_all = state._is_whole or not requests.is_supported("get_job")
        self._watch = self._watch.status_read(self._clock.monotonic(), state.status)
        return state

    async def _listen(self, step: OpenStream) -> AsyncGenerator[JobState]:
        """Yield the new states from one event stream, until it ends for any reason."""
        route = requests.endpoint("stream_job_events")
        headers = {
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",  # compression delays events
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
        call = Call(
            outgoing=outgoing,
            operation="stream_job_events",
            job_id=self._job_id,
            deadline=step.until,
            is_stream=True,
        )
        try:
            async with self._pipeline.open(call) as incoming:
                if not _is_stream(incoming.headers.get("content-type", "")):
                    log.info("job %s: the service has no event stream; polling", self._job_id)
                    self._watch = self._watch.stream_unsupported(self._clock.monotonic())
                    return
                heard = self._clock.monotonic()
                decoder = Decoder(codings(incoming.headers))
                async for chunk in incoming.chunks:
                    now = self._clock.monotonic()
                    for event in (each for piece in decoder.decode(chunk) for each in stream.feed(piece)):
                        state = self._state(event.data)
                        if state is None:
                            continue
                        received, heard = True, now
                        self._told_all = state._is_whole
                        self._watch = self._watch.event_seen(state.status)
                        changed = self._changed(state)
                        if changed is not None:
                            yield changed
                        if state.is_terminal:
                            return
                    received = received or stream.heartbeats > 0
                    is_late = step.until is not None and now >= step.until
                    if is_late or self._stopped or now - heard > step.patience:
                        break
        except EventTooLarge as error:
            log.info("job %s: the event stream is unusable: %s", self._job_id, error)
        except ProteinIQError as error:
            if isinstance(error, APIError) and error.status in UNSUPPORTED:
                self._watch = self._watch.stream_unsupported(self._clock.monotonic())
                return
            if step.until is None or self._clock.monotonic() < step.until:
                log.info("job %s: the event stream ended: %s", self._job_id, error)
            refused = requested_wait(error)
        if stream.last_event_id is not None:
            self._last_event_id = stream.last_event_id if _is_header(stream.last_event_id) else None
        asked = stream.retry / 1000 if stream.retry is not None else None
        self._watch = self._watch.stream_left(
            self._clock.monotonic(), received=received, asked=asked, retry_after=refused
        )

    def _state(self, data: str) -> JobState | None:
        """Return the state in an event's data, None for an unrelated event."""
        try:
            body: Any = json.loads(data)
        except (ValueError, RecursionError):
            return None
        for operation in EVENT_SHAPES:
            ours = schema.reshaped(body, operation)
            if not isinstance(ours, dict) or ours.get("id", self._job_id) != self._job_id:
                continue
            try:
                fitted = schema.fit(body, operation, Request("GET", "event"), {"id": self._job_id})
            except ContractError:
                continue
            return convert.job(LowJob.from_dict(fitted))
        return None


def _is_header(text: str) -> bool:
    """Whether an id can be sent as a header; without it the stream starts from the beginning."""
    return text.isascii() and text.isprintable() and text == text.strip() and len(text) <= 1024


def _is_stream(content_type: str) -> bool:
    return content_type.split(";")[0].strip().lower() == "text/event-stream"
