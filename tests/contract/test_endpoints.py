"""The route of each operation. One that the contract lacks stays in the client, marked as absent."""

from __future__ import annotations

import pytest

from proteiniq.contract import operation, strict, upstream
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import contract, normalised, reconstruction, route

JOB = "/api/v1/jobs/{job_id}"
RESULT = ("/results/{jobId}", "get")
OPTIONAL = {
    "stream_job_events": ("/api/v1/jobs/{jobId}/events", "get"),
    "cancel_job": ("/api/v1/jobs/{jobId}/cancel", "post"),
    "list_files": ("/api/v1/files", "get"),
    "upload_file": ("/api/v1/files", "post"),
    "get_file": ("/api/v1/files/{fileId}", "get"),
    "delete_file": ("/api/v1/files/{fileId}", "delete"),
    "get_openapi": ("/api/v1/openapi.json", "get"),
}


def paths_end_with(text: str) -> m.Mutator:
    return lambda document: {
        **document,
        "paths": {f"{path}{text}": each for path, each in document["paths"].items()},
    }


def test_missing_optional_operations_are_absent_and_lost() -> None:
    made = normalised(m.both(*(m.without_route(*each) for each in OPTIONAL.values())))
    assert all(endpoint(made.document, each).absent for each in OPTIONAL)
    assert {(loss.operation, loss.place) for loss in made.losses} == {(each, "route") for each in OPTIONAL}


def test_missing_internal_operations_are_not_reported() -> None:
    made = normalised(lambda document: document)
    assert endpoint(made.document, "complete_upload").absent
    assert endpoint(made.document, "get_job").absent
    assert made.losses == ()


def test_a_strict_document_has_no_absent_operations() -> None:
    paths = strict(contract(m.without_route("/api/v1/files/{fileId}", "delete")))["paths"]
    there = {each["operationId"] for item in paths.values() for each in item.values()}
    assert not there & {"delete_file", "get_job", "complete_upload"}
    assert "get_file" in there


ROUTES: dict[str, tuple[m.Mutator, str, str]] = {
    # case: (mutator, operation, route)
    "a job route beside the status": (m.job_route_beside_status, "get_job", f"GET {JOB}"),
    "the status beside a job route": (m.job_route_beside_status, "get_job_status", f"GET {JOB}/status"),
    "a job route instead of the status": (m.job_route_instead_of_status, "get_job_status", f"GET {JOB}"),
    "a result below its job": (m.route_is(RESULT, ("/jobs/{jobId}/result", "get")), "get_result", f"GET {JOB}/result"),
    "results below their job": (
        m.route_is(RESULT, ("/jobs/{jobId}/results", "get")), "get_result", f"GET {JOB}/results"),
    "a cancel by DELETE": (m.cancel_by_delete, "cancel_job", f"DELETE {JOB}"),
    "a cancel by PATCH": (m.cancel_by_patch, "cancel_job", f"PATCH {JOB}"),
    "a cancel by POST and DELETE": (m.cancel_by_both("delete"), "cancel_job", f"POST {JOB}/cancel"),
    "a cancel by POST and PATCH": (m.cancel_by_both("patch"), "cancel_job", f"POST {JOB}/cancel"),
    "a slash at the end": (paths_end_with("/"), "get_file", "GET /api/v1/files/{file_id}/"),
}  # fmt: skip


@pytest.mark.parametrize("case", ROUTES)
def test_route_of_an_operation(case: str) -> None:
    mutator, name, where = ROUTES[case]
    found = route(mutator, name)
    assert (f"{found.method} {found.path}", found.absent) == (where, False)


def test_a_response_may_omit_the_id_in_the_request() -> None:
    def without_id(document: m.Document) -> None:
        job = m.rewritten(m.schema(document, "Job"), dict)
        del job["properties"]["id"]
        job["required"].remove("id")
        m.set_response(document, "/api/v1/jobs/{jobId}/status", "get", job)

    made = normalised(m.changed(without_id))
    assert made.lines() == []
    assert endpoint(made.document, "get_job_status").identity == {"id": "job_id"}


def test_a_result_is_identified_by_its_job_and_a_list_by_nothing() -> None:
    assert [operation(name).identity for name in ("get_result", "list_jobs")] == [{"job_id": "job_id"}, {}]


def test_an_undocumented_filter_is_not_in_the_query() -> None:
    assert "tool" not in route(m.query_called("/api/v1/jobs", "tool", "other"), "list_jobs").query


def test_an_id_is_one_segment_of_a_path() -> None:
    assert operation("get_result").url(job_id="a/../b?c") == "/api/v1/results/a%2F..%2Fb%3Fc"


def test_path_parameters_are_parsed_from_a_url() -> None:
    result = operation("get_result")
    assert result.parameters(result.url(job_id="j1")) == {"job_id": "j1"}
    assert result.parameters("/api/v1/files/f1") == {}


def test_an_unknown_operation_raises() -> None:
    with pytest.raises(KeyError):
        operation("fold_everything")


def test_the_document_of_the_service_ships_too() -> None:
    assert upstream() == reconstruction()
