"""The normalised contract as a service promises it.

Normalising opens enums and relaxes `required` for the sake of clients. Whoever serves a contract, or compares promises,
needs both as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def strict(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with closed enums and the full list of required properties, without operations that are absent."""
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
