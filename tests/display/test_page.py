"""Pages in one file."""

from __future__ import annotations

import base64
import hashlib
import json
import re

import pytest

from proteiniq._display.markup import escape, image
from proteiniq._display.page import Part, page


def hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_lists_a_hash_of_each_script_and_style() -> None:
    made = page("Report", [Part("<p>1</p>", styles=("p { margin: 0 }",), scripts=("let a = 1;",))])
    policy = re.search('Content-Security-Policy" content="([^"]*)"', made)
    assert policy is not None
    assert f"script-src {hashed('let a = 1;')};" in policy[1]
    assert f"style-src {hashed('p { margin: 0 }')};" in policy[1]
    assert policy[1].startswith("default-src 'none'")


def test_a_page_without_scripts_may_run_none() -> None:
    assert "script-src 'none'; style-src 'none'" in page("Report", [Part("<p>1</p>")])


def test_what_several_parts_need_stands_in_the_page_once() -> None:
    made = page("Report", [Part("<p>1</p>", scripts=("run();",)), Part("<p>2</p>", scripts=("run();",))])
    assert made.count("run();") == 1


def test_data_cannot_end_its_element() -> None:
    value = {"name": "</script><script>alert(1)</script>", "letter": "Å"}
    made = page("Report", [Part("", data={"entries": value})])
    found = re.search('<script type="application/json" id="entries">(.*)</script>', made)
    assert found is not None
    assert "<" not in found[1]
    assert json.loads(found[1]) == value


def test_a_script_cannot_end_its_element() -> None:
    made = page("Report", [Part("", scripts=("const end = '</SCRIPT>';",))])
    assert "const end = '<\\/SCRIPT>';" in made
    assert hashed("const end = '<\\/SCRIPT>';") in made


def test_a_script_must_be_ascii() -> None:
    with pytest.raises(ValueError, match="must be ASCII"):
        page("Report", [Part("", scripts=("const unit = 'Å';",))])


def test_a_title_is_escaped() -> None:
    assert "<title>&lt;b&gt; &amp; &quot;</title>" in page('<b> & "', [])


def test_an_image_carries_its_picture_and_its_description() -> None:
    made = image("<svg/>", 'a "helix"', "width: 10em")
    assert made == (
        '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="a &quot;helix&quot;" style="width: 10em">'
    )
    assert image("<svg/>", "") == '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="">'


def test_escaping_covers_attributes() -> None:
    assert escape("\"><img onerror='x'>") == "&quot;&gt;&lt;img onerror=&#x27;x&#x27;&gt;"


def test_half_of_a_character_is_shown_by_its_number() -> None:
    assert escape("a\ud800") == "a\\ud800"
