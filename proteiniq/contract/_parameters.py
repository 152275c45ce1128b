"""Parameters of an operation: those that the facade offers, and all others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ._bindings import Field, Operation, Route
from ._flatten import Flat, Flattener
from ._keywords import fitting
from ._names import IN_CALLS, Ambiguous, find, fold, usable
from ._reading import mapping
from ._spelling import SPELLED, kind_of, mismatch, nullable, scalar, with_values
from ._upstream import Upstream

Parameter = Mapping[str, Any]
Wrong = Callable[[str, str], None]
"""Told what is wrong with a parameter: (place, what)."""

_SCALARS = {"string", "number", "integer", "boolean"}


class Parameters:
    """The parameters of one operation in our spelling."""

    def __init__(self, flattener: Flattener, upstream: Upstream) -> None:
        self._flattener = flattener
        self._given = upstream.parameters()
        self._route = upstream.route

    def bound(self, binding: Operation, route: Route, wrong: Wrong) -> list[dict[str, Any]]:
        """Those of an operation that has a binding, in the order of the binding; what else there is comes last."""
        written = _path_parameters(route.parameters)
        sent = []
        for place, fields in (("query", binding.query), ("header", binding.headers)):
            given = self._in(place)
            for field in fields.values():
                name = self._name(field, place, given, wrong)
                if place == "query" and given.get(name or "", {}).get("required") is True:
                    what = "the contract requires it, and the facade sends it only when asked: always send it"
                    wrong(f"query {field.name}", what)
                sent.append((place, name))
                written.append(self._bound(field, place, name, given.get(name or ""), wrong))
        taken = [*route.parameters, *binding.query, *binding.headers]
        others = [each for each in self._given if (each["in"], each["name"]) not in sent]
        for each in others:
            if each.get("required") is True and each["in"] != "path":
                what = "the contract requires this parameter, and the facade doesn't send it: add it here and to it"
                wrong(f"{each['in']} {each['name']}", what)
        return written + self._unbound(others, taken)

    def unbound(self, path: str) -> list[dict[str, Any]]:
        """Those of an operation that the facade doesn't know, found at `path`."""
        names = Route("", path).parameters
        return _path_parameters(names) + self._unbound(self._given, names)

    def _in(self, place: str) -> dict[str, Parameter]:
        return {each["name"]: each for each in self._given if each["in"] == place}

    def _name(self, field: Field, place: str, given: Iterable[str], wrong: Wrong) -> str | None:
        if place == "header":
            own = [name for name in given if fold(name) == fold(field.name)]
            given = own or given  # Aliases of a header may stand beside it.
        name = find(field, given)
        if isinstance(name, Ambiguous):
            both = " and ".join(name.candidates)
            wrong(f"{place} {field.name}", f"{both} could both be it: keep one, in `names`")
            return name.candidates[0]
        return name

    def _bound(
        self, field: Field, place: str, name: str | None, given: Parameter | None, wrong: Wrong
    ) -> dict[str, Any]:
        written: dict[str, Any] = {"name": field.name, "in": place, "required": False}
        spelled = SPELLED[field.type.name]
        if name is None or given is None:
            return {**written, "schema": dict(spelled), "x-undocumented": True}
        if fold(name) == fold(field.name) and place == "header":
            name = field.name  # Header names have no case.
        if name != field.name:
            written |= {"name": name, "x-name": field.name}
        if isinstance(given.get("description"), str):
            written["description"] = given["description"]
        flat = self._schema(given)
        in_text = {"string", kind_of(field.type.name)}  # In a URL a number is text, too.
        instead = mismatch(field.type.name, flat, sending=True)
        if instead and not flat.types & in_text:
            wrong(f"{place} {field.name}", f"{field.type} for us; the contract has {instead} there")
        said = {key: value for key, value in flat.kept.items() if key not in ("format", "description")}
        return {**written, "schema": with_values(fitting(said, spelled), flat)}

    def _unbound(self, given: Iterable[Parameter], taken: Iterable[str]) -> list[dict[str, Any]]:
        """Those that are plain enough to be typed; what is not can't be sent with the generated client."""
        plain = {each["name"]: each for each in given if each["in"] in ("query", "header")}
        return [
            {
                "name": name,
                "in": plain[name]["in"],
                "required": plain[name].get("required") is True,
                "schema": schema,
                **({"description": said} if isinstance(said := plain[name].get("description"), str) else {}),
            }
            for name in usable(plain, taken, IN_CALLS)
            if (schema := self._plain(self._schema(plain[name]), plain[name]["in"])) is not None
        ]

    def _plain(self, flat: Flat, place: str) -> dict[str, Any] | None:
        if flat.type == "array" and place == "query" and flat.items is not None:
            items = self._flattener.flatten(flat.items, str(self._route))
            if items.type in _SCALARS:
                return fitting(flat.kept, {"type": "array", "items": scalar(items)})
        if flat.type in _SCALARS:
            return nullable(scalar(flat)) if flat.nullable and place == "query" else scalar(flat)
        return scalar(Flat()) if not flat.types and place == "query" else None

    def _schema(self, parameter: Parameter) -> Flat:
        place = f"{self._route} {parameter['name']}"
        content = mapping(parameter.get("content"), place)
        described = mapping(next(iter(content.values()), None), place) if content else parameter
        return self._flattener.flatten(described.get("schema", {}), place)


def _path_parameters(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
