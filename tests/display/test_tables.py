"""Tables of a page, as they are without a script."""

from __future__ import annotations

import re
from typing import Any

import pytest

from proteiniq._display.shapes import Column
from proteiniq._display.tables import ROWS, Marked, number_format, plain, table

NAME = Column("id", str, description="Name of the record.")
MASS = Column("mass", float, "Da", "Average mass.")


def body(*columns: Column, rows: list[list[Any]]) -> str:
    return table(columns, rows, id="t1", caption="Proteins", save_as="proteins.csv").body


def cells(made: str) -> list[str]:
    return re.findall("<td[^>]*>.*?</td>", made)


def test_a_table_names_its_columns_with_unit_and_description() -> None:
    made = body(NAME, MASS, rows=[["a", 1.5]])
    assert '<caption id="t1-caption">Proteins</caption>' in made
    assert (
        '<th scope="col" data-type="number" title="Average mass.">mass <span class="unit">Da</span></th>'
        in made
    )
    assert "<dt>mass</dt><dd>Average mass.</dd>" in made


def test_columns_of_which_nothing_is_known_are_not_described() -> None:
    assert "<details" not in body(Column("id", str), rows=[["a"]])


def test_a_rounded_number_keeps_its_value() -> None:
    made = cells(body(MASS, rows=[[11384.456789], [-2.5]]))
    assert made == [
        '<td class="n" data-v="11384.456789">11384.46</td>',
        '<td class="n" data-v="-2.5">−2.50</td>',
    ]


def test_whole_numbers_and_texts_are_as_they_are() -> None:
    assert cells(body(Column("n", int), NAME, rows=[[7, "a"]])) == ['<td class="n">7</td>', "<td>a</td>"]


def test_a_missing_value_is_an_empty_cell() -> None:
    assert cells(body(NAME, rows=[[None]])) == ['<td class="null"></td>']


def test_other_values_are_json() -> None:
    assert cells(body(NAME, rows=[[True], [{"a": 1}], [["x"]], [[1]]])) == [
        "<td>true</td>",
        "<td>{&quot;a&quot;: 1}</td>",
        "<td>[&quot;x&quot;]</td>",
        "<td>[1]</td>",
    ]


def test_a_list_of_numbers_is_drawn() -> None:
    assert "3 values from 1 to 3" in body(NAME, rows=[[[1, 2, 3]]])


def test_a_long_text_is_cut_and_kept() -> None:
    (made,) = cells(body(NAME, rows=[["x" * 400]]))
    assert made == f'<td class="long" data-v="{"x" * 400}">{"x" * 300}…</td>'


def test_text_can_not_leave_its_cell() -> None:
    hostile = "\"><img src=x onerror='alert(1)'></td></script>"
    column = Column(hostile, str, hostile, hostile)
    made = table([column], [[hostile], [hostile * 20]], id="t1", caption=hostile, save_as=hostile).body
    assert "<img" not in made
    assert "</script" not in made


def test_cells_may_be_html_of_the_page_itself() -> None:
    assert cells(body(NAME, rows=[[Marked("<b>x</b>")]])) == ["<td><b>x</b></td>"]


def test_rows_beyond_the_first_are_marked() -> None:
    made = body(NAME, rows=[["a"]] * (ROWS + 2))
    assert made.count("<tr class=off>") == 2
    assert made.count("<td>a</td>") == ROWS + 2


def test_a_table_may_have_details_of_its_rows() -> None:
    made = table([NAME], [["a"]], id="t1", caption="", save_as="a.csv", details="t1-details")
    assert 'data-save="a.csv" data-details="t1-details"' in made.body


def test_a_table_that_is_only_read_has_no_exact_values() -> None:
    assert plain([NAME, MASS], [["a", 1.23456789]], "Numbers") == (
        '<table class="plain"><caption>Numbers</caption><thead><tr><th scope="col">id</th>'
        '<th scope="col">mass <span class="unit">Da</span></th></tr></thead>'
        '<tbody><tr><td>a</td><td class="n">1.2346</td></tr></tbody></table>'
    )


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.0, 2.0], ["1", "2"]),
        ([0.25, 0.5], ["0.25", "0.50"]),
        ([123456.789, 200000.5], ["123456.79", "200000.50"]),
        ([0.00012345, 0.0002], ["0.000123", "0.000200"]),
        ([1e-30, 5.0, 7.0], ["1e−30", "5.0000", "7.0000"]),
        ([3e12], ["3e12"]),
        ([0.0], ["0"]),
        ([], []),
        ([11384.456, 20000.5, -2.5], ["11384.46", "20000.50", "−2.50"]),
        ([1e-30, 5.25], ["1e−30", "5.2500"]),
    ],
)
def test_numbers_have_the_decimals_that_their_column_needs(values: list[float], shown: list[str]) -> None:
    assert [*map(number_format(values), values)] == shown


def test_a_short_word_is_not_broken_at_its_hyphens() -> None:
    rows = [["item-00001"], ["a-b c"], ["a-" * 11], ["plain"]]
    assert [
        f'<td class="s">{row[0]}</td>'
        in table([Column("id", str)], rows, id="t", caption="", save_as="t.csv").body
        for row in rows
    ] == [
        True,
        False,
        False,
        False,
    ]
