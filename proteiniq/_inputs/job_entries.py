"""Input entries as the generated client takes them: our own, and those that the user made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
from proteiniq_openapi import models as low
from proteiniq_openapi.types import UNSET

from ..errors import InvalidInput
from . import requests


def entries(made: Sequence[Mapping[str, Any]]) -> list[low.InputEntry]:
    """Our own entries. Raises InvalidInput for a saved file where the contract has none as input."""
    if any(entry["source"]["type"] == "file" for entry in made) and not (
        requests.is_documented("InputSource", "file_id")
        and requests.is_known_literal("InputSource", "type", "file")
    ):
        raise InvalidInput(
            "nothing was sent: the service's contract, as this package knows it, has no saved file as input. Give the "
            "data itself"
        )
    return [
        low.InputEntry(
            id=entry["id"],
            slot_id=entry["slotId"],
            kind=entry["kind"],
            format_=entry["format"],
            content=entry.get("content", UNSET),
            label=entry.get("label", UNSET),
            source=low.InputSource(
                type_=entry["source"]["type"], file_id=entry["source"].get("file_id", UNSET)
            ),
        )
        for entry in made
    ]


@attrs.frozen
class AsGiven:
    """An entry of the user's own making, in the documented spelling: the service judges it."""

    entry: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return dict(self.entry)


def entries_as_given(given_: Sequence[Mapping[str, Any]]) -> list[low.InputEntry]:
    return [cast("low.InputEntry", AsGiven(entry)) for entry in given_]
