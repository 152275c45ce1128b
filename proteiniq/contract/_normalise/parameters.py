"""Parameters of an operation: those that the facade offers, and all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import attrs

from .access import mapping
from .bindings import Field, Operation, Route
from .counterparts import counterpart
from .flatten import Flat, Flattener
from .keywords import fitting
from .names import IN_CALLS, Ambiguous, spelled, usable
from .spelling import SPELLED, kind_of, mismatch, nullable, scalar, with_values
from .upstream import Upstream

Parameter = Mapping[str, Any]


class Wrong(Protocol):
    """Told what is wrong with a parameter; an `optional` one is missed by who uses it only."""

    def __call__(self, place: str, what: str, *, optional: bool = False) -> None: ...


UNMISSED = frozenset({"starting_after", "limit"})
"""Parameters that are not filters: where a page starts is told elsewhere, and the size of a page is a wish."""

_SCALARS = {"string", "number", "integer", "boolean"}


class Parameters:
    """The parameters of one operation in our spelling."""

    def __init__(self, flattener: Flattener, upstream: Upstream, paging: Mapping[str, Sequence[str]]) -> None:
        self._flattener = flattener
        self._given = upstream.parameters()
        self._route = upstream.route
        self._paging = paging
        self._silent = not any(each["in"] == "query" for each in self._given)
        self.kind: str | None = None
        """How a list goes on, once its parameters are bound: `cursor`, `offset` or `page`; None where it doesn't."""

    def bound(
        self, binding: Operation, route: Route, wrong: Wrong, *, query_is_body: bool = False
    ) -> list[dict[str, Any]]:
        """Those of an operation that has a binding, in the order of the binding; what else there is comes last.

        Where `query_is_body`, the query says what a body would, and is left out here.
        """
        written = _path_parameters(route.parameters)
        constant = {self.named(name) or name for name in binding.constant_query}
        sent = [("query", name) for name in constant]
        missing: list[str] = []
        for place, fields in (("query", binding.query), ("header", binding.headers)):
            given = self._in(place)
            for field in fields.values():
                name = self._name(field, place, given, wrong)
                required = given.get(name or "", {}).get("required") is True
                if place == "query" and required and name not in constant:
                    what = "the contract requires it, and the facade sends it only when asked: see `constant_query`"
                    wrong(f"query {field.name}", what)
                sent.append((place, name or ""))
                if place == "query" and name is None and field.name not in UNMISSED:
                    missing.append(field.name)
                values = binding.values.get(field.name, {})
                written.append(self._bound(field, place, name, given.get(name or ""), values, wrong))
        taken = [*route.parameters, *binding.query, *binding.headers]
        others = [
            each
            for each in self._given
            if (each["in"], each["name"]) not in sent and not (query_is_body and each["in"] == "query")
        ]
        if missing and not self._silent:
            there = [each["name"] for each in others if each["in"] == "query"]
            lost = ", ".join(name + counterpart(name, there) for name in missing)
            wrong("query", f"not documented: {lost}", optional=True)
        for each in others:
            if each.get("required") is True and each["in"] != "path":
                instead = "give its value in `constant_query`, or " if each["in"] == "query" else ""
                what = (
                    "the contract requires this parameter, and the facade doesn't send it: "
                    f"{instead}add it to the facade"
                )
                wrong(f"{each['in']} {each['name']}", what)
        return written + self._unbound(others, taken)

    def unbound(self, path: str) -> list[dict[str, Any]]:
        """Those of an operation that the facade doesn't know, found at `path`."""
        names = Route("", path).parameters
        return _path_parameters(names) + self._unbound(self._given, names)

    def counts_from_zero(self, name: str) -> bool:
        """Whether a number in the query is 0 at first, as far as its schema says."""
        given = self._in("query").get(name)
        kept = self._schema(given).kept if given else {}
        return bool(kept.get("default", kept.get("minimum")) == 0)

    def named(self, name: str) -> str | None:
        """How a query parameter is spelled."""
        found = spelled(name, self._in("query"))
        return found if isinstance(found, str) else None

    def _in(self, place: str) -> dict[str, Parameter]:
        return {each["name"]: each for each in self._given if each["in"] == place}

    def _name(self, field: Field, place: str, given: Iterable[str], wrong: Wrong) -> str | None:
        if field.name == "starting_after":
            if self._silent:
                self.kind = "cursor"
            for kind, names in self._paging.items():
                for each in names:
                    if isinstance(name := spelled(each, given), str):
                        self.kind = kind
                        return name
            return None
        for each in (field.name, *(str(step) for (step, *_) in field.also)):
            name = spelled(each, given)
            if isinstance(name, Ambiguous):
                both = " and ".join(name.candidates)
                wrong(f"{place} {field.name}", f"{both} could both be it: keep one, in `names`")
                return name.candidates[0]
            if name is not None:
                return name
        return None

    def _bound(
        self,
        field: Field,
        place: str,
        name: str | None,
        given: Parameter | None,
        values: Mapping[str, str],
        wrong: Wrong,
    ) -> dict[str, Any]:
        written: dict[str, Any] = {"name": field.name, "in": place, "required": False}
        ours = SPELLED[field.type.name]
        if name is None or given is None:
            if field.assumed or (place == "query" and self._silent):
                return {**written, "schema": dict(ours)}  # a document that says nothing of any means ours
            if place == "header":
                wrong(
                    f"header {field.name}",
                    "the contract doesn't document it; it is sent all the same, and a request whose response was lost "
                    "isn't repeated",
                    optional=True,
                )
            return {**written, "schema": dict(ours), "x-undocumented": True}
        if name != field.name and not (place == "header" and name.lower() == field.name.lower()):
            written["x-wire"] = name
        if isinstance(given.get("description"), str):
            written["description"] = given["description"]
        flat = self._one(self._schema(given))
        in_text = {"string", kind_of(field.type.name)}  # In a URL a number is text, too.
        if field.name == "starting_after" and self.kind != "cursor":
            in_text |= {"integer", "number"}
        instead = mismatch(field.type.name, flat, sending=True)
        if instead and not flat.types & in_text:
            what = f"expected {field.type}; the contract has {instead}"
            wrong(f"{place} {field.name}", what, optional=True)
            return {**written, "schema": dict(ours), "x-undocumented": True}
        said = {key: value for key, value in flat.kept.items() if key not in ("format", "description")}
        schema = fitting({} if instead else said, ours)
        written |= {"x-values": dict(values)} if values else {}
        return {**written, "schema": schema if instead else with_values(schema, flat)}

    def _one(self, flat: Flat) -> Flat:
        """What one value of a parameter is; one value of a list is sent as if there were no list."""
        if flat.type != "array":
            return flat
        items = self._flattener.flatten(flat.items, str(self._route)) if flat.items is not None else Flat()
        return attrs.evolve(
            items, kept={key: value for key, value in flat.kept.items() if key == "description"}
        )

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
        return self._flattener.flatten(schema_of(parameter, place), place)


def schema_of(parameter: Parameter, place: str) -> Any:
    """The schema of a parameter, which may stand under a media type."""
    content = mapping(parameter.get("content"), place)
    described = mapping(next(iter(content.values()), None), place) if content else parameter
    return described.get("schema", {})


def _path_parameters(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
