"""Generators that are closed where they are left, not when the garbage is collected: they hold connections."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class AsyncClosing(Generic[T]):
    """`contextlib.aclosing` for what is only known to be an iterator."""

    def __init__(self, items: AsyncIterator[T]) -> None:
        self._items: Any = items

    async def __aenter__(self) -> AsyncIterator[T]:
        items: AsyncIterator[T] = self._items
        return items

    async def __aexit__(self, *exc_info: object) -> None:
        await self._items.aclose()


class Closing(Generic[T]):
    """`contextlib.closing` for what is only known to be an iterator."""

    def __init__(self, items: Iterator[T]) -> None:
        self._items: Any = items

    def __enter__(self) -> Iterator[T]:
        items: Iterator[T] = self._items
        return items

    def __exit__(self, *exc_info: object) -> None:
        self._items.close()
