"""A server that responds as one of the documents says, on a free port of the loopback.

    with Server(Document.load(DOCUMENTS / "a.json")) as server:
        client = ProteinIQ(server.new_key(), server.url)

It refuses every request that the document doesn't describe, and checks its own responses against the document where
that has a schema for them. Each key has a workspace of its own (`server.workspace(key)`), in which a test can see what
has arrived. Lists are newest first, and a page has at most `PAGE` items, whatever its `limit`.
"""

from __future__ import annotations

import asyncio
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
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from .dialects import BY_LETTER, Body
from .document import PREFIX, BrokenDocument, Document, Operation
from .engine import OUTPUT, RESULTS, TOOLS, Issue, Refusal, Upload, Workspace, tool_of

VARIABLE = "PROTEINIQ_TESTS_DOCUMENT"
"""Names the document that the end-to-end tests are run with."""

PAGE = 2
LOOK = 0.005
"""How often an event stream looks at its job, s."""

_KEY = re.compile(r"Bearer (pq_live_([A-Za-z0-9]+)_[A-Za-z0-9]+)")


def named_document() -> Document:
    """The document that the environment names. Raises LookupError."""
    path = Path(os.environ.get(VARIABLE, ""))
    if path.stem not in BY_LETTER or not path.is_file():
        letters = ", ".join(f"{letter}.json" for letter in BY_LETTER)
        raise LookupError(
            f"set {VARIABLE} to the path of one of {letters} (tests/independent/documents), and run these tests with "
            "a client that was made from it: `nox -s independent` does both"
        )
    return Document.load(path)


@attrs.frozen
class Call:
    """A request that fits the document."""

    request: Request
    operation: Operation
    workspace: Workspace
    key_id: str
    query: Mapping[str, Any]
    body: Any
    media_type: str | None

    @property
    def id(self) -> str:
        """The only parameter of the path."""
        (value,) = self.request.path_params.values()
        return str(value)


@attrs.frozen
class Reply:
    """A success. The body is None where there is none, the status the document's where none is given."""

    body: Any
    status: int | None = None


@attrs.define
class Step:
    """An upload in two steps, after the first: what is to come, and the bytes once they are there."""

    workspace: Workspace
    file_id: str
    upload: Upload
    size: int
    content: bytes | None = None


Handler = Callable[[Call], Awaitable[Reply | Response]]


class App:
    """The routes of a document, and what serves them."""

    def __init__(self, document: Document, clock: Callable[[], float]) -> None:
        self._document = document
        self._dialect = BY_LETTER[document.letter]
        self._clock = clock
        # A list with a cursor in its responses has to take it in requests, too.
        self._unlisted = document.operation("GET /jobs").query if self._dialect.tools_like_jobs else {}
        self._workspaces: dict[str, Workspace] = {}
        self._stored: dict[str, bytes] = {}
        self._steps: dict[str, Step] = {}
        handlers: Mapping[str, Handler] = {
            "GET /account": self._account,
            "GET /tools": self._list_tools,
            "GET /tools/{}": self._tool,
            "POST /jobs/quote": self._quote,
            "POST /jobs": self._submit,
            "GET /jobs": self._list_jobs,
            "GET /jobs/{}/status": self._status,
            "GET /jobs/{}/events": self._events,
            "POST /jobs/{}/cancel": self._cancel,
            "PATCH /jobs/{}": self._cancel,
            "DELETE /jobs/{}": self._cancel,
            "GET /jobs/{}": self._job,
            "GET /results/{}": self._result,
            "GET /files": self._list_files,
            "POST /files": self._upload,
            "POST /files/{}/complete": self._complete,
            "GET /files/{}": self._file,
            "DELETE /files/{}": self._delete,
            "GET /openapi.json": self._openapi,
            "GET /health": self._health,
        }
        routes = [
            Route(each.path, self._endpoint(each, handlers[each.route]), methods=[each.method])
            for each in document.operations
        ]
        self.asgi = Starlette(
            routes=[*routes, Route("/storage/{signature}/{name}", self._storage, methods=["GET", "PUT"])],
            exception_handlers={HTTPException: self._no_route},
        )

    def workspace(self, key: str) -> Workspace:
        return self._workspaces.setdefault(key, Workspace(self._clock))

    # ---- requests and responses

    def _endpoint(self, operation: Operation, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            try:
                reply = await handler(await self._read(operation, request))
                if isinstance(reply, Response):
                    return reply
                status = reply.status or operation.success
                if reply.body is None:
                    return Response(status_code=status)
                operation.check_response(status, reply.body)
                return JSONResponse(reply.body, status)
            except Refusal as refusal:
                return self._refused(refusal, operation)
            except BrokenDocument as error:
                return JSONResponse({"error": {"code": "internal_error", "message": str(error)}}, 500)

        return endpoint

    async def _read(self, operation: Operation, request: Request) -> Call:
        """What the request says, checked. Raises Refusal."""
        key, key_id = self._key(operation, request)
        unlisted = self._unlisted if operation.route == "GET /tools" else {}
        query = operation.read_query(request.query_params.multi_items(), unlisted)
        media_type = operation.check_media_type(request.headers.get("content-type", ""))
        body = operation.read_json(await request.body()) if media_type == "application/json" else None
        return Call(request, operation, self.workspace(key), key_id, query, body, media_type)

    def _key(self, operation: Operation, request: Request) -> tuple[str, str]:
        if operation.route in ("GET /openapi.json", "GET /health"):
            return "", ""
        found = _KEY.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            raise Refusal(401, "unauthorized", "Missing or invalid API key")
        return found[1], found[2]

    def _refused(self, refusal: Refusal, operation: Operation | None = None) -> Response:
        status, body = self._dialect.refused(refusal)
        if operation is not None:
            operation.check_response(status, body)
        return JSONResponse(body, status, headers=dict(refusal.headers))

    async def _no_route(self, request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "internal_error")
        message = f"{error.detail}: {request.method} {request.url.path}"
        return self._refused(Refusal(error.status_code, code, message))

    # ---- lists

    def _page(self, call: Call, items: Sequence[tuple[str, Body]]) -> Reply:
        """A page as the document has them; `items` are ids and what is shown of them."""
        if "offset" in call.operation.query:
            return self._page_by_offset(call, [body for _, body in items])
        if "page" in call.operation.query:
            return self._page_by_number(call, [body for _, body in items])
        ids = [name for name, _ in items]
        after = call.query.get("starting_after")
        if after is not None and after not in ids:
            raise Refusal.invalid(Issue(("query", "starting_after"), "unknown cursor"))
        start = 0 if after is None else ids.index(after) + 1
        part = items[start : start + min(call.query.get("limit", PAGE), PAGE)]
        has_more = start + len(part) < len(items)
        cursor = part[-1][0] if has_more else None
        shown = [body for _, body in part]
        return Reply(self._dialect.page(shown, next_cursor=cursor, has_more=has_more))

    def _page_by_offset(self, call: Call, items: Sequence[Body]) -> Reply:
        start, limit = call.query.get("offset", 0), min(call.query.get("limit", PAGE), PAGE)
        part = items[start : start + limit]
        return Reply(self._dialect.page_by_offset(part, len(items), limit, start))

    def _page_by_number(self, call: Call, items: Sequence[Body]) -> Reply:
        number, size = int(call.query.get("page", 1)), min(int(call.query.get("pageSize", PAGE)), PAGE)
        part = items[(number - 1) * size : number * size]
        return Reply(self._dialect.page_by_number(part, len(items), size, number))

    # ---- account and tools

    async def _account(self, call: Call) -> Reply:
        return Reply(self._dialect.account(call.key_id))

    async def _list_tools(self, call: Call) -> Reply:
        tools = [tool for tool in TOOLS if call.query.get("category") in (None, tool.category)]
        tools = [tool for tool in tools if (call.query.get("q") or "").lower() in tool.name.lower()]
        return self._page(call, [(tool.id, self._dialect.tool_summary(tool)) for tool in tools])

    async def _tool(self, call: Call) -> Reply:
        return Reply(self._dialect.tool(tool_of(call.id)))

    # ---- jobs

    async def _quote(self, call: Call) -> Reply:
        call.workspace.check_order(call.body)
        return Reply(self._dialect.quote(call.body))

    async def _submit(self, call: Call) -> Reply:
        self._check_sources(call.body)
        job, repeated = call.workspace.submit(call.body, call.request.headers.get("idempotency-key"))
        body = self._dialect.submitted(job, job.state(self._clock()))
        return Reply(body, self._dialect.replayed if repeated else self._dialect.made)

    def _check_sources(self, order: Body) -> None:
        """A source that names a file has to be of the document's own kind, where that has one."""
        wanted = self._dialect.file_source
        for number, entry in enumerate(order["input"].get("inputs", ())):
            source = entry.get("source") or {}
            if wanted and "file_id" in source and source.get("type") != wanted:
                place = ("body", "input", "inputs", number, "source", "type")
                raise Refusal.invalid(Issue(place, f"expected {wanted!r}"))

    async def _list_jobs(self, call: Call) -> Reply:
        now = self._clock()
        wanted = call.query.get("status")
        statuses = [wanted] if isinstance(wanted, str) else wanted
        shown = [
            (job.id, self._dialect.job(job, job.state(now)))
            for job in reversed(call.workspace.jobs.values())
            if statuses is None or self._dialect.status(job.state(now)) in statuses
            if call.query.get("tool") in (None, job.tool)
        ]
        return self._page(call, shown)

    async def _job(self, call: Call) -> Reply:
        job = call.workspace.job(call.id)
        return Reply(self._dialect.job(job, job.state(self._clock())))

    async def _status(self, call: Call) -> Reply:
        job = call.workspace.job(call.id)
        return Reply(self._dialect.job_status(job, job.state(self._clock())))

    async def _cancel(self, call: Call) -> Reply:
        job = call.workspace.cancel(call.id)
        return Reply(self._dialect.cancelled(job, job.state(self._clock())))

    async def _events(self, call: Call) -> Response:
        job = call.workspace.job(call.id)
        like = self._document.operation("GET /jobs/{}/status")

        async def events() -> AsyncIterator[str]:
            sent = 0
            yield ": keep-alive\n\n"
            while True:
                states = job.states(self._clock())
                for state in states[sent:]:
                    data = self._dialect.job_status(job, state)
                    like.check_response(200, data)
                    yield f"event: status\ndata: {json.dumps(data)}\n\n: keep-alive\n\n"
                sent = len(states)
                if states[-1].has_ended or await call.request.is_disconnected():
                    return
                await asyncio.sleep(LOOK)

        return StreamingResponse(events(), media_type="text/event-stream")

    async def _result(self, call: Call) -> Reply:
        job, state = call.workspace.completed(call.id)
        signature = secrets.token_hex(8)
        self._stored[signature] = OUTPUT
        file = {
            "name": "prediction.pdb",
            "key": f"outputs/{job.id}/prediction.pdb",
            "content_type": "chemical/x-pdb",
            "url": f"{call.request.base_url}storage/{signature}/prediction.pdb",
        }
        return Reply(self._dialect.result(job, state, RESULTS, [file]))

    async def _storage(self, request: Request) -> Response:
        """What a signed URL leads to. Like S3, it takes one kind of authorization."""
        if "authorization" in request.headers:
            return Response("Only one auth mechanism allowed", 400, media_type="text/plain")
        if request.method == "PUT":
            return await self._put(request)
        content = self._stored.get(request.path_params["signature"])
        if content is None:
            return Response("SignatureDoesNotMatch", 403, media_type="text/plain")
        return Response(content, media_type="chemical/x-pdb")

    async def _put(self, request: Request) -> Response:
        """A file at the URL of its ticket: signed for one size and one media type."""
        step = self._steps.get(request.path_params["signature"])
        kinds = request.headers.getlist("content-type")
        if step is None or kinds != [step.upload.mime_type]:
            return Response("SignatureDoesNotMatch", 403, media_type="text/plain")
        if request.headers.get("content-length") != str(step.size):
            return Response("MissingContentLength", 411, media_type="text/plain")
        step.content = await request.body()
        return Response(b"")

    # ---- files

    async def _list_files(self, call: Call) -> Reply:
        shown = [
            (file.id, self._dialect.file(file))
            for file in reversed(call.workspace.files.values())
            if call.query.get("format") in (None, file.format)
            if call.query.get("origin") in (None, "UPLOAD")
            if (call.query.get("q") or "") in file.upload.filename
        ]
        return self._page(call, shown)

    async def _upload(self, call: Call) -> Reply:
        if self._dialect.in_two_steps:
            return self._ticket(call)
        if call.media_type == "application/json":
            upload = self._dialect.upload_json(call.body)
        elif call.media_type == "application/octet-stream":
            upload = self._dialect.upload_raw(call.query, await call.request.body())
        else:
            async with call.request.form() as form:
                self._document.operation("POST /files").check_parts(list(form))
                upload = await self._dialect.upload_form(form)
        return Reply(self._dialect.file(call.workspace.store(upload)), self._dialect.made)

    def _ticket(self, call: Call) -> Reply:
        """The first step of two: where to send the file."""
        upload, size = self._dialect.announced(call.body)
        signature = secrets.token_hex(8)
        step = self._steps[signature] = Step(call.workspace, call.workspace.new_file_id(), upload, size)
        url = f"{call.request.base_url}storage/{signature}/{upload.filename}"
        return Reply(self._dialect.ticket(step.file_id, upload, url))

    async def _complete(self, call: Call) -> Reply:
        steps = (each for each in self._steps.values() if each.workspace is call.workspace)
        step = next((each for each in steps if each.file_id == call.id), None)
        if step is None:
            raise Refusal.missing(f"File {call.id}")
        if step.content is None:
            raise Refusal(409, "conflict", "The file is not there yet")
        stored = attrs.evolve(step.upload, content=step.content)
        return Reply(self._dialect.file(call.workspace.store(stored, step.file_id)))

    async def _file(self, call: Call) -> Reply:
        return Reply(self._dialect.file(call.workspace.file(call.id)))

    async def _delete(self, call: Call) -> Reply:
        return Reply(self._dialect.deleted(call.workspace.delete(call.id)))

    # ---- the document

    async def _openapi(self, call: Call) -> Reply:
        return Reply(self._document.content)

    async def _health(self, call: Call) -> Reply:
        return Reply({"status": "ok"})


class Server:
    """The app on a thread and a loop of its own. `clock` gives the time in seconds since the epoch."""

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
        """The key of a workspace that nobody has used."""
        return f"pq_live_k{next(self._numbers)}_{secrets.token_hex(8)}"

    def workspace(self, key: str) -> Workspace:
        """What belongs to a key."""
        return self._app.workspace(key)

    def __enter__(self) -> Self:
        # The socket listens already, so that a request before the loop runs waits for it.
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._uvicorn.should_exit = True
        self._thread.join()
        self._listener.close()
