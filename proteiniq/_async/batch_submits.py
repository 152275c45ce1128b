"""Submit the items of a batch, at most once each: prices, submits, and those that have no response."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from .._message_text import number_text
from .._policy.look import Failed as Later
from .._wire.crew import AsyncCrew, Done, TaskEnd
from ..batch import _events as events
from ..batch._state import ItemState
from ..errors import (
    BatchPaused,
    ConcurrentJobLimitExceeded,
    Conflict,
    DailyLimitExceeded,
    InsufficientCredits,
    ProteinIQError,
)
from ..models import JobState
from .batch_ledger import AsyncBatchLedger
from .batch_prices import ITEM_ONLY, AsyncBatchPrices
from .batch_search import AsyncJobSearch, Key
from .jobs import AsyncJobs
from .pipeline import AsyncPipeline
from .reads import requested_wait

log = logging.getLogger("proteiniq")

DAILY_PAUSE = 900.0
"""How long the batch waits after `daily_limit_exceeded` before it submits again, in seconds, by default."""

IN_DOUBT = "pass resend_in_doubt=True to submit it again"

LONGEST_SHOWN = 32
"""How much of the batch's name and of an item's id the name of its job shows, which ends with what identifies it."""

MOST_UNSEARCHED = 3
"""How often the job list is searched again after an error that may not pass."""


class AsyncBatchSubmits:
    """The submits of a run. `seen` is called with the state of each job that one made."""

    def __init__(
        self,
        ledger: AsyncBatchLedger,
        crew: AsyncCrew[Done],
        pipeline: AsyncPipeline,
        jobs: AsyncJobs,
        *,
        resend_within: float,
        seen: Callable[[JobState], Any],
    ) -> None:
        self._ledger = ledger
        self._state = ledger.state
        self._plan = ledger.folder.plan
        self._schedule = ledger.schedule
        self._clock = ledger.clock
        self._crew = crew
        self._pipeline = pipeline
        self._jobs = jobs
        self._prices = AsyncBatchPrices(ledger, jobs)
        self._resend_within = resend_within
        self._seen = seen
        self._tag = re.compile(rf"\[{ledger.folder.header.batch}-(\d+)\.(\d+)\]")
        self._posting: set[int] = set()
        self._begun: int | None = None
        """The item whose submit is recorded and doesn't leave before all of this is."""
        self._quoting = False
        self._unaffordable: BatchPaused | None = None
        self._conflicts: set[Key] = set()
        self._search: AsyncJobSearch | None = None
        self._unsearched = 0

    @property
    def may_submit(self) -> bool:
        """Whether an item waits whose estimate the limit has room for."""
        place = self._state.next_pending()
        return (
            place is not None and not (self._quoting or self._unaffordable) and self._prices.has_room(place)
        )

    async def what_is_left(self) -> BatchPaused | None:
        """Return the error if items wait that can't be submitted now."""
        if self._unaffordable is not None:
            return self._unaffordable
        place, limit = self._state.next_pending(), self._ledger.folder.header.max_credits
        if place is None or limit is None or self._prices.has_room(place):
            return None
        used, reserved = self._state.credits_used, self._state.credits_reserved
        cost, total, taken = map(number_text, (self._prices.estimate(place) or 0.0, limit, used))
        held = f" and {number_text(reserved)} reserved" if reserved else ""
        return await self._ledger.paused(
            f"the next item would cost {cost} credits, and of max_credits={total}, {taken} are used{held}: raise "
            "max_credits to go on; nothing more was submitted",
            "max_credits",
        )

    async def start(self) -> None:
        """Begin the submit of the next item, or the quote that it needs first."""
        place = self._state.next_pending()
        assert place is not None
        header = self._ledger.folder.header
        each = header.max_credits_each
        if not self._prices.is_known(place) and (header.max_credits is not None or each is not None):
            self._quoting = True
            largest = self._prices.largest(place)
            self._crew.start(partial(self._quoted, largest), partial(self._prices.quote, largest))
            return
        credits = self._prices.estimate(place)
        if each is not None and credits is not None and credits > each:
            self._schedule.not_submitted()
            cost = number_text(credits)
            message = f"it would cost {cost} credits, above max_credits_each={number_text(each)}"
            await self._ledger.record(events.Skipped(place, message))
            self._ledger.report(place)
            return
        attempt = self._state.attempt(place)
        self._begun = place
        await self._ledger.record(events.Submit(place, attempt, credits))
        self._posting.add(place)
        self._begun = None
        self._crew.start(partial(self._posted, place, attempt), partial(self._post, place, attempt))

    async def take_back(self) -> None:
        """Record that a submit didn't leave, if an interrupt came before."""
        place = self._begun
        if place is not None and self._state.status(place) == ItemState.SENDING:
            await self._ledger.record(events.Unsent(place, self._state.attempt(place), "interrupted"))

    async def _post(self, place: int, attempt: int) -> JobState:
        header, item = self._ledger.folder.header, self._plan.item(place)
        shown = (_printable(text)[:LONGEST_SHOWN] for text in (header.name or header.tool, item.id))
        return await self._jobs._submitter.submit(
            header.tool,
            self._plan.entries(item),
            item.settings,
            name=f"{' '.join(shown)} [{header.batch}-{place}.{attempt}]",
            max_credits=None,
            max_reserved_credits=None,
            idempotency_key=f"{item.key}.{attempt}" if attempt else item.key,
            slot=None,
            check=False,
        )

    async def _posted(self, place: int, attempt: int, outcome: TaskEnd[Any]) -> None:
        now, error, ledger = self._clock.monotonic(), outcome.error, self._ledger
        self._posting.discard(place)
        if error is None:
            await self._submitted(place, attempt, outcome.value, now)
            return
        if not isinstance(error, ProteinIQError):
            self._schedule.unsent(now, Later())
            raise error
        if error.in_doubt or (isinstance(error, Conflict) and (place, attempt) not in self._conflicts):
            # The service knows the key of a conflict, so there may be a job.
            if not error.in_doubt:
                self._conflicts.add((place, attempt))
            log.warning("item %s: %s", ledger.called(place), error.message)
            self._schedule.lost(now, Later(requested_wait(error)))
            return
        code, message = getattr(error, "code", None), error.message
        match error:
            case ConcurrentJobLimitExceeded():
                await ledger.record(events.Unsent(place, attempt, code))
                self._schedule.full(now, self._clock.random(), error.retry_after)
            case DailyLimitExceeded():
                await ledger.record(events.Unsent(place, attempt, code))
                pause = error.retry_after or DAILY_PAUSE
                await ledger.record(events.Paused(message, ledger.now + pause))
                log.warning("the batch goes on in %.0f min: %s", pause / 60, message)
                self._schedule.not_submitted()
                self._schedule.hold(now + pause)
            case InsufficientCredits():
                await ledger.record(events.Unsent(place, attempt, code, message))
                self._schedule.not_submitted()
                await self._cannot_afford(message, error)
            case Conflict():
                await ledger.record(events.Doubt(place, attempt, f"{message} ({IN_DOUBT})"))
                self._schedule.not_submitted()
            case _ if isinstance(error, ITEM_ONLY):
                await ledger.record(events.Refused(place, attempt, code, message))
                self._schedule.not_submitted()
                await ledger.failed(place)
            case _ if error.retryable:
                await ledger.record(events.Unsent(place, attempt, code, message))
                ledger.later(error, "submit", self._schedule.unsent)
            case _:
                await ledger.record(events.Unsent(place, attempt, code, message))
                self._schedule.not_submitted()
                await ledger.pause_for(error)

    async def _submitted(
        self, place: int, attempt: int, job: JobState, now: float, *, found: bool = False
    ) -> None:
        created = job.created_at.timestamp() if job.created_at else None
        await self._ledger.record(
            events.Submitted(place, attempt, job.id, created, str(job.status), None, found)
        )
        self._ledger.places[job.id] = place
        if found:
            self._schedule.follow(job.id, job.created_at, now)
        else:
            self._schedule.submitted(job.id, job.created_at, now)
        await self._seen(job)

    async def _cannot_afford(self, message: str, cause: BaseException | None = None) -> None:
        """Submit no more; the batch is paused when the jobs that run have ended."""
        if self._unaffordable is None:
            text = f"the workspace has too few credits: {message} Add credits, and start the batch again to go on"
            self._unaffordable = await self._ledger.paused(text, "insufficient_credits", cause)

    async def quote_classes(self) -> None:
        """Request the prices of the waiting items."""
        if refused := await self._prices.quote_classes():
            await self._cannot_afford(refused)

    async def _quoted(self, place: int, outcome: TaskEnd[Any]) -> None:
        self._schedule.not_submitted()  # of the slot that was kept for the submit
        self._quoting, error = False, outcome.error
        if error is None:
            await self._prices.record(place, outcome.value)
        elif isinstance(error, ITEM_ONLY):
            await self._ledger.record(events.Failed(place, error.message, getattr(error, "code", None)))
            await self._ledger.failed(place)
        else:
            await self._ledger.failed_request(error, "quote", self._schedule.failed)

    def start_search(self) -> None:
        """Look for the jobs of the submits that have no response, or go on with that after a failure."""
        if self._search is None:
            wanted = {
                (place, each.attempt): each
                for place, each in self._state.active.items()
                if each.state == ItemState.SENDING and place not in self._posting
            }
            self._search = AsyncJobSearch(self._pipeline, wanted, self._key)
        self._crew.start(partial(self._searched, self._search), self._search.go_on)

    def is_ours(self, job: JobState) -> bool:
        """Whether a job is one of the batch, by its name."""
        return self._key(job) is not None

    async def _searched(self, search: AsyncJobSearch, outcome: TaskEnd[Any]) -> None:
        """Submit again, with the same key, what is not in the list; the key is only good for a time."""
        now, error, ledger = self._clock.monotonic(), outcome.error, self._ledger
        if isinstance(error, ProteinIQError) and not error.retryable and self._unsearched < MOST_UNSEARCHED:
            # Such as a page whose cursor is a job that was deleted meanwhile.
            search.begin_again()
            self._unsearched += 1
            self._schedule.searched(now, Later())
            return
        if error is not None:
            await ledger.failed_request(error, "list_jobs", self._schedule.searched)
            return
        self._unsearched, self._search = 0, None
        self._schedule.searched(now)
        for (place, attempt), sent in search.wanted.items():
            job = search.found.get((place, attempt))
            if job is not None:
                await self._submitted(place, attempt, job, now, found=True)
            elif 0 <= ledger.now - sent.sent_at <= self._resend_within:
                await ledger.record(events.Unsent(place, attempt, "not_found"))
            else:
                message = (
                    "its submit has no response, its key may be too old, and the job list has no job of it"
                )
                await ledger.record(events.Doubt(place, attempt, f"{message} ({IN_DOUBT})"))
                log.warning("item %s is in doubt: %s; %s", ledger.called(place), message, IN_DOUBT)
            self._schedule.found()

    def _key(self, job: JobState) -> Key | None:
        """Return the submit that made a job, by the job's name; None if it isn't one of the batch."""
        tag = self._tag.search(job.name or "")
        return (int(tag[1]), int(tag[2])) if tag else None


def _printable(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)
