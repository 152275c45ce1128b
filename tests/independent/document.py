"""An OpenAPI document for the server of these tests: routes, strict checks, and responses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from jsonschema_rs import Draft202012Validator

from proteiniq.contract import upstream

from .values import Thing
from .workspace import Issue, Refusal

DOCUMENTS = Path(__file__).parent / "documents"
PREFIX = "/api/v1"
UNDOCUMENTED = {("e", "Job"): ("credits_used", "error", "completed_at"), ("e", "Tool"): ("input",)}
"""Fields that a document lacks, but its service sends."""

_METHODS = ("get", "put", "post", "delete", "patch")
_NOTHING: Any = object()
_EXAMPLES = {"array": [], "boolean": False, "integer": 1, "number": 1, "object": {}}


class BrokenDocument(Exception):
    """A response of the server doesn't match the document: an error in the tests' server."""


@attrs.frozen
class Parameter:
    """A query parameter. One that `repeats` may be given more than once."""

    name: str
    repeats: bool
    validator: Draft202012Validator

    def read(self, texts: Sequence[str]) -> Any:
        """The value that the schema accepts for the texts of a query. Raises Refusal."""
        candidates = [list(texts)] if self.repeats else [texts[0], *_literal(texts[0])]
        if len(texts) > 1 and not self.repeats:
            raise Refusal.invalid(Issue(("query", self.name), "given more than once"))
        for candidate in candidates:
            if self.validator.is_valid(candidate):
                return candidate
        found = next(iter(self.validator.iter_errors(candidates[-1])))
        raise Refusal.invalid(Issue(("query", self.name), found.message))


@attrs.frozen
class Operation:
    """An operation of the document. `route` is its method and path without prefix and names: `GET /files/{}`."""

    route: str
    method: str
    path: str
    query: Mapping[str, Parameter]
    bodies: Mapping[str, Draft202012Validator]
    """By media type."""
    fields: frozenset[str]
    """Of the body, in any media type."""
    responses: Mapping[int, Any]
    """The schema of JSON, by status; None where there is none."""

    @property
    def successes(self) -> list[int]:
        return [status for status in self.responses if status < 300]

    def read_query(
        self, given: Sequence[tuple[str, str]], unlisted: Mapping[str, Parameter]
    ) -> dict[str, Any]:
        """The values of a query. Raises Refusal for a parameter that is neither in the document nor `unlisted`."""
        known = {**self.query, **unlisted}
        check_names([name for name, _ in given], known, "query")
        names = dict.fromkeys(name for name, _ in given)
        return {name: known[name].read([text for each, text in given if each == name]) for name in names}

    def check_media_type(self, content_type: str) -> str | None:
        """The media type of the body, None where the operation has no body. Raises Refusal."""
        media_type = content_type.partition(";")[0].strip().lower()
        if self.bodies and media_type not in self.bodies:
            message = f"expected {' or '.join(self.bodies)}, got {media_type or 'no content type'}"
            raise Refusal(415, "unsupported_media_type", message)
        return media_type if self.bodies else None

    def read_json(self, content: bytes) -> Any:
        """The value of a JSON body. Raises Refusal."""
        body = json.loads(content)
        found = self.bodies["application/json"].iter_errors(body)
        issues = [Issue(("body", *each.instance_path), each.message) for each in found]
        if issues:
            raise Refusal.invalid(*issues)
        check_names(body, self.fields, "body")
        return body


class Document:
    """An OpenAPI document. `letter` is its name."""

    def __init__(self, path: Path) -> None:
        self.letter = path.stem
        self.content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        self._components = _plain(self.content.get("components", {}))
        self._documented = {**upstream()["components"]["schemas"], **self._components.get("schemas", {})}
        self.operations = {each.route: each for each in self._operations()}

    def filled(self, operation: Operation, status: int, thing: Thing) -> Any:
        """The response of the operation, filled from the thing, or None without a body.

        Raises BrokenDocument if it doesn't match the document.
        """
        schema = operation.responses.get(status, {})
        if schema is None:
            return None
        body = self._body(schema, thing)
        problems = [str(each) for each in self._validator(schema).iter_errors(body)]
        if problems:
            raise BrokenDocument(f"{operation.route}, {status}: {'; '.join(problems)}")
        return body

    def _operations(self) -> Iterator[Operation]:
        servers = self.content.get("servers") or [{"url": "/"}]
        base = urlsplit(servers[0]["url"]).path.rstrip("/")
        for path, item in self.content["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(method.upper(), base + path, _plain(item[method]))

    def _operation(self, method: str, path: str, described: Mapping[str, Any]) -> Operation:
        bodies = {
            media: each.get("schema", {})
            for media, each in described.get("requestBody", {}).get("content", {}).items()
        }
        silence: Any = {"200": {}}.get  # an undescribed body; another status has none
        parameters = [each for each in described.get("parameters", ()) if each["in"] == "query"]
        return Operation(
            route=f"{method} {re.sub('{.*?}', '{}', path.removeprefix(PREFIX))}",
            method=method,
            path=path,
            query={each["name"]: self._parameter(each) for each in parameters},
            bodies={media: self._validator(schema) for media, schema in bodies.items()},
            fields=frozenset(
                name for each in bodies.values() for name in self._whole(each).get("properties", ())
            ),
            responses={
                int(status): each.get("content", {})
                .get("application/json", {})
                .get("schema", silence(status))
                for status, each in described["responses"].items()
            },
        )

    def _parameter(self, described: Mapping[str, Any]) -> Parameter:
        is_list = self._whole(described["schema"]).get("type") == "array"
        return Parameter(described["name"], is_list, self._validator(described["schema"]))

    def _validator(self, schema: Any) -> Draft202012Validator:
        return Draft202012Validator(
            {"allOf": [schema], "components": self._components}, validate_formats=True
        )

    def _whole(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The schema without references and compositions. A union becomes its first branch that is not null."""
        whole = dict(schema)
        if "$ref" in whole:
            return self._whole(self._documented[whole["$ref"].rpartition("/")[2]])
        for part in map(self._whole, whole.pop("allOf", ())):
            properties = {**whole.get("properties", {}), **part.get("properties", {})}
            required = [*whole.get("required", ()), *part.get("required", ())]
            whole |= {**part, "properties": properties, "required": required} if properties else part
        for keyword in ("anyOf", "oneOf"):
            branches = whole.pop(keyword, [])
            other: Any = next((each for each in branches if each != {"type": "null"}), {})
            whole |= {**self._whole(other), "nullable": {"type": "null"} in branches} if branches else {}
        if isinstance(whole.get("type"), list):
            whole["nullable"] = "null" in whole["type"]
            whole["type"] = next(each for each in whole["type"] if each != "null")
        return whole

    def _body(self, schema: Any, thing: Thing) -> Any:
        """The thing as an object, or as its code if the document has a string."""
        shape = self._whole(schema)
        if shape.get("type") == "string":
            return thing.values["code"]
        if "properties" not in shape:
            shape = self._whole(self._documented.get(thing.kind, {}))
        more = UNDOCUMENTED.get((self.letter, thing.kind), ())
        return self._object(shape, thing, "") | {name: self._value({}, thing, name, False) for name in more}

    def _object(self, shape: Mapping[str, Any], thing: Thing, around: str) -> dict[str, Any]:
        inside = [name.removeprefix(around) for name in thing.values if name.startswith(around)]
        properties = shape.get("properties", {name: {} for name in inside if "." not in name})
        needed = shape.get("required", ())
        values = {
            name: self._value(self._whole(schema), thing, around + name, name in needed)
            for name, schema in properties.items()
        }
        return {name: value for name, value in values.items() if value is not _NOTHING}

    def _value(self, shape: dict[str, Any], thing: Thing, place: str, is_needed: bool) -> Any:
        found = thing.values.get(place, _NOTHING)
        if isinstance(found, Thing):
            return self._body(shape, found)
        if isinstance(found, list):
            items = shape.get("items", {})
            return [self._body(items, each) if isinstance(each, Thing) else each for each in found]
        is_nullable, has_properties = shape.get("nullable", False), "properties" in shape
        is_inside = any(name.startswith(f"{place}.") for name in thing.values)
        if found is _NOTHING and is_nullable and not is_inside:
            return None
        if (found is _NOTHING and is_inside) or (
            has_properties and found is not None and (is_inside or is_needed)
        ):
            return self._object(shape, thing, f"{place}.")
        if found is _NOTHING or (found is None and shape and not is_nullable):
            example = _EXAMPLES.get(shape.get("type", ""), "x")
            return shape.get("const", shape.get("enum", [example])[0]) if is_needed else _NOTHING
        literals = shape.get("enum", [found])
        if found not in literals:
            return next((each for each in literals if each == str(found).lower()), literals[0])
        return found / 100 if shape.get("maximum") == 1 else found  # a fraction, where ours is a percentage


def check_names(given: Sequence[str] | Mapping[str, Any], known: Any, where: str) -> None:
    """Raise Refusal for names that the document doesn't have."""
    unknown = [Issue((where, name), f"unknown: {name}") for name in given if name not in known]
    if unknown:
        raise Refusal.invalid(*unknown)


def _plain(node: Any) -> Any:
    """The node in JSON Schema 2020-12, without `nullable` of OpenAPI 3.0."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, Mapping):
        return node
    plain = {key: _plain(value) for key, value in node.items()}
    if plain.pop("nullable", False) is True:
        if not isinstance(plain.get("type"), str):
            return {"anyOf": [plain, {"type": "null"}]}
        plain["type"] = [plain["type"], "null"]
    return plain


def _literal(text: str) -> list[Any]:
    """The number or boolean that the text of a query may mean."""
    return [json.loads(text)] if re.fullmatch(r"-?\d+(\.\d+)?|true|false", text) else []
