"""Changes between two contracts, and their severities."""

from __future__ import annotations

import pytest

from proteiniq.contract._compare import compare

from . import mutators as m
from .client import contract, edited

OURS = contract(lambda document: document)


def changes(mutator: m.Mutator, edits: str = "") -> list[tuple[str, str]]:
    return [(each.severity, str(each)) for each in compare(OURS, contract(mutator, edited(edits)))]


MOVED = {
    # case: (mutator, edits, severity, what)
    "an optional field": (
        m.moved("Job", progress="progress_percent"), "",
        "contract", "list_jobs response.data.progress: new location on the wire `progress_percent`",
    ),
    "a needed field": (
        m.field_called("File", "id", "file_id"), "",
        "facade", "get_file response.id: new location on the wire `file_id`",
    ),
    "a field of a request": (
        m.field_called("JobRequest", "settings", "options"), 'schemas.JobRequest.names.settings = ["options"]',
        "facade", "submit_job body.settings: new location on the wire `options`",
    ),
    "an envelope": (
        m.wrapped("/api/v1/account", "get"), "",
        "facade", "get_account response at: new location on the wire `data`",
    ),
    "a plain value in place of an optional object": (
        m.field_is("Quote", "billing", {"type": "string"}), "",
        "contract", "quote_job response.billing whole: new location on the wire `mode`",
    ),
    "a unit": (
        m.field_is("Job", "progress", {"type": "number", "maximum": 1}), "",
        "contract", "list_jobs response.data.progress, its unit: new location on the wire `100`",
    ),
    "literals in another case": (
        m.field_is("Job", "status", {"type": "string", "enum": ["completed", "failed"]}), "",
        "facade", "get_job_status response.status, its literals: new location on the wire",
    ),
    "a constant": (
        m.both(m.field_is("JobRequest", "v", {"const": 2}), m.field_required("JobRequest", "v")), "",
        "facade", "submit_job body constants: new location on the wire `{'v': 2}`",
    ),
    "another kind of paging": (
        m.query_called("/api/v1/jobs", "starting_after", "offset"), "",
        "facade", "list_jobs paging: mechanism is `\"offset\"`, was `\"cursor\"`",
    ),
    "another kind of upload": (
        m.upload_as_json, "",
        "facade", "upload_file upload: mechanism is",
    ),
    "a query parameter": (
        m.query_called("/api/v1/jobs", "limit", "page_size"), "",
        "facade", "list_jobs query limit: parameter is `page_size`, was `limit`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MOVED)
def test_a_move_is_as_severe_as_its_reversal(case: str) -> None:
    mutator, edits, severity, what = MOVED[case]
    found = changes(mutator, edits)
    assert any(each == severity and text.startswith(what) for each, text in found), found
    back = compare(contract(mutator, edited(edits)), OURS)
    assert severity in {each.severity for each in back if each.place == what.split(": ")[0]}


def test_another_spelling_is_not_a_change() -> None:
    assert changes(m.both(m.composed, m.renamed, m.openapi_3_0)) == []


def test_an_absent_operation_is_a_removed_route() -> None:
    found = changes(m.without_route("/api/v1/files/{fileId}", "delete"))
    assert ("contract", "delete_file: route `DELETE /api/v1/files/{file_id}` is gone") in found
    assert {severity for severity, _ in found} == {"contract"}


def test_a_formerly_absent_operation_is_a_new_route() -> None:
    assert ("additive", "get_job: new route `GET /api/v1/jobs/{job_id}`") in changes(
        m.job_route_beside_status
    )
