"""Which items one quote is for, those with equal settings and about the same size, and what they cost together."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from ._events import Forecast
from ._lines import canonical
from ._plan import PlanItem
from ._state import ItemState, State

PriceClass = tuple[str, int]
"""A hash of the settings, and the class of the size."""


def price_class(item: PlanItem) -> PriceClass:
    """Return the class of an item."""
    return sha256(canonical(dict(item.settings))).hexdigest()[:16], size_class(item.bytes)


def size_class(size: int) -> int:
    """Return the class of an item's size, in bytes: the next power of two.

    >>> [size_class(size) for size in (0, 1, 2, 3, 1000)]
    [1, 1, 2, 4, 1024]
    """
    return 1 << max(0, size - 1).bit_length()


def expected(state: State, waiting: Mapping[PriceClass, int]) -> Forecast:
    """Return what a batch is expected to cost in all, by the quotes that are known.

    `waiting` are the numbers of waiting items by class. What is used and reserved already counts as it is.
    """
    prices = {known: state.estimates.get(known) for known in waiting}
    quoted = sum(count for known, count in waiting.items() if prices[known] is not None)
    unquoted = state.counts()[ItemState.PENDING] - quoted
    credits = sum((prices[known] or 0.0) * count for known, count in waiting.items())
    credits += state.credits_used + state.credits_reserved
    return Forecast(credits if quoted or not unquoted else None, unquoted)


def more_expected(state: State, before: Forecast, price: float, items: int) -> Forecast:
    """Return what a batch is expected to cost once so many items have a quote that had none."""
    known = state.credits_used + state.credits_reserved if before.credits is None else before.credits
    return Forecast(known + price * items, max(0, before.unquoted - items))
