"""Schemas without a role, named after the place where they were found."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .access import NotAContract
from .flatten import Flat, Flattener
from .keywords import fitting
from .names import IN_MODELS, fold, pascal, usable
from .spelling import nullable, reference, scalar

DEEPEST = 40
"""Maximum nesting of objects. Each one becomes a class of the generated client."""


class Places:
    """Collects the components without a role."""

    def __init__(self, flattener: Flattener, taken: Iterable[str]) -> None:
        self.components: dict[str, dict[str, Any]] = {}
        self._flattener = flattener
        self._taken = {fold(name) for name in taken}
        self._open: dict[int, str] = {}

    def schema(self, node: Any, name: str) -> dict[str, Any]:
        """A schema in our spelling. Its objects become components, whose names begin with `name`."""
        flat = self._flattener.flatten(node, name)
        schema = self._schema(flat, name)
        return nullable(schema) if flat.nullable else schema

    def _schema(self, flat: Flat, name: str) -> dict[str, Any]:
        if len(self._open) > DEEPEST:
            raise NotAContract(f"{name}: objects nested deeper than {DEEPEST} levels")
        if flat.type == "array":
            items = self.schema(flat.items, name + "Item") if flat.items is not None else {}
            return fitting(flat.kept, {"type": "array", "items": items})
        if flat.type != "object":
            return scalar(flat)
        good = usable(flat.properties, (), IN_MODELS)
        if not good:
            return fitting(flat.kept, {"type": "object", "additionalProperties": True})
        if flat.identity in self._open:
            return reference(self._open[flat.identity])
        name = self._unused(name)
        self._open[flat.identity] = name
        try:
            properties = {key: self.schema(flat.properties[key], name + pascal(key)) for key in good}
        finally:
            del self._open[flat.identity]
        component = {"type": "object", "properties": properties, "additionalProperties": True}
        required = sorted(set(flat.required) & set(good))
        if required:
            component["required"] = required
        self.components[name] = fitting(flat.kept, component)
        return reference(name)

    def _unused(self, name: str) -> str:
        while fold(name) in self._taken:
            name += "X"
        self._taken.add(fold(name))
        return name
