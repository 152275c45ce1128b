# Generated from proteiniq/_async/lazy.py by scripts/unasync.py. Edit that file instead.

"""What a client loads when it is first used.

Models and generated operations take longer to load than all that a client needs to be there. So a client names them
as `lazy.Jobs`: type checkers see the class, and its module is loaded when the name is looked up, be it by code or
by `typing.get_type_hints`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..batch._options import BatchOptions as BatchOptions, OnFailure as OnFailure
    from ..models import Tool as Tool, ToolSummary as ToolSummary
    from .account import AccountAPI as AccountAPI
    from .batch import Batch as Batch, OnBatchProgress as OnBatchProgress
    from .files import Files as Files
    from .job import OnUpdate as OnUpdate
    from .jobs import Jobs as Jobs
    from .pipeline import Pipeline as Pipeline
    from .results import Result as Result, Results as Results
    from .tools import Tools as Tools

_HOMES = {
    "Tool": "..models",
    "ToolSummary": "..models",
    "AccountAPI": ".account",
    "Batch": ".batch",
    "Files": ".files",
    "OnBatchProgress": ".batch",
    "OnFailure": "..batch._options",
    "BatchOptions": "..batch._options",
    "OnUpdate": ".job",
    "Jobs": ".jobs",
    "Pipeline": ".pipeline",
    "Result": ".results",
    "Results": ".results",
    "Tools": ".tools",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name], __package__), name)
