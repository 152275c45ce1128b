"""A normalised document is itself a contract: the sandbox serves it, and anybody can normalise it again."""

from __future__ import annotations

import pytest
from openapi_spec_validator import validate

from proteiniq.contract import bindings, document, normalise
from proteiniq.contract._promised import promised

from . import mutators as m
from .client import contract

CASES: dict[str, m.Mutator] = {
    "nothing changed": lambda document: document,
    "camelCase": m.camel_case,
    "new routes": m.new_routes,
    "new fields": m.both(m.new_fields_in_answers, m.new_fields_in_requests),
    "awkward names": m.awkward_names,
    "recursive": m.recursive,
    "upload as JSON": m.upload_as_json,
    "upload as JSON, under other names": m.upload_as_json_under_other_names,
    "a file is deleted without a body": m.deleted_without_a_body,
    "a job is cancelled without a body": m.cancelled_without_a_body,
    "bare": m.bare,
    "discriminated": m.discriminated,
}


@pytest.mark.parametrize("case", CASES)
def test_normalising_again_changes_nothing(case: str) -> None:
    once = contract(CASES[case])
    assert normalise(once, bindings()) == once


def test_what_is_promised_is_valid() -> None:
    promises = promised(document(), bindings().errors)
    validate(promises)
    job = promises["components"]["schemas"]["Job"]
    assert "COMPLETED" in job["properties"]["status"]["enum"]
    assert "created_at" in job["required"]
    assert "429" in promises["paths"]["/api/v1/account"]["get"]["responses"]


def test_it_says_that_it_is_normalised_only_once() -> None:
    assert document()["info"]["x-normalised"] is True
    assert "x-normalised" not in promised(document(), bindings().errors)["info"]
