"""A job and its methods."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import Any, Self

import attrs

from ..models import JobState
from . import lazy


@attrs.frozen(kw_only=True, repr=False)
class AsyncJob(JobState):
    """A job at one point in time; its methods request its current state and return a new object.

    Unpickled, it is a `JobState`, which `client.jobs.wait` and `result` accept too.
    """

    _jobs: lazy.AsyncJobs = attrs.field(repr=False, eq=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # A client can't be pickled, so only the state is.
        names = [field.name for field in attrs.fields(JobState)]
        return _state, ({name: getattr(self, name) for name in names},)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    async def refresh(self) -> AsyncJob:
        """Return the job as it is now. Reads of one job are 5 s apart. Raises the errors of `client.jobs.get`."""
        return await self._jobs.get(self.id)

    async def wait(
        self,
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        progress: bool = False,
        cancel_on_timeout: bool = False,
    ) -> AsyncJob:
        """Wait for the job to end, and return its final state; this object stays as it is: `job = job.wait()`.

        Options and errors are those of `client.jobs.wait`.
        """
        return await self._jobs.wait(
            self,
            timeout=timeout,
            on_update=on_update,
            progress=progress,
            cancel_on_timeout=cancel_on_timeout,
        )

    async def result(
        self,
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        progress: bool = False,
        cancel_on_timeout: bool = False,
        partial: bool = False,
    ) -> lazy.AsyncResult:
        """Return the result, waiting for it if necessary. Options and errors are those of `client.jobs.result`."""
        return await self._jobs.result(
            self,
            timeout=timeout,
            on_update=on_update,
            progress=progress,
            cancel_on_timeout=cancel_on_timeout,
            partial=partial,
        )

    async def cancel(self) -> AsyncJob:
        """Cancel the job, and return it. Raises the errors of `client.jobs.cancel`."""
        return await self._jobs.cancel(self.id)

    def events(self, *, timeout: float | None = None) -> AsyncGenerator[AsyncJob]:
        """Yield the job at each change, until it has ended. Raises the errors of `client.jobs.events`."""
        return self._jobs.events(self, timeout=timeout)


OnUpdate = Callable[[AsyncJob], object]


def _state(fields: dict[str, Any]) -> JobState:
    return JobState(**fields)
