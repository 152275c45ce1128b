"""What a client loads when it is first used.

Models and generated operations take longer to load than all that a client needs to be there. So a client names them
as `lazy.AsyncJobs`: type checkers see the class, and its module is loaded when the name is looked up, be it by code or
by `typing.get_type_hints`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..batch._options import BatchOptions as BatchOptions, OnFailure as OnFailure
    from ..models import Tool as Tool, ToolSummary as ToolSummary
    from .account import AsyncAccountAPI as AsyncAccountAPI
    from .batch import AsyncBatch as AsyncBatch, OnBatchProgress as OnBatchProgress
    from .files import AsyncFiles as AsyncFiles
    from .job import OnUpdate as OnUpdate
    from .jobs import AsyncJobs as AsyncJobs
    from .pipeline import AsyncPipeline as AsyncPipeline
    from .results import AsyncResult as AsyncResult, AsyncResults as AsyncResults
    from .tools import AsyncTools as AsyncTools

_HOMES = {
    "Tool": "..models",
    "ToolSummary": "..models",
    "AsyncAccountAPI": ".account",
    "AsyncBatch": ".batch",
    "AsyncFiles": ".files",
    "OnBatchProgress": ".batch",
    "OnFailure": "..batch._options",
    "BatchOptions": "..batch._options",
    "OnUpdate": ".job",
    "AsyncJobs": ".jobs",
    "AsyncPipeline": ".pipeline",
    "AsyncResult": ".results",
    "AsyncResults": ".results",
    "AsyncTools": ".tools",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __package__), name)
