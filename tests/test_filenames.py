from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from proteiniq._transfer.filenames import local_names


@pytest.mark.parametrize(
    ("name", "local"),
    [
        ("prediction.pdb", "prediction.pdb"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\Windows\\system.ini", "system.ini"),
        ("a/b/c.txt", "c.txt"),
        ("folder/", "folder"),
        ("nul", "_nul"),
        ("COM1.txt", "_COM1.txt"),
        ("con .txt", "_con .txt"),
        ("..", "file"),
        ("", "file"),
        ("\x00", "_"),
        ("new\nline.txt", "new_line.txt"),
        ("half\ud800.txt", "half_.txt"),
        ("a:b*c?.txt", "a_b_c_.txt"),
        ("Ångström β.pdb", "Ångström β.pdb"),
    ],
)
def test_a_name_of_the_service_as_a_file_here(name: str, local: str) -> None:
    assert local_names([name]) == [local]


def test_equal_names_are_made_unique() -> None:
    made = local_names(["a.txt", "x/a.txt", "A.TXT"])
    assert made[0] == "a.txt"
    assert len({name.casefold() for name in made}) == 3


def test_a_number_in_a_unique_name_does_not_clash_with_another_file() -> None:
    assert local_names(["a.txt", "a.txt", "A-2.txt", "a.txt"]) == ["a.txt", "a-3.txt", "A-2.txt", "a-4.txt"]


def test_a_long_name_keeps_its_ending() -> None:
    (name,) = local_names(["β" * 500 + ".pdb"])
    assert name.endswith(".pdb")
    assert len(name.encode()) <= 200


@given(st.lists(st.text(max_size=300), max_size=5))
def test_any_names_are_different_files_in_one_folder(names: list[str]) -> None:
    made = local_names(names)
    assert len(made) == len(names)
    assert len({name.casefold() for name in made}) == len(names)
    for name in made:
        assert Path("folder", name).parent == Path("folder")
        assert name not in ("", ".", "..")
        assert "\\" not in name
        assert len(name.encode("utf-8")) <= 255
