# Generated from proteiniq/_async/paging.py by scripts/unasync.py. Edit that file instead.

"""Lists that are fetched page by page.

They are iterators, not generators, so a loop that stops early leaves nothing to close.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, Self, TypeVar

from .._responses.page import Cursors, Page

__all__ = ["Pager", "Page"]

T = TypeVar("T")

FetchPage = Callable[[str | None], Page[T]]


class _Pages(Generic[T]):
    """The pages of a list."""

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._cursors = Cursors(operation)
        self._fetch = fetch

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Page[T]:
        if self._cursors.exhausted:
            raise StopIteration
        return self._cursors.came(self._fetch(self._cursors.next()))


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


class Pager(Generic[T]):
    """All items of a list, fetched as needed: `for item in pager`.

    `pages()` iterates over the pages. Every iteration starts at the first page.
    """

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._operation = operation
        self._fetch = fetch

    def __iter__(self) -> Iterator[T]:
        return _Items(_Pages(self._operation, self._fetch))

    def pages(self) -> Iterator[Page[T]]:
        """Iterate over the pages. Raises ContractError if the service repeats a cursor."""
        return _Pages(self._operation, self._fetch)

    def list(self) -> list[T]:
        """Return all items."""
        return [item for item in self]
