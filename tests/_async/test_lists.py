"""Lists, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterable, Callable
from typing import Any

import httpx
import pytest

from proteiniq import AsyncProteinIQ, ContractError

from ..support import LYSOZYME, Stub, answer, change_operation, job
from .clients import over


def page(*ids: str, next_cursor: Any = None, has_more: Any = None) -> Any:
    data = [job(id=name) for name in ids]
    more = next_cursor is not None if has_more is None else has_more
    return answer({"object": "list", "data": data, "has_more": more, "next_cursor": next_cursor})


async def iterate(items: AsyncIterable[Any], seen: list[Any]) -> None:
    """Iterate to the end, keeping what there is."""
    async for each in items:
        seen.append(each)


async def upload(client: AsyncProteinIQ, *names: str) -> None:
    for name in names:
        await client.files.upload(b">a\nMK\n", filename=name)


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_all_pages_are_iterated_in_order(client: AsyncProteinIQ) -> None:
    await upload(client, "a.fasta", "b.fasta", "c.fasta", "d.fasta", "e.fasta")
    names = [file.filename async for file in client.files.list(limit=2)]
    assert names == ["e.fasta", "d.fasta", "c.fasta", "b.fasta", "a.fasta"]


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_page_by_page(client: AsyncProteinIQ) -> None:
    await upload(client, "a.fasta", "b.fasta", "c.fasta")
    pages = [page async for page in client.files.list(limit=2).pages()]
    assert [len(each.items) for each in pages] == [2, 1]
    assert pages[0].next_cursor is not None
    assert pages[1].next_cursor is None


@pytest.mark.anyio
async def test_a_list_at_once_and_twice(client: AsyncProteinIQ) -> None:
    await upload(client, "a.fasta", "b.fasta")
    pager = client.files.list(limit=1)
    assert len(await pager.list()) == len(await pager.list()) == 2


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_no_page_is_fetched_before_it_is_needed() -> None:
    service = Stub(page("a", "b", next_cursor="b"), page("c"))
    async with over(service) as client:
        pager = client.jobs.list(limit=2)
        assert service.requests == []
        async for found in pager:
            if found.id == "b":
                break
        assert len(service.requests) == 1


@pytest.mark.anyio
async def test_the_cursor_of_a_page_requests_the_next() -> None:
    service = Stub(page("a", next_cursor="cursor/1 +"), page("b"))
    async with over(service) as client:
        await client.jobs.list(limit=1, status="COMPLETED").list()
    first, second = (dict(request.url.params) for request in service.requests)
    assert first == {"limit": "1", "status": "COMPLETED"}
    assert second == {**first, "starting_after": "cursor/1 +"}


@pytest.mark.once
@pytest.mark.anyio
async def test_circular_cursors() -> None:
    service = Stub(page("a", next_cursor="x"), page("b", next_cursor="y"), page("c", next_cursor="x"))
    async with over(service) as client:
        with pytest.raises(ContractError, match="twice") as caught:
            await client.jobs.list().list()
    assert (caught.value.operation, caught.value.path) == ("list_jobs", "$.next_cursor")
    assert len(service.requests) == 3


@pytest.mark.once
@pytest.mark.anyio
async def test_a_page_without_has_more_is_the_last() -> None:
    service = Stub(page("a", next_cursor="x", has_more=False))
    async with over(service) as client:
        assert len(await client.jobs.list().list()) == 1


@pytest.mark.anyio
@pytest.mark.trio_too
async def test_the_items_of_a_page_come_before_the_error_of_the_next() -> None:
    service = Stub(page("a", next_cursor="x"), page("b", "c", has_more=True))
    seen: list[Any] = []
    async with over(service) as client:
        with pytest.raises(ContractError, match="the rest can't be requested"):
            await iterate(client.jobs.list(), seen)
    assert [found.id for found in seen] == ["a", "b", "c"]
    assert len(service.requests) == 2


@pytest.mark.once
@pytest.mark.anyio
async def test_a_missing_cursor_raises_when_the_next_page_is_requested() -> None:
    seen: list[Any] = []
    async with over(Stub(page("a", has_more=True))) as client:
        pages = client.jobs.list().pages()
        with pytest.raises(ContractError, match="the rest can't be requested"):
            await iterate(pages, seen)
        assert [found.id for each in seen for found in each.items] == ["a"]
        assert [each async for each in pages] == []


@pytest.mark.once
@pytest.mark.anyio
async def test_a_contract_without_a_parameter_for_the_next_page_gives_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "list_jobs", paging=None, query={"limit": "limit"})
    service = Stub(page("a", next_cursor="x"))
    seen: list[Any] = []
    async with over(service) as client:
        with pytest.raises(ContractError, match="no parameter to request them"):
            await iterate(client.jobs.list(), seen)
    assert [found.id for found in seen] == ["a"]
    assert len(service.requests) == 1


def numbered(paging: str, count: int, told: dict[str, int]) -> Callable[[httpx.Request], httpx.Response]:
    """A service with that many jobs, by default two per page; a page is requested by number or by offset."""

    def answered(request: httpx.Request) -> httpx.Response:
        query = request.url.params
        size = int(query.get("limit", 2))
        start = int(query.get("skip", 0)) if paging == "offset" else (int(query.get("p", 1)) - 1) * size
        stop = min(start + size, count)
        return answer({"data": [job(id=f"job_{number}") for number in range(start, stop)], **told})

    return answered


QUERIES = {
    "offset": {"limit": "limit", "starting_after": "skip"},
    "page": {"limit": "limit", "starting_after": "p"},
}


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize(
    ("paging", "told", "asked"),
    [
        ("offset", {"total": 5}, [None, "2", "4"]),
        ("offset", {}, [None, "2", "4", "5"]),
        ("page", {"page_count": 3}, [None, "2", "3"]),
        ("page", {}, [None, "2", "3", "4"]),
    ],
    ids=["offset, total", "offset", "page, pages", "page"],
)
async def test_a_list_with_page_numbers_is_iterated_completely(
    monkeypatch: pytest.MonkeyPatch, paging: str, told: dict[str, int], asked: list[str | None]
) -> None:
    change_operation(monkeypatch, "list_jobs", paging=paging, query=QUERIES[paging])
    service = Stub(numbered(paging, 5, told))
    async with over(service) as client:
        found = [each.id async for each in client.jobs.list(limit=2)]
    assert found == [f"job_{number}" for number in range(5)]
    name = QUERIES[paging]["starting_after"]
    assert [request.url.params.get(name) for request in service.requests] == asked


@pytest.mark.once
@pytest.mark.anyio
@pytest.mark.parametrize("paging", ["offset", "page"])
async def test_a_list_without_has_more_ends_with_an_empty_page(
    monkeypatch: pytest.MonkeyPatch, paging: str
) -> None:
    change_operation(monkeypatch, "list_jobs", paging=paging, query=QUERIES[paging])
    service = Stub(numbered(paging, 4, {}))
    async with over(service) as client:
        assert len(await client.jobs.list().list()) == 4
    assert len(service.requests) == 3


@pytest.mark.once
@pytest.mark.anyio
async def test_a_list_by_offset_that_makes_no_progress_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", paging="offset", query=QUERIES["offset"])
    async with over(Stub(answer({"data": [], "has_more": True}))) as client:
        with pytest.raises(ContractError, match="twice"):
            await client.jobs.list().list()


@pytest.mark.once
@pytest.mark.anyio
async def test_an_empty_page_is_not_the_end() -> None:
    service = Stub(page(next_cursor="x"), page("a"))
    async with over(service) as client:
        assert [found.id async for found in client.jobs.list()] == ["a"]


@pytest.mark.anyio
async def test_a_listed_job_can_be_waited_for(client: AsyncProteinIQ) -> None:
    await client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    async for found in client.jobs.list():
        assert (await found.wait()).status == "COMPLETED"


@pytest.mark.case
@pytest.mark.anyio
@pytest.mark.trio_too
async def test_no_more_items_are_fetched_than_are_wanted() -> None:
    service = Stub(page("a", "b", next_cursor="b"), page("c", "d", next_cursor="d"))
    async with over(service) as client:
        found = client.jobs.list(max_items=3, page_size=2)
        assert [each.id async for each in found] == ["a", "b", "c"]
    assert [request.url.params["limit"] for request in service.requests] == ["2", "2"]


@pytest.mark.once
@pytest.mark.anyio
async def test_a_truncated_page_has_no_cursor_that_skips_its_rest() -> None:
    async with over(Stub(page("a", "b", next_cursor="b"))) as client:
        (only,) = [each async for each in client.jobs.list(max_items=1).pages()]
        assert [each async for each in client.jobs.list(max_items=0).pages()] == []
    assert ([each.id for each in only.items], only.next_cursor) == (["a"], None)


@pytest.mark.case
@pytest.mark.anyio
@pytest.mark.trio_too
async def test_the_first_item() -> None:
    service = Stub(page("a", next_cursor="a"), page())
    async with over(service) as client:
        listed = client.jobs.list()
        first = await listed.first()
        assert first is not None
        assert first.id == "a"
        assert await listed.first() is None
        assert await client.jobs.list(max_items=0).first() is None
    assert [dict(request.url.params) for request in service.requests] == [{"limit": "1"}] * 2


@pytest.mark.once
@pytest.mark.case
@pytest.mark.anyio
async def test_a_list_continues_after_a_cursor() -> None:
    service = Stub(page("c"))
    async with over(service) as client:
        await client.files.list(starting_after="b").list()
    assert dict(service.requests[0].url.params) == {"starting_after": "b"}
