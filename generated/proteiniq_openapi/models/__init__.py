"""Contains all the data models used in inputs/outputs; each is imported when it is used first"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .account import Account
    from .account_limits import AccountLimits
    from .blocking_error import BlockingError
    from .concurrent_jobs import ConcurrentJobs
    from .credit_model import CreditModel
    from .credits_ import Credits
    from .deleted_file import DeletedFile
    from .error_detail import ErrorDetail
    from .error_envelope import ErrorEnvelope
    from .file import File
    from .file_page import FilePage
    from .file_upload import FileUpload
    from .get_openapi_response_2xx import GetOpenapiResponse2XX
    from .input_entry import InputEntry
    from .input_source import InputSource
    from .job import Job
    from .job_billing import JobBilling
    from .job_error import JobError
    from .job_input import JobInput
    from .job_page import JobPage
    from .job_request import JobRequest
    from .job_request_settings import JobRequestSettings
    from .key_info import KeyInfo
    from .output_file import OutputFile
    from .plan import Plan
    from .quote import Quote
    from .quote_billing import QuoteBilling
    from .quote_limits import QuoteLimits
    from .quote_request import QuoteRequest
    from .quote_request_settings import QuoteRequestSettings
    from .rate_limit import RateLimit
    from .result import Result
    from .result_file import ResultFile
    from .setting import Setting
    from .slot import Slot
    from .tool import Tool
    from .tool_input import ToolInput
    from .tool_input_limits_type_0 import ToolInputLimitsType0
    from .tool_limits_type_0 import ToolLimitsType0
    from .tool_output import ToolOutput
    from .tool_output_results_type_0 import ToolOutputResultsType0
    from .tool_page import ToolPage
    from .tool_price import ToolPrice
    from .tool_summary import ToolSummary
    from .upload_ticket import UploadTicket
    from .upload_ticket_fields_type_0 import UploadTicketFieldsType0
    from .upload_ticket_headers_type_0 import UploadTicketHeadersType0
    from .workspace import Workspace

_MODULES = {
    "Account": ".account",
    "AccountLimits": ".account_limits",
    "BlockingError": ".blocking_error",
    "ConcurrentJobs": ".concurrent_jobs",
    "CreditModel": ".credit_model",
    "Credits": ".credits_",
    "DeletedFile": ".deleted_file",
    "ErrorDetail": ".error_detail",
    "ErrorEnvelope": ".error_envelope",
    "File": ".file",
    "FilePage": ".file_page",
    "FileUpload": ".file_upload",
    "GetOpenapiResponse2XX": ".get_openapi_response_2xx",
    "InputEntry": ".input_entry",
    "InputSource": ".input_source",
    "Job": ".job",
    "JobBilling": ".job_billing",
    "JobError": ".job_error",
    "JobInput": ".job_input",
    "JobPage": ".job_page",
    "JobRequest": ".job_request",
    "JobRequestSettings": ".job_request_settings",
    "KeyInfo": ".key_info",
    "OutputFile": ".output_file",
    "Plan": ".plan",
    "Quote": ".quote",
    "QuoteBilling": ".quote_billing",
    "QuoteLimits": ".quote_limits",
    "QuoteRequest": ".quote_request",
    "QuoteRequestSettings": ".quote_request_settings",
    "RateLimit": ".rate_limit",
    "Result": ".result",
    "ResultFile": ".result_file",
    "Setting": ".setting",
    "Slot": ".slot",
    "Tool": ".tool",
    "ToolInput": ".tool_input",
    "ToolInputLimitsType0": ".tool_input_limits_type_0",
    "ToolLimitsType0": ".tool_limits_type_0",
    "ToolOutput": ".tool_output",
    "ToolOutputResultsType0": ".tool_output_results_type_0",
    "ToolPage": ".tool_page",
    "ToolPrice": ".tool_price",
    "ToolSummary": ".tool_summary",
    "UploadTicket": ".upload_ticket",
    "UploadTicketFieldsType0": ".upload_ticket_fields_type_0",
    "UploadTicketHeadersType0": ".upload_ticket_headers_type_0",
    "Workspace": ".workspace",
}

__all__ = (
    "Account",
    "AccountLimits",
    "BlockingError",
    "ConcurrentJobs",
    "CreditModel",
    "Credits",
    "DeletedFile",
    "ErrorDetail",
    "ErrorEnvelope",
    "File",
    "FilePage",
    "FileUpload",
    "GetOpenapiResponse2XX",
    "InputEntry",
    "InputSource",
    "Job",
    "JobBilling",
    "JobError",
    "JobInput",
    "JobPage",
    "JobRequest",
    "JobRequestSettings",
    "KeyInfo",
    "OutputFile",
    "Plan",
    "Quote",
    "QuoteBilling",
    "QuoteLimits",
    "QuoteRequest",
    "QuoteRequestSettings",
    "RateLimit",
    "Result",
    "ResultFile",
    "Setting",
    "Slot",
    "Tool",
    "ToolInput",
    "ToolInputLimitsType0",
    "ToolLimitsType0",
    "ToolOutput",
    "ToolOutputResultsType0",
    "ToolPage",
    "ToolPrice",
    "ToolSummary",
    "UploadTicket",
    "UploadTicketFieldsType0",
    "UploadTicketHeadersType0",
    "Workspace",
)


if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(_MODULES[name], __name__), name)
        globals()[name] = value
        return value
