# Generated from proteiniq/_async/batch.py by scripts/unasync.py. Edit that file instead.

"""Many jobs of one tool, in a folder that outlives the process."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from types import TracebackType
from typing import Any, Self

from proteiniq_openapi._contract import SHA256

from .._inputs.arguments import check_flags
from .._inputs.callbacks import Callback
from .._shown import showing
from .._wire.blocking import Blocking
from ..batch._folder import BatchFolder
from ..batch._opening import opened
from ..batch._options import BatchOptions
from ..batch._status import BatchStatus
from ..batch._summary import ItemSummary, summaries
from ..batch._view import BatchView
from ..errors import ConfigurationError
from ..models import Tool, ToolSummary
from .batch_run import BatchRun
from .jobs import Jobs
from .pipeline import Pipeline
from .tools import Tools

OnBatchProgress = Callable[[BatchStatus], object]


class Batch(BatchView):
    """A batch: iterate over it to run it, or to go on with it.

        with client.batch("esmfold", Path("designs.fasta"), "screen") as batch:
            for item in batch:
                if is_good(batch.result(item)):
                    break

    It yields an `ItemSummary` for each item when it has ended, first those that ended in earlier runs. After an early
    stop, an error or Ctrl-C, the jobs go on, and the same call resumes the batch. Requests in flight are finished and
    recorded first. A second Ctrl-C abandons them; the next run then looks for their jobs in the job list.

    As a context manager, the batch does so, and releases its folder, before the block is left. Without one, an
    iteration that was left early ends when Python collects its iterator. What was submitted is recorded either way.
    """

    _outcomes: Callable[[Sequence[Generator[ItemSummary]]], Generator[ItemSummary]] | None = None
    _runs: list[Generator[ItemSummary]] | None = None
    """The iterations that were begun in the block of the context manager, None outside of it."""

    def __init__(
        self,
        pipeline: Pipeline,
        tools: Tools,
        jobs: Jobs,
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
        told = Callback("on_progress", on_progress)

        def outcomes(earlier: Sequence[Generator[ItemSummary]]) -> Generator[ItemSummary]:
            for each in earlier:
                each.close()
            known = tool if isinstance(tool, Tool) else tools._recall(tool)
            now = pipeline.clock.utcnow().timestamp()
            folder: BatchFolder = Blocking.run(
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
                    run = BatchRun(pipeline, jobs, folder, options, told if listens else None)
                    with closing(run.outcomes()) as ended:
                        for summary in ended:
                            yield summary
            finally:
                folder.close()

        self._outcomes = outcomes

    def __iter__(self) -> Generator[ItemSummary]:
        if self._outcomes is None:
            raise ConfigurationError(
                f"{self!r} was opened to look at it: to go on with it, call client.batch with its folder"
            )
        run = self._outcomes(tuple(self._runs or ()))
        if self._runs is not None:
            self._runs.append(run)
        return run

    def __enter__(self) -> Self:
        self._runs = []
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        runs, self._runs = self._runs or (), None
        for each in runs:
            each.close()

    def run(self) -> BatchStatus:
        """Run the batch to its end, and return the totals, as `report` does. Raises BatchPaused."""
        for _ in self:
            pass
        return self.report()
