"""What a workspace of the tests' server holds: tools, jobs and files, without HTTP and without any spelling of it.

A job is QUEUED for `QUEUED_FOR` seconds, PROCESSING for `RUNS_FOR`, and COMPLETED after that. Its settings change
that: `{"slow": true}` leaves it queued, `{"fail": true}` makes it fail, `{"block": true}` is more than the workspace
can pay for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, Self

import attrs

QUEUED_FOR = 0.03
RUNS_FOR = 0.03

CREDITS = 500
PRICE = 50

OUTPUT = b"ATOM      1  N   MET A   1      27.340  24.430   2.614  1.00  9.67           N\nEND\n"
"""The content of `prediction.pdb`."""

RESULTS = {"mean_plddt": 88.1}

FAILURE = {"code": "tool_error", "message": "CUDA out of memory"}


# ---- refusals


@attrs.frozen
class Issue:
    """What is wrong with a request, and where: `("body", "input", "inputs", 0, "slotId")`."""

    path: tuple[str | int, ...]
    message: str


class Refusal(Exception):
    """The request is refused; how that is written is the dialect's business."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        issues: Sequence[Issue] = (),
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.issues = tuple(issues)
        self.details = details
        self.headers = headers or {}

    @classmethod
    def invalid(cls, *issues: Issue) -> Self:
        return cls(400, "validation_error", "Invalid request data", issues=issues)

    @classmethod
    def missing(cls, what: str) -> Self:
        return cls(404, "not_found", f"{what} not found")


# ---- tools


@attrs.frozen
class Slot:
    id: str
    label: str
    kind: str
    formats: tuple[str, ...]
    required: bool = True


@attrs.frozen
class Tool:
    id: str
    name: str
    description: str
    category: str
    slots: tuple[Slot, ...]


_PROTEIN = Slot("protein", "Protein", "protein", ("fasta",))
_LIGAND = Slot("ligand", "Ligand", "ligand", ("smiles", "sdf"), required=False)

TOOLS = (
    Tool("esmfold", "ESMFold", "Predict a structure from a sequence", "folding", (_PROTEIN,)),
    Tool("boltz-2", "Boltz-2", "Predict a complex and its affinity", "folding", (_PROTEIN, _LIGAND)),
    Tool("chai-1", "Chai-1", "Predict a complex", "folding", (_PROTEIN, _LIGAND)),
)

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "num_recycles": {"type": "number", "default": 4},
    "slow": {"type": "boolean", "default": False},
    "fail": {"type": "boolean", "default": False},
    "block": {"type": "boolean", "default": False},
}


def tool_of(tool_id: str) -> Tool:
    """Raises Refusal."""
    for tool in TOOLS:
        if tool.id == tool_id:
            return tool
    raise Refusal.missing(f"Tool {tool_id}")


# ---- jobs


@attrs.frozen
class State:
    """A job at one moment; times are in seconds since the epoch."""

    status: str
    progress: int
    started_at: float | None = None
    ended_at: float | None = None

    @property
    def has_ended(self) -> bool:
        return self.ended_at is not None

    @property
    def credits_charged(self) -> int | None:
        return PRICE if self.status == "COMPLETED" else None

    @property
    def error(self) -> Mapping[str, str] | None:
        return FAILURE if self.status == "FAILED" else None


@attrs.define
class Job:
    id: str
    tool: str
    name: str
    entries: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    billing: Mapping[str, Any] | None
    created_at: float
    cancelled_at: float | None = None

    def states(self, now: float) -> list[State]:
        """All states that it has had until now, in order."""
        states = [State("QUEUED", 0)]
        if self.cancelled_at is not None:
            return [*states, State("CANCELLED", 100, None, self.cancelled_at)]
        start = self.created_at + QUEUED_FOR
        end = start + RUNS_FOR
        if not self.settings.get("slow"):
            if now >= start:
                states.append(State("PROCESSING", 42, start))
            if now >= end:
                states.append(State("FAILED" if self.settings.get("fail") else "COMPLETED", 100, start, end))
        return states

    def state(self, now: float) -> State:
        return self.states(now)[-1]


# ---- files


@attrs.frozen
class Upload:
    """What a request to store a file says."""

    filename: str
    content: bytes
    mime_type: str | None = None
    description: str | None = None
    tags: Sequence[str] = ()
    collection_ids: Sequence[str] = ()


@attrs.frozen
class File:
    id: str
    upload: Upload
    created_at: float

    @property
    def format(self) -> str:
        """As the service writes it: the ending, in upper case."""
        return self.upload.filename.rpartition(".")[2].upper()


# ---- the workspace


class Workspace:
    """What belongs to one key. `clock` gives the time in seconds since the epoch."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.jobs: dict[str, Job] = {}
        self.files: dict[str, File] = {}
        self._submitted: dict[str, tuple[Any, str]] = {}
        self._numbers = count(1)

    def check_order(self, order: Mapping[str, Any]) -> None:
        """Whether a quote or job can be made of a request body. Raises Refusal."""
        if order["tool"] not in {tool.id for tool in TOOLS}:
            raise Refusal.invalid(Issue(("body", "tool"), f"there is no tool {order['tool']!r}"))
        tool = tool_of(order["tool"])
        entries = order["input"].get("inputs")
        if not entries:
            raise Refusal.invalid(Issue(("body", "input", "inputs"), "at least one entry is required"))
        issues = [
            Issue(("body", "input", "inputs", number, *issue.path), issue.message)
            for number, entry in enumerate(entries)
            for issue in self._entry_issues(tool, entry)
        ]
        given = {entry.get("slotId") for entry in entries}
        issues += [
            Issue(("body", "input", "inputs"), f"the slot {slot.id!r} is required")
            for slot in tool.slots
            if slot.required and slot.id not in given and not issues
        ]
        if issues:
            raise Refusal.invalid(*issues)

    def _entry_issues(self, tool: Tool, entry: Mapping[str, Any]) -> list[Issue]:
        issues = []
        slots = {slot.id: slot for slot in tool.slots}
        slot = slots.get(entry.get("slotId", ""))
        if slot is None:
            issues.append(Issue(("slotId",), f"{tool.id} has no slot {entry.get('slotId')!r}"))
        elif entry.get("kind") != slot.kind:
            issues.append(Issue(("kind",), f"the slot {slot.id!r} takes {slot.kind}"))
        elif entry.get("format") not in slot.formats:
            issues.append(Issue(("format",), f"the slot {slot.id!r} takes {', '.join(slot.formats)}"))
        source = entry.get("source") or {}
        if "file_id" in source:
            if source["file_id"] not in self.files:
                issues.append(Issue(("source", "file_id"), f"there is no file {source['file_id']!r}"))
        elif not entry.get("content"):
            issues.append(Issue(("content",), "an entry without a file needs content"))
        return issues

    def submit(self, order: Mapping[str, Any], key: str | None) -> tuple[Job, bool]:
        """The job of a request body, and whether this key has made it before. Raises Refusal."""
        self.check_order(order)
        if key is not None and key in self._submitted:
            before, job_id = self._submitted[key]
            if before != order:
                raise Refusal(409, "conflict", "The idempotency key was used for another request")
            return self.jobs[job_id], True
        settings = order.get("settings") or {}
        if settings.get("block"):
            raise Refusal(402, "insufficient_credits", "Not enough credits")
        job = Job(
            id=f"job_{next(self._numbers)}",
            tool=order["tool"],
            name=order["name"],
            entries=order["input"]["inputs"],
            settings=settings,
            billing=order.get("billing"),
            created_at=self.clock(),
        )
        self.jobs[job.id] = job
        if key is not None:
            self._submitted[key] = (order, job.id)
        return job, False

    def job(self, job_id: str) -> Job:
        """Raises Refusal."""
        if job_id not in self.jobs:
            raise Refusal.missing(f"Job {job_id}")
        return self.jobs[job_id]

    def cancel(self, job_id: str) -> Job:
        """Raises Refusal for a job that is not queued any more."""
        job = self.job(job_id)
        now = self.clock()
        if job.state(now).status != "QUEUED":
            raise Refusal(409, "conflict", "Only queued jobs can be cancelled")
        job.cancelled_at = now
        return job

    def completed(self, job_id: str) -> tuple[Job, State]:
        """A job that has a result. Raises Refusal for another."""
        job = self.job(job_id)
        state = job.state(self.clock())
        if not state.has_ended:
            raise Refusal(
                409,
                "job_not_completed",
                "Job is not yet completed",
                details={"current_status": state.status},
                headers={"Retry-After": "5"},
            )
        if state.status != "COMPLETED":
            raise Refusal.missing(f"Result of job {job_id}")
        return job, state

    def new_file_id(self) -> str:
        return f"file_{next(self._numbers)}"

    def store(self, upload: Upload, file_id: str | None = None) -> File:
        file = File(file_id or self.new_file_id(), upload, self.clock())
        self.files[file.id] = file
        return file

    def file(self, file_id: str) -> File:
        """Raises Refusal."""
        if file_id not in self.files:
            raise Refusal.missing(f"File {file_id}")
        return self.files[file_id]

    def delete(self, file_id: str) -> File:
        """Raises Refusal."""
        file = self.file(file_id)
        del self.files[file_id]
        return file
