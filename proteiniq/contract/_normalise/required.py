"""Required properties of a request: each is sent, has a constant value, or is reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._reshape import Steps
from .bindings import Role
from .findings import Spot
from .flatten import Flat, Flattener


def constants(
    flattener: Flattener, flat: Flat, places: Mapping[str, Steps], role: Role, spot: Spot
) -> dict[str, Any]:
    """The constants that a request requires. A required property that isn't always sent is reported.

    All required properties must be sent, and those of at least one branch of a union.
    """
    found: dict[str, Any] = {}
    unsent: dict[str, tuple[str, bool]] = {}
    """The problem of a name that isn't always sent, and whether the client can work anyway."""
    sent = {str(place[0]): role.fields[field] for field, place in places.items()}
    for name in dict.fromkeys(name for group in (flat.required, *flat.branches) for name in group):
        described = flattener.flatten(flat.properties.get(name, {}), name)
        field = sent.get(name)
        if described.direction == "readOnly" or (field is not None and field.present):
            continue
        if field is None and len(described.values) == 1:
            found[name] = described.values[0]
        elif field is None:
            what = "the contract requires it, but the client doesn't send it: add it here and to the client"
            unsent[name] = what, False
        elif not field.documented:
            what = "the contract requires it, but the client sends it only if it is set: move it to `sends`"
            unsent[name] = what, False
        elif not flat.branches:
            unsent[name] = "the contract always requires it, but the client doesn't always have it", True
    needed = list(flat.required)
    if all(unsent.keys() & set(branch) for branch in flat.branches):
        needed += [name for branch in flat.branches for name in branch]
    for name in [each for each in needed if each in unsent]:
        what, optional = unsent[name]
        ours = sent[name].name if name in sent else name
        spot.inside(f".{ours}").wrong(what, role.entry, optional=optional)
    return found
