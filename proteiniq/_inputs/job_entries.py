"""The input of a job as the generated client takes it: our own entries, or those that the user made.

The contract requires `kind` and `format` of an entry, but a tool's slot need not state them. So entries are not parsed
into its models: what is missing in one is the service's to judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from proteiniq_openapi import models as low

from ..errors import InvalidInput
from . import requests


class Entries(low.JobInput):
    """Entries in the documented spelling."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(inputs=[])
        self.entries = [dict(entry) for entry in entries]

    def to_dict(self) -> dict[str, Any]:
        return {"inputs": self.entries}


def job_input(made: Sequence[Mapping[str, Any]]) -> Entries:
    """Our own entries. Raises InvalidInput for a saved file where the contract has none as input."""
    if any(entry["source"]["type"] == "file" for entry in made) and not (
        requests.is_documented("InputSource", "file_id")
        and requests.is_known_literal("InputSource", "type", "file")
    ):
        raise InvalidInput(
            "nothing was sent: the service's contract, as this package knows it, has no saved file as input. Give the "
            "data itself"
        )
    return Entries(made)
