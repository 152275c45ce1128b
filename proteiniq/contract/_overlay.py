"""Corrections and additions to a document, without editing it: OpenAPI Overlay 1.0.

An overlay has actions; each names a target by JSONPath (RFC 9535), and updates or removes what is there. It is read
with PyYAML and python-jsonpath, which only who has an overlay needs.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._normalise.access import NotAContract, mapping, sequence, text
from ._source import fetch


def load(file: Path) -> Mapping[str, Any]:
    """The overlay in a file, JSON or YAML. Raises NotAContract when it is not one."""
    fetched = fetch(file)
    assert fetched is not None  # Only an entity tag that is still right gives nothing.
    overlay = fetched.document
    if not str(overlay.get("overlay", "")).startswith("1."):
        raise NotAContract(
            f"{file.name}: this is not an OpenAPI Overlay 1.x document: it has no `overlay: 1.0.0`"
        )
    return overlay


def apply(document: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the document after all actions of the overlay.

    Raises NotAContract for an action that can't be done. One whose target is not there is refused too: what it was to
    correct has changed.
    """
    try:
        from jsonpath import JSONPathEnvironment
        from jsonpath.exceptions import JSONPathError
    except ImportError as error:
        raise NotAContract("to use an overlay, install python-jsonpath") from error
    paths = JSONPathEnvironment(strict=True)
    made: dict[str, Any] = copy.deepcopy(dict(document))
    for number, node in enumerate(sequence(overlay.get("actions"), "overlay actions"), start=1):
        action = mapping(node, f"overlay action {number}")
        target = text(action.get("target"), f"overlay action {number}, `target`")
        try:
            found = list(paths.finditer(target, made))
        except JSONPathError as error:
            raise NotAContract(f"overlay action {number}: {target!r} is not a JSONPath: {error}") from error
        if action.get("remove") is not True and "update" not in action:
            raise NotAContract(f"overlay action {number} has neither `update` nor `remove: true`")
        if not found:
            raise NotAContract(f"overlay action {number}: nothing is at {target}: has the document changed?")
        for match in reversed(found):
            if action.get("remove") is True:
                _remove(made, list(match.parts), target)
            else:
                _update(made, list(match.parts), action["update"])
    return made


def _parent(document: Any, parts: list[Any]) -> Any:
    for part in parts[:-1]:
        document = document[part]
    return document


def _remove(document: dict[str, Any], parts: list[Any], target: str) -> None:
    if not parts:
        raise NotAContract(f"overlay: {target} is the whole document, which can't be removed")
    del _parent(document, parts)[parts[-1]]


def _update(document: dict[str, Any], parts: list[Any], update: Any) -> None:
    """Merge `update` into an object, or append it to a list (Overlay 1.0, "Action Object")."""
    if not parts:
        _merge(document, mapping(update, "overlay: the update of the whole document"))
        return
    parent = _parent(document, parts)
    node = parent[parts[-1]]
    if isinstance(node, list):
        node.append(copy.deepcopy(update))
    elif isinstance(node, dict) and isinstance(update, Mapping):
        _merge(node, update)
    else:
        parent[parts[-1]] = copy.deepcopy(update)


def _merge(node: dict[str, Any], update: Mapping[str, Any]) -> None:
    for key, value in update.items():
        if isinstance(node.get(key), dict) and isinstance(value, Mapping):
            _merge(node[key], value)
        elif isinstance(node.get(key), list) and isinstance(value, list):
            node[key] += copy.deepcopy(value)
        else:
            node[key] = copy.deepcopy(value)
