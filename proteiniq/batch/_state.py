"""What the journal says of each item: a pure reduction of its events.

An item that is waiting or done takes one byte. Only items with a job, or of which it is unknown whether they have one,
have an object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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
    cost,
    problem,
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


# Opening a batch reads these often, which takes much longer from the class.
_P, _S, _R, _E, _D = (
    ItemState.PENDING,
    ItemState.SENDING,
    ItemState.RUNNING,
    ItemState.ENDED,
    ItemState.DONE,
)
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
        fields = {field.name: getattr(event, field.name) for field in attrs.fields(type(event))}
        _APPLY[event.name](self, at=at, **fields)

    def replay(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Apply events as they are in the journal; making objects of them first would take half as long again.

        Raises LookupError, TypeError or ValueError if a line is not an event, or if the plan lacks its item.
        """
        apply = _APPLY
        for line in lines:
            apply[line["event"]](self, **line)

    def _move(self, place: int, state: ItemState) -> Active | None:
        """Give an item another state. Returns what it was if it had a job, or may have had one."""
        if place < 0:
            raise IndexError(place)
        self._counts[self._items[place]] -= 1
        self._counts[state] += 1
        self._items[place] = state
        if place > self.highest:
            self.highest = place
        before = self._active.pop(place, None)
        return self._doubts.pop(place, None) if before is None and self._doubts else before

    def _leave(self, place: int, state: ItemState) -> None:
        """Give an item a state without a job. One that may have been made, and may end yet, counts as paid."""
        before = self._move(place, state)
        if before is not None and before.state != _E:
            self.credits_used += before.credits or 0.0

    def _on_contract(self, tool_version: str | None, contract: str, **_: Any) -> None:
        self.contract = Contract(tool_version, contract)

    def _on_estimate(self, settings_sha256: str, bytes: int, credits: float | None, **_: Any) -> None:
        self._estimates[settings_sha256, bytes] = credits

    def _on_forecast(self, credits: float | None, unquoted: int = 0, **_: Any) -> None:
        self.forecast = Forecast(credits, unquoted)

    def _on_paused(self, reason: str, until: float | None = None, **_: Any) -> None:
        self.paused = Paused(reason, until)
        self.failures_in_a_row = 0

    def _on_submit(self, at: float, item: int, attempt: int, credits: float | None = None, **_: Any) -> None:
        before = self._move(item, _S)
        if before is not None and before.attempt == attempt:
            at = before.sent_at
            credits = before.credits if credits is None else credits
        self._active[item] = Active(_S, attempt, at, credits)
        if attempt:
            self._attempts[item] = attempt
        self.paused = None

    def _on_submitted(
        self,
        at: float,
        item: int,
        attempt: int,
        job: str,
        created_at: float | None = None,
        status: str | None = None,
        credits: float | None = None,
        **_: Any,
    ) -> None:
        before = self._move(item, _R)
        if before is not None:
            at = before.sent_at
            credits = before.credits if credits is None else credits
        self._active[item] = Active(_R, attempt, at, credits, job, created_at, status)
        if attempt:
            self._attempts[item] = attempt

    def _on_unsent(self, item: int, attempt: int, **_: Any) -> None:
        self._move(item, _P)

    def _on_resend(self, item: int, **_: Any) -> None:
        self._leave(item, _P)

    def _on_doubt(self, at: float, item: int, attempt: int, **_: Any) -> None:
        before = self._move(item, ItemState.DOUBT)
        sent_at, credits = (at, None) if before is None else (before.sent_at, before.credits)
        self._doubts[item] = Active(ItemState.DOUBT, attempt, sent_at, credits)

    def _on_ended(
        self,
        at: float,
        item: int,
        attempt: int,
        job: str,
        status: str,
        credits_used: float | None = None,
        error: Problem | Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        before = self._move(item, _E)
        reserved, created_at = None, None
        if before is not None:
            reserved, at, created_at = before.credits, before.sent_at, before.created_at
        used = cost(credits_used, reserved)
        self.credits_used += used or 0.0
        self._active[item] = Active(_E, attempt, at, used, job, created_at, status, problem(error))

    def _on_retry(self, item: int, attempt: int, **_: Any) -> None:
        self._leave(item, _P)
        self._attempts[item] = attempt
        self.failures_in_a_row += 1

    def _on_done(self, item: int, **_: Any) -> None:
        self._leave(item, _D)
        self.failures_in_a_row = 0

    def _on_failed(self, item: int, **_: Any) -> None:
        self._leave(item, ItemState.FAILED)
        self.failures_in_a_row += 1

    def _on_refused(self, item: int, **_: Any) -> None:
        self._move(item, ItemState.FAILED)
        self.failures_in_a_row += 1

    def _on_skipped(self, item: int, **_: Any) -> None:
        self._leave(item, ItemState.SKIPPED)


_APPLY: Mapping[str, Callable[..., None]] = {
    Contract.name: State._on_contract,
    Estimate.name: State._on_estimate,
    Forecast.name: State._on_forecast,
    Submit.name: State._on_submit,
    Submitted.name: State._on_submitted,
    Unsent.name: State._on_unsent,
    Doubt.name: State._on_doubt,
    Refused.name: State._on_refused,
    Ended.name: State._on_ended,
    Retry.name: State._on_retry,
    Saved.name: State._on_done,
    Failed.name: State._on_failed,
    Reused.name: State._on_done,
    Paused.name: State._on_paused,
    Resend.name: State._on_resend,
    Skipped.name: State._on_skipped,
}
"""What each event changes. Its fields are passed by name, and ignored where they say nothing of the state."""
