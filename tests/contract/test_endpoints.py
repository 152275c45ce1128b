"""What the requests that are written by hand read from the contract."""

from __future__ import annotations

import pytest

from proteiniq.contract import operation, upstream
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import contract, reconstruction


@pytest.mark.parametrize("media", ["application/json", "text/plain", None])
def test_events_are_a_stream_however_they_are_described(media: str | None) -> None:
    document = contract(m.events_as(media))
    answer = document["paths"]["/api/v1/jobs/{job_id}/events"]["get"]["responses"]["2XX"]
    assert answer["content"] == {"text/event-stream": {"schema": {"type": "string"}}}


def test_a_cancel_by_delete() -> None:
    cancel = endpoint(contract(m.cancel_by_delete), "cancel_job")
    assert (cancel.method, cancel.path, cancel.media_type) == ("DELETE", "/api/v1/jobs/{job_id}", None)


def test_a_path_with_a_slash_at_its_end() -> None:
    def slashes(document: m.Document) -> None:
        document["paths"] = {f"{path}/": item for path, item in document["paths"].items()}

    assert endpoint(contract(m.changed(slashes)), "get_file").path == "/api/v1/files/{file_id}/"


def test_query_parameters_under_the_names_of_the_contract() -> None:
    jobs = endpoint(contract(m.camel_case), "list_jobs")
    assert jobs.query["created_after"] == "createdAfter"


def test_what_the_contract_does_not_document_is_left_out() -> None:
    jobs = endpoint(contract(m.query_called("/api/v1/jobs", "tool", "other")), "list_jobs")
    assert "tool" not in jobs.query


def test_an_id_is_one_segment_of_a_path() -> None:
    assert operation("get_result").url(job_id="a/../b?c") == "/api/v1/results/a%2F..%2Fb%3Fc"


def test_the_parameters_of_a_path_are_read_back() -> None:
    route = operation("get_result")
    assert route.parameters(route.url(job_id="j1")) == {"job_id": "j1"}


def test_a_path_of_another_route_has_no_parameters() -> None:
    assert operation("get_result").parameters("/api/v1/files/f1") == {}


def test_an_operation_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        operation("fold_everything")


def test_the_document_of_the_service_is_there_too() -> None:
    assert upstream() == reconstruction()
