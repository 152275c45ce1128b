"""Batches: many jobs of one tool, in a folder that outlives the process.

`client.batch(tool, items, folder)` runs one; `Batch.open(folder)` looks at one, without a client and without any
request.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._async.batch import AsyncBatch
    from .._sync.batch import Batch
    from ._options import OnFailure
    from ._status import BatchStatus
    from ._summary import ItemSummary
    from ._table import Table

__all__ = ["AsyncBatch", "Batch", "BatchStatus", "ItemSummary", "OnFailure", "Table"]

_HOMES = {
    "AsyncBatch": ".._async.batch",
    "Batch": ".._sync.batch",
    "BatchStatus": "._status",
    "ItemSummary": "._summary",
    "OnFailure": "._options",
    "Table": "._table",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __name__), name)


def __dir__() -> list[str]:
    return __all__
