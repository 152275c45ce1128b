"""Corrections and additions to a document, without editing it: OpenAPI Overlay 1.0.

An overlay has actions; each names a target by JSONPath (RFC 9535), and updates or removes what is there. It is read
with PyYAML and python-jsonpath, which only who has an overlay needs.
"""

from __future__ import annotations

import copy
import functools
import operator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ._normalise.access import NotAContract, mapping, sequence, text
from ._packaged import path
from ._source import fetch


def overlaid(document: dict[str, Any], file: Path | None = None) -> dict[str, Any]:
    """A document with the corrections of the package's overlay, or of `file`, if there is one.

    Raises NotAContract when the overlay can't be used.
    """
    try:
        return apply(document, load(file or path("overlay.yaml")))
    except FileNotFoundError:
        return document


def load(file: Path) -> Mapping[str, Any]:
    """The overlay in a file, JSON or YAML. Raises NotAContract when it is not one."""
    fetched = fetch(file)
    assert fetched is not None  # Only an entity tag that is still right gives nothing.
    if not str(fetched.document.get("overlay", "")).startswith("1."):
        raise NotAContract(
            f"{file.name}: this is not an OpenAPI Overlay 1.x document: it has no `overlay: 1.0.0`"
        )
    return fetched.document


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
    root: dict[str, Any] = {
        "": copy.deepcopy(dict(document))
    }  # so that the document itself is inside of something
    for number, node in enumerate(sequence(overlay.get("actions"), "overlay actions"), start=1):
        action = mapping(node, f"overlay action {number}")
        target = text(action.get("target"), f"overlay action {number}, `target`")
        try:
            found = list(paths.finditer(target, root[""]))
        except JSONPathError as error:
            raise NotAContract(f"overlay action {number}: {target!r} is not a JSONPath: {error}") from error
        if action.get("remove") is not True and "update" not in action:
            raise NotAContract(f"overlay action {number} has neither `update` nor `remove: true`")
        if not found:
            raise NotAContract(f"overlay action {number}: nothing is at {target}: has the document changed?")
        for match in reversed(found):
            *way, last = "", *match.parts
            parent: Any = functools.reduce(operator.getitem, way, root)
            if action.get("remove") is not True:
                parent[last] = _updated(parent[last], copy.deepcopy(action["update"]))
            elif parent is root:
                raise NotAContract(f"overlay: {target} is the whole document, which can't be removed")
            else:
                del parent[last]
        mapping(root[""], f"overlay action {number}, the whole document")
    whole: dict[str, Any] = root[""]
    return whole


def _updated(node: Any, update: Any) -> Any:
    """What an update makes of its target (Overlay 1.0, "Action Object"): to a list, it is one more item."""
    return [*node, update] if isinstance(node, list) else _merged(node, update)


def _merged(node: Any, update: Any) -> Any:
    if isinstance(node, dict) and isinstance(update, Mapping):
        return node | {key: _merged(node.get(key), value) for key, value in update.items()}
    if isinstance(node, list) and isinstance(update, list):
        return [*node, *update]
    return update
