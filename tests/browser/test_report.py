"""Reports in Chromium: sorted, filtered, copied, saved, printed, read without script, and with hostile values."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq._display.batch_report import report as batch_report

from ..display.jobs import CLIENT, HOSTILE, JOB, SENT, batch, helix, item, made, reported, tool
from .conftest import Open, Opened

pytestmark = pytest.mark.browser

PDB = helix(40)
DATA: dict[str, Any] = {
    "ph": [float(number) for number in range(15)],
    "rows": [
        {"id": "=1+1", "mass": 11384.456789, "charges": [10.0 - number for number in range(15)]},
        {"id": "b", "mass": None, "charges": [5.0 - number for number in range(15)]},
        {"id": "c,d", "mass": -2.5, "charges": [1.0 - number for number in range(15)]},
        *(
            {"id": f"p{number}", "mass": 100.0 + number, "charges": [float(number)] * 15}
            for number in range(60)
        ),
    ],
    "pae": [[float(abs(row - column)) for column in range(40)] for row in range(40)],
}


def whole() -> str:
    return reported(DATA, made("prediction.pdb", PDB, "chemical/x-pdb"), tool=tool(), sent=SENT)


def table_of(opened: Opened) -> str:
    """The id of the table of the results."""
    found: str = opened.page.evaluate("document.querySelector('#results .table').id")
    return f"#{found}"


def cells(opened: Opened, column: int) -> list[str]:
    found: list[str] = opened.page.evaluate(
        f"[...document.querySelectorAll('#results .table tbody tr')].filter((row) => row.checkVisibility())"
        f".map((row) => row.cells[{column}].textContent)"
    )
    return found


def test_a_report_breaks_no_policy_and_is_accessible(open_page: Open) -> None:
    opened = open_page(whole())
    assert opened.audit() == []
    assert opened.faults() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(open_page: Open, scheme: str) -> None:
    opened = open_page(whole(), viewport={"width": 390, "height": 800}, color_scheme=scheme)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert opened.audit() == []


def test_a_table_is_sorted_by_click_and_keyboard_with_missing_values_last(open_page: Open) -> None:
    opened = open_page(whole())
    head = opened.page.locator(table_of(opened)).get_by_role("button", name="mass")
    head.click()
    assert cells(opened, 1)[:2] == ["−2.50", "100.00"]
    head.focus()
    opened.page.keyboard.press("Enter")
    assert cells(opened, 1)[:2] == ["11384.46", "159.00"]
    opened.page.get_by_role("button", name="Next").first.click()
    opened.page.get_by_role("button", name="Next").first.click()
    assert cells(opened, 1)[-1] == ""
    assert opened.page.locator(table_of(opened)).locator("th[aria-sort=descending]").count() == 1
    assert opened.faults() == []


def test_a_table_is_filtered_by_words(open_page: Open) -> None:
    opened = open_page(whole())
    opened.page.locator(table_of(opened)).get_by_role("searchbox").fill("P5 159")
    assert cells(opened, 0) == ["p59"]
    assert "1 row of 63" in opened.page.locator(table_of(opened)).get_by_role("status").inner_text()


def test_rows_are_copied_exactly_and_not_as_formulas(open_page: Open) -> None:
    opened = open_page(whole(), permissions=["clipboard-read", "clipboard-write"])
    opened.page.locator(table_of(opened)).get_by_role("button", name="Copy").click()
    opened.until("document.querySelector('#results .table [role=status]').textContent.startsWith('Copied')")
    lines = opened.page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0].split("\t")[:2] == ["id", "mass"]
    assert lines[1] == "'=1+1\t11384.456789"
    assert lines[2:4] == ["b\t", "c,d\t-2.5"]
    assert len(lines) == 64
    assert opened.faults() == []


def test_rows_are_saved_as_csv(open_page: Open, tmp_path: Path) -> None:
    opened = open_page(whole())
    with opened.page.expect_download() as saved:
        opened.page.locator(table_of(opened)).get_by_role("button", name="Save CSV").click()
    saved.value.save_as(tmp_path / "rows.csv")
    lines = (tmp_path / "rows.csv").read_text("utf-8-sig").splitlines()
    assert lines[1:4] == ["'=1+1,11384.456789", "b,", '"c,d",-2.5']
    assert opened.faults() == []


def test_files_are_saved_as_they_were(open_page: Open, tmp_path: Path) -> None:
    opened = open_page(whole())
    with opened.page.expect_download() as saved:
        opened.page.get_by_role("link", name="Save").first.click()
    assert saved.value.suggested_filename == "prediction.pdb"
    saved.value.save_as(tmp_path / "saved.pdb")
    assert hashlib.sha256((tmp_path / "saved.pdb").read_bytes()).digest() == hashlib.sha256(PDB).digest()
    assert opened.faults() == []


def test_without_script_all_is_there(open_page: Open) -> None:
    opened = open_page(whole(), java_script_enabled=False)
    page = opened.page
    assert page.locator("#results .table tbody tr").count() == 63
    assert page.locator("#results .table tbody tr").last.is_visible()
    assert page.locator("#results svg.plot").first.is_visible()
    assert page.locator(".structure-stage svg").first.is_visible()
    assert page.get_by_role("link", name="Save").first.get_attribute("download") == "prediction.pdb.gz"
    assert page.get_by_role("button", name="Copy").count() == 0


def test_it_is_printed_with_all_rows(open_page: Open) -> None:
    opened = open_page(whole())
    opened.page.emulate_media(media="print")
    assert len(cells(opened, 0)) == 63
    assert not opened.page.locator("#results .tools").first.is_visible()
    assert len(opened.page.pdf()) > 50_000


def test_nothing_from_a_job_runs(open_page: Open) -> None:
    job = attrs.evolve(JOB, name=HOSTILE, id=HOSTILE)
    data = {HOSTILE: HOSTILE, "rows": [{HOSTILE: HOSTILE, "n": number} for number in range(30)]}
    opened = open_page(reported(data, made(HOSTILE, HOSTILE.encode(), HOSTILE), job=job))
    opened.page.get_by_role("button", name="n", exact=True).first.focus()
    opened.page.keyboard.press("Enter")
    assert opened.page.evaluate("document.querySelector('img[src=x]')") is None
    assert opened.faults() == []


def test_details_of_an_item_are_opened_by_keyboard(open_page: Open) -> None:
    items = [item(f"p{number}", settings={"seed": number}) for number in range(30)]
    results = [{"item": f"p{number}", "score": number / 7, "charges": [1, 3, number]} for number in range(30)]
    opened = open_page(batch_report(batch(), items, results, client=CLIENT))
    more = opened.page.get_by_role("button", name="p3", exact=True)
    more.focus()
    opened.page.keyboard.press("Enter")
    assert "seed = 3" in opened.page.locator("tr.details").inner_text()
    assert opened.page.get_by_role("link", name="folder of the result").get_attribute("href") == "results/p3"
    assert opened.audit() == []
    more.click()
    assert opened.page.locator("tr.details").count() == 0
    assert opened.faults() == []
