"""Which row of a result belongs to which residue of a structure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given as for_all, strategies as st

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
        rows("v", 1, 2, 3, number=[5, 6, 7], structure=["alpha helix", "310 helix", "random coil"]),
        rows("v", 1, 2, 3, number=[5, 6, 7], structure=[1, 2, 2]),
        rows("v", 3, 1, 2, position=["7", " 5", "6"]),
        rows("v", 3, 1, 2, position=[7.0, 5.0, 6.0]),
        rows("v", 3, 1, 2, position=[3, 1, 2]),
        rows("v", 1, 2, 3, number=[5, 6, 7], insertion_code=[None, "?", " "]),
        rows("v", 1, 2, 3, number=[5, 6, 7], letter=["A", None, "X"]),
        rows("v", 1, 2, 3, number=[5, 6, 7], chain=["", "", ""]),
        rows("v", 1, 2, 3, number=[5, 6, 7], chain=["A", None, "A"]),
        rows("v", 1, 2, 3, chain=[1, 1, 1]),
        rows("v", 1, 2, 3, residue_index=[0, 1, 2], position=[5, 6, 7]),
        rows("v", 9, 1, 9, 2, 9, 3, number=[5, 5, 6, 6, 7, 7], structure=["y", "x"] * 3),
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


def pdb(*residues: tuple[str, str, str], record: str = "ATOM  ", name: str = " CA ") -> str:
    """Residues of one atom each, by chain, number with insertion code, and name."""
    return "\n".join(
        atom(at, name, residue, f"{number:>4}" + " " * number[-1:].isdigit(), chain=chain, record=record)
        for at, (chain, number, residue) in enumerate(residues, 1)
    )


def test_few_rows_that_fit_other_residues_too_are_in_doubt() -> None:
    """Numbers may be those of the file, or count the residues."""
    repeated = read("x.pdb", pdb(("A", "1", "ALA"), ("A", "2", "LYS"), ("A", "3", "LYS")))
    with pytest.raises(Ambiguous):
        values_of(rows("v", 1, position=[2], wt=["K"]), "v", repeated)
    assert values_of(rows("v", 1, position=[2], icode=[""], wt=["K"]), "v", repeated) == [None, 1, None]
    assert values_of(rows("v", 1, 2, position=[2, 3], wt=["K", "K"]), "v", repeated) == [None, 1, 2]


def test_a_row_without_insertion_code_is_not_about_one_of_several_residues() -> None:
    inserted = read("x.pdb", pdb(("A", "52", "ALA"), ("A", "52A", "LYS"), ("A", "53", "GLY")))
    with pytest.raises(Ambiguous):
        values_of(rows("v", 1, number=[52], aa=["A"]), "v", inserted)
    told = rows("v", 1, 2, number=[52, 53], icode=["A", None], aa=["K", "G"])
    assert values_of(told, "v", inserted) == [None, 1, 2]
    assert values_of(rows("v", 1, number=["52A"], aa=["K"]), "v", inserted) == [None, 1, None]


def test_one_column_of_letters_must_fit_all_rows() -> None:
    two = read("x.pdb", pdb(("A", "1", "ALA"), ("A", "2", "LYS")))
    with pytest.raises(Ambiguous):
        values_of(rows("v", 1, 2, position=[1, 2], wt=["A", "A"], aa=["G", "K"]), "v", two)


def test_residues_have_the_letters_and_names_of_their_parents() -> None:
    modified = read("x.pdb", pdb(("A", "1", "HID"), ("A", "2", "MSE"), ("A", "3", "ALA")))
    assert values_of(rows("v", 1, 2, 3, resname=["HIS", "MET", "ala"]), "v", modified) == [1, 2, 3]


def test_letters_of_unknown_residues_are_in_no_contradiction() -> None:
    backbone = [pdb(("A", "1", "CSO"), record="HETATM", name=name) for name in (" N  ", " CA ", " C  ")]
    unknown = read("x.pdb", "\n".join([*backbone, pdb(("A", "2", "ALA"))]))
    assert values_of(rows("v", 1, 2, number=[1, 2], letter=["C", "A"]), "v", unknown) == [1, 2]


def test_rows_about_ligands_and_water_do_not_count() -> None:
    polymer = pdb(("A", "1", "ALA"), ("A", "2", "LYS"))
    other = pdb(("A", "301", "LIG"), ("A", "302", "HOH"), record="HETATM", name=" O  ")
    numbers = rows("v", 1, 2, 3, 4, number=[1, 2, 301, 302], name=["ALA", "LYS", "LIG", "HOH"])
    assert values_of(numbers, "v", read("x.pdb", f"{polymer}\n{other}")) == [1, 2]


def test_rows_are_not_in_the_order_of_a_file_whose_numbers_descend() -> None:
    """Modified residues may be listed at the end, and in a result where they are in the sequence."""
    late = read("x.pdb", pdb(("A", "1", "ALA"), ("A", "3", "LYS"), ("A", "2", "MSE")))
    with pytest.raises(Ambiguous):
        values_of({"v": [1, 2, 3]}, "v", late)
    assert values_of(rows("v", 1, 2, 3, number=[1, 2, 3]), "v", late) == [1, 3, 2]


def test_a_chain_in_two_places_has_its_values_in_both() -> None:
    """As a viewer takes them: in the order of the file."""
    parted = read("x.pdb", pdb(("A", "1", "ALA"), ("B", "1", "ALA"), ("A", "2", "LYS")))
    given = rows("v", 1, 2, 3, number=[1, 2, 1], chain=["A", "A", "B"])
    assert values_of(given, "v", parted) == [1, 3, 2]


_RESIDUES = st.lists(
    st.tuples(
        st.sampled_from("AB"),
        st.integers(-2, 12).flatmap(lambda at: st.sampled_from([f"{at}", f"{at}A"])),
        st.sampled_from(["ALA", "LYS", "MSE"]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda residue: residue[:2],
)


@for_all(_RESIDUES, st.data())
def test_each_row_is_at_its_own_residue(residues: list[tuple[str, str, str]], data: st.DataObject) -> None:
    """Any selection of rows in any order, with or without codes and letters: no value is at another residue."""
    structure = read("x.pdb", pdb(*residues))
    letters = {"ALA": "A", "LYS": "K", "MSE": "M"}
    kinds = data.draw(st.sets(st.sampled_from(["insertion_code", "letter", "name"])))
    number = data.draw(st.sampled_from([int, float, str]))
    chosen = data.draw(st.permutations(range(len(residues))))[: data.draw(st.integers(1, len(residues)))]
    made = []
    for at in chosen:
        chain, text, name = residues[at]
        row = {"insertion_code": text[len(text.rstrip("A")) :], "letter": letters[name], "name": name}
        kept = {key: value for key, value in row.items() if key in kinds}
        made.append({"chain": chain, "residue_number": number(text.rstrip("A")), **kept, "v": at})
    is_told = "insertion_code" in kinds or not any(text.endswith("A") for _, text, _ in residues)
    try:
        found = values_of(made, "v", structure)
    except Ambiguous:
        assert not (is_told and len(chosen) == len(residues))
    else:
        assert found == [at if at in chosen else None for at in range(len(residues))]


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


def test_columns_have_no_names_of_other_colourings() -> None:
    scores = rows("plddt", 1, 2, 3, number=[5, 6, 7], letter=["A"] * 3)
    assert columns_of({"rows": scores}, THREE, 9) == {"rows.plddt": [1, 2, 3]}
    assert columns_of(scores, THREE, 9) == {"plddt (column)": [1, 2, 3]}


def test_the_ranks_of_rows_are_not_numbers_of_residues() -> None:
    ranked = rows("v", 1, 2, 3, number=[1, 2, 3])
    assert columns_of(ranked, THREE, 9) == {}
    assert columns_of([{**row, "chain": "A"} for row in ranked], THREE, 9) == {"v": [1, 2, 3]}


@pytest.mark.parametrize(
    ("data", "structure", "message"),
    [
        ({"rows": []}, THREE, "the result has no list of rows with 'v'"),
        (
            {"rows": [{f"c{at}": 1 for at in range(99)}]},
            THREE,
            "choose from chain, .*, structure, c0, .*, c22, c23$",
        ),
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
        (rows("v", 1, 2, 3, position=["7", "5", None]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, position=[1, 2, 1]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, position=[True, False, True]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, position=[1.5, 2.5, 3.5]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, position=["1", "2", "3A"]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, number=[5, 6, 7], icode=["", 1, ""]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, number=[5, 6, 7], index=[7, 6, 5]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, number=[1, 2, 3], chain=["B"] * 3), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, number=[5, 6, 7], chain=["A", "B", None]), THREE, "it can't be told"),
        (rows("v", 1, 2, 3, number=[5, 6, 7], chain=["A", "A", "B"]), THREE, "it can't be told"),
        (rows("v", 2, 1, number=[1, 1], chain=["A", None]), TWO_CHAINS, "it can't be told"),
        (rows("v", *range(6), structure=list("yzuvwx2")[:6]), ONE, "about 6 structures .*, …"),
        (rows("v", 1, number=[5], chain=["A"]), read("x.sdf", SDF), "1 rows and 0 residues"),
    ],
)
def test_rows_in_doubt_are_refused(data: Any, structure: Any, message: str) -> None:
    with pytest.raises(Ambiguous, match=message):
        values_of(data, "v", structure)


def test_a_document_may_be_nested_deeply() -> None:
    deep: Any = {"v": [1, 2, 3]}
    for _ in range(5_000):
        deep = {"a": deep}
    assert columns_of(deep, THREE, 9) == {}


def test_a_document_without_lists_has_no_rows() -> None:
    with pytest.raises(Ambiguous, match="no list of rows"):
        values_of({"a": {"b": 1}}, "v", THREE)
