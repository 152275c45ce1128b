"""Every public object has a short `repr` and, where it has a card, one that is only text, tables and pictures."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from proteiniq import ResultFileInfo

from ..support import SECRET
from .objects import classes, hostile

CLASSES = {f"{kind.__module__}.{kind.__name__}": kind for kind in classes()}


def test_all_public_classes_are_here() -> None:
    names = {name.rpartition(".")[2] for name in CLASSES}
    assert names >= {
        "Account",
        "Tool",
        "Quote",
        "Job",
        "AsyncJob",
        "Result",
        "AsyncResult",
        "ResultFile",
        "Page",
    }
    assert names >= {
        "Pager",
        "Batch",
        "BatchStatus",
        "ItemSummary",
        "Table",
        "AttemptDetails",
        "TransportRequest",
    }
    assert len(names) > 45


@pytest.mark.parametrize("name", CLASSES)
def test_the_repr_is_one_short_line_without_secrets(name: str, tmp_path: Path) -> None:
    shown = repr(hostile(CLASSES[name], tmp_path))
    assert len(shown) <= 120
    assert shown.isprintable()
    assert shown.startswith(f"{CLASSES[name].__name__}(")
    assert SECRET not in shown


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("name", CLASSES)
def test_a_card_has_no_markup_of_the_service(name: str, tmp_path: Path) -> None:
    html = hostile(CLASSES[name], tmp_path)._repr_html_()
    if html is None:
        return
    found = Elements(html)
    assert found.open == []
    allowed = "div strong em table thead tbody tr th td img details summary"
    assert found.tags <= {*allowed.split()}
    assert found.attributes <= {"style", "src", "alt", "scope"}
    assert (SECRET in html, html.isprintable()) == (False, True)
    assert len(html) < 1_000_000


@pytest.mark.parametrize(
    "name", ["Account", "Tool", "Quote", "Job", "Result", "ResultFile", "Page", "BatchStatus"]
)
def test_what_a_notebook_shows_often_has_a_table_and_a_picture(name: str, tmp_path: Path) -> None:
    kind = next(kind for kind in classes() if kind.__name__ == name)
    html = hostile(kind, tmp_path)._repr_html_()
    assert "<table" in html
    assert '<img src="data:image/svg+xml;base64,' in html


def test_a_signed_url_is_shown_nowhere() -> None:
    url = "https://storage.test/a.pdb?X-Amz-Signature=abc"
    info = ResultFileInfo(name="a.pdb", content_type=None, url=url, key=None)
    assert "storage.test" not in f"{info!r}{info._repr_html_()}"
