"""Fields with other names, places and literals: responses are read, and requests are written."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import Shape, read, write

from . import mutators as m
from .client import contract, edited, normalised, route, without_raw

JOB = "/api/v1/jobs/{jobId}/status"
TEXT = {"type": "string"}


def ours(shape: Shape, body: Any) -> Any:
    """A response in our schema, without the original."""
    return without_raw(read(shape, body))


def progress(**described: Any) -> m.Mutator:
    return m.field_is("Job", "progress", {"type": "number", **described})


STATUSES = ("COMPLETED", "FAILED", "TIMEOUT", "CANCELLED", "BUDGET_EXCEEDED")


def statuses(*values: str) -> m.Mutator:
    return m.field_is("Job", "status", {"type": "string", "enum": list(values)})


LOWER = statuses(*map(str.lower, STATUSES))
DONE = 'schemas.Job.values.status.COMPLETED = "done"'

JOBS: dict[str, tuple[m.Mutator, str, Any, dict[str, Any]]] = {
    # case: (mutator, edits of the bindings, body of a job, what is read)
    "an inner field": (m.moved("Job", progress="progress.percent"), "", {"progress": {"percent": 7}}, {"progress": 7}),
    "an inner field of another name": (
        m.moved("Job", completed_at="timestamps.finished"), "",
        {"timestamps": {"finished": "2026-01-01T00:00:00Z"}}, {"completed_at": "2026-01-01T00:00:00Z"}),
    "an object under our name": (
        m.moved("Job", tool="tool.id"), "", {"tool": {"id": "esmfold", "name": "ESM"}},
        {"tool": "esmfold", "tool.name": "ESM"}),
    "an outer field": (
        m.both(
            m.without_field("Job", "error"),
            *(m.field_is("Job", each, TEXT) for each in ("error_message", "error_code"))), "",
        {"error_message": "no", "error_code": "x"}, {"error": {"message": "no", "code": "x"}}),
    "camelCase": (m.moved("Job", progress="progressPercent"), "", {"progressPercent": 7}, {"progress": 7}),
    "a place from the bindings": (
        m.moved("Job", progress="state.details.done"), 'schemas.Job.names.progress = ["state.details.done"]',
        {"state": {"details": {"done": 5}}}, {"progress": 5}),
    "another place inlined": (
        m.both(m.moved("Job", progress="progress.percent"), m.inlined), "",
        {"progress": {"percent": 7}}, {"progress": 7}),
    "a literal in lower case": (LOWER, "", {"status": "completed"}, {"status": "COMPLETED"}),
    "a literal from the bindings": (
        statuses("done", *STATUSES[1:]), DONE, {"status": "done"}, {"status": "COMPLETED"}),
    "a literal only in the bindings": (
        m.field_is("Job", "status", TEXT), DONE, {"status": "done"}, {"status": "COMPLETED"}),
    "a fraction by its maximum": (progress(minimum=0, maximum=1), "", {"progress": 0.5}, {"progress": 50}),
    "a fraction at another place": (
        m.both(progress(maximum=1), m.moved("Job", progress="progress.percent")), "",
        {"progress": {"percent": 0.5}}, {"progress": 50}),
    "a fraction from the bindings": (
        progress(), "schemas.Job.scale.progress = 100", {"progress": 0.5}, {"progress": 50}),
    "a percentage by its maximum": (progress(maximum=100), "", {"progress": 0.5}, {"progress": 0.5}),
    "a number without a range": (progress(), "", {"progress": 0.5}, {"progress": 0.5}),
}  # fmt: skip


@pytest.mark.parametrize("case", JOBS)
def test_a_job_is_read_from_other_places(case: str) -> None:
    mutator, edits, body, job = JOBS[case]
    assert ours(route(mutator, "get_job_status", edits).response, body) == job


def test_a_job_in_other_places_is_not_a_loss() -> None:
    losses = {case: normalised(mutator, edited(edits)).losses for case, (mutator, edits, *_) in JOBS.items()}
    assert losses == dict.fromkeys(JOBS, ())


@pytest.mark.parametrize("text", ["Fraction done", "From 0 to 1", "0.0-1.0", "between 0 and 1"])
def test_a_fraction_by_its_description(text: str) -> None:
    shape = route(progress(description=text), "get_job_status").response
    assert ours(shape, {"progress": 0.5}) == {"progress": 50}


@pytest.mark.parametrize("text", ["In percent, not a fraction", "0-100", "Percent, 0 to 1000", "0..10"])
def test_a_percentage_by_its_description(text: str) -> None:
    shape = route(progress(description=text), "get_job_status").response
    assert ours(shape, {"progress": 50}) == {"progress": 50}


def test_the_limits_of_a_fraction_become_those_of_a_percentage() -> None:
    described = contract(progress(minimum=0, maximum=1))["components"]["schemas"]["Job"]["properties"]
    assert (described["progress"]["minimum"], described["progress"]["maximum"]) == (0, 100)


def test_known_values_are_our_literals() -> None:
    status = contract(LOWER)["components"]["schemas"]["Job"]["properties"]["status"]
    assert status["x-known-values"] == list(STATUSES)


def test_literals_are_collected_from_all_places_of_a_field() -> None:
    def pending(document: m.Document) -> None:
        job = m.rewritten(m.schema(document, "Job"), dict)
        job["properties"]["status"] = {"type": "string", "enum": ["PENDING"]}
        m.set_response(document, "/api/v1/jobs", "post", job)

    made = normalised(m.changed(pending))
    known = made.document["components"]["schemas"]["Job"]["properties"]["status"]["x-known-values"]
    assert {"PENDING", "COMPLETED", "FAILED"} <= set(known)
    assert made.losses == ()


def test_another_word_for_a_final_status_is_suggested() -> None:
    losses = normalised(statuses(*STATUSES[:3], "CANCELED", STATUSES[4])).losses
    assert any("if 'CANCELED' means the same, set values.status.CANCELLED" in loss.what for loss in losses)


RESPONSES: dict[str, tuple[m.Mutator, str, Any, Any]] = {
    # case: (mutator, operation, body, what is read)
    "a list at another place": (
        m.moved("JobPage", data="data.items"), "list_jobs", {"data": {"items": [{"id": "j"}]}},
        {"data": [{"id": "j"}]}),
    "an envelope": (
        m.wrapped("/api/v1/account", "get"), "get_account", {"data": {"workspace": 1}}, {"workspace": 1}),
    "an envelope of a page": (
        m.wrapped("/api/v1/jobs", "get", "result"), "list_jobs", {"result": {"data": []}}, {"data": []}),
    "an envelope of a page under the name of its list": (
        m.wrapped("/api/v1/jobs", "get"), "list_jobs", {"data": {"data": []}}, {"data": []}),
    "an envelope of optional fields": (
        m.wrapped("/api/v1/files/{fileId}", "delete"), "delete_file", {"data": {"deleted": True}},
        {"deleted": True}),
    "the first of a list": (
        m.response_is("/api/v1/files", "post", {"type": "object", "properties": {
            "files": {"type": "array", "items": {"$ref": f"{m.SCHEMAS}File"}}}}),
        "upload_file", {"files": [{"id": "f"}]}, {"id": "f"}),
    "a string in place of an object": (
        m.field_is("Quote", "blocking_errors", {"type": "array", "items": TEXT}), "quote_job",
        {"blocking_errors": ["x"]}, {"blocking_errors": [{"code": "x"}]}),
    "a boolean that means the opposite": (
        m.field_called("Slot", "required", "optional"), "get_tool",
        {"input": {"slots": [{"id": "protein", "optional": False}]}},
        {"input": {"slots": [{"id": "protein", "required": True}]}}),
}  # fmt: skip
OPPOSITE = """
schemas.Slot.names.required = ["optional"]
schemas.Slot.values = { required = { true = false, false = true } }
"""


@pytest.mark.parametrize("case", RESPONSES)
def test_a_response_is_read_from_other_places(case: str) -> None:
    mutator, operation, body, expected = RESPONSES[case]
    shape = route(mutator, operation, OPPOSITE if "opposite" in case else "").response
    assert ours(shape, body) == expected


def test_a_list_without_an_object_around_it() -> None:
    tools = {"type": "array", "items": {"$ref": f"{m.SCHEMAS}ToolSummary"}}
    mutator = m.both(
        m.response_is("/api/v1/tools", "get", tools), m.without_query("/api/v1/tools", "starting_after")
    )
    assert read(route(mutator, "list_tools").response, [{"id": "t"}])["data"] == [{"id": "t"}]


def test_one_role_may_have_another_shape_at_each_place() -> None:
    def camel_status(document: m.Document) -> None:
        job = m.rewritten(m.schema(document, "Job"), dict)
        job["properties"]["createdAt"] = job["properties"].pop("created_at")
        m.set_response(document, JOB, "get", job)

    status, submit = (route(m.changed(camel_status), name) for name in ("get_job_status", "submit_job"))
    assert ours(status.response, {"createdAt": "now"}) == {"created_at": "now"}
    assert ours(submit.response, {"created_at": "now"}) == {"created_at": "now"}


def test_responses_of_two_statuses_have_one_shape() -> None:
    def accepted(document: m.Document) -> None:
        responses = document["paths"]["/api/v1/jobs"]["post"]["responses"]
        responses["202"] = responses["201"]

    assert not route(m.changed(accepted), "submit_job").response


METADATA = 'schemas.FileUpload.names = { description = ["metadata.description"], tags = ["metadata.tags"] }'


def source_types(*types: str) -> m.Mutator:
    return m.nested_is("InputEntry", "source.type", {"enum": list(types)})


def of_kinds(*kinds: str) -> dict[str, Any]:
    return {"input": {"inputs": [{"kind": kind} for kind in kinds]}}


def of_source(kind: str) -> dict[str, Any]:
    return {"input": {"inputs": [{"source": {"type": kind}}]}}


REQUESTS: dict[str, tuple[m.Mutator, str, str, Any, Any]] = {
    # case: (mutator, edits of the bindings, operation, our body, the service's)
    "inner fields": (
        m.moved("FileUpload", description="metadata.description", tags="metadata.tags"), METADATA, "upload_file",
        {"tags": ["a"], "description": "d"}, {"metadata": {"tags": ["a"], "description": "d"}}),
    "inner fields of a JSON string": (
        m.both(
            m.without_field("FileUpload", "tags"), m.without_field("FileUpload", "description"),
            m.field_is("FileUpload", "metadata", TEXT)),
        METADATA, "upload_file", {"tags": ["a"]}, {"metadata": {"tags": ["a"]}}),
    "a list as a string with commas": (
        m.field_is("FileUpload", "tags", {"type": "string", "description": "Comma-separated."}), "", "upload_file",
        {"tags": ["a", "b"]}, {"tags": "a,b"}),
    "a literal from the bindings": (
        source_types("text", "library"), 'schemas.InputSource.values.type.file = "library"', "submit_job",
        of_source("file"), of_source("library")),
    "a literal in another case": (
        source_types("TEXT", "FILE"), "", "submit_job", of_source("file"), of_source("FILE")),
    "kinds from a tool, in any case": (
        m.nested_is("InputEntry", "kind", {"enum": ["PROTEIN", "DNA"]}), "", "submit_job",
        of_kinds("dna", "PROTEIN", "ligand"), of_kinds("DNA", "PROTEIN", "ligand")),
    "a required constant": (
        m.required("JobRequest", "version", {"const": 2}), "", "submit_job",
        {"tool": "t"}, {"tool": "t", "version": 2}),
    "a required enum of one": (
        m.required("JobRequest", "version", {"type": "integer", "enum": [2]}), "", "submit_job",
        {"tool": "t"}, {"tool": "t", "version": 2}),
    "a required constant of each input": (
        m.required("InputEntry", "encoding", {"const": "utf-8"}), "", "submit_job",
        of_kinds("a"), {"input": {"inputs": [{"kind": "a", "encoding": "utf-8"}]}}),
    "a constant that is not required": (
        m.field_is("JobRequest", "version", {"const": 2}), "", "submit_job", {"tool": "t"}, {"tool": "t"}),
}  # fmt: skip


@pytest.mark.parametrize("case", REQUESTS)
def test_a_request_is_written_to_other_places(case: str) -> None:
    mutator, edits, operation, body, theirs = REQUESTS[case]
    assert write(route(mutator, operation, edits).body, body) == theirs


def test_a_request_with_other_places_is_not_a_loss() -> None:
    cases = [case for case in REQUESTS if "kinds" not in case]
    losses = {case: normalised(REQUESTS[case][0], edited(REQUESTS[case][1])).losses for case in cases}
    assert losses == dict.fromkeys(cases, ())


def test_a_list_as_a_string_without_a_known_separator_is_lost() -> None:
    (loss,) = normalised(m.field_is("FileUpload", "tags", TEXT)).losses
    assert "expected a list of string; the contract has string" in loss.what
