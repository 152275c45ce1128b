"""From the service's document to ours: everything under our names, or a report of what is gone.

No upstream name reaches the result, so that the client generated from it has the same public names whatever
the service calls things. See docs/contract.md for what is kept and what is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs

from ._bindings import UNTYPED_ANSWERS, Bindings, FieldType, Operation, Route
from ._flatten import Flattener, NotAContract
from ._shapes import Shapes, find, pascal

ERROR_STATUS = r"[45]\d\d|[45]XX"
METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


@attrs.frozen
class Problem:
    """A need of the facade that the contract doesn't meet."""

    operation: str
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.what}"


class NeedsNotMet(Exception):
    """The facade can't work with this contract: every reason, at once."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@attrs.frozen
class _Found:
    """An operation of the upstream document."""

    route: Route
    operation: Mapping[str, Any]
    shared_parameters: list[Any]


def normalise(document: Mapping[str, Any], bindings: Bindings) -> dict[str, Any]:
    """The normalised document.

    Raises NotAContract when `document` is no readable OpenAPI 3 document, and NeedsNotMet, with every
    problem, when it is one that the facade can't work with.
    """
    version = document.get("openapi")
    if not isinstance(version, str) or not version.startswith("3."):
        raise NotAContract("this is not an OpenAPI 3 document: it has no `openapi: 3.x`")
    return _Normaliser(document, bindings).run()


class _Normaliser:
    def __init__(self, document: Mapping[str, Any], bindings: Bindings) -> None:
        self._document = document
        self._bindings = bindings
        self._flattener = Flattener(document)
        self._shapes = Shapes(self._flattener, bindings)
        self._problems: list[Problem] = []

    def run(self) -> dict[str, Any]:
        found = {each.route.shape: each for each in self._upstream()}
        chosen = self._choose(found)
        paths: dict[str, dict[str, Any]] = {}
        for name, (route, each) in sorted(chosen.items()):
            operation = self._bound(self._bindings.operations[name], route, each)
            paths.setdefault(route.path, {})[route.method] = operation
        self._bind_errors(chosen)
        taken = {each.route.shape for _, each in chosen.values()}
        for shape, each in sorted(found.items()):
            if shape not in taken:
                operation = self._unbound(each)
                path = _shared_path(each.route, paths)
                paths.setdefault(path, {})[each.route.method] = operation
        if self._problems:
            raise NeedsNotMet(self._problems)
        info = self._document.get("info", {})
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "ProteinIQ public API",
                "version": str(info.get("version", "0")),
                "x-reconstruction": bool(info.get("x-reconstruction", False)),
            },
            "servers": [{"url": self._bindings.server}],
            "paths": paths,
            "components": {
                "schemas": self._shapes.components,
                "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
            },
        }

    def _upstream(self) -> Iterator[_Found]:
        paths = self._document.get("paths")
        if not isinstance(paths, Mapping) or not paths:
            raise NotAContract("the document describes no paths")
        prefix = self._prefix()
        for path, node in paths.items():
            item = self._flattener.resolve(node, path)
            full = path if path.startswith(prefix + "/") else prefix + path
            for method in METHODS:
                if method in item:
                    operation = self._flattener.resolve(item[method], f"{method} {path}")
                    yield _Found(Route(method, full), operation, list(item.get("parameters", ())))

    def _prefix(self) -> str:
        servers = self._document.get("servers") or [{}]
        url = servers[0].get("url", "") if isinstance(servers[0], Mapping) else ""
        return urlsplit(str(url)).path.rstrip("/")

    def _choose(self, found: Mapping[tuple[str, str], _Found]) -> dict[str, tuple[Route, _Found]]:
        chosen = {}
        for name, operation in self._bindings.operations.items():
            there = [route for route in operation.routes if route.shape in found]
            if not there:
                there = [route for route in operation.fallback if route.shape in found][:1]
            if len(there) == 1:
                chosen[name] = (there[0], found[there[0].shape])
            elif there:
                both = " and ".join(str(route) for route in there)
                self._problem(name, "route", f"{both} are both there: keep one in [operations.{name}]")
            elif not operation.optional:
                tried = ", ".join(str(route) for route in (*operation.routes, *operation.fallback))
                self._problem(name, "route", f"none of {tried} is there: edit [operations.{name}]")
        return chosen

    def _problem(self, operation: str, place: str, what: str) -> None:
        problem = Problem(operation, place, what)
        if problem not in self._problems:
            self._problems.append(problem)

    def _bound(self, binding: Operation, route: Route, found: _Found) -> dict[str, Any]:
        def complain(place: str, what: str) -> None:
            self._problem(binding.name, place, what)

        operation = self._frame(binding.name, binding.tag, found)
        operation["parameters"] = self._parameters(binding, route, found)
        if binding.body is not None:
            role = self._bindings.roles[binding.body]
            media, node = self._body(found, binding.name)
            if node is None:
                complain("body", f"the contract describes no body; the facade sends {role.name}")
            else:
                schema = self._shapes.bind(node, role, role.name, complain)
                operation["requestBody"] = {
                    "required": True,
                    "content": {media: {"schema": schema}},
                }
        elif found.operation.get("requestBody"):
            body = self._flattener.resolve(found.operation["requestBody"], binding.name)
            if body.get("required"):
                complain("body", "the contract requires a body, and the facade sends none")
        operation["x-status"], answers = self._answers(found, binding.name)
        operation["responses"] = {"2XX": self._answer(binding, answers)}
        operation["security"] = [] if binding.public else [{"apiKey": []}]
        return operation

    def _answer(self, binding: Operation, answers: list[Any]) -> dict[str, Any]:
        if binding.answer == "stream":
            return {
                "description": "Server-sent events.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            }
        if binding.answer in UNTYPED_ANSWERS:
            schema: dict[str, Any] = {"type": "object", "additionalProperties": True}
            return {
                "description": "A document.",
                "content": {"application/json": {"schema": schema}},
            }

        def complain(place: str, what: str) -> None:
            self._problem(binding.name, place, what)

        role = self._bindings.roles[binding.answer]
        if not answers:
            complain("answer", f"the contract describes no JSON answer; the facade reads {role.name}")
        for node in answers:
            self._shapes.bind(node, role, role.name, complain)
        return {
            "description": role.name,
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{role.name}"}}},
        }

    def _unbound(self, found: _Found) -> dict[str, Any]:
        words = [found.route.method, *re.split(r"[^A-Za-z0-9]+", found.route.path)]
        name = "_".join(word.lower() for word in words if word)
        operation = self._frame(name, "other", found)
        place = pascal(name)
        operation["parameters"] = [
            self._unbound_parameter(parameter, place) for parameter in self._given(found)
        ]
        media, node = self._body(found, name)
        if node is not None:
            schema = self._shapes.place(node, place + "Body")
            operation["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        operation["x-status"], answers = self._answers(found, name)
        answer: dict[str, Any] = {"description": "Success."}
        if answers:
            schema = self._shapes.place(answers[0], place + "Answer")
            answer["content"] = {"application/json": {"schema": schema}}
        operation["responses"] = {"2XX": answer}
        operation["security"] = [] if found.operation.get("security") == [] else [{"apiKey": []}]
        return operation

    def _frame(self, name: str, tag: str, found: _Found) -> dict[str, Any]:
        kept = {
            key: found.operation[key]
            for key in ("summary", "description", "deprecated")
            if key in found.operation
        }
        frame: dict[str, Any] = {**kept, "operationId": name, "tags": [tag]}
        if "x-scope" in found.operation:
            frame["x-scope"] = found.operation["x-scope"]
        responses = found.operation.get("responses", {})
        errors = {
            str(status): list(self._flattener.resolve(node, name).get("x-codes", ()))
            for status, node in responses.items()
            if re.fullmatch(ERROR_STATUS, str(status))
        }
        if errors:
            frame["x-errors"] = errors
        return frame

    def _given(self, found: _Found) -> list[Mapping[str, Any]]:
        """The parameters of the operation, its own before those of its path."""
        merged: dict[tuple[str, str], Mapping[str, Any]] = {}
        for node in (*found.shared_parameters, *found.operation.get("parameters", ())):
            parameter = self._flattener.resolve(node, str(found.route))
            merged[str(parameter.get("in")), str(parameter.get("name"))] = parameter
        return list(merged.values())

    def _parameters(self, binding: Operation, route: Route, found: _Found) -> list[dict[str, Any]]:
        given = self._given(found)
        parameters = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in route.parameters
        ]
        query = {parameter["name"]: parameter for parameter in given if parameter.get("in") == "query"}
        ours = {find(name, query) or name: kind for name, kind in binding.query.items()}
        parameters += [self._query(binding, name, kind, query) for name, kind in ours.items()]
        headers = {str(each["name"]).lower(): each for each in given if each.get("in") == "header"}
        for name in binding.headers:
            schema = self._parameter_schema(headers.get(name.lower(), {}), binding.name)
            parameters.append(
                {
                    "name": name,
                    "in": "header",
                    "required": False,
                    "schema": schema or {"type": "string"},
                }
            )
        sent = {name.lower() for name in (*ours, *binding.headers)}
        for parameter in given:
            if parameter.get("in") == "path" or str(parameter["name"]).lower() in sent:
                continue
            if parameter.get("required") and parameter.get("in") != "cookie":
                self._problem(
                    binding.name,
                    f"{parameter['in']} {parameter['name']}",
                    "the contract requires this parameter, and the facade doesn't send it: "
                    f"add it to [operations.{binding.name}] and to the facade",
                )
            parameters.append(self._unbound_parameter(parameter, pascal(binding.name)))
        return parameters

    def _query(
        self,
        binding: Operation,
        name: str,
        kind: FieldType,
        query: Mapping[str, Mapping[str, Any]],
    ) -> dict[str, Any]:
        spelled = {"timestamp": {"type": "string", "format": "date-time"}}.get(kind.name, {"type": kind.name})
        parameter: dict[str, Any] = {"name": name, "in": "query", "required": False}
        if name not in query:
            return {**parameter, "schema": spelled, "x-undocumented": True}
        if "description" in query[name]:
            parameter["description"] = query[name]["description"]
        schema = self._parameter_schema(query[name], binding.name)
        if schema.get("type", spelled["type"]) not in (
            spelled["type"],
            "integer",
            "number",
            "string",
        ):
            self._problem(
                binding.name,
                f"query {name}",
                f"{kind.name} for us; the contract has {schema['type']} there",
            )
        limits = {key: value for key, value in schema.items() if key not in ("type", "format")}
        return {**parameter, "schema": {**limits, **spelled}}

    def _parameter_schema(self, parameter: Mapping[str, Any], place: str) -> dict[str, Any]:
        content = parameter.get("content")
        node = parameter.get("schema", {})
        if isinstance(content, Mapping) and content:
            node = next(iter(content.values())).get("schema", {})
        return self._shapes.place(node, pascal(place) + pascal(str(parameter.get("name", ""))))

    def _unbound_parameter(self, parameter: Mapping[str, Any], place: str) -> dict[str, Any]:
        kept = {key: parameter[key] for key in ("name", "in", "description") if key in parameter}
        schema = self._parameter_schema(parameter, place)
        return {**kept, "required": bool(parameter.get("required")), "schema": schema}

    def _body(self, found: _Found, place: str) -> tuple[str, Any]:
        node = found.operation.get("requestBody")
        if node is None:
            return "", None
        content = self._flattener.resolve(node, place).get("content") or {}
        for wanted in ("application/json", "multipart/form-data"):
            for media, described in content.items():
                if _media(media) == wanted:
                    return wanted, described.get("schema", {})
        return "", None

    def _answers(self, found: _Found, place: str) -> tuple[int, list[Any]]:
        """The success status (the last one described), and the schemas of the JSON answers of all of them."""
        responses = {str(status): node for status, node in found.operation.get("responses", {}).items()}
        success = sorted(status for status in responses if re.fullmatch(r"2\d\d|2XX", status))
        if not success and "default" in responses:
            success = ["default"]
        schemas = [schema for status in success for schema in self._json_schemas(responses[status], place)]
        numbers = [int(status) for status in success if status.isdigit()]
        return max(numbers, default=200), schemas

    def _json_schemas(self, response: Any, place: str) -> list[Any]:
        content = self._flattener.resolve(response, place).get("content") or {}
        described = [value for media, value in content.items() if _media(media) == "application/json"]
        return [value["schema"] for value in described if "schema" in value]

    def _bind_errors(self, chosen: Mapping[str, tuple[Route, _Found]]) -> None:
        """One shape for every error answer, though generated code reads none: errors are the facade's."""
        role = self._bindings.roles[self._bindings.errors]
        for name, (_, found) in sorted(chosen.items()):

            def complain(place: str, what: str, name: str = name) -> None:
                self._problem(name, place, what)

            for status, response in found.operation.get("responses", {}).items():
                if re.fullmatch(ERROR_STATUS, str(status)):
                    for schema in self._json_schemas(response, name):
                        self._shapes.bind(schema, role, role.name, complain)
        self._shapes.bind({}, role, role.name, lambda place, what: None)


def _media(media: str) -> str:
    """The media type without its parameters; everything that is JSON is `application/json`."""
    bare = media.split(";")[0].strip().lower()
    is_json = bare == "*/*" or bare.startswith("application/json") or bare.endswith("+json")
    return "application/json" if is_json else bare


def _shared_path(route: Route, paths: Mapping[str, Any]) -> str:
    """The spelling that a path already has among ours, so that one path is not there twice."""
    for path in paths:
        if Route(route.method, path).shape == route.shape:
            return path
    return route.path
