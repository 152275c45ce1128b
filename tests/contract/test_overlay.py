"""OpenAPI Overlay 1.0: corrections to a document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonpath
import pytest

from proteiniq.contract import NotAContract, check, overlaid
from proteiniq.contract._overlay import apply, load

from .client import OPENAPI, reconstruction

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "T", "tags": ["a"]},
    "paths": {"/a": {"get": {"parameters": [{"name": "p"}, {"name": "q"}]}}, "/b": {"get": {}}},
}
PARAMETERS = "$.paths['/a'].get.parameters"


def overlay(*actions: Any) -> dict[str, Any]:
    return {"overlay": "1.0.0", "info": {"title": "", "version": ""}, "actions": list(actions)}


def applied(*actions: Any) -> dict[str, Any]:
    return apply(DOCUMENT, overlay(*actions))


APPLIED: dict[str, tuple[str, Any, dict[str, Any]]] = {
    # case: (target, update or None for a removal, path → expected value)
    "an object is merged": (
        "$.info", {"title": "U", "contact": {"name": "N"}},
        {"$.info": {"title": "U", "tags": ["a"], "contact": {"name": "N"}}}),
    "objects inside are merged too": ("$", {"info": {"version": "2"}}, {"$.info.version": "2", "$.info.title": "T"}),
    "a list in the update is appended": ("$.info", {"tags": ["b"]}, {"$.info.tags": ["a", "b"]}),
    "an update of a list is appended": (
        PARAMETERS, {"name": "r"}, {PARAMETERS: [{"name": "p"}, {"name": "q"}, {"name": "r"}]}),
    "a plain value is replaced": ("$.info.title", "U", {"$.info.title": "U"}),
    "every target that matches is updated": (
        "$.paths[*].get", {"x": 1}, {"$.paths['/a'].get.x": 1, "$.paths['/b'].get.x": 1}),
    "a property is removed": ("$.info.tags", None, {"$.info": {"title": "T"}}),
    "items of a list are removed": (f"{PARAMETERS}[*]", None, {PARAMETERS: []}),
    "an item is found by a filter": (
        f"{PARAMETERS}[?@.name == 'p']", {"x": 1}, {PARAMETERS: [{"name": "p", "x": 1}, {"name": "q"}]}),
}  # fmt: skip


@pytest.mark.parametrize("case", APPLIED)
def test_an_action_is_applied(case: str) -> None:
    target, update, expected = APPLIED[case]
    made = applied({"target": target, **({"remove": True} if update is None else {"update": update})})
    assert {place: jsonpath.findall(place, made)[0] for place in expected} == expected


def test_actions_are_applied_in_order() -> None:
    made = applied(
        {"target": "$.info", "update": {"version": "2"}}, {"target": "$.info.version", "update": "3"}
    )
    assert made["info"]["version"] == "3"


def test_the_original_document_is_not_modified() -> None:
    before = json.dumps(DOCUMENT)
    applied({"target": "$.info.tags", "update": "b"}, {"target": "$.paths['/b']", "remove": True})
    assert json.dumps(DOCUMENT) == before


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"target": "$.paths['/c']", "update": {}}, "overlay action 1: no match for"),
        ({"target": "$.info[", "update": {}}, "is not a JSONPath"),
        ({"target": "$", "remove": True}, "the whole document, which can't be removed"),
        ({"target": "$", "update": [1]}, "expected an object"),
        ({"update": {}}, "`target`: expected a string"),
        ({"target": "$.info"}, "has neither `update` nor `remove: true`"),
        ("remove", "overlay action 1: expected an object"),
    ],
)
def test_an_invalid_action_is_refused(action: Any, words: str) -> None:
    with pytest.raises(NotAContract, match=words.replace("$", r"\$")):
        applied(action)


@pytest.mark.parametrize("name", ["overlay.json", "overlay.yaml"])
def test_an_overlay_is_read_from_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(json.dumps(overlay()))
    assert load(file) == overlay()


@pytest.mark.parametrize("content", [{"openapi": "3.1.0"}, {"overlay": "2.0.0"}, {"overlay": None}])
def test_another_document_is_not_an_overlay(content: Any, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(json.dumps(content))
    with pytest.raises(NotAContract, match=r"overlay\.yaml: not an OpenAPI Overlay 1\.x document"):
        load(file)


def test_an_overlay_in_a_file_is_applied(tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(json.dumps(overlay({"target": "$.info.title", "update": "U"})))
    assert overlaid(DOCUMENT, file)["info"]["title"] == "U"


def test_a_check_applies_the_overlay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, source = tmp_path / "overlay.yaml", tmp_path / "openapi.json"
    file.write_text(json.dumps(overlay({"target": "$.paths['/api/v1/more']", "remove": True})))
    document = reconstruction()
    document["paths"]["/api/v1/more"] = {"get": {"responses": {}}}
    source.write_text(json.dumps(document))
    assert check(source).verdict == "additive"
    there = {"overlay.yaml": file}
    monkeypatch.setattr("proteiniq.contract._overlay.path", lambda name: there.get(name, OPENAPI / name))
    assert check(source).verdict == "same"
