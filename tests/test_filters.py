"""Requests of lists: filters, page sizes, and the contract's names for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proteiniq import ContractError, InvalidInput, JobStatus, ProteinIQ
from proteiniq.sandbox import Sandbox

from ._sync.clients import connect, over
from .support import LYSOZYME, Stub, answer, change_operation, job


@pytest.fixture
def client(sandbox: Sandbox, key: str) -> Iterator[ProteinIQ]:
    """A client of the session's sandbox, in a workspace of its own."""
    with connect(sandbox, key) as connected:
        yield connected


def page(*ids: str, next_cursor: Any = None, has_more: Any = None) -> Any:
    data = [job(id=name) for name in ids]
    more = next_cursor is not None if has_more is None else has_more
    return answer({"object": "list", "data": data, "has_more": more, "next_cursor": next_cursor})


def upload(client: ProteinIQ, *names: str) -> None:
    for name in names:
        client.files.upload(b">a\nMK\n", filename=name)


@pytest.mark.parametrize("cursor", [None, "", "\ud800"])
def test_a_page_that_hides_the_next_one(cursor: str | None) -> None:
    service = Stub(page("a", next_cursor=cursor, has_more=True))
    with over(service) as client, pytest.raises(ContractError, match="the rest can't be requested") as caught:
        client.jobs.list().list()
    assert (caught.value.operation, caught.value.path) == ("list_jobs", "$.next_cursor")


def test_a_filter_that_the_contract_lacks_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    change_operation(monkeypatch, "list_jobs", query={"limit": "limit", "starting_after": "starting_after"})
    service = Stub(page("a"))
    with over(service) as client:
        with pytest.raises(InvalidInput, match="no parameter 'status': omit it"):
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


@pytest.mark.case
@pytest.mark.parametrize("status", ["completed", "Completed", "COMPLETED", JobStatus.COMPLETED])
def test_documented_words_may_be_in_any_case(status: str) -> None:
    service = Stub(page(), page(), page())
    with over(service) as client:
        client.jobs.list(status=status).list()
        client.files.list(origin="job_output", format="Fasta").list()
        client.files.list(format="cif").list()
    assert [dict(request.url.params) for request in service.requests] == [
        {"status": "COMPLETED"},
        {"origin": "JOB_OUTPUT", "format": "FASTA"},
        {"format": "CIF"},
    ]


@pytest.mark.case
@pytest.mark.parametrize(
    ("listing", "name"),
    [
        *(("files", name) for name in ("format", "origin", "collection_id")),
        *(("jobs", name) for name in ("tool", "status")),
        *(("tools", name) for name in ("category", "tag", "task")),
    ],
)
def test_an_empty_filter_does_not_return_the_whole_list(listing: str, name: str) -> None:
    empty: Any
    with over(Stub()) as client:
        for empty in ("", " "):
            with pytest.raises(InvalidInput, match=f"{name} must not be empty: omit it for the whole list"):
                getattr(client, listing).list(**{name: empty})


def test_words_that_are_not_documented_are_sent_as_they_are() -> None:
    service, number = Stub(page(), page()), 5
    with over(service) as client:
        client.jobs.list(status="archived").list()
        client.files.list(origin=number, format="mmCIF").list()  # type: ignore[arg-type]  # as a user may
    assert [dict(request.url.params) for request in service.requests] == [
        {"status": "archived"},
        {"origin": "5", "format": "mmCIF"},
    ]


@pytest.mark.parametrize("limit", [0, 101, -1, 2.5, "20", True])
def test_a_page_size_that_the_service_does_not_take(limit: Any) -> None:
    with over(Stub(page("a"))) as client:
        for listing in (client.jobs.list, client.files.list, client.tools.list):
            with pytest.raises(InvalidInput, match="limit must be from 1 to 100"):
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
def test_an_invalid_time_filter(time: Any) -> None:
    with over(Stub(page("a"))) as client, pytest.raises(InvalidInput, match="created_after"):
        client.jobs.list(created_after=time)


def test_tools_by_category_tag_and_text(client: ProteinIQ) -> None:
    everything = client.tools.list().list()
    alignment = [tool.id for tool in client.tools.list(category="alignment")]
    assert "pairwise-alignment" in alignment
    assert len(alignment) < len(everything)
    assert [tool.id for tool in client.tools.list(q="isoelectric-point")] != []
    tag = next(tool.tags[0] for tool in everything if tool.tags)
    assert all(tag in tool.tags for tool in client.tools.list(tag=tag).list())
