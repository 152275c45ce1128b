"""Take results from another batch: the same work, done before."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .._transfer.durable import sync_tree
from ..errors import BatchError
from ._events import Reused, Saved
from ._folder import BatchFolder
from ._lines import canonical, writing
from ._plan import PlanItem
from ._result import changed
from ._state import ItemState


def reused(folder: BatchFolder, path: str | os.PathLike[str]) -> Iterator[Reused]:
    """Copy the results that another batch has for waiting items, and yield what to record of each.

    The other batch must be of the same tool in the same version; inputs and settings must be equal. Raises BatchError.
    """
    with BatchFolder.read(path) as other:
        mine, theirs = folder.header, other.header
        if (mine.tool, mine.tool_version) != (theirs.tool, theirs.tool_version):
            raise BatchError(
                f"the batch in {other.path} is of {theirs.tool} in version {theirs.tool_version}, and this one of "
                f"{mine.tool} in version {mine.tool_version}: its results can't be used"
            )
        saved = {event.item: event for _, event in other.events() if isinstance(event, (Saved, Reused))}
        done = {_work(item): item for item in other.plan.items() if item.place in saved}
        for item in folder.plan.items():
            source = done.get(_work(item))
            if source is not None and folder.state.status(item.place) == ItemState.PENDING:
                event, results = saved[source.place], other.results_of(source)
                if (name := changed(results, event)) is not None:
                    raise BatchError(
                        f"{results / name} is missing, or not as it was saved: restore it from a backup, or omit "
                        "reuse, and each item has a job of its own"
                    )
                _copy(results, folder, item)
                yield Reused(item.place, str(other.path), source.id, event.files, event.data)


def _work(item: PlanItem) -> tuple[str, bytes]:
    return item.sha256, canonical(dict(item.settings))


def _copy(source: Path, folder: BatchFolder, item: PlanItem) -> None:
    """Copy a result. It is whole if its event is recorded, so a copy that was cut short is made again."""
    target = folder.results_of(item)
    with writing(target):
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(source, folder.make_results_of(item), dirs_exist_ok=True)
        sync_tree(target)
