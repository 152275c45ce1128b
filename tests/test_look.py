"""One look at many jobs: its pages, then the statuses of those that were on none."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from proteiniq._policy.look import Listed, ListPage, Looker, ReadJob


def moves(looker: Looker, jobs: dict[str, datetime | None], *, lost: str | None = None) -> list[object]:
    """The requests of a look whose pages are empty; the job `lost` is removed from `jobs` after the first."""
    look = looker.look(jobs, 0.0)
    made: list[object] = []
    with suppress(StopIteration):
        made.append(next(look))
        while True:
            jobs.pop(lost or "", None)
            made.append(look.send((0.0, Listed() if isinstance(made[-1], ListPage) else None)))
    return made


def test_a_job_that_ended_meanwhile_is_not_read_and_the_next_is() -> None:
    assert moves(Looker(), {"a": None, "b": None}, lost="a") == [ListPage(is_first=True), ReadJob("b")]


def test_a_job_that_was_on_no_page_is_not_listed_again_until_it_is_forgotten() -> None:
    looker = Looker()
    assert moves(looker, {"a": None}) == [ListPage(is_first=True), ReadJob("a")]
    assert moves(looker, {"a": None}) == [ReadJob("a")]
    looker.forget("a")
    assert moves(looker, {"a": None}) == [ListPage(is_first=True), ReadJob("a")]
