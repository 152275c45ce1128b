"""Read `bindings.toml`: our names for operations and schemas, and what the client needs of each.

An attribute made by `_key` is a key of a table in the file, with the kind of its value. The file explains its keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from .._reshape import Steps, steps

PLAIN = {"string", "number", "integer", "boolean", "timestamp", "binary", "object", "any"}
"""Types that are not roles."""

UNTYPED = {"stream", "document"}
"""Responses that are read by hand and have no role."""

_GROUPS = {
    "needs": (True, True, True),
    "reads": (True, False, True),
    "uses": (False, False, True),
    "knows": (False, False, False),
    "sends": (True, True, True),
    "offers": (True, False, True),
    "fills": (False, True, False),
    "may_send": (False, False, True),
}
"""Group of fields → (documented, present, missed)."""

_RESPONSE_GROUPS = {"needs", "reads", "uses", "knows"}

_T = TypeVar("_T")


class BindingsError(ValueError):
    """`bindings.toml` can't be used. The message names the entry and what is wrong with it."""


def _key(kind: str, default: Any = attrs.NOTHING, read: Callable[[Any], Any] = lambda value: value) -> Any:
    return attrs.field(default=default, metadata={"kind": kind, "read": read})


def _places(table: Mapping[str, Iterable[str]]) -> dict[str, tuple[Steps, ...]]:
    return {name: tuple(map(steps, places)) for name, places in table.items()}


def _literals(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[Any, Any]]:
    """Our literals → the contract's. TOML keys are strings, so a key "true" of a boolean value means true."""
    truths = {"true": True, "false": False}
    return {
        name: {
            truths.get(key, key) if isinstance(value, bool) else key: value for key, value in table.items()
        }
        for name, table in tables.items()
    }


@attrs.frozen
class Field:
    """A property or parameter that the client reads or sends. Its type is plain or the name of a role.

    A `documented` field must be in the contract, and a `present` one in every response or request. The absence of a
    `missed` one is reported.
    """

    name: str
    type: str
    many: bool = False
    """Whether it is a list of this type."""
    documented: bool = False
    present: bool = False
    missed: bool = True

    @property
    def is_role(self) -> bool:
        return self.type not in PLAIN

    @property
    def expected(self) -> str:
        """The type with its article, for messages."""
        if self.many:
            return f"a list of {self.type}"
        return f"{'an' if self.type[0] in 'aeio' else 'a'} {self.type}"


@attrs.frozen(kw_only=True)
class Role:
    """What the client needs of one schema, under our name for it. Tables and lists are by field."""

    name: str
    entry: str
    """Its table in `bindings.toml`."""
    fields: Mapping[str, Field]
    is_request: bool
    names: Mapping[str, tuple[Steps, ...]] = _key("a table of lists", {}, _places)
    assume: Sequence[str] = _key("a list of strings", ())
    values: Mapping[str, Mapping[Any, Any]] = _key("a table of tables", {}, _literals)
    literals: Mapping[str, Sequence[str]] = _key("a table of lists", {})
    optional_literals: Mapping[str, Sequence[str]] = _key("a table of lists", {})
    spellings: Mapping[str, Sequence[str]] = _key("a table of lists", {})
    plain: str = _key("a string", "")
    scale: Mapping[str, float] = _key("a table", {})
    percentages: Sequence[str] = _key("a list of strings", ())

    @property
    def roles(self) -> list[str]:
        """The roles of its fields."""
        return [field.type for field in self.fields.values() if field.is_role]


@attrs.frozen
class Route:
    """A method and a path template. One with `constants` counts only if the body accepts them."""

    method: str
    path: str
    constants: Mapping[str, Any] = attrs.field(factory=dict)
    """Properties of every request body."""

    @property
    def shape(self) -> tuple[str, str]:
        """The route without the names of its parameters, to compare routes."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path).rstrip("/")

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"\{([^}]*)\}", self.path)

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


@attrs.frozen(kw_only=True)
class Operation:
    """Where one of our operations may be, and its parameters, body and response."""

    name: str
    entry: str
    """Its table in `bindings.toml`."""
    routes: tuple[Route, ...]
    fallback: tuple[Route, ...]
    query: Mapping[str, Field]
    headers: Mapping[str, Field]
    tag: str = _key("a string")
    scope: str | None = _key("a string", None)
    response: str = _key("a string")
    body: str | None = _key("a string", None)
    names: Mapping[str, tuple[Steps, ...]] = _key("a table of lists", {}, _places)
    assume: Sequence[str] = _key("a list of strings", ())
    constant_query: Mapping[str, str] = _key("a table", {})
    values: Mapping[str, Mapping[str, str]] = _key("a table of tables", {})
    identity: Mapping[str, str] = _key("a table", {})
    ticket: str | None = _key("a string", None)
    encoding: str | None = _key("a string", None)
    optional: bool = _key("a boolean", False)
    internal: bool = _key("a boolean", False)
    public: bool = _key("a boolean", False)
    accepts_any: bool = _key("a boolean", False)

    @property
    def roles(self) -> list[str]:
        """The roles of its bodies."""
        names = (self.response, self.body, self.ticket)
        return [name for name in names if name is not None and name not in UNTYPED]


@attrs.frozen(kw_only=True)
class Bindings:
    operations: Mapping[str, Operation]
    roles: Mapping[str, Role]
    server: str = _key("a string")
    errors: str = _key("a string")
    envelopes: tuple[Steps, ...] = _key("a list of strings", (), lambda places: tuple(map(steps, places)))
    paging: Mapping[str, Sequence[str]] = _key("a table of lists", {})


def parse(content: str, *more: str) -> Bindings:
    """The bindings in the text of a `bindings.toml`.

    `more` are texts of further files, each applied over the previous ones, table by table. Raises BindingsError for an
    invalid entry, or one that names an unknown role.
    """
    data: dict[str, Any] = {}
    for each in (content, *more):
        try:
            _merge(data, tomllib.loads(each))
        except tomllib.TOMLDecodeError as error:
            raise BindingsError(f"bindings.toml: {error}") from error
    top = _Entry("the file", data)
    prefix = top.take("prefix", "a string", "")
    operations = {each.key: _operation(each, prefix) for each in top.entries("operations")}
    roles = {each.key: _role(each) for each in top.entries("schemas")}
    bindings = top.made(Bindings, operations=operations, roles=roles)
    if bindings.paging.keys() - {"cursor", "offset", "page"}:
        raise top.wrong("keys of `paging` must be cursor, offset or page")
    parts: list[Operation | Role] = [*operations.values(), *roles.values()]
    named = [(top.place, bindings.errors)] + [(part.entry, name) for part in parts for name in part.roles]
    for place, name in named:
        if name not in roles:
            raise BindingsError(f"bindings.toml: {place} names the role {name}, which is not under [schemas]")
    return bindings


def _merge(base: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value


def _operation(entry: _Entry, prefix: str) -> Operation:
    operation = entry.made(
        Operation,
        name=entry.key,
        entry=entry.place,
        routes=tuple(_route(entry, each, prefix) for each in entry.take("routes", "a list")),
        fallback=tuple(_route(entry, each, prefix) for each in entry.take("fallback", "a list", [])),
        query=_fields(entry, "query"),
        headers={name: Field(name, "string") for name in entry.take("headers", "a list of strings", [])},
    )
    if operation.encoding not in (None, "text", "base64"):
        raise entry.wrong(f"`encoding` must be text or base64, got {operation.encoding!r}")
    for parameter in operation.query.values():
        if parameter.is_role:
            raise entry.wrong(f"the type of {parameter.name} must not be a role")
    entry.check("names", operation.names, {**operation.query, **operation.headers})
    entry.check("assume", operation.assume, operation.query)
    return operation


def _route(entry: _Entry, value: Any, prefix: str) -> Route:
    constants: Mapping[str, Any] = {}
    if not isinstance(value, str):
        inner = _Entry(f"{entry.place} route", value)
        value, constants = inner.take("route", "a string"), inner.take("constant_body", "a table", {})
        inner.nothing_else()
    match = re.fullmatch(r"(GET|PUT|POST|DELETE|PATCH) (/\S*)", value)
    if match is None:
        raise entry.wrong(f"{value!r} is not a route; expected `METHOD /path/{{our_parameter}}`")
    return Route(match[1].lower(), prefix + match[2], constants)


def _role(entry: _Entry) -> Role:
    groups = [group for group in _GROUPS if group in entry.values]
    is_request = bool(groups) and groups[0] not in _RESPONSE_GROUPS
    if any((group not in _RESPONSE_GROUPS) != is_request for group in groups):
        raise entry.wrong(
            "it mixes groups of requests (sends, offers, fills, may_send) and responses (needs, reads, uses, knows)"
        )
    fields: dict[str, Field] = {}
    for group in groups:
        found = _fields(entry, group)
        if found.keys() & fields.keys():
            raise entry.wrong(f"{min(found.keys() & fields.keys())} is in two groups")
        fields |= found
    role = entry.made(Role, name=entry.key, entry=entry.place, fields=fields, is_request=is_request)
    entry.check("plain", [role.plain] if role.plain else [], fields)
    entry.check("names", [name.split(".")[0] for name in role.names], fields)
    for key in ("assume", "values", "literals", "optional_literals", "spellings", "scale", "percentages"):
        entry.check(key, getattr(role, key), fields)
    return role


def _fields(entry: _Entry, group: str) -> dict[str, Field]:
    fields = {}
    for name, value in entry.take(group, "a table", {}).items():
        inner = value[0] if isinstance(value, list) and len(value) == 1 else value
        if not isinstance(inner, str):
            raise entry.wrong(f"{name} = {value!r} is not a type")
        fields[name] = Field(name, inner, isinstance(value, list), *_GROUPS.get(group, ()))
    return fields


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _are_strings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "a string": lambda value: isinstance(value, str),
    "a boolean": lambda value: isinstance(value, bool),
    "a list": lambda value: isinstance(value, list),
    "a list of strings": _are_strings,
    "a table": _is_table,
    "a table of tables": lambda value: _is_table(value) and all(map(_is_table, value.values())),
    "a table of lists": lambda value: _is_table(value) and all(map(_are_strings, value.values())),
}


class _Entry:
    """A table of the file, read key by key. Unknown keys are rejected."""

    def __init__(self, place: str, values: Any, key: str = "") -> None:
        self.place, self.key = place, key
        if not isinstance(values, dict):
            raise self.wrong("expected a table")
        self.values: dict[str, Any] = values
        self._read: set[str] = set()

    def wrong(self, what: str) -> BindingsError:
        return BindingsError(f"bindings.toml: {self.place}: {what}")

    def take(self, key: str, kind: str, default: Any = attrs.NOTHING) -> Any:
        """The value of a key, checked to be of `kind`."""
        self._read.add(key)
        if key not in self.values:
            if default is attrs.NOTHING:
                raise self.wrong(f"`{key}` is missing")
            return default
        if not _KINDS[kind](self.values[key]):
            raise self.wrong(f"`{key}` must be {kind}, got {self.values[key]!r}")
        return self.values[key]

    def made(self, cls: type[_T], **known: Any) -> _T:
        """A `cls` from the whole table; `known` are its attributes that aren't keys."""
        for each in attrs.fields(cls):  # type: ignore[arg-type]  # mypy has no bound for attrs classes
            if "kind" in each.metadata:
                known[each.name] = each.metadata["read"](
                    self.take(each.name, each.metadata["kind"], each.default)
                )
        self.nothing_else()
        return cls(**known)

    def entries(self, key: str) -> list[_Entry]:
        tables = self.take(key, "a table", {})
        return [_Entry(f"[{key}.{name}]", values, name) for name, values in tables.items()]

    def check(self, key: str, named: Iterable[str], fields: Mapping[str, Field]) -> None:
        """Raise BindingsError if a key names an unknown field."""
        unknown = set(named) - fields.keys()
        if unknown:
            raise self.wrong(f"`{key}` has {min(unknown)}, which is not one of its fields")

    def nothing_else(self) -> None:
        unknown = self.values.keys() - self._read
        if unknown:
            raise self.wrong(f"unknown key `{min(unknown)}`")
