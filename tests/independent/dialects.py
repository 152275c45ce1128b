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

from .engine import CREDITS, PRICE, SETTINGS, File, Issue, Job, Refusal, Slot, State, Tool, Upload, tool_of

WORKSPACE = "team_123"
SCOPES = ("jobs:read", "jobs:write", "files:read", "files:write")

Body = dict[str, Any]


class Dialect:
    """What all of them have in common."""

    file_source: ClassVar[str | None] = None
    """The `type` of a source that names a file; None where the document doesn't say."""

    made: ClassVar[int | None] = 201
    """The status of a submit and an upload; None where it is the one that the document has."""

    replayed: ClassVar[int | None] = 201
    """The status of a repeated submit."""

    in_two_steps: ClassVar[bool] = False
    """Whether an upload is announced first."""

    tools_like_jobs: ClassVar[bool] = False
    """Whether the tools have the cursor and the limit of the jobs, though the document doesn't list them there."""

    def account(self, key_id: str) -> Body:
        """As the service's documentation shows it."""
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
        raise NotImplementedError

    def job(self, job: Job, state: State) -> Body:
        raise NotImplementedError

    def status(self, state: State) -> str:
        """What a state is called."""
        return state.status

    def submitted(self, job: Job, state: State) -> Body:
        """The response to a submit."""
        return self.job(job, state)

    def job_status(self, job: Job, state: State) -> Body:
        """The status, which is also what events say."""
        return self.job(job, state)

    def cancelled(self, job: Job, state: State) -> Body | None:
        """The response to a cancel; None for one without a body."""
        return self.job(job, state)

    def file(self, file: File) -> Body:
        raise NotImplementedError

    def upload_json(self, body: Body) -> Upload:
        raise NotImplementedError

    def upload_raw(self, query: Mapping[str, Any], content: bytes) -> Upload:
        raise NotImplementedError

    async def upload_form(self, form: FormData) -> Upload:
        raise NotImplementedError

    def announced(self, body: Body) -> tuple[Upload, int]:
        """What the first step of an upload says, still without the bytes, and how many there are."""
        raise NotImplementedError

    def ticket(self, file_id: str, upload: Upload, url: str) -> Body:
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

    def deleted(self, file: File) -> Body | None:
        return {"id": file.id, "object": "file", "deleted": True}

    def page(self, items: Sequence[Body], *, next_cursor: str | None, has_more: bool) -> Body:
        return {"object": "list", "data": list(items), "has_more": has_more, "next_cursor": next_cursor}

    def page_by_offset(self, items: Sequence[Body], total: int, limit: int, offset: int) -> Body:
        raise NotImplementedError

    def page_by_number(self, items: Sequence[Body], total: int, size: int, number: int) -> Body:
        raise NotImplementedError

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


class B(Dialect):
    """Hono: camelCase for what the documentation doesn't show, a job for each status, 200 everywhere."""

    file_source = "file"
    made = None
    replayed = None

    def tool(self, tool: Tool) -> Body:
        return {
            **self.tool_summary(tool),
            **_DETAILS,
            "processing": "async",
            "credit_model": {"is_free": False, "type": "base", "base": PRICE},
            "input": {
                "slots": [
                    {**_slot(slot), "formats": list(slot.formats), "maxItems": 1} for slot in tool.slots
                ],
                "settings": [{"id": name, "label": name, **setting} for name, setting in SETTINGS.items()],
            },
            "output": {"files": [{"name": "prediction.pdb", "contentType": "chemical/x-pdb"}]},
            "limits": {},
        }

    def job(self, job: Job, state: State) -> Body:
        body: Body = {"id": job.id, "object": "job", "tool": job.tool, "name": job.name}
        body["status"] = state.status
        body["createdAt"] = time_text(job.created_at)
        if state.status == "QUEUED":
            return {**body, "queuePosition": None}
        body["startedAt"] = time_text(state.started_at)
        if state.status == "PROCESSING":
            return {**body, "progress": state.progress}
        body |= {"completedAt": time_text(state.ended_at), "creditsUsed": state.credits_charged or 0}
        return body if state.status == "COMPLETED" else {**body, "error": state.error}

    def cancelled(self, job: Job, state: State) -> Body:
        return {"id": job.id, "object": "job", "cancelled": True}

    def file(self, file: File) -> Body:
        upload = file.upload
        return {
            "id": file.id,
            "object": "file",
            "filename": upload.filename,
            "originalName": upload.filename,
            "format": file.format,
            "mimeType": upload.mime_type,
            "size": len(upload.content),
            "origin": "UPLOAD",
            "storageOwner": "FILE_LIBRARY",
            "description": upload.description,
            "tags": list(upload.tags),
            "collectionIds": list(upload.collection_ids),
            "createdAt": time_text(file.created_at),
            "updatedAt": None,
        }

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        """Issues as zod writes them."""
        status, body = super().refused(refusal)
        if refusal.issues:
            body["error"]["details"] = [
                {"code": "custom", "path": list(each.path[1:]), "message": each.message}
                for each in refusal.issues
            ]
        return status, body

    async def upload_form(self, form: FormData) -> Upload:
        """The part `file`, and text parts; lists have commas."""
        return await _upload(
            form,
            description=_text(form, "description"),
            tags=_split(_text(form, "tags")),
            collection_ids=_split(_text(form, "collectionIds")),
        )


class C(Dialect):
    """FastAPI: flat names, 422 with `detail` for whatever doesn't validate."""

    file_source = "library"

    def page_by_offset(self, items: Sequence[Body], total: int, limit: int, offset: int) -> Body:
        page = self.page(items, next_cursor=None, has_more=offset + len(items) < total)
        return {**page, "total": total}

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


class D(Dialect):
    """NestJS: a slim status beside the job, numbered pages, an upload in two steps."""

    file_source = "file"
    in_two_steps = True

    def tool(self, tool: Tool) -> Body:
        return {
            **self.tool_summary(tool),
            **_DETAILS,
            "credit_model": {"is_free": False, "type": "base", "base_credits": PRICE},
            "input": {
                "slots": [{**_slot(slot), "accepted_formats": list(slot.formats)} for slot in tool.slots],
                "settings": [
                    {"id": name, "label": name, "type": each["type"], "default_value": each["default"]}
                    for name, each in SETTINGS.items()
                ],
            },
            "output": {"files": [{"name": "prediction.pdb", "content_type": "chemical/x-pdb"}]},
        }

    def quote(self, order: Mapping[str, Any]) -> Body:
        quote = super().quote(order)
        return {**quote, "blocking_errors": [each["code"] for each in quote["blocking_errors"]]}

    def job(self, job: Job, state: State) -> Body:
        return {
            "object": "job",
            "id": job.id,
            "name": job.name,
            "status": state.status,
            "tool": _tool_reference(job),
            "progress": {"percent": state.progress, "message": None},
            "timestamps": {
                "created_at": time_text(job.created_at),
                "queued_at": time_text(job.created_at),
                "started_at": time_text(state.started_at),
                "completed_at": time_text(state.ended_at),
            },
            "credits": {"estimated": PRICE, "charged": state.credits_charged},
            "error": state.error,
        }

    def submitted(self, job: Job, state: State) -> Body:
        return {"object": "job", "id": job.id, "status": "PENDING", "tool": _tool_reference(job)}

    def job_status(self, job: Job, state: State) -> Body:
        progress = {"percent": state.progress, "message": None}
        return {"job_id": job.id, "status": state.status, "progress": progress}

    def file(self, file: File) -> Body:
        return {
            "id": file.id,
            "object": "file",
            "name": file.upload.filename,
            "original_name": file.upload.filename,
            "format": file.format,
            "mime_type": file.upload.mime_type,
            "size_bytes": len(file.upload.content),
            "origin": "UPLOAD",
            "storage_owner": "FILE_LIBRARY",
            "description": file.upload.description,
            "tags": list(file.upload.tags),
            "collection_ids": list(file.upload.collection_ids),
            "timestamps": {
                "created_at": time_text(file.created_at),
                "updated_at": time_text(file.created_at),
            },
        }

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        """Issues as class-validator writes them."""
        status, body = super().refused(refusal)
        if refusal.issues:
            body["error"]["details"] = {
                "errors": [
                    {"property": ".".join(map(str, each.path[1:])), "constraints": {"custom": each.message}}
                    for each in refusal.issues
                ]
            }
        return status, body

    def deleted(self, file: File) -> None:
        return None

    def announced(self, body: Body) -> tuple[Upload, int]:
        names = {"filename", "content_type", "size", "description", "tags", "collection_ids"}
        if unknown := set(body) - names:
            raise Refusal.invalid(*(Issue(("body", name), "unknown field") for name in sorted(unknown)))
        upload = Upload(
            body["filename"],
            b"",
            body["content_type"],
            body.get("description"),
            body.get("tags", ()),
            body.get("collection_ids", ()),
        )
        return upload, int(body["size"])

    def ticket(self, file_id: str, upload: Upload, url: str) -> Body:
        headers = {"content-type": upload.mime_type}
        expires = "2099-01-01T00:00:00.000Z"
        return {
            "file_id": file_id,
            "upload": {"method": "PUT", "url": url, "headers": headers, "expires_at": expires},
        }

    def page_by_number(self, items: Sequence[Body], total: int, size: int, number: int) -> Body:
        meta = {"page": number, "pageSize": size, "pageCount": -(-total // size), "itemCount": total}
        return {"object": "list", "data": list(items), "meta": meta}


class E(Dialect):
    """By hand: thin, and much that the document doesn't mention."""

    tools_like_jobs = True

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


class F(Dialect):
    """ts-rest: statuses in lower case, progress as a fraction, offsets, the bytes alone as the body of an upload."""

    file_source = "file"
    made = None
    replayed = None

    def tool(self, tool: Tool) -> Body:
        slots = [
            {
                "id": slot.id,
                "title": slot.label,
                "kind": slot.kind,
                "formats": list(slot.formats),
                "optional": not slot.required,
            }
            for slot in tool.slots
        ]
        return {
            **self.tool_summary(tool),
            **_DETAILS,
            "credit_model": {"is_free": False, "kind": "base", "base_credits": PRICE},
            "processing": {"gpu": True, "typical_seconds": None},
            "input": {
                "slots": slots,
                "settings": {name: {"title": name, **setting} for name, setting in SETTINGS.items()},
            },
            "output": {"files": [{"name": "prediction.pdb", "content_type": "chemical/x-pdb"}]},
            "limits": {"timeout_minutes": 60},
        }

    def status(self, state: State) -> str:
        return state.status.lower()

    def job(self, job: Job, state: State) -> Body:
        error: Mapping[str, str | None] = state.error or {"code": None, "message": None}
        return {
            "id": job.id,
            "object": "job",
            "tool": job.tool,
            "name": job.name,
            "status": self.status(state),
            "progress": state.progress / 100,
            "submitted_at": time_text(job.created_at),
            "started_at": time_text(state.started_at),
            "finished_at": time_text(state.ended_at),
            "credits_charged": state.credits_charged,
            "error_code": error["code"],
            "error_message": error["message"],
        }

    def cancelled(self, job: Job, state: State) -> None:
        return None

    def result(self, job: Job, state: State, results: Any, files: Sequence[Body]) -> Body:
        return {
            "object": "job_result",
            "job_id": job.id,
            "tool": job.tool,
            "status": self.status(state),
            "completed_at": time_text(state.ended_at),
            "output": {"files": list(files), "results": results},
        }

    def file(self, file: File) -> Body:
        return {
            **_file(file),
            **_origin(file),
            "original_name": file.upload.filename,
            "size": len(file.upload.content),
            "description": file.upload.description,
            "tags": list(file.upload.tags),
            "collection_ids": list(file.upload.collection_ids),
        }

    def refused(self, refusal: Refusal) -> tuple[int, Body]:
        """Issues as zod flattens them."""
        status, body = super().refused(refusal)
        if refusal.issues:
            errors = {".".join(map(str, each.path[1:])): [each.message] for each in refusal.issues}
            body["error"]["details"] = {"formErrors": [], "fieldErrors": errors}
        return status, body

    def upload_raw(self, query: Mapping[str, Any], content: bytes) -> Upload:
        if "filename" not in query:
            raise Refusal.invalid(Issue(("query", "filename"), "required"))
        return Upload(
            query["filename"],
            content,
            query.get("mimeType"),
            query.get("description"),
            query.get("tags", ()),
            query.get("collection_ids", ()),
        )

    def page_by_offset(self, items: Sequence[Body], total: int, limit: int, offset: int) -> Body:
        return {"object": "list", "data": list(items), "total": total, "limit": limit, "offset": offset}


BY_LETTER: Mapping[str, Dialect] = {"a": A(), "b": B(), "c": C(), "d": D(), "e": E(), "f": F()}


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


def _tool_reference(job: Job) -> Body:
    return {"id": job.tool, "name": tool_of(job.tool).name}


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


def _split(text: str | None) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _texts(form: FormData, name: str) -> tuple[str, ...]:
    values = form.getlist(name)
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) != len(values):
        raise Refusal.invalid(Issue(("body", name), "expected text, got a file"))
    return texts
