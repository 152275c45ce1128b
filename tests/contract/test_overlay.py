"""Corrections to a document: OpenAPI Overlay 1.0."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


def test_an_object_is_merged_with_the_update() -> None:
    made = applied({"target": "$.info", "update": {"title": "U", "contact": {"name": "N"}}})
    assert made["info"] == {"title": "U", "tags": ["a"], "contact": {"name": "N"}}


def test_objects_inside_are_merged_too() -> None:
    made = applied({"target": "$", "update": {"info": {"version": "2"}}})
    assert made["info"] == {"title": "T", "tags": ["a"], "version": "2"}


def test_a_list_in_the_update_is_appended() -> None:
    assert applied({"target": "$.info", "update": {"tags": ["b"]}})["info"]["tags"] == ["a", "b"]


def test_an_update_of_a_list_is_appended_to_it() -> None:
    made = applied({"target": PARAMETERS, "update": {"name": "r"}})
    assert [each["name"] for each in made["paths"]["/a"]["get"]["parameters"]] == ["p", "q", "r"]


def test_a_plain_value_is_replaced() -> None:
    assert applied({"target": "$.info.title", "update": "U"})["info"]["title"] == "U"


def test_every_target_that_matches_is_updated() -> None:
    made = applied({"target": "$.paths[*].get", "update": {"deprecated": True}})
    assert all(item["get"]["deprecated"] for item in made["paths"].values())


def test_a_property_is_removed() -> None:
    assert applied({"target": "$.paths['/b']", "remove": True})["paths"].keys() == {"/a"}


def test_items_of_a_list_are_removed() -> None:
    made = applied({"target": f"{PARAMETERS}[*]", "remove": True})
    assert made["paths"]["/a"]["get"]["parameters"] == []


def test_an_item_is_found_by_a_filter() -> None:
    made = applied({"target": f"{PARAMETERS}[?@.name == 'p']", "update": {"required": True}})
    assert made["paths"]["/a"]["get"]["parameters"] == [{"name": "p", "required": True}, {"name": "q"}]


def test_actions_are_done_one_after_the_other() -> None:
    made = applied(
        {"target": "$.info", "update": {"version": "2"}}, {"target": "$.info.version", "update": "3"}
    )
    assert made["info"]["version"] == "3"


def test_the_document_stays_as_it_was() -> None:
    before = json.dumps(DOCUMENT)
    applied({"target": "$.info.tags", "update": "b"}, {"target": "$.paths['/b']", "remove": True})
    assert json.dumps(DOCUMENT) == before


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ({"target": "$.paths['/c']", "update": {}}, "overlay action 1: nothing is at"),
        ({"target": "$.info[", "update": {}}, "is not a JSONPath"),
        ({"target": "$", "remove": True}, "the whole document, which can't be removed"),
        ({"target": "$", "update": [1]}, "expected an object"),
        ({"update": {}}, "`target`: expected text"),
        ({"target": "$.info"}, "has neither `update` nor `remove: true`"),
        ("remove", "overlay action 1: expected an object"),
    ],
)
def test_an_action_that_can_not_be_done(action: Any, words: str) -> None:
    with pytest.raises(NotAContract, match=words.replace("$", r"\$")):
        applied(action)


@pytest.mark.parametrize("name", ["overlay.json", "overlay.yaml"])
def test_an_overlay_is_read_from_a_file(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(json.dumps(overlay()))
    assert load(file) == overlay()


@pytest.mark.parametrize("content", [{"openapi": "3.1.0"}, {"overlay": "2.0.0"}, {"overlay": None}])
def test_what_is_not_an_overlay_is_refused(content: Any, tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(json.dumps(content))
    with pytest.raises(NotAContract, match=r"overlay\.yaml: this is not an OpenAPI Overlay 1\.x document"):
        load(file)


def test_a_document_is_overlaid_with_a_file(tmp_path: Path) -> None:
    file = tmp_path / "overlay.yaml"
    file.write_text(json.dumps(overlay({"target": "$.info.title", "update": "U"})))
    assert overlaid(DOCUMENT, file)["info"]["title"] == "U"


def test_a_check_compares_the_document_with_its_corrections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, source = tmp_path / "overlay.yaml", tmp_path / "openapi.json"
    file.write_text(json.dumps(overlay({"target": "$.paths['/api/v1/more']", "remove": True})))
    document = reconstruction()
    document["paths"]["/api/v1/more"] = {"get": {"responses": {}}}
    source.write_text(json.dumps(document))
    assert check(source).verdict == "additive"
    there = {"overlay.yaml": file}
    monkeypatch.setattr("proteiniq.contract._overlay.path", lambda name: there.get(name, OPENAPI / name))
    assert check(source).verdict == "same"
