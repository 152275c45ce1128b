"""Build the contract's resources from the sandbox's stored records."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import attrs

from ._auth import Key
from ._limits import Quota, Standing
from ._rows import File, Job
from ._times import iso
from .tools.base import CreditModel, ToolContract


def account(key: Key, standing: Standing, quota: Quota, limit: int, window: float) -> dict[str, Any]:
    return {
        "object": "account",
        "workspace": {
            "id": key.workspace,
            "plan": {"tier": "pro" if key.paid else "free", "paid": key.paid},
            "credits": {"available": standing.available_credits},
        },
        "limits": {
            "active_jobs": standing.active_jobs,
            "concurrent_jobs": {
                "max": quota.max_concurrent_jobs,
                "remaining": max(quota.max_concurrent_jobs - standing.active_jobs, 0),
            },
            # The contract has whole seconds, so a shorter window is reported as one second.
            "public_api_rate_limit": {"limit": limit, "window_seconds": math.ceil(window)},
        },
        "api_key": {
            "id": f"key_{key.id}",
            "env": "LIVE",
            "prefix": key.prefix,
            "scopes": list(key.scopes),
        },
    }


def tool_summary(contract: ToolContract) -> dict[str, Any]:
    return {
        "id": contract.id,
        "object": "tool",
        "name": contract.name,
        "description": contract.description,
        "category": contract.category,
        "tags": list(contract.tags),
        "credit_model": {"is_free": contract.credit_model.is_free},
    }


def tool(contract: ToolContract) -> dict[str, Any]:
    return {
        **tool_summary(contract),
        "subcategory": contract.subcategory,
        "version": contract.version,
        "beta": contract.beta,
        "processing": {"mode": "asynchronous"},
        "input": {
            "slots": [_plain(slot) for slot in contract.slots],
            "settings": [_plain(setting) for setting in contract.settings],
            "limits": {},
        },
        "output": {
            "files": [
                {key: value for key, value in _plain(output).items() if value is not None}
                for output in contract.outputs
            ],
            "results": dict(contract.results),
        },
        "limits": {"time_limit_seconds": contract.time_limit_s},
        "credit_model": _price(contract.credit_model),
    }


def _price(model: CreditModel) -> dict[str, Any]:
    return {
        "is_free": model.is_free,
        "type": "per_unit" if model.credits_per_unit else "base",
        "base_credits": model.base_credits,
        "credits_per_unit": model.credits_per_unit,
        "unit": model.unit,
    }


def _plain(value: Any) -> dict[str, Any]:
    """An attrs object as JSON, with tuples as lists."""
    return attrs.asdict(value, value_serializer=lambda _, __, v: list(v) if isinstance(v, tuple) else v)


def quote(tool_id: str, credits: int, standing: Standing, quota: Quota) -> dict[str, Any]:
    return {
        "object": "job_quote",
        "tool": tool_id,
        "estimated_credits": credits,
        "available_credits": standing.available_credits,
        "billable_credits": credits,
        "blocking_errors": [
            {"code": code, "message": message} for code, message in quota.blocking(standing, credits)
        ],
        "limits": {
            "active_concurrent_jobs": standing.active_jobs,
            "max_concurrent_jobs": quota.max_concurrent_jobs,
            "daily_limit_used": standing.jobs_today,
            "daily_limit_max": quota.daily_limit,
        },
        "billing": {"mode": "fixed"},
    }


def job(row: Job) -> dict[str, Any]:
    error = None
    if row.error_code is not None:
        error = {"code": row.error_code, "message": row.error_message}
    return {
        "id": row.id,
        "object": "job",
        "tool": row.tool,
        "name": row.name,
        "status": row.status,
        "progress": row.progress,
        "created_at": iso(row.created_at),
        "started_at": None if row.started_at is None else iso(row.started_at),
        "completed_at": None if row.completed_at is None else iso(row.completed_at),
        "credits_used": row.credits_used,
        "error": error,
    }


def result(row: Job, results: Any, files: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "object": "job_result",
        "job_id": row.id,
        "tool": row.tool,
        "status": row.status,
        "completed_at": iso(row.completed_at or row.created_at),
        "data_source": "sandbox",
        "files": files,
        "results": results,
    }


def file(row: File) -> dict[str, Any]:
    return {
        "id": row.id,
        "object": "file",
        "filename": row.filename,
        "format": row.format,
        "mime_type": row.mime_type,
        "size_bytes": row.size_bytes,
        "origin": row.origin,
        "storage_owner": row.storage_owner,
        "description": row.description,
        "tags": list(row.tags),
        "collection_ids": list(row.collection_ids),
        "created_at": iso(row.created_at),
        # The record of a file never changes.
        "updated_at": iso(row.created_at),
    }


def page(data: Sequence[dict[str, Any]], next_cursor: str | None) -> dict[str, Any]:
    return {
        "object": "list",
        "data": list(data),
        "has_more": next_cursor is not None,
        "next_cursor": next_cursor,
    }
