"""How far a job, several jobs, a transfer or a batch is, for any screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import attrs

from .bars import shares
from .sheet import Sheet, batch_sheet, job_sheet
from .text import bytes_text, duration_text, one_line

if TYPE_CHECKING:
    from ..batch._status import BatchStatus
    from ..models import JobState

GOES_ON = "The job goes on if this wait is interrupted."
GO_ON = "The jobs go on if this wait is interrupted."


@attrs.frozen
class Progress:
    """How far something is: `text` on one line, `share` from 0 to 1 or None if unknown, and a sheet for a card."""

    text: str
    share: float | None
    sheet: Callable[[], Sheet]


def of_job(job: JobState, seconds: float) -> Progress:
    """Return how far a job is, after a wait of some seconds."""
    share = 1.0 if job.is_terminal else None if job.progress is None else job.progress / 100
    percent = f", {job.progress:.0f} %" if job.progress is not None and not job.is_terminal else ""
    names = [one_line(each, 40) for each in (job.tool, job.name) if each]
    text = f"{one_line(job.id, 60)} {one_line(job.status, 40)}{percent} after {duration_text(seconds)}"
    return Progress(
        "; ".join([text, *names]),
        share,
        lambda: job_sheet(job, [("after", duration_text(seconds))], "" if job.is_terminal else GOES_ON),
    )


def of_jobs(jobs: Iterable[tuple[str, JobState | None]], seconds: float) -> Progress:
    """Return how far a wait for jobs is: their ids with the last known state of each, None if none is known."""
    states = [state for _, state in jobs]
    ended = sum(state is not None and state.is_terminal for state in states)
    counts = Counter("not seen yet" if state is None else one_line(state.status, 40) for state in states)
    listed = ", ".join(f"{count:,} {status}" for status, count in counts.most_common(8))
    text = f"{ended:,} of {len(states):,} jobs ended after {duration_text(seconds)}; {listed}"

    def sheet() -> Sheet:
        rows: list[tuple[str, Any]] = [
            ("ended", f"{ended:,} of {len(states):,}"),
            ("after", duration_text(seconds)),
            *counts.most_common(8),
        ]
        parts = [(status, count / len(states)) for status, count in counts.most_common(8) if status in _ENDS]
        return Sheet("Jobs", rows, picture=shares(parts, text), note="" if ended == len(states) else GO_ON)

    return Progress(text, ended / max(1, len(states)), sheet)


_ENDS = ("COMPLETED", "BUDGET_EXCEEDED", "FAILED", "TIMEOUT", "CANCELLED")


def of_transfer(what: str, count: int, total: int | None, seconds: float) -> Progress:
    """Return how far a transfer is, in bytes. `what` says which, such as `uploading a.pdb`."""
    share = None if total is None else min(1.0, count / total) if total else 1.0
    amount = bytes_text(count) + ("" if total is None else f" of {bytes_text(total)}")
    text = f"{one_line(what, 80)}: {amount} after {duration_text(seconds)}"

    def sheet() -> Sheet:
        picture = None if share is None else shares([("", share)], amount)
        return Sheet(
            one_line(what, 120), [("bytes", amount), ("after", duration_text(seconds))], picture=picture
        )

    return Progress(text, share, sheet)


def of_batch(status: BatchStatus) -> Progress:
    """Return how far a batch is."""
    ended = status.items - status.running - status.waiting
    return Progress(str(status), ended / status.items if status.items else 1.0, lambda: batch_sheet(status))
