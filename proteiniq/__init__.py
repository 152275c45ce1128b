"""ProteinIQ: protein tools as asynchronous jobs.

    from proteiniq import ProteinIQ

    with ProteinIQ() as client:
        result = client.run("esmfold", {"protein": ">hen lysozyme\\nKVFGRCELAA…"})
        result.save_all(f"results/{result.job_id}")

Importing this package loads nothing else: each name is loaded when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it: typing itself takes longer to load than this package may
if TYPE_CHECKING:
    from typing import Any

    from ._async.client import AsyncProteinIQ
    from ._async.job import AsyncJob
    from ._async.paging import AsyncPager
    from ._async.results import AsyncResult, AsyncResultFile, AsyncResultFiles
    from ._async.transport import AsyncTransport, AsyncTransportRequest, AsyncTransportResponse
    from ._display.view import View
    from ._sync.client import ProteinIQ
    from ._sync.job import Job
    from ._sync.paging import Page, Pager
    from ._sync.results import Result, ResultFile, ResultFiles
    from ._sync.transport import Transport, TransportRequest, TransportResponse
    from ._wire.clock import AsyncClock, SyncClock
    from .errors import (
        APIError,
        BadRequest,
        BatchError,
        BatchLocked,
        BatchPaused,
        BudgetExceeded,
        ConcurrentJobLimitExceeded,
        ConfigurationError,
        Conflict,
        ContractError,
        DailyLimitExceeded,
        Forbidden,
        InputWarning,
        InsufficientCredits,
        InternalError,
        InvalidInput,
        InvalidJSON,
        Issue,
        JobFailed,
        JobNotCompleted,
        MethodNotAllowed,
        NotFound,
        PaidPlanRequired,
        PayloadTooLarge,
        PaymentRequired,
        ProteinIQError,
        RateLimited,
        Request,
        RequestError,
        RequestTimeout,
        ServerError,
        SpendLimitExceeded,
        TeamNotFound,
        TransportError,
        Unauthorized,
        UnsupportedMediaType,
        UnsupportedOperation,
        UserNotFound,
        ValidationError,
        WaitTimeout,
    )
    from .models import (
        Account,
        AccountLimits,
        BlockingError,
        ConcurrentJobs,
        CreditModel,
        Credits,
        DeletedFile,
        File,
        JobFailure,
        JobState,
        JobStatus,
        KeyInfo,
        OutputFile,
        Plan,
        Quote,
        QuoteLimits,
        RateLimit,
        ResultFileInfo,
        Setting,
        Slot,
        Tool,
        ToolSummary,
        Workspace,
    )

__all__ = [
    "APIError",
    "Account",
    "AccountLimits",
    "AsyncClock",
    "AsyncJob",
    "AsyncPager",
    "AsyncProteinIQ",
    "AsyncResult",
    "AsyncResultFile",
    "AsyncResultFiles",
    "AsyncTransport",
    "AsyncTransportRequest",
    "AsyncTransportResponse",
    "BadRequest",
    "BatchError",
    "BatchLocked",
    "BatchPaused",
    "BlockingError",
    "BudgetExceeded",
    "ConcurrentJobLimitExceeded",
    "ConcurrentJobs",
    "ConfigurationError",
    "Conflict",
    "ContractError",
    "CreditModel",
    "Credits",
    "DailyLimitExceeded",
    "DeletedFile",
    "File",
    "Forbidden",
    "InputWarning",
    "InsufficientCredits",
    "InternalError",
    "InvalidInput",
    "InvalidJSON",
    "Issue",
    "Job",
    "JobFailed",
    "JobFailure",
    "JobNotCompleted",
    "JobState",
    "JobStatus",
    "KeyInfo",
    "MethodNotAllowed",
    "NotFound",
    "OutputFile",
    "Page",
    "Pager",
    "PaidPlanRequired",
    "PayloadTooLarge",
    "PaymentRequired",
    "Plan",
    "ProteinIQ",
    "ProteinIQError",
    "Quote",
    "QuoteLimits",
    "RateLimit",
    "RateLimited",
    "Request",
    "RequestError",
    "RequestTimeout",
    "Result",
    "ResultFile",
    "ResultFileInfo",
    "ResultFiles",
    "ServerError",
    "Setting",
    "Slot",
    "SpendLimitExceeded",
    "SyncClock",
    "TeamNotFound",
    "Tool",
    "ToolSummary",
    "Transport",
    "TransportError",
    "TransportRequest",
    "TransportResponse",
    "Unauthorized",
    "UnsupportedMediaType",
    "UnsupportedOperation",
    "UserNotFound",
    "ValidationError",
    "View",
    "WaitTimeout",
    "Workspace",
    "__version__",
]


_HOME = {
    "AsyncProteinIQ": "_async.client",
    "AsyncClock": "_wire.clock",
    "AsyncJob": "_async.job",
    "AsyncPager": "_async.paging",
    "AsyncResult": "_async.results",
    "AsyncResultFile": "_async.results",
    "AsyncResultFiles": "_async.results",
    "AsyncTransport": "_async.transport",
    "AsyncTransportRequest": "_async.transport",
    "AsyncTransportResponse": "_async.transport",
    "ProteinIQ": "_sync.client",
    "Job": "_sync.job",
    "Page": "_sync.paging",
    "Pager": "_sync.paging",
    "Result": "_sync.results",
    "ResultFile": "_sync.results",
    "ResultFiles": "_sync.results",
    "SyncClock": "_wire.clock",
    "Transport": "_sync.transport",
    "TransportRequest": "_sync.transport",
    "TransportResponse": "_sync.transport",
    "View": "_display.view",
}
"""Where what can be made or used is defined; everything else is an error or a model."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from ._version import VERSION

        return VERSION
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    homes = (_HOME[name],) if name in _HOME else ("errors", "models")
    modules = (importlib.import_module(f".{home}", __name__) for home in homes)
    found = globals()[name] = next(getattr(module, name) for module in modules if hasattr(module, name))
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
