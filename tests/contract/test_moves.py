"""Where the service has things elsewhere, or calls them otherwise, responses are read and requests are written."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq.contract import RAW, NeedsNotMet, read, write
from proteiniq.contract._endpoints import Endpoint, endpoint

from . import mutators as m
from .client import contract, edited, normalised

JOB = "/api/v1/jobs/{jobId}/status"


def job_with(mutator: m.Mutator, body: dict[str, Any], field: str, edits: str = "") -> Any:
    """A field of a job that is read from `body`."""
    route = endpoint(contract(mutator, edited(edits)), "get_job_status")
    return ours(route, body).get(field)


def ours(route: Endpoint, body: Any) -> dict[str, Any]:
    """A response in our shape, without what it was."""
    return {key: value for key, value in read(route.answer, body).items() if key != RAW}


NESTED: dict[str, tuple[m.Mutator, dict[str, Any], str, Any]] = {
    # case: (mutator, body, field, what is read)
    "progress.percent": (m.moved("Job", progress="progress.percent"), {"progress": {"percent": 7}}, "progress", 7),
    "tool.id": (m.moved("Job", tool="tool.id"), {"tool": {"id": "esmfold"}}, "tool", "esmfold"),
    "credits.charged": (m.moved("Job", credits_used="credits.charged"), {"credits": {"charged": 3}}, "credits_used", 3),
    "timestamps.finished": (
        m.moved("Job", completed_at="timestamps.finished"),
        {"timestamps": {"finished": "2026-01-01T00:00:00Z"}},
        "completed_at",
        "2026-01-01T00:00:00Z",
    ),
    "error_message": (
        m.both(m.without_field("Job", "error"), m.field_is("Job", "error_message", {"type": "string"})),
        {"error_message": "no"},
        "error",
        {"message": "no"},
    ),
    "camelCase inside": (m.moved("Job", progress="progressPercent"), {"progressPercent": 7}, "progress", 7),
}  # fmt: skip


@pytest.mark.parametrize("case", NESTED)
def test_a_field_at_another_place_is_read(case: str) -> None:
    mutator, body, field, value = NESTED[case]
    assert job_with(mutator, body, field) == value


@pytest.mark.parametrize("case", NESTED)
def test_a_field_at_another_place_is_not_lost(case: str) -> None:
    losses = normalised(NESTED[case][0]).losses
    assert [loss for loss in losses if loss.place in ("Job", f"Job.{NESTED[case][2]}")] == []


@pytest.mark.parametrize("case", NESTED)
def test_a_field_at_another_place_is_found_when_all_is_inlined(case: str) -> None:
    mutator, body, field, value = NESTED[case]
    assert job_with(m.both(mutator, m.inlined), body, field) == value


def test_the_list_of_a_page_at_another_place() -> None:
    route = endpoint(contract(m.moved("JobPage", data="data.items")), "list_jobs")
    assert read(route.answer, {"data": {"items": [{"id": "j"}]}})["data"] == [{"id": "j"}]


def test_a_place_that_the_bindings_say() -> None:
    mutator = m.moved("Job", progress="state.details.done")
    edits = 'schemas.Job.names.progress = ["state.details.done"]'
    assert job_with(mutator, {"state": {"details": {"done": 5}}}, "progress", edits) == 5


def test_a_request_field_at_another_place_is_written() -> None:
    edits = 'schemas.FileUpload.names = { description = ["metadata.description"], tags = ["metadata.tags"] }'
    mutator = m.moved("FileUpload", description="metadata.description", tags="metadata.tags")
    route = endpoint(contract(mutator, edited(edits)), "upload_file")
    assert write(route.body, {"tags": ["a"], "description": "d"}) == {
        "metadata": {"tags": ["a"], "description": "d"}}  # fmt: skip


def test_request_fields_in_a_text_that_holds_json() -> None:
    edits = 'schemas.FileUpload.names.tags = ["metadata.tags"]'
    mutator = m.both(
        m.without_field("FileUpload", "tags"), m.field_is("FileUpload", "metadata", {"type": "string"})
    )
    made = normalised(mutator, edited(edits))
    assert endpoint(made.document, "upload_file").body.moves == ((("tags",), ("metadata", "tags")),)
    assert made.losses == ()


def test_text_of_a_response_has_no_fields_in_it() -> None:
    mutator = m.both(m.without_field("Job", "credits_used"), m.field_is("Job", "credits", {"type": "string"}))
    (loss,) = normalised(mutator).losses
    assert loss.what == "not documented: credits_used (credits is there, and unread)"


ENVELOPES = {
    "an object in an object": ("/api/v1/account", "get", "data", "get_account", {"workspace": {"id": "w"}}),
    "a page in an object": ("/api/v1/jobs", "get", "result", "list_jobs", {"data": []}),
    "a page under the name of its list": ("/api/v1/jobs", "get", "data", "list_jobs", {"data": []}),
    "what has nothing needed": ("/api/v1/files/{fileId}", "delete", "data", "delete_file", {"deleted": True}),
}


@pytest.mark.parametrize("case", ENVELOPES)
def test_an_envelope_is_taken_off(case: str) -> None:
    path, method, key, operation, body = ENVELOPES[case]
    made = normalised(m.wrapped(path, method, key))
    assert ours(endpoint(made.document, operation), {key: body}) == body
    assert made.losses == ()


def test_the_first_of_a_list_is_the_answer() -> None:
    answer = {
        "type": "object",
        "properties": {"files": {"type": "array", "items": {"$ref": f"{m.SCHEMAS}File"}}},
    }
    route = endpoint(contract(m.answer_is("/api/v1/files", "post", answer)), "upload_file")
    assert ours(route, {"files": [{"id": "f"}]}) == {"id": "f"}


def test_a_list_without_an_object_around_it() -> None:
    answer = {"type": "array", "items": {"$ref": f"{m.SCHEMAS}ToolSummary"}}
    mutator = m.both(
        m.answer_is("/api/v1/tools", "get", answer), m.without_query("/api/v1/tools", "starting_after")
    )
    assert read(endpoint(contract(mutator), "list_tools").answer, [{"id": "t"}])["data"] == [{"id": "t"}]


def test_one_role_may_have_another_shape_at_each_place() -> None:
    def camel_status(document: m.Document) -> None:
        job = m.rewritten(m.schema(document, "Job"), dict)
        job["properties"]["createdAt"] = job["properties"].pop("created_at")
        m.answer_in_place(document, JOB, "get", job)

    document = contract(m.changed(camel_status))
    status, submit = endpoint(document, "get_job_status"), endpoint(document, "submit_job")
    assert read(status.answer, {"createdAt": "now"})["created_at"] == "now"
    assert read(submit.answer, {"created_at": "now"})["created_at"] == "now"


def test_answers_of_two_statuses_have_one_shape() -> None:
    def accepted(document: m.Document) -> None:
        responses = document["paths"]["/api/v1/jobs"]["post"]["responses"]
        responses["202"] = responses["201"]

    document = contract(m.changed(accepted))
    assert not endpoint(document, "submit_job").answer


STATUS = {"type": "string", "enum": ["queued", "completed", "failed"]}


def test_a_literal_in_another_case_is_found() -> None:
    job = job_with(m.field_is("Job", "status", STATUS), {"status": "completed"}, "status")
    assert job == "COMPLETED"


def test_known_values_are_ours() -> None:
    document = contract(m.field_is("Job", "status", STATUS))
    status = document["components"]["schemas"]["Job"]["properties"]["status"]
    assert status["x-known-values"] == ["QUEUED", "COMPLETED", "FAILED"]


def test_a_literal_that_the_bindings_say_is_read() -> None:
    mutator = m.field_is("Job", "status", {"type": "string", "enum": ["done", "failed"]})
    edits = 'schemas.Job.values.status.COMPLETED = "done"'
    assert job_with(mutator, {"status": "done"}, "status", edits) == "COMPLETED"


def test_a_literal_that_the_bindings_say_counts_where_no_values_are_told() -> None:
    mutator = m.field_is("Job", "status", {"type": "string"})
    edits = 'schemas.Job.values.status.COMPLETED = "done"'
    assert job_with(mutator, {"status": "done"}, "status", edits) == "COMPLETED"


def test_a_literal_is_never_made_up() -> None:
    mutator = m.field_is("Job", "status", {"type": "string", "enum": ["DONE", "FAILED"]})
    with pytest.raises(NeedsNotMet, match=r"if it is 'DONE', say values\.status\.COMPLETED"):
        normalised(mutator)


def test_a_literal_of_a_request_is_written() -> None:
    mutator = m.nested_is("InputEntry", "source.type", {"type": "string", "enum": ["text", "library"]})
    edits = 'schemas.InputSource.values.type.file = "library"'
    route = endpoint(contract(mutator, edited(edits)), "submit_job")
    assert _source(route, "file") == "library"


def test_a_literal_of_a_request_in_another_case_is_written() -> None:
    mutator = m.nested_is("InputEntry", "source.type", {"type": "string", "enum": ["TEXT", "FILE"]})
    route = endpoint(contract(mutator), "submit_job")
    assert (_source(route, "text"), _source(route, "file")) == ("TEXT", "FILE")


def test_a_kind_that_a_tool_names_is_written_as_the_request_wants_it() -> None:
    route = endpoint(contract(m.nested_is("InputEntry", "kind", {"enum": ["PROTEIN", "DNA"]})), "submit_job")
    body = write(
        route.body, {"input": {"inputs": [{"kind": "dna"}, {"kind": "PROTEIN"}, {"kind": "ligand"}]}}
    )
    assert [entry["kind"] for entry in body["input"]["inputs"]] == ["DNA", "PROTEIN", "ligand"]


def test_a_documented_kind_that_the_request_lacks_is_lost() -> None:
    (loss,) = normalised(m.nested_is("InputEntry", "kind", {"enum": ["sequence", "structure"]})).losses
    assert "the facade says 'protein', and the contract knows sequence, structure" in loss.what


def test_a_needed_literal_of_a_request_breaks() -> None:
    mutator = m.nested_is("InputEntry", "source.type", {"type": "string", "enum": ["inline", "file"]})
    with pytest.raises(NeedsNotMet) as caught:
        normalised(mutator)
    found = {(each.operation, each.entry, each.severity) for each in caught.value.problems}
    assert found == {("quote_job", "[schemas.InputSource]", "breaks")}
    assert "say values.type.text" in str(caught.value)


def _source(route: Endpoint, kind: str) -> Any:
    body = write(route.body, {"input": {"inputs": [{"source": {"type": kind}}]}})
    return body["input"]["inputs"][0]["source"]["type"]


def progress(**limits: float) -> m.Mutator:
    return m.field_is("Job", "progress", {"type": "number", **limits})


def test_a_fraction_becomes_a_percentage() -> None:
    assert job_with(progress(minimum=0, maximum=1), {"progress": 0.5}, "progress") == 50


def test_the_limits_of_a_fraction_are_those_of_a_percentage() -> None:
    described = contract(progress(minimum=0, maximum=1))["components"]["schemas"]["Job"]["properties"]
    assert (described["progress"]["minimum"], described["progress"]["maximum"]) == (0, 100)


@pytest.mark.parametrize("limits", [{"maximum": 100}, {}], ids=["100", "no maximum"])
def test_a_percentage_stays_as_it_is(limits: dict[str, float]) -> None:
    assert job_with(progress(**limits), {"progress": 0.5}, "progress") == 0.5


def test_a_percentage_that_is_said_to_be_no_fraction_stays_as_it_is() -> None:
    mutator = m.field_is("Job", "progress", {"type": "number", "description": "In percent, not a fraction"})
    assert job_with(mutator, {"progress": 50}, "progress") == 50


def test_a_fraction_at_another_place() -> None:
    mutator = m.both(progress(maximum=1), m.moved("Job", progress="progress.percent"))
    assert job_with(mutator, {"progress": {"percent": 0.5}}, "progress") == 50


def test_a_scale_that_the_bindings_say() -> None:
    assert job_with(progress(), {"progress": 0.5}, "progress", "schemas.Job.scale.progress = 100") == 50
