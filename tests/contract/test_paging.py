"""How lists go on is told from their parameters."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import NeedsNotMet, read
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import contract, edited, normalised

JOBS = "/api/v1/jobs"


def paged_by(name: str, **described: Any) -> m.Mutator:
    """Jobs are listed with another parameter, which no page tells."""
    return m.both(
        m.without_query(JOBS, "starting_after"),
        m.without_field("JobPage", "next_cursor"),
        m.query_is(JOBS, name, **described),
    )


@pytest.mark.parametrize(
    "name", ["startingAfter", "cursor", "after", "page_token", "pageToken", "next_token"]
)
def test_a_cursor(name: str) -> None:
    jobs = endpoint(contract(m.query_called(JOBS, "starting_after", name)), "list_jobs")
    assert (jobs.paging, jobs.query["starting_after"]) == ("cursor", name)


@pytest.mark.parametrize("name", ["offset", "skip"])
def test_an_offset(name: str) -> None:
    jobs = endpoint(contract(paged_by(name, type="integer")), "list_jobs")
    assert (jobs.paging, jobs.query["starting_after"]) == ("offset", name)


@pytest.mark.parametrize("name", ["page", "pageNumber"])
def test_a_page_number(name: str) -> None:
    jobs = endpoint(contract(paged_by(name, type="integer", minimum=1)), "list_jobs")
    assert (jobs.paging, jobs.query["starting_after"], jobs.first_page) == ("page", name, 1)


@pytest.mark.parametrize("limits", [{"minimum": 0}, {"default": 0}, {"default": 0, "minimum": -1}])
def test_pages_that_count_from_zero(limits: dict[str, int]) -> None:
    jobs = endpoint(contract(paged_by("page", type="integer", **limits)), "list_jobs")
    assert (jobs.paging, jobs.first_page) == ("page", 0)


def test_pages_whose_first_is_the_default_count_from_one() -> None:
    jobs = endpoint(contract(paged_by("page", type="integer", minimum=0, default=1)), "list_jobs")
    assert jobs.first_page == 1


def test_a_cursor_counts_before_a_page_number() -> None:
    jobs = endpoint(contract(m.query_is(JOBS, "page", type="integer")), "list_jobs")
    assert jobs.paging == "cursor"


def test_a_page_number_is_no_loss() -> None:
    assert normalised(paged_by("page", type="integer")).lines() == []


@pytest.mark.parametrize("name", ["page_size", "perPage", "take"])
def test_a_limit_under_another_name(name: str) -> None:
    jobs = endpoint(contract(m.query_called(JOBS, "limit", name)), "list_jobs")
    assert jobs.query["limit"] == name


def test_a_name_that_the_bindings_say() -> None:
    edits = 'paging.offset = ["first"]'
    jobs = endpoint(contract(paged_by("first", type="integer"), edited(edits)), "list_jobs")
    assert (jobs.paging, jobs.query["starting_after"]) == ("offset", "first")


def test_a_cursor_that_no_page_tells_breaks() -> None:
    with pytest.raises(NeedsNotMet) as caught:
        normalised(m.without_field("JobPage", "next_cursor"))
    (problem,) = caught.value.problems
    assert (problem.place, problem.entry) == ("JobPage.next_cursor", "[schemas.JobPage]")


@pytest.mark.parametrize("place", ["next", "pagination.next_cursor", "meta.next_cursor"])
def test_a_cursor_at_another_place(place: str) -> None:
    body: Any = "c2"
    for step in reversed(place.split(".")):
        body = {step: body}
    jobs = endpoint(contract(m.moved("JobPage", next_cursor=place)), "list_jobs")
    assert read(jobs.answer, {"data": [], **body})["next_cursor"] == "c2"


def test_a_page_of_which_nothing_is_said_has_our_cursor() -> None:
    made = normalised(m.answer_is(JOBS, "get", None))
    assert endpoint(made.document, "list_jobs").paging == "cursor"
    assert made.losses == ()


def test_a_list_without_any_start_has_its_first_page_only() -> None:
    made = normalised(m.without_query(JOBS, "starting_after"))
    assert endpoint(made.document, "list_jobs").paging is None
    assert [loss.place for loss in made.losses] == ["query starting_after"]
