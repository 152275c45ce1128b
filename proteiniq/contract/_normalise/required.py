"""What a request has to have: it is sent, or it is a constant, or it is told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from .._reshape import Steps
from .bindings import Field, Role
from .flatten import Flat, Flattener
from .spots import Spot


@attrs.frozen
class _Unsent:
    """A name that the contract requires and the facade doesn't send for certain."""

    name: str
    what: str
    optional: bool = False


def constants(
    flattener: Flattener, flat: Flat, places: Mapping[str, Steps], role: Role, spot: Spot
) -> dict[str, Any]:
    """The constants that a request has to have; what else it has to have and hasn't is told.

    All that the contract requires has to be sent, and of a union all that one branch requires.
    """
    found: dict[str, Any] = {}
    sent = {str(place[0]): role.fields[field] for field, place in places.items()}

    def unsent(required: Iterable[str]) -> list[_Unsent]:
        each = [_unsent(name, flattener, flat, sent.get(name), found) for name in required]
        return [one for one in each if one is not None]

    branches = [unsent(branch) for branch in flat.branches]
    for missing in [unsent(flat.required), *([] if [] in branches else branches)]:
        for one in missing:
            spot.inside(f".{one.name}").wrong(one.what, role, optional=one.optional)
    return found


def _unsent(
    name: str, flattener: Flattener, flat: Flat, field: Field | None, constants: dict[str, Any]
) -> _Unsent | None:
    described = flattener.flatten(flat.properties.get(name, {}), name)
    if described.direction == "readOnly":
        return None
    if field is None:
        if len(described.values) == 1:
            constants[name] = described.values[0]
            return None
        return _Unsent(
            name, "the contract requires it, and the facade doesn't send it: add it here and to the facade"
        )
    if not field.present and not field.documented:
        what = "the contract requires it, and the facade sends it only when asked: move it to `sends`"
        return _Unsent(field.name, what)
    if not field.present and name in flat.required and not flat.branches:
        what = "the contract always requires it, and the facade doesn't always have it"
        return _Unsent(field.name, what, optional=True)
    return None
