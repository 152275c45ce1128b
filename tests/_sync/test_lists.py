# Generated from tests/_async/test_lists.py by scripts/unasync.py. Edit that file instead.

"""Lists, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import httpx
import pytest

from proteiniq import ContractError, ProteinIQ

from ..support import LYSOZYME, Stub, answer, change_operation, job
from .clients import over


def page(*ids: str, next_cursor: Any = None, has_more: Any = None) -> Any:
    data = [job(id=name) for name in ids]
    more = next_cursor is not None if has_more is None else has_more
    return answer({"object": "list", "data": data, "has_more": more, "next_cursor": next_cursor})


def iterate(items: Iterable[Any], seen: list[Any]) -> None:
    """Iterate to the end, keeping what there is."""
    for each in items:
        seen.append(each)


def upload(client: ProteinIQ, *names: str) -> None:
    for name in names:
        client.files.upload(b">a\nMK\n", filename=name)


def test_all_pages_are_iterated_in_order(client: ProteinIQ) -> None:
    upload(client, "a.fasta", "b.fasta", "c.fasta", "d.fasta", "e.fasta")
    names = [file.filename for file in client.files.list(limit=2)]
    assert names == ["e.fasta", "d.fasta", "c.fasta", "b.fasta", "a.fasta"]


def test_page_by_page(client: ProteinIQ) -> None:
    upload(client, "a.fasta", "b.fasta", "c.fasta")
    pages = [page for page in client.files.list(limit=2).pages()]
    assert [len(each.items) for each in pages] == [2, 1]
    assert pages[0].next_cursor is not None
    assert pages[1].next_cursor is None


def test_a_list_at_once_and_twice(client: ProteinIQ) -> None:
    upload(client, "a.fasta", "b.fasta")
    pager = client.files.list(limit=1)
    assert len(pager.list()) == len(pager.list()) == 2


def test_no_page_is_fetched_before_it_is_needed() -> None:
    service = Stub(page("a", "b", next_cursor="b"), page("c"))
    with over(service) as client:
        pager = client.jobs.list(limit=2)
        assert service.requests == []
        for found in pager:
            if found.id == "b":
                break
        assert len(service.requests) == 1


def test_the_cursor_of_a_page_requests_the_next() -> None:
    service = Stub(page("a", next_cursor="cursor/1 +"), page("b"))
    with over(service) as client:
        client.jobs.list(limit=1, status="COMPLETED").list()
    first, second = (dict(request.url.params) for request in service.requests)
    assert first == {"limit": "1", "status": "COMPLETED"}
    assert second == {**first, "starting_after": "cursor/1 +"}


def test_the_items_of_a_page_come_before_the_error_of_the_next() -> None:
    service = Stub(page("a", next_cursor="x"), page("b", "c", has_more=True))
    seen: list[Any] = []
    with over(service) as client:
        with pytest.raises(ContractError, match="the rest can't be requested"):
            iterate(client.jobs.list(), seen)
    assert [found.id for found in seen] == ["a", "b", "c"]
    assert len(service.requests) == 2


def test_a_listed_job_can_be_waited_for(client: ProteinIQ) -> None:
    client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    for found in client.jobs.list():
        assert (found.wait()).status == "COMPLETED"


@pytest.mark.case
def test_no_more_items_are_fetched_than_are_wanted() -> None:
    service = Stub(page("a", "b", next_cursor="b"), page("c", "d", next_cursor="d"))
    with over(service) as client:
        found = client.jobs.list(max_items=3, page_size=2)
        assert [each.id for each in found] == ["a", "b", "c"]
    assert [request.url.params["limit"] for request in service.requests] == ["2", "2"]


@pytest.mark.case
def test_the_first_item() -> None:
    service = Stub(page("a", next_cursor="a"), page())
    with over(service) as client:
        listed = client.jobs.list()
        first = listed.first()
        assert first is not None
        assert first.id == "a"
        assert listed.first() is None
        assert client.jobs.list(max_items=0).first() is None
    assert [dict(request.url.params) for request in service.requests] == [{"limit": "1"}] * 2
