"""From generated models to ours: the one place that knows both, so that mypy finds a contract change here."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar, cast

import attrs
from proteiniq_openapi import models as low
from proteiniq_openapi.types import UNSET, Unset

from . import models
from ._arguments import is_text
from .contract import document
from .contract._names import fold
from .errors import ContractError

T = TypeVar("T")
A = TypeVar("A")
M = TypeVar("M", bound=models.Model)
Raw = Mapping[str, Any]


def account(answer: low.Account, raw: Raw) -> models.Account:
    limits = given(answer.limits)
    key = given(answer.api_key)
    return models.Account(
        workspace=_workspace(answer.workspace, _part(answer, raw, "workspace")),
        limits=_account_limits(limits, _part(answer, raw, "limits")) if limits else None,
        api_key=_key_info(key, _part(answer, raw, "api_key")) if key else None,
        **_rest(answer, raw),
    )


def _workspace(answer: low.Workspace, raw: Raw) -> models.Workspace:
    plan, credits_ = given(answer.plan), given(answer.credits_)
    return models.Workspace(
        id=answer.id,
        plan=models.Plan(
            tier=given(plan.tier), paid=given(plan.paid), **_rest(plan, _part(answer, raw, "plan"))
        )
        if plan
        else None,
        credits=models.Credits(
            available=given(credits_.available), **_rest(credits_, _part(answer, raw, "credits"))
        )
        if credits_
        else None,
        **_rest(answer, raw),
    )


def _account_limits(answer: low.AccountLimits, raw: Raw) -> models.AccountLimits:
    jobs, rate = given(answer.concurrent_jobs), given(answer.public_api_rate_limit)
    return models.AccountLimits(
        active_jobs=given(answer.active_jobs),
        concurrent_jobs=models.ConcurrentJobs(
            max=given(jobs.max_),
            remaining=given(jobs.remaining),
            **_rest(jobs, _part(answer, raw, "concurrent_jobs")),
        )
        if jobs
        else None,
        rate_limit=models.RateLimit(
            limit=given(rate.limit),
            window_seconds=given(rate.window_seconds),
            **_rest(rate, _part(answer, raw, "public_api_rate_limit")),
        )
        if rate
        else None,
        **_rest(answer, raw),
    )


def _key_info(answer: low.KeyInfo, raw: Raw) -> models.KeyInfo:
    return models.KeyInfo(
        id=given(answer.id),
        env=given(answer.env),
        prefix=given(answer.prefix),
        scopes=tuple(given(answer.scopes) or ()),
        **_rest(answer, raw),
    )


def tool_summary(answer: low.ToolSummary, raw: Raw) -> models.ToolSummary:
    price = given(answer.credit_model)
    return models.ToolSummary(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        category=given(answer.category),
        tags=tuple(given(answer.tags) or ()),
        is_free=given(price.is_free) if price else None,
        **_rest(answer, raw),
    )


def tool(answer: low.Tool, raw: Raw) -> models.Tool:
    output, price = given(answer.output), given(answer.credit_model)
    results = given(output.results) if output else None
    inputs: Raw = _part(answer, raw, "input")
    return models.Tool(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        category=given(answer.category),
        subcategory=given(answer.subcategory),
        tags=tuple(given(answer.tags) or ()),
        version=given(answer.version),
        beta=given(answer.beta),
        slots=tuple(
            _slot(each, its)
            for each, its in zip(answer.input_.slots, _part(answer.input_, inputs, "slots"), strict=True)
        ),
        settings=tuple(
            _setting(each, its)
            for each, its in _pairs(answer.input_, answer.input_.settings, inputs, "settings")
        ),
        outputs=tuple(
            _output_file(each, its)
            for each, its in _pairs(output, output.files, _part(answer, raw, "output"), "files")
        )
        if output
        else (),
        results=dict(results.additional_properties) if results else {},
        credit_model=_credit_model(price, _part(answer, raw, "credit_model")) if price else None,
        **_rest(answer, raw),
    )


def _slot(answer: low.Slot, raw: Raw) -> models.Slot:
    required = given(answer.required)
    return models.Slot(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        kind=given(answer.kind),
        formats=tuple(given(answer.formats) or ()),
        required=True if required is None else required,
        max_entries=given(answer.max_entries),
        max_records=given(answer.max_records),
        max_bytes=given(answer.max_bytes),
        **_rest(answer, raw),
    )


def _setting(answer: low.Setting, raw: Raw) -> models.Setting:
    options = given(answer.options)
    return models.Setting(
        id=answer.id,
        name=given(answer.name),
        description=given(answer.description),
        type=given(answer.type_),
        default=given(answer.default),
        minimum=given(answer.minimum),
        maximum=given(answer.maximum),
        options=tuple(options) if isinstance(options, list) else (),
        unit=given(answer.unit),
        **_rest(answer, raw),
    )


def _output_file(answer: low.OutputFile, raw: Raw) -> models.OutputFile:
    return models.OutputFile(
        name=given(answer.name),
        content_type=given(answer.content_type),
        description=given(answer.description),
        **_rest(answer, raw),
    )


def _credit_model(answer: low.CreditModel, raw: Raw) -> models.CreditModel:
    return models.CreditModel(
        is_free=given(answer.is_free),
        type=given(answer.type_),
        base_credits=given(answer.base_credits),
        credits_per_unit=given(answer.credits_per_unit),
        unit=given(answer.unit),
        **_rest(answer, raw),
    )


def quote(answer: low.Quote, raw: Raw) -> models.Quote:
    limits, billing = given(answer.limits), given(answer.billing)
    return models.Quote(
        tool=given(answer.tool),
        estimated_credits=answer.estimated_credits,
        available_credits=given(answer.available_credits),
        billable_credits=given(answer.billable_credits),
        blocking_errors=tuple(
            models.BlockingError(code=given(each.code), message=given(each.message), **_rest(each, its))
            for each, its in _pairs(answer, answer.blocking_errors, raw, "blocking_errors")
        ),
        limits=models.QuoteLimits(
            active_concurrent_jobs=given(limits.active_concurrent_jobs),
            max_concurrent_jobs=given(limits.max_concurrent_jobs),
            daily_limit_used=given(limits.daily_limit_used),
            daily_limit_max=given(limits.daily_limit_max),
            **_rest(limits, _part(answer, raw, "limits")),
        )
        if limits
        else None,
        billing_mode=given(billing.mode) if billing else None,
        **_rest(answer, raw),
    )


def job(answer: low.Job, raw: Raw) -> models.JobState:
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
        error=models.JobFailure(
            code=given(error.code), message=given(error.message), **_rest(error, _part(answer, raw, "error"))
        )
        if error
        else None,
        **_rest(answer, raw),
    )


def result_fields(answer: low.Result, raw: Raw, job_id: str) -> dict[str, Any]:
    """What a result has but for its files, which are of either world."""
    status, data = given(answer.status), given(answer.results)
    return {
        "job_id": given(answer.job_id) or job_id,
        "tool": given(answer.tool),
        "status": models.JobStatus(status) if status else None,
        "completed_at": _aware(answer.completed_at),
        "data_source": given(answer.data_source),
        "data": {} if data is None else data,
        **_rest(answer, raw),
    }


def result_files(answer: low.Result, raw: Raw) -> list[models.ResultFileInfo]:
    return [_result_file(each, its) for each, its in _pairs(answer, answer.files, raw, "files")]


def _result_file(answer: low.ResultFile, raw: Raw) -> models.ResultFileInfo:
    return models.ResultFileInfo(
        name=answer.name,
        content_type=given(answer.content_type),
        url=given(answer.url),
        key=given(answer.key),
        **_rest(answer, raw),
    )


def file(answer: low.File, raw: Raw) -> models.File:
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
        **_rest(answer, raw),
    )


def deleted_file(answer: low.DeletedFile, raw: Raw, file_id: str) -> models.DeletedFile:
    return models.DeletedFile(
        id=given(answer.id) or file_id, deleted=given(answer.deleted) is not False, **_rest(answer, raw)
    )


def given(value: T | Unset | None) -> T | None:
    """The value, or None for one that was not in the answer."""
    return None if isinstance(value, Unset) else value


def _aware(moment: datetime | Unset | None) -> datetime | None:
    """A time; one without an offset is UTC, which is what the service writes (documentation, "Results")."""
    there = given(moment)
    return there.replace(tzinfo=UTC) if there is not None and there.tzinfo is None else there


def _pairs(answer: object, parts: list[T] | Unset | None, raw: Raw, name: str) -> Iterable[tuple[T, Raw]]:
    there = given(parts)
    return zip(there, _part(answer, raw, name), strict=True) if there else ()


def _part(answer: object, raw: Raw, name: str) -> Any:
    """What stands in the answer as it came under what we call `name`."""
    return raw[_spelled(type(answer).__name__)[fold(name)]]


@functools.cache
def _spelled(role: str) -> Mapping[str, str]:
    """Our names of a schema's fields, folded, and the contract's."""
    properties = document()["components"]["schemas"][role]["properties"]
    return {fold(described.get("x-name", key)): key for key, described in properties.items()}


def is_documented(role: str, name: str) -> bool:
    """Whether the contract has a field that we would send. One that it has not, the service may ignore."""
    return name not in document()["components"]["schemas"][role].get("x-undocumented", ())


def _rest(answer: Any, raw: Raw) -> dict[str, Any]:
    """What every model keeps: the answer as it came, and of it what no attribute holds."""
    extra = dict(raw)
    for name, key in _held(answer.__class__):
        if key in raw and (raw[key] is None or given(getattr(answer, name)) is not None):
            del extra[key]
    return {"extra": extra, "raw": raw}


@functools.cache
def _held(kind: Any) -> tuple[tuple[str, str], ...]:
    """The attributes of a generated model, and what the contract calls each."""
    spelled = _spelled(kind.__name__)
    names = [field.name for field in attrs.fields(kind)]
    return tuple((name, spelled[fold(name)]) for name in names if fold(name) in spelled)


class _Paged(Protocol[A]):
    data: list[A]

    @property
    def has_more(self) -> bool | Unset | None: ...
    @property
    def next_cursor(self) -> str | Unset | None: ...


def items(page: _Paged[A], body: Raw, convert: Callable[[A, Raw], M]) -> tuple[M, ...]:
    """The items of a page."""
    return tuple(convert(each, its) for each, its in zip(page.data, _part(page, body, "data"), strict=True))


def next_cursor(page: _Paged[A], operation: str) -> str | None:
    """Where the next page starts, None after the last. A page that says it is the last is believed.

    Raises ContractError for a page that says there are more and not where: the list would seem to end there.
    """
    cursor, more = given(page.next_cursor) or None, given(page.has_more)
    if more is False or (cursor is None and not more):
        return None
    if cursor is None or not is_text(cursor):
        raise ContractError(
            f"{operation}: there are more pages, and next_cursor is {cursor!r}: the rest can't be asked for",
            operation=operation,
            path="$.next_cursor",
        )
    return cursor


def entries(made: Sequence[Mapping[str, Any]]) -> list[low.InputEntry]:
    """Our own entries, as the contract spells them."""
    return [
        low.InputEntry(
            id=entry["id"],
            slot_id=entry["slotId"],
            kind=entry["kind"],
            format_=entry["format"],
            content=entry.get("content", UNSET),
            label=entry.get("label", UNSET),
            source=low.InputSource(
                type_=entry["source"]["type"], file_id=entry["source"].get("file_id", UNSET)
            ),
        )
        for entry in made
    ]


@attrs.frozen
class AsGiven:
    """An entry of the user's own making, sent as it is: the service judges it."""

    entry: Mapping[str, Any]

    def to_dict(self) -> dict[str, Any]:
        return dict(self.entry)


def entries_as_given(given_: Sequence[Mapping[str, Any]]) -> list[low.InputEntry]:
    return [cast("low.InputEntry", AsGiven(entry)) for entry in given_]
