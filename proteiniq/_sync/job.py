# Made from proteiniq/_async/job.py by scripts/unasync.py: edit that file instead.

"""A job, with what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Self

import attrs

from ..models import JobState
from . import lazy


@attrs.frozen(kw_only=True)
class Job(JobState):
    """A job at one moment; its methods ask the service and give a new one.

    Out of a pickle it comes as a `JobState`, which `client.jobs.wait` and `result` take too.
    """

    _jobs: lazy.Jobs = attrs.field(repr=False, eq=False)

    def __reduce__(self) -> tuple[Any, ...]:
        # A pickle can't hold the client, so what comes out of it is the state alone.
        names = [field.name for field in attrs.fields(JobState)]
        return _state, ({name: getattr(self, name) for name in names},)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def refresh(self) -> Job:
        """The job now. Reads of one job are 5 s apart. Raises as `client.jobs.get`."""
        return self._jobs.get(self.id)

    def wait(
        self,
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        cancel_on_timeout: bool = False,
    ) -> Job:
        """The job when it has ended. Options and errors are those of `client.jobs.wait`."""
        return self._jobs.wait(
            self, timeout=timeout, on_update=on_update, cancel_on_timeout=cancel_on_timeout
        )

    def result(
        self,
        *,
        timeout: float | None = None,
        on_update: OnUpdate | None = None,
        cancel_on_timeout: bool = False,
    ) -> lazy.Result:
        """The result, waited for if need be. Options and errors are those of `client.jobs.result`."""
        return self._jobs.result(
            self, timeout=timeout, on_update=on_update, cancel_on_timeout=cancel_on_timeout
        )

    def cancel(self) -> Job:
        """The job, cancelled. Raises as `client.jobs.cancel`."""
        return self._jobs.cancel(self.id)

    def events(self, *, timeout: float | None = None) -> Generator[Job]:
        """The job at each change, until it has ended. Raises as `client.jobs.events`."""
        return self._jobs.events(self, timeout=timeout)


OnUpdate = Callable[[Job], object]


def _state(fields: dict[str, Any]) -> JobState:
    return JobState(**fields)
