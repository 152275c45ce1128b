"""The measurements with independent documents, and their table."""

from __future__ import annotations

import pytest
from independent import DOCUMENTS, END, HEAD, PAGE, START, STYLES, Measured, edits_in, with_table


def test_each_document_has_its_edits_beside_it() -> None:
    assert sorted(path.stem for path in DOCUMENTS.glob("*.json")) == sorted(STYLES)
    assert sorted(path.stem for path in DOCUMENTS.glob("*.toml")) == sorted(STYLES)


def test_blank_lines_and_comments_are_not_edits() -> None:
    assert edits_in('# why\n\n[schemas.File.names]\n  # more\nsize_bytes = ["size"]  # there\n') == 2


def test_a_row_has_the_measurements() -> None:
    assert (
        Measured("c", reported=2, edits=3, failed=0, is_typed=True).row
        == "| `c.json` | FastAPI, 3.1 | 2 | 3 | 0 |"
    )


def test_a_document_without_a_client_fails() -> None:
    assert not Measured("c", reported=2, edits=0, failed=None, is_typed=True).is_good


def test_the_table_is_between_its_markers() -> None:
    page = with_table(f"above\n{START}\nold\n{END}\nbelow\n", ["| new |"])
    assert page == "\n".join(["above", START, *HEAD, "| new |", END, "below", ""])


def test_writing_the_table_again_changes_nothing() -> None:
    page = with_table(f"{START}\n{END}\n", ["| new |"])
    assert with_table(page, ["| new |"]) == page


@pytest.mark.parametrize("page", ["", START, f"{END}{START}"])
def test_a_page_without_markers_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="expected the markers"):
        with_table(page, [])


def test_the_page_has_the_markers() -> None:
    with_table(PAGE.read_text(encoding="utf-8"), [])
