"""What a request has to have: it is sent, or it is a constant, or it is a problem."""

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
    """The constants that a request has to have; what else it has to have and hasn't is a problem.

    All that the contract requires has to be sent, and of a union all that one branch requires.
    """
    found: dict[str, Any] = {}
    unsent: dict[str, tuple[str, bool]] = {}
    """What is wrong with a name that isn't sent for certain, and whether the client can work all the same."""
    sent = {str(place[0]): role.fields[field] for field, place in places.items()}
    for name in dict.fromkeys(name for group in (flat.required, *flat.branches) for name in group):
        described = flattener.flatten(flat.properties.get(name, {}), name)
        field = sent.get(name)
        if described.direction == "readOnly" or (field is not None and field.present):
            continue
        if field is None and len(described.values) == 1:
            found[name] = described.values[0]
        elif field is None:
            what = "the contract requires it, and the facade doesn't send it: add it here and to the facade"
            unsent[name] = what, False
        elif not field.documented:
            what = "the contract requires it, and the facade sends it only when asked: move it to `sends`"
            unsent[name] = what, False
        elif not flat.branches:
            unsent[name] = "the contract always requires it, and the facade doesn't always have it", True
    needed = list(flat.required)
    if all(unsent.keys() & set(branch) for branch in flat.branches):
        needed += [name for branch in flat.branches for name in branch]
    for name in [each for each in needed if each in unsent]:
        what, optional = unsent[name]
        ours = sent[name].name if name in sent else name
        spot.inside(f".{ours}").wrong(what, role.entry, optional=optional)
    return found
