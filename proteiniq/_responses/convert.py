"""Convert generated models to ours: the one module that knows both, so mypy finds a changed contract here.

The generated models use our schema already (see `contract/_reshape.py`), whatever the service's responses look like.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import parse_qs, urlsplit

from proteiniq_openapi import models as low
from proteiniq_openapi.types import Unset

from .. import models
from .._inputs import requests
from .._inputs.arguments import is_text
from ..contract import RAW
from ..errors import ContractError
from . import schema
from .page import Page

T = TypeVar("T")
A = TypeVar("A")


def account(answer: low.Account) -> models.Account:
    limits = given(answer.limits)
    key = given(answer.api_key)
    return models.Account(
        workspace=_workspace(answer.workspace),
        limits=_account_limits(limits) if limits else None,
        api_key=_key_info(key) if key else None,
        **_rest(answer),
    )


def _workspace(answer: low.Workspace) -> models.Workspace:
    plan, credits_ = given(answer.plan), given(answer.credits_)
    return models.Workspace(
        id=answer.id,
        plan=models.Plan(tier=given(plan.tier), paid=given(plan.paid), **_rest(plan)) if plan else None,
        credits=models.Credits(available=given(credits_.available), **_rest(credits_)) if credits_ else None,
        **_rest(answer),
    )


def _account_limits(answer: low.AccountLimits) -> models.AccountLimits:
    jobs, rate = given(answer.concurrent_jobs), given(answer.public_api_rate_limit)
    return models.AccountLimits(
        active_jobs=given(answer.active_jobs),
        concurrent_jobs=models.ConcurrentJobs(
            max=given(jobs.max_),
            remaining=given(jobs.remaining),
            **_rest(jobs),
        )
        if jobs
        else None,
        rate_limit=models.RateLimit(
            limit=given(rate.limit),
            window_seconds=given(rate.window_seconds),
            **_rest(rate),
        )
        if rate
        else None,
        **_rest(answer),
    )


def _key_info(answer: low.KeyInfo) -> models.KeyInfo:
    return models.KeyInfo(
        id=given(answer.id),
        env=given(answer.env),
        prefix=given(answer.prefix),
        scopes=tuple(given(answer.scopes) or ()),
        **_rest(answer),
    )


def tool_summary(answer: low.ToolSummary) -> models.ToolSummary:
    price = given(answer.credit_model)
    return models.ToolSummary(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        category=given(answer.category),
        tags=tuple(given(answer.tags) or ()),
        is_free=given(price.is_free) if price else None,
        **_rest(answer),
    )


def tool(answer: low.Tool) -> models.Tool:
    output, price = given(answer.output), given(answer.credit_model)
    results = given(output.results) if output else None
    return models.Tool(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        category=given(answer.category),
        subcategory=given(answer.subcategory),
        tags=tuple(given(answer.tags) or ()),
        version=given(answer.version),
        beta=given(answer.beta),
        slots=tuple(_slot(each) for each in answer.input_.slots),
        settings=tuple(_setting(each) for each in given(answer.input_.settings) or ()),
        outputs=tuple(_output_file(each) for each in given(output.files) or ()) if output else (),
        results=dict(results.additional_properties) if results else {},
        credit_model=_credit_model(price) if price else None,
        **_rest(answer),
    )


def _slot(answer: low.Slot) -> models.Slot:
    required = given(answer.required)
    return models.Slot(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        kind=given(answer.kind),
        formats=tuple(given(answer.formats) or ()),
        # Where the contract has no such field, the service judges what is missing.
        required=requests.is_documented("Slot", "required") if required is None else required,
        max_entries=given(answer.max_entries),
        max_records=given(answer.max_records),
        max_bytes=given(answer.max_bytes),
        **_rest(answer),
    )


def _setting(answer: low.Setting) -> models.Setting:
    options = given(answer.options)
    return models.Setting(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        type=given(answer.type_),
        default=given(answer.default),
        minimum=given(answer.minimum),
        maximum=given(answer.maximum),
        options=_options(options),
        unit=given(answer.unit),
        **_rest(answer),
    )


def _options(given_: Any) -> tuple[Any, ...]:
    """The values that a setting may have; an option may be an object with its value, or a key with its label."""
    if isinstance(given_, Mapping):
        return tuple(given_)
    if not isinstance(given_, list):
        return ()
    values = tuple(_option(each) for each in given_)
    return () if any(isinstance(each, (Mapping, list)) for each in values) else values


def _option(given_: Any) -> Any:
    if not isinstance(given_, Mapping):
        return given_
    return next((given_[name] for name in ("value", "id", "key", "name") if name in given_), given_)


def _output_file(answer: low.OutputFile) -> models.OutputFile:
    return models.OutputFile(
        name=given(answer.name),
        content_type=given(answer.content_type),
        description=given(answer.description),
        **_rest(answer),
    )


def _credit_model(answer: low.CreditModel) -> models.CreditModel:
    return models.CreditModel(
        is_free=given(answer.is_free),
        type=given(answer.type_),
        base_credits=given(answer.base_credits),
        credits_per_unit=given(answer.credits_per_unit),
        unit=given(answer.unit),
        **_rest(answer),
    )


def quote(answer: low.Quote) -> models.Quote:
    limits, billing = given(answer.limits), given(answer.billing)
    return models.Quote(
        tool=given(answer.tool),
        estimated_credits=answer.estimated_credits,
        available_credits=given(answer.available_credits),
        billable_credits=given(answer.billable_credits),
        blocking_errors=tuple(
            models.BlockingError(code=given(each.code), message=given(each.message), **_rest(each))
            for each in given(answer.blocking_errors) or ()
        ),
        blocking_errors_known=_can_be_read(answer, "Quote", "blocking_errors"),
        limits=models.QuoteLimits(
            active_concurrent_jobs=given(limits.active_concurrent_jobs),
            max_concurrent_jobs=given(limits.max_concurrent_jobs),
            daily_limit_used=given(limits.daily_limit_used),
            daily_limit_max=given(limits.daily_limit_max),
            **_rest(limits),
        )
        if limits
        else None,
        billing_mode=given(billing.mode) if billing else None,
        **_rest(answer),
    )


def job(answer: low.Job) -> models.JobState:
    error = given(answer.error)
    return models.JobState(
        id=answer.id,
        status=models.JobStatus(answer.status),
        tool=given(answer.tool),
        name=given(answer.name),
        progress=given(answer.progress),
        created_at=_aware(answer.created_at),
        started_at=_aware(answer.started_at),
        completed_at=_aware(answer.completed_at),
        credits_used=given(answer.credits_used),
        error=models.JobFailure(code=given(error.code), message=given(error.message), **_rest(error))
        if error
        else None,
        **_rest(answer),
    )


def result_fields(answer: low.Result, job_id: str) -> dict[str, Any]:
    """The fields of a result except its files, whose classes differ between sync and async."""
    status, data = given(answer.status), given(answer.results)
    return {
        "job_id": given(answer.job_id) or job_id,
        "tool": given(answer.tool),
        "status": models.JobStatus(status) if status else None,
        "completed_at": _aware(answer.completed_at),
        "data_source": given(answer.data_source),
        "data": {} if data is None else data,
        **_rest(answer),
    }


def result_files(answer: low.Result) -> list[models.ResultFileInfo]:
    return [_result_file(each) for each in given(answer.files) or ()]


def _result_file(answer: low.ResultFile) -> models.ResultFileInfo:
    return models.ResultFileInfo(
        name=answer.name,
        content_type=given(answer.content_type),
        url=given(answer.url),
        key=given(answer.key),
        **_rest(answer),
    )


def file(answer: low.File) -> models.File:
    return models.File(
        id=answer.id,
        filename=given(answer.filename),
        format=given(answer.format_),
        mime_type=given(answer.mime_type),
        size_bytes=given(answer.size_bytes),
        origin=given(answer.origin),
        storage_owner=given(answer.storage_owner),
        description=given(answer.description),
        tags=tuple(given(answer.tags) or ()),
        collection_ids=tuple(given(answer.collection_ids) or ()),
        created_at=_aware(answer.created_at),
        updated_at=_aware(answer.updated_at),
        **_rest(answer),
    )


def deleted_file(answer: low.DeletedFile | None, file_id: str) -> models.DeletedFile:
    """Return what became of a file; a successful response without a readable body means that it was deleted."""
    if answer is None:
        return models.DeletedFile(id=file_id, deleted=True)
    return models.DeletedFile(
        id=given(answer.id) or file_id, deleted=given(answer.deleted) is not False, **_rest(answer)
    )


def given(value: T | Unset | None) -> T | None:
    """Return the value, or None if the response did not contain it."""
    return None if isinstance(value, Unset) else value


def _aware(moment: datetime | Unset | None) -> datetime | None:
    """Return an aware time; without an offset it is UTC, as the service writes it (documentation, "Results")."""
    there = given(moment)
    return there.replace(tzinfo=UTC) if there is not None and there.tzinfo is None else there


def _can_be_read(answer: Any, role: str, name: str) -> bool:
    """Whether a response contains a field as the contract describes it, or omits an optional one."""
    if name in answer.additional_properties.get(schema.MISFITS, {}):
        return False
    promised = requests.is_promised(role, name)
    return not (promised and isinstance(getattr(answer, name), Unset))


def _rest(answer: Any) -> dict[str, Any]:
    """Return what every model keeps: the original response, and the fields that no attribute holds."""
    kept = dict(answer.additional_properties)
    raw = kept.pop(RAW, {})
    misfits = kept.pop(schema.MISFITS, {})
    return {"extra": kept | misfits, "raw": raw}


class _Paged(Protocol[A]):
    data: list[A]
    additional_properties: dict[str, Any]

    @property
    def has_more(self) -> bool | Unset | None: ...
    @property
    def next_cursor(self) -> str | Unset | None: ...
    @property
    def total(self) -> int | Unset | None: ...
    @property
    def page_count(self) -> int | Unset | None: ...


def page(answer: _Paged[A], operation: str, convert: Callable[[A], T], *, cursor: str | None) -> Page[T]:
    """Return a page: its items, and where the next page starts. `cursor` is where this one starts."""
    route = requests.endpoint(operation)
    items = tuple(convert(each) for each in answer.data)
    start, step = route.first_page, 1
    if route.paging == "offset":
        start, step = 0, len(items)
    here = int(cursor) if cursor is not None and cursor.isdecimal() else start
    more, following = given(answer.has_more), given(answer.next_cursor) or None
    if route.paging in ("offset", "page"):
        total, count = given(answer.total), given(answer.page_count)
        if more is None and route.paging == "offset" and total is not None:
            more = here + len(items) < total
        elif more is None and route.paging == "page" and count is not None:
            more = here - start + 1 < count
        elif more is None:
            more = bool(items)  # A page may be smaller than requested; an empty one is the last.
        return Page(items, str(here + step) if more else None)
    following = _in_link(following, route.query.get("starting_after", ""))
    if more is None and following is None:
        total = given(answer.total)
        more = cursor is None and total is not None and total > len(items)
        if problem := _unread(answer):
            return Page(items, None, ContractError(f"{operation}: {problem}", operation=operation))
    if more is False or (following is None and not more):
        return Page(items, None)
    what = None
    if following is None or not is_text(following):
        what = f"next_cursor is {following!r}: the rest can't be requested"
    elif route.paging is None:
        what = "the service's contract has no parameter to request them"
    if what is None:
        return Page(items, following)
    message = f"{operation}: there are more pages, but {what}"
    return Page(items, None, ContractError(message, operation=operation, path="$.next_cursor"))


def _unread(answer: Any) -> str | None:
    """Why it is unknown whether there are more pages; None if the page has no unreadable field about it."""
    unread = answer.additional_properties.get(schema.MISFITS, {})
    for name in ("next_cursor", "has_more"):
        if name in unread:
            return f"{name} is {unread[name]!r:.60}: it is unknown whether there are more pages"
    return None


def _in_link(following: Any, parameter: str) -> Any:
    """Where the next page starts, taken from a link to it if the service returns one: `https://…?cursor=abc`."""
    if not isinstance(following, str) or "?" not in following:
        return following
    try:
        values = parse_qs(urlsplit(following).query).get(parameter)
    except ValueError:  # not a link after all
        return following
    return values[0] if values else following
