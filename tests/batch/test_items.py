from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord

from proteiniq import InvalidInput
from proteiniq.batch._items import Item, items
from proteiniq.testing import file, tool

from ..structures import PDB
from .tools import DOCK, FOLD


def made(given: Any, **options: Any) -> list[Item]:
    return list(items(FOLD, given, **options))


def ids(given: Any, **options: Any) -> list[str]:
    return [item.id for item in made(given, **options)]


def rejected(given: Any, **options: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        made(given, **options)
    return caught.value.message


def test_data_of_the_only_slot() -> None:
    first, second = made(["MK", {"protein": "VV"}])
    assert first == Item("item-00001", {"protein": "MK"}, {}, "item 1")
    assert second == Item("item-00002", {"protein": "VV"}, {}, "item 2")


def test_ids_and_settings_in_tuples() -> None:
    first, second = made([("a", "MK"), ("b", {"protein": "VV"}, {"seed": 1})])
    assert (first.id, first.inputs, first.settings) == ("a", {"protein": "MK"}, {})
    assert (second.id, second.inputs, second.settings) == ("b", {"protein": "VV"}, {"seed": 1})


def test_a_mapping_of_ids() -> None:
    first, second = made({"a": "MK", "b": {"protein": "VV"}})
    assert (first.id, first.inputs) == ("a", {"protein": "MK"})
    assert (second.id, second.inputs) == ("b", {"protein": "VV"})


def test_a_list_of_api_entries_is_kept() -> None:
    listed = [{"slotId": "protein", "kind": "protein", "format": "fasta", "content": "MK"}]
    assert made([listed])[0].inputs is listed


def test_an_endless_generator_is_read_one_by_one() -> None:
    def endless() -> Iterator[str]:
        while True:
            yield "MK"

    assert [item.id for item in islice(items(FOLD, endless()), 2)] == ["item-00001", "item-00002"]


def test_ids_are_the_names_of_records_and_files(tmp_path: Path) -> None:
    opened = io.StringIO("MK")
    opened.name = "/data/open.fa.gz"
    given = [
        SeqRecord(Seq("MK"), id="rec", description="x"),
        Path("/data/a.fasta.gz"),
        ">head with words\nMK\n",
        opened,
        {"protein": Path("b.fasta")},
        file(filename="saved.fasta"),
    ]
    assert ids(given) == ["rec", "a.fasta", "head", "open.fa", "b.fasta", "saved.fasta"]


@pytest.mark.parametrize(
    "value", ["MK", ">a\nMK\n>b\nMK\n", ">\nMK", SeqRecord(Seq("MK")), b"MK", ["MK", "VV"], io.StringIO("MK")]
)
def test_ids_of_data_without_one_name_are_from_the_place(value: Any) -> None:
    assert ids([value]) == ["item-00001"]


def test_a_name_shared_by_all_items_is_not_their_id() -> None:
    given = [{"receptor": Path("r.pdb"), "ligand": "CCO"}]
    assert [item.id for item in items(DOCK, given)] == ["item-00001"]


def test_numbers_as_ids() -> None:
    assert ids([(7, "MK"), (8.0, "MK"), (None, "MK")]) == ["7", "8", "item-00003"]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ((True, "MK"), "the id must be text, got True"),
        ((1.5, "MK"), "the id must be text, got 1.5"),
        (("\ud800", "MK"), "has a lone surrogate"),
        (("a",), "a tuple must be (id, inputs) or (id, inputs, settings), got 1 values"),
        (("a", "MK", 3), "settings must be a mapping of settings to values, got 3"),
    ],
)
def test_what_is_wrong_with_one_item(given: Any, problem: str) -> None:
    first, second = made([given, "MK"])
    assert problem in (first.problem or "")
    assert (second.id, second.problem) == ("item-00002", None)


def test_own_inputs_and_settings_come_before_those_of_all() -> None:
    given = [("a", "CCO", {"seed": 2})]
    (item,) = items(DOCK, given, settings={"seed": 1, "ph": 7}, inputs={"receptor": PDB})
    assert item.inputs == {"receptor": PDB, "ligand": "CCO"}
    assert item.settings == {"seed": 2, "ph": 7}
    (own,) = items(DOCK, [{"receptor": "END"}], inputs={"receptor": PDB})
    assert own.inputs == {"receptor": "END"}


def test_inputs_of_all_items_are_not_added_to_api_entries() -> None:
    listed = {"inputs": [{"slotId": "receptor"}]}
    assert next(items(DOCK, [listed], inputs={"receptor": PDB})).inputs is listed


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("MKV", "got 'MKV': pass a list, even of one item"),
        (">a\nMK.fasta", "pass a list, even of one item"),
        (b"MKV", "pass a list, even of one item"),
        (SeqRecord(Seq("MK"), id="a"), "pass a list, even of one item"),
        (Seq("MK"), "pass a list, even of one item"),
        (None, "got None"),
        (5, "got 5"),
        ({"MK", "VV"}, "items must have an order"),
        ({"protein": "MK"}, "must be ids: pass [inputs] for one item"),
    ],
)
def test_what_is_not_a_batch(given: Any, problem: str) -> None:
    assert problem in rejected(given)


def test_a_table_of_another_library_is_not_read_by_its_columns() -> None:
    class DaskFrame:
        columns = ("MK",)

        def __iter__(self) -> Iterator[str]:
            return iter(self.columns)

    assert "must be a DataFrame of pandas or polars, got DaskFrame" in rejected(DaskFrame())


def test_options_that_do_not_fit() -> None:
    assert "columns is for files and DataFrames" in rejected(["MK"], columns={"a": "id"})
    assert "columns must be a mapping" in rejected(["MK"], columns=["a"])
    assert "inputs must be a mapping" in rejected(["MK"], inputs="MK")
    assert "settings must be a mapping" in rejected(["MK"], settings="MK")


def test_data_for_one_of_several_slots_is_ambiguous() -> None:
    with pytest.raises(
        InvalidInput, match=r"'receptor' \(required\), 'ligand' \(required\): name the slot of each"
    ):
        next(items(DOCK, ["CCO"]))


def test_the_only_slot_may_be_optional() -> None:
    optional = tool(slots=[{"id": "text", "kind": "text", "formats": ["txt"], "required": False}])
    assert next(items(optional, ["x"])).inputs == {"text": "x"}
    with pytest.raises(InvalidInput, match="has no slot"):
        next(items(tool(slots=[]), ["x"]))
