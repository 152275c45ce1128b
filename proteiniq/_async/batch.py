"""Many jobs of one tool, in a folder that outlives the process."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from functools import partial
from types import TracebackType
from typing import Any, Self

from proteiniq_openapi._contract import SHA256

from .._inputs.arguments import check_flags
from .._inputs.callbacks import AsyncCallback
from .._shown import showing
from .._wire.blocking import AsyncBlocking
from ..batch._folder import BatchFolder
from ..batch._opening import opened
from ..batch._options import BatchOptions
from ..batch._status import BatchStatus
from ..batch._summary import ItemSummary, summaries
from ..batch._view import BatchView
from ..errors import ConfigurationError
from ..models import Tool, ToolSummary
from .batch_run import AsyncBatchRun
from .jobs import AsyncJobs
from .pipeline import AsyncPipeline
from .tools import AsyncTools

OnBatchProgress = Callable[[BatchStatus], object]


class AsyncBatch(BatchView):
    """A batch: iterate over it to run it, or to go on with it.

        async with client.batch("esmfold", Path("designs.fasta"), "screen") as batch:
            async for item in batch:
                if is_good(batch.result(item)):
                    break

    It yields an `ItemSummary` for each item when it has ended, first those that ended in earlier runs. After an early
    stop, an error or Ctrl-C, the jobs go on, and the same call resumes the batch. Requests in flight are finished and
    recorded first. A second Ctrl-C abandons them; the next run then looks for their jobs in the job list.

    As a context manager, the batch does so, and releases its folder, before the block is left. Without one, an
    iteration that was left early ends when Python collects its iterator. What was submitted is recorded either way.
    """

    _outcomes: Callable[[Sequence[AsyncGenerator[ItemSummary]]], AsyncGenerator[ItemSummary]] | None = None
    _runs: list[AsyncGenerator[ItemSummary]] | None = None
    """The iterations that were begun in the block of the context manager, None outside of it."""

    def __init__(
        self,
        pipeline: AsyncPipeline,
        tools: AsyncTools,
        jobs: AsyncJobs,
        tool: str | ToolSummary | Tool,
        items: Any,
        path: str | os.PathLike[str],
        options: BatchOptions,
        *,
        progress: bool,
        on_progress: OnBatchProgress | None,
    ) -> None:
        super().__init__(path)
        check_flags(progress=progress)
        told = AsyncCallback("on_progress", on_progress)

        async def outcomes(earlier: Sequence[AsyncGenerator[ItemSummary]]) -> AsyncGenerator[ItemSummary]:
            for each in earlier:
                await each.aclose()
            known = tool if isinstance(tool, Tool) else await tools._recall(tool)
            now = pipeline.clock.utcnow().timestamp()
            folder: BatchFolder = await AsyncBlocking.run(
                partial(opened, known, items, self.path, options, contract=SHA256, now=now)
            )
            try:
                for summary in summaries(folder):
                    if summary.status in ("done", "failed", "skipped"):
                        yield summary
                with showing(progress, pipeline.clock) as live:
                    if live is not None:
                        told.show = live.batch
                    listens = progress or on_progress is not None
                    run = AsyncBatchRun(pipeline, jobs, folder, options, told if listens else None)
                    async with aclosing(run.outcomes()) as ended:
                        async for summary in ended:
                            yield summary
            finally:
                folder.close()

        self._outcomes = outcomes

    def __aiter__(self) -> AsyncGenerator[ItemSummary]:
        if self._outcomes is None:
            raise ConfigurationError(
                f"{self!r} was opened to look at it: to go on with it, call client.batch with its folder"
            )
        run = self._outcomes(tuple(self._runs or ()))
        if self._runs is not None:
            self._runs.append(run)
        return run

    async def __aenter__(self) -> Self:
        self._runs = []
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        runs, self._runs = self._runs or (), None
        for each in runs:
            await each.aclose()

    async def run(self) -> BatchStatus:
        """Run the batch to its end, and return the totals, as `report` does. Raises BatchPaused."""
        async for _ in self:
            pass
        return self.report()
