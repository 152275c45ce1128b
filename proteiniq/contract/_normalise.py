"""From the service's document to ours: everything under our names, or a report of what is gone.

No upstream name reaches the result, so that the client generated from it has the same public names whatever
the service calls things. See docs/contract.md for what is kept and what is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from ._bindings import UNTYPED_ANSWERS, Bindings, Operation, Role, Route
from ._flatten import Flattener
from ._names import IN_CALLS, fold, pascal, usable
from ._parameters import Parameters
from ._places import Places
from ._promised import promised
from ._reading import NotAContract, check_json, mapping, sequence
from ._shapes import Shapes, Spot, Told
from ._spelling import FORM, JSON, STREAM, reference
from ._upstream import ERROR, Upstream, operations


@attrs.frozen
class Problem:
    """A need of the facade that the contract doesn't meet."""

    operation: str
    place: str
    what: str
    entry: str
    """The entry of `bindings.toml` that says so."""

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.what} (see {self.entry} in bindings.toml)"


class NeedsNotMet(Exception):
    """The facade can't work with this contract: every reason, at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def normalise(document: Mapping[str, Any], bindings: Bindings) -> dict[str, Any]:
    """The normalised document.

    A document that is normalised stays as it is. Raises NotAContract when `document` is no readable OpenAPI 3
    document, and NeedsNotMet, with every problem, when it is one that the facade can't work with.
    """
    check_json(document)
    document = mapping(document, "document")
    info = mapping(document.get("info"), "info")
    if info.get("x-normalised") is True:
        try:
            document = promised(document, bindings.errors)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise NotAContract(f"it says that it is normalised, and is not: {error!r}") from error
    return _Normaliser(document, bindings).run()


class _Normaliser:
    def __init__(self, document: Mapping[str, Any], bindings: Bindings) -> None:
        self._document = document
        self._bindings = bindings
        self._flattener = Flattener(document)
        self._places = Places(self._flattener, bindings.roles)
        self._shapes = Shapes(self._flattener, bindings, self._places)
        self._problems: list[Problem] = []
        self._paths: dict[str, dict[str, Any]] = {}

    def run(self) -> dict[str, Any]:
        found: dict[tuple[str, str], list[Upstream]] = {}
        for each in operations(self._document, self._flattener):
            found.setdefault(each.route.shape, []).append(each)
        chosen = self._choose(found)
        for name, (route, each) in sorted(chosen.items()):
            self._bound(self._bindings.operations[name], route, each)
        self._bind_errors(chosen)
        taken = {each.route.shape for _, each in chosen.values()}
        for shape in sorted(found.keys() - taken):
            self._unbound(found[shape][0])
        schemas = self._shapes.components()
        if self._problems:
            raise NeedsNotMet(self._problems)
        info = mapping(self._document.get("info"), "info")
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "ProteinIQ public API",
                "version": str(info.get("version", "0")),
                "x-normalised": True,
                "x-reconstruction": info.get("x-reconstruction") is True,
            },
            "servers": [{"url": self._bindings.server}],
            "paths": self._paths,
            "components": {
                "schemas": schemas | self._places.components,
                "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
            },
        }

    def _choose(self, found: Mapping[tuple[str, str], list[Upstream]]) -> dict[str, tuple[Route, Upstream]]:
        chosen = {}
        for name, operation in self._bindings.operations.items():
            there = [route for route in operation.routes if route.shape in found]
            there = there or [route for route in operation.fallback if route.shape in found][:1]
            candidates = [(route, each) for route in there for each in found[route.shape]]
            if len(candidates) == 1:
                chosen[name] = candidates[0]
            elif candidates:
                both = " and ".join(str(each.route) for _, each in candidates)
                self._problem(operation, "route", f"{both} are both there: keep one in `routes`")
            elif not operation.optional:
                tried = " or ".join(str(route) for route in (*operation.routes, *operation.fallback))
                self._problem(operation, "route", f"the contract has no {tried}")
        return chosen

    def _problem(self, operation: Operation, place: str, what: str, entry: str = "") -> None:
        problem = Problem(operation.name, place, what, entry or operation.entry)
        if problem not in self._problems:
            self._problems.append(problem)

    def _told(self, operation: Operation) -> Told:
        return lambda place, what, entry: self._problem(operation, place, what, entry)

    def _add(self, path: str, method: str, written: dict[str, Any]) -> None:
        self._paths.setdefault(path, {})[method] = written

    def _bound(self, binding: Operation, route: Route, each: Upstream) -> None:
        written = _frame(binding.name, binding.tag, each)
        if binding.scope is not None:
            written.setdefault("x-scope", binding.scope)
        written["parameters"] = Parameters(self._flattener, each).bound(
            binding, route, lambda place, what: self._problem(binding, place, what)
        )
        if binding.body is not None:
            role = self._bindings.roles[binding.body]
            media, schema = self._request(binding, role, each)
            written["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        elif each.body_required():
            self._problem(binding, "body", "the contract requires a body, and the facade sends none")
        written["x-status"], answers = each.answers()
        written["responses"] = {"2XX": self._answer(binding, answers)}
        written["security"] = [] if binding.public else [{"apiKey": []}]
        slash = "/" if each.route.path.endswith("/") else ""
        self._add(route.path + slash, route.method, written)

    def _request(self, binding: Operation, role: Role, each: Upstream) -> tuple[str, dict[str, Any]]:
        has_bytes = any(field.type.name == "binary" for field in role.fields.values())
        body = each.body(*((FORM, JSON) if has_bytes else (JSON,)))
        if body is None:
            others = " or ".join(each.body_media()) or "nothing"
            self._problem(
                binding, "body", f"the facade sends {role.name} as JSON; the contract takes {others}"
            )
            return JSON, reference(role.name)
        media, node = body
        return media, self._shapes.bind(node or {}, role, Spot(role.name, self._told(binding), media))

    def _answer(self, binding: Operation, answers: list[Any]) -> dict[str, Any]:
        if binding.answer == "stream":
            return _response("Server-sent events.", STREAM, {"type": "string"})
        if binding.answer in UNTYPED_ANSWERS:
            return _response("A document.", JSON, {"type": "object", "additionalProperties": True})
        role = self._bindings.roles[binding.answer]
        if not answers and not any(field.documented for field in role.fields.values()):
            answers = [{}]  # Nothing of it is needed, so an answer without a body will do.
        if not answers and not binding.may_be_empty:
            self._problem(
                binding, "answer", f"the contract describes no JSON answer; the facade reads {role.name}"
            )
        for node in answers:
            self._shapes.bind(node, role, Spot(role.name, self._told(binding)))
        return _response(role.name, JSON, reference(role.name))

    def _bind_errors(self, chosen: Mapping[str, tuple[Route, Upstream]]) -> None:
        """One shape for every error answer that has it, though generated code reads none.

        A framework or a gateway describes errors of its own kind; they are no problem as long as some are ours.
        """
        role = self._bindings.roles[self._bindings.errors]
        refused: list[Problem] = []
        accepted = False
        for name, (_, each) in sorted(chosen.items()):
            for response in each.responses(ERROR).values():
                for schema in each.json_schemas(response):
                    problems: list[Problem] = []
                    trial = Shapes(self._flattener, self._bindings, self._places)
                    trial.bind(schema, role, Spot(role.name, _noting(problems, name)))
                    refused += problems
                    if not problems and trial.documents(role):
                        accepted = True
                        self._shapes.bind(schema, role, Spot(role.name, _noting([], name)))
        if not accepted:
            self._problems += dict.fromkeys(refused)
            self._shapes.bind({}, role, Spot(role.name, _noting([], "")))

    def _unbound(self, each: Upstream) -> None:
        path = self._free_path(each.route)
        words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\{[^}]*\}", "one", each.route.path))
        name = self._free_name("_".join([each.route.method, *words]).lower())
        written = _frame(name, "other", each)
        written["parameters"] = Parameters(self._flattener, each).unbound(path)
        body = each.body(JSON, FORM)
        if body is not None:
            media, node = body
            schema = self._places.schema(node or {}, pascal(name) + "Body")
            written["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        written["x-status"], answers = each.answers()
        schema = self._places.schema(answers[0], pascal(name) + "Answer") if answers else {}
        written["responses"] = {
            "2XX": _response("Success.", JSON, schema) if answers else {"description": "Success."}
        }
        written["security"] = [] if each.said.get("security") == [] else [{"apiKey": []}]
        self._add(path, each.route.method, written)

    def _free_path(self, route: Route) -> str:
        """The path in our spelling: one that is among ours already, or with parameters that can be names."""
        for path in self._paths:
            if Route(route.method, path).shape == route.shape:
                return path
        given = route.parameters
        if len(usable(given, (), IN_CALLS)) == len(given):
            return route.path
        numbers = iter(range(1, len(given) + 1))
        return re.sub(r"\{[^}]*\}", lambda match: f"{{part_{next(numbers)}}}", route.path)

    def _free_name(self, name: str) -> str:
        taken = {fold(each["operationId"]) for item in self._paths.values() for each in item.values()}
        while fold(name) in taken or name in self._bindings.operations:
            name += "_x"
        return name


def _frame(name: str, tag: str, each: Upstream) -> dict[str, Any]:
    """What an operation says of itself, and of its errors."""
    frame: dict[str, Any] = {"operationId": name, "tags": [tag]}
    for key in ("summary", "description", "x-scope"):
        if isinstance(each.said.get(key), str):
            frame[key] = each.said[key]
    if each.said.get("deprecated") is True:
        frame["deprecated"] = True
    errors = {
        status: [str(code) for code in sequence(response.get("x-codes"), f"{each.route} {status}")]
        for status, response in each.responses(ERROR).items()
    }
    if errors:
        frame["x-errors"] = errors
    return frame


def _noting(problems: list[Problem], operation: str) -> Told:
    return lambda place, what, entry: problems.append(Problem(operation, place, what, entry))


def _response(description: str, media: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": dict(schema)}}}
