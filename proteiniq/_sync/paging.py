# Made from proteiniq/_async/paging.py by scripts/unasync.py: edit that file instead.

"""Lists that come page by page.

They are iterators, not generators: a loop that is left in the middle leaves nothing behind to be closed.
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
    """All items of a list, fetched as they are needed: `for item in pager`.

    `pages()` goes page by page. Every iteration starts at the first page.
    """

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._operation = operation
        self._fetch = fetch

    def __iter__(self) -> Iterator[T]:
        return _Items(_Pages(self._operation, self._fetch))

    def pages(self) -> Iterator[Page[T]]:
        """Go page by page. Raises ContractError when the service's cursors go round in a circle."""
        return _Pages(self._operation, self._fetch)

    def list(self) -> list[T]:
        """All items at once."""
        return [item for item in self]
