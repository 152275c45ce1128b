"""Apply corrections and additions to a document: OpenAPI Overlay 1.0.

An overlay has actions. Each one names its target by JSONPath (RFC 9535), and updates or removes it. PyYAML and
python-jsonpath are needed only if there is an overlay.
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
    """A document with the package's overlay, or the one in `file`, applied if it exists.

    Raises NotAContract if the overlay can't be applied.
    """
    try:
        return apply(document, load(file or path("overlay.yaml")))
    except FileNotFoundError:
        return document


def load(file: Path) -> Mapping[str, Any]:
    """The overlay in a JSON or YAML file. Raises NotAContract if it is not an overlay."""
    fetched = fetch(file)
    assert fetched is not None  # None is returned only for a matching entity tag.
    if not str(fetched.document.get("overlay", "")).startswith("1."):
        raise NotAContract(f"{file.name}: not an OpenAPI Overlay 1.x document: it has no `overlay: 1.0.0`")
    return fetched.document


def apply(document: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the document with all actions of the overlay applied.

    Raises NotAContract for an action that can't be applied. That includes one without a matching target, because the
    document that it corrects has changed.
    """
    try:
        from jsonpath import JSONPathEnvironment
        from jsonpath.exceptions import JSONPathError
    except ImportError as error:
        raise NotAContract("to use an overlay, install python-jsonpath") from error
    paths = JSONPathEnvironment(strict=True)
    root: dict[str, Any] = {"": copy.deepcopy(dict(document))}  # gives the document itself a parent
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
            raise NotAContract(f"overlay action {number}: no match for {target}: has the document changed?")
        for match in reversed(found):
            *parts, last = "", *match.parts
            parent: Any = functools.reduce(operator.getitem, parts, root)
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
    """The target after an update (Overlay 1.0, "Action Object"). A list gets the update as a new item."""
    return [*node, update] if isinstance(node, list) else _merged(node, update)


def _merged(node: Any, update: Any) -> Any:
    if isinstance(node, dict) and isinstance(update, Mapping):
        return node | {key: _merged(node.get(key), value) for key, value in update.items()}
    if isinstance(node, list) and isinstance(update, list):
        return [*node, *update]
    return update
