"""What the document calls our literals, and in which units it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from .._reshape import Steps
from .bindings import Field, Role
from .findings import Spot
from .flatten import Flat
from .locating import Locator
from .names import fold

_FRACTION = re.compile(
    r"\bfraction\b|\b0(\.0)?( to | and | ?[-–…] ?|\.\.+)1(\.0)?(?![\d.]*\d)", re.IGNORECASE
)
"""How a description says that a number goes from 0 to 1."""

_PERCENT = re.compile(r"per ?cent|%|\b100\b", re.IGNORECASE)


@attrs.define
class _Said:
    """The literals that all places together know of a field, and which of ours are among them."""

    spot: Spot
    known: dict[str, None] = attrs.field(factory=dict)
    found: set[str] = attrs.field(factory=set)


class Literals:
    """Collects what the places of each role call its literals. One place may know a few: a new job is PENDING."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[Role, _Said]] = {}

    def tables(
        self, places: Mapping[str, Steps], schemas: Mapping[str, dict[str, Any]], role: Role, spot: Spot
    ) -> dict[str, dict[Any, Any]]:
        """What one place calls our literals, where it calls them otherwise; `x-known-values` becomes ours."""
        tables: dict[str, dict[Any, Any]] = {}
        for name in places:
            table = dict(role.values.get(name, {}))
            schema = schemas[name].get("items", schemas[name])
            known = [value for value in schema.get("x-known-values", ()) if isinstance(value, str)]
            if known:
                all_ours = _ours(role, name)
                for ours in all_ours:
                    their = next((value for value in known if fold(value) == fold(ours)), None)
                    if ours not in table and ours not in known and their is not None:
                        table[ours] = their
                found = {each for each in all_ours if each in known or each in table}
                self._add(role, name, known, found, spot)
                back = {their: ours for ours, their in table.items()}
                schema["x-known-values"] = list(dict.fromkeys(back.get(value, value) for value in known))
                if role.is_request and name not in role.literals:
                    # What a tool says of itself is sent as it is; the request may want it in another case.
                    table |= {value.lower(): value for value in known if value.lower() not in (value, *table)}
                    table |= {value.upper(): value for value in known if value.upper() not in (value, *table)}
            if table:
                tables[name] = table
        return tables

    def _add(self, role: Role, name: str, known: list[str], found: set[str], spot: Spot) -> None:
        here = spot.inside(f".{name}")
        _, said = self._said.setdefault((role.name, name), (role, _Said(here)))
        if (here.is_quiet, here.optional) < (said.spot.is_quiet, said.spot.optional):
            said.spot = here  # noted where it matters most
        said.known |= dict.fromkeys(known)
        said.found |= found

    def note(self) -> None:
        """Note which literals no place of a role knows."""
        for (_, name), (role, said) in self._said.items():
            folded = {fold(each) for each in _ours(role, name)}
            given = role.values.get(name, {}).values()
            left = [value for value in said.known if fold(value) not in folded and value not in given]
            needed, wanted = role.literals.get(name, ()), role.optional_literals.get(name, ())
            for ours in (*needed, *wanted):
                if ours not in said.found:
                    what = f"the facade says {ours!r}, and the contract knows {', '.join(said.known)}"
                    hint = f": if it is {left[0]!r}, say values.{name}.{ours}" if len(left) == 1 else ""
                    said.spot.wrong(what + hint, role.entry, optional=ours in wanted)


def _ours(role: Role, name: str) -> tuple[str, ...]:
    """All of our literals of a field."""
    groups = (role.literals, role.optional_literals, role.spellings)
    return tuple(literal for group in groups for literal in group.get(name, ()))


def know_both(schema: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Make the known values of a schema those of two places; one that lists none may have any."""
    one, two = schema.get("x-known-values"), other.get("x-known-values")
    if one is not None and two is not None:
        schema["x-known-values"] = [*one, *(value for value in two if value not in one)]
    else:
        schema.pop("x-known-values", None)


def factors(
    locator: Locator,
    places: Mapping[str, Steps],
    schemas: Mapping[str, dict[str, Any]],
    flat: Flat,
    role: Role,
) -> dict[str, float]:
    """What numbers of the document are multiplied by to be ours; the limits in `schemas` become ours."""
    found = {name: factor for name, factor in role.scale.items() if name in places}
    for name in role.percentages:
        if name in places and name not in found:
            kept = locator.at(flat, places[name], name).kept
            said = str(kept.get("description", ""))
            if kept.get("maximum") == 1 or (
                kept.get("maximum") is None and _FRACTION.search(said) and not _PERCENT.search(said)
            ):
                found[name] = 100
    for name, factor in found.items():
        for limit in {"minimum", "maximum"} & schemas[name].keys():
            schemas[name][limit] *= factor
    return found


def separator(field: Field, flat: Flat, role: Role) -> str:
    """What is between the items of a list of ours that the document takes as one text; empty where it is a list."""
    said = str(flat.kept.get("description", "")).lower()
    is_list = role.is_request and field.many and field.type == "string"
    return "," if is_list and flat.type == "string" and "comma" in said else ""
