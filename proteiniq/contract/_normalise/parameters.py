"""Parameters of an operation: those that the client offers, and all others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from .access import mapping
from .bindings import Field, Operation, Route
from .findings import Spot
from .flatten import Flat, Flattener
from .keywords import fitting
from .names import IN_CALLS, ambiguous, counterpart, spelled, spellings, usable
from .spelling import SPELLED, kind_of, mismatch, nullable, scalar, with_values
from .upstream import Upstream

Parameter = Mapping[str, Any]


UNMISSED = frozenset({"starting_after", "limit"})
"""Parameters whose absence is not reported as a lost filter: paging has its own check, and a page size is optional."""

_SCALARS = {"string", "number", "integer", "boolean"}


class Parameters:
    """The parameters of one operation under our names."""

    def __init__(self, flattener: Flattener, upstream: Upstream, paging: Mapping[str, Sequence[str]]) -> None:
        self._flattener = flattener
        self._given = upstream.parameters()
        self._route = upstream.route
        self._silent = not self._in("query")
        starts = ((kind, self.named(each)) for kind, names in paging.items() for each in names)
        ours: tuple[str | None, str | None] = ("cursor" if self._silent else None, None)
        self.kind, self._start = next((each for each in starts if each[1] is not None), ours)
        """How a list is paged (`cursor`, `offset` or `page`, or None), and its parameter."""

    def bound(
        self, binding: Operation, route: Route, spot: Spot, *, query_is_body: bool = False
    ) -> list[dict[str, Any]]:
        """Those of an operation with a binding, in the order of the binding, followed by the others.

        With `query_is_body`, the query takes the fields of the body and is left out.
        """
        written = _path_parameters(route.parameters)
        constant = {self.named(name) or name for name in binding.constant_query}
        sent = {("query", name) for name in constant}
        missing: list[str] = []
        for place, fields in (("query", binding.query), ("header", binding.headers)):
            for field in fields.values():
                here = spot.inside(f"{place} {field.name}")
                name = self._name(field, place, binding, here)
                given = self._in(place).get(name or "")
                sent.add((place, name or ""))
                if place == "query" and given and given.get("required") is True and name not in constant:
                    what = "the contract requires it, but the client sends it only if it is set: see `constant_query`"
                    here.wrong(what, binding.entry)
                if place == "query" and given is None and field.name not in UNMISSED:
                    missing.append(field.name)
                written.append(self._bound(field, place, given, binding, here))
        taken = [*route.parameters, *binding.query, *binding.headers]
        others = [each for each in self._given if (each["in"], each["name"]) not in sent]
        if query_is_body:
            others = [each for each in others if each["in"] != "query"]
        if missing and not self._silent:
            there = [each["name"] for each in others if each["in"] == "query"]
            lost = ", ".join(name + counterpart(name, there) for name in missing)
            spot.inside("query", optional=True).wrong(f"not documented: {lost}", binding.entry)
        for each in others:
            if each.get("required") is True and each["in"] != "path":
                what = "the contract requires this parameter, but the client doesn't send it: "
                what += "set it in `constant_query`, or " if each["in"] == "query" else ""
                spot.inside(f"{each['in']} {each['name']}").wrong(
                    what + "add it to the client", binding.entry
                )
        return written + self._unbound(others, taken)

    def unbound(self, path: str) -> list[dict[str, Any]]:
        """Those of an operation without a binding, at `path`."""
        names = Route("", path).parameters
        return _path_parameters(names) + self._unbound(self._given, names)

    @property
    def counts_from_zero(self) -> bool:
        """Whether the schema says that the first page is number 0."""
        kept = self._schema(self._in("query")[self._start]).kept if self._start else {}
        return bool(kept.get("default", kept.get("minimum")) == 0)

    def named(self, name: str) -> str | None:
        """A query parameter as the document spells it."""
        return spelled(name, self._in("query"))

    def _in(self, place: str) -> dict[str, Parameter]:
        return {each["name"]: each for each in self._given if each["in"] == place}

    def _name(self, field: Field, place: str, binding: Operation, spot: Spot) -> str | None:
        if field.name == "starting_after":
            return self._start
        for each in (field.name, *(str(step) for (step, *_) in binding.names.get(field.name, ()))):
            found = spellings(each, self._in(place))
            if len(found) > 1:
                spot.wrong(ambiguous(found), binding.entry)
            if found:
                return found[0]
        return None

    def _bound(
        self, field: Field, place: str, given: Parameter | None, binding: Operation, spot: Spot
    ) -> dict[str, Any]:
        ours = SPELLED[field.type]
        written: dict[str, Any] = {"name": field.name, "in": place, "required": False, "schema": dict(ours)}
        if given is None:
            if field.name in binding.assume or (place == "query" and self._silent):
                return written  # a document without query parameters is taken to have ours
            if place == "header":
                what = (
                    "the contract doesn't document it; it is sent anyway, but a request whose response was lost "
                    "isn't retried"
                )
                spot.wrong(what, binding.entry, optional=True)
            return {**written, "x-undocumented": True}
        name = given["name"]
        if name != field.name and not (place == "header" and name.lower() == field.name.lower()):
            written["x-wire"] = name
        written |= _description(given)
        flat = self._one(self._schema(given))
        in_text = {"string", kind_of(field.type)}  # In a URL, a number is a string too.
        if field.name == "starting_after" and self.kind != "cursor":
            in_text |= {"integer", "number"}
        instead = mismatch(field.type, flat, sending=True)
        if instead and not flat.types & in_text:
            spot.wrong(f"expected {field.expected}; the contract has {instead}", binding.entry, optional=True)
            return {**written, "x-undocumented": True}
        if field.name in binding.values:
            written["x-values"] = dict(binding.values[field.name])
        if not instead:
            kept = {key: value for key, value in flat.kept.items() if key not in ("format", "description")}
            written["schema"] = with_values(fitting(kept, ours), flat)
        return written

    def _one(self, flat: Flat) -> Flat:
        """The shape of one value of a parameter. One value of a list is sent like a single value."""
        if flat.type != "array":
            return flat
        described = {key: value for key, value in flat.kept.items() if key == "description"}
        return attrs.evolve(self._items(flat), kept=described)

    def _items(self, flat: Flat) -> Flat:
        return self._flattener.flatten(flat.items, str(self._route)) if flat.items is not None else Flat()

    def _unbound(self, given: Iterable[Parameter], taken: Iterable[str]) -> list[dict[str, Any]]:
        """Those with plain types. The generated client can't send the others."""
        named = {each["name"]: each for each in given if each["in"] in ("query", "header")}
        found = []
        for name in usable(named, taken, IN_CALLS):
            place, required = named[name]["in"], named[name].get("required") is True
            schema = self._plain(self._schema(named[name]), place)
            if schema is not None:
                written = {"name": name, "in": place, "required": required, "schema": schema}
                found.append(written | _description(named[name]))
        return found

    def _plain(self, flat: Flat, place: str) -> dict[str, Any] | None:
        """The schema of a plain type, or in a query also of a list of these, null or anything; None for others."""
        if place == "query" and self._items(flat).type in _SCALARS:
            return fitting(flat.kept, {"type": "array", "items": scalar(self._items(flat))})
        if flat.type not in _SCALARS and (flat.types or place != "query"):
            return None
        return nullable(scalar(flat)) if flat.nullable and flat.types and place == "query" else scalar(flat)

    def _schema(self, parameter: Parameter) -> Flat:
        place = f"{self._route} {parameter['name']}"
        return self._flattener.flatten(schema_of(parameter, place), place)


def schema_of(parameter: Parameter, place: str) -> Any:
    """The schema of a parameter, which may be under a media type in `content`."""
    content = mapping(parameter.get("content"), place)
    described = mapping(next(iter(content.values()), None), place) if content else parameter
    return described.get("schema", {})


def _path_parameters(names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _description(parameter: Parameter) -> dict[str, str]:
    description = parameter.get("description")
    return {"description": description} if isinstance(description, str) else {}
