"""The jobs that a batch or a wait follows, which have not ended as far as known, and when to look at them.

How many of them have ended is estimated from the durations of those that have (`durations`), and from what earlier
looks found. All of this is a choice of this client. Times are monotonic, in seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import attrs

from .durations import Durations
from .look import PAGE

EARLIEST_LOOK = 1.0
LONGEST_GAP = 60.0
"""The shortest and the longest time between two looks, in seconds."""

GAP_OF_LONG_JOBS = 0.1
LONGEST_GAP_OF_LONG_JOBS = 300.0
"""Where jobs are long, the longest time between two looks is this share of their duration, up to so many seconds."""

WORTH_A_LOOK = 1.3
"""How many jobs are expected to have ended when a look is worth its request."""

TOGETHER = 0.1
"""How much later a look is where requests are scarce, as a share of the duration of a job."""

_LEARNING = 0.3


@attrs.define
class Active:
    """A job that has not ended as far as known."""

    since: float
    number: int
    """How many jobs were submitted before."""
    created_at: datetime | None
    looked: float
    """When it was last seen active."""
    runs: bool = False
    """Whether it is known to run, and not to wait for its turn."""
    heard: bool = False
    heard_since: float = float("-inf")
    hear_after: float = float("-inf")


class Following:
    """The followed jobs, by id.

    `looked_at` is when the last look at them ended, and `hoped` how many jobs the last one was expected to find ended.
    """

    def __init__(self) -> None:
        self.jobs: dict[str, Active] = {}
        self.looked_at = float("-inf")
        self._looking: dict[str, datetime | None] = {}
        self._count = 0
        self.hoped = 0.0
        self._made = 0
        self._crowd = 1.0  # jobs on a page for each one of ours
        self._durations = Durations()
        self._bias = 1.0
        self._due: float | None = None

    def add(
        self, job_id: str, created_at: datetime | None, now: float, age: float, hear_after: float
    ) -> None:
        """Follow a job that exists for `age` seconds, whose events need not be listened to before `hear_after`."""
        since = now - age
        self.jobs[job_id] = Active(since, self._made, created_at, since, hear_after=hear_after)
        self._made += 1
        self._due = None

    def seen(
        self,
        job_id: str,
        now: float,
        created_at: datetime | None,
        age: float | None = None,
        runs: bool = False,
    ) -> None:
        """Record that a job was active. `age` is how long it has existed, if that is known now."""
        if active := self.jobs.get(job_id):
            active.looked = now
            active.created_at = created_at or active.created_at
            active.since = active.since if age is None else now - age
            active.runs = runs
            self._due = None

    def ended(self, job_id: str, now: float, took: float | None) -> Active | None:
        """Stop following a job, which took so long if the service says so. Returns it, None if it isn't followed."""
        active = self.drop(job_id)
        if active is not None:
            self._durations.add(now - active.since if took is None else took)
        return active

    def drop(self, job_id: str) -> Active | None:
        """Stop following a job, of whose duration nothing is known. Returns it, None if it isn't followed."""
        self._looking.pop(job_id, None)
        self._due = None
        return self.jobs.pop(job_id, None)

    def hear(self, job_id: str, now: float) -> Active:
        """Record that a job's events are listened to, so that a look needn't find its end."""
        active = self.jobs[job_id]
        active.heard, active.heard_since = True, now
        self._due = None
        return active

    def unheard(self, job_id: str) -> Active | None:
        """Record that a job's events are no longer listened to. Returns it, None if it isn't followed."""
        active = self.jobs.get(job_id)
        if active is not None:
            active.heard = False
            self._due = None
        return active

    @property
    def knows_durations(self) -> bool:
        """Whether a job has ended."""
        return len(self._durations) > 0

    @property
    def are_heard(self) -> int:
        """The number of jobs whose events are listened to."""
        return sum(each.heard for each in self.jobs.values())

    def on_later_pages(self, active: Active) -> bool:
        """Whether a job is probably on no first page of the job list."""
        return self._made - active.number >= PAGE / self._crowd

    def mean(self, now: float) -> float | None:
        """Return the expected duration of a job, None if it is unknown."""
        return self._durations.mean([now - each.since for each in self.jobs.values()])

    def on_page(self, size: int, ours: int | None) -> None:
        """Record how many of the jobs on a page of the list are the batch's."""
        if size and ours:
            self._crowd += (size / ours - self._crowd) / 4

    def looked(self, now: float) -> None:
        """Record the end of a look that could see all of its jobs.

        The expectations are corrected by what it found: the durations that are known first are those of the short jobs.
        """
        self.looked_at = now
        self._due = None
        if self.hoped > 0:
            ratio = min(4.0, max(0.25, (self._count - len(self._looking)) / self.hoped))
            self._bias = min(4.0, max(0.05, self._bias * ratio**_LEARNING))

    def look_failed(self) -> None:
        """Record a look that could not see the jobs: of them, nothing is known."""
        self._due = None

    def look_due(
        self,
        now: float,
        *,
        rate: float,
        scarce: bool = False,
        not_before: float = float("-inf"),
        at_latest: float = float("inf"),
    ) -> float:
        """Return when a look is worth its request: when a job, or a quarter of them, is expected to have ended.

        `scarce` says that requests limit the batch, of which `rate` a second are allowed. `not_before` and `at_latest`
        are the bounds of a wait with a pace of its own. A look is due at the latter until a duration is known.
        """
        if at_latest < float("inf") and not self.knows_durations:
            return at_latest
        if self._due is None:
            self._due = self._worth_from(now, rate, scarce)
        return min(at_latest, max(not_before, self._due))

    def _worth_from(self, now: float, rate: float, scarce: bool) -> float:
        pages = self._pages()
        if not pages:
            return float("inf")
        mean = self.mean(now) or 0.0
        unheard = [each for page in pages for each in page]
        most = self._worth(pages, float("inf"))  # fewer than there are, if they are on several pages
        spare = 1 - rate / 2 * mean / len(unheard)  # the share of jobs that isn't needed to use all requests
        wanted = most * max(1 / 4, spare) if scarce else min(WORTH_A_LOOK, 0.99 * most)
        last = max(self.looked_at, min(each.since for each in unheard))
        gap = max(LONGEST_GAP, min(LONGEST_GAP_OF_LONG_JOBS, GAP_OF_LONG_JOBS * mean))
        early, late = last + EARLIEST_LOOK, last + gap
        if not self.knows_durations and self.are_heard:
            early = late  # the jobs that are listened to will show a duration
        if self._worth(pages, early) >= wanted:
            late = early
        while late - early > 0.1:
            middle = (early + late) / 2
            early, late = (early, middle) if self._worth(pages, middle) >= wanted else (middle, late)
        # Jobs that were submitted together end together.
        return late + TOGETHER * mean if scarce else late

    def _pages(self) -> list[list[Active]]:
        """Return the jobs to look at by the page of the job list that they are probably on."""
        pages: list[list[Active]] = []
        for each in self.jobs.values():
            if not each.heard:
                page = int((self._made - each.number) * self._crowd) // PAGE
                pages += [[] for _ in range(page + 1 - len(pages))]
                pages[page].append(each)
        return pages

    def _worth(self, pages: list[list[Active]], at: float) -> float:
        """Return how many jobs are expected to have ended for each page, of as many pages as are worth it."""
        found = best = 0.0
        for number, page in enumerate(pages, start=1):
            found += self._expected(page, at)
            best = max(best, found / number)
        return best

    def look(self, now: float, *, at_all: bool = False) -> dict[str, datetime | None]:
        """Begin a look. Returns the creation times of its jobs, from which those that end meanwhile are removed.

        They are those of the first pages, as far as their end is expected to be worth the requests, or `at_all`. None
        of them is listened to.
        """
        oldest = 0 if at_all else self._oldest_worth_looking(now)
        jobs = {job: each for job, each in self.jobs.items() if not each.heard and each.number >= oldest}
        self._looking = {job: each.created_at for job, each in jobs.items()}
        self._count = len(jobs)
        self.hoped = self._expected(jobs.values(), now)
        return self._looking

    def _oldest_worth_looking(self, now: float) -> int:
        """Return the number of the oldest job on the first pages that are worth their requests."""
        pages = self._pages()
        found = best = 0.0
        depth = 0
        for number, page in enumerate(pages):
            found += self._expected(page, now)
            if found / (number + 1) >= min(best, WORTH_A_LOOK):
                best, depth = found / (number + 1), number
        return min(each.number for page in pages[: depth + 1] for each in page)

    def _expected(self, jobs: Iterable[Active], at: float) -> float:
        """How many of these jobs are expected to have ended."""
        chances = (self._durations.chance(each.looked - each.since, at - each.since) for each in jobs)
        return self._bias * sum(chances)
