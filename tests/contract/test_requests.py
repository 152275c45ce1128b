"""Required parameters and fields of a request, and constant bodies."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import NeedsNotMet, write
from proteiniq.contract._endpoints import endpoint

from . import mutators as m
from .client import contract, edited, normalised, route

JOBS = "/api/v1/jobs"
PROJECT = m.parameter_required(JOBS, "get", "projectId", "query")


def require_billing(document: m.Document) -> None:
    m.schema(document, "JobRequest")["properties"]["billing"]["required"] = ["max_reserved_credits"]


FINE = {
    "a required field that the service fills": m.required(
        "JobRequest", "n", {"type": "integer", "readOnly": True}
    ),
    "a field that is required when its parent is sent": m.changed(require_billing),
    "a query parameter of another plain type": m.query_is("/api/v1/files", "mine", type="string"),
}


@pytest.mark.parametrize("case", FINE)
def test_a_requirement_that_is_met(case: str) -> None:
    assert normalised(FINE[case]).lines() == []


def test_a_required_field_with_several_values_breaks() -> None:
    with pytest.raises(NeedsNotMet, match=r"JobRequest\.queue"):
        normalised(m.required("JobRequest", "queue", {"enum": ["fast", "slow"]}))


@pytest.mark.parametrize("place", ["header", "cookie"])
def test_a_constant_is_not_suggested_for_headers_and_cookies(place: str) -> None:
    with pytest.raises(NeedsNotMet) as caught:
        normalised(m.parameter_required(JOBS, "get", "project", place))
    assert "constant_query" not in str(caught.value)


def test_a_constant_query_is_spelled_as_in_the_contract() -> None:
    document = contract(PROJECT, edited('operations.list_jobs.constant_query.project_id = "p1"'))
    assert endpoint(document, "list_jobs").constant_query == {"projectId": "p1"}
    names = {each["name"] for each in document["paths"][JOBS]["get"]["parameters"]}
    assert not names & {"project_id", "projectId"}


def test_a_required_filter_may_have_a_constant() -> None:
    mutator = m.parameter_required(JOBS, "get", "status", "query")
    jobs = route(mutator, "list_jobs", 'operations.list_jobs.constant_query.status = "COMPLETED"')
    assert (jobs.constant_query["status"], jobs.query["status"]) == ("COMPLETED", "status")


def test_a_query_parameter_with_a_list_takes_a_single_value() -> None:
    made = normalised(m.query_is(JOBS, "status", type="array", items={"type": "string", "enum": ["DONE"]}))
    assert made.lines() == []
    parameters = made.document["paths"][JOBS]["get"]["parameters"]
    (status,) = (each for each in parameters if each["name"] == "status")
    assert status["schema"] == {"type": "string", "x-known-values": ["DONE"]}


@pytest.mark.parametrize(
    ("described", "edits", "values"),
    [
        ({"enum": ["completed", "failed"]}, "", {"COMPLETED": "completed", "FAILED": "failed"}),
        ({}, 'operations.list_jobs.values.status.COMPLETED = "done"', {"COMPLETED": "done"}),
    ],
    ids=["in another case", "from the bindings"],
)
def test_literals_of_a_query_parameter(described: dict[str, Any], edits: str, values: dict[str, str]) -> None:
    mutator = m.query_is(JOBS, "status", type="string", **described)
    assert route(mutator, "list_jobs", edits).values == {"status": values}


def test_a_cancel_by_patch_sends_the_status_of_the_contract() -> None:
    assert write(route(m.cancel_by_patch, "cancel_job").body, {}) == {"status": "cancelled"}


@pytest.mark.parametrize(
    "properties", [{"name": {"type": "string"}}, {"status": {"enum": ["archived"]}}], ids=["name", "archive"]
)
def test_another_patch_is_not_a_cancel(properties: dict[str, Any]) -> None:
    def patch(document: m.Document) -> None:
        content = {"application/json": {"schema": {"type": "object", "properties": properties}}}
        document["paths"][f"{JOBS}/{{jobId}}"]["patch"]["requestBody"] = {"content": content}

    made = normalised(m.both(m.cancel_by_patch, m.changed(patch)))
    assert endpoint(made.document, "cancel_job").absent
    assert [loss.operation for loss in made.losses] == ["cancel_job"]
