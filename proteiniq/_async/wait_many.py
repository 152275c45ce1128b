"""Wait for many jobs: pages of the job list, the status of a job that is on no page, the events of one in between."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from .._policy.look import Failed, ListPage, Outcome, ReadJob
from .._policy.poll_many import Listen, Pause, Rounds
from .._policy.polling import Expire
from ..errors import NotFound, ProteinIQError
from ..models import JobState
from .pipeline import AsyncPipeline
from .reads import AsyncStatusReader, read_page, requested_wait
from .wait_one import AsyncWatcher


class AsyncGatherer:
    """Follows many jobs until all have ended or the deadline comes.

    `jobs` maps ids to the last known state, if any; `deadline` is a monotonic time, in seconds, or None. `asked` is the
    wait that the service asked for, in seconds, if that ended the wait before the deadline. `gone` are the jobs that
    were not found; the others are followed to their end first.
    """

    def __init__(
        self,
        pipeline: AsyncPipeline,
        jobs: Mapping[str, JobState | None],
        *,
        deadline: float | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._clock = pipeline.clock
        self._known = dict(jobs)
        self._deadline = deadline
        created = {job: known.created_at if known else None for job, known in jobs.items()}
        now, wall = self._clock.monotonic(), self._clock.utcnow()
        self._rounds = Rounds(created, now, wall=wall, deadline=deadline)
        self._cursor: str | None = None
        self._statuses = AsyncStatusReader(pipeline, deadline)
        self.asked: float | None = None
        self.gone: dict[str, NotFound] = {}

    async def states(self) -> AsyncGenerator[JobState]:
        """Yield each changed state of a job, until all have ended or the deadline comes.

        Raises APIError if there is nothing to wait for (Unauthorized, …), and NotFound at the end. A transient failure
        never ends it.
        """
        async with aclosing(self._states()) as states:
            async for state in states:
                yield state
        for error in self.gone.values():
            raise error

    async def _states(self) -> AsyncGenerator[JobState]:
        outcome: Outcome = None
        while move := self._rounds.next_move(self._clock.monotonic(), outcome):
            states: list[JobState] = []
            outcome = None
            match move:
                case Expire(after, asked):
                    self.asked = asked
                    await self._clock.sleep(after)
                    return
                case Pause(seconds, failed=True):
                    await self._pipeline.pause(seconds, "their statuses can't be read", "wait_all")
                case Pause(seconds):
                    await self._clock.sleep(seconds)
                case ListPage(is_first):
                    outcome, states = await self._read_page(None if is_first else self._cursor)
                case ReadJob(job_id):
                    outcome, states = await self._read_status(job_id)
                case Listen(job_id, seconds):
                    watcher = AsyncWatcher(
                        self._pipeline, job_id, deadline=self._deadline, known=self._known[job_id]
                    )
                    until = self._clock.monotonic() + seconds
                    async with aclosing(watcher.listen(until)) as heard:
                        async for state in heard:
                            self._known[job_id] = state
                            self._rounds.seen(state, self._clock.monotonic())
                            if state.is_terminal:
                                states.append(state)  # yielded when its stream is closed
                            else:
                                yield state
                    asked = watcher.not_before - self._clock.monotonic()
                    outcome = Failed(asked) if asked > 0 else None
                case follow:
                    job_id = follow.job_id
                    watcher = AsyncWatcher(
                        self._pipeline, job_id, deadline=self._deadline, known=self._known[job_id]
                    )
                    try:
                        async with aclosing(watcher.states()) as followed:
                            async for state in followed:
                                self._rounds.seen(state, self._clock.monotonic())
                                yield state
                    except NotFound as error:
                        self.gone[job_id] = error
                    self.asked = watcher.asked
                    return
            for state in states:
                yield state

    async def _read_page(self, cursor: str | None) -> tuple[Outcome, list[JobState]]:
        """Request a page. Returns the outcome and the new states."""
        outcome, listed, self._cursor = await read_page(self._pipeline, cursor, self._deadline)
        return outcome, [state for known in listed for state in self._news(known)]

    async def _read_status(self, job_id: str) -> tuple[Outcome, list[JobState]]:
        """Read a status. Returns the outcome and the new state, if any."""
        try:
            state = await self._statuses.read(job_id, exists=self._known[job_id] is not None)
        except NotFound as error:
            self.gone[job_id] = error
            self._rounds.drop(job_id)
            return None, []
        if isinstance(state, ProteinIQError):
            return Failed(requested_wait(state)), []
        return None, self._news(state)

    def _news(self, state: JobState) -> list[JobState]:
        """The state, if it is a new one of an awaited job."""
        if state.id not in self._rounds.left:
            return []
        known = self._known[state.id]
        state = state if known is None else state.newer(known)
        self._rounds.seen(state, self._clock.monotonic())
        if state == known:
            return []
        self._known[state.id] = state
        self._rounds.changed()
        return [state]
