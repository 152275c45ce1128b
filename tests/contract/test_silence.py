"""What a document doesn't say is as our own documentation says it, and is counted."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import read
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import contract, normalised


@m.changed
def no_responses(document: m.Document) -> None:
    """An operation says nothing of its responses."""
    document["paths"]["/api/v1/account"]["get"]["responses"] = {}


def responds(described: Any) -> m.Mutator:
    return m.answer_is("/api/v1/account", "get", described)


SILENT = {
    "no responses": (no_responses, "get_account Account"),
    "no schema": (responds(None), "get_account Account"),
    "anything": (responds({}), "get_account Account"),
    "true": (responds(True), "get_account Account"),
    "a free object": (responds({"type": "object"}), "get_account Account"),
    "an object of anything": (responds({"type": "object", "additionalProperties": True}), "get_account Account"),
    "an array without items": (m.field_is("JobPage", "data", {"type": "array"}), "list_jobs JobPage.data[]"),
    "an inner free object": (m.field_is("Account", "limits", {"type": "object"}), "get_account Account.limits"),
    "a request without a schema": (m.field_is("JobRequest", "input", {}), "submit_job JobRequest.input"),
    "a body of an upload": (m.upload_not_described, "upload_file FileUpload"),
}  # fmt: skip


@pytest.mark.parametrize("case", SILENT)
def test_a_silent_place_is_assumed(case: str) -> None:
    mutator, place = SILENT[case]
    made = normalised(mutator)
    assert made.assumed == (place,)
    assert made.losses == ()


@pytest.mark.parametrize("case", SILENT)
def test_the_contract_marks_what_is_assumed(case: str) -> None:
    mutator, place = SILENT[case]
    marked = {
        operation["operationId"]: operation["x-assumed"]
        for item in contract(mutator)["paths"].values()
        for operation in item.values()
        if "x-assumed" in operation
    }
    operation, _, where = place.partition(" ")
    assert marked == {operation: [where]}


@pytest.mark.parametrize("case", SILENT)
def test_a_silent_place_has_all_our_fields(case: str) -> None:
    ours = {name: set(each["properties"]) for name, each in _schemas(lambda document: document).items()}
    there = {name: set(each["properties"]) for name, each in _schemas(SILENT[case][0]).items()}
    assert {name: there[name] for name in ours} == ours


def _schemas(mutator: m.Mutator) -> dict[str, Any]:
    schemas: dict[str, Any] = contract(mutator)["components"]["schemas"]
    return schemas


def test_a_document_without_schemas_is_ours_throughout() -> None:
    made = normalised(m.without_schemas)
    assert made.losses == ()
    assert all("x-undocumented" not in each for each in made.document["components"]["schemas"].values())


def test_the_report_counts_what_is_assumed() -> None:
    mutator = m.both(no_responses, m.answer_is("/api/v1/tools/{toolId}", "get", None))
    assert normalised(mutator).lines() == [
        "  assumed  2 places of which the document says nothing: get_account Account, get_tool Tool"
    ]


def test_the_report_counts_one_place() -> None:
    (line,) = normalised(no_responses).lines()
    assert line.startswith("  assumed  1 place of which")


def test_a_closed_object_without_properties_is_not_silent() -> None:
    made = normalised(m.field_is("Account", "limits", {"type": "object", "additionalProperties": False}))
    assert made.assumed == ()
    assert {loss.place for loss in made.losses} == {"AccountLimits"}


def test_a_silent_place_has_the_shape_of_another_place() -> None:
    mutator = m.both(
        m.moved("Job", progress="progress.percent"), m.answer_is("/api/v1/jobs/{jobId}/status", "get", None)
    )
    route = endpoint(contract(mutator), "get_job_status")
    assert read(route.answer, {"progress": {"percent": 7}})["progress"] == 7


def test_a_silent_place_is_no_loss_where_another_place_tells() -> None:
    made = normalised(m.answer_is("/api/v1/jobs/{jobId}/status", "get", None))
    assert made.losses == ()
    assert made.assumed == ("get_job_status Job",)


def test_what_another_place_lacks_is_lost_all_the_same() -> None:
    mutator = m.both(m.without_field("Job", "progress"), m.answer_is("/api/v1/jobs", "get", None))
    assert [loss.what for loss in normalised(mutator).losses] == ["not documented: progress"]


def test_no_query_parameters_means_ours() -> None:
    document = contract(m.without_query("/api/v1/jobs"))
    jobs = endpoint(document, "list_jobs")
    names = {"q", "tool", "status", "created_after", "created_before", "limit", "starting_after"}
    assert jobs.query == {name: name for name in names}
    assert jobs.paging == "cursor"


def test_a_response_without_a_body_is_not_silent() -> None:
    document = contract(m.deleted_without_a_body)
    operation = document["paths"]["/api/v1/files/{file_id}"]["delete"]
    assert (operation["x-status"], "x-assumed" in operation) == (204, False)


def test_a_success_that_is_told_by_its_status_alone_is_no_loss() -> None:
    assert normalised(m.both(m.deleted_without_a_body, m.cancelled_without_a_body)).lines() == []
