"""Lists that are fetched page by page.

They are iterators, not generators, so a loop that stops early leaves nothing to close.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Generic, Self, TypeVar

from .._responses.page import Cursors, Page

__all__ = ["AsyncPager", "Page"]

T = TypeVar("T")

FetchPage = Callable[[str | None], Awaitable[Page[T]]]


class _AsyncPages(Generic[T]):
    """The pages of a list."""

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._cursors = Cursors(operation)
        self._fetch = fetch

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Page[T]:
        if self._cursors.exhausted:
            raise StopAsyncIteration
        return self._cursors.came(await self._fetch(self._cursors.next()))


class _AsyncItems(Generic[T]):
    """The items of all pages."""

    def __init__(self, pages: _AsyncPages[T]) -> None:
        self._pages = pages
        self._items: Iterator[T] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while True:
            for item in self._items:
                return item
            self._items = iter((await anext(self._pages)).items)


class AsyncPager(Generic[T]):
    """All items of a list, fetched as needed: `async for item in pager`.

    `pages()` iterates over the pages. Every iteration starts at the first page.
    """

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._operation = operation
        self._fetch = fetch

    def __aiter__(self) -> AsyncIterator[T]:
        return _AsyncItems(_AsyncPages(self._operation, self._fetch))

    def pages(self) -> AsyncIterator[Page[T]]:
        """Iterate over the pages. Raises ContractError if the service repeats a cursor."""
        return _AsyncPages(self._operation, self._fetch)

    async def list(self) -> list[T]:
        """Return all items."""
        return [item async for item in self]
