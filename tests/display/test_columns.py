"""Which row of a result belongs to which residue of a structure."""

from __future__ import annotations

from typing import Any

import pytest

from proteiniq._display.columns import Ambiguous, columns_of, values_of
from proteiniq._display.structure import read

from ..structures import SDF, atom, helix


def rows(column: str, *values: Any, **keys: Any) -> list[dict[str, Any]]:
    return [
        {column: value, **{key: each[at] for key, each in keys.items()}} for at, value in enumerate(values)
    ]


THREE = read("x.pdb", helix(1, 2, 3, first=5))
ONE = read("1.pdb", helix(1))
TWO_CHAINS = read("x.pdb", f"{helix(1)}\n{helix(1, chain='B')}")


@pytest.mark.parametrize(
    "data",
    [
        {"rows": rows("v", 1, 2, 3)},
        rows("v", 1, 2, 3, position=[1, 2, 3]),
        rows("v", 1, 2, 3, position=[0, 1, 2], aa=["A", "Ala", "ala"]),
        rows("v", 3, 1, 2, residue_number=[7, 5, 6]),
        rows("v", 3, 1, 2, resi=[7, 5, 6], chain=["A", "A", "A"]),
        rows("v", 1, 2, 3, Residue=["ALA", "Ala", "ala"], Position=[5, 6, 7]),
        {"a": {"v": [1, 2, 3]}},
        {"v": [1, 2, 3], "b": rows("v", 4, 5, 6)},
        rows(
            "v",
            9,
            8,
            7,
            1,
            2,
            3,
            number=[5, 5, 9, 5, 6, 7],
            group=["N+", "MSE N", "GN2", "ALA", "ALA", "ALA"],
        ),
        rows("v", *range(4), 1, 2, 3, number=[4, 5, 6, 7, 5, 6, 7], structure=["y"] * 4 + ["x"] * 3),
        rows("v", 1, 2, 3, number=[5, 6, 7], structure=["H", "H", "E"]),
        rows("v", 1, 2, 3, number=[5, 6, 7], structure=["helix", "coil", "helix"]),
    ],
)
def test_rows_belong_to_residues_by_order_or_number(data: Any) -> None:
    assert values_of(data, "v", THREE) == [1, 2, 3]


def test_some_rows_are_enough_where_letters_agree() -> None:
    assert values_of(rows("v", {"a": 1}, position=[6], wt=["A"]), "v", THREE) == [None, "{'a': 1}", None]
    assert values_of(rows("v", 2, 1, position=[1, 1], chain=["B", "A"]), "v", TWO_CHAINS) == [1, 2]


def test_a_residue_has_the_name_or_the_letter_of_its_row() -> None:
    named = rows("v", 1, 2, 3, number=[5, 6, 7], letter=["A", "K", "A"], name=["ALA", "ALA", "ALA"])
    assert values_of(named, "v", THREE) == [1, 2, 3]


def test_insertion_codes_tell_residues_apart() -> None:
    inserted = read(
        "x.pdb", "\n".join(atom(at, number=number) for at, number in enumerate(("   5 ", "   5A"), 1))
    )
    given = rows("v", 2, 1, number=[5, 5], insertion_code=["A", ""], letter=["A", "A"])
    assert values_of(given, "v", inserted) == [1, 2]
    with pytest.raises(Ambiguous, match="it can't be told"):
        values_of(rows("v", 2, 1, number=[5, 5], letter=["A", "A"]), "v", inserted)


def test_a_column_may_be_named_by_its_path() -> None:
    data = {"a": {"rows": rows("v", 1, 2, 3)}, "b": rows("v", 4, 5, 6)}
    assert values_of(data, "a.rows.v", THREE) == [1, 2, 3]
    assert values_of(data, "b.v", THREE) == [4, 5, 6]


def test_the_columns_of_a_structure_are_those_that_belong_to_it_for_certain() -> None:
    per_residue = rows(
        "sasa",
        1.5,
        2.5,
        None,
        number=[5, 6, 7],
        letter=["A"] * 3,
        code=["H", "E", "-"],
        model=[1] * 3,
        nested=[[]] * 3,
    )
    data = {
        "rows": per_residue,
        "b": {"score": [3, 2, 1]},
        "score": [1, 2, 3],
        "others": rows("x", 1, 2),
        "text": [],
        "long": [],
    }
    assert columns_of(data, THREE, 9) == {
        "sasa": [1.5, 2.5, None],
        "code": ["H", "E", "-"],
        "b.score": [3, 2, 1],
        "score": [1, 2, 3],
    }
    assert list(columns_of(data, THREE, 1)) == ["sasa"]
    assert list(columns_of(data, THREE, 9, plain=False)) == ["sasa", "code"]
    assert columns_of({"hits": rows("v", 1, 2, 3)}, THREE, 9) == {}
    assert columns_of({"rows": per_residue}, read("x.sdf", SDF), 9) == {}


@pytest.mark.parametrize(
    ("data", "structure", "message"),
    [
        ({"rows": []}, THREE, "the result has no list of rows with 'v'"),
        ({"a": rows("v", 1), "b": rows("v", 1)}, THREE, "2 lists of rows"),
        ({"v": ["a", None], "b": [True]}, THREE, "no list of rows"),
        (rows("v", 1, 2), THREE, "it can't be told .* 2 rows and 3 residues"),
        (rows("v", 1, 2), TWO_CHAINS, "it can't be told"),
        (rows("v", 1, 2, 3, position=[6, 7, 8]), THREE, "it can't be told"),
        (rows("v", 1, position=[6]), THREE, "it can't be told"),
        (rows("v", 1, position=[6], aa=["G"]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, aa=["A", "A", "G"]), THREE, "the letters in the rows"),
        (rows("v", 1, number=[5], group=["N+"]), THREE, "0 rows and 3 residues"),
        (
            rows("v", 1, 2, structure=["y", "z"]),
            THREE,
            r"about 2 structures \(y, z\), and x.pdb is none of them",
        ),
        (rows("v", *range(6), structure=list("yzuvwx2")[:6]), ONE, "about 6 structures .*, …"),
        (rows("v", 1, number=[5], chain=["A"]), read("x.sdf", SDF), "1 rows and 0 residues"),
    ],
)
def test_rows_in_doubt_are_refused(data: Any, structure: Any, message: str) -> None:
    with pytest.raises(Ambiguous, match=message):
        values_of(data, "v", structure)


def test_a_document_without_lists_has_no_rows() -> None:
    with pytest.raises(Ambiguous, match="no list of rows"):
        values_of({"a": {"b": 1}}, "v", THREE)
