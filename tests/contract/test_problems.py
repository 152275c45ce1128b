"""Parts that a contract lacks: needed ones break the client, optional ones are lost. Both are reported with a place."""

from __future__ import annotations

import pytest

from proteiniq.contract import NeedsNotMet, Problem

from . import mutators as m
from .client import edited, normalised

TEXT, JOBS = {"type": "string"}, "/api/v1/jobs"

BREAKS: dict[str, tuple[m.Mutator, str, str, str]] = {
    # case: (mutator, place, entry, words)
    "a route is gone": (
        m.without_route("/api/v1/results/{jobId}", "get"),
        "get_result: route", "[operations.get_result]", "GET /api/v1/results/{job_id}"),
    "a needed field is gone": (
        m.without_field("Job", "status"),
        "submit_job: Job.status", "[schemas.Job]", "doesn't document it"),
    "a list is paged by a cursor that no page has": (
        m.without_field("JobPage", "next_cursor"),
        "list_jobs: JobPage.next_cursor", "[schemas.JobPage]", "would end after the first page"),
    "two paths for one operation": (
        m.results_by_both,
        "get_result: route", "[operations.get_result]", "and GET /api/v1/results/{jobId} both exist"),
    "a string became an object": (
        m.field_is("Job", "status", {"type": "object", "properties": {"code": TEXT}}),
        "get_job_status: Job.status", "[schemas.Job]", "expected a string; the contract has object"),
    "a string may be an object, too": (
        m.field_is("Job", "id", {"oneOf": [TEXT, {"type": "object"}]}),
        "get_job_status: Job.id", "[schemas.Job]", "the contract has object or string"),
    "a list became an object": (
        m.field_is("Result", "files", {"type": "object"}),
        "get_result: Result.files", "[schemas.Result]", "expected a list of ResultFile; the contract has object"),
    "an object became a list": (
        m.field_is("Account", "workspace", {"type": "array", "items": {"type": "object"}}),
        "get_account: Account.workspace", "[schemas.Workspace]", "expected an object; the contract has array"),
    "a needed field may be null": (
        m.field_is("Job", "id", {"type": ["string", "null"]}),
        "get_job_status: Job.id", "[schemas.Job]", "the contract allows null"),
    "two fields for one need": (
        m.both(m.field_called("Job", "id", "ID"), m.field_is("Job", "i_d", TEXT)),
        "get_job_status: Job.id", "[schemas.Job]", "ID and i_d both match"),
    "a literal that the client reads is gone": (
        m.field_is("Job", "status", {"type": "string", "enum": ["DONE", "FAILED"]}),
        "get_job_status: Job.status", "[schemas.Job]", "the contract lists DONE, FAILED"),
    "a literal that the client sends is gone": (
        m.nested_is("InputEntry", "source.type", {"enum": ["inline", "file"]}),
        "quote_job: QuoteRequest.input.inputs[].source.type", "[schemas.InputSource]", "set values.type.text"),
    "a request field is renamed": (
        m.field_called("JobRequest", "settings", "parameters"),
        "submit_job: JobRequest.settings", "[schemas.JobRequest]", "the client sends it"),
    "a nested request field is renamed": (
        m.field_called("InputEntry", "slotId", "position"),
        "quote_job: QuoteRequest.input.inputs[].slotId", "[schemas.InputEntry]", "the client sends it"),
    "a request field is new and required": (
        m.field_required("JobRequest", "project"),
        "submit_job: JobRequest.project", "[schemas.JobRequest]", "doesn't send it"),
    "every branch of a request requires something new": (
        m.branches_require("JobRequest", "project", "team"),
        "submit_job: JobRequest.team", "[schemas.JobRequest]", "doesn't send it"),
    "a request field became required": (
        m.field_required("JobRequest", "billing"),
        "submit_job: JobRequest.billing", "[schemas.JobRequest]", "only if it is set"),
    "a request field takes something else": (
        m.field_is("JobRequest", "settings", {"type": "array", "items": {}}),
        "submit_job: JobRequest.settings", "[schemas.JobRequest]", "expected an object; the contract has array"),
    "a query parameter is new and required": (
        m.parameter_required(JOBS, "get", "project", "query"),
        "list_jobs: query project", "[operations.list_jobs]", "set it in `constant_query`"),
    "a filter became required": (
        m.parameter_required(JOBS, "get", "status", "query"),
        "list_jobs: query status", "[operations.list_jobs]", "only if it is set"),
    "a header is new and required": (
        m.parameter_required("/api/v1/account", "get", "X-Workspace", "header"),
        "get_account: header X-Workspace", "[operations.get_account]", "requires this parameter"),
    "a body of another kind": (
        m.body_is(JOBS, form={"type": "object"}),
        "submit_job: body", "[operations.submit_job]", "the client sends JobRequest as JSON"),
    "a response of another kind": (
        m.response_is("/api/v1/account", "get", TEXT, "text/plain"),
        "get_account: response", "[operations.get_account]", "JSON"),
}  # fmt: skip

LOSES: dict[str, tuple[m.Mutator, str, str, str]] = {
    "an optional route is gone": (
        m.without_route("/api/v1/files/{fileId}", "delete"),
        "delete_file: route", "[operations.delete_file]", "the contract has no DELETE /api/v1/files/{file_id}"),
    "an optional field shares a word with another": (
        m.field_called("File", "storage_owner", "owner"),
        "list_files: File", "[schemas.File]", "storage_owner (perhaps renamed to owner)"),
    "an optional field looks like another": (
        m.field_called("File", "origin", "orgin"),
        "list_files: File", "[schemas.File]", "origin (perhaps renamed to orgin)"),
    "an optional field is inside of an unread object": (
        m.moved("File", created_at="dates.created_at"),
        "list_files: File", "[schemas.File]", "created_at (perhaps renamed to dates.created_at)"),
    "several optional fields are gone": (
        m.both(m.without_field("Quote", "tool"), m.without_field("Quote", "billing")),
        "quote_job: Quote", "[schemas.Quote]", "not documented: tool, billing"),
    "an optional object is gone, with all of its fields": (
        m.without_field("Account", "limits"), "get_account: Account", "[schemas.Account]", "not documented: limits"),
    "an optional field of a request is gone": (
        m.without_field("JobRequest", "billing"),
        "submit_job: JobRequest", "[schemas.JobRequest]", "not documented: billing"),
    "a string of a response has no fields in it": (
        m.both(m.without_field("Job", "credits_used"), m.field_is("Job", "credits", TEXT)),
        "submit_job: Job", "[schemas.Job]", "credits_used (perhaps renamed to credits)"),
    "an optional field has another type": (
        m.field_is("Job", "progress", TEXT),
        "get_job_status: Job.progress", "[schemas.Job]", "expected a number; the contract has string"),
    "an optional object is a list": (
        m.field_is("Quote", "billing", {"type": "array", "items": TEXT}),
        "quote_job: Quote.billing", "[schemas.QuoteBilling]", "expected an object; the contract has array"),
    "the items of an optional list have another type": (
        m.field_is("File", "tags", {"type": "array", "items": {"type": "object"}}),
        "get_file: File.tags[]", "[schemas.File]", "expected a string; the contract has object"),
    "two fields could be an optional one": (
        m.both(m.field_called("Job", "progress", "Progress"), m.field_is("Job", "pro_gress", {"type": "number"})),
        "get_job_status: Job.progress", "[schemas.Job]", "Progress and pro_gress both match"),
    "a filter is gone": (
        m.query_called(JOBS, "tool", "by_tool"),
        "list_jobs: query", "[operations.list_jobs]", "not documented: tool (perhaps renamed to by_tool)"),
    "a filter has another type": (
        m.query_is("/api/v1/files", "mine", type="object"),
        "list_files: query mine", "[operations.list_files]", "expected a boolean; the contract has object"),
    "a list can't be paged": (
        m.both(m.without_query("/api/v1/files", "starting_after"), m.without_field("FilePage", "next_cursor")),
        "list_files: query starting_after", "[operations.list_files]", "only the first page can be read"),
    "a literal that some users send is gone": (
        m.nested_is("InputEntry", "source.type", {"enum": ["text", "library"]}),
        "quote_job: QuoteRequest.input.inputs[].source.type", "[schemas.InputSource]", "set values.type.file"),
    "a documented literal that no field has": (
        m.nested_is("InputEntry", "kind", {"enum": ["sequence", "structure"]}),
        "quote_job: QuoteRequest.input.inputs[].kind", "[schemas.InputEntry]",
        "the client uses 'protein'; the contract lists sequence, structure"),
    "a field is required that is not always sent": (
        m.field_required("InputEntry", "content"),
        "quote_job: QuoteRequest.input.inputs[].content", "[schemas.InputEntry]", "doesn't always have it"),
    "a body is required that is not sent": (
        m.body_is("/api/v1/jobs/{jobId}/cancel", json={"type": "object"}),
        "cancel_job: body", "[operations.cancel_job]", "constant_body"),
    "errors are text": (
        m.field_is("ErrorEnvelope", "error", TEXT),
        "all: ErrorEnvelope", "[schemas.ErrorEnvelope]", "identified by their status alone"),
}  # fmt: skip

SPELLINGS = {
    "as it is": lambda document: document,
    "inlined": m.inlined,
    "composed, renamed, 3.0": m.both(m.composed, m.renamed, m.openapi_3_0),
}


def problems(mutator: m.Mutator) -> list[Problem]:
    with pytest.raises(NeedsNotMet) as caught:
        normalised(mutator)
    return caught.value.problems


@pytest.mark.parametrize("case", BREAKS)
def test_an_unmet_need_names_the_entry_to_edit(case: str) -> None:
    mutator, place, entry, words = BREAKS[case]
    broken = [each for each in problems(mutator) if each.severity == "breaks"]
    here = [each for each in broken if f"{each.operation}: {each.place}" == place]
    assert [(each.entry, words in each.what) for each in here] == [(entry, True)]


@pytest.mark.parametrize("case", LOSES)
def test_a_loss_is_reported_once(case: str) -> None:
    mutator, place, entry, words = LOSES[case]
    (loss,) = normalised(mutator).losses
    assert (f"{loss.operation}: {loss.place}", loss.entry, loss.severity) == (place, entry, "loses")
    assert words in loss.what


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_problems_are_found_in_any_spelling(spelling: str) -> None:
    parts = ("a needed field is gone", "a nested request field is renamed", "a filter became required")
    lost = ("an optional field has another type", "a filter is gone", "a body is required that is not sent")
    mutators = [*(BREAKS[each][0] for each in parts), *(LOSES[each][0] for each in lost), SPELLINGS[spelling]]
    found = {f"{each.operation}: {each.place}" for each in problems(m.both(*mutators))}
    assert found >= {*(BREAKS[each][1] for each in parts), *(LOSES[each][1] for each in lost)}


def test_a_field_that_is_missing_at_one_place_is_not_a_loss() -> None:
    def without_progress(document: m.Document) -> None:
        job = m.rewritten(m.schema(document, "Job"), dict)
        del job["properties"]["progress"]
        m.set_response(document, JOBS, "post", job)

    assert normalised(m.changed(without_progress)).losses == ()


def test_a_lost_field_is_marked_as_undocumented() -> None:
    made = normalised(m.field_is("Job", "progress", TEXT))
    assert "progress" in made.document["components"]["schemas"]["Job"]["x-undocumented"]


@pytest.mark.parametrize(
    ("mutator", "edits"),
    [
        (m.without_field("JobPage", "has_more"), ""),
        (m.field_called("File", "storage_owner", "owner"), 'schemas.File.names.storage_owner = ["owner"]'),
        (m.without_field("Job", "progress"), 'schemas.Job.assume = ["progress"]'),
    ],
    ids=["only known", "mapped in the bindings", "assumed in the bindings"],
)
def test_a_missing_field_that_is_not_a_loss(mutator: m.Mutator, edits: str) -> None:
    assert normalised(mutator, edited(edits)).losses == ()


def test_text_of_a_loss() -> None:
    (line,) = normalised(m.without_field("Job", "progress")).lines()
    assert line == "  loses  submit_job: Job: not documented: progress (see [schemas.Job] in bindings.toml)"
