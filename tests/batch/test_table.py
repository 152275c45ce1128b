from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from proteiniq._frames.tables import Columns
from proteiniq.batch import _result, _table
from proteiniq.batch._table import Table
from proteiniq.errors import BatchError, InvalidInput

from .results import batch, finished, run, save

FIRST = {"item": "a", "job_id": "job_0_0", "status": "COMPLETED", "credits": 2.0}


def table(path: Path, *results: Any) -> Table:
    return Table(finished(path, *results))


def values(path: Path, *results: Any) -> list[dict[str, Any]]:
    """The rows without the columns that every row has."""
    return [{name: row[name] for name in row if name not in FIRST} for row in table(path, *results)]


def of_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_result_is_a_row(tmp_path: Path) -> None:
    (row,) = table(tmp_path, {"plddt": 91.5, "chain": {"length": 3, "name": "A"}, "scores": [1, 2]})
    assert row == {**FIRST, "plddt": 91.5, "chain.length": 3, "chain.name": "A", "scores": [1, 2]}
    assert list(row)[:4] == ["item", "job_id", "status", "credits"]


def test_a_list_of_objects_is_a_row_for_each(tmp_path: Path) -> None:
    results = {"count": 2, "hits": [{"name": "x", "at": {"start": 1}}, {"name": "y"}], "warnings": []}
    assert values(tmp_path, results) == [
        {"count": 2, "hits.name": "x", "hits.at.start": 1},
        {"count": 2, "hits.name": "y"},
    ]


def test_an_item_without_records_has_a_row(tmp_path: Path) -> None:
    assert values(tmp_path, {"count": 0, "hits": []}, {"hits": [{"x": 1}]}) == [{"count": 0}, {"hits.x": 1}]


def test_several_lists_of_objects_stay_lists(tmp_path: Path) -> None:
    results = {"hits": [{"x": 1}], "others": [{"y": 1}]}
    assert values(tmp_path, results) == [results]


def test_lists_of_other_things_stay_lists(tmp_path: Path) -> None:
    assert values(tmp_path, {"hits": [{"x": 1}, None], "deep": {"more": [{"x": 1}]}}) == [
        {"hits": [{"x": 1}, None], "deep.more": [{"x": 1}]}
    ]


def test_names_that_meet_are_kept_apart(tmp_path: Path) -> None:
    assert values(tmp_path, {"a.b": 1, "a": {"b": 2}, "item": "x"}) == [
        {"a.b": 1, "a.b_": 2, "results.item": "x"}
    ]


def test_results_that_are_not_an_object(tmp_path: Path) -> None:
    assert values(tmp_path, [{"x": 1}, {"x": 2}]) == [{"results.x": 1}, {"results.x": 2}]


def test_an_item_without_structured_data_has_a_row(tmp_path: Path) -> None:
    assert list(table(tmp_path, None)) == [FIRST]


def test_only_items_with_a_result_have_rows(tmp_path: Path) -> None:
    with batch(tmp_path, "a", "b", "c", same={"c": "b"}) as folder:
        run(folder, 1)
        save(folder, 1, {"x": 1})
    first, second = Table(tmp_path)
    assert first == {"item": "b", "job_id": "job_1_0", "status": "COMPLETED", "credits": 2.0, "x": 1}
    assert second == {**first, "item": "c", "credits": None}


@pytest.mark.parametrize(
    ("content", "problem"), [(None, "No such file"), (b"{", "Expecting"), (b"[]", "is not an object")]
)
def test_a_result_that_can_not_be_read(tmp_path: Path, content: bytes | None, problem: str) -> None:
    with batch(tmp_path, "a") as folder:
        run(folder, 0)
        path = save(folder, 0, {})
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(BatchError, match=rf"item 'a' can't be read: .*result\.json: {problem}.*job_0_0"):
        list(Table(tmp_path))


def test_csv_has_the_columns_of_all_rows(tmp_path: Path) -> None:
    made = table(
        tmp_path / "batch", {"x": 1, "ok": True}, {"y": 'a "b",\nc', "s": [0.5, "\ud800"], "x": None}
    )
    assert made.write_csv(tmp_path / "t.csv") == tmp_path / "t.csv"
    first, second = of_csv(tmp_path / "t.csv")
    assert first == {
        "item": "a",
        "job_id": "job_0_0",
        "status": "COMPLETED",
        "credits": "2.0",
        "x": "1",
        "ok": "true",
        "y": "",
        "s": "",
    }
    assert (second["item"], second["x"], second["y"]) == ("b", "", 'a "b",\nc')
    assert second["s"] == '[0.5, "\\ud800"]'


def test_a_file_is_only_replaced_with_overwrite(tmp_path: Path) -> None:
    made = table(tmp_path / "batch", {"x": 1})
    path = tmp_path / "t.csv"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"pass overwrite=True to replace it: .*t\.csv"):
        made.write_csv(path)
    assert path.read_text() == "mine"
    made.write_csv(path, overwrite=True)
    assert of_csv(path)[0]["x"] == "1"


def test_a_failure_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    made = table(tmp_path / "batch", {"x": 1})
    (tmp_path / "batch/results/a/result.json").unlink()
    with pytest.raises(BatchError):
        made.write_csv(tmp_path / "t.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["batch"]


TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)


@given(written=st.lists(TEXTS, min_size=1, max_size=4), name=TEXTS.filter(lambda name: name not in FIRST))
def test_texts_are_read_from_csv_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, written: list[str], name: str
) -> None:
    folder = tmp_path_factory.mktemp("texts")
    table(folder / "batch", *({name: each} for each in written)).write_csv(folder / "t.csv")
    assert [row[name] for row in of_csv(folder / "t.csv")] == written


MIXED = [
    {"whole": 1, "part": 1, "big": 2**60, "ok": True, "text": "x", "any": 1, "list": [1], "huge": 2**70},
    {"whole": None, "part": 0.5, "big": 1, "ok": None, "text": "\ud800", "any": "x", "list": [{"a": 2}, 3]},
    {"whole": 3, "part": None, "ok": False, "any": True, "none": None},
]
EXPECTED = {
    "item": ["a", "b", "c"],
    "job_id": ["job_0_0", "job_1_0", "job_2_0"],
    "status": ["COMPLETED"] * 3,
    "credits": [2.0, 2.0, 2.0],
    "whole": [1, None, 3],
    "part": [1.0, 0.5, None],
    "big": [2**60, 1, None],
    "ok": [True, None, False],
    "text": ["x", "\\ud800", None],
    "any": ["1", "x", "true"],
    "list": ["[1]", '[{"a": 2}, 3]', None],
    "huge": [str(2**70), None, None],
    "none": [None, None, None],
}
KINDS = [str, str, str, float, int, float, int, bool, str, str, str, str, str]


def test_whole_numbers_that_a_fraction_would_round_are_text(tmp_path: Path) -> None:
    made = table(tmp_path, {"x": 2**60}, {"x": 0.5})._read()
    assert made == Columns({**_table._FIRST, "x": str}, {**made.values, "x": [str(2**60), "0.5"]})


def test_the_types_of_columns(tmp_path: Path) -> None:
    made = table(tmp_path, *MIXED)._read()
    assert (list(made.types.values()), made.values) == (KINDS, EXPECTED)
    assert [type(value) for value in made.values["part"]] == [float, float, type(None)]


def test_pandas(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    frame = table(tmp_path, *MIXED).to_pandas()
    names = {str: "string", float: "Float64", int: "Int64", bool: "boolean"}
    assert [str(dtype) for dtype in frame.dtypes] == [names[kind] for kind in KINDS]
    assert frame.astype(object).where(frame.notna(), None).to_dict("list") == EXPECTED


def test_polars(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    frame = table(tmp_path, *MIXED).to_polars()
    names = {str: polars.String, float: polars.Float64, int: polars.Int64, bool: polars.Boolean}
    assert frame.dtypes == [names[kind] for kind in KINDS]
    assert frame.to_dict(as_series=False) == EXPECTED


def test_arrow(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    made = table(tmp_path, *MIXED).to_arrow()
    names = {str: "string", float: "double", int: "int64", bool: "bool"}
    assert [str(kind) for kind in made.schema.types] == [names[kind] for kind in KINDS]
    assert made.to_pydict() == EXPECTED


def test_parquet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(_table, "_AT_ONCE", 2)
    path = table(tmp_path / "batch", *MIXED).write_parquet(tmp_path / "t.parquet")
    read = parquet.read_table(path)
    assert read.to_pydict() == EXPECTED
    names = {str: "string", float: "double", int: "int64", bool: "bool"}
    assert [str(kind) for kind in read.schema.types] == [names[kind] for kind in KINDS]
    with pytest.raises(FileExistsError):
        Table(tmp_path / "batch").write_parquet(path)


def test_a_file_is_written_where_the_user_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    made = table(tmp_path / "batch")
    assert made.write_csv("~/t.csv") == tmp_path / "t.csv"
    overwrite: Any = "no"
    with pytest.raises(InvalidInput, match=r"^overwrite must be True or False, got 'no'$"):
        made.write_csv("~/t.csv", overwrite=overwrite)


def test_a_frame_reads_each_result_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pandas")
    made, seen = table(tmp_path, {"x": 1}, {"x": 2}), []

    def read(*of: Any) -> Any:
        seen.append(of)
        return _result.read(*of)

    monkeypatch.setattr(_table, "read", read)
    assert list(made.to_pandas()["x"]) == [1, 2]
    assert len(seen) == 2


def test_a_batch_without_results_has_the_first_columns(tmp_path: Path) -> None:
    made = table(tmp_path / "batch")
    made.write_csv(tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == "item,job_id,status,credits\n"
    assert json.dumps(made._read().values) == '{"item": [], "job_id": [], "status": [], "credits": []}'
