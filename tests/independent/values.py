"""The values of responses, under all names and at all places that the documents have for them.

A response is filled from these tables according to the schema of the document. A table is a thing of one kind. If the
document doesn't describe the thing, the schema with the name of that kind in the reconstruction is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import attrs

from .workspace import CREDITS, FAILURE, OUTPUT, PRICE, RESULTS, File, Issue, Job, Refusal, State, Tool

WORKSPACE = "team_123"
SCOPES = ("jobs:read", "jobs:write", "files:read", "files:write")
MEDIA_TYPE = "chemical/x-pdb"


@attrs.frozen
class Thing:
    kind: str
    values: Mapping[str, Any]
    """By place: `progress.percent`."""


def every(value: Any, *places: str) -> dict[str, Any]:
    """One value at all of its places."""
    return dict.fromkeys(places, value)


def time_text(time: float | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as the service's documentation has it."""
    if time is None:
        return None
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def account(key_id: str) -> Thing:
    key = {"id": key_id, "env": "LIVE", "prefix": f"pq_live_{key_id}", "scopes": list(SCOPES)}
    return Thing("Account", {
        "object": "account",
        "api_key": Thing("ApiKey", key),
        **every(WORKSPACE, "workspace.id", "workspace_id"),
        **every("PRO", "workspace.plan", "workspace.plan.tier", "plan"),
        **every(CREDITS, "workspace.credits.available", "credits.available", "available_credits"),
        **every(3, "concurrency.max", "max_concurrent_jobs", "limits.concurrent_jobs.max"),
        **every(120, "rate_limit.limit", "limits.public_api_rate_limit.limit"),
        **every(60, "rate_limit.window_seconds", "rate_limit.window", "limits.public_api_rate_limit.window_seconds"),
    })  # fmt: skip


def tool(each: Tool, kind: str = "Tool") -> Thing:
    slots = [
        Thing("Slot", {
            **every(slot.id, "id", "kind", "label", "title"),
            **every(list(slot.formats), "formats", "accepts", "accepted_formats"),
            "required": slot.required,
            "optional": not slot.required,
        })
        for slot in each.slots
    ]  # fmt: skip
    return Thing(kind, {"object": "tool", "id": each.id, "name": each.name, "input.slots": slots})


def quote(order: Mapping[str, Any]) -> Thing:
    error = {"code": "insufficient_credits", "message": "Not enough credits"}
    is_blocked = (order.get("settings") or {}).get("block")
    return Thing("Quote", {
        "object": "job_quote",
        "tool": order["tool"],
        **every(PRICE, "estimated_credits", "billable_credits"),
        "available_credits": CREDITS,
        "blocking_errors": [Thing("BlockingError", error)] if is_blocked else [],
        "limits.max_concurrent_jobs": 3,
    })  # fmt: skip


def job(each: Job, state: State, name: str) -> Thing:
    """A job of the tool called `name`."""
    error = FAILURE if state.status == "FAILED" else None
    charged = PRICE if state.status == "COMPLETED" else None
    return Thing("Job", {
        "object": "job",
        **every(each.id, "id", "job_id"),
        **every(each.order["tool"], "tool", "tool.id"),
        "tool.name": name,
        "name": each.order["name"],
        "status": state.status,
        **every(state.progress, "progress", "progress_percent", "progress.percent"),
        **every(time_text(each.created_at), "created_at", "queued_at", "submitted_at"),
        **every(time_text(each.created_at), "timestamps.created_at", "timestamps.queued_at"),
        **every(time_text(state.started_at), "started_at", "timestamps.started_at"),
        **every(time_text(state.ended_at), "completed_at", "finished_at", "timestamps.completed_at"),
        **every(PRICE, "credits.reserved", "credits.estimated"),
        **every(charged, "credits_used", "credits_charged", "credits.charged"),
        "error": error and Thing("JobError", error),
        "error_code": error and error["code"],
        "error_message": error and error["message"],
    })  # fmt: skip


def result(each: Job, ended_at: float | None, url: str) -> Thing:
    file = Thing("ResultFile", {
        "name": "prediction.pdb",
        "key": f"outputs/{each.id}/prediction.pdb",
        "content_type": MEDIA_TYPE,
        **every(len(OUTPUT), "size_bytes", "size"),
        "url": url,
    })  # fmt: skip
    return Thing("Result", {
        "object": "job_result",
        "job_id": each.id,
        "tool": each.order["tool"],
        "status": "COMPLETED",
        "completed_at": time_text(ended_at),
        **every([file], "files", "output.files"),
        **every(RESULTS, "results", "output.results"),
    })  # fmt: skip


def file(each: File) -> Thing:
    return Thing("File", {
        "object": "file",
        "id": each.id,
        **every(each.filename, "filename", "original_filename", "name", "original_name"),
        "format": each.format,
        "mime_type": each.mime_type,
        **every(len(each.content), "size_bytes", "size"),
        "description": each.description,
        "tags": list(each.tags),
        "collection_ids": list(each.collection_ids),
        **every(time_text(each.created_at), "created_at", "updated_at"),
        **every(time_text(each.created_at), "timestamps.created_at", "timestamps.updated_at"),
    })  # fmt: skip


def deleted(file_id: str, letter: str) -> Thing:
    if letter == "e":  # which doesn't describe it
        return Thing("Success", {"success": True})
    return Thing("DeletedFile", {"object": "file", "id": file_id, "deleted": True})


def ticket(file_id: str, url: str, mime_type: str) -> Thing:
    """The response to the first step of an upload in two."""
    return Thing("UploadTicket", {
        "file_id": file_id,
        "upload.url": url,
        "upload.headers": {"content-type": mime_type},
        "upload.expires_at": "2099-01-01T00:00:00.000Z",
    })  # fmt: skip


def refusal(each: Refusal, letter: str) -> Thing:
    error = {"code": each.code, "message": each.message, "details": details(each.issues, letter)}
    if letter == "e":  # which doesn't describe details
        error["message"] = "; ".join(
            [each.message, *(f"{where(issue)}: {issue.message}" for issue in each.issues)]
        )
    detail = [{"loc": list(issue.path), "msg": issue.message, "type": "value_error"} for issue in each.issues]
    return Thing("ErrorEnvelope", {"error": Thing("Error", error), "detail": detail})


def details(issues: Sequence[Issue], letter: str) -> Any:
    """Issues in the format of the document's toolchain: zod, class-validator, or flattened zod."""
    if not issues:
        return None
    if letter == "a":
        return {"issues": [{"path": list(each.path[1:]), "message": each.message} for each in issues]}
    if letter == "d":
        return {
            "errors": [{"property": where(each), "constraints": {"custom": each.message}} for each in issues]
        }
    return {"fieldErrors": {where(each): [each.message] for each in issues}} if letter == "f" else None


def where(issue: Issue) -> str:
    return ".".join(map(str, issue.path[1:]))
