"""The input of a job as the generated client takes it: our own entries, or those that the user made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proteiniq_openapi import models as low
from proteiniq_openapi.types import UNSET

from ..errors import InvalidInput
from . import requests


def job_input(made: Sequence[Mapping[str, Any]]) -> low.JobInput:
    """Our own entries. Raises InvalidInput for a saved file where the contract has none as input."""
    if any(entry["source"]["type"] == "file" for entry in made) and not (
        requests.is_documented("InputSource", "file_id")
        and requests.is_known_literal("InputSource", "type", "file")
    ):
        raise InvalidInput(
            "nothing was sent: the service's contract, as this package knows it, has no saved file as input. Give the "
            "data itself"
        )
    return low.JobInput(
        inputs=[
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
    )


class AsGiven(low.JobInput):
    """Entries of the user's own making, in the documented spelling. The service judges them, so they are not parsed."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(inputs=[])
        self.entries = [dict(entry) for entry in entries]

    def to_dict(self) -> dict[str, Any]:
        return {"inputs": self.entries}
