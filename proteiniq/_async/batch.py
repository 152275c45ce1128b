"""Many jobs of one tool, in a folder that outlives the process."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from functools import partial
from typing import Any

from proteiniq_openapi._contract import SHA256

from .._inputs.arguments import check_credits, check_flags, check_timeout
from .._inputs.callbacks import AsyncCallback
from .._short_repr import short_repr
from .._wire.crew import AsyncCrew
from ..batch import _events as events
from ..batch._bar import Bar
from ..batch._folder import BatchFolder, Header
from ..batch._items import items as items_of
from ..batch._prepare import planned
from ..batch._reuse import reused
from ..batch._state import ItemState
from ..batch._status import BatchStatus, OnFailure
from ..batch._summary import ItemSummary, summaries
from ..batch._view import BatchView
from ..errors import ConfigurationError, InvalidInput
from ..models import Tool, ToolSummary
from .batch_run import AsyncBatchRun
from .jobs import AsyncJobs
from .pipeline import AsyncPipeline
from .results import AsyncResults
from .tools import AsyncTools

OnBatchProgress = Callable[[BatchStatus], object]

KEEP = ("all", "data")


class AsyncBatch(BatchView):
    """A batch: iterate over it to run it, or to go on with it.

    It yields an `ItemSummary` for each item when it has ended, first those that ended in earlier runs. Stopping early,
    an error and Ctrl-C leave the jobs that run; the same call goes on with them. Requests on their way are finished and
    written first; a second Ctrl-C leaves them, and then the job list tells what became of them.
    """

    _run: Callable[[], AsyncGenerator[ItemSummary]] | None = None

    def __init__(
        self,
        pipeline: AsyncPipeline,
        tools: AsyncTools,
        jobs: AsyncJobs,
        results: AsyncResults,
        tool: str | ToolSummary | Tool,
        items: Any,
        path: str | os.PathLike[str],
        *,
        settings: Mapping[str, Any] | None,
        columns: Mapping[str, str | None] | None,
        inputs: Mapping[str, Any] | None,
        name: str | None,
        max_credits: float | None,
        max_credits_each: float | None,
        on_failure: str | OnFailure,
        keep: str,
        resend_within: float,
        resend_in_doubt: bool,
        retry_failed: bool,
        reuse: str | os.PathLike[str] | None,
        take_over: bool,
        progress: bool,
        on_progress: OnBatchProgress | None,
        check: bool,
    ) -> None:
        super().__init__(path)
        check_credits("max_credits", max_credits)
        check_credits("max_credits_each", max_credits_each)
        check_timeout(resend_within)
        check_flags(
            resend_in_doubt=resend_in_doubt,
            retry_failed=retry_failed,
            take_over=take_over,
            progress=progress,
            check=check,
        )
        if keep not in KEEP:
            raise InvalidInput(f"keep must be 'all' or 'data', got {short_repr(keep)}")
        policy, told = OnFailure.of(on_failure), AsyncCallback("on_progress", on_progress)
        bar = Bar() if progress else None

        async def tell(status: BatchStatus) -> None:
            if bar is not None:
                bar.show(status, pipeline.clock.monotonic())
            await told(status)

        async def plan() -> BatchFolder:
            known = tool if isinstance(tool, Tool) else await tools._recall(tool)
            header = Header(
                tool=known.id,
                tool_version=known.version,
                contract=SHA256,
                created=pipeline.clock.utcnow().timestamp(),
                name=name,
                max_credits=max_credits,
                max_credits_each=max_credits_each,
            )
            now = pipeline.clock.utcnow().timestamp()
            folder: BatchFolder = await AsyncCrew.blocking(
                partial(BatchFolder.start, path, header, now=now, take_over=take_over)
            )
            try:
                chosen = items_of(known, items, columns=columns, settings=settings, inputs=inputs)
                await AsyncCrew.blocking(partial(folder.extend, planned(known, chosen, check=check)))
                await AsyncCrew.blocking(partial(_set_limits, folder, max_credits, max_credits_each))
                for event in _decisions(folder, resend_in_doubt, retry_failed):
                    await AsyncCrew.blocking(partial(folder.record, now, event))
                if reuse is not None:
                    await AsyncCrew.blocking(partial(_take, folder, reuse, now))
            except BaseException:
                folder.close()
                raise
            return folder

        async def run() -> AsyncGenerator[ItemSummary]:
            folder = await plan()
            try:
                for summary in summaries(folder):
                    if summary.status in ("done", "failed", "skipped"):
                        yield summary
                running = AsyncBatchRun(
                    pipeline,
                    jobs,
                    results,
                    folder,
                    on_failure=policy,
                    keep=keep,
                    resend_within=resend_within,
                    told=AsyncCallback("on_progress", tell),
                )
                async with aclosing(running.outcomes()) as outcomes:
                    async for summary in outcomes:
                        yield summary
            finally:
                if bar is not None:
                    bar.close()
                folder.close()

        self._run = run

    def __aiter__(self) -> AsyncGenerator[ItemSummary]:
        if self._run is None:
            raise ConfigurationError(
                f"{self!r} was opened to look at it: to go on with it, call client.batch with its folder"
            )
        return self._run()

    async def run(self) -> BatchStatus:
        """Run the batch to its end, and return the totals, as `report` does. Raises BatchPaused."""
        async for _ in self:
            pass
        return self.report()


def _set_limits(folder: BatchFolder, max_credits: float | None, max_credits_each: float | None) -> None:
    """Change the limits that are given; None keeps the one of an earlier run."""
    known = folder.header
    limits = {
        "max_credits": known.max_credits if max_credits is None else max_credits,
        "max_credits_each": known.max_credits_each if max_credits_each is None else max_credits_each,
    }
    if limits != {name: getattr(known, name) for name in limits}:
        folder.set_limits(**limits)


def _take(folder: BatchFolder, reuse: str | os.PathLike[str], now: float) -> None:
    """Take results from another batch."""
    for event in reused(folder, reuse):
        folder.record(now, event)


def _decisions(folder: BatchFolder, resend_in_doubt: bool, retry_failed: bool) -> list[events.Event]:
    """Return what the user decided on items that an earlier run has left."""
    decided: list[events.Event] = []
    if resend_in_doubt:
        decided += [events.Resend(place) for place in folder.state.in_doubt]
    if retry_failed:
        decided += [
            events.Retry(place, folder.state.attempt(place) + 1, "by the user")
            for place in range(len(folder.state))
            if folder.state.status(place) == ItemState.FAILED
        ]
    return decided
