"""Cursor pagination: where each page of a list starts, and where the list ends."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from .._shown import Shown
from ..errors import ContractError

T = TypeVar("T")


@attrs.frozen(repr=False)
class Page(Shown, Generic[T]):
    """One page: its items, and the `starting_after` of the next page, None for the last.

    `problem` is set if there is a next page that can't be requested; it is raised when the next page is needed.
    """

    items: tuple[T, ...]
    next_cursor: str | None
    problem: ContractError | None = attrs.field(default=None, repr=False, eq=False)


class Cursors:
    """The cursors of a list: `start` for the first page, then the one that the previous page gave."""

    def __init__(self, operation: str, start: str | None = None) -> None:
        self._operation = operation
        self._seen: set[str] = set()
        self._next = start
        self._problem: ContractError | None = None
        self.exhausted = False

    def next(self) -> str | None:
        """Return the cursor of the next page, None for the first of the whole list.

        Raises ContractError if the service repeats a cursor, or the previous page gave no usable one.
        """
        if self._problem is not None:
            self.exhausted = True
            raise self._problem
        cursor = self._next
        if cursor is not None:
            if cursor in self._seen:
                self.exhausted = True
                raise ContractError(
                    f"{self._operation}: the service returned the cursor {cursor!r} twice, so the list would never end",
                    operation=self._operation,
                    path="$.next_cursor",
                )
            self._seen.add(cursor)
        return cursor

    def came(self, page: Page[T]) -> Page[T]:
        """Record where the next page starts, and return the page."""
        self._next, self._problem = page.next_cursor, page.problem
        self.exhausted = self._next is None and self._problem is None
        return page
