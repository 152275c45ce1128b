"""Outputs as pieces of a page."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq._display.figures import curve, figure, values
from proteiniq._display.outputs import outputs
from proteiniq._display.shapes import (
    Alignment,
    Binary,
    Column,
    Curve,
    GivenFile,
    Image,
    Line,
    Matrix,
    Numbers,
    Output,
    PerResidue,
    Table,
    Text,
    Tree,
    Value,
    Values,
)

PH, CHARGE = Column("pH", float), Column("charge", float, "e")
HOSTILE = "\"><img src=x onerror='alert(1)'></script>"


def body(output: Output, *lengths: int) -> str:
    made = figure(output, "o", lengths)
    assert made is not None
    return made.body


def test_single_values_have_unit_and_description() -> None:
    made = body(Values(name="", values=(Value("mass", 1234.5, "Da", "Average mass."), Value("", None))))
    assert (
        '<dt>mass</dt><dd>1234.5 <span class="unit">Da</span></dd><dd class="note">Average mass.</dd>' in made
    )
    assert '<dt>value</dt><dd><span class="none">none</span></dd>' in made


@pytest.mark.parametrize(
    ("value", "shown"),
    [("a", ">a<"), (True, ">true<"), ([1, 2, 3], "3 values from 1 to 3"), (-1.5, ">−1.5<")],
)
def test_a_value_is_shown_by_its_type(value: Any, shown: str) -> None:
    assert shown in values([Value("x", value)])


def test_a_table_with_one_row_is_a_list_of_values() -> None:
    made = body(Table(name="rows", columns=(PH, CHARGE), rows=[[7.0, -1.5]]))
    assert '<dl class="values">' in made
    assert "<table" not in made


def test_a_table_with_many_numbers_has_their_distributions() -> None:
    columns = (
        Column("id", str),
        *(Column(f"c{number}", float, "Da") for number in range(14)),
        Column("few", int),
    )
    rows = [[f"p{row}", *(float(row * 3 % 17) for _ in range(14)), row % 2] for row in range(30)]
    made = body(Table(name="rows", columns=columns, rows=rows))
    assert made.count("Distribution of c") == 2 * 12
    assert "Those of the other 2 columns are not drawn." in made
    assert "30 values in" in made
    assert "from 0 to 16 Da" in made


def test_all_distributions_may_be_drawn() -> None:
    made = body(Table(name="a/rows", columns=(PH,), rows=[[float(row)] for row in range(30)]))
    assert "not drawn" not in made
    assert 'data-save="rows.csv"' in made


def test_a_table_with_few_rows_has_no_distributions() -> None:
    assert "Distribution" not in body(Table(name="", columns=(PH,), rows=[[1.0], [2.0]]))


def test_lines_that_share_their_places_have_a_column_each() -> None:
    lines = tuple(Line(name, [1.0, 2.0], [1.0, None]) for name in "ab")
    made = body(Curve(name="c", x=PH, y=CHARGE, lines=lines))
    assert '<th scope="col">a <span class="unit">e</span></th>' in made
    assert "2 lines, 4 points, from 1 to 1 e." in made


def test_lines_with_different_places_are_one_below_another() -> None:
    lines = (Line("a", [1.0, 2.0], [1.0, 2.0]), Line("b", [1.0, 3.0], [1.0, 2.0]))
    assert '<th scope="col">line</th>' in body(Curve(name="c", x=PH, y=CHARGE, lines=lines))


def test_of_many_lines_the_first_are_drawn() -> None:
    x = [float(number) for number in range(3_000)]
    made = body(Curve(name="c", x=PH, y=CHARGE, lines=tuple(Line(str(n), x, x) for n in range(8))))
    assert "The first 6 are drawn." in made
    assert '<th scope="col">7 ' not in made


def test_lines_without_values_are_not_drawn() -> None:
    assert (
        curve(Curve(name="c", x=PH, y=CHARGE, lines=(Line("a", [1.0], [None]),))).body == "<p>No values.</p>"
    )


def test_numbers_as_many_as_residues_are_along_the_sequence() -> None:
    numbers = Numbers(name="scores.plddt", values=[float(number) for number in range(30)])
    assert ">residue</text>" in body(numbers, 30)
    assert "Distribution of plddt" in body(numbers, 31)


def test_numbers_too_few_for_a_distribution_are_along_their_list() -> None:
    assert ">place in the list</text>" in body(Numbers(name="", values=[1.0, 2.0, None, 4.0, 5.0]))


def test_a_vector_and_a_rotation_are_written_as_numbers() -> None:
    vector = body(Numbers(name="translation", values=[1.0, -2.5, None]))
    assert "<svg" not in vector
    assert "−2.5" in vector
    rotation = body(Matrix(name="rotation", rows=[[0.0, -1.0], [1.0, 0.25]]))
    assert "<img" not in rotation
    assert "0.25" in rotation


def test_a_table_along_a_sequence_is_a_plot_with_a_line_for_each_chain() -> None:
    columns = (Column("chain", str), Column("position", int), Column("pka", float), Column("none", float))
    rows = [[chain, place, 4.0 + place, None] for chain in "AB" for place in (1, 2, 3)]
    made = body(PerResidue(name="pka.csv", columns=columns, rows=rows, position=1, values=(2, 3), chain=0))
    assert ">chain B</text>" in made
    assert ">position</text>" in made
    assert "pka along the sequence" in made
    assert "none along the sequence" not in made
    assert "<table" in made


def test_of_many_columns_along_a_sequence_the_first_are_drawn() -> None:
    columns = (Column("position", int), *(Column(f"c{number}", float) for number in range(13)))
    rows = [[place, *(float(place) for _ in range(13))] for place in (1, 2, 3)]
    made = body(PerResidue(name="x", columns=columns, rows=rows, position=0, values=tuple(range(1, 14))))
    assert "Of 13 columns, the first 12 are drawn." in made
    assert made.count("<figure>") == 12


def test_predicted_aligned_errors_are_named_as_in_the_field() -> None:
    made = body(Matrix(name="pae", rows=[[0.0, 9.0], [9.0, 0.0]], kind="pae", unit="Å"))
    assert ">expected position error (Å)</text>" in made
    assert ">aligned residue</text>" in made
    assert "2 × 2 numbers, from 0 to 9 Å, mean 4.5." in made
    assert ">30</text>" in made


def test_another_matrix_has_the_scale_of_its_numbers() -> None:
    rows = [[float(row + column) for column in range(600)] for row in range(600)]
    made = body(Matrix(name="contacts", rows=rows))
    assert ">contacts</text>" in made
    assert "a pixel is the mean of 2 × 2 numbers" in made


def test_sequences_are_numbered_in_tens() -> None:
    (found,) = outputs(None, [GivenFile("a.fasta", None, b">lysozyme C\n" + b"KVFGRCELAA" * 7)])
    made = body(found)
    assert "<h4>lysozyme C</h4>" in made
    assert "\n    61  KVFGRCELAA</pre>" in made


def test_a_long_text_is_cut() -> None:
    assert "<p>5 more characters are in the file.</p>" in body(Text(name="log", text="x" * 100_005))


def test_other_outputs_are_text_or_pictures_or_only_files() -> None:
    assert body(Alignment(name="a", text="x--y")) == '<pre tabindex="0">x--y</pre>'
    assert "&quot;a&quot;: [" in body(Tree(name="t", value={"a": [{}]}))
    assert 'src="data:image/svg+xml;base64,PHN2Zy8+" alt="a"' in body(
        Image(name="a", format="svg", content=b"<svg/>")
    )
    assert 'src="data:image/png;' in body(Image(name="a", format="png", content=b""))
    assert figure(Binary(name="a.zip", reason="is a zip archive"), "o") is None


def test_nothing_from_a_result_is_markup() -> None:
    column = Column(HOSTILE, float, HOSTILE, HOSTILE)
    line = Line(HOSTILE, [1.0, 2.0], [1.0, 2.0])
    found: list[Output] = [
        Values(name=HOSTILE, values=(Value(HOSTILE, HOSTILE, HOSTILE, HOSTILE),)),
        Table(name=HOSTILE, columns=(column,), rows=[[float(n)] for n in range(30)]),
        Curve(name=HOSTILE, x=column, y=column, lines=(line, line)),
        Numbers(name=HOSTILE, values=[1.0, 2.0], unit=HOSTILE),
        Matrix(name=HOSTILE, rows=[[1.0, 2.0], [3.0, 4.0]], unit=HOSTILE),
        Text(name=HOSTILE, text=HOSTILE),
        Image(name=HOSTILE, format="png", content=b""),
    ]
    for each in found:
        made = body(each)
        assert "<img src=x" not in made
        assert "</script" not in made
