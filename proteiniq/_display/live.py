"""Progress that is shown while something goes on. A display that fails never ends what it shows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Self

from .progress import Progress, of_batch, of_job, of_jobs, of_transfer
from .screens import Screen, screen

if TYPE_CHECKING:
    from ..batch._status import BatchStatus
    from ..models import JobState

log = logging.getLogger("proteiniq")


class Live:
    """Shows progress, at most every so often unless its `milestone` changes. `monotonic` is a clock, in seconds.

    It is a context manager; in the end the last progress is shown.
    """

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._begun = monotonic()
        self._shown_at = float("-inf")
        self._milestone: object = None
        self._left: Callable[[], Progress] | None = None
        self._screen: Screen | None = None
        with suppress(Exception):  # a closed stream, or a front end of another kind
            self._screen = screen()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._screen is not None and self._left is not None:
            self._draw(self._left)
        if self._screen is not None:
            with suppress(Exception):
                self._screen.close()

    def job(self, job: JobState) -> None:
        """Show the state of the job that is waited for."""
        self._show(partial(of_job, job, self._seconds), job.status)

    def jobs(self, known: Mapping[str, JobState | None]) -> Callable[[JobState], None]:
        """Show the last known states of jobs. Returns what shows a new state of one of them."""
        states = dict(known)

        def seen(job: JobState) -> None:
            states[job.id] = job
            ended = sum(each is not None and each.is_terminal for each in states.values())
            self._show(partial(of_jobs, tuple(states.items()), self._seconds), ended)

        self._show(partial(of_jobs, tuple(states.items()), 0.0), 0)
        return seen

    def transfer(self, what: str) -> Callable[[int, int | None], None]:
        """Return what shows the bytes of a transfer so far, and their total."""

        def moved(count: int, total: int | None) -> None:
            self._show(partial(of_transfer, what, count, total, self._seconds), what)

        return moved

    def batch(self, status: BatchStatus) -> None:
        """Show the status of a batch."""
        self._show(partial(of_batch, status), (status.finished, status.estimated_credits))

    @property
    def _seconds(self) -> float:
        return self._monotonic() - self._begun

    def _show(self, make: Callable[[], Progress], milestone: object) -> None:
        if self._screen is None:
            return
        now = self._monotonic()
        if milestone == self._milestone and now - self._shown_at < self._screen.every:
            self._left = make
            return
        self._shown_at, self._milestone = now, milestone
        self._draw(make)

    def _draw(self, make: Callable[[], Progress]) -> None:
        self._left = None
        try:
            assert self._screen is not None
            self._screen.show(make())
        except Exception as error:
            self._screen = None
            log.debug("progress is no longer shown: %s: %s", type(error).__name__, error)
