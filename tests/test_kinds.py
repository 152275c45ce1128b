"""What the facade does with kinds of contracts that the independent documents showed, where no server is needed."""

from __future__ import annotations

from typing import Any, cast

import attrs
import pytest
from proteiniq_openapi.types import UNSET

from proteiniq import InvalidInput
from proteiniq._inputs import requests
from proteiniq._responses import convert
from proteiniq._transfer.multipart import envelope, fields_of, signed_form
from proteiniq._transfer.upload import Source, opened
from proteiniq._wire.extra_headers import overridden
from proteiniq.contract import Endpoint, Shape, Upload
from proteiniq.models import JobState, JobStatus


@attrs.define
class Listed:
    """A page as generated code has it."""

    data: list[Any]
    has_more: Any = UNSET
    next_cursor: Any = UNSET
    total: Any = UNSET
    page_count: Any = UNSET


def next_start(monkeypatch: pytest.MonkeyPatch, paging: str, page: Listed, cursor: str | None = None) -> Any:
    """Where the page after this one starts."""
    route = Endpoint(method="GET", path="/jobs", query={"starting_after": "cursor"}, paging=paging)
    monkeypatch.setattr(requests, "endpoint", lambda operation: route)
    plain = cast("Any", lambda each: each)
    return convert.page(cast("Any", page), "list_jobs", plain, cursor=cursor).next_cursor


@pytest.mark.parametrize("paging", ["offset", "page"])
def test_a_page_smaller_than_requested_is_not_the_last(monkeypatch: pytest.MonkeyPatch, paging: str) -> None:
    assert next_start(monkeypatch, paging, Listed([1])) is not None
    assert next_start(monkeypatch, paging, Listed([])) is None


def test_a_total_ends_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    assert next_start(monkeypatch, "offset", Listed([1, 2], total=4), "2") is None
    assert next_start(monkeypatch, "offset", Listed([1, 2], total=5), "2") == "4"


def test_a_link_to_the_next_page_contains_its_cursor(monkeypatch: pytest.MonkeyPatch) -> None:
    link = "https://proteiniq.io/api/v1/jobs?limit=2&cursor=a%3D"
    assert next_start(monkeypatch, "cursor", Listed([1], next_cursor=link)) == "a="
    assert next_start(monkeypatch, "cursor", Listed([1], next_cursor="a?b")) == "a?b"


@pytest.mark.parametrize(
    ("options", "values"),
    [
        (["a", "b"], ("a", "b")),
        ([{"value": 1, "label": "One"}], (1,)),
        ({"a": "First"}, ("a",)),
        ([{"label": "no value"}], ()),
        (None, ()),
    ],
)
def test_the_options_of_a_setting_are_its_values(options: Any, values: tuple[Any, ...]) -> None:
    assert convert._options(options) == values


def state(status: str, progress: float | None) -> JobState:
    empty = dict.fromkeys(
        ("tool", "name", "created_at", "started_at", "completed_at", "credits_used", "error")
    )
    fields: dict[str, Any] = {**empty, "progress": progress}
    return JobState(id="job_1", status=JobStatus(status), **fields)


def test_the_progress_of_a_running_job_is_dropped_at_its_end() -> None:
    assert state("COMPLETED", None).newer(state("PROCESSING", 42)).progress is None
    assert state("PROCESSING", None).newer(state("PROCESSING", 42)).progress == 42


def source(total: int | None = 3) -> Source:
    with opened(b"MKT", "x.fasta") as made:
        return attrs.evolve(made, total=total)


def test_a_required_but_unknown_size_is_refused_before_any_request() -> None:
    with pytest.raises(InvalidInput, match="requires the file's size"):
        fields_of(source(None), {}, lambda name: True, lambda name: name == "size_bytes")
    assert fields_of(source(), {}, lambda name: True, lambda name: True)["size_bytes"] == 3


@pytest.mark.parametrize(
    ("media", "sent"),
    [
        ((), "text/x-fasta"),
        (("text/plain", "text/x-fasta"), "text/x-fasta"),
        (("text/plain", "application/octet-stream"), "application/octet-stream"),
        (("text/plain",), "text/plain"),
    ],
)
def test_raw_bytes_have_a_media_type_of_the_contract(media: tuple[str, ...], sent: str) -> None:
    route = Endpoint(method="POST", path="/files", upload=Upload("raw", media=media))
    assert envelope(route, source(), {}).content_type == sent


def test_a_tag_that_cannot_be_encoded_is_refused() -> None:
    route = Endpoint(method="POST", path="/files", upload=Upload("form", ("file",)))
    with pytest.raises(InvalidInput, match="tags: 'a,b' contains ','"):
        envelope(attrs.evolve(route, body=Shape(joined={"tags": ","})), source(), {"tags": ["a,b"]})


def test_the_file_is_last_in_a_signed_form() -> None:
    made = signed_form(source(), {"key": "uploads/x", "policy": "p"})
    assert made.head.index(b'name="policy"') < made.head.index(b'name="file"; filename="x.fasta"')


def test_a_signed_url_gets_one_header_of_each_name() -> None:
    assert overridden({"Content-Type": "a", "Content-Length": "3"}, {"content-type": "b"}) == {
        "Content-Length": "3",
        "content-type": "b",
    }
