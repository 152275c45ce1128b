"""Batches for tests: a header, items and events."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from proteiniq.batch._events import (
    Contract,
    Doubt,
    Ended,
    Estimate,
    Event,
    Failed,
    Forecast,
    Paused,
    Problem,
    Refused,
    Resend,
    Retry,
    Reused,
    Saved,
    SavedFile,
    Skipped,
    Submit,
    Submitted,
    Unsent,
)
from proteiniq.batch._folder import Header
from proteiniq.batch._plan import PlannedInput

HEADER = Header(tool="esmfold", tool_version="1", contract="c0ffee", created=100.0, batch="abcdefgh2345")
FILE = SavedFile("prediction.pdb", "prediction.pdb", 12, "ab" * 32)


def item(number: int, **changes: Any) -> PlannedInput:
    entries = [{"id": "protein-1", "slotId": "protein", "content": f">β {number}\nMK\n"}]
    return attrs.evolve(PlannedInput(f"seq{number}", entries, {"recycles": 3}), **changes)


def items(count: int) -> Iterator[PlannedInput]:
    return (item(number) for number in range(count))


class Disk:
    """What is on the disk when fsync was called: the contents of each file by its name, in order.

    `names` are those in each folder.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.synced: list[tuple[str, bytes]] = []
        self.names: dict[Path, set[str]] = {}
        monkeypatch.setattr(os, "fsync", self._sync)

    def _sync(self, fileno: int) -> None:
        path = Path(f"/proc/self/fd/{fileno}").resolve()
        if path.is_file():
            self.synced.append((path.name, path.read_bytes()))
        else:
            self.names[path] = {each.name for each in path.iterdir()}


def possible(place: int, attempt: int) -> list[Event]:
    """An event of each kind."""
    return [
        Contract("2", "decaf"),
        Estimate("ab" * 32, 1000, 2.5),
        Paused("insufficient_credits", 500.0),
        Submit(place, attempt, 2.0),
        Submitted(place, attempt, f"job_{place}", 150.0, "QUEUED", 3.0),
        Submitted(place, attempt, f"job_{place}", found=True),
        Unsent(place, attempt, "rate_limited", "Slow down.\n"),
        Doubt(place, attempt, "the response was lost"),
        Refused(place, attempt, "validation_error", "No \ud800."),
        Ended(place, attempt, f"job_{place}", "COMPLETED", 2.5),
        Ended(place, attempt, f"job_{place}", "FAILED", None, Problem("tool_error", None)),
        Retry(place, attempt + 1, "the job failed"),
        Saved(place, (FILE,), True),
        Failed(place, "its result is gone", "not_found"),
        Reused(place, "../other", "seq1", (FILE,)),
        Resend(place),
        Skipped(place, "not wanted"),
        Forecast(1400.0, 2),
    ]
