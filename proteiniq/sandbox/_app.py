"""The HTTP application: routes from the contract document, and the steps that every request goes through.

In order: route, authorization, rate limit, plan and scope, parameters, body, the operation itself,
validation of its response. A failure in any step becomes the error envelope.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import anyio.to_thread
import attrs
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import Receive, Scope, Send

from . import _auth, _contract, _limits, _requests, _storage, _times, _uploads
from ._contract import Contract, Operation
from ._errors import OUT_OF_SPACE, APIError, invalid, is_full
from ._limits import Verdict
from ._service import Call, Service

log = logging.getLogger("proteiniq.sandbox")


class App:
    """An ASGI application that serves a contract with a service."""

    def __init__(self, contract: Contract, service: Service, own_url: str, max_upload_bytes: int) -> None:
        self._service = service
        self._operations = service.operations
        self._own_url = own_url
        self._max_upload_bytes = max_upload_bytes
        self._envelope = contract.schema_validator("ErrorEnvelope")
        paths: dict[str, dict[str, Operation]] = {}
        for operation in contract.operations:
            if operation.id not in self._operations:
                log.warning("the contract has %s, which the sandbox doesn't implement", operation.id)
                continue
            paths.setdefault(operation.path, {})[operation.method] = operation
        # `/jobs/quote` comes before `/jobs/{job_id}`.
        ordered = sorted(paths.items(), key=lambda item: ("{" in item[0], item[0]))
        routes = [Route(path, _Resource(self, methods)) for path, methods in ordered]
        routes.append(Route(_storage.PREFIX + "{key:path}", _Storage(self)))
        self._router = Router(routes, redirect_slashes=False, default=_Unknown(self))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._router(scope, receive, send)

    async def operate(self, request: Request, operation: Operation) -> Response:
        """Respond to a request for an operation."""
        key, headers = _auth.ANONYMOUS, dict[str, str]()
        try:
            if not operation.public:
                key, verdict = self._admit(request)
                headers = self._window_headers(verdict)
                self._permit(key, operation, verdict)
            call = Call(
                key,
                _requests.parameters(request, operation),
                next(iter(request.path_params.values()), ""),
                _requests.base_url(request) or self._own_url,
                await self._body(request, operation),
            )
            response = await anyio.to_thread.run_sync(self._perform, operation, call)
        except Exception as error:
            response = await self.refusal(request, error, operation)
        response.headers.update({**headers, **response.headers})
        return response

    def storage(self, request: Request) -> Response:
        service = self._service
        now = service.clock()
        return _storage.respond(request, service.store, service.blobs, service.signer, now)

    def _admit(self, request: Request) -> tuple[_auth.Key, Verdict]:
        """The key of a request, and the state of its rate-limit window after this request."""
        token = _auth.bearer(request.headers.get("authorization"))
        key_id = _auth.key_id(token) if token else None
        found = self._service.store.key(key_id) if key_id else None
        if token is None or found is None or not _auth.matches(token, found[1]):
            raise _unauthorized("A valid API key is required: Authorization: Bearer pq_live_…")
        key = found[0]
        return key, self._service.windows.ask(key.id, self._service.clock())

    def _permit(self, key: _auth.Key, operation: Operation, verdict: Verdict) -> None:
        windows = self._service.windows
        if not verdict.allowed:
            raise APIError(
                "rate_limited",
                f"The limit of {windows.limit} requests in {windows.window:g} s is reached.",
                headers={"Retry-After": _limits.retry_after(verdict.retry_after, windows.window)},
            )
        if not key.present:
            if "team_not_found" in operation.errors:
                raise APIError("team_not_found", "The workspace of this key no longer exists.")
            raise _unauthorized("The workspace of this key no longer exists.")
        if not key.paid and "paid_plan_required" in operation.errors:
            raise APIError("paid_plan_required", "API keys require a paid plan.")
        if operation.scope is not None and operation.scope not in key.scopes:
            raise APIError("forbidden", f"The key lacks the scope {operation.scope}.")

    async def _body(self, request: Request, operation: Operation) -> Any:
        if operation.media_type is None:
            return None
        if _requests.media_type(request) != operation.media_type:
            raise APIError("unsupported_media_type", f"Content-Type must be {operation.media_type}.")
        if operation.media_type == "multipart/form-data":
            return await _uploads.read(request, self._service.blobs, self._max_upload_bytes)
        return await _requests.content(request)

    def _perform(self, operation: Operation, call: Call) -> Response:
        """Validate the body, run the operation and validate its response. It may block, so it runs in a thread."""
        if operation.body is not None:
            call = attrs.evolve(call, body=_requests.parse_object(call.body))
            found, recorded = _contract.issues(operation.body, call.body), self._service.recordings
            if recorded is not None:
                found = [each for each in found if not recorded.may_lack(call.body, each)]
            if found:
                raise invalid(found)
        body = self._operations[operation.id](call)
        if isinstance(body, Response):
            return body
        if operation.response is not None and (found := _contract.issues(operation.response, body)):
            raise BrokenContract(operation.id, found)
        return Response(_json(body), operation.status, media_type="application/json")

    async def refusal(self, request: Request, error: Exception, operation: Operation | None) -> Response:
        """The error envelope for an exception, after the rest of the request has been read."""
        if isinstance(error, ClientDisconnect):
            return Response(status_code=499)  # The client is gone.
        if not isinstance(error, APIError):
            log.error("%s %s failed", request.method, request.url.path, exc_info=error)
            message = OUT_OF_SPACE if is_full(error) else "Something went wrong in the sandbox; see its log."
            error = APIError("internal_error", message)
        if operation is not None and error.code not in operation.errors:
            log.warning("%s responds with %s, which it does not document", operation.id, error.code)
        envelope = error.envelope()
        if found := _contract.issues(self._envelope, envelope):
            raise BrokenContract("the error envelope", found)
        await _requests.drain(request)
        return Response(_json(envelope), error.status, headers=error.headers, media_type="application/json")

    def _window_headers(self, verdict: Verdict) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self._service.windows.limit),
            "X-RateLimit-Remaining": str(verdict.remaining),
            "X-RateLimit-Reset": _times.iso_ceil(verdict.reset),
        }


class BrokenContract(Exception):
    """A response of the sandbox itself doesn't fit the contract. It is never sent."""

    def __init__(self, what: str, found: Sequence[Mapping[str, Any]]) -> None:
        places = "; ".join(f"{issue['path']}: {issue['message']}" for issue in found)
        super().__init__(f"{what} breaks the contract: {places}")


class _Endpoint:
    """An ASGI endpoint that supports `methods`. Others are refused, and `OPTIONS` lists the supported ones."""

    methods: Sequence[str] = ()

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._dispatch(request)
        except Exception as error:
            response = await self.app.refusal(request, error, None)
        await response(scope, receive, send)

    async def _dispatch(self, request: Request) -> Response:
        allow = {"Allow": ", ".join((*self.methods, "OPTIONS"))}
        if request.method in self.methods:
            return await self.respond(request)
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=allow)
        raise APIError(
            "method_not_allowed",
            f"{request.method} is not allowed here: use {' or '.join(self.methods)}.",
            headers=allow,
        )

    async def respond(self, request: Request) -> Response:
        """Return the response to a method that is allowed; each kind of endpoint has its own."""
        raise NotImplementedError


class _Resource(_Endpoint):
    """A path of the contract."""

    def __init__(self, app: App, operations: Mapping[str, Operation]) -> None:
        super().__init__(app)
        self._operations = operations
        self.methods = tuple(operations)

    async def respond(self, request: Request) -> Response:
        return await self.app.operate(request, self._operations[request.method])


class _Storage(_Endpoint):
    methods = ("GET", "HEAD")

    async def respond(self, request: Request) -> Response:
        return await anyio.to_thread.run_sync(self.app.storage, request)


class _Unknown(_Endpoint):
    """Any path that isn't a route, with any method."""

    async def _dispatch(self, request: Request) -> Response:
        raise APIError("not_found", "No such route.")


def _unauthorized(message: str) -> APIError:
    return APIError("unauthorized", message, headers={"WWW-Authenticate": "Bearer"})


def _json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")
