"""Test an application that uses `proteiniq`, without an account.

In `conftest.py`:

    pytest_plugins = ["proteiniq.testing"]

This gives tests the fixtures `sandbox`, `client`, `async_client`, `sandbox_options` and `sandbox_environment` (see
`proteiniq.testing._plugin`). The plugin is named by those who use it, and is not an entry point of pytest: that would
load it in every run of pytest on the machine, whether or not the tests use it.

Without pytest there are `Sandbox`, a sandbox with the right intervals for tests, `Recorder`, which keeps jobs of the
real service for `Sandbox(recordings=)`, and factories of models: `account`, `error`, `file`, `job`, `quote`, `result`
and `tool`.
Importing this package loads nothing else: each name is loaded when it is first used.

PYTEST_DONT_REWRITE: there is nothing to rewrite, and a conftest may have imported this before pytest does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._clock import AsyncShortClock, ShortClock
    from ._factories import account, error, file, job, quote, result, tool
    from ._recorder import Recorder
    from ._sandbox import Sandbox

__all__ = [
    "AsyncShortClock",
    "Recorder",
    "Sandbox",
    "ShortClock",
    "account",
    "error",
    "file",
    "job",
    "quote",
    "result",
    "tool",
]

pytest_plugins = ("proteiniq.testing._plugin",)

_HOME = {
    "AsyncShortClock": "_clock",
    "Recorder": "_recorder",
    "Sandbox": "_sandbox",
    "ShortClock": "_clock",
}
"""Where what is not a factory is defined."""


def __getattr__(name: str) -> Any:
    # No __dir__: pytest would load every name that it lists, looking for fixtures.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_HOME.get(name, '_factories')}", __name__), name)
    globals()[name] = value
    return value
