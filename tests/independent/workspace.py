"""A workspace of the tests' server: tools, jobs and files, without HTTP.

A job is QUEUED for `QUEUED_FOR` seconds, PROCESSING for `RUNS_FOR`, and COMPLETED after that. Its settings change
that: `{"slow": true}` leaves it queued, `{"fail": true}` makes it fail, and `{"block": true}` costs more than the
workspace has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Self, TypeVar

import attrs

QUEUED_FOR = 0.03
RUNS_FOR = 0.03
CREDITS = 500
PRICE = 50
OUTPUT = b"ATOM      1  N   MET A   1      27.340  24.430   2.614  1.00  9.67           N\nEND\n"
"""The content of `prediction.pdb`."""
RESULTS = {"mean_plddt": 88.1}
FAILURE = {"code": "tool_error", "message": "CUDA out of memory"}


@attrs.frozen
class Issue:
    """What is wrong with a request, and where: `("body", "input", "inputs", 0, "slotId")`."""

    path: tuple[str | int, ...]
    message: str


class Refusal(Exception):
    """The request is refused."""

    def __init__(self, status: int, code: str, message: str, *issues: Issue) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.issues = status, code, message, issues

    @classmethod
    def invalid(cls, *issues: Issue) -> Self:
        return cls(400, "validation_error", "Invalid request data", *issues)

    @classmethod
    def missing(cls, what: str) -> Self:
        return cls(404, "not_found", f"{what} not found")


@attrs.frozen
class Slot:
    id: str
    formats: tuple[str, ...]
    required: bool = True


@attrs.frozen
class Tool:
    id: str
    name: str
    slots: tuple[Slot, ...]


_PROTEIN = Slot("protein", ("fasta",))
_LIGAND = Slot("ligand", ("smiles", "sdf"), required=False)
TOOLS = {
    "esmfold": Tool("esmfold", "ESMFold", (_PROTEIN,)),
    "boltz-2": Tool("boltz-2", "Boltz-2", (_PROTEIN, _LIGAND)),
    "chai-1": Tool("chai-1", "Chai-1", (_PROTEIN, _LIGAND)),
}


@attrs.frozen
class State:
    """A job at one moment; times are in seconds since the epoch."""

    status: str
    progress: int
    started_at: float | None = None
    ended_at: float | None = None


@attrs.define
class Job:
    id: str
    order: Mapping[str, Any]
    created_at: float
    cancelled_at: float | None = None

    @property
    def settings(self) -> Mapping[str, Any]:
        return self.order.get("settings") or {}

    def states(self, now: float) -> list[State]:
        """All states until now, in order."""
        states = [State("QUEUED", 0)]
        if self.cancelled_at is not None:
            return [*states, State("CANCELLED", 100, None, self.cancelled_at)]
        start = self.created_at + QUEUED_FOR
        end = start + RUNS_FOR
        if now >= start and not self.settings.get("slow"):
            states.append(State("PROCESSING", 42, start))
        if now >= end and not self.settings.get("slow"):
            states.append(State("FAILED" if self.settings.get("fail") else "COMPLETED", 100, start, end))
        return states


@attrs.frozen
class File:
    id: str
    filename: str
    content: bytes
    mime_type: str
    created_at: float
    description: str | None = None
    tags: Sequence[str] = ()
    collection_ids: Sequence[str] = ()

    @property
    def format(self) -> str:
        """As the service writes it: the ending, in upper case."""
        return self.filename.rpartition(".")[2].upper()


class Workspace:
    """The resources of one key. `clock` returns the time in seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.jobs: dict[str, Job] = {}
        self.files: dict[str, File] = {}
        self.tickets: dict[str, tuple[str, Mapping[str, Any]]] = {}
        """Uploads after the first of two steps: the signature of the URL, and the fields of the file."""
        self._submitted: dict[str, Job] = {}
        self._numbers = count(1)

    def new_id(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers)}"

    def check_order(self, order: Mapping[str, Any]) -> None:
        """Raise Refusal if a request body is not a valid job."""
        tool = find(TOOLS, order["tool"], "Tool")
        entries = order["input"].get("inputs") or [{}]
        issues = [
            Issue(("body", "input", "inputs", number), message)
            for number, entry in enumerate(entries)
            if (message := self._problem(tool, entry))
        ]
        if issues:
            raise Refusal.invalid(*issues)

    def _problem(self, tool: Tool, entry: Mapping[str, Any]) -> str | None:
        slot = next((slot for slot in tool.slots if slot.id == entry.get("slotId")), None)
        if slot is None:
            return f"{tool.id} has no slot {entry.get('slotId')!r}"
        if entry.get("format") not in slot.formats:
            return f"the slot {slot.id!r} takes {', '.join(slot.formats)}"
        file_id = (entry.get("source") or {}).get("file_id")
        if file_id is None and not entry.get("content"):
            return "an entry without a file needs content"
        return None if file_id is None or file_id in self.files else f"there is no file {file_id!r}"

    def submit(self, order: Mapping[str, Any], key: str | None) -> tuple[Job, bool]:
        """The job of a request body, and whether the key already made it. Raises Refusal."""
        self.check_order(order)
        before = self._submitted.get(key or "")
        if before is not None and before.order != order:
            raise Refusal(409, "conflict", "The idempotency key was used for another request")
        if before is not None:
            return before, True
        if (order.get("settings") or {}).get("block"):
            raise Refusal(402, "insufficient_credits", "Not enough credits")
        job = Job(self.new_id("job"), order, self.clock())
        self.jobs[job.id] = job
        if key:
            self._submitted[key] = job
        return job, False

    def cancel(self, job_id: str) -> Job:
        """Cancel a job. Raises Refusal if it is no longer queued."""
        job = find(self.jobs, job_id, "Job")
        now = self.clock()
        if job.states(now)[-1].status != "QUEUED":
            raise Refusal(409, "conflict", "Only queued jobs can be cancelled")
        job.cancelled_at = now
        return job

    def store(self, file_id: str, content: bytes, fields: Mapping[str, Any]) -> File:
        self.files[file_id] = file = File(file_id, content=content, created_at=self.clock(), **fields)
        return file


T = TypeVar("T")


def find(known: Mapping[str, T], name: str, what: str) -> T:
    """The resource called `name`. Raises Refusal if it doesn't exist."""
    if name not in known:
        raise Refusal.missing(f"{what} {name}")
    return known[name]
