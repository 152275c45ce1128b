"""Places that a document doesn't describe have our own schema, and are counted."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import read

from . import mutators as m
from .client import contract, normalised, route

STATUS = "/api/v1/jobs/{jobId}/status"


@m.changed
def no_responses(document: m.Document) -> None:
    """An operation doesn't describe its responses."""
    document["paths"]["/api/v1/account"]["get"]["responses"] = {}


def responds(described: Any) -> m.Mutator:
    return m.response_is("/api/v1/account", "get", described)


SILENT = {
    "no responses": (no_responses, "get_account Account"),
    "no schema": (responds(None), "get_account Account"),
    "anything": (responds({}), "get_account Account"),
    "true": (responds(True), "get_account Account"),
    "a free object": (responds({"type": "object"}), "get_account Account"),
    "an object of anything": (responds({"type": "object", "additionalProperties": True}), "get_account Account"),
    "an array without items": (m.field_is("JobPage", "data", {"type": "array"}), "list_jobs JobPage.data[]"),
    "an inner free object": (m.field_is("Account", "limits", {"type": "object"}), "get_account Account.limits"),
    "a part of a request without a schema": (m.field_is("JobRequest", "input", {}), "submit_job JobRequest.input"),
    "a body of an upload": (m.body_is("/api/v1/files", form={}), "upload_file FileUpload"),
    "one of several places": (m.response_is(STATUS, "get", None), "get_job_status Job"),
}  # fmt: skip


def schemas(document: m.Document) -> dict[str, set[str]]:
    return {name: set(each["properties"]) for name, each in document["components"]["schemas"].items()}


@pytest.mark.parametrize("case", SILENT)
def test_an_undescribed_place_has_all_our_fields_and_is_assumed(case: str) -> None:
    mutator, place = SILENT[case]
    made = normalised(mutator)
    assert (made.assumed, made.losses) == ((place,), ())
    assert schemas(made.document).items() >= schemas(contract(lambda document: document)).items()


def test_the_contract_marks_assumed_places() -> None:
    marked = contract(no_responses)["paths"]["/api/v1/account"]["get"]["x-assumed"]
    assert marked == ["Account"]


def test_a_document_without_schemas_has_all_of_ours() -> None:
    made = normalised(m.without_schemas)
    assert made.losses == ()
    assert all("x-undocumented" not in each for each in made.document["components"]["schemas"].values())


@pytest.mark.parametrize(
    ("mutator", "words"),
    [
        (no_responses, "1 place not described by the document: get_account Account"),
        (
            m.both(no_responses, m.response_is("/api/v1/tools/{toolId}", "get", None)),
            "2 places not described by the document: get_account Account, get_tool Tool",
        ),
    ],
    ids=["one", "two"],
)
def test_the_report_counts_assumed_places(mutator: m.Mutator, words: str) -> None:
    assert normalised(mutator).lines() == [f"  assumed  {words}"]


def test_a_closed_object_without_properties_is_described() -> None:
    made = normalised(m.field_is("Account", "limits", {"type": "object", "additionalProperties": False}))
    assert made.assumed == ()
    assert {loss.place for loss in made.losses} == {"AccountLimits"}


def test_an_undescribed_place_has_the_shape_of_another_place() -> None:
    mutator = m.both(m.moved("Job", progress="progress.percent"), m.response_is(STATUS, "get", None))
    assert read(route(mutator, "get_job_status").response, {"progress": {"percent": 7}})["progress"] == 7


def test_an_undescribed_place_does_not_hide_a_loss() -> None:
    mutator = m.both(m.without_field("Job", "progress"), m.response_is("/api/v1/jobs", "get", None))
    assert [loss.what for loss in normalised(mutator).losses] == ["not documented: progress"]


def test_without_query_parameters_ours_are_assumed() -> None:
    jobs = route(m.without_query("/api/v1/jobs"), "list_jobs")
    names = {"q", "tool", "status", "created_after", "created_before", "limit", "starting_after"}
    assert (jobs.query, jobs.paging) == ({name: name for name in names}, "cursor")


def test_a_success_without_a_body_is_described() -> None:
    deleted = m.without_a_body("/api/v1/files/{fileId}", "delete")
    made = normalised(m.both(deleted, m.without_a_body("/api/v1/jobs/{jobId}/cancel", "post")))
    assert made.lines() == []
    assert made.document["paths"]["/api/v1/files/{file_id}"]["delete"]["x-status"] == 204
