"""From the service's document to ours: everything under our names and in our shape, and what is lost on the way.

No upstream name reaches the result but as the place where something is on the wire, so that the client generated from
it has the same public names whatever the service calls things. See docs/contract.md for what is kept.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import attrs

from .._reshape import Shape
from .access import check_json, mapping, sequence
from .bindings import UNTYPED_ANSWERS, Bindings, Candidate, Operation, Role, Route
from .flatten import Flattener
from .names import IN_CALLS, fold, pascal, spelled, usable
from .parameters import Parameters
from .places import Places
from .shapes import Shapes
from .spelling import FORM, JSON, STREAM, reference
from .spots import Severity, Spot
from .uploads import FILE, Uploads
from .upstream import ERROR, Upstream, operations


@attrs.frozen
class Problem:
    """A need of the facade that the contract doesn't meet. What `breaks` stops everything, what `loses` doesn't."""

    operation: str
    place: str
    what: str
    entry: str
    """The entry of `bindings.toml` that says so."""
    severity: Severity = "breaks"

    def __str__(self) -> str:
        return f"{self.operation}: {self.place}: {self.what} (see {self.entry} in bindings.toml)"


class NeedsNotMet(Exception):
    """The facade can't work with this contract: every reason, at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


@attrs.frozen
class Normalised:
    """A contract in our shape.

    `losses` are optional things that the facade has and this contract hasn't; `assumed` are the places where it says
    nothing, so that our own documentation stands.
    """

    document: dict[str, Any]
    losses: tuple[Problem, ...] = ()
    assumed: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What there is to tell of it, for people."""
        lines = [f"  loses  {loss}" for loss in self.losses]
        if self.assumed:
            places = ", ".join(self.assumed)
            lines.append(f"  assumed  {counted(self.assumed)} of which the document says nothing: {places}")
        return lines


def counted(places: Collection[str]) -> str:
    """How many places there are, for people."""
    return "1 place" if len(places) == 1 else f"{len(places)} places"


def normalise(document: Mapping[str, Any], bindings: Bindings) -> Normalised:
    """The contract in our shape.

    Raises NotAContract when `document` is not a readable OpenAPI 3 document, and NeedsNotMet, with every problem, when
    the facade can't work with it.
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
        self._problems: list[Problem] = []
        self._assumed: dict[str, list[str]] = {}
        self._paths: dict[str, dict[str, Any]] = {}

    def run(self) -> Normalised:
        found: dict[tuple[str, str], list[Upstream]] = {}
        for each in operations(self._document, self._flattener):
            found.setdefault(each.route.shape, []).append(each)
        chosen = self._choose(found)
        for name, (candidate, each) in sorted(chosen.items()):
            self._bound(self._bindings.operations[name], candidate, each)
        for name in sorted(self._bindings.operations.keys() - chosen.keys()):
            self._absent(self._bindings.operations[name])
        self._bind_errors(chosen)
        taken = {each.route.shape for _, each in chosen.values()}
        for shape in sorted(found.keys() - taken):
            self._unbound(found[shape][0])
        self._shapes.tell_literals()
        for role, lost in self._shapes.gone():
            operation = next(name for name, uses in self._roles_of().items() if role.name in uses)
            what = f"not documented: {', '.join(lost)}"
            self._problems.append(Problem(operation, role.name, what, role.entry, "loses"))
        schemas = self._shapes.components()
        if any(problem.severity == "breaks" for problem in self._problems):
            raise NeedsNotMet(self._problems)
        if self._assumed and self._known is None:
            # A place of which nothing is said is as another place has it: now they are all known.
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
                "schemas": schemas | self._places.components,
                "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}},
            },
        }
        assumed = [f"{name} {place}" for name, places in sorted(self._assumed.items()) for place in places]
        return Normalised(normalised, tuple(self._problems), tuple(assumed))

    def _roles_of(self) -> dict[str, set[str]]:
        """The roles that each operation has anything to do with."""
        found: dict[str, set[str]] = {}
        for name, operation in self._bindings.operations.items():
            wanted = [operation.answer, operation.body or "", operation.ticket or ""]
            seen: set[str] = set()
            while wanted:
                role = self._bindings.roles.get(wanted.pop())
                if role is not None and role.name not in seen:
                    seen.add(role.name)
                    wanted += [field.type.name for field in role.fields.values() if field.type.is_role]
            found[name] = seen
        return found

    def _choose(
        self, found: Mapping[tuple[str, str], list[Upstream]]
    ) -> dict[str, tuple[Candidate, Upstream]]:
        chosen: dict[str, tuple[Candidate, Upstream]] = {}
        taken: set[tuple[str, str]] = set()
        # What the client can't do without has the first choice of a route.
        for name, operation in sorted(self._bindings.operations.items(), key=lambda item: item[1].optional):
            free = {shape: each for shape, each in found.items() if shape not in taken}
            there = [each for each in operation.routes if self._is_there(each, free)]
            there = there or [each for each in operation.fallback if self._is_there(each, free)][:1]
            candidates = [(candidate, each) for candidate in there for each in free[candidate.route.shape]]
            if len(candidates) == 1:
                chosen[name] = candidates[0]
                taken.add(candidates[0][0].route.shape)
            elif candidates:
                both = " and ".join(str(each.route) for _, each in candidates)
                self._problem(operation, "route", f"{both} are both there: keep one in `routes`")
            elif not operation.internal:
                tried = " or ".join(str(each.route) for each in (*operation.routes, *operation.fallback))
                severity: Severity = "loses" if operation.optional else "breaks"
                self._problem(operation, "route", f"the contract has no {tried}", severity=severity)
        return chosen

    def _is_there(self, candidate: Candidate, found: Mapping[tuple[str, str], list[Upstream]]) -> bool:
        for each in found.get(candidate.route.shape, ()):
            body = each.body(JSON)
            properties = self._flattener.flatten(body[1] or {}, str(each.route)).properties if body else {}
            if all(self._takes(properties, *constant) for constant in candidate.constants.items()):
                return True
        return False

    def _takes(self, properties: Mapping[str, Any], name: str, value: Any) -> bool:
        """Whether a body takes a constant."""
        their = spelled(name, properties)
        if not isinstance(their, str):
            return False
        known = self._flattener.flatten(properties[their], name).values
        return not known or any(fold(str(each)) == fold(str(value)) for each in known)

    def _problem(
        self, operation: Operation, place: str, what: str, entry: str = "", severity: Severity = "breaks"
    ) -> None:
        problem = Problem(operation.name, place, what, entry or operation.entry, severity)
        alike = {(each.what, each.entry, each.severity) for each in self._problems if each.place == place}
        if severity == "loses":  # A thing that is lost is lost everywhere: it is told once.
            alike = {
                (each.what, each.entry, each.severity)
                for each in self._problems
                if each.place.rpartition(".")[2] == place.rpartition(".")[2]
            }
        if (what, problem.entry, severity) not in alike or (
            severity == "breaks" and problem not in self._problems
        ):
            self._problems.append(problem)

    def _spot(self, operation: Operation, role: Role, media: str = JSON, **more: Any) -> Spot:
        def told(place: str, what: str, entry: str, severity: Severity) -> None:
            self._problem(operation, place, what, entry, severity)

        def assumed(place: str) -> None:
            places = self._assumed.setdefault(operation.name, [])
            if place not in places:
                places.append(place)

        return Spot(role.name, told, assumed, media, optional=operation.optional, **more)

    def _add(self, path: str, method: str, written: dict[str, Any]) -> None:
        self._paths.setdefault(path, {})[method] = written

    def _bound(self, binding: Operation, candidate: Candidate, each: Upstream) -> None:
        route = candidate.route
        written = _frame(binding.name, binding.tag, each)
        if binding.scope is not None:
            written.setdefault("x-scope", binding.scope)

        def wrong(place: str, what: str, *, optional: bool = False) -> None:
            lost = optional or binding.optional
            self._problem(binding, place, what, severity="loses" if lost else "breaks")

        parameters = Parameters(self._flattener, each, self._bindings.paging)
        role = self._bindings.roles[binding.body] if binding.body is not None else None
        uploads = None
        if role is not None and FILE in role.fields:
            uploads = Uploads(self._bindings, self._flattener, self._shapes, each)
        raw = uploads is not None and uploads.is_raw
        written["parameters"] = parameters.bound(binding, route, wrong, query_is_body=raw)
        body = Shape()
        ticket = False
        if role is not None:
            spot = self._spot(binding, role)
            if uploads is not None:
                upload, media, schema, body = uploads.bind(binding, role, spot)
                written["x-upload"] = upload.dump()
                ticket = upload.style == "ticket"
                if not ticket and binding.ticket is not None:
                    self._assume(binding.ticket)
            else:
                media, schema, body = self._request(binding, role, each, spot)
            written["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
        elif candidate.constants:
            body = Shape(constants=self._constants(candidate, each))
        elif each.body_required():
            what = "the contract requires a body, and the facade sends none: give it in `constant_body` of a route"
            wrong("body", what)
        answer = Shape()
        written["x-status"], answers = each.answers()
        if ticket:
            answers = [{}]
        written["responses"] = {"2XX": {}}
        written["responses"]["2XX"], answer = self._answer(binding, answers, each, quiet=ticket)
        if "starting_after" in binding.query:
            self._check_paging(binding, parameters, written, wrong)
        constants = {parameters.named(name) or name: value for name, value in binding.constant_query.items()}
        written |= {"x-identity": dict(binding.identity)} if binding.identity else {}
        written |= {"x-constant-query": constants} if constants else {}
        written |= {"x-body": body.dump()} if body else {}
        written |= {"x-answer": answer.dump()} if answer else {}
        if binding.name in self._assumed:
            written["x-assumed"] = sorted(self._assumed[binding.name])
        written["security"] = [] if binding.public else [{"apiKey": []}]
        slash = "/" if each.route.path.endswith("/") else ""
        self._add(route.path + slash, route.method, written)

    def _absent(self, binding: Operation) -> None:
        """An operation that the contract hasn't: the generated client has it, and the facade says so."""
        if any(
            problem.operation == binding.name and problem.severity == "breaks" for problem in self._problems
        ):
            return
        route = binding.routes[0].route
        written: dict[str, Any] = {
            "operationId": binding.name,
            "tags": [binding.tag],
            "x-absent": True,
            "x-status": 200,
            "parameters": Parameters(
                self._flattener, Upstream(route, {}, self._flattener), self._bindings.paging
            ).bound(binding, route, _nothing_wrong),
            "security": [] if binding.public else [{"apiKey": []}],
        }
        if binding.body is not None:
            media = FORM if FILE in self._bindings.roles[binding.body].fields else JSON
            self._assume(binding.body, media)
            content = {media: {"schema": reference(binding.body)}}
            written["requestBody"] = {"required": True, "content": content}
        for name in (binding.answer, binding.ticket):
            if name is not None and name not in UNTYPED_ANSWERS:
                self._assume(name)
        written["responses"] = {"2XX": self._response(binding)}
        path = self._free_path(route)
        if route.method in self._paths.get(path, {}):
            path = f"{path}/{binding.name}"  # Another operation has the route; this one is never sent.
        self._add(path, route.method, written)

    def _assume(self, name: str, media: str = JSON) -> None:
        """Have a role as our own documentation has it, without a word."""
        role = self._bindings.roles[name]
        self._shapes.bind({}, role, attrs.evolve(_silent(role), media=media))

    def _request(
        self, binding: Operation, role: Role, each: Upstream, spot: Spot
    ) -> tuple[str, dict[str, Any], Shape]:
        body = each.body(JSON)
        if body is None and each.body_media():
            others = " or ".join(each.body_media())
            self._problem(
                binding, "body", f"the facade sends {role.name} as JSON; the contract takes {others}"
            )
        _, node = body or (JSON, None)
        return JSON, reference(role.name), self._shapes.bind(node or {}, role, spot)

    def _constants(self, candidate: Candidate, each: Upstream) -> dict[str, Any]:
        """The constant body as the document spells it."""
        body = each.body(JSON)
        properties = self._flattener.flatten(body[1] or {}, str(each.route)).properties if body else {}
        constants = {}
        for name, value in candidate.constants.items():
            their = spelled(name, properties)
            known = self._flattener.flatten(properties[their], name).values if isinstance(their, str) else ()
            spelling = next((each for each in known if fold(str(each)) == fold(str(value))), value)
            constants[their if isinstance(their, str) else name] = spelling
        return constants

    def _response(self, binding: Operation) -> dict[str, Any]:
        if binding.answer == "stream":
            return _response("Server-sent events.", STREAM, {"type": "string"})
        if binding.answer in UNTYPED_ANSWERS:
            return _response("A document.", JSON, {"type": "object", "additionalProperties": True})
        return _response(binding.answer, JSON, reference(binding.answer))

    def _answer(
        self, binding: Operation, answers: list[Any], each: Upstream, *, quiet: bool = False
    ) -> tuple[dict[str, Any], Shape]:
        """The response, and its shape. Where `quiet`, another response takes its place, and nothing is told."""
        shape = Shape()
        if binding.answer in UNTYPED_ANSWERS:
            return self._response(binding), shape
        role = self._bindings.roles[binding.answer]
        spot = self._spot(binding, role, identity=frozenset(binding.identity))
        if binding.accepts_any or quiet:
            spot = spot.quiet()
        if not answers and (
            binding.accepts_any or not any(field.documented for field in role.fields.values())
        ):
            answers = [{}]  # Nothing of it is needed, so a response without a body will do.
            spot = attrs.evolve(spot, assumed=_silent(role).assumed)
        if not answers:
            self._problem(
                binding, "answer", f"the contract describes no JSON response; the facade reads {role.name}"
            )
        for node in answers:
            shape = self._shapes.bind_root(node, role, spot)
        return self._response(binding), shape

    def _check_paging(
        self, binding: Operation, parameters: Parameters, written: dict[str, Any], wrong: Any
    ) -> None:
        """Note how the list goes on. A list that goes on by cursor has to say where."""
        if parameters.kind is None:
            what = "the contract has no parameter that says where a page starts, so only the first can be had"
            wrong("query starting_after", what, optional=True)
            return
        written["x-paging"] = parameters.kind
        names = {each["name"]: each.get("x-wire", each["name"]) for each in written["parameters"]}
        if parameters.kind == "page" and parameters.counts_from_zero(names["starting_after"]):
            written["x-first-page"] = 0
        page = self._bindings.roles[binding.answer]
        if parameters.kind == "cursor" and not self._shapes.has(page, "next_cursor"):
            what = "the facade needs it and the contract doesn't document it: a list would end with its first page"
            self._problem(binding, f"{page.name}.next_cursor", what, page.entry)

    def _bind_errors(self, chosen: Mapping[str, tuple[Candidate, Upstream]]) -> None:
        """One shape for every error response that has it, though generated code reads none.

        A framework or a gateway describes errors of its own kind; they are no problem as long as some are ours.
        """
        role = self._bindings.roles[self._bindings.errors]
        described = accepted = False
        for _, each in chosen.values():
            for response in each.errors().values():
                for schema in each.json_schemas(response):
                    wrong: list[str] = []
                    quiet = _silent(role, wrong)
                    trial = Shapes(self._flattener, self._bindings, self._places)
                    trial.bind(schema, role, quiet)
                    described = True
                    detail = self._bindings.roles[role.fields["error"].type.name]
                    if not wrong and trial.documents(role) and trial.documents(detail):
                        accepted = True
                        self._shapes.bind(schema, role, _silent(role))
        if not accepted:
            self._assume(role.name)
        if described and not accepted:
            what = "no error response has a code in an envelope; an error is known by its status only"
            self._problems.append(Problem("all", role.name, what, role.entry, "loses"))

    def _unbound(self, each: Upstream) -> None:
        path = self._free_path(each.route)
        words = re.findall(r"[A-Za-z0-9]+", re.sub(r"\{[^}]*\}", "one", each.route.path))
        name = self._free_name("_".join([each.route.method, *words]).lower())
        written = _frame(name, "other", each)
        written["parameters"] = Parameters(self._flattener, each, {}).unbound(path)
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


def _silent(role: Role, wrong: list[str] | None = None) -> Spot:
    """A spot of which nothing is told; `wrong` takes what would have been."""

    def told(place: str, what: str, entry: str, severity: Severity) -> None:
        if wrong is not None:
            wrong.append(what)

    return Spot(role.name, told, lambda place: None, is_quiet=True)


def _nothing_wrong(place: str, what: str, *, optional: bool = False) -> None:
    return


def _response(description: str, media: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": dict(schema)}}}
