# Generated from proteiniq/_async/batch_run.py by scripts/unasync.py. Edit that file instead.

"""One run of a batch: the moves of its schedule carried out, and what becomes of them written to its folder."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter, deque
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import attrs

from .._inputs.callbacks import Callback
from .._policy.look import Failed as Later, ListPage, ReadJob
from .._policy.schedule import LONGEST_STREAM, Fetch, Hear, ReadAccount, Rest, Schedule, Submit
from .._transfer.durable import replace, sync_folder
from .._wire.crew import Crew, Outcome
from .._wire.turns import MOST_STREAMS
from ..batch import _events as events
from ..batch._folder import BatchFolder
from ..batch._rates import Rates
from ..batch._state import Active, ItemState
from ..batch._status import OnFailure, equal_items, size_class, status_of
from ..batch._summary import ItemSummary
from ..errors import (
    BadRequest,
    BatchError,
    BatchPaused,
    ConcurrentJobLimitExceeded,
    Conflict,
    DailyLimitExceeded,
    Forbidden,
    InsufficientCredits,
    InvalidInput,
    JobFailed,
    NotFound,
    PayloadTooLarge,
    PaymentRequired,
    ProteinIQError,
    Unauthorized,
)
from ..models import Account, JobState, JobStatus, Quote
from .jobs import Jobs
from .pipeline import Pipeline
from .reads import StatusReader, read_page, request_page, requested_wait
from .results import Result, Results
from .wait_one import Watcher

log = logging.getLogger("proteiniq")

WITH_RESULT = (JobStatus.COMPLETED, JobStatus.BUDGET_EXCEEDED)
"""How a job ends whose result is fetched."""

DAILY_PAUSE = 900.0
"""How long the batch waits after `daily_limit_exceeded` before it submits again, in seconds, by default."""

MOST_QUOTES = 50
"""How many classes of items are quoted before the first submit; the others are, when their turn comes."""

ITEM_ONLY = (BadRequest, PayloadTooLarge, InvalidInput)
"""Errors of a submit that are about its item, and not about the batch."""

IN_DOUBT = "pass resend_in_doubt=True to submit it again"

MOST_READS = 2
"""After how many failures in reading a result, with minutes of retries each, it is left for the next run."""

LONGEST_SHOWN = 32
"""How much of the batch's name and of an item's id the name of its job shows, which ends with what identifies it."""

MOST_UNSEARCHED = 3
"""How often the job list is searched again after an error that may not pass."""

Done = Callable[[Outcome[Any]], Any]


class BatchRun:
    """Runs a batch whose folder is open for writing. Not safe for several tasks."""

    def __init__(
        self,
        pipeline: Pipeline,
        jobs: Jobs,
        results: Results,
        folder: BatchFolder,
        *,
        on_failure: OnFailure,
        keep: str,
        resend_within: float,
        told: Callback,
    ) -> None:
        self._pipeline = pipeline
        self._clock = pipeline.clock
        self._jobs = jobs
        self._results = results
        self._folder = folder
        self._state = folder.state
        self._on_failure = on_failure
        self._keep = keep
        self._resend_within = resend_within
        self._told = told
        self._crew: Crew[Done] = Crew()
        self._schedule = Schedule(rate=2.0, streams=MOST_STREAMS)
        self._places: dict[str, int] = {}
        self._statuses = StatusReader(pipeline, None)
        self._cursor: str | None = None
        self._news: deque[ItemSummary] = deque()
        self._stop: BatchPaused | None = None
        self._watchers: dict[str, Watcher] = {}
        self._tag = re.compile(rf"\[{folder.header.batch}-(\d+)\.(\d+)\]")
        self._same = equal_items(folder)
        self._posting: set[int] = set()
        self._begun: int | None = None
        """The item whose submit is recorded and doesn't leave before all of this is."""
        self._quoting = False
        self._unaffordable: BatchPaused | None = None
        self._conflicts: set[tuple[int, int]] = set()
        self._unsearched = 0
        self._unread: dict[int, ProteinIQError] = {}
        self._fetches: Counter[int] = Counter()
        self._costs: dict[int, float] = {}
        self._failed_now = self._ended_now = 0
        self._told_at = self._silent_until = self._clock.monotonic()
        self._rates = Rates(self._told_at)

    def outcomes(self) -> Generator[ItemSummary]:
        """Yield what became of each item, as it ends. Raises BatchPaused if the batch can't go on now."""
        try:
            self._begin()
            self._tell(at_once=True)
            while True:
                self._schedule.pending = self._may_submit()
                move = None if self._stop else self._schedule.next_move(self._clock.monotonic())
                if move is None and not (self._stop and self._crew.busy):
                    break
                if move is None or isinstance(move, Rest):
                    self._next(None if move is None else move.until)
                else:
                    self._start(move)
                while self._news:
                    yield self._news.popleft()
            if self._stop is None:
                self._stop = self._what_is_left()
            self._tell(at_once=True)
        except (Exception, GeneratorExit):
            raise
        except BaseException as interrupt:  # Ctrl-C, or a cancelled task
            where = self._folder.path
            log.warning("the batch in %s stops when the requests on their way have ended", where)
            interrupt.add_note(f"The batch in {where} and its jobs are kept: the same call goes on with it.")
            raise
        finally:
            # What is on the wire is finished and written, also after Ctrl-C; a second one ends this too.
            self._crew.shielded(self._finish)
        while self._news:
            yield self._news.popleft()
        if self._stop is not None:
            raise self._stop

    def _finish(self) -> None:
        """Write how the requests end that are under way. What fails then is for the next run."""
        for watcher in self._watchers.values():
            watcher.stop()
        self._attempt(self._take_back)
        while self._crew.busy:
            outcome = self._crew.next(None)
            assert outcome is not None
            self._attempt(partial(self._act, outcome))
        self._crew.close()

    def _take_back(self) -> None:
        """Record that a submit didn't leave, if an interrupt came before."""
        place = self._begun
        if place is not None and self._state.status(place) == ItemState.SENDING:
            self._record(events.Unsent(place, self._state.attempt(place), "interrupted"))

    def _attempt(self, step: Callable[[], Any]) -> None:
        try:
            step()
        except (LookupError, ValueError):
            pass  # the item has gone on: the interrupt came after its event
        except Exception as error:
            log.warning("the batch in %s, while it stops: %s", self._folder.path, error)

    def _begin(self) -> None:
        """Take up what was left, and learn the account's limits and the prices."""
        if not self._state.active and self._state.next_pending() is None:
            return
        self._costs = _costs(self._folder)
        now, wall = self._clock.monotonic(), self._now()
        self._apply_account(self._call_account(), now)
        for place, active in list(self._state.active.items()):
            match active.state:
                case ItemState.SENDING:
                    self._schedule.unknown(now)
                case ItemState.RUNNING:
                    self._follow(place, active, now, wall)
                case _:
                    self._take_up_ended(place, active)
        self._quote_classes()

    def _follow(self, place: int, active: Active, now: float, wall: float) -> None:
        assert active.job is not None
        self._places[active.job] = place
        created = None if active.created_at is None else datetime.fromtimestamp(active.created_at, UTC)
        self._schedule.follow(active.job, created, now, age=max(0.0, wall - active.sent_at))

    def _take_up_ended(self, place: int, active: Active) -> None:
        assert active.job is not None
        self._places[active.job] = place
        if _has_result(JobStatus(active.status or "")):
            self._schedule.fetch(active.job)
        else:
            error = active.error or events.Problem(None, None)
            self._without_result(place, active.attempt, active.status or "", error)

    # ---- moves

    def _start(self, move: Any) -> None:
        self._rates.requested(self._clock.monotonic())
        match move:
            case Submit():
                self._start_submit()
            case Fetch(job_id):
                self._work(partial(self._fetch, job_id), partial(self._fetched, job_id))
            case Hear(job_id, patience):
                watcher = self._watchers[job_id] = Watcher(self._pipeline, job_id)
                self._crew.start(
                    partial(self._heard, job_id), partial(self._hear, watcher, patience), waits=False
                )
            case ListPage(is_first):
                cursor = None if is_first else self._cursor
                self._work(partial(read_page, self._pipeline, cursor), self._listed)
            case ReadJob(job_id):
                self._work(partial(self._statuses.read, job_id, exists=True), partial(self._read, job_id))
            case ReadAccount():
                self._work(self._call_account, self._account)
            case _:  # Search()
                wanted = self._unanswered()
                self._work(partial(self._search, wanted), partial(self._searched, wanted))

    def _work(self, work: Callable[[], Any], done: Done) -> None:
        self._crew.start(done, work)

    def _next(self, until: float | None) -> None:
        """Wait until a request has ended, and act on it; or until a time."""
        seconds = None if until is None else until - self._clock.monotonic()
        outcome = self._crew.next(seconds)
        if outcome is not None:
            self._act(outcome)
        self._tell()

    def _act(self, outcome: Outcome[Done]) -> None:
        """Act on how a request ended; after an interrupt meanwhile, `_finish` does so again."""
        try:
            outcome.tag(outcome)
        except Exception:
            self._crew.taken()
            raise
        self._crew.taken()

    # ---- submits

    def _may_submit(self) -> bool:
        """Whether an item waits whose estimate the limit has room for."""
        place = self._state.next_pending()
        return place is not None and not (self._quoting or self._unaffordable) and self._has_room(place)

    def _has_room(self, place: int) -> bool:
        limit = self._folder.header.max_credits
        if limit is None:
            return True
        committed = self._state.credits_used + self._state.credits_reserved
        return committed + (self._estimate(place) or 0.0) <= limit + 1e-9

    def _what_is_left(self) -> BatchPaused | None:
        """Return the error if the batch ends before all its items have ended."""
        if self._unaffordable is not None:
            return self._unaffordable
        place, limit = self._state.next_pending(), self._folder.header.max_credits
        if place is not None and limit is not None and not self._has_room(place):
            used, reserved = self._state.credits_used, self._state.credits_reserved
            taken = f"{used:g} are used" + (f" and {reserved:g} reserved" if reserved else "")
            return self._paused(
                f"the next item would cost {self._estimate(place) or 0.0:g} credits, and of max_credits={limit:g}, "
                f"{taken}: raise max_credits to go on; nothing more was submitted",
                "max_credits",
            )
        if self._unread:
            place, error = next(iter(self._unread.items()))
            return self._paused(
                f"the results of {len(self._unread)} jobs can't be read now, first that of item "
                f"{self._folder.plan.item(place).id}: {error.message}. They are paid for: start the batch again to "
                "read them",
                "results",
                error,
            )
        return None

    def _estimate(self, place: int) -> float | None:
        return self._state.estimates.get(self._class(place))

    def _class(self, place: int) -> tuple[str, int]:
        item = self._folder.plan.item(place)
        return _settings_hash(item.settings), size_class(item.bytes)

    def _start_submit(self) -> None:
        place = self._state.next_pending()
        assert place is not None
        known = self._class(place) in self._state.estimates
        each = self._folder.header.max_credits_each
        if not known and (self._folder.header.max_credits is not None or each is not None):
            self._quoting = True
            self._work(partial(self._quote, place), partial(self._quoted, place))
            return
        credits = self._estimate(place)
        if each is not None and credits is not None and credits > each:
            self._schedule.not_submitted()
            message = f"it would cost {credits:g} credits, above max_credits_each={each:g}"
            self._record(events.Skipped(place, message))
            self._report(place, "skipped", message=message)
            return
        attempt = self._state.attempt(place)
        self._begun = place
        self._record(events.Submit(place, attempt, credits))
        self._posting.add(place)
        self._begun = None
        self._work(partial(self._post, place, attempt), partial(self._posted, place, attempt))

    def _post(self, place: int, attempt: int) -> JobState:
        plan, header = self._folder.plan, self._folder.header
        item = plan.item(place)
        shown = (_printable(text)[:LONGEST_SHOWN] for text in (header.name or header.tool, item.id))
        name = f"{' '.join(shown)} [{header.batch}-{place}.{attempt}]"
        return self._jobs._submitter.submit(
            header.tool,
            plan.entries(place),
            item.settings,
            name=name,
            max_credits=None,
            max_reserved_credits=None,
            idempotency_key=f"{item.key}.{attempt}" if attempt else item.key,
            slot=None,
            check=False,
        )

    def _posted(self, place: int, attempt: int, outcome: Outcome[Any]) -> None:
        now, error = self._clock.monotonic(), outcome.error
        self._posting.discard(place)
        if error is None:
            self._submitted(place, attempt, outcome.value, now)
            return
        if not isinstance(error, ProteinIQError):
            self._schedule.unsent(now, Later())
            raise error
        if error.in_doubt or (isinstance(error, Conflict) and (place, attempt) not in self._conflicts):
            # The service knows the key of a conflict, so there may be a job.
            if not error.in_doubt:
                self._conflicts.add((place, attempt))
            log.warning("item %s: %s", self._folder.plan.item(place).id, error.message)
            self._schedule.lost(now, Later(requested_wait(error)))
            return
        code, message = getattr(error, "code", None), error.message
        match error:
            case ConcurrentJobLimitExceeded():
                self._record(events.Unsent(place, attempt, code))
                self._schedule.full(now, self._clock.random(), error.retry_after)
            case DailyLimitExceeded():
                self._record(events.Unsent(place, attempt, code))
                pause = error.retry_after or DAILY_PAUSE
                self._record(events.Paused(message, self._now() + pause))
                log.warning("the batch goes on in %.0f min: %s", pause / 60, message)
                self._schedule.not_submitted()
                self._schedule.hold(now + pause)
            case InsufficientCredits():
                self._record(events.Unsent(place, attempt, code, message))
                self._schedule.not_submitted()
                self._cannot_afford(message, error)
            case Conflict():
                self._record(events.Doubt(place, attempt, f"{message} ({IN_DOUBT})"))
                self._schedule.not_submitted()
            case _ if isinstance(error, ITEM_ONLY):
                self._record(events.Refused(place, attempt, code, message))
                self._schedule.not_submitted()
                self._report(place, "failed", code=code, message=message)
                self._failed(place)
            case _ if error.retryable:
                self._record(events.Unsent(place, attempt, code, message))
                self._later(error, "submit", self._schedule.unsent)
            case _:
                self._record(events.Unsent(place, attempt, code, message))
                self._schedule.not_submitted()
                self._pause_for(error)

    def _submitted(self, place: int, attempt: int, job: JobState, now: float, *, found: bool = False) -> None:
        created = job.created_at.timestamp() if job.created_at else None
        self._record(events.Submitted(place, attempt, job.id, created, str(job.status), None, found))
        self._places[job.id] = place
        if found:
            self._schedule.follow(job.id, job.created_at, now)
        else:
            self._schedule.submitted(job.id, job.created_at, now)
        self._seen(job)

    # ---- prices

    def _quote_classes(self) -> None:
        """Ask what the waiting items cost: once for the same settings and about the same size."""
        largest: dict[tuple[str, int], tuple[int, int]] = {}
        first = self._state.next_pending()
        for item in self._folder.plan.items():
            if self._state.status(item.place) == ItemState.PENDING:
                known = (_settings_hash(item.settings), size_class(item.bytes))
                if known in largest or len(largest) < MOST_QUOTES:
                    largest[known] = max(largest.get(known, (-1, 0)), (item.bytes, item.place))
        for _, place in largest.values():
            try:
                quote = self._quote(place)
            except ITEM_ONLY:
                continue  # the submit of the item will say so, for it alone
            self._record_estimate(place, quote)
            blocking = [each for each in quote.blocking_errors if each.code == "insufficient_credits"]
            if blocking and first is not None and self._class(place) == self._class(first):
                self._cannot_afford(blocking[0].message or "the quote says so.")

    def _quote(self, place: int) -> Quote:
        item = self._folder.plan.item(place)
        entries = self._folder.plan.entries(place)
        return self._jobs.quote(self._folder.header.tool, entries, item.settings, check=False)

    def _quoted(self, place: int, outcome: Outcome[Any]) -> None:
        self._schedule.not_submitted()  # of the slot that was kept for the submit
        self._quoting, error = False, outcome.error
        if error is None:
            self._record_estimate(place, outcome.value)
        elif isinstance(error, ITEM_ONLY):
            code = getattr(error, "code", None)
            self._record(events.Failed(place, error.message, code))
            self._report(place, "failed", code=code, message=error.message)
            self._failed(place)
        else:
            self._failed_request(error, "quote", self._schedule.failed)

    def _record_estimate(self, place: int, quote: Quote) -> None:
        settings, size = self._class(place)
        self._record(events.Estimate(settings, size, quote.estimated_credits))

    # ---- jobs

    def _seen(self, job: JobState) -> None:
        """Act on the state of one of the batch's jobs."""
        place = self._places.get(job.id)
        if place is None or self._state.status(place) != ItemState.RUNNING:
            return
        now = self._clock.monotonic()
        if not job.is_terminal:
            self._schedule.seen(job.id, now, job.created_at)
            return
        attempt = self._state.attempt(place)
        error = None if job.error is None else events.Problem(job.error.code, job.error.message)
        reserved = self._state.active[place].credits
        self._record(events.Ended(place, attempt, job.id, str(job.status), job.credits_used, error))
        cost = reserved if job.credits_used is None else job.credits_used
        self._costs[place] = self._costs.get(place, 0.0) + (cost or 0.0)
        has_result = _has_result(job.status)
        self._schedule.ended(job.id, now, took=_duration(job), fetch=has_result)
        if watcher := self._watchers.pop(job.id, None):
            watcher.stop()
        if not has_result:
            self._without_result(place, attempt, str(job.status), error or events.Problem(None, None))

    def _without_result(self, place: int, attempt: int, status: str, error: events.Problem) -> None:
        """Submit an item again whose job ended without success, or give it up."""
        job = self._state.active[place].job
        message = error.message or f"the job ended as {status}"
        if attempt < self._on_failure.retries:
            self._record(events.Retry(place, attempt + 1, message))
        else:
            self._record(events.Failed(place, message, error.code or status.lower()))
            self._report(place, "failed", job_id=job, code=error.code or status.lower(), message=message)
            self._failed(place)
        self._forget(job)

    def _hear(self, watcher: Watcher, patience: float) -> JobState | None:
        last: JobState | None = None
        until = self._clock.monotonic() + LONGEST_STREAM
        with closing(watcher.listen(until, patience)) as states:
            for state in states:
                last = state
        return last

    def _heard(self, job_id: str, outcome: Outcome[Any]) -> None:
        watcher = self._watchers.pop(job_id, None)
        now = self._clock.monotonic()
        if outcome.error is not None and not isinstance(outcome.error, ProteinIQError):
            raise outcome.error
        if isinstance(outcome.value, JobState):
            self._seen(outcome.value)
        asked = watcher.not_before - now if watcher else 0.0
        self._schedule.unheard(job_id, now, Later(asked) if asked > 0 else None)

    def _listed(self, outcome: Outcome[Any]) -> None:
        now = self._clock.monotonic()
        if outcome.error is not None:
            raise outcome.error
        found, states, self._cursor = outcome.value
        ours = 0
        for state in states:
            ours += state.id in self._places or self._key(state)[0] >= 0
            self._seen(state)
        if isinstance(found, Later) and not found.by_rate:
            self._say("list_jobs", "the job list can't be read now")
        self._schedule.looked(now, found, ours=ours)

    def _read(self, job_id: str, outcome: Outcome[Any]) -> None:
        now, state = self._clock.monotonic(), outcome.value
        if isinstance(outcome.error, NotFound):
            self._vanished(job_id)
            self._schedule.looked(now, None)
        elif outcome.error is not None:
            self._failed_request(outcome.error, "get_job_status", self._schedule.looked)
        elif isinstance(state, JobState):
            self._seen(state)
            self._schedule.looked(now, None)
        else:
            self._say("get_job_status", state.message)
            self._schedule.looked(now, Later(requested_wait(state)))

    def _vanished(self, job_id: str) -> None:
        """Give up an item whose job the service no longer has."""
        place = self._places.get(job_id)
        if place is None or self._state.status(place) != ItemState.RUNNING:
            return
        message = f"the service no longer has its job {job_id}"
        self._record(events.Failed(place, message, "not_found"))
        self._schedule.ended(job_id, self._clock.monotonic(), fetch=False)
        self._report(place, "failed", job_id=job_id, code="not_found", message=message)
        self._forget(job_id)
        self._failed(place)

    def _call_account(self) -> Account:
        from .account import AccountAPI

        return AccountAPI(self._pipeline).get()

    def _account(self, outcome: Outcome[Any]) -> None:
        now, error = self._clock.monotonic(), outcome.error
        if error is None:
            self._apply_account(outcome.value, now)
        else:
            self._failed_request(error, "get_account", self._schedule.account_unread)

    def _apply_account(self, account: Account, now: float) -> None:
        limits = account.limits
        slots = limits.concurrent_jobs.max if limits and limits.concurrent_jobs else None
        rate = limits.rate_limit if limits else None
        per_second = rate.limit / rate.window_seconds if rate and rate.limit and rate.window_seconds else None
        self._schedule.account(now, limits.active_jobs if limits else None, slots, per_second)

    # ---- submits without an answer

    def _unanswered(self) -> dict[tuple[int, int], Active]:
        """Return the submits without an answer, by place and attempt, that are not on their way now."""
        return {
            (place, each.attempt): each
            for place, each in self._state.active.items()
            if each.state == ItemState.SENDING and place not in self._posting
        }

    def _search(self, wanted: Mapping[tuple[int, int], Active]) -> dict[tuple[int, int], JobState]:
        """Look for the jobs of these submits in the whole job list. Raises ProteinIQError if a part can't be read."""
        found: dict[tuple[int, int], JobState] = {}
        cursor: str | None = None
        while len(found) < len(wanted):
            page = request_page(self._pipeline, cursor)
            for state in page.items:
                if (key := self._key(state)) in wanted:
                    found[key] = state
            if page.problem is not None:
                raise page.problem
            if (cursor := page.next_cursor) is None:
                break
        return found

    def _searched(
        self, wanted: Mapping[tuple[int, int], Active], outcome: Outcome[dict[tuple[int, int], JobState]]
    ) -> None:
        """Submit again, with the same key, what is not in the list; the key is only good for a time."""
        now, error = self._clock.monotonic(), outcome.error
        if isinstance(error, ProteinIQError) and not error.retryable and self._unsearched < MOST_UNSEARCHED:
            # Such as a page whose cursor is a job that was deleted meanwhile.
            self._unsearched += 1
            self._schedule.searched(now, Later())
            return
        if error is not None:
            self._failed_request(error, "list_jobs", self._schedule.searched)
            return
        self._unsearched = 0
        self._schedule.searched(now)
        for (place, attempt), sent in wanted.items():
            job = outcome.value.get((place, attempt))
            if job is not None:
                self._submitted(place, attempt, job, now, found=True)
            elif 0 <= self._now() - sent.sent_at <= self._resend_within:
                self._record(events.Unsent(place, attempt, "not_found"))
            else:
                message = (
                    "its submit has no response, its key may be too old, and the job list has no job of it"
                )
                self._record(events.Doubt(place, attempt, f"{message} ({IN_DOUBT})"))
                log.warning(
                    "item %s is in doubt: %s; %s", self._folder.plan.item(place).id, message, IN_DOUBT
                )
            self._schedule.found()

    def _key(self, job: JobState) -> tuple[int, int]:
        """Return place and attempt of a job by its name; (-1, -1) if it isn't one of the batch."""
        tag = self._tag.search(job.name or "")
        return (int(tag[1]), int(tag[2])) if tag else (-1, -1)

    # ---- results

    def _fetch(self, job_id: str) -> events.Saved:
        place = self._places[job_id]
        job = self._jobs._job(self._job_state(place))
        result = self._jobs.result(job, partial=True)
        return self._save(place, result)

    def _job_state(self, place: int) -> JobState:
        active = self._state.active[place]
        assert active.job is not None
        return JobState(
            id=active.job,
            status=JobStatus(active.status or "COMPLETED"),
            tool=self._folder.header.tool,
            name=None,
            progress=None,
            created_at=None,
            started_at=None,
            completed_at=None,
            credits_used=active.credits,
            error=None,
        )

    def _save(self, place: int, result: Result) -> events.Saved:
        root = self._folder.results_of(place)
        root.mkdir(parents=True, exist_ok=True)
        for made in (root.parent, root.parent.parent):
            Crew.blocking(partial(sync_folder, made))
        document = {
            "job_id": result.job_id,
            "tool": result.tool,
            "status": str(result.status),
            "results": result.data,
        }
        content = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
        Crew.blocking(partial(replace, root / "result.json", content))
        saved: list[events.SavedFile] = []
        if self._keep == "all" and len(result.files):
            paths = result.save_all(root / "files", overwrite=True)
            names = [file.name for file in result.files]
            saved = Crew.blocking(partial(_described, root, names, paths))
        return events.Saved(place, tuple(saved), data=bool(result.data))

    def _fetched(self, job_id: str, outcome: Outcome[Any]) -> None:
        error = outcome.error
        place = self._places[job_id]
        attempt = self._state.attempt(place)
        if error is None:
            saved: events.Saved = outcome.value
            job_status = self._state.active[place].status
            self._record(saved)
            self._schedule.fetched(job_id)
            self._report(
                place,
                "done",
                job_id=job_id,
                job_status=job_status,
                files=len(saved.files),
                has_data=saved.data,
            )
            self._ended_now += 1
            self._forget(job_id)
        elif isinstance(error, JobFailed):
            self._schedule.fetched(job_id)
            self._without_result(place, attempt, "NO_RESULT", events.Problem(None, error.message))
        elif not isinstance(error, ProteinIQError) or _is_about_all(error):
            self._schedule.fetch(job_id)
            self._failed_request(error, "get_result", self._schedule.failed)
        else:
            self._fetches[place] += 1
            if error.retryable and self._fetches[place] < MOST_READS:
                self._schedule.fetch(job_id)
                self._later(error, "get_result", self._schedule.failed)
                return
            # The job is paid for: its item doesn't fail, and the next run tries again.
            log.warning(
                "item %s: its result can't be read: %s", self._folder.plan.item(place).id, error.message
            )
            self._schedule.fetched(job_id)
            self._unread[place] = error

    # ---- verdicts

    def _failed(self, place: int) -> None:
        """Count a failure, and pause the batch if there are too many."""
        self._failed_now += 1
        self._ended_now += 1
        in_a_row = self._state.failures_in_a_row
        verdict = self._on_failure.verdict(in_a_row=in_a_row, failed=self._failed_now, ended=self._ended_now)
        if verdict and self._stop is None:
            self._stop = self._paused(
                f"{verdict}: look at the reasons in summary.csv, and start the batch again to go on",
                "failures",
            )

    def _failed_request(
        self, error: BaseException, what: str, later: Callable[[float, Later], object]
    ) -> None:
        """Act on an error that is not about one item: try again later, or pause the batch."""
        if isinstance(error, ProteinIQError) and error.retryable and not isinstance(error, BatchError):
            self._later(error, what, later)
        elif isinstance(error, (ProteinIQError, OSError)):
            later(self._clock.monotonic(), Later())
            self._pause_for(error)
        else:
            raise error

    def _later(self, error: ProteinIQError, what: str, later: Callable[[float, Later], object]) -> None:
        """Try again later, and say so."""
        self._say(what, error.message)
        later(self._clock.monotonic(), Later(requested_wait(error)))

    def _say(self, what: str, why: str) -> None:
        """Say once a minute that requests fail, since nothing else tells of it."""
        now = self._clock.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + 60.0
            log.warning("the batch in %s tries again (%s): %s", self._folder.path, what, why)

    def _pause_for(self, error: ProteinIQError | OSError) -> None:
        """Pause the batch for an error that concerns all items."""
        if self._stop is not None:
            return
        text = error.message if isinstance(error, ProteinIQError) else str(error)
        reason = getattr(error, "code", None) or type(error).__name__
        self._stop = self._paused(
            f"{text}. No item has failed by it: start the batch again to go on", reason, error
        )

    def _cannot_afford(self, message: str, cause: BaseException | None = None) -> None:
        """Submit no more; the batch is paused when the jobs that run have ended."""
        if self._unaffordable is None:
            text = f"the workspace has too few credits: {message} Add credits, and start the batch again to go on"
            self._unaffordable = self._paused(text, "insufficient_credits", cause)

    def _paused(self, message: str, reason: str, cause: BaseException | None = None) -> BatchPaused:
        """Record that the batch can't go on now, and return the error that says so."""
        self._record(events.Paused(message))
        paused = BatchPaused(message, reason=reason)
        paused.__cause__ = cause
        return paused

    # ---- bookkeeping

    def _now(self) -> float:
        return self._clock.utcnow().timestamp()

    def _record(self, event: events.Event) -> None:
        Crew.blocking(partial(self._folder.record, self._now(), event))

    def _forget(self, job_id: str | None) -> None:
        self._places.pop(job_id or "", None)

    def _report(self, place: int, status: str, **known: Any) -> None:
        """Tell what became of an item, and of those that equal it."""
        for each in (place, *self._same.get(place, ())):
            self._news.append(self._summary(each, place, status, **known))
            self._rates.ended(self._clock.monotonic())
        self._costs.pop(place, None)

    def _summary(self, place: int, source: int, status: str, **known: Any) -> ItemSummary:
        item, origin = self._folder.plan.item(place), self._folder.plan.item(source)
        is_source = place == source
        fields: dict[str, Any] = {
            "job_id": None,
            "job_status": None,
            "code": None,
            "message": None,
            "files": 0,
            "has_data": False,
            **known,
        }
        return ItemSummary(
            id=item.id,
            status=status,
            credits=self._costs.get(source) if is_source else None,
            attempts=self._state.attempt(source) + 1,
            folder=f"results/{origin.folder}" if status == "done" else None,
            same_as=None if is_source else origin.id,
            **fields,
        )

    def _tell(self, *, at_once: bool = False) -> None:
        now = self._clock.monotonic()
        if at_once or now - self._told_at >= 1.0:
            self._told_at = now
            left = status_of(self._folder, same=self._same)
            seconds = self._rates.seconds_left(left.running + left.waiting)
            end = None if seconds is None else self._clock.utcnow() + timedelta(seconds=seconds)
            per_minute = self._rates.requests_per_minute(now)
            self._told(attrs.evolve(left, requests_per_minute=per_minute, estimated_end=end))


def _is_about_all(error: ProteinIQError) -> bool:
    """Whether an error in reading one result would be that of every one."""
    return isinstance(error, (BatchError, Unauthorized, Forbidden, PaymentRequired))


def _has_result(status: JobStatus) -> bool:
    """Whether the result of a job that ended like this is fetched; what is not known may have one."""
    return status in WITH_RESULT or not status.is_known


def _costs(folder: BatchFolder) -> dict[int, float]:
    """Return what ended jobs have cost of items that have not ended."""
    reserved: dict[int, float | None] = {}
    found: dict[int, float] = {}
    ended = (ItemState.DONE, ItemState.FAILED, ItemState.SKIPPED)
    for _, event in folder.events():
        if isinstance(event, events.Submit):
            reserved[event.item] = event.credits
        elif isinstance(event, events.Ended) and folder.state.status(event.item) not in ended:
            cost = reserved.get(event.item) if event.credits_used is None else event.credits_used
            found[event.item] = found.get(event.item, 0.0) + (cost or 0.0)
    return found


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)


def _settings_hash(settings: Mapping[str, Any]) -> str:
    return sha256(json.dumps(settings, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:16]


def _duration(job: JobState) -> float | None:
    if job.created_at is None or job.completed_at is None:
        return None
    seconds = (job.completed_at - job.created_at).total_seconds()
    return seconds if seconds > 0 else None


def _described(root: Path, names: list[str], paths: list[Path]) -> list[events.SavedFile]:
    """Return the files of a result as they are in its folder."""
    found = []
    for name, path in zip(names, paths, strict=True):
        digest = sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        found.append(
            events.SavedFile(name, path.relative_to(root).as_posix(), path.stat().st_size, digest.hexdigest())
        )
    return found
