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
from .._inputs.arguments import check_id, is_text
from ..contract import RAW
from ..errors import ContractError, InvalidInput
from . import schema
from .page import Page

T = TypeVar("T")
A = TypeVar("A")


def account(response: low.Account) -> models.Account:
    limits = given(response.limits)
    key = given(response.api_key)
    return models.Account(
        workspace=_workspace(response.workspace),
        limits=_account_limits(limits) if limits else None,
        api_key=_key_info(key) if key else None,
        **_rest(response),
    )


def _workspace(response: low.Workspace) -> models.Workspace:
    plan, credits_ = given(response.plan), given(response.credits_)
    return models.Workspace(
        id=response.id,
        plan=models.Plan(tier=given(plan.tier), paid=given(plan.paid), **_rest(plan)) if plan else None,
        credits=models.Credits(available=given(credits_.available), **_rest(credits_)) if credits_ else None,
        **_rest(response),
    )


def _account_limits(response: low.AccountLimits) -> models.AccountLimits:
    jobs, rate = given(response.concurrent_jobs), given(response.public_api_rate_limit)
    return models.AccountLimits(
        active_jobs=given(response.active_jobs),
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
        **_rest(response),
    )


def _key_info(response: low.KeyInfo) -> models.KeyInfo:
    return models.KeyInfo(
        id=given(response.id),
        env=given(response.env),
        prefix=given(response.prefix),
        scopes=tuple(given(response.scopes) or ()),
        **_rest(response),
    )


def tool_summary(response: low.ToolSummary) -> models.ToolSummary:
    price = given(response.credit_model)
    return models.ToolSummary(
        id=response.id,
        name=given(response.name),
        description=given(response.description),
        category=given(response.category),
        tags=tuple(given(response.tags) or ()),
        is_free=given(price.is_free) if price else None,
        **_rest(response),
    )


def tool(response: low.Tool) -> models.Tool:
    output, price = given(response.output), given(response.credit_model)
    results = given(output.results) if output else None
    return models.Tool(
        id=response.id,
        name=given(response.name),
        description=given(response.description),
        category=given(response.category),
        subcategory=given(response.subcategory),
        tags=tuple(given(response.tags) or ()),
        version=given(response.version),
        beta=given(response.beta),
        slots=tuple(_slot(each) for each in response.input_.slots),
        settings=tuple(_setting(each) for each in given(response.input_.settings) or ()),
        outputs=tuple(_output_file(each) for each in given(output.files) or ()) if output else (),
        results=dict(results.additional_properties) if results else {},
        credit_model=_credit_model(price) if price else None,
        **_rest(response),
    )


def _slot(response: low.Slot) -> models.Slot:
    return models.Slot(
        id=response.id,
        name=given(response.name),
        description=given(response.description),
        kind=given(response.kind),
        formats=tuple(given(response.formats) or ()),
        required=bool(given(response.required)),
        max_entries=given(response.max_entries),
        max_records=given(response.max_records),
        max_bytes=given(response.max_bytes),
        **_rest(response),
    )


def _setting(response: low.Setting) -> models.Setting:
    options = given(response.options)
    return models.Setting(
        id=response.id,
        name=given(response.name),
        description=given(response.description),
        type=given(response.type_),
        default=given(response.default),
        minimum=given(response.minimum),
        maximum=given(response.maximum),
        options=_options(options),
        unit=given(response.unit),
        **_rest(response),
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


def _output_file(response: low.OutputFile) -> models.OutputFile:
    return models.OutputFile(
        name=given(response.name),
        content_type=given(response.content_type),
        description=given(response.description),
        **_rest(response),
    )


def _credit_model(response: low.CreditModel) -> models.CreditModel:
    return models.CreditModel(
        is_free=given(response.is_free),
        type=given(response.type_),
        base_credits=given(response.base_credits),
        credits_per_unit=given(response.credits_per_unit),
        unit=given(response.unit),
        **_rest(response),
    )


def quote(response: low.Quote) -> models.Quote:
    limits, billing = given(response.limits), given(response.billing)
    return models.Quote(
        tool=given(response.tool),
        estimated_credits=response.estimated_credits,
        available_credits=given(response.available_credits),
        billable_credits=given(response.billable_credits),
        blocking_errors=tuple(
            models.BlockingError(code=given(each.code), message=given(each.message), **_rest(each))
            for each in given(response.blocking_errors) or ()
        ),
        blocking_errors_known=_can_be_read(response, "Quote", "blocking_errors"),
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
        **_rest(response),
    )


def made_job(response: low.Job) -> models.JobState:
    """Return a job that was just submitted. Raises ContractError if it has no id that its status can be read with."""
    try:
        check_id("job", response.id)
    except InvalidInput as error:
        broken = ContractError(
            f"submit_job: the response breaks the contract at $.id: {error}",
            operation="submit_job",
            path="$.id",
        )
        broken.in_doubt = True
        raise broken from None
    return job(response)


def job(response: low.Job) -> models.JobState:
    error = given(response.error)
    return models.JobState(
        id=response.id,
        status=models.JobStatus(response.status),
        tool=given(response.tool),
        name=given(response.name),
        progress=given(response.progress),
        created_at=_aware(response.created_at),
        started_at=_aware(response.started_at),
        completed_at=_aware(response.completed_at),
        credits_used=given(response.credits_used),
        error=models.JobFailure(code=given(error.code), message=given(error.message), **_rest(error))
        if error
        else None,
        **_rest(response),
    )


def result_fields(response: low.Result, job_id: str) -> dict[str, Any]:
    """The fields of a result except its files, whose classes differ between sync and async."""
    status, data = given(response.status), given(response.results)
    return {
        "job_id": given(response.job_id) or job_id,
        "tool": given(response.tool),
        "status": models.JobStatus(status) if status else None,
        "completed_at": _aware(response.completed_at),
        "data_source": given(response.data_source),
        "data": {} if data is None else data,
        **_rest(response),
    }


def result_files(response: low.Result) -> list[models.ResultFileInfo]:
    return [_result_file(each) for each in given(response.files) or ()]


def _result_file(response: low.ResultFile) -> models.ResultFileInfo:
    return models.ResultFileInfo(
        name=response.name,
        content_type=given(response.content_type),
        url=given(response.url),
        key=given(response.key),
        **_rest(response),
    )


def file(response: low.File) -> models.File:
    return models.File(
        id=response.id,
        filename=given(response.filename),
        format=given(response.format_),
        mime_type=given(response.mime_type),
        size_bytes=given(response.size_bytes),
        origin=given(response.origin),
        storage_owner=given(response.storage_owner),
        description=given(response.description),
        tags=tuple(given(response.tags) or ()),
        collection_ids=tuple(given(response.collection_ids) or ()),
        created_at=_aware(response.created_at),
        updated_at=_aware(response.updated_at),
        **_rest(response),
    )


def deleted_file(response: low.DeletedFile | None, file_id: str) -> models.DeletedFile:
    """Return what became of a file; a successful response without a readable body means that it was deleted."""
    if response is None:
        return models.DeletedFile(id=file_id, deleted=True)
    return models.DeletedFile(
        id=given(response.id) or file_id, deleted=given(response.deleted) is not False, **_rest(response)
    )


def given(value: T | Unset | None) -> T | None:
    """Return the value, or None if the response did not contain it."""
    return None if isinstance(value, Unset) else value


def _aware(moment: datetime | Unset | None) -> datetime | None:
    """Return an aware time; without an offset it is UTC, as the service writes it (documentation, "Results")."""
    there = given(moment)
    return there.replace(tzinfo=UTC) if there is not None and there.tzinfo is None else there


def _can_be_read(response: Any, role: str, name: str) -> bool:
    """Whether a response contains a field as the contract describes it, or omits an optional one."""
    if name in response.additional_properties.get(schema.MISFITS, {}):
        return False
    promised = requests.is_promised(role, name)
    return not (promised and isinstance(getattr(response, name), Unset))


def _rest(response: Any) -> dict[str, Any]:
    """Return what every model keeps: the original response, and the fields that no attribute holds."""
    kept = dict(response.additional_properties)
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


def page(response: _Paged[A], operation: str, convert: Callable[[A], T], *, cursor: str | None) -> Page[T]:
    """Return a page: its items, and where the next page starts. `cursor` is where this one starts."""
    route = requests.endpoint(operation)
    items = tuple(convert(each) for each in response.data)
    start, step = route.first_page, 1
    if route.paging == "offset":
        start, step = 0, len(items)
    here = int(cursor) if cursor is not None and cursor.isdecimal() else start
    more, following = given(response.has_more), given(response.next_cursor) or None
    if route.paging in ("offset", "page"):
        total, count = given(response.total), given(response.page_count)
        if more is None and route.paging == "offset" and total is not None:
            more = here + len(items) < total
        elif more is None and route.paging == "page" and count is not None:
            more = here - start + 1 < count
        elif more is None:
            more = bool(items)  # A page may be smaller than requested; an empty one is the last.
        return Page(items, str(here + step) if more else None)
    following = _in_link(following, route.query.get("starting_after", ""))
    if more is None and following is None:
        total = given(response.total)
        more = cursor is None and total is not None and total > len(items)
        if problem := _unread(response):
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


def _unread(response: Any) -> str | None:
    """Why it is unknown whether there are more pages; None if the page has no unreadable field about it."""
    unread = response.additional_properties.get(schema.MISFITS, {})
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
