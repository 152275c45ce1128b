"""What the facade can do without: it is reported once, with what is there instead, and the client works."""

from __future__ import annotations

import pytest

from proteiniq.contract import Problem

from . import mutators as m
from .client import edited, normalised

CASES: dict[str, tuple[m.Mutator, str, str, str, str]] = {
    # case: (mutator, operation, place, words, entry)
    "an optional route is gone": (
        m.without_route("/api/v1/files/{fileId}", "delete"),
        "delete_file", "route", "the contract has no DELETE /api/v1/files/{file_id}", "[operations.delete_file]",
    ),
    "an optional field is gone": (
        m.without_field("Job", "progress"),
        "submit_job", "Job", "not documented: progress", "[schemas.Job]",
    ),
    "an optional field shares a word with another": (
        m.field_called("File", "storage_owner", "owner"),
        "list_files", "File", "storage_owner (owner is there, and unread)", "[schemas.File]",
    ),
    "an optional field looks like another": (
        m.field_called("File", "origin", "orgin"),
        "list_files", "File", "origin (orgin is there, and unread)", "[schemas.File]",
    ),
    "several optional fields are gone": (
        m.both(m.without_field("Quote", "tool"), m.without_field("Quote", "billing")),
        "quote_job", "Quote", "not documented: tool, billing", "[schemas.Quote]",
    ),
    "an optional field of a request is gone": (
        m.without_field("JobRequest", "billing"),
        "submit_job", "JobRequest", "not documented: billing", "[schemas.JobRequest]",
    ),
    "an optional field has another type": (
        m.field_is("Job", "progress", {"type": "string"}),
        "get_job_status", "Job.progress", "expected a number; the contract has string", "[schemas.Job]",
    ),
    "an optional object is a list": (
        m.field_is("Quote", "billing", {"type": "array", "items": {"type": "string"}}),
        "quote_job", "Quote.billing", "expected an object; the contract has array", "[schemas.QuoteBilling]",
    ),
    "the items of an optional list have another type": (
        m.field_is("File", "tags", {"type": "array", "items": {"type": "object"}}),
        "get_file", "File.tags[]", "expected a string; the contract has object", "[schemas.File]",
    ),
    "two fields could be an optional one": (
        m.both(m.field_called("Job", "progress", "Progress"), m.field_is("Job", "pro_gress", {"type": "number"})),
        "get_job_status", "Job.progress", "Progress and pro_gress could both be it", "[schemas.Job]",
    ),
    "a filter is gone": (
        m.query_called("/api/v1/jobs", "tool", "by_tool"),
        "list_jobs", "query", "not documented: tool (by_tool is there, and unread)", "[operations.list_jobs]",
    ),
    "a filter has another type": (
        m.query_is("/api/v1/files", "mine", type="object"),
        "list_files", "query mine", "expected a boolean; the contract has object", "[operations.list_files]",
    ),
    "a list can't go on": (
        m.both(
            m.without_query("/api/v1/files", "starting_after"), m.without_field("FilePage", "next_cursor")
        ),
        "list_files", "query starting_after", "only the first can be had", "[operations.list_files]",
    ),
    "a literal that some users send is gone": (
        m.nested_is("InputEntry", "source.type", {"type": "string", "enum": ["text", "library"]}),
        "quote_job", "QuoteRequest.input.inputs[].source.type", "say values.type.file", "[schemas.InputSource]",
    ),
    "errors are text": (
        m.errors_as_text,
        "all", "ErrorEnvelope", "known by its status only", "[schemas.ErrorEnvelope]",
    ),
}  # fmt: skip


SPELLINGS = [m.inlined, m.both(m.composed, m.renamed, m.openapi_3_0)]


@pytest.mark.parametrize("case", CASES)
def test_the_report_says_what_is_lost_and_what_could_be_it(case: str) -> None:
    mutator, operation, place, words, entry = CASES[case]
    (loss,) = normalised(mutator).losses
    assert words in loss.what
    assert loss == Problem(operation, place, loss.what, entry, "loses")


@pytest.mark.parametrize("spelling", SPELLINGS, ids=["inlined", "composed, renamed, 3.0"])
@pytest.mark.parametrize("case", CASES)
def test_it_is_found_in_any_spelling(case: str, spelling: m.Mutator) -> None:
    mutator, operation, place, _, entry = CASES[case]
    found = {
        (each.operation, each.place, each.entry) for each in normalised(m.both(mutator, spelling)).losses
    }
    assert found == {(operation, place, entry)}


def test_an_optional_object_that_is_gone_says_nothing_of_its_fields() -> None:
    (loss,) = normalised(m.without_field("Account", "limits")).losses
    assert loss.what == "not documented: limits"


def test_a_field_that_is_missing_at_one_place_only_is_not_lost() -> None:
    def without_progress(document: m.Document) -> None:
        job = m.rewritten(m.schema(document, "Job"), dict)
        del job["properties"]["progress"]
        m.answer_in_place(document, "/api/v1/jobs", "post", job)

    assert normalised(m.changed(without_progress)).losses == ()


def test_what_is_lost_is_undocumented_in_the_contract() -> None:
    made = normalised(m.field_is("Job", "progress", {"type": "string"}))
    assert "progress" in made.document["components"]["schemas"]["Job"]["x-undocumented"]


def test_a_field_that_nobody_misses_is_not_lost() -> None:
    assert normalised(m.without_field("JobPage", "has_more")).losses == ()


def test_a_loss_that_the_bindings_take_as_known_is_not_told() -> None:
    mapped = edited('schemas.File.names.storage_owner = ["owner"]')
    assert normalised(m.field_called("File", "storage_owner", "owner"), mapped).losses == ()


def test_a_field_that_is_assumed_is_not_lost() -> None:
    assert (
        normalised(m.without_field("Job", "progress"), edited('schemas.Job.assume = ["progress"]')).losses
        == ()
    )


def test_lines_for_people_begin_with_what_it_is() -> None:
    (line,) = normalised(m.without_field("Job", "progress")).lines()
    assert line == "  loses  submit_job: Job: not documented: progress (see [schemas.Job] in bindings.toml)"
