"""`bindings.toml`, read: our names for operations and schemas, and what the facade needs of each."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from .._reshape import Steps, steps

PLAIN = {"string", "number", "integer", "boolean", "timestamp", "binary", "object", "any"}
"""Types that are no roles."""

UNTYPED_ANSWERS = {"stream", "document"}
"""Answers that are read by hand and have no role."""

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
"""What a group says of its fields: (the contract documents it, every response or request has it, users miss it)."""

_REQUEST_GROUPS = {"sends", "offers", "fills", "may_send"}


_REQUIRED: Any = object()


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
        """With its article, for messages."""
        if self.many:
            return f"a list of {self.name}"
        return f"{'an' if self.name[0] in 'aeio' else 'a'} {self.name}"


@attrs.frozen
class Field:
    """A property that the facade reads or sends.

    `documented` says that the contract must have it, `present` that every response or request has it; `also` are
    the places where the contract may have it instead, the most likely first. Users miss it where it is `missed`; it
    counts as documented where it is `assumed`.
    """

    name: str
    type: FieldType
    documented: bool
    present: bool
    also: tuple[Steps, ...] = ()
    missed: bool = True
    assumed: bool = False


@attrs.frozen
class Role:
    """What the facade needs of one schema, under our name for it."""

    name: str
    fields: Mapping[str, Field]
    is_request: bool
    nested: Mapping[Steps, tuple[Steps, ...]] = attrs.field(factory=dict)
    """Places of fields of its fields: ours → where else the contract may have it, seen from this role."""
    values: Mapping[str, Mapping[Any, Any]] = attrs.field(factory=dict)
    """Our literals → the contract's, by field."""
    literals: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    """The literals that the facade can't do without, by field."""
    optional_literals: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    spellings: Mapping[str, Sequence[str]] = attrs.field(factory=dict)
    """Literals that are known in any spelling, and that nobody misses, by field."""
    plain: str = ""
    """The field that a plain value in place of the object is; empty where it must be an object."""
    scale: Mapping[str, float] = attrs.field(factory=dict)
    """What a number of the contract is multiplied by to be ours, by field."""
    percentages: tuple[str, ...] = ()
    """Fields from 0 to 100 here; a contract with the maximum 1 means a fraction."""

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
class Candidate:
    """A route where an operation may be. One with `constants` counts only where its body takes them."""

    route: Route
    constants: Mapping[str, Any] = attrs.field(factory=dict)
    """What every request has in its body, by name."""


@attrs.frozen
class Operation:
    """Where one of our operations may be found, and what it takes and gives."""

    name: str
    tag: str
    scope: str | None
    routes: tuple[Candidate, ...]
    fallback: tuple[Candidate, ...]
    answer: str
    body: str | None
    query: Mapping[str, Field]
    headers: Mapping[str, Field]
    constant_query: Mapping[str, str]
    values: Mapping[str, Mapping[str, str]]
    """Our literals → the contract's, by parameter."""
    identity: Mapping[str, str]
    """Field of the response → the path parameter that says what it is."""
    ticket: str | None
    """Role of the response of an upload in two steps."""
    encoding: str | None
    """How an upload in JSON holds the file, `text` or `base64`, where the document doesn't say."""
    optional: bool
    internal: bool
    """No method of the client is about it, so nobody misses it."""
    public: bool
    accepts_any: bool
    """Any success will do, whatever its body."""

    @property
    def entry(self) -> str:
        """Where in `bindings.toml` it stands."""
        return f"[operations.{self.name}]"


@attrs.frozen
class Bindings:
    server: str
    errors: str
    envelopes: tuple[Steps, ...]
    """Where in a response the object that it is about may be."""
    paging: Mapping[str, Sequence[str]]
    """How a list goes on (`cursor`, `offset`, `page`) → what the parameter may be called that says where."""
    operations: Mapping[str, Operation]
    roles: Mapping[str, Role]


def parse(content: str, *more: str) -> Bindings:
    """The bindings that `content`, the text of a `bindings.toml`, says.

    `more` are texts of further files, each laid over what is before it, table by table. Raises BindingsError naming
    the entry that can't be read, or that refers to an unknown role.
    """
    data: dict[str, Any] = {}
    for each in (content, *more):
        try:
            _lay_over(data, tomllib.loads(each))
        except tomllib.TOMLDecodeError as error:
            raise BindingsError(f"bindings.toml: {error}") from error
    top = _Entry("the file", data)
    prefix = top.take("prefix", "text", "")
    paging = top.take("paging", "a table of lists", {})
    if paging.keys() - {"cursor", "offset", "page"}:
        raise top.wrong("`paging` has the kinds cursor, offset and page")
    bindings = Bindings(
        server=top.take("server", "text"),
        errors=top.take("errors", "text"),
        envelopes=tuple(map(steps, top.take("envelopes", "a list of texts", []))),
        paging=paging,
        operations={each.key: _operation(each, prefix) for each in top.entries("operations")},
        roles={each.key: _role(each) for each in top.entries("schemas")},
    )
    top.nothing_else()
    _check_roles(bindings)
    return bindings


def _lay_over(base: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _lay_over(base[key], value)
        else:
            base[key] = value


def _operation(entry: _Entry, prefix: str) -> Operation:
    also = entry.places()
    assumed = set(entry.take("assume", "a list of texts", []))
    query = _fields(entry, "query", also)
    operation = Operation(
        name=entry.key,
        tag=entry.take("tag", "text"),
        scope=entry.take("scope", "text", None),
        routes=tuple(_candidate(entry, each, prefix) for each in entry.take("routes", "a list")),
        fallback=tuple(_candidate(entry, each, prefix) for each in entry.take("fallback", "a list", [])),
        answer=entry.take("answer", "text"),
        body=entry.take("body", "text", None),
        query={name: attrs.evolve(field, assumed=name in assumed) for name, field in query.items()},
        headers={
            name: Field(name, FieldType("string"), False, False, also.pop(name, ()))
            for name in entry.take("headers", "a list of texts", [])
        },
        constant_query=entry.take("constant_query", "a table", {}),
        values=entry.take("values", "a table of tables", {}),
        identity=entry.take("identity", "a table", {}),
        ticket=entry.take("ticket", "text", None),
        encoding=entry.take("encoding", "text", None),
        optional=entry.take("optional", "true or false", False),
        internal=entry.take("internal", "true or false", False),
        public=entry.take("public", "true or false", False),
        accepts_any=entry.take("accepts_any", "true or false", False),
    )
    if operation.encoding not in (None, "text", "base64"):
        raise entry.wrong(f"`encoding` must be text or base64, got {operation.encoding!r}")
    if assumed - query.keys():
        raise entry.wrong(f"`assume` has {min(assumed - query.keys())}, which is not one of its parameters")
    entry.nothing_else(also)
    return operation


def _candidate(entry: _Entry, value: Any, prefix: str) -> Candidate:
    if isinstance(value, str):
        return Candidate(_route(entry, value, prefix))
    inner = _Entry(f"{entry.place} route", value)
    route = _route(entry, inner.take("route", "text"), prefix)
    candidate = Candidate(route, inner.take("constant_body", "a table", {}))
    inner.nothing_else()
    return candidate


def _route(entry: _Entry, route: str, prefix: str) -> Route:
    match = re.fullmatch(r"(GET|PUT|POST|DELETE|PATCH) (/\S*)", route)
    if match is None:
        raise entry.wrong(f"{route!r} is not a route, `METHOD /path/{{our_parameter}}`")
    return Route(match[1].lower(), prefix + match[2])


def _role(entry: _Entry) -> Role:
    also = entry.places()
    assumed = set(entry.take("assume", "a list of texts", []))
    is_request = bool(_REQUEST_GROUPS & entry.values.keys())
    if is_request and {"needs", "reads", "uses", "knows"} & entry.values.keys():
        raise entry.wrong(
            "it is a request (sends, offers, fills, may_send) or a response (needs, reads, uses, knows), not both"
        )
    fields: dict[str, Field] = {}
    for group in _GROUPS:
        for name, field in _fields(entry, group, also).items():
            if name in fields:
                raise entry.wrong(f"{name} is in two groups")
            fields[name] = attrs.evolve(field, assumed=name in assumed)
    nested = {
        steps(name): also.pop(name) for name in list(also) if "." in name and name.split(".")[0] in fields
    }
    role = Role(
        entry.key,
        fields,
        is_request,
        nested=nested,
        values={
            name: _booleans(table) if name in fields and fields[name].type.name == "boolean" else table
            for name, table in entry.take("values", "a table of tables", {}).items()
        },
        literals=entry.take("literals", "a table of lists", {}),
        optional_literals=entry.take("optional_literals", "a table of lists", {}),
        spellings=entry.take("spellings", "a table of lists", {}),
        plain=entry.take("plain", "text", ""),
        scale=entry.take("scale", "a table", {}),
        percentages=tuple(entry.take("percentages", "a list of texts", [])),
    )
    named = (
        *(assumed, role.values, role.literals, role.optional_literals, role.spellings, role.scale),
        *(role.percentages, [role.plain] if role.plain else []),
    )
    strange = {name for names in named for name in names} - fields.keys()
    if strange:
        raise entry.wrong(f"{min(strange)} is not one of its fields")
    entry.nothing_else(also)
    return role


def _booleans(table: Mapping[str, Any]) -> dict[Any, Any]:
    """A table of literals whose keys are true and false: `required` may be `optional` turned round."""
    return {{"true": True, "false": False}.get(name, name): value for name, value in table.items()}


def _fields(entry: _Entry, group: str, also: dict[str, tuple[Steps, ...]]) -> dict[str, Field]:
    documented, present, missed = _GROUPS.get(group, (False, False, True))
    return {
        name: Field(name, _type(entry, name, kind), documented, present, also.pop(name, ()), missed)
        for name, kind in entry.take(group, "a table", {}).items()
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
        named += [(operation.entry, role) for role in (operation.body, operation.ticket) if role is not None]
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


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


_KINDS: Mapping[str, Callable[[Any], bool]] = {
    "text": _is_text,
    "true or false": lambda value: isinstance(value, bool),
    "a list": lambda value: isinstance(value, list),
    "a list of texts": _are_texts,
    "a table": _is_table,
    "a table of tables": lambda value: _is_table(value) and all(map(_is_table, value.values())),
    "a table of lists": lambda value: _is_table(value) and all(map(_are_texts, value.values())),
}


class _Entry:
    """A table of the file, read key by key; unknown keys are refused."""

    def __init__(self, place: str, values: Any, key: str = "") -> None:
        self.place, self.key = place, key
        if not isinstance(values, dict):
            raise self.wrong("expected a table")
        self.values: dict[str, Any] = values
        self._read: set[str] = set()

    def wrong(self, what: str) -> BindingsError:
        return BindingsError(f"bindings.toml: {self.place}: {what}")

    def take(self, key: str, kind: str, default: Any = _REQUIRED) -> Any:
        """The value of a key, checked to be of `kind`."""
        self._read.add(key)
        if key not in self.values:
            if default is _REQUIRED:
                raise self.wrong(f"`{key}` is missing")
            return default
        if not _KINDS[kind](self.values[key]):
            raise self.wrong(f"`{key}` must be {kind}, got {self.values[key]!r}")
        return self.values[key]

    def places(self) -> dict[str, tuple[Steps, ...]]:
        """Our names → the other places that the contract may have instead."""
        named = self.take("names", "a table of lists", {})
        return {name: tuple(map(steps, places)) for name, places in named.items()}

    def entries(self, key: str) -> list[_Entry]:
        tables = self.take(key, "a table", {})
        return [_Entry(f"[{key}.{name}]", values, name) for name, values in tables.items()]

    def nothing_else(self, unused_names: Mapping[str, Any] | None = None) -> None:
        """Raise BindingsError for a key that nothing reads, or another name for a field that is not there."""
        unknown = sorted(self.values.keys() - self._read)
        if unknown:
            raise self.wrong(f"`{unknown[0]}` means nothing here")
        if unused_names:
            raise self.wrong(f"`names` has {min(unused_names)}, which is not one of its fields")
