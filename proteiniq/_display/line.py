"""The `repr` of public objects: one line, without data, keys and signed URLs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from .._message_text import number_text
from .results import lengths
from .text import one_line

LONGEST = 120
_LONGEST_VALUE = 44
_NOTHING: tuple[Any, ...] = (None, (), {})

STATES = ("done", "running", "waiting", "failed", "in_doubt", "skipped")
"""The counts of a batch's items."""

Facts = Iterator[tuple[str, Any]]


def line(value: Any) -> str:
    """Return an object as its class and its most important attributes, such as `Job(id='job_1', status='QUEUED')`."""
    text = type(value).__name__[: LONGEST // 2] + "("
    separator = ""
    try:
        for name, each in facts(value):
            part = f"{separator}{one_line(name, _LONGEST_VALUE)}={_value(each)}"
            if len(text) + len(part) > LONGEST - len(", …)"):
                return f"{text}{separator}…)"
            text, separator = text + part, ", "
    except Exception:
        # An attribute is missing, since the object is being made, or a value has no text.
        return f"{text}{separator}…)"
    return text + ")"


def facts(value: Any) -> Facts:
    """Yield the attributes that are shown of an object, the most important ones first."""
    for kind in type(value).__mro__:
        known = _KNOWN.get(kind.__name__.removeprefix("Async"))
        if known is not None:
            yield from ((name, each) for name, each in known(value) if each not in _NOTHING)
            return
    yield from _fields(value)


def _fields(value: Any) -> Facts:
    for field in attrs.fields(type(value)):
        each = getattr(value, field.name)
        if callable(field.repr):
            each = field.repr(each).strip("'")
        if field.repr and field.name[0] != "_" and field.name != "description" and each not in _NOTHING:
            yield field.name, each


def _value(value: Any) -> str:
    """Return a value as an attribute of an object: text is quoted and shortened, and other lists are counted."""
    match value:
        case bool() | None:
            return str(value)
        case int() | float():
            return one_line(number_text(value), _LONGEST_VALUE)
        case datetime():
            return value.isoformat(timespec="seconds")
        case tuple() | list() if all(isinstance(each, str) for each in value):
            return _quoted(", ".join(value[:_LONGEST_VALUE]))
        case Mapping() | Collection() if not isinstance(value, (str, bytes)):
            return str(len(value))
    if attrs.has(type(value)):  # the first attribute says which it is
        return next((_value(each) for _, each in facts(value)), "")
    return _quoted(str(value))


def _quoted(text: str) -> str:
    quoted = repr(one_line(text, _LONGEST_VALUE))
    return quoted if len(quoted) <= _LONGEST_VALUE else f"{quoted[: _LONGEST_VALUE - 2]}…{quoted[0]}"


def _account(account: Any) -> Facts:
    workspace, limits, key = account.workspace, account.limits, account.api_key
    yield "workspace", workspace.id
    yield "plan", workspace.plan and workspace.plan.tier
    yield "credits", workspace.credits and workspace.credits.available
    yield "active_jobs", limits and limits.active_jobs
    yield "key", key and key.prefix


def _tool(tool: Any) -> Facts:
    yield "id", tool.id
    yield "name", tool.name
    yield "version", tool.version
    yield "slots", tool.slots
    yield "settings", tool.settings
    yield "outputs", tool.outputs


def _quote(quote: Any) -> Facts:
    yield "tool", quote.tool
    yield "estimated_credits", quote.estimated_credits
    yield "available_credits", quote.available_credits
    yield "blocking_errors", quote.blocking_errors if quote.blocking_errors_known else "unknown"


def _job(job: Any) -> Facts:
    yield "id", job.id
    yield "status", job.status
    yield "tool", job.tool
    yield "name", job.name
    if not job.is_terminal:
        yield "progress", job.progress
    yield "credits_used", job.credits_used
    yield "error", job.error


def _result(result: Any) -> Facts:
    yield "job_id", result.job_id
    yield "tool", result.tool
    yield "status", result.status
    yield from lengths(result.data)
    yield "files", len(result.files)
    yield "error", result.error


def _result_file(file: Any) -> Facts:
    yield "name", file.name
    yield "content_type", file.content_type
    yield "job_id", file.job_id


def _result_files(files: Any) -> Facts:
    yield "files", len(files)
    yield "names", files.names


def _page(page: Any) -> Facts:
    yield "items", len(page.items)
    yield "next_cursor", page.next_cursor


def _pager(pager: Any) -> Facts:
    yield "operation", pager._listing.prepare().operation
    yield "page_size", pager._span.size
    yield "max_items", pager._span.max_items


def _batch_status(status: Any) -> Facts:
    yield "items", status.items
    for name in STATES:
        yield name, getattr(status, name) or None
    yield "credits_used", status.credits_used


def _folder(view: Any) -> Facts:
    yield "folder", getattr(view, "path", None) or view._path


_KNOWN: dict[str, Callable[[Any], Facts]] = {
    "Account": _account,
    "Tool": _tool,
    "Quote": _quote,
    "JobState": _job,
    "Result": _result,
    "ResultFile": _result_file,
    "ResultFiles": _result_files,
    "Page": _page,
    "Pager": _pager,
    "BatchStatus": _batch_status,
    "BatchView": _folder,
    "Table": _folder,
}
"""By name of the class, since the sync client must not load the classes of the async one."""
