"""Read the results of a batch, and store them in its folder."""

from __future__ import annotations

import logging
from collections import Counter
from functools import partial
from typing import Any

import attrs

from .._responses.messages import unknown
from .._wire.blocking import AsyncBlocking
from .._wire.crew import AsyncCrew, Done, TaskEnd
from ..batch._events import Problem, Saved, SavedFile
from ..batch._result import described, write
from ..errors import (
    BatchError,
    BatchPaused,
    Forbidden,
    JobFailed,
    PaymentRequired,
    ProteinIQError,
    Unauthorized,
)
from ..models import JobStatus
from .batch_ledger import AsyncBatchLedger
from .jobs import AsyncJobs
from .results import AsyncResult

log = logging.getLogger("proteiniq")

MOST_READS = 2
"""After how many failures in reading a result, with minutes of retries each, it is left for the next run."""


class AsyncBatchResults:
    """The results of a run. `keep` is "all", or "data" without the files."""

    def __init__(
        self, ledger: AsyncBatchLedger, crew: AsyncCrew[Done], jobs: AsyncJobs, *, keep: str
    ) -> None:
        self._ledger = ledger
        self._crew = crew
        self._jobs = jobs
        self._keep = keep
        self._reads: Counter[int] = Counter()
        self._unread: dict[int, ProteinIQError] = {}

    def start(self, job_id: str) -> None:
        """Begin to read the result of a job that has ended."""
        place = self._ledger.places[job_id]
        self._crew.start(partial(self._fetched, job_id, place), partial(self._fetch, job_id, place))

    async def what_is_left(self) -> BatchPaused | None:
        """Return the error if there are results that could not be read."""
        for place, error in self._unread.items():
            return await self._ledger.paused(
                f"the results of {len(self._unread)} jobs can't be read now, first that of item "
                f"{self._ledger.called(place)}: {error.message}. They are paid for: start the batch again to read them",
                "results",
                error,
            )
        return None

    async def _fetch(self, job_id: str, place: int) -> Saved:
        status = JobStatus(self._ledger.state.active[place].status or "COMPLETED")
        job = attrs.evolve(unknown(job_id), status=status, tool=self._ledger.folder.header.tool)
        return await self._save(place, await self._jobs.result(job, partial=True))

    async def _save(self, place: int, result: AsyncResult) -> Saved:
        """Store a result: first its files and last its document, whose folder then has the names of all."""
        folder = self._ledger.folder
        item = folder.plan.item(place)
        root = await AsyncBlocking.run(partial(folder.make_results_of, item))
        saved: list[SavedFile] = []
        if self._keep == "all" and len(result.files):
            paths = await result.save_all(root / "files", overwrite=True)
            saved = await AsyncBlocking.run(partial(described, root, result.files.names, paths))
        await AsyncBlocking.run(partial(write, root, result))
        return Saved(place, tuple(saved), data=bool(result.data))

    async def _fetched(self, job_id: str, place: int, outcome: TaskEnd[Any]) -> None:
        error, ledger, schedule = outcome.error, self._ledger, self._ledger.schedule
        if error is None:
            await ledger.record(outcome.value)
            schedule.fetched(job_id)
            ledger.done(place)
            ledger.places.pop(job_id, None)
        elif isinstance(error, JobFailed):
            schedule.fetched(job_id)
            await ledger.without_result(place, "NO_RESULT", Problem(None, error.message))
        elif not isinstance(error, ProteinIQError) or _is_about_all(error):
            schedule.fetch(job_id)
            await ledger.failed_request(error, "get_result", schedule.failed)
        else:
            self._reads[place] += 1
            if error.retryable and self._reads[place] < MOST_READS:
                schedule.fetch(job_id)
                ledger.later(error, "get_result", schedule.failed)
                return
            # The job is paid for: its item doesn't fail, and the next run tries again.
            log.warning("item %s: its result can't be read: %s", ledger.called(place), error.message)
            schedule.fetched(job_id)
            self._unread[place] = error


def _is_about_all(error: ProteinIQError) -> bool:
    """Whether an error in reading one result would be that of every one."""
    return isinstance(error, (BatchError, Unauthorized, Forbidden, PaymentRequired))
