# Made from tests/_async/test_lists.py by scripts/unasync.py: edit that file instead.

"""Lists, page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from proteiniq import ContractError, InvalidInput, ProteinIQ

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


def test_the_cursor_of_a_page_asks_for_the_next() -> None:
    service = Stub(page("a", next_cursor="cursor/1 +"), page("b"))
    with over(service) as client:
        client.jobs.list(limit=1, status="COMPLETED").list()
    first, second = (dict(request.url.params) for request in service.requests)
    assert first == {"limit": "1", "status": "COMPLETED"}
    assert second == {**first, "starting_after": "cursor/1 +"}


def test_cursors_that_go_in_a_circle() -> None:
    service = Stub(page("a", next_cursor="x"), page("b", next_cursor="y"), page("c", next_cursor="x"))
    with over(service) as client:
        with pytest.raises(ContractError, match="twice") as caught:
            client.jobs.list().list()
    assert (caught.value.operation, caught.value.path) == ("list_jobs", "$.next_cursor")
    assert len(service.requests) == 3


def test_a_page_that_says_it_is_the_last_is_believed() -> None:
    service = Stub(page("a", next_cursor="x", has_more=False))
    with over(service) as client:
        assert len(client.jobs.list().list()) == 1


@pytest.mark.parametrize("cursor", [None, "", "\ud800"])
def test_a_page_that_hides_the_next_one(cursor: str | None) -> None:
    service = Stub(page("a", next_cursor=cursor, has_more=True))
    with over(service) as client:
        with pytest.raises(ContractError, match="the rest can't be asked for") as caught:
            client.jobs.list().list()
    assert (caught.value.operation, caught.value.path) == ("list_jobs", "$.next_cursor")


def test_the_items_of_a_page_come_before_the_complaint_about_the_next() -> None:
    service = Stub(page("a", next_cursor="x"), page("b", "c", has_more=True))
    seen: list[Any] = []
    with over(service) as client:
        with pytest.raises(ContractError, match="the rest can't be asked for"):
            iterate(client.jobs.list(), seen)
    assert [found.id for found in seen] == ["a", "b", "c"]
    assert len(service.requests) == 2


def test_a_page_whose_next_one_is_hidden_complains_when_that_is_asked_for() -> None:
    seen: list[Any] = []
    with over(Stub(page("a", has_more=True))) as client:
        pages = client.jobs.list().pages()
        with pytest.raises(ContractError, match="the rest can't be asked for"):
            iterate(pages, seen)
        assert [found.id for each in seen for found in each.items] == ["a"]
        assert [each for each in pages] == []


def test_a_contract_without_a_parameter_for_the_next_page_gives_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    change_operation(monkeypatch, "list_jobs", paging=None, query={"limit": "limit"})
    service = Stub(page("a", next_cursor="x"))
    seen: list[Any] = []
    with over(service) as client:
        with pytest.raises(ContractError, match="no parameter that asks for them"):
            iterate(client.jobs.list(), seen)
    assert [found.id for found in seen] == ["a"]
    assert len(service.requests) == 1


def numbered(paging: str, count: int, told: dict[str, int]) -> Callable[[httpx.Request], httpx.Response]:
    """A service with so many jobs, two on a page unless asked; a page is asked for by its number or its first job."""

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
def test_a_list_whose_pages_have_numbers_is_iterated_whole(
    monkeypatch: pytest.MonkeyPatch, paging: str, told: dict[str, int], asked: list[str | None]
) -> None:
    change_operation(monkeypatch, "list_jobs", paging=paging, query=QUERIES[paging])
    service = Stub(numbered(paging, 5, told))
    with over(service) as client:
        found = [each.id for each in client.jobs.list(limit=2)]
    assert found == [f"job_{number}" for number in range(5)]
    name = QUERIES[paging]["starting_after"]
    assert [request.url.params.get(name) for request in service.requests] == asked


@pytest.mark.parametrize("paging", ["offset", "page"])
def test_a_list_that_says_nothing_of_its_end_ends_with_an_empty_page(
    monkeypatch: pytest.MonkeyPatch, paging: str
) -> None:
    change_operation(monkeypatch, "list_jobs", paging=paging, query=QUERIES[paging])
    service = Stub(numbered(paging, 4, {}))
    with over(service) as client:
        assert len(client.jobs.list().list()) == 4
    assert len(service.requests) == 3


def test_a_list_by_offset_that_never_gets_on_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", paging="offset", query=QUERIES["offset"])
    with over(Stub(answer({"data": [], "has_more": True}))) as client:
        with pytest.raises(ContractError, match="twice"):
            client.jobs.list().list()


def test_a_filter_that_the_contract_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", query={"limit": "limit", "starting_after": "starting_after"})
    service = Stub(page("a"))
    with over(service) as client:
        with pytest.raises(InvalidInput, match="no parameter 'status': leave it out"):
            client.jobs.list(status="FAILED").list()
        assert len(client.jobs.list().list()) == 1
    assert len(service.requests) == 1


def test_a_limit_that_the_contract_lacks_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", query={"status": "status", "starting_after": "starting_after"})
    service = Stub(page("a"))
    with over(service) as client:
        assert len(client.jobs.list(limit=5, status="FAILED").list()) == 1
    assert [dict(request.url.params) for request in service.requests] == [{"status": "FAILED"}]


def test_parameters_are_called_as_the_contract_calls_them(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(
        monkeypatch,
        "list_jobs",
        query={"limit": "page_size", "status": "state"},
        values={"status": {"FAILED": "broken"}},
        constant_query={"view": "full"},
    )
    service = Stub(page("a"))
    with over(service) as client:
        client.jobs.list(limit=5, status="FAILED").list()
        client.jobs.list(status="unheard").list()
    assert [dict(request.url.params) for request in service.requests] == [
        {"view": "full", "page_size": "5", "state": "broken"},
        {"view": "full", "state": "unheard"},
    ]


def test_a_page_with_nothing_in_it_is_not_the_end() -> None:
    service = Stub(page(next_cursor="x"), page("a"))
    with over(service) as client:
        assert [found.id for found in client.jobs.list()] == ["a"]


@pytest.mark.parametrize("limit", [0, 101, -1, 2.5, "20", True])
def test_a_page_size_that_the_service_does_not_take(limit: Any) -> None:
    with over(Stub(page("a"))) as client:
        for listing in (client.jobs.list, client.files.list, client.tools.list):
            with pytest.raises(InvalidInput, match="a page has from 1 to 100 items"):
                listing(limit=limit)


def test_files_by_format_origin_and_text(client: ProteinIQ) -> None:
    upload(client, "lysozyme.fasta", "lysozyme.pdb", "ubiquitin.fasta")

    def names(**filters: Any) -> list[str | None]:
        return [file.filename for file in client.files.list(**filters)]

    assert names(format="PDB") == ["lysozyme.pdb"]
    assert names(q="lysozyme", format="FASTA") == ["lysozyme.fasta"]
    assert len(names(origin="UPLOAD")) == 3
    assert names(origin="JOB_OUTPUT") == []
    assert len(names(mine=True)) == 3
    assert names(collection_id="none") == []


def test_jobs_by_status_tool_and_time(client: ProteinIQ) -> None:
    made = client.jobs.submit("protein-parameters", {"protein": LYSOZYME}, name="the first")
    made.wait()
    client.jobs.submit("translate", {(client.tools.get("translate")).slots[0].id: ">a\nATG\n"})

    def ids(**filters: Any) -> list[str]:
        return [found.id for found in client.jobs.list(**filters)]

    assert made.id in ids(status="COMPLETED")
    assert ids(tool="protein-parameters") == [made.id]
    assert ids(q="the first") == [made.id]
    assert made.created_at is not None
    assert ids(created_before=made.created_at - timedelta(days=1)) == []
    assert made.id in ids(created_after=(made.created_at - timedelta(days=1)).isoformat())


def test_a_listed_job_can_be_waited_for(client: ProteinIQ) -> None:
    client.jobs.submit("protein-parameters", {"protein": LYSOZYME})
    for found in client.jobs.list():
        assert (found.wait()).status == "COMPLETED"


def test_times_are_sent_as_the_service_reads_them() -> None:
    service = Stub(page("a"))
    with over(service) as client:
        client.jobs.list(
            created_after=datetime(2026, 6, 12), created_before="2026-06-13T08:00:00+02:00"
        ).list()
    (request,) = service.requests
    sent = {name: datetime.fromisoformat(value) for name, value in request.url.params.items()}
    assert sent == {
        "created_after": datetime(2026, 6, 12, tzinfo=UTC),
        "created_before": datetime(2026, 6, 13, 6, tzinfo=UTC),
    }


@pytest.mark.parametrize("time", ["yesterday", "", 5])
def test_a_time_that_is_none(time: Any) -> None:
    with over(Stub(page("a"))) as client:
        with pytest.raises(InvalidInput, match="created_after"):
            client.jobs.list(created_after=time)


def test_tools_by_category_tag_and_text(client: ProteinIQ) -> None:
    everything = client.tools.list().list()
    alignment = [tool.id for tool in client.tools.list(category="alignment")]
    assert "pairwise-alignment" in alignment
    assert len(alignment) < len(everything)
    assert [tool.id for tool in client.tools.list(q="isoelectric-point")] != []
    tag = next(tool.tags[0] for tool in everything if tool.tags)
    assert all(tag in tool.tags for tool in client.tools.list(tag=tag).list())
