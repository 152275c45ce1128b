"""Going from page to page: where each page of a list starts, and where the list ends."""

from __future__ import annotations

from typing import Generic, TypeVar

import attrs

from ..errors import ContractError

T = TypeVar("T")


@attrs.frozen
class Page(Generic[T]):
    """One page: its items, and what `starting_after` takes for the next one, None after the last.

    `problem` is why the next one can't be asked for, though there is one; it is raised when somebody does.
    """

    items: tuple[T, ...]
    next_cursor: str | None
    problem: ContractError | None = attrs.field(default=None, repr=False, eq=False)


class Cursors:
    """Where the pages of a list start: first nowhere, then where the page before said."""

    def __init__(self, operation: str) -> None:
        self._operation = operation
        self._seen: set[str] = set()
        self._next: str | None = None
        self._problem: ContractError | None = None
        self.exhausted = False

    def next(self) -> str | None:
        """The cursor of the next page.

        Raises ContractError when the service's cursors go round in a circle, or the last page doesn't say how to go on.
        """
        if self._problem is not None:
            self.exhausted = True
            raise self._problem
        cursor = self._next
        if cursor is not None:
            if cursor in self._seen:
                self.exhausted = True
                raise ContractError(
                    f"{self._operation}: the service gave the cursor {cursor!r} twice, so the list would never end",
                    operation=self._operation,
                    path="$.next_cursor",
                )
            self._seen.add(cursor)
        return cursor

    def came(self, page: Page[T]) -> Page[T]:
        """The page, once it has been noted where the next one starts."""
        self._next, self._problem = page.next_cursor, page.problem
        self.exhausted = self._next is None and self._problem is None
        return page
