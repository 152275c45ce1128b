"""The normalised contract with the guarantees of a service.

Normalising opens enums and relaxes `required`, so that clients are tolerant. A server needs both as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def strict(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with closed enums and all required properties, without absent operations."""
    whole: dict[str, Any] = _strict(document)
    for item in whole["paths"].values():
        for method in [method for method, operation in item.items() if operation.get("x-absent")]:
            del item[method]
    return whole


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    copy = {key: _strict(value) for key, value in node.items()}
    if isinstance(node.get("x-known-values"), list):
        known = copy.pop("x-known-values")
        copy["enum"] = [*known, None] if "null" in node.get("type", ()) else known
    if isinstance(node.get("x-required"), list):
        copy["required"] = copy.pop("x-required")
    return copy
