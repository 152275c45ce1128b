"""The tables of results. What becomes of values and types is tested with those of batches, too."""

from __future__ import annotations

import pickle
import sys
from typing import Any

import attrs
import pytest
from hypothesis import given, strategies as st

from proteiniq import ConfigurationError, InvalidInput, Tool
from proteiniq._frames.described import Described, described
from proteiniq._frames.rows import by_column, flat, records, types
from proteiniq._frames.tables import of_document
from proteiniq.testing import result, tool

HITS: dict[str, Any] = {
    "hits": [{"name": "a", "score": 1, "start": 5.0}, {"name": "b", "score": 2.5, "start": None}],
    "database": {"size": 3},
    "other": [],
}


def searcher(**results: Any) -> Tool:
    return attrs.evolve(tool(), results=results)


def of_pandas(frame: Any) -> dict[str, tuple[str, list[Any]]]:
    values = frame.astype(object).where(frame.notna(), None)
    return {name: (str(frame[name].dtype), list(values[name])) for name in frame.columns}


def test_a_list_of_objects_is_rows_in_pandas() -> None:
    pytest.importorskip("pandas")
    assert of_pandas(result(results=HITS).to_pandas()) == {
        "database.size": ("Int64", [3, 3]),
        "hits.name": ("string", ["a", "b"]),
        "hits.score": ("Float64", [1.0, 2.5]),
        "hits.start": ("Float64", [5.0, None]),
    }


def test_types_are_those_of_the_contract() -> None:
    polars = pytest.importorskip("polars")
    contract = searcher(
        **{
            "hits[].name": "A text",
            "hits[].start": {"type": "integer"},
            "hits[].score": {"type": "integer"},
            "database.size": {"type": "number"},
        }
    )
    frame = result(results=HITS).to_polars(tool=contract)
    assert dict(frame.schema) == {
        "database.size": polars.Float64,
        "hits.name": polars.String,
        "hits.score": polars.Float64,  # 2.5 is not an integer
        "hits.start": polars.Int64,
    }
    assert frame["hits.start"].to_list() == [5, None]


def test_a_table_of_arrow() -> None:
    pytest.importorskip("pyarrow")
    made = result(results={"n": 2**53 + 1, "ok": True, "s": [1], "none": None}).to_arrow()
    assert [(field.name, str(field.type)) for field in made.schema] == [
        ("n", "int64"),
        ("ok", "bool"),
        ("s", "string"),
        ("none", "string"),
    ]
    assert made.to_pylist() == [{"n": 2**53 + 1, "ok": True, "s": "[1]", "none": None}]


def test_one_of_several_lists_is_chosen() -> None:
    document: dict[str, Any] = {"n": 1, "a": [{"x": 1}], "in": {"b": [{"y": 2}, {"y": None}]}, "none": []}
    assert list(records(document)) == [{"n": 1, "a.x": 1, "in.b": document["in"]["b"]}]
    assert list(records(document, "in.b")) == [{"n": 1, "in.b.y": 2}, {"n": 1, "in.b.y": None}]
    assert list(records(document, "a")) == [{"n": 1, "a.x": 1}]
    assert list(records(document, "none")) == []
    with pytest.raises(
        InvalidInput, match=r"^table: the result has no list of objects 'n', its lists are 'a', 'in.b', 'n"
    ):
        list(records(document, "n"))
    with pytest.raises(InvalidInput, match=r"its lists are none$"):
        result(results=3).to_pandas(table="a")


def test_a_document_that_is_a_list_has_types_of_the_contract() -> None:
    contract = searcher(**{"[].x": {"type": "number"}})
    assert of_document([{"x": 1}], None, contract).types == {"results.x": float}


@pytest.mark.parametrize("package", ["pandas", "polars", "pyarrow"])
def test_a_package_that_is_missing_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    method = {"pyarrow": "arrow"}.get(package, package)
    extra = {"pyarrow": "parquet"}.get(package, package)
    with pytest.raises(
        ConfigurationError,
        match=rf"^to_{method}\(\) needs {package} \(.*\): pip install \"proteiniq\[{extra}\]\"$",
    ):
        getattr(result(results=HITS), f"to_{method}")()


STATED = st.sampled_from([bool, int, float, str, None])
CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.integers(-9, 9).map(float)
    | st.text(max_size=2)
)


@given(st.lists(CELLS, max_size=5), STATED)
def test_no_stated_type_changes_a_value(cells: list[Any], stated: Any) -> None:
    rows = [{"x": cell} for cell in cells]
    kinds = types(rows, {"x": stated})
    made = by_column(kinds, rows).get("x", [])
    assert [value is None for value in made] == [cell is None for cell in cells]
    if kinds.get("x") is not str:
        assert all(
            (value == cell and isinstance(value, kinds["x"])) or cell is None or cell != cell
            for cell, value in zip(cells, made, strict=True)
        )
        assert len({isinstance(cell, bool) for cell in cells if cell is not None}) < 2
    if stated is str and cells:
        assert kinds == {"x": str}


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ("a text", Described("a text")),
        ({"description": "d", "type": "integer", "unit": "Å"}, Described("d", int, "Å")),
        ({"description": 3, "type": ["integer"], "unit": ""}, Described()),
        ({"type": "date"}, Described()),
        (7, Described()),
        (None, Described()),
    ],
)
def test_what_the_contract_states_of_a_value(stated: Any, known: Described) -> None:
    assert described(searcher(x=stated), "x") == known
    assert described(None, "x") == Described()


def test_objects_are_columns_to_a_depth() -> None:
    deep: Any = 1
    for _ in range(300):
        deep = {"a": deep}
    (row,) = records(deep)
    ((name, value),) = row.items()
    assert name == ".".join("a" * 21)
    assert isinstance(value, dict)
    assert next(records({**deep, "t": [{"x": 1}]}, "t"))["t.x"] == 1


def test_paths_that_are_alike_are_columns_of_their_own() -> None:
    assert flat({"a": {"b": 1}, "a.b": 2, "c": []}) == {"a.b": 1, "a.b_": 2}


def test_a_result_can_be_pickled() -> None:
    made = result(results=HITS)
    assert pickle.loads(pickle.dumps(made)).to_dict() == made.to_dict()
