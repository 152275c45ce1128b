"""Scripts and styles of pages."""

from __future__ import annotations

from pathlib import Path

import pytest

import proteiniq._display.page as page_module

ASSETS = Path(page_module.__file__).parent / "assets"


@pytest.mark.parametrize("path", sorted(ASSETS.glob("*.js")), ids=lambda path: path.name)
def test_a_script_can_stand_in_any_page(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.isascii()
    assert "innerHTML" not in text
    assert not [word for word in ("fetch(", "XMLHttpRequest", "eval(", "import(") if word in text]
