"""Functions that a caller passes to be called: plain ones, or coroutine functions where they can be awaited."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from .._message_text import short_repr
from ..errors import InvalidInput


class AsyncCallback:
    """A callback of the async client, which awaits what it returns if that can be awaited. None is never called.

    `show` is called first, with the same arguments: it shows them. Raises InvalidInput if the callback is not a
    function.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., object] | None,
        show: Callable[..., None] | None = None,
    ) -> None:
        check_callable(name, function)
        self._function = function
        self.show = show or _nothing

    async def __call__(self, *arguments: Any) -> None:
        self.show(*arguments)
        if self._function is not None:
            returned = self._function(*arguments)
            if inspect.isawaitable(returned):
                await returned


class Callback:
    """A callback of the sync client. None is never called.

    `show` is called first, with the same arguments: it shows them. Raises InvalidInput if the callback is not a
    function, or is a coroutine function, which would never run.
    """

    def __init__(
        self,
        name: str,
        function: Callable[..., object] | None,
        show: Callable[..., None] | None = None,
    ) -> None:
        check_callable(name, function)
        if is_coroutine_function(function):
            raise _not_awaited(name)
        self._name = name
        self._function = function
        self.show = show or _nothing

    def __call__(self, *arguments: Any) -> None:
        self.show(*arguments)
        if self._function is not None:
            returned = self._function(*arguments)
            if inspect.iscoroutine(returned):
                returned.close()
                raise _not_awaited(self._name)


def _nothing(*arguments: Any) -> None:
    """Nothing is shown."""


def check_callable(name: str, function: object) -> None:
    if function is not None and not callable(function):
        raise InvalidInput(f"{name} must be a function, got {short_repr(function)}")
    for each in (function, getattr(function, "__call__", None)):  # noqa: B004 - as in is_coroutine_function
        if inspect.isgeneratorfunction(each) or inspect.isasyncgenfunction(each):
            raise InvalidInput(
                f"{name} must be a function, got a generator function, which would never run: omit yield"
            )


def is_coroutine_function(function: object) -> bool:
    """Whether calling it makes a coroutine, as far as that shows before the call."""
    return inspect.iscoroutinefunction(function) or inspect.iscoroutinefunction(
        getattr(function, "__call__", None)  # noqa: B004 - its kind is looked at, not whether it is there
    )


def _not_awaited(name: str) -> InvalidInput:
    return InvalidInput(
        f"{name} must be a plain function, got a coroutine function, which the sync client can't await: pass a plain "
        "function, or use AsyncProteinIQ"
    )
