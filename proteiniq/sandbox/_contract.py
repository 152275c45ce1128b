"""The contract document as the sandbox uses it: operations to serve, and validators of requests and responses.

It is the normalised document with the strictness that a service promises.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
from jsonschema_rs import Draft202012Validator, ValidationError

from proteiniq.contract import strict

from ._errors import Issue

_METHODS = ("get", "put", "post", "delete", "patch", "head", "options")
_WHOLE_VALUE = "the value"


@attrs.frozen
class Validator:
    """A schema that values are checked against."""

    schema: Mapping[str, Any]
    compiled: Draft202012Validator


@attrs.frozen
class Parameter:
    """A query or header parameter. Its text is converted to `type` and then validated."""

    name: str
    place: str
    schema: Mapping[str, Any]
    validator: Validator

    @property
    def type(self) -> str:
        return str(self.schema.get("type", "string"))


@attrs.frozen
class Operation:
    id: str
    method: str
    path: str
    scope: str | None
    """Scope that the key needs; None if any key will do."""
    public: bool
    """Whether it is served without a key."""
    status: int
    """Status of a successful response."""
    errors: frozenset[str]
    """Error codes that the contract documents for it."""
    parameters: Sequence[Parameter]
    media_type: str | None
    """Media type of the request body; None if it takes no body."""
    body: Validator | None
    """Validator of a JSON request body."""
    response: Validator | None
    """Validator of a JSON response."""


class Contract:
    """The operations of a document, by method and path."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        promised = strict(document)
        self._components = promised.get("components", {})
        self.operations = tuple(self._operations(promised))

    def _operations(self, promised: Mapping[str, Any]) -> Iterator[Operation]:
        for path, item in promised["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield self._operation(method.upper(), path, item[method])

    def _operation(self, method: str, path: str, spec: Mapping[str, Any]) -> Operation:
        request = spec.get("requestBody", {}).get("content", {})
        response = spec["responses"].get("2XX", {}).get("content", {}).get("application/json")
        return Operation(
            id=spec["operationId"],
            method=method,
            path=path,
            scope=spec.get("x-scope"),
            public=spec.get("security") == [],
            status=spec.get("x-status", 200),
            errors=frozenset(code for codes in spec.get("x-errors", {}).values() for code in codes),
            parameters=tuple(
                Parameter(p["name"], p["in"], p["schema"], self._validator(p["schema"]))
                for p in spec.get("parameters", ())
                if p["in"] in ("query", "header")
            ),
            media_type=next(iter(request), None),
            body=self._validator(request["application/json"]["schema"])
            if "application/json" in request
            else None,
            response=self._validator(response["schema"]) if response else None,
        )

    def _validator(self, schema: Mapping[str, Any]) -> Validator:
        whole = {"allOf": [schema], "components": self._components}
        # The value is masked in messages: it may be megabytes long.
        return Validator(whole, Draft202012Validator(whole, validate_formats=True, mask=_WHOLE_VALUE))

    def schema_validator(self, name: str) -> Validator:
        """The validator of a named schema."""
        return self._validator({"$ref": f"#/components/schemas/{name}"})


def issues(validator: Validator, value: Any, prefix: str = "") -> list[Issue]:
    """Every mismatch in `value`, with paths such as `input.inputs[0].content`."""
    found: list[Issue] = []
    for error in validator.compiled.iter_errors(value):
        found.extend(_issues(error, prefix, validator.schema))
    return found


def place(path: Sequence[str | int], prefix: str = "") -> str:
    """A readable path, such as `input.inputs[0].content`; the whole value is `body`."""
    text = prefix
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "body"


def _issues(error: ValidationError, prefix: str, schema: Mapping[str, Any]) -> Iterator[Issue]:
    path = error.instance_path
    kind, value = error.kind.name, error.kind.value
    if kind == "additionalProperties":
        for name in error.kind.as_dict()["unexpected"]:
            yield {"path": place([*path, name], prefix), "message": "is not a known field: leave it out"}
        return
    if kind == "required":
        path, message = [*path, value], "is required"
    elif kind == "type":
        message = f"must be {' or '.join(value) if isinstance(value, list) else value}"
        if value in ("object", ["object"]) and (required := _required(schema, error.schema_path[:-1])):
            message = f"must be an object with {', '.join(required)}"
    elif kind in ("enum", "const"):
        options = value if isinstance(value, list) else [value]
        message = f"must be one of {', '.join(map(str, options))}"
    elif kind == "minimum":
        message = f"must be at least {value}"
    elif kind == "maximum":
        message = f"must be at most {value}"
    elif kind == "minLength":
        message = f"must have at least {value} characters"
    elif kind == "maxLength":
        message = f"must have at most {value} characters"
    elif kind == "format":
        message = f"must be a {value}"
    else:
        message = error.message.removeprefix(_WHOLE_VALUE).strip()
    yield {"path": place(path, prefix), "message": message}


def _required(schema: Mapping[str, Any], path: Sequence[str | int]) -> Sequence[str]:
    """The required properties of the object described by the schema at `path`."""
    node: Any = schema
    for step in path:
        node = node[step]
    return tuple(node.get("required", ()))
