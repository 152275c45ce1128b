"""What the items of a batch are expected to cost, by the service's quotes, and what its limit leaves room for."""

from __future__ import annotations

import logging

import attrs

from .._message_text import number_text
from .._responses.messages import spend_limit
from ..batch._events import Estimate, Forecast
from ..batch._prices import PriceClass, expected, more_expected, price_class
from ..batch._state import ItemState
from ..errors import BadRequest, InvalidInput, PayloadTooLarge
from ..models import Quote
from .batch_ledger import AsyncBatchLedger
from .jobs import AsyncJobs

log = logging.getLogger("proteiniq")

MOST_QUOTES = 120
"""How many classes of items are quoted before the first submit, which takes a minute at the documented rate limit. The
others are quoted when their turn comes, if there is a limit."""

MOST_CLASSES = 10_000
"""Of how many classes the items are counted. Those of others are quoted by themselves."""

ITEM_ONLY = (BadRequest, PayloadTooLarge, InvalidInput)
"""Errors of a quote or a submit that are about its item, and not about the batch."""


@attrs.define
class _Class:
    """Waiting items of one price, by that of the largest: how many, and the largest one's bytes and place."""

    items: int = 0
    bytes: int = -1
    place: int = -1


class AsyncBatchPrices:
    """The prices of a batch's items, in credits, by class: those with equal settings and about the same size."""

    def __init__(self, ledger: AsyncBatchLedger, jobs: AsyncJobs) -> None:
        self._ledger = ledger
        self._state = ledger.state
        self._folder = ledger.folder
        self._plan = ledger.folder.plan
        self._jobs = jobs
        self._classes: dict[PriceClass, _Class] = {}

    def is_known(self, place: int) -> bool:
        """Whether an item's class was quoted."""
        return self._class(place) in self._state.estimates

    def estimate(self, place: int) -> float | None:
        """Return what an item is expected to cost, None if that is unknown."""
        return self._state.estimates.get(self._class(place))

    def has_room(self, place: int) -> bool:
        """Whether `max_credits` leaves room for an item."""
        limit = self._folder.header.max_credits
        if limit is None:
            return True
        committed = self._state.credits_used + self._state.credits_reserved
        return committed + (self.estimate(place) or 0.0) <= limit + 1e-9

    async def quote_classes(self) -> str | None:
        """Quote each class of waiting items, and record what the whole batch is expected to cost.

        Returns why the workspace has too few credits for the first item, if so.
        """
        self._classes = self._waiting()
        first, refused = self._state.next_pending(), None
        for known, each in list(self._classes.items())[:MOST_QUOTES]:
            try:
                quote = await self.quote(each.place)
            except ITEM_ONLY:
                continue  # the submit of the item will say so, for it alone
            await self._record_quote(known, quote)
            blocking = [error for error in quote.blocking_errors if error.code == "insufficient_credits"]
            if blocking and first is not None and known == self._class(first):
                refused = blocking[0].message or "the quote says so."
            await self._ledger.show_progress()
        forecast = expected(self._state, {known: each.items for known, each in self._classes.items()})
        if forecast != self._state.forecast:
            await self._ledger.record(forecast)
            self._say(forecast)
        return refused

    def _waiting(self) -> dict[PriceClass, _Class]:
        """Return the classes of the waiting items, in their order."""
        classes: dict[PriceClass, _Class] = {}
        for item in self._plan.items():
            if self._state.status(item.place) == ItemState.PENDING:
                known = price_class(item)
                if known in classes or len(classes) < MOST_CLASSES:
                    found = classes.setdefault(known, _Class())
                    found.items += 1
                    if item.bytes > found.bytes:
                        found.bytes, found.place = item.bytes, item.place
        return classes

    def largest(self, place: int) -> int:
        """Return the waiting item whose quote is for the class of this one."""
        known = self._classes.get(self._class(place))
        is_waiting = known is not None and self._state.status(known.place) == ItemState.PENDING
        return known.place if known is not None and is_waiting else place

    async def quote(self, place: int) -> Quote:
        """Request a quote for an item. Raises ContractError if it can't be a price, and there is a limit."""
        header, item = self._folder.header, self._plan.item(place)
        quote = await self._jobs.quote(header.tool, self._plan.entries(item), item.settings, check=False)
        has_limit = header.max_credits is not None or header.max_credits_each is not None
        if has_limit and (error := spend_limit(header.tool, quote, float("inf"))):
            raise error
        return quote

    async def record(self, place: int, quote: Quote) -> None:
        """Record a quote for the class of an item, which was not known when the run began."""
        known, before = self._class(place), self._state.forecast
        await self._record_quote(known, quote)
        items = self._classes[known].items if known in self._classes else 1
        assert before is not None
        await self._ledger.record(more_expected(self._state, before, quote.estimated_credits, items))

    async def _record_quote(self, known: PriceClass, quote: Quote) -> None:
        settings, size = known
        credits = None if quote.estimated_credits < 0 else quote.estimated_credits
        await self._ledger.record(Estimate(settings, size, credits))

    def _say(self, forecast: Forecast) -> None:
        where, limit = self._folder.path, self._folder.header.max_credits
        if limit is None or (forecast.credits or 0.0) <= limit:
            log.info("the batch in %s is expected to cost %s in all", where, forecast)
        else:
            log.warning(
                "the batch in %s is expected to cost %s in all; it stops before it exceeds max_credits=%s",
                where,
                forecast,
                number_text(limit),
            )

    def _class(self, place: int) -> PriceClass:
        return price_class(self._plan.item(place))
