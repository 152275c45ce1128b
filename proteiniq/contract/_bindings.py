"""`bindings.toml`, read: our names for operations and schemas, and what the facade needs of each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

import attrs

PLAIN = {"string", "number", "integer", "boolean", "timestamp", "binary", "object", "any"}
"""Types that are no roles."""

UNTYPED_ANSWERS = {"stream", "document"}
"""Answers that are read by hand and have no role."""


@attrs.frozen
class FieldType:
    """A plain type, a role, or a list of one of these."""

    name: str
    many: bool = False

    @property
    def is_role(self) -> bool:
        return self.name not in PLAIN

    def __str__(self) -> str:
        return f"list of {self.name}" if self.many else self.name


@attrs.frozen
class Field:
    """A property that the facade reads or sends.

    `documented` says that the contract must have it, `present` that every answer must.
    """

    name: str
    type: FieldType
    documented: bool
    present: bool


@attrs.frozen
class Role:
    """What the facade needs of one schema, under our name for it."""

    name: str
    fields: Mapping[str, Field]
    is_request: bool


@attrs.frozen
class Route:
    """A method and a path template with our parameter names."""

    method: str
    path: str

    @classmethod
    def parse(cls, text: str) -> Route:
        method, _, path = text.partition(" ")
        return cls(method.lower(), path)

    @property
    def shape(self) -> tuple[str, str]:
        """The route with its parameters unnamed: what two spellings of one route have in common."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\{([^}]*)\}", self.path)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


@attrs.frozen
class Operation:
    """Where one of our operations may be found, and what it takes and gives."""

    name: str
    tag: str
    routes: tuple[Route, ...]
    fallback: tuple[Route, ...]
    answer: str
    body: str | None
    query: Mapping[str, FieldType]
    headers: tuple[str, ...]
    optional: bool
    public: bool


@attrs.frozen
class Bindings:
    server: str
    errors: str
    operations: Mapping[str, Operation]
    roles: Mapping[str, Role]


def parse(text: str) -> Bindings:
    """The bindings that `text`, the content of a `bindings.toml`, says.

    Raises ValueError naming the entry when one refers to a role that there is none of.
    """
    data = tomllib.loads(text)
    bindings = Bindings(
        server=data["server"],
        errors=data["errors"],
        operations={name: _operation(name, entry) for name, entry in data["operations"].items()},
        roles={name: _role(name, entry) for name, entry in data["schemas"].items()},
    )
    _check_roles(bindings)
    return bindings


def _operation(name: str, entry: Mapping[str, Any]) -> Operation:
    return Operation(
        name=name,
        tag=entry["tag"],
        routes=tuple(Route.parse(route) for route in entry["routes"]),
        fallback=tuple(Route.parse(route) for route in entry.get("fallback", ())),
        answer=entry["answer"],
        body=entry.get("body"),
        query={parameter: _type(kind) for parameter, kind in entry.get("query", {}).items()},
        headers=tuple(entry.get("headers", ())),
        optional=entry.get("optional", False),
        public=entry.get("public", False),
    )


def _role(name: str, entry: Mapping[str, Mapping[str, Any]]) -> Role:
    groups = {
        "needs": (True, True),
        "reads": (True, False),
        "uses": (False, False),
        "sends": (True, True),
        "may_send": (False, False),
    }
    fields = {
        field: Field(field, _type(kind), documented, present)
        for group, (documented, present) in groups.items()
        for field, kind in entry.get(group, {}).items()
    }
    return Role(name, fields, is_request="sends" in entry or "may_send" in entry)


def _type(value: str | list[str]) -> FieldType:
    return FieldType(value[0], many=True) if isinstance(value, list) else FieldType(value)


def _check_roles(bindings: Bindings) -> None:
    named = (
        [("errors", bindings.errors)]
        + [
            (f"operations.{operation.name}", role)
            for operation in bindings.operations.values()
            for role in (operation.answer, operation.body)
            if role is not None and role not in UNTYPED_ANSWERS
        ]
        + [
            (f"schemas.{role.name}.{field.name}", field.type.name)
            for role in bindings.roles.values()
            for field in role.fields.values()
            if field.type.is_role
        ]
    )
    for place, role in named:
        if role not in bindings.roles:
            raise ValueError(f"bindings.toml: {place} names the role {role}, which is not under [schemas]")
