# Generated from proteiniq/_async/paging.py by scripts/unasync.py. Edit that file instead.

"""Lists that are fetched page by page.

They are iterators, not generators, so a loop that stops early leaves nothing to close.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import attrs
from proteiniq_openapi.types import UNSET

from .._inputs.arguments import Span
from .._responses import convert
from .._responses.page import Cursors, Page
from .._shown import Shown
from .pipeline import Pipeline

if TYPE_CHECKING:
    from proteiniq_openapi.types import Prepared

__all__ = ["Pager", "Page"]

T = TypeVar("T")


@attrs.frozen
class Listing(Generic[T]):
    """How to request a list: `prepare` takes `limit` and `starting_after`, `convert` an item of the response."""

    pipeline: Pipeline
    prepare: Callable[..., Prepared[Any]]
    convert: Callable[[Any], T]

    def page(self, size: int | None, cursor: str | None) -> Page[T]:
        prepared = self.prepare(limit=size or UNSET, starting_after=cursor or UNSET)
        response = self.pipeline.call(prepared)
        return convert.page(response, prepared.operation, self.convert, cursor=cursor)


class _Pages(Generic[T]):
    """The pages of a list."""

    def __init__(self, listing: Listing[T], span: Span) -> None:
        operation = listing.prepare().operation
        self._cursors = Cursors(operation, span.starting_after)
        self._listing = listing
        self._size = span.size
        self._left = span.max_items

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Page[T]:
        if self._cursors.exhausted or self._left == 0:
            raise StopIteration
        page = self._cursors.came(self._listing.page(self._size, self._cursors.next()))
        if self._left is None:
            return page
        if len(page.items) > self._left:
            # The next page starts after items that are left out here, so its cursor would skip them.
            page = Page(page.items[: self._left], None)
        self._left -= len(page.items)
        return page


class _Items(Generic[T]):
    """The items of all pages."""

    def __init__(self, pages: _Pages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((next(self._pages)).items)


class Pager(Shown, Generic[T]):
    """All items of a list, fetched as needed: `for item in pager`.

    `pages()` iterates over the pages. Every iteration starts at the first page.
    """

    def __init__(self, listing: Listing[T], span: Span) -> None:
        self._listing = listing
        self._span = span

    def __iter__(self) -> Iterator[T]:
        return _Items(_Pages(self._listing, self._span))

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over the pages. Raises ContractError if the service repeats a cursor."""
        return _Pages(self._listing, self._span)

    def list(self) -> list[T]:
        """Return all items."""
        return [item for item in self]

    def first(self) -> T | None:
        """Return the first item, None if there is none. Requests one page, of one item unless `page_size` is given."""
        most = 1 if self._span.max_items is None else min(1, self._span.max_items)
        for item in _Items(_Pages(self._listing, attrs.evolve(self._span, max_items=most))):
            return item
        return None
