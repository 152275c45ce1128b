"""Lists that come page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from .._paging import AsyncItems, AsyncPages, Page

__all__ = ["AsyncPager", "Page"]

T = TypeVar("T")

FetchPage = Callable[[str | None], Awaitable[Page[T]]]


class AsyncPager(Generic[T]):
    """All items of a list, fetched as they are needed: `async for item in pager`.

    `pages()` goes page by page. Every iteration starts at the first page.
    """

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._operation = operation
        self._fetch = fetch

    def __aiter__(self) -> AsyncIterator[T]:
        return AsyncItems(AsyncPages(self._operation, self._fetch))

    def pages(self) -> AsyncIterator[Page[T]]:
        """Go page by page. Raises ContractError when the service's cursors go round in a circle."""
        return AsyncPages(self._operation, self._fetch)

    async def list(self) -> list[T]:
        """All items at once."""
        return [item async for item in self]
