"""What cards and pages say of objects."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq import File, Page, ProteinIQ, RateLimit, testing
from proteiniq._display import bars, tools
from proteiniq._display.bars import mark_of, share_of
from proteiniq._display.results import lengths
from proteiniq._display.text import bytes_text, duration_text, shown
from proteiniq.batch import Batch, OnFailure
from proteiniq.hooks import PauseDetails
from proteiniq.models import CreditModel, Setting

from ..batch.statuses import status
from ..support import KEY, URL


def text(html: str | None) -> str:
    """What a reader sees of HTML."""
    assert html is not None
    return " ".join(re.sub("<[^>]*>", " ", html).split())


def test_a_running_job_has_its_progress_as_text_and_as_a_bar() -> None:
    html = testing.job("PROCESSING", progress=40)._repr_html_()
    assert "status PROCESSING, 40 %" in text(html)
    picture = re.search('src="data:image/svg[^,]*,([^"]*)" alt="([^"]*)"', html or "")
    assert picture is not None
    assert f'width="{0.4 * 240 - 1}"' in base64.b64decode(picture[1]).decode()
    assert picture[2] == "PROCESSING, 40 %"


def test_a_quote_says_why_a_job_would_be_refused() -> None:
    refused = testing.quote(blocking_errors=[{"code": "insufficient_credits", "message": "No."}])
    assert "would be refused yes" in text(refused._repr_html_())
    assert "insufficient_credits No." in text(refused._repr_html_())
    unknown = attrs.evolve(refused, blocking_errors=(), blocking_errors_known=False)
    assert "would be refused unknown" in text(unknown._repr_html_())


def test_a_result_has_a_sample_of_its_rows() -> None:
    made = testing.result()
    rows = [{"id": f"row{number}", "charge": number} for number in range(50)]
    html = text(attrs.evolve(made, data={"rows": rows, "tool": "x"})._repr_html_())
    assert "rows 50" in html
    assert "First rows" in html
    assert "row4" in html
    assert "row5 " not in html
    assert "… and 45 more" in html


def test_a_long_value_of_a_row_is_cut() -> None:
    row = {
        "charges": [float(number) for number in range(140)],
        "few": [1, 2],
        "scales": {"EMBOSS": 9.5, "Sillero": 9.25, "Rodwell": 9, "Solomon": 8},
        "pair": {"a": 1},
        "sequence": "M" * 400,
        "n": 5,
    }
    html = text(attrs.evolve(testing.result(), data={"rows": [row]})._repr_html_())
    assert "0, 1, 2, … (140 values)" in html
    assert " 1, 2 " in html
    assert "EMBOSS: 9.5, Sillero: 9.25, Rodwell: 9, … (4 values)" in html
    assert " a: 1 " in html
    assert "M" * 59 + "…" in html


def test_a_document_without_tables_has_a_number_of_values() -> None:
    documents: list[Any] = [{"a": 1}, 5, None, {}, []]
    assert [list(lengths(data)) for data in documents] == [
        [("values", 1)],
        [("values", 1)],
        [],
        [],
        [],
    ]


def test_a_page_of_a_list_is_a_table() -> None:
    html = text(Page((testing.job("FAILED"),), "next")._repr_html_())
    assert "Page of 1: Job" in html
    assert "starting_after=" in html
    assert "FAILED" in html
    assert text(Page((), None)._repr_html_()) == "Empty page"


def test_an_account_without_limits_and_key_has_a_card() -> None:
    account = attrs.evolve(testing.account(), limits=None, api_key=None)
    assert "Account team_123" in text(account._repr_html_())


def test_a_batch_is_shown_by_its_status(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    batch = ProteinIQ(KEY, URL).batch("x", [], tmp_path / "screen")
    assert batch._repr_html_() is None  # there is no folder yet
    monkeypatch.setattr(Batch, "status", lambda self: status(running=2, waiting=3))
    assert "running 2" in text(batch._repr_html_())


def test_a_list_that_is_not_fetched_has_no_card() -> None:
    pager = ProteinIQ(KEY, URL).jobs.list(max_items=5)
    assert pager._repr_html_() is None
    assert repr(pager) == "Pager(operation='list_jobs', page_size=5, max_items=5)"


def test_long_tables_are_closed_and_cut() -> None:
    tool = testing.tool()
    many = attrs.evolve(tool, results={f"key{number}": "" for number in range(200)})
    html = many._repr_html_()
    assert html is not None
    assert "<details><summary><strong>Results</strong></summary>" in html
    assert html.count("<tr>") < 120
    assert "… and 100 more" in str(many)


def test_a_tool_is_a_page_of_text() -> None:
    recycles = {
        "id": "recycles",
        "type": "integer",
        "default": 4,
        "minimum": 1,
        "maximum": 8,
        "unit": "rounds",
    }
    tool = attrs.evolve(
        testing.tool(settings=[recycles]),
        results={"plddt": {"description": "Confidence", "unit": "%"}, "x": 5},
    )
    page = str(tool)
    assert page.startswith("Tool esmfold\n  name: ESMFold 1\n")
    assert "  recycles: integer; default 4; from 1 to 8 rounds" in page
    assert "  plddt: Confidence [%]" in page
    assert max(map(len, page.splitlines())) <= 100


@pytest.mark.parametrize(
    ("model", "price"),
    [
        (None, None),
        ({"is_free": True}, "free"),
        ({}, None),
        ({"base_credits": 1.0}, "1 credit"),
        (
            {"base_credits": 2, "credits_per_unit": 0.5, "unit": "residue"},
            "2 credits and 0.5 credits per residue",
        ),
    ],
)
def test_the_price_of_a_tool(model: Any, price: str | None) -> None:
    empty = dict.fromkeys(("is_free", "type", "base_credits", "credits_per_unit", "unit"))
    made = None if model is None else CreditModel(**{**empty, **model})
    assert tools.price(attrs.evolve(testing.tool(), credit_model=made)) == price


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"maximum": 3.0}, "number; to 3"),
        ({"minimum": 1.0}, "number; from 1"),
        ({"options": ("a", 2), "unit": "Å"}, "number; one of a, 2; Å"),
    ],
)
def test_the_values_of_a_setting(fields: dict[str, Any], expected: str) -> None:
    empty = dict.fromkeys(("name", "description", "default", "minimum", "maximum", "unit"))
    assert (
        tools.setting_text(Setting(**{"id": "x", "type": "number", "options": (), **empty, **fields}))
        == expected
    )


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [bars.GREEN, bars.RED, bars.BLUE, bars.AMBER, bars.GREY])
def test_pictures_can_be_seen_on_white_and_on_black(colour: str) -> None:
    for background in ("#ffffff", "#111111"):  # WCAG 2.2, success criterion 1.4.11
        light, dark = sorted((luminance(colour), luminance(background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3


def test_an_unknown_state_is_drawn_as_running() -> None:
    assert bars.BLUE in mark_of("ARCHIVED").svg
    assert share_of(None, 5, "jobs") is None
    assert share_of(5, 0, "jobs") is None


def test_values_as_text() -> None:
    values = [None, True, False, 1234, 10**20, 0.1 + 0.2, ["a", None], list(range(100))]
    assert [shown(value) for value in values][:7] == [
        "",
        "yes",
        "no",
        "1,234",
        "a large number",
        "0.3",
        "a,",
    ]
    assert shown(values[7]).endswith("… and 20 more")
    assert [duration_text(each) for each in (7.4, 130, 7260)] == ["7 s", "2 min 10 s", "2 h 1 min"]
    assert [bytes_text(each) for each in (999, 1_500_000)] == ["999 B", "1.5 MB"]


def test_an_object_that_is_not_made_yet_has_a_repr() -> None:
    job = testing.job()
    assert repr(type(job).__new__(type(job))) == "Job(…)"


REPRS: dict[str, Callable[[], Any]] = {
    "Account(workspace='team_123', plan='pro', credits=500, active_jobs=1, key='pq_live_abc123')": testing.account,
    "Tool(id='esmfold', name='ESMFold', version='1', slots=1, outputs=1)": lambda: testing.tool(settings=[]),
    "Quote(tool='esmfold', estimated_credits=50, available_credits=500)": testing.quote,
    "Job(id='j', status='FAILED', tool='esmfold', name='n', credits_used=0, error='tool_error')": lambda: (
        testing.job("FAILED", id="j", name="n")
    ),
    "Job(id='j', status='QUEUED', tool='esmfold', name='n', progress=0)": lambda: testing.job(
        "QUEUED", id="j", name="n", progress=0
    ),
    "Result(job_id='j', tool='esmfold', status='COMPLETED', values=1, files=1)": lambda: attrs.evolve(
        testing.result(job_id="j"), data={"a": 1}
    ),
    "ResultFiles(files=1, names='prediction.pdb')": lambda: testing.result().files,
    "ResultFile(name='prediction.pdb', content_type='chemical/x-pdb', job_id='j')": lambda: testing.result(
        job_id="j"
    ).files[0],
    "BatchStatus(items=10, done=5, failed=2, credits_used=12.5)": lambda: status(failed=2),
    "Page(items=0, next_cursor='c')": lambda: Page((), "c"),
    "OnFailure(retries=0, then='skip', in_a_row=20, share=0.5)": OnFailure,
    "RateLimit(limit=1)": lambda: RateLimit(limit=1, window_seconds=None),
    "PauseDetails(seconds=6, reason='r', operation='o')": lambda: PauseDetails(
        seconds=6.0, reason="r", operation="o", job_id=None
    ),
}


@pytest.mark.parametrize("expected", REPRS)
def test_the_repr_of_an_object(expected: str) -> None:
    assert repr(REPRS[expected]()) == expected


def test_times_are_shown_in_seconds() -> None:
    empty: dict[str, Any] = dict.fromkeys(each.name for each in attrs.fields(File)[2:])
    made = attrs.evolve(
        File(**{**empty, "id": "f"}), created_at=datetime(2026, 6, 12, 8, 5, 1, 999, tzinfo=UTC)
    )
    assert repr(made) == "File(id='f', created_at=2026-06-12T08:05:01+00:00)"
