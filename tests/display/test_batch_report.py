"""The report of a batch."""

from __future__ import annotations

import json
import re
from typing import Any

from proteiniq._display.batch_report import MOST_CELLS, Item, report

from .jobs import CLIENT, HOSTILE, batch, item


def page(items: list[Item], *results: dict[str, Any], **changes: Any) -> str:
    return report(batch(**changes), items, results, client=CLIENT)


def test_each_item_is_a_row_with_its_result() -> None:
    made = page([item("a"), item("b", status="failed", message="no", link=None)], {"item": "a", "score": 1.5})
    assert '<td>a</td><td>done</td><td class="n">1.5</td>' in made
    assert '<td>b</td><td>failed</td><td class="null"></td>' in made
    assert '<h1>Screen</h1><p class="state good">Finished</p>' in made


def test_lists_of_numbers_are_drawn() -> None:
    assert "3 values from 1 to 3" in page([item("a"), item("b")], {"item": "a", "charges": [1, 2, 3]})


def test_items_with_several_rows_have_them_in_a_table_of_their_own() -> None:
    made = page([item("a")], {"item": "a", "hit": "x"}, {"item": "a", "hit": "y"})
    assert '<div class="table" id="results-table"' in made
    assert made.count("<td>a</td>") == 3


def test_details_of_an_item_are_data() -> None:
    made = page([item("a", settings={"seed": 1}, same_as="b"), item("c")])
    found = re.search('<script type="application/json" id="items-details">(.*?)</script>', made)
    assert found is not None
    first, second = json.loads(found[1])
    assert ["Settings", "seed = 1"] in first
    assert ["Same inputs and settings as", "b"] in first
    assert ["Result", ["results/a", "folder of the result"]] in first
    assert ["Settings", "defaults"] in second


def test_a_batch_without_a_name_that_goes_on() -> None:
    made = page([], name=None, finished=False)
    assert "<h1>Batch of fold</h1>" in made
    assert '<p class="state other">Not finished</p>' in made


def test_of_very_many_values_the_first_columns_are_shown() -> None:
    row = {f"c{number}": number for number in range(MOST_CELLS // 2 + 3)}
    made = page([item("a"), item("b")], {"item": "a", **row}, {"item": "b"})
    assert "3 more columns of the results are in the batch's table." in made.replace("&#x27;", "'")


def test_nothing_from_a_batch_is_markup() -> None:
    hostile = item(
        HOSTILE, status=HOSTILE, message=HOSTILE, job_id=HOSTILE, settings={HOSTILE: HOSTILE}, same_as=HOSTILE
    )
    made = page(
        [hostile], {"item": HOSTILE, HOSTILE: HOSTILE}, name=HOSTILE, tool=HOSTILE, totals={HOSTILE: HOSTILE}
    )
    assert "<img src=x" not in made
    assert "<script>alert" not in made
