# Made from proteiniq/_async/paging.py by scripts/unasync.py: edit that file instead.

"""Lists that come page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from .._paging import Items, Page, Pages

__all__ = ["Pager", "Page"]

T = TypeVar("T")

FetchPage = Callable[[str | None], Page[T]]


class Pager(Generic[T]):
    """All items of a list, fetched as they are needed: `for item in pager`.

    `pages()` goes page by page. Every iteration starts at the first page.
    """

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._operation = operation
        self._fetch = fetch

    def __iter__(self) -> Iterator[T]:
        return Items(Pages(self._operation, self._fetch))

    def pages(self) -> Iterator[Page[T]]:
        """Go page by page. Raises ContractError when the service's cursors go round in a circle."""
        return Pages(self._operation, self._fetch)

    def list(self) -> list[T]:
        """All items at once."""
        return [item for item in self]
