"""What the document calls our literals, and in which units it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._bindings import Role
from ._flatten import Flat
from ._locating import Locator
from ._names import fold
from ._reshape import Steps
from ._spots import Spot


def literals(
    places: Mapping[str, Steps], schemas: Mapping[str, dict[str, Any]], role: Role, spot: Spot
) -> dict[str, dict[str, str]]:
    """What the document calls our literals, where it calls them otherwise; `x-known-values` becomes ours."""
    tables: dict[str, dict[str, str]] = {}
    for name in places:
        table = dict(role.values.get(name, {}))
        schema = schemas[name].get("items", schemas[name])
        known = [value for value in schema.get("x-known-values", ()) if isinstance(value, str)]
        needed, wanted = role.literals.get(name, ()), role.optional_literals.get(name, ())
        if known:
            for ours in (*needed, *wanted):
                their = next((value for value in known if fold(value) == fold(ours)), None)
                if ours not in table and ours not in known and their is not None:
                    table[ours] = their
            left = [value for value in known if value not in (*table.values(), *needed, *wanted)]
            for ours in (*needed, *wanted):
                if ours not in known and ours not in table:
                    spot.inside(f".{name}").wrong(
                        f"the facade says {ours!r}, and the contract knows {', '.join(known)}"
                        + (f": if it is {left[0]!r}, say values.{name}.{ours}" if len(left) == 1 else ""),
                        role,
                        optional=ours in wanted,
                    )
            back = {their: ours for ours, their in table.items()}
            schema["x-known-values"] = list(dict.fromkeys(back.get(value, value) for value in known))
        if table:
            tables[name] = table
    return tables


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
            there = locator.at(flat, places[name], name)
            if there.kept.get("maximum") == 1:
                found[name] = 100
    for name, factor in found.items():
        for limit in {"minimum", "maximum"} & schemas[name].keys():
            schemas[name][limit] *= factor
    return found
