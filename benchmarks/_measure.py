"""Paired measurements: run two functions alternately, and report the ratio of their times with its spread.

The speed of a machine drifts. Both runs of a pair are affected alike, and their order alternates.
"""

from __future__ import annotations

import gc
import statistics
import sys
from collections.abc import Awaitable, Callable, Iterator
from time import perf_counter

import attrs


@attrs.frozen
class Spread:
    """Median and quartiles."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> Spread:
        low, median, high = statistics.quantiles(values, n=4, method="inclusive")
        return cls(low, median, high)

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


@attrs.define
class Pairs:
    """The times of both functions by pair, in seconds."""

    ours: list[float] = attrs.field(factory=list)
    theirs: list[float] = attrs.field(factory=list)

    @property
    def ratio(self) -> Spread:
        """Our time divided by theirs."""
        return Spread.of([ours / theirs for ours, theirs in zip(self.ours, self.theirs, strict=True)])


def paired(ours: Callable[[], object], theirs: Callable[[], object], *, pairs: int, warm: int = 2) -> Pairs:
    """Time each function `pairs` times, alternately, after `warm` runs that don't count."""
    found = Pairs()
    for ours_first in _turns(pairs, warm):
        times = {}
        for which in (ours, theirs) if ours_first else (theirs, ours):
            started = perf_counter()
            which()
            times[which] = perf_counter() - started
        found.ours.append(times[ours])
        found.theirs.append(times[theirs])
    return _without(found, warm)


async def paired_async(
    ours: Callable[[], Awaitable[object]],
    theirs: Callable[[], Awaitable[object]],
    *,
    pairs: int,
    warm: int = 2,
) -> Pairs:
    """Like `paired`, for coroutine functions."""
    found = Pairs()
    for ours_first in _turns(pairs, warm):
        times = {}
        for which in (ours, theirs) if ours_first else (theirs, ours):
            started = perf_counter()
            await which()
            times[which] = perf_counter() - started
        found.ours.append(times[ours])
        found.theirs.append(times[theirs])
    return _without(found, warm)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _turns(pairs: int, warm: int) -> Iterator[bool]:
    for number in range(pairs + warm):
        gc.collect()  # so that no function pays for the garbage of the other
        yield number % 2 == 0


def _without(found: Pairs, warm: int) -> Pairs:
    return Pairs(found.ours[warm:], found.theirs[warm:])
