"""Open a batch to run it: its plan, and what the caller decided."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from ..models import Tool
from ._events import Event, Resend, Retry
from ._folder import BatchFolder, Header
from ._items import items as items_of
from ._options import BatchOptions
from ._prepare import planned
from ._reuse import reused
from ._state import ItemState


def opened(
    tool: Tool, items: Any, path: str | os.PathLike[str], options: BatchOptions, *, contract: str, now: float
) -> BatchFolder:
    """Return the folder of a batch of these items, open for writing. `now` is in Unix seconds; may take long.

    Raises InvalidInput if an item is invalid, BatchLocked, and BatchError if the batch can't go on with these items.
    """
    header = Header(
        tool=tool.id,
        tool_version=tool.version,
        contract=contract,
        created=now,
        name=options.name,
        max_credits=options.max_credits,
        max_credits_each=options.max_credits_each,
    )
    folder = BatchFolder.start(path, header, now=now, take_over=options.take_over)
    try:
        chosen = items_of(
            tool, items, columns=options.columns, settings=options.settings, inputs=options.inputs
        )
        folder.extend(planned(tool, chosen, check=options.check))
        folder.set_limits(max_credits=options.max_credits, max_credits_each=options.max_credits_each)
        for event in _decisions(folder, options):
            folder.record(now, event)
    except BaseException:
        folder.close()
        raise
    return folder


def _decisions(folder: BatchFolder, options: BatchOptions) -> Iterator[Event]:
    """Yield what the caller decided on items that an earlier run has left."""
    if options.resend_in_doubt:
        yield from [Resend(place) for place in folder.state.in_doubt]
    if options.retry_failed:
        for place in range(len(folder.state)):
            if folder.state.status(place) == ItemState.FAILED:
                yield Retry(place, folder.state.attempt(place) + 1, "by the user")
    if options.reuse is not None:
        yield from reused(folder, options.reuse)
