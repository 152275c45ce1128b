"""Operations that the contract lacks stay in the client, and say so; where a job is read, whatever routes there are."""

from __future__ import annotations

import pytest

from proteiniq.contract import strict
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import GENERATED, contract, files, generated, names, normalised

OPTIONAL = {
    "stream_job_events": ("/api/v1/jobs/{jobId}/events", "get"),
    "cancel_job": ("/api/v1/jobs/{jobId}/cancel", "post"),
    "list_files": ("/api/v1/files", "get"),
    "upload_file": ("/api/v1/files", "post"),
    "get_file": ("/api/v1/files/{fileId}", "get"),
    "delete_file": ("/api/v1/files/{fileId}", "delete"),
    "get_openapi": ("/api/v1/openapi.json", "get"),
}


@pytest.mark.parametrize("operation", OPTIONAL)
def test_an_optional_operation_that_is_gone_is_absent_and_lost(operation: str) -> None:
    made = normalised(m.without_route(*OPTIONAL[operation]))
    assert endpoint(made.document, operation).absent
    assert [(loss.operation, loss.place) for loss in made.losses] == [(operation, "route")]


def test_the_functions_of_absent_operations_are_generated() -> None:
    document = contract(m.both(*(m.without_route(*route) for route in OPTIONAL.values())))
    assert names(files(GENERATED)) == names(generated(document))


def test_what_nobody_calls_is_absent_without_a_word() -> None:
    made = normalised(lambda document: document)
    assert endpoint(made.document, "complete_upload").absent
    assert endpoint(made.document, "get_job").absent
    assert made.losses == ()


def test_what_is_served_strictly_has_no_absent_operations() -> None:
    paths = strict(contract(m.without_route("/api/v1/files/{fileId}", "delete")))["paths"]
    there = {each["operationId"] for item in paths.values() for each in item.values()}
    assert not there & {"delete_file", "get_job", "complete_upload"}
    assert "get_file" in there


def test_a_job_route_beside_the_status() -> None:
    document = contract(m.job_route_beside_status)
    assert endpoint(document, "get_job_status").path == "/api/v1/jobs/{job_id}/status"
    assert endpoint(document, "get_job").path == "/api/v1/jobs/{job_id}"
    assert not endpoint(document, "get_job").absent


def test_a_job_route_instead_of_the_status() -> None:
    document = contract(m.job_route_instead_of_status)
    assert endpoint(document, "get_job_status").path == "/api/v1/jobs/{job_id}"
    assert endpoint(document, "get_job").absent


@pytest.mark.parametrize("path", ["/api/v1/jobs/{jobId}/result", "/api/v1/jobs/{jobId}/results"])
def test_results_beside_their_job(path: str) -> None:
    def move(document: m.Document) -> None:
        document["paths"][path] = document["paths"].pop("/api/v1/results/{jobId}")

    assert endpoint(contract(m.changed(move)), "get_result").path == path.replace("jobId", "job_id")


# What the request says of the thing, the response needn't.


def status_without_id(document: m.Document) -> None:
    job = m.rewritten(m.schema(document, "Job"), dict)
    del job["properties"]["id"]
    job["required"].remove("id")
    m.answer_in_place(document, "/api/v1/jobs/{jobId}/status", "get", job)


def test_a_status_without_an_id_is_fine() -> None:
    made = normalised(m.changed(status_without_id))
    assert made.lines() == []
    assert endpoint(made.document, "get_job_status").identity == {"id": "job_id"}


def test_a_result_without_its_job_is_fine() -> None:
    identity = endpoint(contract(lambda document: document), "get_result").identity
    assert identity == {"job_id": "job_id"}


def test_a_list_has_no_identity() -> None:
    assert endpoint(contract(lambda document: document), "list_jobs").identity == {}
