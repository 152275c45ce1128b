"""One run of a batch: it carries out the moves of the schedule, and records in the folder what becomes of them."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from functools import partial
from typing import Any

from .._inputs.callbacks import AsyncCallback
from .._policy.durations import duration
from .._policy.look import Failed as Later, ListPage, ReadJob
from .._policy.moves import Fetch, Hear, Move, ReadAccount, Rest, Submit
from .._policy.schedule import LONGEST_STREAM, Schedule
from .._wire.crew import AsyncCrew, Done, TaskEnd
from .._wire.turns import MOST_STREAMS
from ..batch import _events as events
from ..batch._folder import BatchFolder
from ..batch._options import BatchOptions
from ..batch._state import Active, ItemState
from ..batch._summary import ItemSummary
from ..errors import NotFound, ProteinIQError
from ..models import Account, JobState, JobStatus
from .account import AsyncAccountAPI
from .batch_ledger import AsyncBatchLedger
from .batch_results import AsyncBatchResults
from .batch_submits import AsyncBatchSubmits
from .jobs import AsyncJobs
from .pipeline import AsyncPipeline
from .reads import AsyncStatusReader, read_page, requested_wait
from .wait_one import AsyncWatcher

log = logging.getLogger("proteiniq")

WITH_RESULT = (JobStatus.COMPLETED, JobStatus.BUDGET_EXCEEDED)
"""How a job ends whose result is fetched."""


class AsyncBatchRun:
    """Runs a batch whose folder is open for writing. Not safe for several tasks."""

    def __init__(
        self,
        pipeline: AsyncPipeline,
        jobs: AsyncJobs,
        folder: BatchFolder,
        options: BatchOptions,
        on_progress: AsyncCallback | None,
    ) -> None:
        self._pipeline = pipeline
        self._clock = pipeline.clock
        self._folder = folder
        self._state = folder.state
        self._crew: AsyncCrew[Done] = AsyncCrew()
        self._schedule = Schedule(rate=2.0, streams=MOST_STREAMS)
        self._ledger = AsyncBatchLedger(folder, self._schedule, self._clock, options.on_failure, on_progress)
        self._submits = AsyncBatchSubmits(
            self._ledger, self._crew, pipeline, jobs, resend_within=options.resend_within, seen=self._seen
        )
        self._results = AsyncBatchResults(self._ledger, self._crew, jobs, keep=options.keep)
        self._statuses = AsyncStatusReader(pipeline, None)
        self._cursor: str | None = None
        self._watchers: dict[str, AsyncWatcher] = {}

    async def outcomes(self) -> AsyncGenerator[ItemSummary]:
        """Yield what became of each item, as it ends. Raises BatchPaused if the batch can't go on now."""
        ledger = self._ledger
        try:
            await self._begin()
            await ledger.show_progress(at_once=True)
            while True:
                self._schedule.pending = self._submits.may_submit
                move = None if ledger.stop else self._schedule.next_move(self._clock.monotonic())
                if move is None and not (ledger.stop and self._crew.busy):
                    break
                if move is None or isinstance(move, Rest):
                    await self._next(None if move is None else move.until)
                else:
                    await self._start(move)
                while ledger.news:
                    yield ledger.news.popleft()
            if ledger.stop is None:
                ledger.stop = await self._submits.what_is_left() or await self._results.what_is_left()
            await ledger.show_progress(at_once=True)
        except (Exception, GeneratorExit):
            raise
        except BaseException as interrupt:  # Ctrl-C, or a cancelled task
            where = self._folder.path
            log.warning("the batch in %s stops when the requests on their way have ended", where)
            interrupt.add_note(f"The batch in {where} and its jobs are kept: the same call goes on with it.")
            raise
        finally:
            # Requests in flight are finished and recorded, also after Ctrl-C; a second one ends this, too.
            await self._crew.shielded(self._finish)
        while ledger.news:
            yield ledger.news.popleft()
        if ledger.stop is not None:
            raise ledger.stop

    async def _finish(self) -> None:
        """Write how the requests end that are under way. What fails then is for the next run."""
        for watcher in self._watchers.values():
            watcher.stop()
        await self._attempt(self._submits.take_back)
        while self._crew.busy:
            outcome = await self._crew.next(None)
            assert outcome is not None
            await self._attempt(partial(self._act, outcome))
        await self._crew.close()

    async def _attempt(self, step: Callable[[], Any]) -> None:
        try:
            await step()
        except (LookupError, ValueError):
            pass  # the item has gone on: the interrupt came after its event
        except Exception as error:
            log.warning("the batch in %s, while it stops: %s", self._folder.path, error)

    async def _begin(self) -> None:
        """Take up what was left, and learn the account's limits and the prices."""
        if not self._state.active and self._state.next_pending() is None:
            return
        self._ledger.take_up()
        account = await self._call_account()
        now, wall = self._clock.monotonic(), self._ledger.now
        for place, active in list(self._state.active.items()):
            match active.state:
                case ItemState.SENDING:
                    self._schedule.unknown(now)
                case ItemState.RUNNING:
                    self._follow(place, active, now, wall)
                case _:
                    await self._take_up_ended(place, active)
        self._apply_account(account, now)  # after the batch's own jobs are known, which are active too
        await self._submits.quote_classes()

    def _follow(self, place: int, active: Active, now: float, wall: float) -> None:
        assert active.job is not None
        self._ledger.places[active.job] = place
        created = None if active.created_at is None else datetime.fromtimestamp(active.created_at, UTC)
        self._schedule.follow(active.job, created, now, age=max(0.0, wall - active.sent_at))

    async def _take_up_ended(self, place: int, active: Active) -> None:
        assert active.job is not None
        self._ledger.places[active.job] = place
        if _has_result(JobStatus(active.status or "")):
            self._schedule.fetch(active.job)
        else:
            error = active.error or events.Problem(None, None)
            await self._ledger.without_result(place, active.status or "", error)

    async def _start(self, move: Move) -> None:
        self._ledger.requested()
        match move:
            case Submit():
                await self._submits.start()
            case Fetch(job_id):
                self._results.start(job_id)
            case Hear(job_id, patience):
                watcher = self._watchers[job_id] = AsyncWatcher(self._pipeline, job_id)
                self._crew.start(
                    partial(self._heard, job_id), partial(self._hear, watcher, patience), waits=False
                )
            case ListPage(is_first):
                cursor = None if is_first else self._cursor
                self._crew.start(self._listed, partial(read_page, self._pipeline, cursor))
            case ReadJob(job_id):
                read = partial(self._statuses.read, job_id, exists=True)
                self._crew.start(partial(self._read, job_id), read)
            case ReadAccount():
                self._crew.start(self._account, self._call_account)
            case _:  # Search()
                self._submits.start_search()

    async def _next(self, until: float | None) -> None:
        """Wait until a request has ended, and act on it; or until a time."""
        seconds = None if until is None else until - self._clock.monotonic()
        outcome = await self._crew.next(seconds)
        if outcome is not None:
            await self._act(outcome)
        await self._ledger.show_progress()

    async def _act(self, outcome: TaskEnd[Done]) -> None:
        """Act on how a request ended; after an interrupt meanwhile, `_finish` does so again."""
        try:
            await outcome.tag(outcome)
        except Exception:
            self._crew.taken()
            raise
        self._crew.taken()

    async def _seen(self, job: JobState) -> None:
        """Act on the state of one of the batch's jobs."""
        place = self._running(job.id)
        if place is None:
            return
        now = self._clock.monotonic()
        if not job.is_terminal:
            self._schedule.seen(job.id, now, job.created_at)
            return
        attempt = self._state.attempt(place)
        error = None if job.error is None else events.Problem(job.error.code, job.error.message)
        await self._ledger.record(
            events.Ended(place, attempt, job.id, str(job.status), job.credits_used, error)
        )
        has_result = _has_result(job.status)
        self._schedule.ended(job.id, now, took=duration(job), fetch=has_result)
        if watcher := self._watchers.pop(job.id, None):
            watcher.stop()
        if not has_result:
            await self._ledger.without_result(place, str(job.status), error or events.Problem(None, None))

    def _running(self, job_id: str) -> int | None:
        """Return the place of the item of a job that has not ended as far as known, None for other jobs."""
        place = self._ledger.places.get(job_id)
        return None if place is None or self._state.status(place) != ItemState.RUNNING else place

    async def _hear(self, watcher: AsyncWatcher, patience: float) -> JobState | None:
        last: JobState | None = None
        until = self._clock.monotonic() + LONGEST_STREAM
        async with aclosing(watcher.listen(until, patience)) as states:
            async for state in states:
                last = state
        return last

    async def _heard(self, job_id: str, outcome: TaskEnd[Any]) -> None:
        watcher = self._watchers.pop(job_id, None)
        now = self._clock.monotonic()
        if outcome.error is not None and not isinstance(outcome.error, ProteinIQError):
            raise outcome.error
        if isinstance(outcome.value, JobState):
            await self._seen(outcome.value)
        asked = watcher.not_before - now if watcher else 0.0
        self._schedule.unheard(job_id, now, Later(asked) if asked > 0 else None)

    async def _listed(self, outcome: TaskEnd[Any]) -> None:
        now = self._clock.monotonic()
        if outcome.error is not None:
            raise outcome.error
        found, states, self._cursor = outcome.value
        ours = 0
        for state in states:
            ours += state.id in self._ledger.places or self._submits.is_ours(state)
            await self._seen(state)
        if isinstance(found, Later) and not found.by_rate:
            self._ledger.warn("list_jobs", "the job list can't be read now")
        self._schedule.looked(now, found, ours=ours)

    async def _read(self, job_id: str, outcome: TaskEnd[Any]) -> None:
        now, state = self._clock.monotonic(), outcome.value
        if isinstance(outcome.error, NotFound):
            await self._vanished(job_id)
            self._schedule.looked(now, None)
        elif outcome.error is not None:
            await self._ledger.failed_request(outcome.error, "get_job_status", self._schedule.looked)
        elif isinstance(state, JobState):
            await self._seen(state)
            self._schedule.looked(now, None)
        else:
            self._ledger.warn("get_job_status", state.message)
            self._schedule.looked(now, Later(requested_wait(state)))

    async def _vanished(self, job_id: str) -> None:
        """Give up an item whose job the service no longer has."""
        place = self._running(job_id)
        if place is None:
            return
        message = f"the service no longer has its job {job_id}"
        await self._ledger.record(events.Failed(place, message, "not_found"))
        self._schedule.vanished(job_id)
        self._ledger.places.pop(job_id, None)
        await self._ledger.failed(place)

    async def _call_account(self) -> Account:
        return await AsyncAccountAPI(self._pipeline).get()

    async def _account(self, outcome: TaskEnd[Any]) -> None:
        if outcome.error is None:
            self._apply_account(outcome.value, self._clock.monotonic())
        else:
            await self._ledger.failed_request(outcome.error, "get_account", self._schedule.account_unread)

    def _apply_account(self, account: Account, now: float) -> None:
        limits = account.limits
        slots = limits.concurrent_jobs.max if limits and limits.concurrent_jobs else None
        rate = limits.rate_limit if limits else None
        per_second = rate.limit / rate.window_seconds if rate and rate.limit and rate.window_seconds else None
        self._schedule.account(now, limits.active_jobs if limits else None, slots, per_second)


def _has_result(status: JobStatus) -> bool:
    """Whether the result of a job that ended like this is fetched; what is not known may have one."""
    return status in WITH_RESULT or not status.is_known
