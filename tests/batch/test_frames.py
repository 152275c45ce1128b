from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq import InvalidInput
from proteiniq.batch import _frames
from proteiniq.batch._items import Item, items
from proteiniq.testing import tool

from .tools import FOLD


def made(given: Any, **options: Any) -> list[Item]:
    return list(items(FOLD, given, **options))


def of_csv(tmp_path: Path, text: str, name: str = "t.csv", **options: Any) -> list[Item]:
    (tmp_path / name).write_text(text, newline="", encoding="utf-8")
    return made(tmp_path / name, **options)


def rejected(tmp_path: Path, text: str, **options: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        of_csv(tmp_path, text, **options)
    return caught.value.message


def test_a_row_of_csv_is_an_item(tmp_path: Path) -> None:
    text = (
        '\ufeffid, protein ,seed,ph,relax,mode\r\n"a,1",MK,7,0.5,TRUE,fast\r\n,"M\nK",,1e1,0,\r\n\r\nb,VV\r\n'
    )
    first, second, third = of_csv(tmp_path, text, settings={"seed": 1})
    assert first == Item(
        "a,1",
        {"protein": "MK"},
        {"seed": 7, "ph": 0.5, "relax": True, "mode": "fast"},
        "t.csv, row 1 (line 2)",
    )
    assert second == Item(
        "item-00002", {"protein": "M\nK"}, {"seed": 1, "ph": 10.0, "relax": False}, "t.csv, row 2 (line 3)"
    )
    assert third == Item("b", {"protein": "VV"}, {"seed": 1}, "t.csv, row 3 (line 6)")


def test_cells_that_are_not_of_the_setting_stay_text(tmp_path: Path) -> None:
    (item,) = of_csv(tmp_path, "protein,seed,ph,relax\nMK,1_0,nan,maybe\n")
    assert item.settings == {"seed": "1_0", "ph": "nan", "relax": "maybe"}


def test_a_number_with_too_many_digits_for_an_integer(tmp_path: Path) -> None:
    (item,) = of_csv(tmp_path, f"protein,seed\nMK,{'9' * 5000}\n")
    assert item.settings == {"seed": float("inf")}


def test_the_delimiter(tmp_path: Path) -> None:
    expected = [("a", {"protein": "MK"}, {"ph": 1})]
    for name, text in (
        ("t.csv", "id;protein;ph\na;MK;1\n"),
        ("t.csv", "id\tprotein\tph\na\tMK\t1\n"),
        ("t.tsv", "id\tprotein\tph\na\tMK\t1\n"),
        ("t.tab", "id\tprotein\tph\na\tMK\t1\n"),
    ):
        assert [(each.id, each.inputs, each.settings) for each in of_csv(tmp_path, text, name)] == expected
    assert of_csv(tmp_path, "protein\nMK\n")[0].inputs == {"protein": "MK"}


def test_carriage_returns_alone_end_rows(tmp_path: Path) -> None:
    first, second = of_csv(tmp_path, 'id,protein\ra,"M\rK"\rb,VV')
    assert (first.inputs, second.id) == ({"protein": "M\rK"}, "b")


def test_a_cell_may_have_a_whole_structure(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    (item,) = of_csv(tmp_path, f"protein\n{'M' * 200_000}\n")
    assert len(item.inputs["protein"]) == 200_000
    assert csv.field_size_limit() == limit


def test_columns_can_be_mapped_and_ignored(tmp_path: Path) -> None:
    columns = {"name": "id", "seq": "protein", "note": None}
    (item,) = of_csv(tmp_path, "name,seq,note,seed\na,MK,x,1\n", columns=columns)
    assert (item.id, item.inputs, item.settings) == ("a", {"protein": "MK"}, {"seed": 1})


def test_unknown_columns_are_named(tmp_path: Path) -> None:
    message = rejected(tmp_path, "protein,note,seq\nMK,x,y\n", columns={"seq": "sequence"})
    assert message == (
        "t.csv: fold has no slot or setting for column 'note', 'seq (mapped to sequence)'. Map each with "
        "columns={…} to one of 'id', 'protein', 'mode', 'ph', 'relax', 'seed', or to None to ignore it"
    )
    assert "columns: t.csv has no column 'sequnce': did you mean 'sequence'?" in rejected(
        tmp_path, "sequence\nMK\n", columns={"sequnce": "protein"}
    )


def test_two_columns_for_one_slot_are_ambiguous(tmp_path: Path) -> None:
    expected = "t.csv: columns 'protein', 'seq' are all for 'protein': map all but one to None"
    assert rejected(tmp_path, "protein,seq\nMK,VV\n", columns={"seq": "protein"}) == expected
    assert "columns 'id', 'id' are all for 'id'" in rejected(tmp_path, "id,id,protein\na,b,VV\n")


def test_a_tool_with_unknown_settings_takes_mapped_columns(tmp_path: Path) -> None:
    unknown = tool(
        slots=[{"id": "protein", "kind": "protein", "formats": ["fasta"], "required": True}], settings=[]
    )
    (tmp_path / "t.csv").write_text("protein,seed\nMK,1\n")
    (item,) = items(unknown, tmp_path / "t.csv", columns={"seed": "seed"})
    assert item.settings == {"seed": "1"}
    with pytest.raises(InvalidInput, match="no slot or setting for column 'seed'"):
        items(unknown, tmp_path / "t.csv")


def test_damaged_rows(tmp_path: Path) -> None:
    assert (
        rejected(tmp_path, "id,protein\na,MK,x\n")
        == "t.csv, row 1 (line 2) has 3 cells, but there are 2 columns"
    )
    assert rejected(tmp_path, 'protein\nMK\n"VV\n').startswith("t.csv, line 3: unexpected end of data")
    assert rejected(tmp_path, "\n\n").startswith("t.csv is empty")


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=20)


@given(cells=st.lists(st.tuples(CELLS, CELLS), max_size=5), dialect=st.sampled_from(["excel", "unix"]))
def test_quoted_cells_are_read_as_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str]], dialect: str
) -> None:
    written = io.StringIO()
    csv.writer(written, dialect).writerows([("protein", "mode"), *cells])
    path = tmp_path_factory.getbasetemp() / "cells.csv"
    path.write_text(written.getvalue(), newline="", encoding="utf-8")
    expected = [(protein, mode) for protein, mode in cells if protein.strip() or mode.strip()]
    read = [(item.inputs.get("protein", ""), item.settings.get("mode", "")) for item in made(path)]
    assert read == [tuple(cell if cell.strip() else "" for cell in row) for row in expected]


@pytest.mark.parametrize("cell", [None, "", " ", float("nan"), Decimal("nan")])
def test_cells_without_a_value(cell: Any) -> None:
    assert _frames._is_missing(cell)


@pytest.mark.parametrize("cell", ["NA", 0, False, ["MK"], Path("a")])
def test_cells_with_a_value(cell: Any) -> None:
    assert not _frames._is_missing(cell)


COLUMNS: dict[str, list[Any]] = {
    "id": ["a", "b", "c"],
    "protein": ["MK", "VV", None],
    "seed": [1, None, 3],
    "relax": [True, None, False],
}
EXPECTED = [
    ("a", {"protein": "MK"}, {"seed": 1, "relax": True}),
    ("b", {"protein": "VV"}, {}),
    ("c", {}, {"seed": 3, "relax": False}),
]


def test_a_row_of_pandas_is_an_item() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(COLUMNS)
    nullable = frame.astype({"seed": "Int64", "relax": "boolean", "protein": "string"})
    for each in (frame, nullable, frame.set_index("id"), frame.set_index(["id", "seed"])):
        read = made(each)
        assert [(item.id, item.inputs, item.settings) for item in read] == EXPECTED
        assert read[1].source == "row 2 of the DataFrame"


def test_an_index_of_pandas_that_is_not_mapped_is_ignored() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"protein": ["MK"]}, index=pandas.Index(["x"], name="well"))
    assert made(frame)[0].id == "item-00001"
    assert made(frame, columns={"well": "id"})[0].id == "x"
    with pytest.raises(InvalidInput, match=r"'well \(mapped to wells\)'"):
        made(frame, columns={"well": "wells"})


def test_a_series_of_pandas_has_its_names_as_ids() -> None:
    pandas = pytest.importorskip("pandas")
    assert [item.id for item in made(pandas.Series({"a": "MK", "b": "VV"}))] == ["a", "b"]
    assert [item.id for item in made(pandas.Series(["MK", "VV"]))] == ["item-00001", "item-00002"]


def test_a_row_of_polars_is_an_item() -> None:
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(COLUMNS)
    assert [(item.id, item.inputs, item.settings) for item in made(frame)] == EXPECTED
    with pytest.raises(InvalidInput, match=r"pass frame\.collect\(\)"):
        made(frame.lazy())


def test_a_row_of_parquet_is_an_item(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "t.parquet"
    parquet.write_table(pyarrow.table(COLUMNS), path)
    read = made(path)
    assert [(item.id, item.inputs, item.settings) for item in read] == EXPECTED
    assert read[1].source == "t.parquet, row 2"
    damaged = bytearray(path.read_bytes())
    damaged[4:60] = b"\xff" * 56
    path.write_bytes(damaged)
    with pytest.raises(InvalidInput, match=r"can't read .*t\.parquet"):
        made(path)
    path.write_bytes(b"PAR1")
    with pytest.raises(InvalidInput, match=r"can't read .*t\.parquet"):
        made(path)
