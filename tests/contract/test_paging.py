"""The kind of paging, from the parameters of a list."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import read
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import normalised, route

JOBS = "/api/v1/jobs"


def paged_by(name: str, **described: Any) -> m.Mutator:
    """Jobs are paged by another parameter, and pages have no cursor."""
    return m.both(
        m.without_query(JOBS, "starting_after"),
        m.without_field("JobPage", "next_cursor"),
        m.query_is(JOBS, name, type="integer", **described),
    )


CURSORS = ("startingAfter", "cursor", "after", "page_token", "pageToken", "next_token")
PAGING: dict[str, tuple[m.Mutator, tuple[str, str, int]]] = {
    # name of the parameter: (mutator, (kind, name, number of the first page))
    **{name: (m.query_called(JOBS, "starting_after", name), ("cursor", name, 1)) for name in CURSORS},
    **{name: (paged_by(name), ("offset", name, 1)) for name in ("offset", "skip")},
    **{name: (paged_by(name, minimum=1), ("page", name, 1)) for name in ("page", "pageNumber")},
    "page, 0 at least": (paged_by("page", minimum=0), ("page", "page", 0)),
    "page, 0 by default": (paged_by("page", minimum=-1, default=0), ("page", "page", 0)),
    "page, 0 at least and 1 by default": (paged_by("page", minimum=0, default=1), ("page", "page", 1)),
    "page beside a cursor": (m.query_is(JOBS, "page", type="integer"), ("cursor", "starting_after", 1)),
    "first": (paged_by("first"), ("offset", "first", 1)),
    "cursor of an undescribed page": (m.response_is(JOBS, "get", None), ("cursor", "starting_after", 1)),
}  # fmt: skip


@pytest.mark.parametrize("case", PAGING)
def test_kind_of_paging(case: str) -> None:
    mutator, expected = PAGING[case]
    jobs = route(mutator, "list_jobs", 'paging.offset = ["first"]' if case == "first" else "")
    assert (jobs.paging, jobs.query["starting_after"], jobs.first_page) == expected


def test_page_numbers_are_not_a_loss() -> None:
    assert normalised(paged_by("page")).lines() == []


@pytest.mark.parametrize("name", ["page_size", "perPage", "take"])
def test_a_limit_under_another_name(name: str) -> None:
    assert route(m.query_called(JOBS, "limit", name), "list_jobs").query["limit"] == name


@pytest.mark.parametrize("place", ["next", "pagination.next_cursor", "meta.next_cursor"])
def test_a_cursor_at_another_place(place: str) -> None:
    body: Any = "c2"
    for step in reversed(place.split(".")):
        body = {step: body}
    jobs = route(m.moved("JobPage", next_cursor=place), "list_jobs")
    assert read(jobs.response, {"data": [], **body})["next_cursor"] == "c2"


def test_a_list_without_paging_only_has_its_first_page() -> None:
    made = normalised(m.without_query(JOBS, "starting_after"))
    assert endpoint(made.document, "list_jobs").paging is None
    assert [loss.place for loss in made.losses] == ["query starting_after"]
