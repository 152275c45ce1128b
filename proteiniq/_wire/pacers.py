"""The pace of a process: tickets for requests, and the windows of its keys in memory.

    ticket = pacer.reserve(job)
    try:
        while (delay := ticket.claim(monotonic())) > 0:
            sleep(min(delay, LONGEST_NAP))
        ...  # send
    finally:
        ticket.release(monotonic())  # with the rate-limit headers of the response, if there was one

All of it is safe to use from several threads and event loops.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import partial
from typing import TypeVar, TypeVarTuple

from .. import _forks
from .._forks import Lock
from .._policy.pace import JobReads, Pace, Seats
from .._policy.pacing import JOB_READ_INTERVAL, RATE_LIMIT, RATE_WINDOW, Window
from .._policy.rate_headers import RateHeaders

log = logging.getLogger("proteiniq")

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class PaceUnavailable(Exception):
    """The place where a pace is kept can't be used now; `instead` is a pacer that can."""

    def __init__(self, instead: Pacer) -> None:
        super().__init__()
        self.instead = instead


class Ticket:
    """One request's place in the queue, which it enters when it is first claimed."""

    def __init__(self, pacer: Pacer, job: str | None = None) -> None:
        self._pacer = pacer
        self._job = job
        self._seats = Seats()
        self._is_released = False

    def claim(self, now: float) -> float:
        """Return 0.0 when the request may leave now, else the seconds after which to ask again."""
        if self._is_released:
            raise ValueError("this ticket was released")
        return self._do(now, lambda pace: pace.claim(self._seats, now))

    def held(self, now: float) -> float:
        """Return the seconds for which the service still wants this request not to be sent, mostly 0.0.

        It is a part of what `claim` returns that nothing shortens.
        """
        return self._do(now, lambda pace: pace.held(now))

    def release(self, now: float, rate: RateHeaders | None = None, is_refused: bool = False) -> None:
        """End the request, sent or not; a second call does nothing.

        `rate` are the rate-limit headers of its response, if it has one; `is_refused` is true of a 429.
        """
        if self._seats.are_taken:
            self._do(now, lambda pace: pace.release(self._seats, now, rate, is_refused))
        self._seats, self._is_released = Seats(), True

    def _do(self, now: float, step: Callable[[Pace], T]) -> T:
        try:
            return self._pacer.step(self._job, now, step)
        except PaceUnavailable as lost:
            # Its seats were in the other place, where they run out.
            self._pacer, self._seats = lost.instead, Seats()
        return self._pacer.step(self._job, now, step)


class Pacer(ABC):
    """The windows of one key, wherever they are kept."""

    is_slow = False
    """Whether a step may wait for a disk or for another process."""

    @abstractmethod
    def step(self, job: str | None, now: float, step: Callable[[Pace], T]) -> T:
        """Call `step` with the windows that a request has to pass, one caller at a time, and keep what it changes.

        Raises PaceUnavailable.
        """

    def reserve(self, job: str | None = None) -> Ticket:
        """A ticket for one request; `job` is the id of the job whose status or result it reads."""
        return Ticket(self, job)

    @abstractmethod
    def close(self) -> None:
        """The client is closed. What was counted stays: the service goes on counting too."""


class AsyncSteps:
    """Makes the steps of a pace, slow ones in a thread, since an event loop must not wait for a file."""

    @staticmethod
    async def run(pacer: Pacer, step: Callable[[*Ts], T], *args: *Ts) -> T:
        if not pacer.is_slow:
            return step(*args)
        from .blocking import AsyncBlocking

        # It is made whole, so that the seats of a cancelled request are given back, too.
        return await AsyncBlocking.run(partial(step, *args))


class Steps:
    """Makes the steps of a pace."""

    @staticmethod
    def run(pacer: Pacer, step: Callable[[*Ts], T], *args: *Ts) -> T:
        return step(*args)


class LocalPacer(Pacer):
    """A pacer for all clients of one key in this process; its lock is never held for long."""

    def __init__(
        self,
        limit: int = RATE_LIMIT,
        seconds: float = RATE_WINDOW,
        job_interval: float = JOB_READ_INTERVAL,
        *,
        most: int | None = None,
    ) -> None:
        self.figures = (limit, seconds, job_interval)
        """What it was made with; headers may have corrected it since."""
        self._lock = Lock()
        self._window = Window(limit, seconds, most=most)
        self._job_interval = job_interval  # 0: reads of one job are not kept apart
        self._reads = JobReads(job_interval)
        _forks.register(self)

    def step(self, job: str | None, now: float, step: Callable[[Pace], T]) -> T:
        with self._lock.held:
            reads = self._reads.window(job, now) if job and self._job_interval else None
            return step(Pace(self._window, reads))

    def close(self) -> None:
        pass

    def after_fork(self) -> None:
        """The requests on their way are the parent's: nothing here would ever release their seats."""
        self._window.forget_seats()
        self._reads.forget_seats()


_pacers: dict[tuple[str, str], LocalPacer] = {}
_pacers_lock = Lock()


def shared(
    origin: str,
    key_id: str,
    *,
    limit: int = RATE_LIMIT,
    seconds: float = RATE_WINDOW,
    job_interval: float = JOB_READ_INTERVAL,
    most: int | None = None,
) -> LocalPacer:
    """Return the one pacer that all clients of a key have in this process.

    `origin` is scheme, host and port; `key_id` the public part of the key. It outlives its clients,
    as the service's count does. The figures are those of the first client; headers correct them, but never to more
    requests than `most`.
    """
    with _pacers_lock.held:
        pacer = _pacers.get((origin, key_id))
        if pacer is None:
            pacer = _pacers[origin, key_id] = LocalPacer(limit, seconds, job_interval, most=most)
    if pacer.figures != (limit, seconds, job_interval):
        log.warning(
            "the key %s has a pace in this process already: rate_limit, rate_window and job_read_interval stay %s",
            key_id,
            ", ".join(f"{figure:g}" for figure in pacer.figures),
        )
    return pacer
