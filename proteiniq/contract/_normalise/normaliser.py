"""Rewrite the service's document under our names and in our schema, and collect what is lost.

Upstream names appear in the result only as locations on the wire, so the client generated from it has the same public
names whatever the service calls things. See docs/contract.md for what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import attrs

from .._endpoints import Upload
from .._reshape import Shape
from .access import check_json, mapping, sequence
from .bindings import UNTYPED, Bindings, Operation, Role, Route
from .findings import Findings, NeedsNotMet, Problem, Spot
from .flatten import Flattener
from .names import IN_CALLS, fold, pascal, spelled, usable
from .parameters import Parameters
from .places import Places
from .shapes import Shapes
from .spelling import BINARY_PART, FORM, JSON, SPELLED, STREAM, reference
from .uploads import FILE, RAW_MEDIA, Uploads
from .upstream import ERROR, Upstream, operations


@attrs.frozen
class Normalised:
    """A contract in our schema.

    `losses` are optional parts of the client that the contract lacks. `assumed` are the places that it doesn't
    describe, where our own schema is used.
    """

    document: dict[str, Any]
    losses: tuple[Problem, ...] = ()
    assumed: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """The losses and assumptions as text."""
        lines = [f"  loses  {loss}" for loss in self.losses]
        if self.assumed:
            places = ", ".join(self.assumed)
            lines.append(f"  assumed  {counted(self.assumed)} not described by the document: {places}")
        return lines


def counted(places: Collection[str]) -> str:
    """The number of places as text."""
    return "1 place" if len(places) == 1 else f"{len(places)} places"


def normalise(document: Mapping[str, Any], bindings: Bindings) -> Normalised:
    """The contract in our schema.

    Raises NotAContract if `document` is not a readable OpenAPI 3 document, and NeedsNotMet, with every problem, if the
    client can't work with it.
    """
    check_json(document)
    return _Normaliser(mapping(document, "document"), bindings).run()


class _Normaliser:
    def __init__(
        self, document: Mapping[str, Any], bindings: Bindings, known: Mapping[str, Shape] | None = None
    ) -> None:
        self._document = document
        self._bindings = bindings
        self._flattener = Flattener(document)
        self._places = Places(self._flattener, bindings.roles)
        self._known = known
        self._shapes = Shapes(self._flattener, bindings, self._places, known)
        self._findings = Findings()
        self._paths: dict[str, dict[str, Any]] = {}

    def run(self) -> Normalised:
        found: dict[tuple[str, str], list[Upstream]] = {}
        for each in operations(self._document, self._flattener):
            found.setdefault(each.route.shape, []).append(each)
        chosen = self._choose(found)
        for name, (route, each) in sorted(chosen.items()):
            self._bind(self._bindings.operations[name], route, each)
        for name in sorted(self._bindings.operations.keys() - chosen.keys()):
            operation = self._bindings.operations[name]
            missing = Upstream(operation.routes[0], {}, self._flattener)
            self._bind(operation, missing.route, missing, absent=True)
        self._bind_errors(each for _, each in chosen.values())
        for shape in sorted(found.keys() - {each.route.shape for _, each in chosen.values()}):
            self._add_unknown(found[shape][0])
        self._shapes.literals.note()
        for role, lost in self._shapes.gone():
            owner = next(
                each.name for each in self._bindings.operations.values() if self._uses(each, role.name)
            )
            what = f"not documented: {', '.join(lost)}"
            Spot(owner, role.name, self._findings).wrong(what, role.entry, optional=True)
        schemas = self._shapes.components() | self._places.components
        if any(problem.severity == "breaks" for problem in self._findings.problems):
            raise NeedsNotMet(self._findings.problems)
        if self._findings.assumed and self._known is None:
            # An undescribed place has the shape of another place; by now all of them are known.
            return _Normaliser(self._document, self._bindings, self._shapes.documented).run()
        info = mapping(self._document.get("info"), "info")
        normalised = {
            "openapi": "3.1.0",
            "info": {
                "title": "ProteinIQ public API",
                "version": str(info.get("version", "0")),
                "x-reconstruction": info.get("x-reconstruction") is True,
            },
            "servers": [{"url": self._bindings.server}],
            "paths": self._paths,
            "components": {
                "schemas": schemas,
                "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
            },
        }
        assumed = sorted(self._findings.assumed.items())
        places = tuple(f"{name} {place}" for name, places in assumed for place in places)
        return Normalised(normalised, tuple(self._findings.problems), places)

    def _uses(self, operation: Operation, wanted: str) -> bool:
        """Whether a body of an operation contains a role."""
        names = list(operation.roles)
        for name in names:  # it grows during the loop
            names += [each for each in self._bindings.roles[name].roles if each not in names]
        return wanted in names

    def _choose(self, found: Mapping[tuple[str, str], list[Upstream]]) -> dict[str, tuple[Route, Upstream]]:
        chosen: dict[str, tuple[Route, Upstream]] = {}
        free = dict(found)
        # Operations that the client needs choose their routes first.
        for operation in sorted(self._bindings.operations.values(), key=lambda each: each.optional):
            spot = Spot(operation.name, "route", self._findings, optional=operation.optional)
            candidates = [pair for route in operation.routes for pair in self._candidates(route, free)]
            instead = (self._candidates(route, free) for route in operation.fallback)
            candidates = candidates or next(filter(None, instead), [])
            if len(candidates) == 1:
                chosen[operation.name] = candidates[0]
                del free[candidates[0][0].shape]
            elif candidates:
                both = " and ".join(str(each.route) for _, each in candidates)
                spot.needed().wrong(f"{both} both exist: keep one in `routes`", operation.entry)
            elif not operation.internal:
                tried = " or ".join(map(str, (*operation.routes, *operation.fallback)))
                spot.wrong(f"the contract has no {tried}", operation.entry)
        return chosen

    def _candidates(
        self, route: Route, free: Mapping[tuple[str, str], list[Upstream]]
    ) -> list[tuple[Route, Upstream]]:
        upstreams = free.get(route.shape, ())
        return [(route, each) for each in upstreams if self._constants(route, each) is not None]

    def _constants(self, route: Route, each: Upstream) -> dict[str, Any] | None:
        """The constant body of a route as the document spells it; None if the body doesn't accept it."""
        _, node = each.body(JSON) or (JSON, {})
        properties = self._flattener.flatten(node, str(each.route)).properties
        constants = {}
        for name, value in route.constants.items():
            their = spelled(name, properties)
            if their is None:
                return None
            known = self._flattener.flatten(properties[their], name).values
            alike = [each for each in known if fold(str(each)) == fold(str(value))]
            if known and not alike:
                return None
            constants[their] = alike[0] if alike else value
        return constants

    def _bind(self, binding: Operation, route: Route, each: Upstream, *, absent: bool = False) -> None:
        """Add one of our operations. The generated client also has the `absent` ones, which the facade refuses."""
        spot = Spot(binding.name, findings=self._findings, optional=binding.optional)
        spot = spot.quiet() if absent else spot
        written = _frame(binding.name, binding.tag, each)
        if binding.scope is not None:
            written.setdefault("x-scope", binding.scope)
        upload, media, body = self._body(binding, route, each, spot)
        if binding.body is not None:
            schema = dict(BINARY_PART) if media == RAW_MEDIA else reference(binding.body)
            written["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        ticket = upload is not None and upload.style == "ticket"
        if binding.ticket is not None and not ticket:
            self._shapes.bind({}, self._bindings.roles[binding.ticket], spot.quiet())
        parameters = Parameters(self._flattener, each, self._bindings.paging)
        query_is_body = upload is not None and upload.style in ("raw", "none")
        written["parameters"] = parameters.bound(binding, route, spot, query_is_body=query_is_body)
        written["x-status"], schemas = each.results()
        response = self._response(binding, [{}] if ticket else schemas, spot.quiet() if ticket else spot)
        written["responses"] = {"2XX": _described(binding.response)}
        if "starting_after" in binding.query:
            written |= self._paging(binding, parameters, spot)
        constants = {parameters.named(name) or name: value for name, value in binding.constant_query.items()}
        extensions = {
            "x-upload": upload.dump() if upload else None,
            "x-identity": dict(binding.identity),
            "x-constant-query": constants,
            "x-body": body.dump(),
            "x-response": response.dump(),
            "x-assumed": sorted(self._findings.assumed.get(binding.name, ())),
        }
        written |= {key: value for key, value in extensions.items() if value}
        written["security"] = [] if binding.public else [{"apiKey": []}]
        path = route.path + ("/" if each.route.path.endswith("/") else "")
        if absent:
            # It is never sent, so it needs no details, and another operation may have its route.
            written = {key: value for key, value in written.items() if not key.startswith("x-")}
            written |= {"x-absent": True, "x-status": 200}
            path = self._free_path(route)
            if route.method in self._paths.get(path, {}):
                path = f"{path}/{binding.name}"
        self._add(path, route.method, written)

    def _add(self, path: str, method: str, written: dict[str, Any]) -> None:
        self._paths.setdefault(path, {})[method] = written

    def _body(
        self, binding: Operation, route: Route, each: Upstream, spot: Spot
    ) -> tuple[Upload | None, str, Shape]:
        """How a file is uploaded, the media type of the body, and its shape."""
        role = self._bindings.roles.get(binding.body or "")
        if role is None:
            if each.body_required() and not route.constants:
                what = (
                    "the contract requires a body, but the client sends none: set `constant_body` in a route"
                )
                spot.inside("body").wrong(what, binding.entry)
            return None, "", Shape(constants=self._constants(route, each) or {})
        if FILE in role.fields:
            uploads = Uploads(self._bindings, self._flattener, self._shapes, each)
            return uploads.bind(binding, role, spot.inside(role.name))
        body = each.body(JSON)
        if body is None and each.body_media():
            others = " or ".join(each.body_media())
            what = f"the client sends {role.name} as JSON, but the contract takes {others}"
            spot.needed().inside("body").wrong(what, binding.entry)
        return None, JSON, self._shapes.bind(body[1] if body else {}, role, spot.inside(role.name))

    def _response(self, binding: Operation, schemas: list[Any], spot: Spot) -> Shape:
        """The shape of a response with one of `schemas`."""
        shape = Shape()
        if binding.response in UNTYPED:
            return shape
        role = self._bindings.roles[binding.response]
        if binding.accepts_any:
            spot = spot.quiet()
        if not schemas and (binding.accepts_any or not any(each.documented for each in role.fields.values())):
            # None of it is needed, so a response without a body is enough.
            schemas, spot = [{}], spot.quiet()
        if not schemas:
            what = f"the client reads {role.name}, but the contract describes no JSON response"
            spot.needed().inside("response").wrong(what, binding.entry)
        spot = attrs.evolve(spot, place=role.name, identity=frozenset(binding.identity))
        for node in schemas:
            shape = self._shapes.bind_root(node, role, spot)
        return shape

    def _paging(self, binding: Operation, parameters: Parameters, spot: Spot) -> dict[str, Any]:
        """How the list is paged. Paging by cursor needs a cursor in each page."""
        if parameters.kind is None:
            what = "the contract has no parameter for the start of a page, so only the first page can be read"
            spot.inside("query starting_after", optional=True).wrong(what, binding.entry)
            return {}
        page = self._bindings.roles[binding.response]
        if parameters.kind == "cursor" and "next_cursor" not in self._shapes.found(page):
            what = "the client needs it, but the contract doesn't document it: lists would end after the first page"
            spot.needed().inside(f"{page.name}.next_cursor").wrong(what, page.entry)
        first = {"x-first-page": 0} if parameters.kind == "page" and parameters.counts_from_zero else {}
        return {"x-paging": parameters.kind, **first}

    def _bind_errors(self, upstreams: Iterable[Upstream]) -> None:
        """Bind every error response that has our shape; generated code reads none of them.

        Errors of a framework or a gateway may have other shapes, as long as some have ours.
        """
        role = self._bindings.roles[self._bindings.errors]
        detail = self._bindings.roles[role.fields["error"].type]
        described = [schema for each in upstreams for schema in each.errors()]
        ours = [schema for schema in described if self._is_error(schema, role, detail)]
        for schema in ours or [{}]:
            self._shapes.bind(schema, role, Spot("", role.name).quiet())
        if described and not ours:
            what = (
                "no error response has a code in an envelope, so errors are identified by their status alone"
            )
            Spot("all", role.name, self._findings, optional=True).wrong(what, role.entry)

    def _is_error(self, schema: Any, role: Role, detail: Role) -> bool:
        """Whether a schema is an error of our shape: without problems, and with fields of both roles."""
        spot = Spot("", role.name).quiet()
        trial = Shapes(self._flattener, self._bindings, self._places)
        trial.bind(schema, role, spot)
        return not spot.findings.problems and bool(trial.found(role) and trial.found(detail))

    def _add_unknown(self, each: Upstream) -> None:
        path = self._free_path(each.route)
        words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\{[^}]*\}", "one", each.route.path))
        name = self._free_name("_".join([each.route.method, *words]).lower())
        written = _frame(name, "other", each)
        written["parameters"] = Parameters(self._flattener, each, {}).unbound(path)
        body = each.body(JSON, FORM)
        if body is not None:
            media, node = body
            schema = self._places.schema(node, pascal(name) + "Body")
            written["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        written["x-status"], schemas = each.results()
        response: dict[str, Any] = {"description": "Success."}
        if schemas:
            schema = self._places.schema(schemas[0], pascal(name) + "Response")
            response["content"] = {JSON: {"schema": schema}}
        written["responses"] = {"2XX": response}
        written["security"] = [] if each.described.get("security") == [] else [{"apiKey": []}]
        self._add(path, each.route.method, written)

    def _free_path(self, route: Route) -> str:
        """The path with our names of its parameters, or with ones that generated code can use."""
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
    """The description of an operation and its error codes."""
    frame: dict[str, Any] = {"operationId": name, "tags": [tag]}
    for key in ("summary", "description", "x-scope"):
        if isinstance(each.described.get(key), str):
            frame[key] = each.described[key]
    if each.described.get("deprecated") is True:
        frame["deprecated"] = True
    errors = {
        status: [str(code) for code in sequence(response.get("x-codes"), f"{each.route} {status}")]
        for status, response in each.responses(ERROR).items()
    }
    if errors:
        frame["x-errors"] = errors
    return frame


def _described(name: str) -> dict[str, Any]:
    """The response of one of our operations: a role, or one of the untyped."""
    media, schema, description = JSON, reference(name), name
    if name == "stream":
        media, schema, description = STREAM, {"type": "string"}, "Server-sent events."
    elif name in UNTYPED:
        schema, description = dict(SPELLED["object"]), "A document."
    return {"description": description, "content": {media: {"schema": schema}}}
