"""A batch read from its folder alone, without a client and without a request."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, Self

from .._inputs.arguments import check_flags
from .._inputs.files import REPORT, new_file, save_path, saving_target
from .._shown import Shown
from .._transfer.durable import replace
from ..errors import BatchError
from ._folder import BatchFolder, Header
from ._result import read
from ._status import BatchStatus, status_of
from ._summary import ItemSummary, summaries, write_summary
from ._table import Table


class BatchView(Shown):
    """A batch folder open for reading. Another process may run the batch meanwhile."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = save_path(path, "the folder of a batch")

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open a batch folder to look at it. Raises BatchError if it has no batch, InvalidInput.

        To go on with the batch, call `client.batch` with this folder.
        """
        view = cls.__new__(cls)
        BatchView.__init__(view, path)
        Header.read(view.path)
        return view

    def status(self) -> BatchStatus:
        """Return how far the batch is. Raises BatchError."""
        with BatchFolder.read(self.path) as folder:
            return status_of(folder)

    def items(self) -> Iterator[ItemSummary]:
        """Yield what became of each item so far, in the order of the plan. Raises BatchError."""
        with BatchFolder.read(self.path) as folder:
            yield from summaries(folder)

    def report(self, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> BatchStatus:
        """Write summary.csv, which has a line for each item, and return the totals.

        With a `path`, also write a report there, or as `report.html` in it if that is a folder: one HTML file with a
        table of all items and their results, which makes no request when it is opened. Raises BatchError, OSError,
        InvalidInput, and FileExistsError without `overwrite`.
        """
        check_flags(overwrite=overwrite)
        target = None if path is None else new_file(saving_target(path, REPORT), overwrite=overwrite)
        with BatchFolder.read(self.path) as folder:
            write_summary(folder)
            status = status_of(folder)
            if target is not None:
                from ._page import page_of

                replace(target, page_of(folder, status, target).encode("utf-8", "replace"))
            return status

    def result(self, item: ItemSummary) -> Any:
        """Return the tool's result document of an item that is done.

        Raises BatchError if the item has no result, or if its file is missing or damaged.
        """
        if item.folder is None:
            raise BatchError(f"item {item.id} is {item.status} and has no result")
        return read(self.path, item).get("results")

    @property
    def table(self) -> Table:
        """The structured results of all items as one table."""
        return Table(self.path)
