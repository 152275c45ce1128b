"""Kinds of contracts that the independent documents showed, each as a change of one of them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proteiniq.contract._endpoints import Endpoint, endpoint
from proteiniq.contract._normalise.bindings import parse
from proteiniq.contract._normalise.findings import NeedsNotMet
from proteiniq.contract._normalise.normaliser import Normalised, normalise
from proteiniq.contract._reshape import Shape, read, write

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = ROOT / "tests" / "independent" / "documents"
BINDINGS = (ROOT / "openapi" / "bindings.toml").read_text(encoding="utf-8")

Change = Callable[[dict[str, Any]], object]


def normalised(letter: str, change: Change | None = None) -> Normalised:
    """A document under our names, after a change of it."""
    document = json.loads((DOCUMENTS / f"{letter}.json").read_text(encoding="utf-8"))
    changed = copy.deepcopy(document)
    if change is not None:
        change(changed)
    return normalise(changed, parse(BINDINGS, (DOCUMENTS / f"{letter}.toml").read_text(encoding="utf-8")))


def route(letter: str, name: str, change: Change | None = None) -> Endpoint:
    return endpoint(normalised(letter, change).document, name)


def losses(letter: str, change: Change | None = None) -> str:
    return "\n".join(map(str, normalised(letter, change).losses))


# ---- literals


def test_the_literals_of_a_field_are_those_of_all_its_places() -> None:
    known = normalised("d").document["components"]["schemas"]["Job"]["properties"]["status"]["x-known-values"]
    assert {"PENDING", "COMPLETED", "FAILED"} <= set(known)
    assert "status" not in losses("d")


def test_another_word_for_the_end_of_a_job_is_told() -> None:
    def american(document: dict[str, Any]) -> None:
        for name in ("JobDto", "JobStatusDto"):
            status = document["components"]["schemas"][name]["properties"]["status"]
            status["enum"] = [value.replace("CANCELLED", "CANCELED") for value in status["enum"]]

    assert "if it is 'CANCELED', say values.status.CANCELLED" in losses("d", american)


def test_a_literal_that_no_place_has_breaks_also_where_an_optional_operation_comes_first() -> None:
    def renamed(document: dict[str, Any]) -> None:
        for name in ("JobDto", "JobStatusDto"):
            status = document["components"]["schemas"][name]["properties"]["status"]
            status["enum"] = [value.replace("COMPLETED", "DONE") for value in status["enum"]]

    with pytest.raises(NeedsNotMet, match=r"if it is 'DONE', say values\.status\.COMPLETED"):
        normalised("d", renamed)


def test_statuses_in_lower_case_are_ours() -> None:
    shape = route("f", "get_job_status").answer
    assert {read(shape, {"status": each})["status"] for each in ("cancelled", "timeout", "processing")} == {
        "CANCELLED",
        "TIMEOUT",
        "PROCESSING",
    }


# ---- values


def progress(document: dict[str, Any]) -> dict[str, Any]:
    status = document["paths"]["/jobs/{jobId}/status"]["get"]["responses"]["200"]
    found: dict[str, Any] = status["content"]["application/json"]["schema"]["properties"]["progress"]
    return found


@pytest.mark.parametrize("said", ["Fraction done", "From 0 to 1", "0.0-1.0", "between 0 and 1"])
def test_a_description_says_that_a_number_is_a_fraction(said: str) -> None:
    def described(document: dict[str, Any]) -> None:
        found = progress(document)
        del found["maximum"]
        found["description"] = said

    assert read(route("f", "get_job_status", described).answer, {"progress": 0.5})["progress"] == 50


@pytest.mark.parametrize("said", ["From 0 to 100", "0-100", "Percent, 0 to 1000", "0..10"])
def test_a_description_of_another_range_says_no_such_thing(said: str) -> None:
    def described(document: dict[str, Any]) -> None:
        found = progress(document)
        del found["maximum"]
        found["description"] = said

    assert read(route("f", "get_job_status", described).answer, {"progress": 50})["progress"] == 50


def test_a_field_of_an_object_is_ours_where_the_object_has_our_name() -> None:
    body = {"id": "job_1", "status": "QUEUED", "tool": {"id": "esmfold", "name": "ESMFold"}}
    ours = read(route("d", "submit_job").answer, body)
    assert (ours["tool"], ours["tool.name"]) == ("esmfold", "ESMFold")


def test_text_in_place_of_an_object_is_its_field() -> None:
    ours = read(route("d", "quote_job").answer, {"blocking_errors": ["insufficient_credits"]})
    assert [each["code"] for each in ours["blocking_errors"]] == ["insufficient_credits"]


def test_a_boolean_may_mean_the_opposite() -> None:
    body = {"input": {"slots": [{"id": "protein", "optional": False}]}}
    (slot,) = read(route("f", "get_tool").answer, body)["input"]["slots"]
    assert slot["required"] is True


def test_a_list_as_text_with_commas() -> None:
    shape = route("b", "upload_file").body
    assert write(shape, {"tags": ["a", "b"], "collection_ids": ["c"]}) == {
        "tags": "a,b",
        "collectionIds": "c",
    }


def test_an_item_with_a_comma_can_not_be_in_it() -> None:
    with pytest.raises(ValueError, match="tags: 'a,b' holds ','"):
        write(Shape(joined={"tags": ","}), {"tags": ["a,b"]})


def test_a_list_as_text_without_a_word_about_it_is_told() -> None:
    def silent(document: dict[str, Any]) -> None:
        form = document["paths"]["/api/v1/files"]["post"]["requestBody"]["content"]["multipart/form-data"]
        del form["schema"]["properties"]["tags"]["description"]

    assert "FileUpload.tags: expected a list of string; the contract has string" in losses("b", silent)


# ---- uploads


def raw(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]["/files"]["post"]
    return found


def test_what_goes_with_the_bytes_is_in_the_query() -> None:
    upload = route("f", "upload_file")
    assert write(upload.body, {"filename": "x", "mime_type": "text/plain"}) == {
        "filename": "x",
        "mimeType": "text/plain",
    }
    assert upload.upload is not None
    assert upload.upload.media == ("application/octet-stream",)


def test_what_the_query_does_not_take_is_told_and_never_left_out() -> None:
    def without_tags(document: dict[str, Any]) -> None:
        raw(document)["parameters"] = [each for each in raw(document)["parameters"] if each["name"] != "tags"]

    made = normalised("f", without_tags)
    assert "tags" in made.document["components"]["schemas"]["FileUpload"]["x-undocumented"]
    assert "FileUpload: not documented: tags" in losses("f", without_tags)


def test_a_query_parameter_that_the_upload_lacks_is_told() -> None:
    def with_more(document: dict[str, Any]) -> None:
        folder = {"name": "folder", "in": "query", "required": True, "schema": {"type": "string"}}
        raw(document)["parameters"].append(folder)

    assert "FileUpload.folder: the contract requires it" in losses("f", with_more)


def test_bytes_of_any_media_type() -> None:
    def of_any(document: dict[str, Any]) -> None:
        content = raw(document)["requestBody"]["content"]
        content["*/*"] = content.pop("application/octet-stream")

    upload = route("f", "upload_file", of_any).upload
    assert upload is not None
    assert (upload.style, upload.media) == ("raw", ())


def test_a_ticket_may_have_a_form_for_the_file() -> None:
    def with_form(document: dict[str, Any]) -> None:
        upload = document["components"]["schemas"]["UploadInstructionsDto"]
        upload["properties"]["fields"] = upload["properties"].pop("headers")
        upload["required"].remove("headers")

    upload = route("d", "upload_file", with_form).upload
    assert upload is not None
    assert upload.ticket is not None
    ours = read(upload.ticket, {"file_id": "f", "upload": {"url": "https://s3", "fields": {"key": "x"}}})
    assert (ours["fields"], "headers" in ours) == ({"key": "x"}, False)


# ---- reports


def test_a_filter_that_the_contract_lacks_is_told() -> None:
    assert "list_tools: query: not documented: task" in losses("d")


def test_a_default_error_is_read_like_any_other() -> None:
    def other_errors(document: dict[str, Any]) -> None:
        problem = {"type": "object", "properties": {"title": {"type": "string"}}}
        document["components"]["schemas"]["ApiError"] = problem

    assert "no error response has a code" not in losses("b")
    assert "no error response has a code" in losses("b", other_errors)


def test_what_is_inside_of_an_unread_object_is_a_hint() -> None:
    def renamed(document: dict[str, Any]) -> None:
        properties = document["components"]["schemas"]["FileDto"]["properties"]
        properties["dates"] = properties.pop("timestamps")

    assert "created_at (dates.created_at" in losses("d", renamed)


def test_a_response_to_the_first_step_of_an_upload_is_not_assumed() -> None:
    assert normalised("d").assumed == ()
