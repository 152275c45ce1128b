"""ProteinIQ: protein tools as asynchronous jobs.

    from proteiniq import ProteinIQ

    with ProteinIQ() as client:
        result = client.run("esmfold", {"protein": ">hen lysozyme\\nKVFGRCELAA…"})
        result.save_all("results")

Importing this package loads nothing else: each name is loaded when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it: typing itself takes longer to load than this package may
if TYPE_CHECKING:
    from typing import Any

    from ._async.client import (
        AsyncProteinIQ as AsyncProteinIQ,
    )
    from ._async.job import (
        AsyncJob as AsyncJob,
    )
    from ._async.paging import (
        AsyncPager as AsyncPager,
    )
    from ._async.results import (
        AsyncResult as AsyncResult,
    )
    from ._async.results import (
        AsyncResultFile as AsyncResultFile,
    )
    from ._sync.client import (
        ProteinIQ as ProteinIQ,
    )
    from ._sync.job import (
        Job as Job,
    )
    from ._sync.paging import (
        Page as Page,
    )
    from ._sync.paging import (
        Pager as Pager,
    )
    from ._sync.results import (
        Result as Result,
    )
    from ._sync.results import (
        ResultFile as ResultFile,
    )
    from .errors import (
        APIError as APIError,
    )
    from .errors import (
        BadRequest as BadRequest,
    )
    from .errors import (
        ConcurrentJobLimitExceeded as ConcurrentJobLimitExceeded,
    )
    from .errors import (
        ConfigurationError as ConfigurationError,
    )
    from .errors import (
        Conflict as Conflict,
    )
    from .errors import (
        ContractError as ContractError,
    )
    from .errors import (
        DailyLimitExceeded as DailyLimitExceeded,
    )
    from .errors import (
        Forbidden as Forbidden,
    )
    from .errors import (
        InsufficientCredits as InsufficientCredits,
    )
    from .errors import (
        InternalError as InternalError,
    )
    from .errors import (
        InvalidInput as InvalidInput,
    )
    from .errors import (
        InvalidJSON as InvalidJSON,
    )
    from .errors import (
        Issue as Issue,
    )
    from .errors import (
        JobFailed as JobFailed,
    )
    from .errors import (
        JobNotCompleted as JobNotCompleted,
    )
    from .errors import (
        MethodNotAllowed as MethodNotAllowed,
    )
    from .errors import (
        NotFound as NotFound,
    )
    from .errors import (
        PaidPlanRequired as PaidPlanRequired,
    )
    from .errors import (
        PayloadTooLarge as PayloadTooLarge,
    )
    from .errors import (
        PaymentRequired as PaymentRequired,
    )
    from .errors import (
        ProteinIQError as ProteinIQError,
    )
    from .errors import (
        RateLimited as RateLimited,
    )
    from .errors import (
        Request as Request,
    )
    from .errors import (
        RequestTimeout as RequestTimeout,
    )
    from .errors import (
        ServerError as ServerError,
    )
    from .errors import (
        SpendLimitExceeded as SpendLimitExceeded,
    )
    from .errors import (
        TeamNotFound as TeamNotFound,
    )
    from .errors import (
        TransportError as TransportError,
    )
    from .errors import (
        Unauthorized as Unauthorized,
    )
    from .errors import (
        UnsupportedMediaType as UnsupportedMediaType,
    )
    from .errors import (
        UnsupportedOperation as UnsupportedOperation,
    )
    from .errors import (
        UserNotFound as UserNotFound,
    )
    from .errors import (
        ValidationError as ValidationError,
    )
    from .errors import (
        WaitTimeout as WaitTimeout,
    )
    from .models import (
        Account as Account,
    )
    from .models import (
        AccountLimits as AccountLimits,
    )
    from .models import (
        BlockingError as BlockingError,
    )
    from .models import (
        ConcurrentJobs as ConcurrentJobs,
    )
    from .models import (
        CreditModel as CreditModel,
    )
    from .models import (
        Credits as Credits,
    )
    from .models import (
        DeletedFile as DeletedFile,
    )
    from .models import (
        File as File,
    )
    from .models import (
        JobFailure as JobFailure,
    )
    from .models import (
        JobState as JobState,
    )
    from .models import (
        JobStatus as JobStatus,
    )
    from .models import (
        KeyInfo as KeyInfo,
    )
    from .models import (
        OutputFile as OutputFile,
    )
    from .models import (
        Plan as Plan,
    )
    from .models import (
        Quote as Quote,
    )
    from .models import (
        QuoteLimits as QuoteLimits,
    )
    from .models import (
        RateLimit as RateLimit,
    )
    from .models import (
        Setting as Setting,
    )
    from .models import (
        Slot as Slot,
    )
    from .models import (
        Tool as Tool,
    )
    from .models import (
        ToolSummary as ToolSummary,
    )
    from .models import (
        Workspace as Workspace,
    )

_NAMES = {
    "_async.client": ("AsyncProteinIQ",),
    "_async.job": ("AsyncJob",),
    "_async.paging": ("AsyncPager",),
    "_async.results": (
        "AsyncResult",
        "AsyncResultFile",
    ),
    "_sync.client": ("ProteinIQ",),
    "_sync.job": ("Job",),
    "_sync.paging": (
        "Pager",
        "Page",
    ),
    "_sync.results": (
        "Result",
        "ResultFile",
    ),
    "errors": (
        "APIError",
        "BadRequest",
        "ConcurrentJobLimitExceeded",
        "ConfigurationError",
        "Conflict",
        "ContractError",
        "DailyLimitExceeded",
        "Forbidden",
        "InsufficientCredits",
        "InternalError",
        "InvalidInput",
        "InvalidJSON",
        "Issue",
        "JobFailed",
        "JobNotCompleted",
        "MethodNotAllowed",
        "NotFound",
        "PaidPlanRequired",
        "PayloadTooLarge",
        "PaymentRequired",
        "ProteinIQError",
        "RateLimited",
        "Request",
        "RequestTimeout",
        "ServerError",
        "SpendLimitExceeded",
        "TeamNotFound",
        "TransportError",
        "Unauthorized",
        "UnsupportedMediaType",
        "UnsupportedOperation",
        "UserNotFound",
        "ValidationError",
        "WaitTimeout",
    ),
    "models": (
        "Account",
        "AccountLimits",
        "BlockingError",
        "ConcurrentJobs",
        "CreditModel",
        "Credits",
        "DeletedFile",
        "File",
        "JobFailure",
        "JobState",
        "JobStatus",
        "KeyInfo",
        "OutputFile",
        "Plan",
        "Quote",
        "QuoteLimits",
        "RateLimit",
        "Setting",
        "Slot",
        "Tool",
        "ToolSummary",
        "Workspace",
    ),
}
_HOME = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "APIError",
    "Account",
    "AccountLimits",
    "AsyncJob",
    "AsyncPager",
    "AsyncProteinIQ",
    "AsyncResult",
    "AsyncResultFile",
    "BadRequest",
    "BlockingError",
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
    "RequestTimeout",
    "Result",
    "ResultFile",
    "ServerError",
    "Setting",
    "Slot",
    "SpendLimitExceeded",
    "TeamNotFound",
    "Tool",
    "ToolSummary",
    "TransportError",
    "Unauthorized",
    "UnsupportedMediaType",
    "UnsupportedOperation",
    "UserNotFound",
    "ValidationError",
    "WaitTimeout",
    "Workspace",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("proteiniq")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
