"""The report of a batch, from its folder."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from proteiniq_openapi._contract import SHA256

from .._display.batch_report import Batch, Item, report, totals
from .._display.report_page import Client
from .._version import VERSION
from ._folder import BatchFolder
from ._plan import PlanItem
from ._status import BatchStatus
from ._summary import ItemSummary, summaries
from ._table import rows


def page_of(folder: BatchFolder, status: BatchStatus, target: Path) -> str:
    """Return the page, with links from `target`. Raises BatchError if a result is missing or damaged."""
    header = folder.header
    batch = Batch(
        id=header.batch,
        name=header.name,
        tool=header.tool,
        tool_version=header.tool_version,
        contract=header.contract,
        created=header.created,
        finished=status.finished,
        totals=totals(status),
        text=str(status),
    )
    pairs = zip(summaries(folder), folder.plan.items(), strict=True)
    items = [_item(each, planned, folder.path, target) for each, planned in pairs]
    return report(batch, items, rows(folder), client=Client(version=VERSION, contract=SHA256))


def _item(each: ItemSummary, planned: PlanItem, folder: Path, target: Path) -> Item:
    link = None
    if each.folder is not None:
        link = quote(Path(os.path.relpath(folder / each.folder, target.parent)).as_posix())
    return Item(
        id=each.id,
        status=each.status,
        job_id=each.job_id,
        credits=each.credits,
        attempts=each.attempts,
        message=each.message or each.code,
        link=link,
        same_as=each.same_as,
        sha256=planned.sha256,
        settings=planned.settings,
    )
