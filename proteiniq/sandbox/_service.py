"""The implementation of each operation of the contract.

`Service.operations` maps an operationId to a function of a `Call`, which returns the body of the
response, or a whole response. Method, path, scope and status come from the document. Authorization and
rate limits are checked before. Where the service's documentation is silent, the behaviour is our choice
(see `docs/sandbox.md`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import attrs
from starlette.responses import JSONResponse, StreamingResponse

from . import _events, _formats, _limits, _recordings, _requests, _resources, _submission, _times
from ._auth import Key
from ._blobs import Blobs
from ._errors import APIError, invalid, not_found
from ._events import Changes
from ._limits import JobReads, Quota, Standing, Windows
from ._recordings import Recording, Recordings
from ._rows import File, Job, NewJob
from ._signing import Signer
from ._store import Store
from ._submission import Submission
from ._supervisor import Supervisor
from ._uploads import Upload
from .tools.base import Tool

DEFAULT_LIMIT = 20
"""Items per page if the contract doesn't have a default."""

IDEMPOTENCY_LIFETIME_S = 24 * 3600.0


@attrs.frozen
class Call:
    """One admitted request."""

    key: Key
    parameters: Mapping[str, Any]
    item: str
    """The id in the path, or empty."""
    base_url: str
    """Scheme and host at which the client reached the sandbox."""
    body: Any = None
    """The JSON object of the body, or the upload; before parsing, the bytes."""


@attrs.frozen
class LibraryFile:
    """A library file as an input of a job."""

    format: str
    size_bytes: int
    path: Path

    def read(self) -> bytes:
        return self.path.read_bytes()


@attrs.frozen
class Service:
    document: Mapping[str, Any]
    store: Store
    blobs: Blobs
    tools: Mapping[str, tuple[str, Tool]]
    supervisor: Supervisor
    changes: Changes
    signer: Signer
    windows: Windows
    reads: JobReads
    quota: Quota
    heartbeat: float
    clock: Callable[[], float]
    recordings: Recordings | None = None

    @property
    def operations(self) -> Mapping[str, Callable[[Call], Any]]:
        return {
            "get_openapi": self.get_openapi,
            "get_account": self.get_account,
            "list_tools": self.list_tools,
            "get_tool": self.get_tool,
            "quote_job": self.quote_job,
            "submit_job": self.submit_job,
            "list_jobs": self.list_jobs,
            "get_job_status": self.get_job_status,
            "stream_job_events": self.stream_job_events,
            "cancel_job": self.cancel_job,
            "get_result": self.get_result,
            "list_files": self.list_files,
            "upload_file": self.upload_file,
            "get_file": self.get_file,
            "delete_file": self.delete_file,
        }

    # The contract, account and tools

    def get_openapi(self, call: Call) -> Mapping[str, Any]:
        return self.document

    def get_account(self, call: Call) -> dict[str, Any]:
        standing = self._standing(call.key)
        windows = self.windows
        return _resources.account(call.key, standing, self.quota, windows.limit, windows.window)

    def list_tools(self, call: Call) -> dict[str, Any]:
        after = _requests.position("tools", call.parameters)
        listed = {
            tool_id: _resources.tool_summary(tool.contract) for tool_id, (_, tool) in self.tools.items()
        }
        full: dict[str, Mapping[str, Any]] = {
            tool_id: {**listed[tool_id], "subcategory": tool.contract.subcategory}
            for tool_id, (_, tool) in self.tools.items()
        }
        for tool_id, recorded in self._recorded_tools.items():
            listed[tool_id], full[tool_id] = _recordings.summary(recorded), recorded
        shown = [
            listed[tool_id]
            for tool_id in sorted(listed)
            if tool_id > (after or "") and _selected(listed[tool_id], full[tool_id], call.parameters)
        ]
        limit = call.parameters.get("limit", DEFAULT_LIMIT)
        more = len(shown) > limit
        shown = shown[:limit]
        cursor = _requests.cursor("tools", shown[-1]["id"]) if more else None
        return _resources.page(shown, cursor)

    def get_tool(self, call: Call) -> dict[str, Any] | JSONResponse:
        if call.item in self._recorded_tools:
            # As the service described it, also where that is not what our contract promises.
            return JSONResponse(self._recorded_tools[call.item])
        if call.item not in self.tools:
            raise APIError("not_found", "No such tool: list the tools for their ids.")
        return _resources.tool(self.tools[call.item][1].contract)

    def quote_job(self, call: Call) -> dict[str, Any]:
        submission = self._check(call)
        _within_budget(call.body, submission.credits)
        standing = self._standing(call.key)
        return _resources.quote(submission.tool, submission.credits, standing, self.quota)

    def submit_job(self, call: Call) -> dict[str, Any]:
        now = self.clock()
        forget_before = _times.milliseconds(now - IDEMPOTENCY_LIFETIME_S)
        repeat = _repeat(call)
        if repeat is not None:
            # Before any check: a submit that was accepted once stays accepted, whatever has changed since.
            earlier = self.store.repeated(call.key.workspace, *repeat, forget_before)
            if earlier is not None:
                return _resources.job(earlier)
        submission = self._check(call)
        _within_budget(call.body, submission.credits)
        reference, _ = self.tools.get(submission.tool, ("", None))
        job, new = self.store.submit(
            NewJob(
                id=f"job_{secrets.token_hex(12)}",
                workspace=call.key.workspace,
                key=call.key.id,
                tool=submission.tool,
                name=call.body["name"],
                credits=submission.credits,
                payload=submission.payload(reference),
            ),
            _times.milliseconds(now),
            since=_times.milliseconds(_limits.start_of_day(now)),
            repeat=repeat,
            accept=lambda standing: self._accept(standing, submission.credits),
            forget_before=forget_before,
        )
        if new:
            self.supervisor.wake()
        return _resources.job(job)

    def list_jobs(self, call: Call) -> dict[str, Any]:
        filters = dict(call.parameters)
        for name in ("created_after", "created_before"):
            if name in filters:
                filters[name] = _requests.moment(filters, name)
        before = _requests.number(_requests.position("jobs", filters))
        limit = filters.get("limit", DEFAULT_LIMIT)
        rows = self.store.jobs(call.key.workspace, filters, limit + 1, before)
        cursor = _requests.cursor("jobs", rows[limit - 1].seq) if len(rows) > limit else None
        return _resources.page([_resources.job(row) for row in rows[:limit]], cursor)

    def get_job_status(self, call: Call) -> dict[str, Any]:
        return _resources.job(self._read(call))

    def stream_job_events(self, call: Call) -> StreamingResponse:
        job = self._job(call)

        def read() -> tuple[dict[str, Any], bool] | None:
            row = self.store.job(job.id)
            return (_resources.job(row), row.ended) if row else None

        events = _events.stream(job.id, read, self.changes, self.heartbeat)
        return StreamingResponse(events, media_type="text/event-stream", headers=dict(_events.HEADERS))

    def cancel_job(self, call: Call) -> dict[str, Any]:
        now = _times.milliseconds(self.clock())
        job = self.store.cancel(call.item, call.key.workspace, now)
        if job is None:
            raise not_found("job")
        self.changes.publish(job.id)
        return _resources.job(job)

    def get_result(self, call: Call) -> dict[str, Any] | JSONResponse:
        job = self._read(call)
        if not job.ended:
            raise APIError(
                "job_not_completed",
                f"The job is {job.status}.",
                details={"current_status": job.status},
                headers={"Retry-After": _limits.retry_after(self.reads.interval, self.reads.interval)},
            )
        output = self.store.result(job.id)
        if output is None:
            raise APIError("not_found", f"The job is {job.status} and has no output.")
        body, artifacts = output
        files = []
        for artifact in artifacts:
            key = f"outputs/{job.id}/{artifact.name}"
            files.append(
                {
                    "name": artifact.name,
                    "key": key,
                    "content_type": artifact.content_type,
                    "url": call.base_url + self.signer.sign(f"/storage/{key}", self.clock()),
                }
            )
        results = json.loads(body)
        made = _resources.result(job, results, files)
        if recorded := results.get(_recordings.SCHEMA):
            return JSONResponse(_recordings.replayed(recorded, made))
        return made

    def list_files(self, call: Call) -> dict[str, Any]:
        filters = dict(call.parameters)
        if "format" in filters:
            filters["format"] = filters["format"].upper()
        if filters.get("mine"):
            filters["key"] = call.key.id
        before = _requests.number(_requests.position("files", filters))
        limit = filters.get("limit", DEFAULT_LIMIT)
        rows = self.store.files(call.key.workspace, filters, limit + 1, before)
        cursor = _requests.cursor("files", rows[limit - 1].seq) if len(rows) > limit else None
        return _resources.page([_resources.file(row) for row in rows[:limit]], cursor)

    def upload_file(self, call: Call) -> dict[str, Any]:
        upload: Upload = call.body
        format = _formats.guess(upload.filename, upload.draft.head)
        file = File(
            id=f"file_{secrets.token_hex(12)}",
            workspace=call.key.workspace,
            key=call.key.id,
            filename=upload.filename,
            format=format,
            mime_type=_formats.mime_type(upload.filename, format),
            size_bytes=upload.draft.size,
            sha256=upload.draft.sha256,
            origin="UPLOAD",
            storage_owner="FILE_LIBRARY",
            description=upload.description,
            tags=upload.tags,
            collection_ids=upload.collection_ids,
            created_at=_times.milliseconds(self.clock()),
        )
        with self.blobs.lock:
            self.blobs.keep(upload.draft)
            self.store.add_file(file)
        return _resources.file(file)

    def get_file(self, call: Call) -> dict[str, Any]:
        file = self.store.file(call.item, call.key.workspace)
        if file is None:
            raise not_found("file")
        return _resources.file(file)

    def delete_file(self, call: Call) -> dict[str, Any]:
        with self.blobs.lock:
            unused = self.store.delete_file(call.item, call.key.workspace)
            if unused is None:
                raise not_found("file")
            self.blobs.remove(unused)
        return {"id": call.item, "object": "file", "deleted": True}

    @property
    def _recorded_tools(self) -> Mapping[str, dict[str, Any]]:
        return self.recordings.tools if self.recordings else {}

    def _check(self, call: Call) -> Submission | Recording:
        if self.recordings is not None and call.body["tool"] in self.recordings.tools:
            return self.recordings.find(call.body, lambda file_id: self._described(call.key, file_id))
        tools = {tool_id: tool for tool_id, (_, tool) in self.tools.items()}
        return _submission.check(call.body, tools, lambda file_id: self._input(call.key, file_id))

    def _saved(self, key: Key, file_id: str) -> File | None:
        """A saved file as an input."""
        if "files:read" not in key.scopes:
            raise APIError("forbidden", "A saved file as input requires the scope files:read.")
        return self.store.file(file_id, key.workspace)

    def _described(self, key: Key, file_id: str) -> dict[str, Any] | None:
        file = self._saved(key, file_id)
        return None if file is None else _resources.file(file)

    def _input(self, key: Key, file_id: str) -> LibraryFile | None:
        file = self._saved(key, file_id)
        if file is None:
            return None
        return LibraryFile(file.format, file.size_bytes, self.blobs.path(file.sha256))

    def _standing(self, key: Key) -> Standing:
        since = _times.milliseconds(_limits.start_of_day(self.clock()))
        return self.store.standing(key.workspace, since)

    def _accept(self, standing: Standing, credits: int) -> None:
        blocking = self.quota.blocking(standing, credits)
        if blocking:
            listed = [{"code": code, "message": message} for code, message in blocking]
            raise APIError(*blocking[0], details={"blocking_errors": listed})

    def _job(self, call: Call) -> Job:
        job = self.store.job(call.item, call.key.workspace)
        if job is None:
            raise not_found("job")
        return job

    def _read(self, call: Call) -> Job:
        """The job, for an operation that is limited by the job read interval."""
        job = self._job(call)
        wait = self.reads.ask(call.key.id, job.id, self.clock())
        if wait:
            interval = self.reads.interval
            raise APIError(
                "rate_limited",
                f"Status and result of one job may be read once every {interval:g} s.",
                headers={"Retry-After": _limits.retry_after(wait, interval)},
            )
        return job


def _selected(item: Mapping[str, Any], tool: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    """Whether a tool matches the filters of the list, ignoring case. `item` is what the list has of it."""
    tags = [tag.lower() for tag in item["tags"]]
    tasks = [*tags, item["category"].lower(), str(tool.get("subcategory") or "").lower()]
    text = " ".join((item["id"], item["name"], item["description"], *tags)).lower()
    return (
        all(word in text for word in filters.get("q", "").lower().split())
        and filters.get("tag", "").lower() in ("", *tags)
        and filters.get("task", "").lower() in ("", *tasks)
        and filters.get("category", "").lower() in ("", item["category"].lower())
    )


def _repeat(call: Call) -> tuple[str, str] | None:
    """Idempotency key and digest of the body, or None if the request has no key."""
    given = {
        name: call.parameters[name]
        for name in ("Idempotency-Key", "X-Idempotency-Key")
        if name in call.parameters
    }
    if len(set(given.values())) > 1:
        message = "differs from Idempotency-Key: send only one of them"
        raise invalid([{"path": "header.X-Idempotency-Key", "message": message}])
    key = next(iter(given.values()), None)
    return None if key is None else (key, _requests.body_digest(call.body))


def _within_budget(body: Mapping[str, Any], credits: int) -> None:
    """Refuse a job that costs more than `max_reserved_credits`, before anything is created."""
    limit = body.get("billing", {}).get("max_reserved_credits")
    if limit is not None and credits > limit:
        message = f"must be at least the job's price of {credits} credits, got {limit}"
        raise invalid([{"path": "billing.max_reserved_credits", "message": message}])
