"""The document's names for our literals, and its units."""

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
"""Matches a description of a number from 0 to 1."""

_PERCENT = re.compile(r"per ?cent|%|\b100\b", re.IGNORECASE)


@attrs.define
class _Listed:
    """The literals that the places of a field list, and those of ours among them."""

    spot: Spot
    known: dict[str, None] = attrs.field(factory=dict)
    found: set[str] = attrs.field(factory=set)


class Literals:
    """Collects the literals of each role. A place may list only a few of them, such as PENDING for a new job."""

    def __init__(self) -> None:
        self._listed: dict[tuple[str, str], tuple[Role, _Listed]] = {}

    def tables(
        self, places: Mapping[str, Steps], schemas: Mapping[str, dict[str, Any]], role: Role, spot: Spot
    ) -> dict[str, dict[Any, Any]]:
        """Our literals → those of one place, where they differ. `x-known-values` is changed to ours."""
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
                    # Values that come from a tool are sent unchanged, but the request may need another case.
                    table |= {value.lower(): value for value in known if value.lower() not in (value, *table)}
                    table |= {value.upper(): value for value in known if value.upper() not in (value, *table)}
            if table:
                tables[name] = table
        return tables

    def _add(self, role: Role, name: str, known: list[str], found: set[str], spot: Spot) -> None:
        here = spot.inside(f".{name}")
        _, listed = self._listed.setdefault((role.name, name), (role, _Listed(here)))
        if (here.is_quiet, here.optional) < (listed.spot.is_quiet, listed.spot.optional):
            listed.spot = here  # reported where it matters most
        listed.known |= dict.fromkeys(known)
        listed.found |= found

    def note(self) -> None:
        """Report the literals that no place of a role lists."""
        for (_, name), (role, listed) in self._listed.items():
            folded = {fold(each) for each in _ours(role, name)}
            given = role.values.get(name, {}).values()
            left = [value for value in listed.known if fold(value) not in folded and value not in given]
            needed, wanted = role.literals.get(name, ()), role.optional_literals.get(name, ())
            for ours in (*needed, *wanted):
                if ours not in listed.found:
                    what = f"the client uses {ours!r}; the contract lists {', '.join(listed.known)}"
                    hint = (
                        f"; if {left[0]!r} means the same, set values.{name}.{ours}" if len(left) == 1 else ""
                    )
                    listed.spot.wrong(what + hint, role.entry, optional=ours in wanted)


def _ours(role: Role, name: str) -> tuple[str, ...]:
    """All of our literals of a field."""
    groups = (role.literals, role.optional_literals, role.spellings)
    return tuple(literal for group in groups for literal in group.get(name, ()))


def know_both(schema: dict[str, Any], other: Mapping[str, Any]) -> None:
    """Add the known values of another place to a schema's; they are open if either place lists none."""
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
    """The factors from the document's numbers to ours, by field. The limits in `schemas` are changed to ours."""
    found = {name: factor for name, factor in role.scale.items() if name in places}
    for name in role.percentages:
        if name in places and name not in found:
            kept = locator.at(flat, places[name], name).kept
            description = str(kept.get("description", ""))
            if kept.get("maximum") == 1 or (
                kept.get("maximum") is None
                and _FRACTION.search(description)
                and not _PERCENT.search(description)
            ):
                found[name] = 100
    for name, factor in found.items():
        for limit in {"minimum", "maximum"} & schemas[name].keys():
            schemas[name][limit] *= factor
    return found


def separator(field: Field, flat: Flat, role: Role) -> str:
    """The separator of a list that the document takes as one string, or an empty string where it takes a list."""
    description = str(flat.kept.get("description", "")).lower()
    is_list = role.is_request and field.many and field.type == "string"
    return "," if is_list and flat.type == "string" and "comma" in description else ""
