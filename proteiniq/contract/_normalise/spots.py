"""Places in an operation: what is wrong there is told with the place, and with how bad it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import attrs

from .bindings import Role
from .spelling import JSON

Severity = Literal["breaks", "loses"]
Told = Callable[[str, str, str, Severity], None]
"""Told what is wrong: (place, what, entry of the bindings to edit, how bad it is)."""


@attrs.frozen
class Spot:
    """Where in an operation a schema is. What is wrong in an `optional` part doesn't break the client."""

    place: str
    told: Told
    assumed: Callable[[str], None]
    media: str = JSON
    optional: bool = False
    is_quiet: bool = False
    """Whether nothing that is told here is heard."""
    identity: frozenset[str] = frozenset()
    """Fields that the request says, so that the response needn't."""

    def inside(self, name: str, *, optional: bool = False) -> Spot:
        return attrs.evolve(
            self, place=self.place + name, optional=self.optional or optional, identity=frozenset()
        )

    def wrong(self, what: str, role: Role, *, optional: bool = False) -> None:
        self.told(self.place, what, role.entry, "loses" if optional or self.optional else "breaks")

    def quiet(self) -> Spot:
        """The same place, of which nothing is told."""
        return attrs.evolve(self, told=_ignore, assumed=_ignore_place, is_quiet=True)


def _ignore(place: str, what: str, entry: str, severity: Severity) -> None:
    return


def _ignore_place(place: str) -> None:
    return
