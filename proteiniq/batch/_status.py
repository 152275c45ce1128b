"""How far a batch is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from .._message_text import number_text
from .._shown import Shown
from ._folder import BatchFolder
from ._state import ItemState

_ACTIVE = (ItemState.SENDING, ItemState.RUNNING, ItemState.ENDED)


@attrs.frozen(kw_only=True, repr=False)
class BatchStatus(Shown):
    """How far a batch is. Credits are those of this batch; `credits_reserved` is what its active jobs may cost.

    `waiting` items are still to be submitted, `running` ones have a job, or were just submitted, and `in_doubt` ones
    may have a job.

    `estimated_credits` is what the whole batch is expected to cost, as its last run estimated before its first submit:
    what was used and reserved, and for each waiting item the quote for the largest item with its settings and about its
    size. It leaves out `unquoted_items`, whose price wasn't known then, and is None if that of no item was.

    `requests_per_minute` and `estimated_end` are known only to the process that runs the batch, and None until it has
    learned them.
    """

    items: int
    done: int
    running: int
    waiting: int
    failed: int
    in_doubt: int
    skipped: int
    credits_used: float
    credits_reserved: float
    max_credits: float | None
    estimated_credits: float | None = None
    unquoted_items: int = 0
    requests_per_minute: float | None = None
    estimated_end: datetime | None = None
    paused: str | None = None
    """Why the batch is paused."""

    @property
    def finished(self) -> bool:
        """Whether every item is done, failed or skipped."""
        return not (self.running or self.waiting or self.in_doubt)

    def to_dict(self) -> dict[str, Any]:
        """Return the attributes as plain data that `json.dumps` takes."""
        fields = attrs.asdict(self)
        end = self.estimated_end
        return {**fields, "estimated_end": end.isoformat() if end else None, "finished": self.finished}

    def __str__(self) -> str:
        parts = [f"{self.done:,} of {self.items:,} done"]
        for name in ("running", "waiting", "failed", "in_doubt", "skipped"):
            if count := getattr(self, name):
                parts.append(f"{count:,} {name.replace('_', ' ')}")
        credits = f"{number_text(self.credits_used)} credits used"
        if self.credits_reserved:
            credits += f", {number_text(self.credits_reserved)} reserved"
        if self.estimated_credits is not None and not self.finished:
            left_out = f" (without {self.unquoted_items:,} items)" if self.unquoted_items else ""
            credits += f", about {number_text(self.estimated_credits)} expected in all{left_out}"
        if self.max_credits is not None:
            credits += f", limit {number_text(self.max_credits)}"
        parts.append(credits)
        if self.requests_per_minute:
            parts.append(f"{self.requests_per_minute:.0f} requests/min")
        if self.estimated_end is not None:
            parts.append(f"ends about {self.estimated_end.astimezone():%d %b %H:%M}")
        if self.paused is not None:
            parts.append(f"paused: {self.paused}")
        return "; ".join(parts)


def status_of(folder: BatchFolder, same: Mapping[int, Sequence[int]] | None = None) -> BatchStatus:
    """Return how far the batch in a folder is. `same` is what `equal_items` returns, if that is known."""
    counts, state = folder.state.counts(), folder.state
    done_same = failed_same = 0
    for place, others in (equal_items(folder) if same is None else same).items():
        done_same += len(others) * (state.status(place) == ItemState.DONE)
        failed_same += len(others) * (state.status(place) in (ItemState.FAILED, ItemState.SKIPPED))
    waiting = counts[ItemState.PENDING] + counts[ItemState.SAME] - done_same - failed_same
    is_open = waiting or any(counts[each] for each in (*_ACTIVE, ItemState.DOUBT))
    return BatchStatus(
        items=len(state),
        done=counts[ItemState.DONE] + done_same,
        running=sum(counts[each] for each in _ACTIVE),
        waiting=waiting,
        failed=counts[ItemState.FAILED] + failed_same,
        in_doubt=counts[ItemState.DOUBT],
        skipped=counts[ItemState.SKIPPED],
        credits_used=state.credits_used,
        credits_reserved=state.credits_reserved,
        max_credits=folder.header.max_credits,
        estimated_credits=state.forecast.credits if state.forecast else None,
        unquoted_items=state.forecast.unquoted if state.forecast else 0,
        paused=state.paused.reason if state.paused and is_open else None,
    )


def equal_items(folder: BatchFolder) -> dict[int, list[int]]:
    """Return the places of the items that equal an earlier one, by its place."""
    same: dict[int, list[int]] = {}
    if folder.state.counts()[ItemState.SAME]:
        for item in folder.plan.items():
            if item.same_as is not None:
                same.setdefault(item.same_as, []).append(item.place)
    return same
