# Made from proteiniq/_async/paging.py by scripts/unasync.py: edit that file instead.

"""Lists that come page by page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

import attrs

from ..errors import ContractError

T = TypeVar("T")


@attrs.frozen
class Page(Generic[T]):
    """One page: its items, and what `starting_after` takes for the next one, None after the last."""

    items: tuple[T, ...]
    next_cursor: str | None


FetchPage = Callable[[str | None], Page[T]]


class Pager(Generic[T]):
    """All items of a list, fetched as they are needed: `for item in pager`.

    `pages()` goes page by page. Every iteration starts at the first page.
    """

    def __init__(self, operation: str, fetch: FetchPage[T]) -> None:
        self._operation = operation
        self._fetch = fetch

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            for item in page.items:
                yield item

    def pages(self) -> Iterator[Page[T]]:
        """Go page by page. Raises ContractError when the service's cursors go round in a circle."""
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            page = self._fetch(cursor)
            yield page
            cursor = page.next_cursor
            if cursor is None:
                return
            if cursor in seen:
                raise ContractError(
                    f"{self._operation}: the service gave the cursor {cursor!r} twice, so the list would never end",
                    operation=self._operation,
                    path="$.next_cursor",
                )
            seen.add(cursor)

    def list(self) -> list[T]:
        """All items at once."""
        return [item for item in self]
