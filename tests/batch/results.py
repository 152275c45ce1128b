"""Batch folders with items in several states."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proteiniq.batch._events import Ended, Event, Saved, SavedFile, Submit, Submitted
from proteiniq.batch._folder import BatchFolder, Header
from proteiniq.batch._plan import PlannedInput


@contextmanager
def batch(path: Path, *ids: str, same: Mapping[str, str] | None = None) -> Iterator[BatchFolder]:
    """A folder with these items; those in `same` have the inputs of another one."""
    header = Header(tool="fold", tool_version="1", contract="c", created=0.0)
    with BatchFolder.start(path, header, now=0.0) as folder:
        folder.extend(PlannedInput(id, [{"content": (same or {}).get(id, id)}], {}) for id in ids)
        yield folder


def record(folder: BatchFolder, *events: Event) -> None:
    for event in events:
        folder.record(1.0, event)


def run(
    folder: BatchFolder, place: int, *, credits: float | None = 2.0, error: Any = None, attempt: int = 0
) -> None:
    """Submit an item, and let its job end."""
    status = "COMPLETED" if error is None else "FAILED"
    job = f"job_{place}_{attempt}"
    record(
        folder,
        Submit(place, attempt, 5.0),
        Submitted(place, attempt, job),
        Ended(place, attempt, job, status, credits, error),
    )


def save(folder: BatchFolder, place: int, results: Any = None, *, files: int = 0) -> Path:
    """Store the result of an item, and return where its structured data are."""
    path = folder.results_of(folder.plan.item(place)) / "result.json"
    path.parent.mkdir(parents=True)
    if results is not None:
        document = {"job_id": f"job_{place}_0", "tool": "fold", "status": "COMPLETED", "results": results}
        path.write_text(json.dumps(document))
    saved = [SavedFile(f"{n}.pdb", f"{n}.pdb", 1, "0") for n in range(files)]
    record(folder, Saved(place, tuple(saved), results is not None))
    return path


def finished(path: Path, *results: Any) -> Path:
    """A folder whose items, `a`, `b`, …, have these results. Returns the path."""
    with batch(path, *(chr(ord("a") + place) for place in range(len(results)))) as folder:
        for place, each in enumerate(results):
            run(folder, place)
            save(folder, place, each)
    return path
