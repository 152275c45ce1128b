from __future__ import annotations

import warnings
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from proteiniq import InputWarning, InvalidInput
from proteiniq.batch._items import Item, items
from proteiniq.batch._plan import PlannedInput
from proteiniq.batch._prepare import MOST_SHOWN, planned
from proteiniq.testing import file

from .tools import FOLD


def made(given: Any, **options: Any) -> list[PlannedInput]:
    return list(planned(FOLD, items(FOLD, given), **options))


def rejected(given: Any, **options: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        made(given, **options)
    return caught.value


def test_entries_and_settings_are_those_of_a_single_job() -> None:
    (item,) = made([("a", {"protein": ">x\nMK\n"}, {"seed": 2.0})])
    assert item == PlannedInput(
        "a",
        [
            {
                "id": "protein-1",
                "slotId": "protein",
                "kind": "protein",
                "format": "fasta",
                "content": ">x\nMK\n",
                "source": {"type": "text"},
            }
        ],
        {"seed": 2},
    )


def test_items_are_read_as_they_are_planned() -> None:
    read: list[str] = []

    def given() -> Iterator[str]:
        for each in ("MK", "VV"):
            read.append(each)
            yield each

    next(planned(FOLD, items(FOLD, given())))
    assert read == ["MK"]


def test_api_entries_are_left_to_the_service() -> None:
    listed = [{"slotId": "unknown", "content": "?"}]
    (item,) = made([("a", listed, {"seed": "x"})])
    assert item.entries == listed
    assert item.entries[0] is not listed[0]
    assert item.settings == {"seed": "x"}


def test_nothing_follows_an_invalid_item_and_all_are_listed(tmp_path: Path) -> None:
    path = tmp_path / "s.fasta"
    path.write_text(">a\nMK\n>b\nMK\n1\n>c\nMK\n>d\n")
    found = planned(FOLD, items(FOLD, path, settings={"seed": 1}))
    assert [each.id for each in islice(found, 3)] == ["a", "b", "c"]
    with pytest.raises(InvalidInput) as caught:
        next(found)
    assert str(caught.value) == (
        "invalid items for fold: 1 of 4, nothing was sent:\n  s.fasta, record 4 (line 8), id 'd': slot 'protein', "
        "line 8: record 'd' has no sequence: write it below the header, or remove the header"
    )
    assert (caught.value.issues[0].line, caught.value.issues[0].slot) == (8, "protein")


def test_an_item_with_several_problems_shows_the_first() -> None:
    error = rejected([("a", {"protein": "MK"}, {"seed": "x", "ph": 99, "nope": 1}), "MK"])
    assert "item 1, id 'a': setting 'seed': must be an integer, got 'x' (and 2 more)" in error.message
    assert [issue.setting for issue in error.issues] == ["seed", "ph", "nope"]


def test_problems_that_are_not_of_a_slot() -> None:
    error = rejected([("a", "MK", 3), Item("x", "MK", {}, "item 2")])
    assert "item 1, id 'a': settings must be a mapping" in error.message
    error = next_error([Item("x", "MK", {}, "item 2")])
    assert "item 2, id 'x': inputs must be a mapping of slots to data" in error.message
    assert error.issues[0].message.startswith("item 2, id 'x': inputs must be")


def next_error(given: list[Item]) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        list(planned(FOLD, given))
    return caught.value


def test_of_many_invalid_items_some_are_shown_and_all_counted() -> None:
    error = rejected([("a", 5)] * 1200)
    assert error.message.startswith("invalid items for fold: 1,200 of 1,200, nothing was sent:\n")
    assert error.message.endswith(f"\n  and {1200 - MOST_SHOWN} more")
    assert len(error.message.splitlines()) == MOST_SHOWN + 2
    assert len(error.issues) == MOST_SHOWN


@pytest.mark.parametrize("value", [float("nan"), {1, 2}, "\ud800"])
def test_settings_that_are_not_json(value: Any) -> None:
    assert "settings must be JSON values" in rejected([("a", "MK", {"seed": value})], check=False).message


def test_api_entries_that_are_not_json() -> None:
    assert "inputs must be JSON values" in rejected([[{"slotId": "protein", "content": b"MK"}]]).message


def test_a_saved_file_where_the_contract_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("proteiniq._inputs.requests.is_documented", lambda role, name: False)
    assert "has no saved file as input" in rejected([file(filename="a.fasta")]).message


def test_a_saved_file() -> None:
    (item,) = made([file(filename="a.fasta")])
    assert (item.id, item.entries[0]["source"]["type"]) == ("a.fasta", "file")


def test_without_checks_an_item_is_sent_as_it_is() -> None:
    assert made([("a", "MK", {"nope": 1})], check=False)[0].settings == {"nope": 1}


def test_doubtful_items_warn_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "s.fasta"
    path.write_text(">a\nMK\n>b\nMK\n\nVV\n")
    with pytest.warns(
        InputWarning, match=r"s\.fasta, record 2 \(line 3\), id 'b': slot 'protein', line 6"
    ) as caught:
        assert len(list(planned(FOLD, items(FOLD, path)))) == 2
    assert caught[0].filename == __file__


def test_of_many_doubtful_items_some_are_shown_and_all_counted() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        made([">b\nMK\n\nVV\n"] * 50)
    assert len(caught) == MOST_SHOWN + 1
    assert f"{50 - MOST_SHOWN} more warnings" in str(caught[-1].message)
