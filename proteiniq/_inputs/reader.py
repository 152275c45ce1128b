"""Read and check the inputs of a job: in a thread, where that may take long in an event loop."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..errors import InputWarning, Issue
from ..models import Tool
from . import entries, values
from .arguments import check_flags
from .entries import Prepared


class AsyncReader:
    """Reads inputs without blocking the event loop."""

    @staticmethod
    async def read(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None, *, check: bool) -> Prepared:
        read = partial(entries.prepared, tool, inputs, settings, check=check)
        if values.is_in_memory(inputs):
            made = read()
        else:
            from anyio.to_thread import run_sync

            # A read that hangs, such as that of a pipe, must not hold up a cancelled task.
            made = await run_sync(read, abandon_on_cancel=True)
        warn(made.warnings)
        return made


class Reader:
    """Reads inputs."""

    @staticmethod
    def read(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None, *, check: bool) -> Prepared:
        made = entries.prepared(tool, inputs, settings, check=check)
        warn(made.warnings)
        return made


def validate(tool: Tool, inputs: Any, settings: Mapping[str, Any] | None, *, check: bool) -> None:
    """Read the inputs without sending them. A list of API entries is the service's to judge."""
    check_flags(check=check)
    if entries.given_entries(inputs) is None:
        warn(entries.prepared(tool, inputs, settings, check=check).warnings)


def warn(issues: list[Issue]) -> None:
    """Give the warnings at the line of the user's program that called this package."""
    if not issues:
        return
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("proteiniq."):
        frame, level = frame.f_back, level + 1
    for issue in issues:
        warnings.warn(str(issue), InputWarning, stacklevel=level)
