"""What the journal says of each item: a pure reduction of its events.

An item that is waiting or done takes one byte. Only items with a job, or of which it is unknown whether they have one,
have an object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any

import attrs

from ._events import (
    Contract,
    Doubt,
    Ended,
    Estimate,
    Event,
    Failed,
    Forecast,
    ItemEvent,
    Paused,
    Problem,
    Refused,
    Resend,
    Retry,
    Reused,
    Saved,
    Skipped,
    Submit,
    Submitted,
    Unsent,
)


class ItemState(IntEnum):
    PENDING = 0
    """To be submitted."""
    SENDING = 1
    """Submitted, and no response is recorded."""
    RUNNING = 2
    """It has a job."""
    ENDED = 3
    """Its job has ended, and the result is to be fetched."""
    DONE = 4
    FAILED = 5
    DOUBT = 6
    """Whether it has a job is unknown; only the user may have it submitted again."""
    SAME = 7
    """It equals an earlier item, and has its result."""
    SKIPPED = 8


@attrs.define
class Active:
    """An item that has a job, or may have one. Never changed; not frozen for the same reason as the events.

    `sent_at` is when the key of this attempt was first used, as far as a job may have been made then. `credits` are
    reserved for the item. `status` is the last one known, `error` that of a job which ended without success.
    """

    state: ItemState
    attempt: int
    sent_at: float
    credits: float | None = None
    job: str | None = None
    created_at: float | None = None
    status: str | None = None
    error: Problem | None = None


_P, _S, _R, _E = ItemState.PENDING, ItemState.SENDING, ItemState.RUNNING, ItemState.ENDED
_FROM: Mapping[type[Event], tuple[ItemState, ...]] = {
    Submit: (_P, _S),
    Submitted: (_S, _R, ItemState.DOUBT),
    Unsent: (_S,),
    Doubt: (_S,),
    Refused: (_S,),
    Ended: (_R,),
    Retry: (_R, _E, ItemState.FAILED, ItemState.SKIPPED),
    Saved: (_E,),
    Failed: (_P, _S, _R, _E, ItemState.DOUBT),
    Reused: (_P,),
    Resend: (ItemState.DOUBT,),
    Skipped: (_P, ItemState.DOUBT, ItemState.FAILED),
}
"""The states in which an item's event can happen."""


class State:
    """The state of all items, and of the batch.

    `credits_used` is never too low: a job whose credits are not known, and one that may have been made and is not
    followed any more, count with what was reserved for them. `failures_in_a_row` counts failed, refused and repeated
    items since the last result or pause.
    """

    def __init__(self, items: bytearray | None = None) -> None:
        """Begin with the states that the plan gives: `PENDING` or `SAME`."""
        self._items = bytearray() if items is None else items
        self._counts = [self._items.count(state) for state in ItemState]
        self._active: dict[int, Active] = {}
        self._doubts: dict[int, Active] = {}
        self._attempts: dict[int, int] = {}
        self._estimates: dict[tuple[str, int], float | None] = {}
        self.credits_used = 0.0
        self.failures_in_a_row = 0
        self.paused: Paused | None = None
        """The last pause, until something is submitted again."""
        self.contract: Contract | None = None
        """The last change of the contract."""
        self.forecast: Forecast | None = None
        """What the batch was expected to cost when its last run began."""
        self.highest = -1
        """The last place that an event is about."""

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def status(self, place: int) -> ItemState:
        return ItemState(self._items[place])

    def counts(self) -> Mapping[ItemState, int]:
        return {state: self._counts[state] for state in ItemState}

    @property
    def active(self) -> Mapping[int, Active]:
        """The items that are `SENDING`, `RUNNING` or `ENDED`, by place."""
        return MappingProxyType(self._active)

    @property
    def in_doubt(self) -> Mapping[int, Active]:
        """The items that are in `DOUBT`, by place."""
        return MappingProxyType(self._doubts)

    @property
    def estimates(self) -> Mapping[tuple[str, int], float | None]:
        """Credits for one item, by the hash of its settings and its size in bytes, as they were quoted."""
        return MappingProxyType(self._estimates)

    @property
    def credits_reserved(self) -> float:
        """What the active items and those in doubt may still cost."""
        open_items = (*self._active.values(), *self._doubts.values())
        return sum(each.credits or 0.0 for each in open_items if each.state != ItemState.ENDED)

    def attempt(self, place: int) -> int:
        """The number of the item's present attempt, from 0."""
        return self._attempts.get(place, 0)

    def next_pending(self, after: int = 0) -> int | None:
        """The first pending place that is not before `after`."""
        found = self._items.find(ItemState.PENDING, after)
        return None if found < 0 else found

    def extend(self, items: bytes | bytearray) -> None:
        """Add items of the plan."""
        self._items += items
        for state in ItemState:
            self._counts[state] += items.count(state)

    def cut(self, length: int) -> None:
        """Leave out the items from a place on, which had no events."""
        gone = self._items[length:]
        del self._items[length:]
        for state in ItemState:
            self._counts[state] -= gone.count(state)

    def check(self, event: Event) -> None:
        """Raise ValueError if the event can't happen now."""
        if isinstance(event, ItemEvent):
            if not 0 <= event.item < len(self._items):
                raise ValueError(f"the plan has no item {event.item}")
            state = self.status(event.item)
            if state not in _FROM[type(event)]:
                raise ValueError(f"item {event.item} is {state.name}, so {event!r} can't happen")

    def apply(self, event: Event, at: float) -> None:
        """Apply an event that happened at a time, in Unix seconds. Raises IndexError if the plan lacks the item."""
        _APPLY[type(event)](self, event, at)

    def _move(self, place: int, state: ItemState) -> Active | None:
        """Give an item another state. Returns what it was if it had a job, or may have had one."""
        if place < 0:
            raise IndexError(place)
        self._counts[self._items[place]] -= 1
        self._counts[state] += 1
        self._items[place] = state
        if place > self.highest:
            self.highest = place
        return self._active.pop(place, None) or self._doubts.pop(place, None)

    def _leave(self, place: int, state: ItemState) -> None:
        """Give an item a state without a job. One that may have been made, and may end yet, counts as paid."""
        before = self._move(place, state)
        if before is not None and before.state != ItemState.ENDED:
            self.credits_used += before.credits or 0.0

    def _on_contract(self, event: Contract, at: float) -> None:
        self.contract = event

    def _on_estimate(self, event: Estimate, at: float) -> None:
        self._estimates[event.settings_sha256, event.bytes] = event.credits

    def _on_forecast(self, event: Forecast, at: float) -> None:
        self.forecast = event

    def _on_paused(self, event: Paused, at: float) -> None:
        self.paused = event
        self.failures_in_a_row = 0

    def _on_submit(self, event: Submit, at: float) -> None:
        before = self._move(event.item, ItemState.SENDING)
        credits = event.credits
        if before is not None and before.attempt == event.attempt:
            at = before.sent_at
            credits = before.credits if credits is None else credits
        self._active[event.item] = Active(ItemState.SENDING, event.attempt, at, credits)
        self._remember(event)
        self.paused = None

    def _on_submitted(self, event: Submitted, at: float) -> None:
        before = self._move(event.item, ItemState.RUNNING)
        credits = event.credits
        if before is not None:
            at = before.sent_at
            credits = before.credits if credits is None else credits
        self._active[event.item] = Active(
            ItemState.RUNNING, event.attempt, at, credits, event.job, event.created_at, event.status
        )
        self._remember(event)

    def _on_unsent(self, event: Unsent, at: float) -> None:
        self._move(event.item, ItemState.PENDING)

    def _on_resend(self, event: Resend, at: float) -> None:
        self._leave(event.item, ItemState.PENDING)

    def _on_doubt(self, event: Doubt, at: float) -> None:
        before = self._move(event.item, ItemState.DOUBT)
        sent_at, credits = (at, None) if before is None else (before.sent_at, before.credits)
        self._doubts[event.item] = Active(ItemState.DOUBT, event.attempt, sent_at, credits)

    def _on_ended(self, event: Ended, at: float) -> None:
        before = self._move(event.item, ItemState.ENDED)
        reserved, created_at = None, None
        if before is not None:
            reserved, at, created_at = before.credits, before.sent_at, before.created_at
        used = event.cost(reserved)
        self.credits_used += used or 0.0
        self._active[event.item] = Active(
            ItemState.ENDED, event.attempt, at, used, event.job, created_at, event.status, event.error
        )

    def _on_retry(self, event: Retry, at: float) -> None:
        self._leave(event.item, ItemState.PENDING)
        self._remember(event)
        self.failures_in_a_row += 1

    def _on_done(self, event: Saved | Reused, at: float) -> None:
        self._leave(event.item, ItemState.DONE)
        self.failures_in_a_row = 0

    def _on_failed(self, event: Failed, at: float) -> None:
        self._leave(event.item, ItemState.FAILED)
        self.failures_in_a_row += 1

    def _on_refused(self, event: Refused, at: float) -> None:
        self._move(event.item, ItemState.FAILED)
        self.failures_in_a_row += 1

    def _on_skipped(self, event: Skipped, at: float) -> None:
        self._leave(event.item, ItemState.SKIPPED)

    def _remember(self, event: Submit | Submitted | Retry) -> None:
        if event.attempt:
            self._attempts[event.item] = event.attempt


_APPLY: Mapping[type[Event], Callable[[State, Any, float], None]] = {
    Contract: State._on_contract,
    Estimate: State._on_estimate,
    Forecast: State._on_forecast,
    Submit: State._on_submit,
    Submitted: State._on_submitted,
    Unsent: State._on_unsent,
    Doubt: State._on_doubt,
    Refused: State._on_refused,
    Ended: State._on_ended,
    Retry: State._on_retry,
    Saved: State._on_done,
    Failed: State._on_failed,
    Reused: State._on_done,
    Paused: State._on_paused,
    Resend: State._on_resend,
    Skipped: State._on_skipped,
}
