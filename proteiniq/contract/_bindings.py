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

_GROUPS = {
    "needs": (True, True),
    "reads": (True, False),
    "uses": (False, False),
    "sends": (True, True),
    "fills": (False, True),
    "may_send": (False, False),
}
"""What a group of fields says of each: (the contract documents it, every answer or request has it)."""


class BindingsError(ValueError):
    """`bindings.toml` can't be used: which entry, and what is wrong with it."""


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

    `documented` says that the contract must have it, `present` that every answer or request has it; `also`
    are the names that it may have in the contract beside ours.
    """

    name: str
    type: FieldType
    documented: bool
    present: bool
    also: tuple[str, ...] = ()


@attrs.frozen
class Role:
    """What the facade needs of one schema, under our name for it."""

    name: str
    fields: Mapping[str, Field]
    is_request: bool

    @property
    def entry(self) -> str:
        """Where in `bindings.toml` it stands."""
        return f"[schemas.{self.name}]"


@attrs.frozen
class Route:
    """A method and a path template."""

    method: str
    path: str

    @property
    def shape(self) -> tuple[str, str]:
        """The route with its parameters unnamed: what two spellings of one route have in common."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path).rstrip("/")

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
    scope: str | None
    routes: tuple[Route, ...]
    fallback: tuple[Route, ...]
    answer: str
    body: str | None
    query: Mapping[str, Field]
    headers: Mapping[str, Field]
    optional: bool
    public: bool
    may_be_empty: bool

    @property
    def entry(self) -> str:
        """Where in `bindings.toml` it stands."""
        return f"[operations.{self.name}]"


@attrs.frozen
class Bindings:
    server: str
    errors: str
    operations: Mapping[str, Operation]
    roles: Mapping[str, Role]


def parse(content: str) -> Bindings:
    """The bindings that `content`, the text of a `bindings.toml`, says.

    Raises BindingsError naming the entry that can't be read, or that refers to a role that there is none of.
    """
    try:
        data = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        raise BindingsError(f"bindings.toml: {error}") from error
    top = _Entry("the file", data)
    prefix = top.text("prefix", default="")
    bindings = Bindings(
        server=top.text("server"),
        errors=top.text("errors"),
        operations={each.key: _operation(each, prefix) for each in top.entries("operations")},
        roles={each.key: _role(each) for each in top.entries("schemas")},
    )
    top.nothing_else()
    _check_roles(bindings)
    return bindings


def _operation(entry: _Entry, prefix: str) -> Operation:
    also = entry.names("names")
    operation = Operation(
        name=entry.key,
        tag=entry.text("tag"),
        scope=entry.text("scope", default="") or None,
        routes=tuple(_route(entry, route, prefix) for route in entry.texts("routes", required=True)),
        fallback=tuple(_route(entry, route, prefix) for route in entry.texts("fallback")),
        answer=entry.text("answer"),
        body=entry.text("body", default="") or None,
        query=_fields(entry, "query", also),
        headers={
            name: Field(name, FieldType("string"), False, False, tuple(also.pop(name, ())))
            for name in entry.texts("headers")
        },
        optional=entry.flag("optional"),
        public=entry.flag("public"),
        may_be_empty=entry.flag("may_be_empty"),
    )
    entry.nothing_else(also)
    return operation


def _route(entry: _Entry, route: str, prefix: str) -> Route:
    match = re.fullmatch(r"(GET|PUT|POST|DELETE|PATCH) (/\S*)", route)
    if match is None:
        raise entry.wrong(f"{route!r} is not a route, `METHOD /path/{{our_parameter}}`")
    return Route(match[1].lower(), prefix + match[2])


def _role(entry: _Entry) -> Role:
    also = entry.names("names")
    is_request = bool({"sends", "fills", "may_send"} & entry.values.keys())
    if is_request and {"needs", "reads", "uses"} & entry.values.keys():
        raise entry.wrong(
            "it is a request (sends, fills, may_send) or an answer (needs, reads, uses), not both"
        )
    fields: dict[str, Field] = {}
    for group in _GROUPS:
        for name, field in _fields(entry, group, also).items():
            if name in fields:
                raise entry.wrong(f"{name} stands in two groups")
            fields[name] = field
    entry.nothing_else(also)
    return Role(entry.key, fields, is_request)


def _fields(entry: _Entry, group: str, also: dict[str, tuple[str, ...]]) -> dict[str, Field]:
    documented, present = _GROUPS.get(group, (False, False))
    return {
        name: Field(name, _type(entry, name, kind), documented, present, also.pop(name, ()))
        for name, kind in entry.table(group).items()
    }


def _type(entry: _Entry, name: str, value: Any) -> FieldType:
    many = isinstance(value, list)
    inner = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(inner, str):
        raise entry.wrong(f"{name} = {value!r} is not a type")
    return FieldType(inner, many)


def _check_roles(bindings: Bindings) -> None:
    named = [("the file", bindings.errors)]
    for operation in bindings.operations.values():
        if operation.answer not in UNTYPED_ANSWERS:
            named.append((operation.entry, operation.answer))
        if operation.body is not None:
            named.append((operation.entry, operation.body))
        for parameter in operation.query.values():
            if parameter.type.is_role:
                raise BindingsError(
                    f"bindings.toml: {operation.entry}: {parameter.name} has a role as its type"
                )
    for role in bindings.roles.values():
        named += [(role.entry, field.type.name) for field in role.fields.values() if field.type.is_role]
    for place, name in named:
        if name not in bindings.roles:
            raise BindingsError(f"bindings.toml: {place} names the role {name}, which is not under [schemas]")


class _Entry:
    """A table of the file, read key by key; what nobody asked for is a slip of the pen."""

    def __init__(self, place: str, values: Any, key: str = "") -> None:
        self.place, self.key = place, key
        if not isinstance(values, dict):
            raise self.wrong("expected a table")
        self.values: dict[str, Any] = values
        self._read: set[str] = set()

    def wrong(self, what: str) -> BindingsError:
        return BindingsError(f"bindings.toml: {self.place}: {what}")

    def _get(self, key: str) -> Any:
        self._read.add(key)
        return self.values.get(key)

    def text(self, key: str, *, default: str | None = None) -> str:
        value = self._get(key)
        value = default if value is None else value
        if not isinstance(value, str):
            raise self.wrong(f"`{key}` is missing" if value is None else f"`{key}` is not text")
        return value

    def texts(self, key: str, *, required: bool = False) -> list[str]:
        value = self._get(key)
        value = [] if value is None else value
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.wrong(f"`{key}` is not a list of texts")
        if required and not value:
            raise self.wrong(f"`{key}` is missing")
        return value

    def flag(self, key: str) -> bool:
        value = self._get(key)
        if value not in (None, True, False):
            raise self.wrong(f"`{key}` is not true or false")
        return bool(value)

    def table(self, key: str) -> dict[str, Any]:
        value = self._get(key)
        return {} if value is None else _Entry(f"{self.place} {key}", value).values

    def names(self, key: str) -> dict[str, tuple[str, ...]]:
        """Our names → the other names that the contract may have instead."""
        listed = _Entry(f"{self.place} {key}", self.table(key))
        return {name: tuple(listed.texts(name, required=True)) for name in listed.values}

    def entries(self, key: str) -> list[_Entry]:
        return [_Entry(f"[{key}.{name}]", values, name) for name, values in self.table(key).items()]

    def nothing_else(self, unused_names: Mapping[str, Any] | None = None) -> None:
        """Raise BindingsError for a key that nothing reads, or another name for a field that is not there."""
        unknown = sorted(self.values.keys() - self._read)
        if unknown:
            raise self.wrong(f"`{unknown[0]}` means nothing here")
        if unused_names:
            raise self.wrong(f"`names` has {min(unused_names)}, which is no field of it")
