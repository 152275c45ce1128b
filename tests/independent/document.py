"""An OpenAPI document as the server of these tests needs it: routes, and strict checks of requests and responses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from jsonschema_rs import Draft202012Validator

from .engine import Issue, Refusal

DOCUMENTS = Path(__file__).parent / "documents"
PREFIX = "/api/v1"
_METHODS = ("get", "put", "post", "delete", "patch")


class BrokenDocument(Exception):
    """A response of the server doesn't fit the document: a mistake in the tests' server."""


@attrs.frozen
class Parameter:
    """A query parameter. `repeats` says that it may be given more than once."""

    name: str
    repeats: bool
    validator: Draft202012Validator

    def read(self, texts: Sequence[str]) -> Any:
        """The value that the schema accepts for the texts of a query. Raises Refusal."""
        place = ("query", self.name)
        if self.repeats:
            return self._fitting([list(texts)], place)
        if len(texts) != 1:
            raise Refusal.invalid(Issue(place, "given more than once"))
        return self._fitting([texts[0], *_literal(texts[0])], place)

    def _fitting(self, candidates: Sequence[Any], place: tuple[str, str]) -> Any:
        for candidate in candidates:
            if self.validator.is_valid(candidate):
                return candidate
        found = next(iter(self.validator.iter_errors(candidates[-1])))
        raise Refusal.invalid(Issue(place, found.message))


@attrs.frozen
class Operation:
    """An operation of the document. `route` is its method and path without prefix and names: `GET /files/{}`."""

    route: str
    method: str
    path: str
    query: Mapping[str, Parameter]
    bodies: Mapping[str, Draft202012Validator]
    """By media type."""
    parts: frozenset[str]
    """The parts of a form."""
    responses: Mapping[str, Draft202012Validator]
    """Of JSON, by status or `default`."""
    success: int
    """The status of a success, the highest where there are several."""

    def read_query(
        self, given: Sequence[tuple[str, str]], unlisted: Mapping[str, Parameter]
    ) -> dict[str, Any]:
        """The values of a query. Raises Refusal for a parameter that is neither in the document nor `unlisted`."""
        known = {**self.query, **unlisted}
        texts: dict[str, list[str]] = {}
        for name, text in given:
            texts.setdefault(name, []).append(text)
        if unknown := sorted(set(texts) - set(known)):
            raise Refusal.invalid(*(Issue(("query", name), "unknown parameter") for name in unknown))
        return {name: known[name].read(values) for name, values in texts.items()}

    def check_media_type(self, content_type: str) -> str | None:
        """The media type of the body, None where the operation has no body. Raises Refusal."""
        media_type = content_type.partition(";")[0].strip().lower()
        if self.bodies and media_type not in self.bodies:
            expected = " or ".join(self.bodies)
            raise Refusal(
                415, "unsupported_media_type", f"expected {expected}, got {media_type or 'no content type'}"
            )
        return media_type if self.bodies else None

    def read_json(self, content: bytes) -> Any:
        """The value of a JSON body. Raises Refusal."""
        try:
            body = json.loads(content)
        except ValueError as error:
            raise Refusal(400, "invalid_json", f"the body is not JSON: {error}") from None
        issues = [
            Issue(("body", *found.instance_path), found.message)
            for found in self.bodies["application/json"].iter_errors(body)
        ]
        if issues:
            raise Refusal.invalid(*issues)
        return body

    def check_parts(self, names: Sequence[str]) -> None:
        """Raises Refusal for a part of a form that the document doesn't have."""
        if unknown := sorted(set(names) - self.parts):
            raise Refusal.invalid(*(Issue(("body", name), "unknown part") for name in unknown))

    def check_response(self, status: int, body: Any) -> None:
        """Raises BrokenDocument when the document describes this response in another way."""
        validator = self.responses.get(str(status), self.responses.get("default"))
        if validator is not None:
            _check(validator, body, f"{self.route}, {status}")


class Document:
    """An OpenAPI document. `letter` is its name: a to f."""

    def __init__(self, letter: str, content: Mapping[str, Any]) -> None:
        self.letter = letter
        self.content = content
        self._components = _plain(content.get("components", {}))
        self.operations = tuple(self._operations())
        self._by_route = {each.route: each for each in self.operations}

    @classmethod
    def load(cls, path: Path) -> Document:
        return cls(path.stem, json.loads(path.read_text(encoding="utf-8")))

    def operation(self, route: str) -> Operation:
        """Raises KeyError when the document doesn't have it."""
        return self._by_route[route]

    def _operations(self) -> Iterator[Operation]:
        servers = self.content.get("servers") or [{"url": "/"}]
        base = urlsplit(servers[0]["url"]).path.rstrip("/")
        for path, item in self.content["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(method.upper(), base + path, _plain(item[method]))

    def _operation(self, method: str, path: str, described: Mapping[str, Any]) -> Operation:
        bodies = described.get("requestBody", {}).get("content", {})
        form = self._resolved(bodies.get("multipart/form-data", {}).get("schema", {}))
        return Operation(
            route=f"{method} {re.sub('{.*?}', '{}', path.removeprefix(PREFIX))}",
            method=method,
            path=path,
            query={
                each["name"]: self._parameter(each)
                for each in described.get("parameters", ())
                if each["in"] == "query"
            },
            bodies={name: self._validator(each.get("schema", {})) for name, each in bodies.items()},
            parts=frozenset(form.get("properties", ())),
            responses={
                str(status): self._validator(each["content"]["application/json"]["schema"])
                for status, each in described["responses"].items()
                if "application/json" in each.get("content", {})
            },
            success=max(int(status) for status in described["responses"] if str(status).startswith("2")),
        )

    def _parameter(self, described: Mapping[str, Any]) -> Parameter:
        schema = described["schema"]
        kinds = [self._resolved(each).get("type") for each in (schema, *schema.get("anyOf", ()))]
        return Parameter(described["name"], "array" in kinds, self._validator(schema))

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        name = str(schema.get("$ref", "")).rpartition("/")[2]
        found: Mapping[str, Any] = self._components["schemas"][name] if name else schema
        return found

    def _validator(self, schema: Any) -> Draft202012Validator:
        whole = {"allOf": [schema], "components": self._components}
        return Draft202012Validator(whole, validate_formats=True)


def _plain(node: Any) -> Any:
    """The node in JSON Schema 2020-12: OpenAPI 3.0 says `nullable` for what may be null."""
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
    """What else the text of a query may stand for: a number or a boolean."""
    return [json.loads(text)] if re.fullmatch(r"-?\d+(\.\d+)?|true|false", text) else []


def _check(validator: Draft202012Validator, value: Any, where: str) -> None:
    problems = [
        f"{'.'.join(map(str, each.instance_path))}: {each.message}" for each in validator.iter_errors(value)
    ]
    if problems:
        raise BrokenDocument(f"the tests' server breaks the document ({where}): {'; '.join(problems)}")
