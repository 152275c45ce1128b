"""What differs in the responses of a service that publishes one or another of the documents.

A dialect writes what the engine has as JSON, and reads what the documents describe in different ways: an upload.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from starlette.datastructures import FormData, UploadFile

from .engine import CREDITS, PRICE, SETTINGS, File, Issue, Job, Refusal, Slot, State, Tool, Upload

WORKSPACE = "team_123"
SCOPES = ("jobs:read", "jobs:write", "files:read", "files:write")

Body = dict[str, Any]


class Dialect:
    """What all of them have in common."""

    file_source: ClassVar[str | None] = None
    """The `type` of a source that names a file; None where the document doesn't say."""

    replayed: ClassVar[int] = 201
    """The status of a repeated submit."""

    offsets: ClassVar[bool] = False
    """Whether tools are paged by `limit` and `offset`."""

    tools_like_jobs: ClassVar[bool] = False
    """Whether the tools have the cursor and the limit of the jobs, though the document doesn't list them there."""

    def account(self, key_id: str) -> Body:
        raise NotImplementedError

    def tool(self, tool: Tool) -> Body:
        raise NotImplementedError

    def job(self, job: Job, state: State) -> Body:
        raise NotImplementedError

    def file(self, file: File) -> Body:
        raise NotImplementedError

    def upload_json(self, body: Body) -> Upload:
        raise NotImplementedError

    async def upload_form(self, form: FormData) -> Upload:
        raise NotImplementedError

    def tool_summary(self, tool: Tool) -> Body:
        return {
            "id": tool.id,
            "object": "tool",
            "name": tool.name,
            "description": tool.description,
            "category": tool.category,
            "tags": ["protein"],
            "credit_model": {"is_free": False},
        }

    def quote(self, order: Mapping[str, Any]) -> Body:
        blocking = {"code": "insufficient_credits", "message": "Not enough credits"}
        return {
            "object": "job_quote",
            "tool": order["tool"],
            "estimated_credits": PRICE,
            "available_credits": CREDITS,
            "billable_credits": PRICE,
            "blocking_errors": [blocking] if (order.get("settings") or {}).get("block") else [],
            "limits": {
                "active_concurrent_jobs": 0,
                "max_concurrent_jobs": 3,
                "daily_limit_used": 2,
                "daily_limit_max": 100,
            },
            "billing": {"mode": "fixed"},
        }

    def result(self, job: Job, state: State, results: Any, files: Sequence[Body]) -> Body:
        return {
            "object": "job_result",
            "job_id": job.id,
            "tool": job.tool,
            "status": state.status,
            "completed_at": time_text(state.ended_at),
            "data_source": "r2",
            "files": list(files),
            "results": results,
        }

    def deleted(self, file: File) -> Body:
        return {"id": file.id, "object": "file", "deleted": True}

    def page(self, items: Sequence[Body], *, next_cursor: str | None, has_more: bool) -> Body:
        return {"object": "list", "data": list(items), "has_more": has_more, "next_cursor": next_cursor}

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        """The status and the body of a refusal."""
        error: Body = {"code": refusal.code, "message": refusal.message}
        if refusal.details:
            error["details"] = dict(refusal.details)
        return refusal.status, {"error": error}


class A(Dialect):
    """zod-to-openapi: strict objects, camelCase beside snake_case, issues as zod writes them."""

    file_source = "file"
    replayed = 200

    def account(self, key_id: str) -> Body:
        return {
            "object": "account",
            "workspace": {"id": WORKSPACE, "name": "Fold lab", "plan": "PRO"},
            "credits": {"available": CREDITS, "reserved": 0, "renews_at": None},
            "concurrency": {"active": 0, "max": 3},
            "rate_limit": {"limit": 120, "window_seconds": 60},
            "api_key": {**_key(key_id), "last_used_at": None},
        }

    def tool(self, tool: Tool) -> Body:
        return {
            **self.tool_summary(tool),
            **_DETAILS,
            "credit_model": {"type": "base", "is_free": False, "base": PRICE},
            "input": {
                "slots": [
                    {**_slot(slot), "formats": list(slot.formats), "maxItems": 1} for slot in tool.slots
                ],
                "settings": SETTINGS,
            },
            "output": {"files": [{"name": "prediction.pdb", "format": "pdb"}]},
            "limits": {},
        }

    def job(self, job: Job, state: State) -> Body:
        return {
            **_job(job, state),
            "progress": state.progress,
            "message": None,
            "credits": {"reserved": PRICE, "charged": state.credits_charged, "refunded": None},
            "error": state.error,
            "project_id": None,
            "submitted_by": {"type": "api_key", "id": "key_1", "name": None},
            "queued_at": time_text(job.created_at),
            "started_at": time_text(state.started_at),
            "completed_at": time_text(state.ended_at),
            "links": {
                "status": f"/jobs/{job.id}/status",
                "events": f"/jobs/{job.id}/events",
                "result": f"/results/{job.id}",
            },
        }

    def file(self, file: File) -> Body:
        return {
            **_file(file),
            **_origin(file),
            "original_filename": file.upload.filename,
            "size_bytes": len(file.upload.content),
            "description": file.upload.description,
            "tags": list(file.upload.tags),
            "collection_ids": list(file.upload.collection_ids),
            "job": None,
        }

    async def upload_form(self, form: FormData) -> Upload:
        """The parts `file` and `metadata`, which is JSON text."""
        metadata = _text(form, "metadata") or "{}"
        try:
            given = json.loads(metadata)
        except ValueError:
            given = None
        names = {"description", "tags", "collection_ids"}
        if not isinstance(given, dict) or set(given) - names:
            expected = "expected a JSON object with description, tags, collection_ids"
            raise Refusal.invalid(Issue(("body", "metadata"), expected))
        return await _upload(form, **given)

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        status, body = super().refused(refusal)
        if refusal.code == "invalid_json":
            body["error"]["code"] = "validation_error"  # the enum of this document has no code of its own
        if refusal.issues:
            issues = [
                {"code": "custom", "path": list(issue.path[1:]), "message": issue.message}
                for issue in refusal.issues
            ]
            body["error"]["details"] = {"issues": issues}
        return status, body


class C(Dialect):
    """FastAPI: flat names, 422 with `detail` for whatever doesn't validate."""

    file_source = "library"
    offsets = True

    def account(self, key_id: str) -> Body:
        return {
            "object": "account",
            "workspace_id": WORKSPACE,
            "workspace_name": None,
            "plan": "pro",
            "available_credits": CREDITS,
            "active_concurrent_jobs": 0,
            "max_concurrent_jobs": 3,
            "rate_limit": {"limit": 120, "window": 60},
            "api_key": _key(key_id),
        }

    def tool(self, tool: Tool) -> Body:
        return {
            **self.tool_summary(tool),
            **_DETAILS,
            "credit_model": {"is_free": False, "type": "base", "base": PRICE},
            "input": {
                "slots": [
                    {**_slot(slot), "accepts": list(slot.formats), "min_items": 1, "max_items": 1}
                    for slot in tool.slots
                ],
                "modes": None,
                "settings_schema": {"type": "object", "properties": SETTINGS},
            },
            "output": {},
            "limits": None,
        }

    def job(self, job: Job, state: State) -> Body:
        return {
            **_job(job, state),
            "progress_percent": state.progress,
            "status_message": None,
            "credits_charged": state.credits_charged,
            "error": state.error,
            "created_by": None,
            "started_at": time_text(state.started_at),
            "finished_at": time_text(state.ended_at),
        }

    def file(self, file: File) -> Body:
        return {**_file(file), **_origin(file), "size": len(file.upload.content)}

    async def upload_form(self, form: FormData) -> Upload:
        """The part `file`, and text parts of which `tags` and `collection_ids` may be repeated."""
        return await _upload(
            form,
            description=_text(form, "description"),
            tags=_texts(form, "tags"),
            collection_ids=_texts(form, "collection_ids"),
        )

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        if refusal.code not in ("validation_error", "invalid_json", "unsupported_media_type"):
            return super().refused(refusal)
        issues = refusal.issues or (Issue(("body",), refusal.message),)
        detail = [{"loc": list(each.path), "msg": each.message, "type": "value_error"} for each in issues]
        return 422, {"detail": detail}


class E(Dialect):
    """By hand: thin, and much that the document doesn't mention."""

    tools_like_jobs = True

    def account(self, key_id: str) -> Body:
        return {
            "object": "account",
            "workspace": {
                "id": WORKSPACE,
                "plan": {"tier": "pro", "paid": True},
                "credits": {"available": CREDITS},
            },
            "limits": {
                "active_jobs": 0,
                "concurrent_jobs": {"max": 3, "remaining": 3},
                "public_api_rate_limit": {"limit": 120, "window_seconds": 60},
            },
            "api_key": _key(key_id),
        }

    def tool(self, tool: Tool) -> Body:
        return {
            **self.tool_summary(tool),
            **_DETAILS,
            "input": {
                "slots": [{**_slot(slot), "formats": list(slot.formats)} for slot in tool.slots],
                "settings": [{"id": name, **setting} for name, setting in SETTINGS.items()],
            },
            "output": {},
            "limits": {},
        }

    def job(self, job: Job, state: State) -> Body:
        return {
            **_job(job, state),
            "progress": state.progress,
            "credits_used": state.credits_charged,
            "error": state.error,
            "completed_at": time_text(state.ended_at),
        }

    def file(self, file: File) -> Body:
        return {**_file(file), "size": len(file.upload.content)}

    def deleted(self, file: File) -> Body:
        return {"success": True}

    def upload_json(self, body: Body) -> Upload:
        """The text in `content`, or any bytes in `content_base64`: one of the two."""
        if ("content" in body) == ("content_base64" in body):
            raise Refusal.invalid(Issue(("body",), "expected content or content_base64"))
        if unknown := set(body) - {"filename", "content", "content_base64", "mime_type", "tags"}:
            raise Refusal.invalid(*(Issue(("body", name), "unknown field") for name in sorted(unknown)))
        try:
            content = (
                base64.b64decode(body["content_base64"], validate=True)
                if "content_base64" in body
                else body["content"].encode()
            )
        except binascii.Error as error:
            raise Refusal.invalid(Issue(("body", "content_base64"), str(error))) from None
        return Upload(body["filename"], content, body.get("mime_type"), tags=tuple(body.get("tags", ())))

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        status, body = super().refused(refusal)
        places = [f"{'.'.join(map(str, issue.path[1:]))}: {issue.message}" for issue in refusal.issues]
        if places:
            body["error"]["message"] = "; ".join(places)
        return 400 if status == 415 else status, body


BY_LETTER: Mapping[str, Dialect] = {"a": A(), "c": C(), "e": E()}


# ---- what several of them write in the same way


_DETAILS: Body = {"subcategory": None, "version": "1", "beta": False, "processing": "gpu"}


def time_text(time: float | None) -> str | None:
    """ISO 8601 in UTC with milliseconds, as the service's documentation has it."""
    if time is None:
        return None
    return datetime.fromtimestamp(time, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _key(key_id: str) -> Body:
    return {"id": key_id, "env": "LIVE", "prefix": f"pq_live_{key_id}", "scopes": list(SCOPES)}


def _slot(slot: Slot) -> Body:
    return {"id": slot.id, "label": slot.label, "kind": slot.kind, "required": slot.required}


def _job(job: Job, state: State) -> Body:
    return {
        "id": job.id,
        "object": "job",
        "tool": job.tool,
        "name": job.name,
        "status": state.status,
        "created_at": time_text(job.created_at),
    }


def _file(file: File) -> Body:
    return {
        "id": file.id,
        "object": "file",
        "filename": file.upload.filename,
        "format": file.format,
        "mime_type": file.upload.mime_type or "application/octet-stream",
    }


def _origin(file: File) -> Body:
    return {
        "origin": "UPLOAD",
        "storage_owner": "FILE_LIBRARY",
        "created_at": time_text(file.created_at),
        "updated_at": time_text(file.created_at),
    }


# ---- forms


async def _upload(form: FormData, **fields: Any) -> Upload:
    """The part `file` of a form. Raises Refusal."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise Refusal.invalid(Issue(("body", "file"), "expected a file with a name"))
    return Upload(file.filename, await file.read(), file.content_type, **fields)


def _text(form: FormData, name: str) -> str | None:
    texts = _texts(form, name)
    if len(texts) > 1:
        raise Refusal.invalid(Issue(("body", name), "given more than once"))
    return texts[0] if texts else None


def _texts(form: FormData, name: str) -> tuple[str, ...]:
    values = form.getlist(name)
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) != len(values):
        raise Refusal.invalid(Issue(("body", name), "expected text, got a file"))
    return texts
