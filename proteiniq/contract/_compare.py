"""What changed between two normalised documents, and for whom.

Both are read as facts, such as `Job.status` is called `status`; a rule for each kind of fact says how bad it is
when one is added, removed or changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import attrs

Severity = Literal["additive", "contract", "facade"]
"""Nothing breaks; the contract is broken, though the facade works; the facade that is installed is broken."""

SEVERITIES: tuple[Severity, ...] = ("additive", "contract", "facade")

_RULES: Mapping[str, tuple[Severity, Severity, Severity]] = {
    # kind of fact: (added, removed, changed)
    "route": ("additive", "contract", "facade"),
    "body": ("facade", "facade", "facade"),
    "parameter": ("additive", "contract", "facade"),
    "schema": ("additive", "contract", "contract"),
    "field": ("additive", "contract", "facade"),
    "type": ("additive", "additive", "contract"),
    "value": ("additive", "contract", "contract"),
    "always there": ("additive", "contract", "contract"),
    "required": ("contract", "additive", "contract"),
    "closed": ("contract", "additive", "contract"),
    "key": ("contract", "contract", "contract"),
    "scope": ("contract", "additive", "contract"),
    "error": ("additive", "additive", "additive"),
}

_SAID = {
    "route": "route",
    "body": "media type of the body",
    "parameter": "parameter",
    "schema": "schema",
    "field": "field",
    "type": "type",
    "value": "known value",
    "always there": "promise to be in every answer",
    "required": "being required",
    "closed": "refusal of other fields",
    "key": "need of a key",
    "scope": "scope",
    "error": "error code",
}

Facts = dict[tuple[str, str], str]


@attrs.frozen
class Change:
    """One fact that is another one now."""

    severity: Severity
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every change, the worst first."""
    old, new = facts(before), facts(after)
    changes = [
        change
        for kind, place in sorted(old.keys() | new.keys())
        if (change := _change(kind, place, old.get((kind, place)), new.get((kind, place)))) is not None
        and not _follows(kind, place, old, new)
    ]
    return sorted(changes, key=lambda change: -SEVERITIES.index(change.severity))


def facts(document: Mapping[str, Any]) -> Facts:
    """What a normalised document says: (kind, place) → what."""
    found: Facts = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            found |= _operation(f"{method.upper()} {path}", operation)
    for name, schema in document["components"]["schemas"].items():
        found |= dict(_schema(name, schema))
    return found


def _change(kind: str, place: str, old: str | None, new: str | None) -> Change | None:
    added, removed, changed = _RULES[kind]
    noun = _SAID[kind]
    if old == new:
        return None
    if old is None:
        return Change(added, place, f"new {noun}{_shown(new, place)}")
    if new is None:
        return Change(removed, place, f"{noun}{_shown(old, place)} is gone")
    return Change(changed, place, f"{noun} is `{new}`, was `{old}`")


def _shown(value: str | None, place: str) -> str:
    return f" `{value}`" if value and not place.endswith(value) else ""


def _follows(kind: str, place: str, old: Facts, new: Facts) -> bool:
    """Whether a change is told already: what is said of a thing comes and goes with it."""
    names = {place, place.split(" = ")[0].removesuffix("[]"), re.split(r"[. ]", place)[0]}
    things = {(thing, name) for thing in ("route", "parameter", "schema", "field") for name in names}
    return any((thing in old) != (thing in new) for thing in things - {(kind, place)})


def _operation(route: str, operation: Mapping[str, Any]) -> Facts:
    name = operation["operationId"]
    found: Facts = {("route", name): route}
    for media in operation.get("requestBody", {}).get("content", {}):
        found["body", name] = media
    if operation["security"]:
        found["key", name] = ""
    if "x-scope" in operation:
        found["scope", name] = operation["x-scope"]
    for codes in operation.get("x-errors", {}).values():
        found |= {("error", f"{name} {code}"): "" for code in codes}
    for parameter in operation["parameters"]:
        if parameter["in"] != "path" and not parameter.get("x-undocumented"):
            place = f"{name} {parameter['in']} {parameter.get('x-name', parameter['name'])}"
            found["parameter", place] = parameter["name"]
            found |= dict(_described(place, parameter["schema"]))
            if parameter["required"]:
                found["required", place] = ""
    return found


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    yield ("schema", name), ""
    missing = schema.get("x-undocumented", ())
    ours = {wire: described.get("x-name", wire) for wire, described in schema["properties"].items()}
    for wire, described in schema["properties"].items():
        if wire not in missing:
            place = f"{name}.{ours[wire]}"
            yield ("field", place), wire
            yield from _described(place, described)
    for wire, kind in schema.get("x-extra", {}).items():
        yield ("field", f"{name}.{wire}"), wire
        yield ("type", f"{name}.{wire}"), kind
    kind, required = "required", schema.get("required", ())
    if "x-required" in schema:
        kind, required = "always there", schema["x-required"]
    for wire in required:
        if wire not in missing:
            yield (kind, f"{name}.{ours[wire]}"), ""
    if schema.get("additionalProperties") is False:
        yield ("closed", name), ""


def _described(place: str, schema: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str], str]]:
    """Type and known values of a property or parameter; that it may be null is how we read, not what is said."""
    kinds = schema.get("type", "any")
    kind = kinds if isinstance(kinds, str) else next(each for each in kinds if each != "null")
    reference = schema.get("$ref") or next((each.get("$ref") for each in schema.get("anyOf", ())), None)
    if reference:
        kind = reference.rpartition("/")[2]
    if kind == "array":
        yield from _described(f"{place}[]", schema["items"])
    yield ("type", place), " ".join(filter(None, [kind, schema.get("format"), schema.get("contentEncoding")]))
    for value in schema.get("x-known-values", ()):
        yield ("value", f"{place} = {value}"), ""
