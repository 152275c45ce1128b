"""What a tool's contract states of the values in its result document.

`Tool.results` has a description for each key, by its path, such as `rows[].charge`. The description is a text, or an
object with `description`, `type` (`integer`, `number`, `string` or `boolean`) and `unit`. The service's documentation
doesn't state the shape of either, so both are our choice, and anything else is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from .._message_text import short_repr
from ..errors import InvalidInput
from ..models import Tool

_TYPES = {"integer": int, "number": float, "string": str, "boolean": bool}


@attrs.frozen
class Described:
    """What is known of the values at a path. `type` is int, float, str or bool; None where nothing is stated."""

    description: str | None = None
    type: type | None = None
    unit: str | None = None


def check_tool(tool: object) -> None:
    """Raise InvalidInput unless the argument `tool` is a contract or None."""
    if not isinstance(tool, Tool | None):
        raise InvalidInput(
            f"tool must be a Tool, such as client.tools.get(id) returns, got {short_repr(tool)}"
        )


def described(tool: Tool | None, path: str) -> Described:
    """Return what the contract states of the values at a path."""
    stated: Any = None if tool is None else tool.results.get(path)
    if isinstance(stated, str):
        return Described(stated)
    if not isinstance(stated, Mapping):
        return Described()
    kind = stated.get("type")
    return Described(
        _text(stated.get("description")),
        _TYPES.get(kind) if isinstance(kind, str) else None,
        _text(stated.get("unit")),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
