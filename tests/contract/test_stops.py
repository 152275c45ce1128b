"""What the facade can't work with: a report says which need is gone, and where to edit the bindings."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import NeedsNotMet, Problem, bindings, normalise

from . import mutators as m
from .client import reconstruction

CASES: dict[str, tuple[m.Mutator, str, str, str, str]] = {
    # case: (mutator, operation, place, words, entry)
    "a route is gone": (
        m.without_route("/api/v1/results/{jobId}", "get"),
        "get_result", "route", "GET /api/v1/results/{job_id}", "[operations.get_result]",
    ),
    "a needed field is gone": (
        m.without_field("Job", "status"),
        "submit_job", "Job.status", "doesn't document it", "[schemas.Job]",
    ),
    "a list goes on by a cursor that no page has": (
        m.without_field("JobPage", "next_cursor"),
        "list_jobs", "JobPage.next_cursor", "would end with its first page", "[schemas.JobPage]",
    ),
    "two paths for one operation": (
        m.results_by_both,
        "get_result", "route", "GET /api/v1/results/{id} and GET /api/v1/results/{jobId} are both there",
        "[operations.get_result]",
    ),
    "a string became an object": (
        m.field_is("Job", "status", {"type": "object", "properties": {"code": {"type": "string"}}}),
        "get_job_status", "Job.status", "expected a string; the contract has object", "[schemas.Job]",
    ),
    "a string may be an object, too": (
        m.field_is("Job", "id", {"oneOf": [{"type": "string"}, {"type": "object"}]}),
        "get_job_status", "Job.id", "the contract has object or string", "[schemas.Job]",
    ),
    "a list became an object": (
        m.field_is("Result", "files", {"type": "object"}),
        "get_result", "Result.files", "expected a list of ResultFile; the contract has object", "[schemas.Result]",
    ),
    "an object became a list": (
        m.field_is("Account", "workspace", {"type": "array", "items": {"type": "object"}}),
        "get_account", "Account.workspace", "expected an object; the contract has array", "[schemas.Workspace]",
    ),
    "a needed field may be null": (
        m.field_is("Job", "id", {"type": ["string", "null"]}),
        "get_job_status", "Job.id", "may be null", "[schemas.Job]",
    ),
    "settings are renamed": (
        m.field_called("JobRequest", "settings", "parameters"),
        "submit_job", "JobRequest.settings", "the facade sends it", "[schemas.JobRequest]",
    ),
    "a request field is renamed": (
        m.field_called("JobRequest", "input", "entries"),
        "submit_job", "JobRequest.input", "the facade sends it", "[schemas.JobRequest]",
    ),
    "a nested request field is renamed": (
        m.field_called("InputEntry", "slotId", "position"),
        "quote_job", "QuoteRequest.input.inputs[].slotId", "the facade sends it", "[schemas.InputEntry]",
    ),
    "a request field is new and required": (
        m.field_required("JobRequest", "project"),
        "submit_job", "JobRequest.project", "doesn't send it", "[schemas.JobRequest]",
    ),
    "every branch of a request requires something new": (
        m.branches_require("JobRequest", "project", "team"),
        "submit_job", "JobRequest.team", "doesn't send it", "[schemas.JobRequest]",
    ),
    "a request field became required": (
        m.field_required("JobRequest", "billing"),
        "submit_job", "JobRequest.billing", "only when asked", "[schemas.JobRequest]",
    ),
    "a request field takes something else": (
        m.field_is("JobRequest", "settings", {"type": "array", "items": {}}),
        "submit_job", "JobRequest.settings", "expected an object; the contract has array", "[schemas.JobRequest]",
    ),
    "a query parameter is new and required": (
        m.parameter_required("/api/v1/jobs", "get", "project", "query"),
        "list_jobs", "query project", "requires this parameter", "[operations.list_jobs]",
    ),
    "a filter became required": (
        m.parameter_required("/api/v1/jobs", "get", "status", "query"),
        "list_jobs", "query status", "only when asked", "[operations.list_jobs]",
    ),
    "a cookie is new and required": (
        m.parameter_required("/api/v1/account", "get", "session", "cookie"),
        "get_account", "cookie session", "requires this parameter", "[operations.get_account]",
    ),
    "a literal that the facade reads is gone": (
        m.field_is("Job", "status", {"type": "string", "enum": ["DONE", "FAILED"]}),
        "get_job_status", "Job.status", "the facade says 'COMPLETED', and the contract knows DONE, FAILED",
        "[schemas.Job]",
    ),
    "a header is new and required": (
        m.parameter_required("/api/v1/account", "get", "X-Workspace", "header"),
        "get_account", "header X-Workspace", "requires this parameter", "[operations.get_account]",
    ),
    "two fields for one need": (
        m.both(
            m.field_called("Job", "id", "ID"),
            m.field_is("Job", "i_d", {"type": "string"}),
        ),
        "get_job_status", "Job.id", "ID and i_d could both be it", "[schemas.Job]",
    ),
}  # fmt: skip


SPELLINGS = [m.inlined, m.both(m.composed, m.renamed, m.openapi_3_0)]


def problems(mutator: m.Mutator) -> list[Problem]:
    with pytest.raises(NeedsNotMet) as caught:
        normalise(mutator(reconstruction()), bindings())
    return caught.value.problems


@pytest.mark.parametrize("case", CASES)
def test_the_report_says_where_and_what_to_edit(case: str) -> None:
    mutator, operation, place, words, entry = CASES[case]
    found = problems(mutator)
    (problem,) = [
        each for each in found if (each.operation, each.place, each.severity) == (operation, place, "breaks")
    ]
    assert words in problem.what
    assert problem.entry == entry
    assert entry in str(problem)


@pytest.mark.parametrize("spelling", SPELLINGS, ids=["inlined", "composed, renamed, 3.0"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_found_in_any_spelling(case: str, spelling: m.Mutator) -> None:
    mutator, operation, place, _, entry = CASES[case]
    found = problems(m.both(mutator, spelling))
    assert (operation, place, entry) in [(each.operation, each.place, each.entry) for each in found]


def test_all_problems_are_reported_together() -> None:
    mutators: list[m.Mutator] = [
        m.without_route("/api/v1/results/{jobId}", "get"),
        m.without_field("Job", "status"),
        m.field_is("Quote", "estimated_credits", {"type": "string"}),
    ]
    found = {(each.operation, each.place) for each in problems(m.both(*mutators))}
    assert found >= {
        ("get_result", "route"),
        ("submit_job", "Job.status"),
        ("quote_job", "Quote.estimated_credits"),
    }


def test_what_would_be_lost_is_reported_too() -> None:
    found = problems(m.both(m.without_field("Job", "status"), m.without_field("File", "origin")))
    assert [each.place for each in found if each.severity == "loses"] == ["File"]


def test_a_body_of_another_kind() -> None:
    def as_xml(document: Any) -> None:
        body = document["paths"]["/api/v1/jobs"]["post"]["requestBody"]
        body["content"] = {"application/xml": body["content"]["application/json"]}

    (problem,) = problems(m.changed(as_xml))
    assert (problem.operation, problem.place) == ("submit_job", "body")
    assert "the contract takes application/xml" in problem.what


def test_an_answer_of_another_kind() -> None:
    def as_text(document: Any) -> None:
        answer = document["paths"]["/api/v1/account"]["get"]["responses"]["200"]
        answer["content"] = {"text/plain": {"schema": {"type": "string"}}}

    (problem,) = problems(m.changed(as_text))
    assert (problem.operation, problem.place) == ("get_account", "response")
