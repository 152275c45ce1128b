from __future__ import annotations

import copy
from typing import Any

import pytest
from proteiniq_openapi import models as low
from proteiniq_openapi.types import UNSET

from proteiniq import InvalidInput, Request, contract, models
from proteiniq._inputs import job_entries, requests
from proteiniq._responses import convert, schema
from proteiniq.contract import Shape, document

from .support import ENTRY, change_operation, documented, job


def test_unset_is_none() -> None:
    assert convert.given(UNSET) is None
    assert convert.given(None) is None
    assert convert.given(0) == 0


def test_every_schema_has_a_class_of_its_name() -> None:
    assert [role for role in document()["components"]["schemas"] if not hasattr(low, role)] == []


def test_fields_that_the_contract_lacks_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    assert requests.is_documented("JobBilling", "max_reserved_credits")
    described = copy.deepcopy(document())
    described["components"]["schemas"]["JobBilling"]["x-undocumented"] = ["max_reserved_credits"]
    monkeypatch.setattr(contract, "document", lambda: described)
    assert not requests.is_documented("JobBilling", "max_reserved_credits")


def test_our_entries_are_those_of_the_contract() -> None:
    made = job_entries.job_input([{**ENTRY, "label": "mine"}])
    assert made.to_dict() == {"inputs": [{**ENTRY, "label": "mine"}]}


def test_an_entry_of_a_file() -> None:
    entry = {**ENTRY, "source": {"type": "file", "file_id": "file_1"}}
    del entry["content"]
    assert job_entries.job_input([entry]).to_dict() == {"inputs": [entry]}


@pytest.mark.parametrize("entry", [{}, {"slotId": 5}, {"slotId": "x", "source": None, "more": [1]}])
def test_an_entry_of_the_user_is_sent_unchanged(entry: dict[str, Any]) -> None:
    assert job_entries.Entries([entry]).to_dict() == {"inputs": [entry]}


def jobs(count: int, **changes: Any) -> low.JobPage:
    """A page of a list of jobs, as the service's response is read."""
    return low.JobPage.from_dict({"data": [job(id=f"job_{number}") for number in range(count)], **changes})


def following(page: low.JobPage, *, cursor: str | None = None) -> str | None:
    """Where the page after this one starts."""
    made = convert.page(page, "list_jobs", convert.job, cursor=cursor)
    assert len(made.items) == len(page.data)
    return made.next_cursor


@pytest.mark.parametrize(
    ("has_more", "cursor", "expected"),
    [
        (True, "x", "x"),
        (UNSET, "x", "x"),
        (None, "x", "x"),
        (True, "http://[?x", "http://[?x"),
        (False, "x", None),
        (False, None, None),
        (UNSET, UNSET, None),
        (None, "", None),
    ],
)
def test_where_the_next_page_starts(has_more: Any, cursor: Any, expected: str | None) -> None:
    assert following(low.JobPage(data=[], has_more=has_more, next_cursor=cursor)) == expected


@pytest.mark.parametrize("cursor", [None, "", UNSET, "\ud800"])
def test_a_page_that_hides_the_next_one_has_a_problem(cursor: Any) -> None:
    page = low.JobPage(data=[], has_more=True, next_cursor=cursor)
    made = convert.page(page, "list_jobs", convert.job, cursor=None)
    assert made.next_cursor is None
    assert made.problem is not None
    assert str(made.problem).startswith("list_jobs: there are more pages, but next_cursor is ")
    assert (made.problem.operation, made.problem.path) == ("list_jobs", "$.next_cursor")


@pytest.mark.parametrize("unread", [{"has_more": "true"}, {"next_cursor": 42}], ids=str)
def test_a_page_whose_end_cannot_be_read_has_a_problem(unread: dict[str, Any]) -> None:
    body = schema.fit({"data": [job()], **unread}, "list_jobs", Request("GET", "/x"))
    made = convert.page(low.JobPage.from_dict(body), "list_jobs", convert.job, cursor=None)
    assert "it is unknown whether there are more pages" in str(made.problem)


def test_a_page_with_less_than_there_is_has_a_problem() -> None:
    made = convert.page(jobs(1, total=500), "list_jobs", convert.job, cursor=None)
    assert "there are more pages" in str(made.problem)


def test_a_next_page_without_a_parameter_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", paging=None)
    made = convert.page(jobs(1, next_cursor="x"), "list_jobs", convert.job, cursor=None)
    assert made.next_cursor is None
    assert "no parameter to request them" in str(made.problem)


@pytest.mark.parametrize(
    ("count", "told", "cursor", "expected"),
    [
        (2, {"total": 5}, None, "2"),
        (2, {"total": 5}, "2", "4"),
        (1, {"total": 5}, "4", None),
        (2, {"has_more": True}, "2", "4"),
        (2, {"has_more": False, "total": 9}, "2", None),
        (2, {}, None, "2"),
        (1, {}, "2", "3"),
        (0, {}, "2", None),
    ],
    ids=["first", "middle", "last", "more", "no more", "full", "not full", "empty"],
)
def test_the_next_page_of_a_list_by_offset(
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    told: dict[str, Any],
    cursor: str | None,
    expected: str | None,
) -> None:
    change_operation(monkeypatch, "list_jobs", paging="offset")
    assert following(jobs(count, **told), cursor=cursor) == expected


@pytest.mark.parametrize(
    ("count", "told", "cursor", "expected"),
    [
        (2, {"page_count": 3}, None, "2"),
        (2, {"page_count": 3}, "2", "3"),
        (2, {"page_count": 3}, "3", None),
        (2, {"has_more": True}, "3", "4"),
        (2, {"has_more": False}, None, None),
        (2, {}, None, "2"),
        (1, {}, None, "2"),
        (0, {}, "3", None),
    ],
    ids=["first", "middle", "last", "more", "no more", "full", "not full", "empty"],
)
def test_the_next_page_of_a_list_by_number(
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    told: dict[str, Any],
    cursor: str | None,
    expected: str | None,
) -> None:
    change_operation(monkeypatch, "list_jobs", paging="page")
    assert following(jobs(count, **told), cursor=cursor) == expected


def test_pages_may_be_numbered_from_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", paging="page", first_page=0)
    assert following(jobs(2, page_count=2)) == "1"
    assert following(jobs(2, page_count=2), cursor="1") is None


def test_a_file_as_input_needs_a_contract_that_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {**ENTRY, "source": {"type": "file", "file_id": "file_1"}}
    monkeypatch.setattr(requests, "is_known_literal", lambda role, name, value: value != "file")
    with pytest.raises(InvalidInput, match="has no saved file as input"):
        job_entries.job_input([entry])
    assert job_entries.job_input([ENTRY])


# ---- what a model keeps


def fitted(body: Any, operation: str) -> Any:
    return schema.fit(body, operation, Request("GET", "/x"))


def test_extra_contains_unknown_and_unfitting_values() -> None:
    body = job(progress="half", colour="red")
    state = convert.job(low.Job.from_dict(fitted(body, "get_job_status")))
    assert state.progress is None
    assert state.extra == {"progress": "half", "colour": "red"}


def test_raw_is_the_response_as_it_came() -> None:
    body = job(progress="half", colour="red")
    state = convert.job(low.Job.from_dict(fitted(body, "get_job_status")))
    assert state.raw == body


def test_raw_of_an_item_is_its_original() -> None:
    body = {"data": [job(progress="half"), job(id="job_2")]}
    page = low.JobPage.from_dict(fitted(body, "list_jobs"))
    made = convert.page(page, "list_jobs", convert.job, cursor=None)
    assert [item.raw for item in made.items] == body["data"]


def test_raw_of_a_reshaped_response_is_not_reshaped(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shape(
        at=("job",),
        moves=((("status",), ("state",)), (("error", "message"), ("why",))),
        values={"status": {"FAILED": "broken"}},
        scale={"progress": 100},
    )
    change_operation(monkeypatch, "get_job_status", response=shape)
    theirs = {"id": "job_1", "state": "broken", "why": "no memory", "progress": 0.5, "colour": "red"}
    state = convert.job(low.Job.from_dict(fitted({"job": theirs}, "get_job_status")))
    assert (state.status, state.progress) == ("FAILED", 50)
    assert state.error is not None
    assert state.error.message == "no memory"
    assert (state.raw, state.extra) == (theirs, {"colour": "red"})


def test_a_quote_with_readable_blocking_errors() -> None:
    quote = convert.quote(low.Quote.from_dict(fitted(documented("quote_job"), "quote_job")))
    assert quote.blocking_errors_known


def test_null_is_not_a_blocking_error() -> None:
    body = {**documented("quote_job"), "blocking_errors": None}
    quote = convert.quote(low.Quote.from_dict(fitted(body, "quote_job")))
    assert (quote.blocking_errors, quote.blocking_errors_known) == ((), True)


@pytest.mark.parametrize("reasons", ["none", {"code": "x"}, 0, [None], ...])
def test_a_quote_with_unreadable_blocking_errors(reasons: Any) -> None:
    body = {**documented("quote_job"), "blocking_errors": reasons}
    if reasons is ...:
        del body["blocking_errors"]
    quote = convert.quote(low.Quote.from_dict(fitted(body, "quote_job")))
    assert not quote.blocking_errors_known
    assert quote.blocking_errors == ()


def test_a_deletion_without_a_body_is_one() -> None:
    assert convert.deleted_file(None, "file_1") == models.DeletedFile(id="file_1", deleted=True)
