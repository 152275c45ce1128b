"""Ids of items as names of folders."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, strategies as st

from proteiniq.batch._names import folder_name

ODD = [
    "..",
    ".",
    "/",
    "\\",
    "\x00",
    "\x1b[2J",
    "CON",
    "nul.txt",
    "a.",
    "a ",
    " a",
    "",
    "a/b",
    "a\\b",
    "x" * 300,
    "\ud800",
]


def seen(name: str) -> str:
    """A name as a file system takes it that ignores case and composes characters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).upper().lower())


@pytest.mark.parametrize(
    "name", ["seq1", "item-0001", "lysozyme_wt.v2", "P00698", "P12345-2", "1UBQ_A", "2024", "a b"]
)
def test_a_plain_id_is_its_own_name(name: str) -> None:
    assert folder_name(name) == name


@pytest.mark.parametrize("name", ODD)
def test_any_id_is_a_safe_name(name: str) -> None:
    made = folder_name(name)
    assert made.isprintable()
    assert not set(made) & set('/\\<>:"|?*')
    assert made.strip(" .") == made
    assert made.partition(".")[0].upper() not in ("CON", "NUL")
    assert len(made.encode()) < 255


def test_a_changed_name_stays_readable() -> None:
    assert folder_name("sp|P00698|LYSC_CHICK").startswith("sp_P00698_LYSC_CHICK-")
    assert folder_name("x" * 300).startswith("x" * 50)
    assert folder_name("Lysozym β").startswith("Lysozym β-")


@pytest.mark.parametrize(
    "alike",
    [
        ["lysozyme", "Lysozyme", "LYSOZYME"],
        ["P00698", "p00698"],
        ["é", "e\u0301", "É"],
        ["straße", "strasse", "STRASSE"],
        ["ı", "i", "I", "İ"],
        ["x" * 300, "x" * 299 + "y", "x" * 60, "x" * 301],
        ["a/b", "a_b", "a\\b", "a?b"],
        ["a", "a.", "a ", " a", "./a"],
        ["file", "..", ".", ""],
        ["longname~1", "longname1", "longname12"],
        ODD,
    ],
    ids=lambda names: ascii(names[0])[:12],
)
def test_ids_that_some_file_system_takes_for_one_have_different_names(alike: list[str]) -> None:
    assert len({seen(folder_name(name)) for name in alike}) == len(alike)


def test_a_name_with_a_hash_is_not_the_name_of_another_id() -> None:
    made = folder_name("Lysozyme").lower()
    assert seen(folder_name(made)) != seen(folder_name("Lysozyme"))


@given(st.lists(st.text(max_size=12) | st.text("aAbB._- /é\u0301", max_size=4), max_size=8, unique=True))
def test_any_ids_have_different_names(ids: list[str]) -> None:
    assert len({seen(folder_name(name)) for name in ids}) == len(ids)
