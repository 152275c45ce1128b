"""Jobs and batches, as reports take them."""

from __future__ import annotations

import hashlib
import math
from datetime import UTC, datetime
from typing import Any

from proteiniq._display.batch_report import Batch, Item
from proteiniq._display.report import report
from proteiniq._display.report_page import Client
from proteiniq._display.report_record import Made
from proteiniq._inputs.sent import sent
from proteiniq.models import JobFailure, JobState, JobStatus, OutputFile, Setting, Tool

CLIENT = Client(version="1.0", contract="c0ffee")
HOSTILE = "\"><img src=x onerror='alert(1)'></script><script>alert(1)</script>"

JOB = JobState(
    id="job_1",
    status=JobStatus.COMPLETED,
    tool="esmfold",
    name="Lysozyme",
    progress=None,
    created_at=datetime(2026, 6, 12, 8, 0, tzinfo=UTC),
    started_at=datetime(2026, 6, 12, 8, 0, 3, tzinfo=UTC),
    completed_at=datetime(2026, 6, 12, 8, 5, tzinfo=UTC),
    credits_used=50.0,
    error=None,
)
SENT = sent(
    [
        {
            "slotId": "protein",
            "format": "fasta",
            "label": "lysozyme",
            "content": ">a\nKVFGRC\n",
            "source": {"type": "text"},
        }
    ],
    {"recycles": 2},
)


def tool(**changes: Any) -> Tool:
    """A tool whose file has pLDDT as its B-factors."""
    setting: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 8, "options": (), "unit": None}
    fields: dict[str, Any] = {
        "id": "esmfold",
        "name": "ESMFold",
        "description": "Predicts structures.",
        "category": "folding",
        "subcategory": None,
        "tags": (),
        "version": "1.2",
        "beta": None,
        "slots": (),
        "settings": (
            Setting(id="recycles", name=None, description="Rounds of refinement.", default=4, **setting),
            Setting(id="seed", name=None, description=None, default=7, **setting),
        ),
        "outputs": (
            OutputFile(
                name="prediction.pdb",
                content_type="chemical/x-pdb",
                description="The predicted structure.",
                extra={"b_factor": "plddt"},
            ),
        ),
        "results": {"mean": {"description": "Mean pLDDT.", "type": "number"}},
        "credit_model": None,
    }
    return Tool(**{**fields, **changes})


def made(name: str, content: bytes | None, content_type: str | None = None, size: int | None = None) -> Made:
    digest = hashlib.sha256(content or b"").hexdigest()
    return Made(
        name=name,
        content_type=content_type,
        size=len(content or b"") if size is None else size,
        sha256=digest,
        content=content,
    )


_LYSINE = (
    ("N", 1.6, -0.9), ("CA", 2.3, 0), ("C", 1.7, 0.7), ("O", 2.0, 1.8), ("CB", 3.3, -0.5),
    ("CG", 4.4, 0.1), ("CD", 5.6, -0.4), ("CE", 6.8, 0.2), ("NZ", 7.9, -0.3),
)  # fmt: skip
"""Atoms with their distances from the axis of a helix, and along it, in Å: about right, which a picture needs."""


def helix(residues: int, chains: str = "A", scale: float = 1.0) -> bytes:
    """A PDB file of poly-lysine in a helix, with nine atoms a residue, about as many as proteins have with eight."""
    lines: list[str] = []
    for chain in chains:
        for number in range(residues):
            turn = math.radians(100 * number)
            for place, (name, radius, rise) in enumerate(_LYSINE):
                x, y = radius * math.cos(turn + place / 9), radius * math.sin(turn + place / 9)
                z = 1.5 * (number % 150) + rise + 30 * ord(chain)
                value = scale * (70 + 25 * math.sin(number / 20))
                lines.append(
                    f"ATOM  {len(lines) % 100_000:5d}  {name:<3s} LYS {chain}{number + 1:4d}    "
                    f"{x + 30 * (number // 150):8.3f}{y:8.3f}{z % 9000:8.3f}  1.00{value:6.2f}           {name[0]}"
                )
    return "\n".join([*lines, "END", ""]).encode()


def reported(data: Any = None, *files: Made, job: JobState = JOB, **more: Any) -> str:
    return report(job, {"mean": 78.5} if data is None else data, files, client=CLIENT, **more)


FAILURE = JobFailure(code="budget", message="Out of budget.")


def failed() -> JobState:
    """A job of which little is known."""
    return JobState(
        id="job_2",
        status=JobStatus.BUDGET_EXCEEDED,
        tool=None,
        name=None,
        progress=None,
        created_at=None,
        started_at=None,
        completed_at=None,
        credits_used=None,
        error=FAILURE,
    )


def batch(**changes: Any) -> Batch:
    fields: dict[str, Any] = {
        "id": "abc",
        "name": "Screen",
        "tool": "fold",
        "tool_version": None,
        "contract": "c",
        "created": 1_780_000_000.0,
        "finished": True,
        "totals": {"Items": "2", "Done": "1"},
        "text": "1 of 2 done",
    }
    return Batch(**{**fields, **changes})


def item(id: str, **changes: Any) -> Item:
    fields: dict[str, Any] = {
        "status": "done",
        "job_id": "job_1",
        "credits": 2.0,
        "attempts": 1,
        "message": None,
        "link": f"results/{id}",
        "same_as": None,
        "sha256": "0a",
        "settings": {},
    }
    return Item(id=id, **{**fields, **changes})
