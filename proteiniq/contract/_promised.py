"""A normalised document as a service promises it: what only a client needs is taken back.

Normalising opens enums, relaxes `required`, leaves error answers out and adds what the facade would read. Here all of
that is undone, from the notes that it left; normalising the result again gives the same document.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._spelling import JSON, reference


def promised(document: Mapping[str, Any], errors: str) -> dict[str, Any]:
    """The document with its promises; `errors` is the schema of every error answer."""
    whole: dict[str, Any] = _promised(document)
    for item in whole["paths"].values():
        for operation in item.values():
            _answers(operation, errors)
    del whole["info"]["x-normalised"]
    return whole


def _promised(node: Any) -> Any:
    if isinstance(node, list):
        return [
            _promised(each) for each in node if not (isinstance(each, Mapping) and each.get("x-undocumented"))
        ]
    if not isinstance(node, Mapping):
        return node
    plain = {key: _promised(value) for key, value in node.items() if key not in ("x-name", "x-undocumented")}
    if "x-known-values" in plain:
        plain["enum"] = plain.pop("x-known-values")
        if "null" in plain.get("type", ()):
            plain["enum"] = [*plain["enum"], None]
    if "x-required" in plain:
        plain["required"] = plain.pop("x-required")
    if isinstance(plain.get("properties"), Mapping) and isinstance(node.get("x-undocumented", []), list):
        missing = node.get("x-undocumented", ())
        plain["properties"] = {
            name: value for name, value in plain["properties"].items() if name not in missing
        }
        plain["properties"] |= {name: _kind(said) for name, said in plain.pop("x-extra", {}).items()}
    return plain


def _kind(said: str) -> dict[str, Any]:
    kinds = said.split(" or ")
    if kinds == ["any"]:
        return {}
    kind: dict[str, Any] = {"type": kinds[0] if len(kinds) == 1 else kinds}
    return kind


def _answers(operation: dict[str, Any], errors: str) -> None:
    """The status of success, and the error answers with their codes."""
    responses = operation["responses"]
    responses[str(operation.pop("x-status"))] = responses.pop("2XX")
    for status, codes in operation.pop("x-errors", {}).items():
        content = {JSON: {"schema": reference(errors)}}
        responses[status] = {
            "description": " or ".join(codes) or "Error.",
            "content": content,
            "x-codes": codes,
        }
