# Generated from proteiniq/_async/batch_ledger.py by scripts/unasync.py. Edit that file instead.

"""What a run of a batch records: events, verdicts, and the progress that is reported."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import attrs

from .._inputs.callbacks import Callback
from .._policy.look import Failed as Later
from .._policy.schedule import Schedule
from .._wire.blocking import Blocking
from .._wire.clock import SyncClock
from ..batch._events import Event, Failed, ItemEvent, Paused, Problem, Retry
from ..batch._folder import BatchFolder
from ..batch._options import OnFailure
from ..batch._rates import Rates
from ..batch._state import ItemState
from ..batch._status import equal_items, status_of
from ..batch._summary import Facts, ItemSummary, facts
from ..errors import BatchError, BatchPaused, ProteinIQError
from .reads import requested_wait

log = logging.getLogger("proteiniq")

PROGRESS_EVERY = 1.0
"""How often the progress is reported, in seconds."""

WARN_EVERY = 60.0
"""How often it is logged that requests fail, in seconds."""


class BatchLedger:
    """The folder and the schedule of a run, which every step changes together.

    `places` are the items of the jobs that are known, `news` what became of items since it was last emptied, and `stop`
    why nothing more is requested. `on_progress` is called with the status; None reports nothing.
    """

    def __init__(
        self,
        folder: BatchFolder,
        schedule: Schedule,
        clock: SyncClock,
        on_failure: OnFailure,
        on_progress: Callback | None,
    ) -> None:
        self.folder = folder
        self.state = folder.state
        self.schedule = schedule
        self.clock = clock
        self.places: dict[str, int] = {}
        self.news: deque[ItemSummary] = deque()
        self.stop: BatchPaused | None = None
        self._on_failure = on_failure
        self._on_progress = on_progress
        self._same = equal_items(folder)
        self._facts: dict[int, Facts] = {}
        self._failed_now = self._ended_now = 0
        self._shown_at = self._silent_until = clock.monotonic()
        self._rates = Rates(self._shown_at)

    def take_up(self) -> None:
        """Read what earlier runs wrote of the items that have not ended."""
        ended = (ItemState.DONE, ItemState.FAILED, ItemState.SKIPPED)
        self._facts = facts(self.folder, lambda place: self.state.status(place) not in ended)

    @property
    def now(self) -> float:
        """The wall clock, in Unix seconds."""
        return self.clock.utcnow().timestamp()

    def called(self, place: int) -> str:
        """Return the id of an item."""
        return self.folder.plan.item(place).id

    def record(self, event: Event) -> None:
        """Write an event. What comes next may rely on it."""
        Blocking.run(partial(self.folder.record, self.now, event))
        if isinstance(event, ItemEvent):
            self._facts.setdefault(event.item, Facts()).add(event)

    def requested(self) -> None:
        """Count a request."""
        self._rates.requested(self.clock.monotonic())

    def report(self, place: int) -> None:
        """Report what became of an item that has ended, and of those that equal it."""
        plan, known = self.folder.plan, self._facts.pop(place, Facts())
        source = plan.item(place)
        for each in (place, *self._same.get(place, ())):
            self.news.append(known.summary(self.folder, plan.item(each), source))
            self._rates.ended(self.clock.monotonic())

    def done(self, place: int) -> None:
        """Report that an item has its result."""
        self._ended_now += 1
        self.report(place)

    def failed(self, place: int) -> None:
        """Report that an item has failed, and pause the batch if too many have."""
        self.report(place)
        self._failed_now += 1
        self._ended_now += 1
        in_a_row = self.state.failures_in_a_row
        verdict = self._on_failure.verdict(in_a_row=in_a_row, failed=self._failed_now, ended=self._ended_now)
        if verdict and self.stop is None:
            self.stop = self.paused(
                f"{verdict}: look at the reasons in summary.csv, and start the batch again to go on",
                "failures",
            )

    def without_result(self, place: int, status: str, error: Problem) -> None:
        """Have an item submitted again whose job ended without success, or give it up."""
        job, attempt = self.state.active[place].job, self.state.attempt(place)
        message = error.message or f"the job ended as {status}"
        if attempt < self._on_failure.retries:
            self.record(Retry(place, attempt + 1, message))
        else:
            self.record(Failed(place, message, error.code or status.lower()))
            self.failed(place)
        self.places.pop(job or "", None)

    def failed_request(
        self, error: BaseException, what: str, later: Callable[[float, Later], object]
    ) -> None:
        """Act on an error that is not about one item: try again later, or pause the batch."""
        if isinstance(error, ProteinIQError) and error.retryable and not isinstance(error, BatchError):
            self.later(error, what, later)
        elif isinstance(error, (ProteinIQError, OSError)):
            later(self.clock.monotonic(), Later())
            self.pause_for(error)
        else:
            raise error

    def later(self, error: ProteinIQError, what: str, later: Callable[[float, Later], object]) -> None:
        """Try again later, and log why."""
        self.warn(what, error.message)
        later(self.clock.monotonic(), Later(requested_wait(error)))

    def warn(self, what: str, why: str) -> None:
        """Log from time to time that requests fail: nothing else shows it."""
        now = self.clock.monotonic()
        if now >= self._silent_until:
            self._silent_until = now + WARN_EVERY
            log.warning("the batch in %s tries again (%s): %s", self.folder.path, what, why)

    def pause_for(self, error: ProteinIQError | OSError) -> None:
        """Pause the batch for an error that concerns all items."""
        if self.stop is not None:
            return
        text = error.message if isinstance(error, ProteinIQError) else str(error)
        reason = getattr(error, "code", None) or type(error).__name__
        self.stop = self.paused(
            f"{text}. No item has failed by it: start the batch again to go on", reason, error
        )

    def paused(self, message: str, reason: str, cause: BaseException | None = None) -> BatchPaused:
        """Record that the batch can't go on now, and return the error that says so."""
        self.record(Paused(message))
        paused = BatchPaused(message, reason=reason)
        paused.__cause__ = cause
        return paused

    def show_progress(self, *, at_once: bool = False) -> None:
        """Report the progress, at most once a second unless `at_once`."""
        now = self.clock.monotonic()
        if self._on_progress is None or not (at_once or now - self._shown_at >= PROGRESS_EVERY):
            return
        self._shown_at = now
        left = status_of(self.folder, same=self._same)
        seconds = self._rates.seconds_left(left.running + left.waiting)
        end = None if seconds is None else self.clock.utcnow() + timedelta(seconds=seconds)
        per_minute = self._rates.requests_per_minute(now)
        self._on_progress(attrs.evolve(left, requests_per_minute=per_minute, estimated_end=end))
