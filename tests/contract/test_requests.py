"""What a request has to have: constants, parameters and fields that the contract requires."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import NeedsNotMet, Problem, write
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import contract, edited, normalised

JOB = "/api/v1/jobs/{job_id}"


def required(role: str, field: str, described: Any) -> m.Mutator:
    return m.both(m.field_is(role, field, described), m.field_required(role, field))


def problem(mutator: m.Mutator, edits: str = "") -> Problem:
    with pytest.raises(NeedsNotMet) as caught:
        normalised(mutator, edited(edits))
    (found,) = caught.value.problems
    return found


@pytest.mark.parametrize("described", [{"const": 2}, {"type": "integer", "enum": [2]}], ids=["const", "enum"])
def test_a_required_constant_is_filled(described: Any) -> None:
    route = endpoint(contract(required("JobRequest", "version", described)), "submit_job")
    assert write(route.body, {"tool": "t"}) == {"tool": "t", "version": 2}


def test_a_required_constant_of_each_input_is_filled() -> None:
    route = endpoint(contract(required("InputEntry", "encoding", {"const": "utf-8"})), "submit_job")
    assert write(route.body, {"input": {"inputs": [{"id": "a"}]}}) == {
        "input": {"inputs": [{"id": "a", "encoding": "utf-8"}]}}  # fmt: skip


def test_a_constant_that_is_not_required_is_not_sent() -> None:
    route = endpoint(contract(m.field_is("JobRequest", "version", {"const": 2})), "submit_job")
    assert not route.body


def test_a_required_field_with_a_choice_breaks() -> None:
    found = problem(required("JobRequest", "queue", {"enum": ["fast", "slow"]}))
    assert (found.place, found.entry) == ("JobRequest.queue", "[schemas.JobRequest]")


def test_a_required_field_that_the_service_fills_is_not_sent() -> None:
    made = normalised(required("JobRequest", "number", {"type": "integer", "readOnly": True}))
    assert made.lines() == []


def test_a_field_that_is_required_when_its_parent_is_sent() -> None:
    def require(document: m.Document) -> None:
        billing = m.schema(document, "JobRequest")["properties"]["billing"]
        billing["required"] = ["max_reserved_credits"]

    assert normalised(m.changed(require)).lines() == []


def test_a_field_that_is_sent_only_when_there_is_something_to_send_is_lost_when_it_is_required() -> None:
    made = normalised(m.field_required("InputEntry", "content"))
    assert [(loss.place, loss.what) for loss in made.losses] == [
        (
            "QuoteRequest.input.inputs[].content",
            "the contract always requires it, and the facade doesn't always have it",
        )
    ]


# Query parameters.


def test_a_required_query_parameter_breaks_and_says_how_to_give_it() -> None:
    found = problem(m.parameter_required("/api/v1/jobs", "get", "project", "query"))
    assert (found.operation, found.place) == ("list_jobs", "query project")
    assert "give its value in `constant_query`" in found.what


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_a_required_parameter_elsewhere_can_not_be_given(place: str) -> None:
    found = problem(m.parameter_required("/api/v1/jobs", "get", "project", place))
    assert "constant_query" not in found.what


def test_a_constant_query_is_sent_as_the_contract_spells_it() -> None:
    mutator = m.parameter_required("/api/v1/jobs", "get", "projectId", "query")
    document = contract(mutator, edited('operations.list_jobs.constant_query.project_id = "p1"'))
    assert endpoint(document, "list_jobs").constant_query == {"projectId": "p1"}


def test_a_constant_query_is_no_parameter_of_the_generated_function() -> None:
    mutator = m.parameter_required("/api/v1/jobs", "get", "project", "query")
    document = contract(mutator, edited('operations.list_jobs.constant_query.project = "p1"'))
    names = {each["name"] for each in document["paths"]["/api/v1/jobs"]["get"]["parameters"]}
    assert "project" not in names


def test_a_filter_that_is_required_may_have_a_constant() -> None:
    mutator = m.parameter_required("/api/v1/jobs", "get", "status", "query")
    document = contract(mutator, edited('operations.list_jobs.constant_query.status = "COMPLETED"'))
    jobs = endpoint(document, "list_jobs")
    assert (jobs.constant_query["status"], jobs.query["status"]) == ("COMPLETED", "status")


def test_a_query_parameter_that_takes_a_list_takes_one_value() -> None:
    mutator = m.query_is("/api/v1/jobs", "status", type="array", items={"type": "string", "enum": ["DONE"]})
    made = normalised(mutator)
    assert made.lines() == []
    parameters = made.document["paths"]["/api/v1/jobs"]["get"]["parameters"]
    (status,) = (each for each in parameters if each["name"] == "status")
    assert status["schema"] == {"type": "string", "x-known-values": ["DONE"]}


def test_a_query_parameter_of_another_plain_type_is_text_all_the_same() -> None:
    assert normalised(m.query_is("/api/v1/files", "mine", type="string")).lines() == []


def test_literals_of_a_query_parameter_in_another_case() -> None:
    document = contract(m.query_is("/api/v1/jobs", "status", type="string", enum=["completed", "failed"]))
    assert endpoint(document, "list_jobs").values == {
        "status": {"COMPLETED": "completed", "FAILED": "failed"}
    }


def test_literals_of_a_query_parameter_that_the_bindings_say() -> None:
    edits = 'operations.list_files.values.origin.UPLOAD = "user"'
    document = contract(m.query_is("/api/v1/files", "origin", type="string"), edited(edits))
    assert endpoint(document, "list_files").values == {"origin": {"UPLOAD": "user"}}


# Routes with a constant body.


def test_a_cancel_by_patch_says_the_status_as_the_contract_spells_it() -> None:
    cancel = endpoint(contract(m.cancel_by_patch), "cancel_job")
    assert (cancel.method, cancel.path) == ("PATCH", JOB)
    assert write(cancel.body, {}) == {"status": "cancelled"}


def test_a_patch_with_another_body_cancels_nothing() -> None:
    def rename(document: m.Document) -> None:
        cancel = document["paths"].pop("/api/v1/jobs/{jobId}/cancel")["post"]
        schema = {"type": "object", "properties": {"name": {"type": "string"}}}
        cancel["requestBody"] = {"content": {"application/json": {"schema": schema}}}
        document["paths"]["/api/v1/jobs/{jobId}"] = {"patch": cancel}

    made = normalised(m.changed(rename))
    assert endpoint(made.document, "cancel_job").absent
    assert [loss.operation for loss in made.losses] == ["cancel_job"]


def test_a_patch_without_the_status_cancels_nothing() -> None:
    def archive(document: m.Document) -> None:
        patch = document["paths"]["/api/v1/jobs/{jobId}"]["patch"]
        body = patch["requestBody"]["content"]["application/json"]["schema"]
        body["properties"]["status"]["enum"] = ["archived"]

    assert endpoint(contract(m.both(m.cancel_by_patch, m.changed(archive))), "cancel_job").absent


@pytest.mark.parametrize("other", [m.cancel_by_patch, m.cancel_by_both], ids=["patch", "delete"])
def test_a_cancel_by_post_is_preferred(other: m.Mutator) -> None:
    def post_too(document: m.Document) -> None:
        again = m.bodiless_cancel(document)
        document["paths"]["/api/v1/jobs/{jobId}/cancel"] = {"post": again}

    cancel = endpoint(contract(m.both(other, m.changed(post_too))), "cancel_job")
    assert (cancel.method, cancel.path) == ("POST", f"{JOB}/cancel")


def test_a_body_that_is_required_and_not_sent_breaks() -> None:
    def require(document: m.Document) -> None:
        content = {"application/json": {"schema": {"type": "object"}}}
        cancel = document["paths"]["/api/v1/jobs/{jobId}/cancel"]["post"]
        cancel["requestBody"] = {"required": True, "content": content}

    made = normalised(m.changed(require))
    assert [(loss.place, "constant_body" in loss.what) for loss in made.losses] == [("body", True)]
