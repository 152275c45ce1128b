"""A server that implements one of the documents, on a free port of the loopback.

    with Server(Document(DOCUMENTS / "a.json")) as server:
        client = ProteinIQ(server.new_key(), server.url)

It refuses every request that the document doesn't describe, and checks its own responses against the document where
that has a schema for them. Each key has a workspace of its own (`server.workspace(key)`), in which a test can see what
has arrived. Lists are newest first, and a page has at most `PAGE` items, whatever its `limit`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, Self

import attrs
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from . import values
from .document import DOCUMENTS, PREFIX, BrokenDocument, Document, Operation, check_names
from .values import Thing
from .workspace import OUTPUT, TOOLS, Issue, Job, Refusal, State, Workspace, find

VARIABLE = "PROTEINIQ_TESTS_DOCUMENT"
"""The environment variable with the document for the end-to-end tests."""

PAGE = 2
LOOK = 0.005
"""Interval in which an event stream reads its job, in seconds."""

_KEY = re.compile(r"Bearer (pq_live_([A-Za-z0-9]+)_[A-Za-z0-9]+)")


def named_document() -> Document:
    """The document in the environment. Raises LookupError if there is none."""
    path = Path(os.environ.get(VARIABLE, ""))
    if not (DOCUMENTS / path.name).is_file() or path.suffix != ".json":
        raise LookupError(
            f"set {VARIABLE} to a document of tests/independent/documents, and run these tests with a client that was "
            "made from it: `nox -s independent` does both"
        )
    return Document(path)


@attrs.frozen
class Call:
    """A request that matches the document."""

    request: Request
    operation: Operation
    workspace: Workspace
    key_id: str
    query: Mapping[str, Any]
    body: Any

    @property
    def id(self) -> str:
        """The only parameter of the path."""
        (value,) = self.request.path_params.values()
        return str(value)


@attrs.frozen
class Again:
    """The response to a repeated request."""

    thing: Thing


Handler = Callable[[Call], Awaitable[Thing | Again | Response]]


class App:
    """The routes of a document and their handlers."""

    def __init__(self, document: Document, clock: Callable[[], float]) -> None:
        self._document = document
        self._clock = clock
        self._workspaces: dict[str, Workspace] = {}
        self._stored: dict[str, bytes] = {}
        self._signed: dict[str, tuple[str | None, list[str]]] = {}
        handlers: Mapping[str, Handler] = {
            "GET /account": self._account,
            "GET /tools": self._list_tools,
            "GET /tools/{}": self._tool,
            "POST /jobs/quote": self._quote,
            "POST /jobs": self._submit,
            "GET /jobs": self._list_jobs,
            "GET /jobs/{}": self._status,
            "GET /jobs/{}/status": self._status,
            "GET /jobs/{}/events": self._events,
            "POST /jobs/{}/cancel": self._cancel,
            "PATCH /jobs/{}": self._cancel,
            "GET /results/{}": self._result,
            "GET /files": self._list_files,
            "POST /files": self._upload,
            "POST /files/{}/complete": self._complete,
            "GET /files/{}": self._file,
            "DELETE /files/{}": self._delete,
            "GET /openapi.json": self._openapi,
        }
        self.asgi = Starlette(
            routes=[
                *(
                    Route(each.path, self._endpoint(each, handlers[route]), methods=[each.method])
                    for route, each in document.operations.items()
                ),
                Route("/storage/{signature}/{name}", self._get_stored, methods=["GET"]),
                Route("/storage/{signature}/{name}", self._put_stored, methods=["PUT"]),
            ],
            exception_handlers={HTTPException: self._no_route},
        )

    def workspace(self, key: str) -> Workspace:
        return self._workspaces.setdefault(key, Workspace(self._clock))

    # ---- requests and responses

    def _endpoint(self, operation: Operation, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                found = await handler(await self._read(operation, request))
                if isinstance(found, Response):
                    return found
                if isinstance(found, Again):
                    return self._response(operation, min(operation.successes), found.thing)
                return self._response(operation, max(operation.successes), found)
            except Refusal as refusal:
                is_422 = refusal.status == 400 and 422 in operation.responses
                status = 422 if is_422 else refusal.status
                return self._response(operation, status, values.refusal(refusal, self._document.letter))
            except BrokenDocument as error:
                return JSONResponse({"error": {"code": "internal_error", "message": str(error)}}, 500)

        return endpoint

    async def _read(self, operation: Operation, request: Request) -> Call:
        """The checked request. Raises Refusal."""
        found = _KEY.fullmatch(request.headers.get("authorization", ""))
        if found is None and operation.route != "GET /openapi.json":
            raise Refusal(401, "unauthorized", "Missing or invalid API key")
        key, key_id = found.groups() if found else ("", "")
        # If a document doesn't describe the query of a list with a cursor, that of another list is accepted.
        silent = operation.route == "GET /tools" and not operation.query
        unlisted = self._document.operations["GET /jobs"].query if silent else {}
        query = operation.read_query(request.query_params.multi_items(), unlisted)
        media_type = operation.check_media_type(request.headers.get("content-type", ""))
        body = operation.read_json(await request.body()) if media_type == "application/json" else None
        return Call(request, operation, self.workspace(key), key_id, query, body)

    def _response(self, operation: Operation, status: int, thing: Thing) -> Response:
        body = self._document.filled(operation, status, thing)
        headers = {"Retry-After": "5"} if status == 409 else {}
        return Response(status_code=status) if body is None else JSONResponse(body, status, headers)

    async def _no_route(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        message = f"{error.detail}: {request.method} {request.url.path}"
        return JSONResponse({"error": {"code": "not_found", "message": message}}, error.status_code)

    # ---- lists

    def _page(self, call: Call, items: Sequence[Thing]) -> Thing:
        """A page, according to the parameters of the operation."""
        size = min(int(call.query.get("limit", call.query.get("pageSize", PAGE))), PAGE)
        start = int(call.query.get("offset", size * (int(call.query.get("page", 1)) - 1)))
        ids = [each.values["id"] for each in items]
        if "starting_after" in call.query:
            start = ids.index(call.query["starting_after"]) + 1
        has_more = start + size < len(items)
        return Thing("Page", {
            "object": "list",
            "data": list(items[start : start + size]),
            "has_more": has_more,
            "next_cursor": ids[start + size - 1] if has_more and "offset" not in call.operation.query else None,
            **values.every(len(items), "total", "meta.itemCount"),
            **values.every(size, "limit", "meta.pageSize"),
            "offset": start,
            "meta.page": start // size + 1,
            "meta.pageCount": -(-len(items) // size),
        })  # fmt: skip

    # ---- account and tools

    async def _account(self, call: Call) -> Thing:
        return values.account(call.key_id)

    async def _list_tools(self, call: Call) -> Thing:
        return self._page(call, [values.tool(tool, "ToolSummary") for tool in TOOLS.values()])

    async def _tool(self, call: Call) -> Thing:
        return values.tool(find(TOOLS, call.id, "Tool"))

    # ---- jobs

    def _job(self, job: Job, state: State | None = None) -> Thing:
        return values.job(job, state or job.states(self._clock())[-1], TOOLS[job.order["tool"]].name)

    async def _quote(self, call: Call) -> Thing:
        call.workspace.check_order(call.body)
        return values.quote(call.body)

    async def _submit(self, call: Call) -> Thing | Again:
        job, repeated = call.workspace.submit(call.body, call.request.headers.get("idempotency-key"))
        return Again(self._job(job)) if repeated else self._job(job)

    async def _list_jobs(self, call: Call) -> Thing:
        wanted = call.query.get("status")
        statuses = [each.upper() for each in ([wanted] if isinstance(wanted, str) else wanted or ())]
        things = [self._job(job) for job in reversed(call.workspace.jobs.values())]
        return self._page(call, [
            each for each in things
            if not statuses or each.values["status"] in statuses
            if call.query.get("tool") in (None, each.values["tool"])
        ])  # fmt: skip

    async def _status(self, call: Call) -> Thing:
        return self._job(find(call.workspace.jobs, call.id, "Job"))

    async def _cancel(self, call: Call) -> Thing:
        return self._job(call.workspace.cancel(call.id))

    async def _events(self, call: Call) -> Response:
        job = find(call.workspace.jobs, call.id, "Job")
        like = self._document.operations["GET /jobs/{}/status"]

        async def events() -> AsyncIterator[str]:
            sent = 0
            yield ": keep-alive\n\n"
            while True:
                states = job.states(self._clock())
                for state in states[sent:]:
                    data = self._document.filled(like, 200, self._job(job, state))
                    yield f"event: status\ndata: {json.dumps(data)}\n\n: keep-alive\n\n"
                sent = len(states)
                if states[-1].ended_at is not None or await call.request.is_disconnected():
                    return
                await asyncio.sleep(LOOK)

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _result(self, call: Call) -> Thing:
        job = find(call.workspace.jobs, call.id, "Job")
        state = job.states(self._clock())[-1]
        if state.ended_at is None:
            raise Refusal(409, "job_not_completed", "Job is not yet completed")
        if state.status != "COMPLETED":
            raise Refusal.missing(f"Result of job {job.id}")
        signature = secrets.token_hex(8)
        self._stored[signature] = OUTPUT
        return values.result(
            job, state.ended_at, f"{call.request.base_url}storage/{signature}/prediction.pdb"
        )

    # ---- files

    async def _list_files(self, call: Call) -> Thing:
        files = [
            each for each in reversed(call.workspace.files.values())
            if call.query.get("format") in (None, each.format)
        ]  # fmt: skip
        return self._page(call, [values.file(each) for each in files])

    async def _upload(self, call: Call) -> Thing:
        """Upload a form, JSON or raw bytes with a query, or take the first step of two."""
        fields: dict[str, Any] = {**(call.body or call.query)}
        content = b"" if call.body else await call.request.body()
        if "multipart/form-data" in call.operation.bodies:
            fields, content = await self._form(call)
        if "content_base64" in fields or "content" in fields:
            encoded, text = fields.pop("content_base64", ""), fields.pop("content", "")
            content = base64.b64decode(encoded, validate=True) or text.encode()
        fields["mime_type"] = fields.pop(
            "content_type", fields.pop("mimeType", fields.pop("mime_type", "text/plain"))
        )
        file_id = call.workspace.new_id("file")
        if "POST /files/{}/complete" not in self._document.operations:
            return values.file(call.workspace.store(file_id, content, fields))
        signature = secrets.token_hex(8)
        self._signed[signature] = (str(fields.pop("size")), [fields["mime_type"]])
        call.workspace.tickets[file_id] = signature, fields
        url = f"{call.request.base_url}storage/{signature}/{fields['filename']}"
        return values.ticket(file_id, url, fields["mime_type"])

    async def _form(self, call: Call) -> tuple[dict[str, Any], bytes]:
        """The other fields of a form and the content of its file; `metadata` is a JSON string."""
        async with call.request.form() as form:
            check_names(list(form), call.operation.fields, "body")
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise Refusal.invalid(Issue(("body", "file"), "expected a file"))
            fields: dict[str, Any] = {"filename": file.filename, "mime_type": file.content_type}
            fields |= {name: form.getlist(name) for name in ("tags", "collection_ids") if name in form}
            fields |= {name: form[name] for name in ("description",) if name in form}
            return fields | json.loads(str(form.get("metadata", "{}"))), await file.read()

    async def _complete(self, call: Call) -> Thing:
        signature, fields = find(call.workspace.tickets, call.id, "File")
        content = find(self._stored, signature, "Content of the file")
        return values.file(call.workspace.store(call.id, content, fields))

    async def _file(self, call: Call) -> Thing:
        return values.file(find(call.workspace.files, call.id, "File"))

    async def _delete(self, call: Call) -> Thing | Response:
        del call.workspace.files[find(call.workspace.files, call.id, "File").id]
        return values.deleted(call.id, self._document.letter)

    async def _openapi(self, call: Call) -> Response:
        return JSONResponse(self._document.content)

    # ---- storage behind signed URLs; like S3, it refuses a second kind of authorization

    async def _get_stored(self, request: Request) -> Response:
        content = self._stored.get(request.path_params["signature"])
        if content is None or "authorization" in request.headers:
            return Response("SignatureDoesNotMatch", 403, media_type="text/plain")
        return Response(content, media_type=values.MEDIA_TYPE)

    async def _put_stored(self, request: Request) -> Response:
        """Store a file at its signed URL, which is valid for one size and media type."""
        signature, headers = request.path_params["signature"], request.headers
        given = (headers.get("content-length"), headers.getlist("content-type"))
        if self._signed.get(signature) != given or "authorization" in headers:
            return Response("SignatureDoesNotMatch", 403, media_type="text/plain")
        self._stored[signature] = await request.body()
        return Response(b"")


class Server:
    """The app on a thread and a loop of its own. `clock` returns the time in seconds since the epoch."""

    def __init__(self, document: Document, *, clock: Callable[[], float] = time.time) -> None:
        self.document = document
        self.letter = document.letter
        self._app = App(document, clock)
        self._numbers = count(1)
        # asyncio turns off Nagle's algorithm only where the protocol is named; with it, responses take 40 ms.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen()
        config = uvicorn.Config(
            self._app.asgi,
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._uvicorn.run, args=([self._listener],), daemon=True)

    @property
    def url(self) -> str:
        """A client's base URL."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def api(self) -> str:
        return self.url + PREFIX

    def new_key(self) -> str:
        """The key of a new workspace."""
        return f"pq_live_k{next(self._numbers)}_{secrets.token_hex(8)}"

    def workspace(self, key: str) -> Workspace:
        """The workspace of a key."""
        return self._app.workspace(key)

    def __enter__(self) -> Self:
        # The socket listens already, so that a request before the loop runs waits for it.
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()
        self._listener.close()
