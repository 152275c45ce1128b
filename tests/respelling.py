"""A pytest plugin for a client from another spelling of the contract: its servers go on speaking the spelling before.

Between the facade and whatever answers it stands an interpreter, below all of the facade's own code: it takes requests
only as the new contract has them, and hands them on as the old one has; answers go the other way. So the same tests
run on both clients. `scripts/respelled.py` uses it in a copy of the checkout; `OLD` names the folder of the contract
before.
"""

from __future__ import annotations

import base64
import functools
import json
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import attrs
import httpx

from proteiniq import sandbox
from proteiniq.contract import document
from proteiniq.contract._endpoints import Endpoint, endpoint

from . import support

OLD = "PROTEINIQ_TESTS_OLD_CONTRACT"
FACADE = "proteiniq-python"
FORM = "multipart/form-data"
BOUNDARY = "1" * 32
Contract = Mapping[str, Any]


@attrs.frozen
class Spelling:
    """What one contract calls what."""

    contract: Contract

    def names(self, role: str) -> Mapping[str, tuple[str, Any]]:
        """Our names of a schema's fields → (the contract's, the schema of the field); none of one that it has not."""
        properties = self.contract["components"]["schemas"].get(role, {}).get("properties", {})
        return {described.get("x-name", wire): (wire, described) for wire, described in properties.items()}

    def endpoint(self, name: str) -> Endpoint:
        return endpoint(self.contract, name)

    def answer(self, name: str) -> Any:
        return (
            self._described(name)["responses"]["2XX"]
            .get("content", {})
            .get("application/json", {})
            .get("schema")
        )

    def body(self, name: str) -> Any:
        content = self._described(name).get("requestBody", {}).get("content", {})
        return next((media["schema"] for media in content.values()), None)

    def _described(self, name: str) -> Any:
        (found,) = [
            operation
            for item in self.contract["paths"].values()
            for operation in item.values()
            if operation["operationId"] == name
        ]
        return found


@attrs.frozen
class Interpreter:
    """Speaks `new` with the facade and `old` with the service."""

    new: Spelling
    old: Spelling

    def asked(
        self, request: httpx.Request, name: str, parameters: Mapping[str, str], content: bytes | None
    ) -> Any:
        """The request as the service knows it; without `content` its body stays as it is."""
        new, old = self.new.endpoint(name), self.old.endpoint(name)
        ours = {wire: field for field, wire in new.query.items()}
        given = request.url.params.multi_items()
        assert {key for key, _ in given} <= ours.keys(), f"{name}: no query of the contract: {given}"
        params = [(old.query[ours[key]], value) for key, value in given]
        url = request.url.copy_with(raw_path=old.url(**parameters).encode())
        url = url.copy_with(params=params) if params else url
        headers = request.headers.copy()
        if content is None:
            return httpx.Request(
                old.method, url, headers=headers, stream=request.stream, extensions=request.extensions
            )
        if new.media_type == FORM:
            for field, part in new.body.items():
                name_before = old.body.get(field, part)  # the service before doesn't know what is new
                content = content.replace(f'; name="{part}"'.encode(), f'; name="{name_before}"'.encode())
        else:
            said = json.loads(content)
            assert said.keys() <= set(new.body.values()), f"{name}: no body of the contract: {list(said)}"
            told = self._told(said, self.new.body(name), self.new, self.old)
            content = json.dumps(told).encode()
            if old.media_type == FORM:
                content = _form(told, self.old.names("FileUpload"))
                headers["content-type"] = f"{FORM}; boundary={BOUNDARY}"
        if "content-length" in headers:
            headers["content-length"] = str(len(content))
        stream = httpx.ByteStream(content)
        return httpx.Request(old.method, url, headers=headers, stream=stream, extensions=request.extensions)

    def rewrites_answers(self, name: str) -> bool:
        """Whether an answer of the operation has other names; one that has not is handed on as it comes."""
        schema = self.new.answer("get_job_status" if name == "stream_job_events" else name)
        return any(self._differs(role) for role in _roles(schema, self.new.contract))

    def rewrites_requests(self, name: str) -> bool:
        body = self.new.body(name)
        other_media = self.new.endpoint(name).media_type != self.old.endpoint(name).media_type
        return other_media or any(self._differs(role) for role in _roles(body, self.new.contract))

    def answered(self, name: str, content: bytes) -> bytes:
        if name == "stream_job_events":
            job = self.new.answer("get_job_status")
            return re.sub(rb"(?m)^(data: ?)(.*)$", lambda line: line[1] + self._text(line[2], job), content)
        return self._text(content, self.new.answer(name))

    def operation(self, request: httpx.Request) -> tuple[str, dict[str, str]] | None:
        """The operation that the facade asks for, and what stands in its path; None for a file's own address."""
        if request.headers.get("user-agent") != FACADE:
            return None
        at = request.url.raw_path.split(b"?")[0].decode()
        for method, template, name in _routes(self.new.contract):
            match = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)), at)
            if match and method == request.method:
                return name, {key: unquote(value) for key, value in match.groupdict().items()}
        # The facade's own requests have to be the new contract's.
        assert not at.startswith("/api/v1/"), f"no operation of the contract: {request.method} {at}"
        return None

    def _differs(self, role: str) -> bool:
        """Whether something that both know is called otherwise; what is new is no other name of anything."""
        new, old = self.new.names(role), self.old.names(role)
        return any(new[name][0] != old[name][0] for name in new.keys() & old.keys())

    def _text(self, content: bytes, schema: Any) -> bytes:
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            return content
        told = self._told(said, schema, self.old, self.new)
        return content if told == said else json.dumps(told).encode()

    def _told(self, value: Any, schema: Any, one: Spelling, other: Spelling) -> Any:
        """A value of a schema, its fields called as `other` calls them instead of `one`."""
        schema = schema or {}
        if "anyOf" in schema:
            schema = schema["anyOf"][0]
        if isinstance(value, list):
            return [self._told(each, schema.get("items"), one, other) for each in value]
        role = schema.get("$ref", "").rpartition("/")[2]
        if not role or not isinstance(value, dict):
            return value
        ours = {wire: name for name, (wire, _) in one.names(role).items()}
        told = {}
        for key, inner in value.items():
            wire, described = other.names(role).get(ours.get(key, ""), (key, None))
            told[wire] = self._told(inner, described, one, other)
        return told


def _form(told: Mapping[str, Any], names: Mapping[str, tuple[str, Any]]) -> bytes:
    """An upload in JSON as the form that it stands for."""
    part = names["file"][0]
    parts = []
    for key, value in told.items():
        for each in value if isinstance(value, list) else [value]:
            if key not in (part, "filename", "mime_type"):
                parts.append(f'Content-Disposition: form-data; name="{key}"\r\n\r\n{each}'.encode())
    filename = told["filename"].replace('"', "%22")
    media = told.get("mime_type") or "application/octet-stream"
    head = f'Content-Disposition: form-data; name="{part}"; filename="{filename}"\r\nContent-Type: {media}'
    parts.append(head.encode() + b"\r\n\r\n" + base64.b64decode(told[part], validate=True))
    mark = b"--" + BOUNDARY.encode()
    return b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + b"--\r\n"


def _roles(schema: Any, contract: Contract) -> set[str]:
    """Every schema that is in `schema`."""
    found: set[str] = set()
    left = [schema]
    while left:
        node = left.pop()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            role = str(node.get("$ref", "")).rpartition("/")[2]
            if role and role not in found:
                found.add(role)
                left.append(contract["components"]["schemas"][role])
            left += node.values()
    return found


def _routes(contract: Contract) -> list[tuple[str, str, str]]:
    """Method, path and name of every operation; `/jobs/quote` comes before `/jobs/{job_id}`."""
    found = [
        (method.upper(), template, operation["operationId"])
        for template, item in contract["paths"].items()
        for method, operation in item.items()
    ]
    return sorted(found, key=lambda route: ("{" in route[1], route))


# ---- between the facade's wire and what answers


class _Lines(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An event stream, line by line in other words."""

    def __init__(self, stream: Any, told: Callable[[bytes], bytes]) -> None:
        self._stream = stream
        self._told = told
        self._rest = b""

    def _whole(self, chunk: bytes) -> bytes:
        whole, mark, self._rest = (self._rest + chunk).rpartition(b"\n")
        return self._told(whole) + mark

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            yield self._whole(chunk)
        yield self._told(self._rest)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            yield self._whole(chunk)
        yield self._told(self._rest)

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


def _in_other_words(
    response: httpx.Response, content: bytes | None, told: Callable[[bytes], bytes]
) -> httpx.Response:
    headers = response.headers.copy()
    for name in ("content-length", "transfer-encoding", "content-encoding"):
        headers.pop(name, None)
    body = {"stream": _Lines(response.stream, told)} if content is None else {"content": told(content)}
    return httpx.Response(response.status_code, headers=headers, extensions=response.extensions, **body)


def _interpreted(
    interpreter: Interpreter, send: Callable[..., httpx.Response]
) -> Callable[..., httpx.Response]:
    @functools.wraps(send)
    def handle(transport: Any, request: httpx.Request) -> httpx.Response:
        found = interpreter.operation(request)
        if found is None:
            return send(transport, request)
        name, parameters = found
        content = request.read() if interpreter.rewrites_requests(name) else None
        response = send(transport, interpreter.asked(request, name, parameters, content))
        if response.status_code >= 300 or not interpreter.rewrites_answers(name):
            return response
        whole = None if name == "stream_job_events" else response.read()
        return _in_other_words(response, whole, functools.partial(interpreter.answered, name))

    return handle


def _interpreted_async(interpreter: Interpreter, send: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(send)
    async def handle(transport: Any, request: httpx.Request) -> Any:
        found = interpreter.operation(request)
        if found is None:
            return await send(transport, request)
        name, parameters = found
        content = await request.aread() if interpreter.rewrites_requests(name) else None
        response = await send(transport, interpreter.asked(request, name, parameters, content))
        if response.status_code >= 300 or not interpreter.rewrites_answers(name):
            return response
        whole = None if name == "stream_job_events" else await response.aread()
        return _in_other_words(response, whole, functools.partial(interpreter.answered, name))

    return handle


def pytest_configure() -> None:
    folder = Path(os.environ[OLD])
    old = json.loads((folder / "openapi.json").read_bytes())
    interpreter = Interpreter(Spelling(document()), Spelling(old))
    serving = functools.partialmethod(sandbox.Sandbox.__init__, document=old)
    for kind in (httpx.HTTPTransport, httpx.MockTransport):
        _replace(kind, handle_request=_interpreted(interpreter, kind.handle_request))
    for awaited in (httpx.AsyncHTTPTransport, httpx.MockTransport):
        send = _interpreted_async(interpreter, awaited.handle_async_request)
        _replace(awaited, handle_async_request=send)
    _replace(sandbox.Sandbox, __init__=serving)
    _replace(
        support,
        document=lambda: old,
        upstream=lambda: json.loads((folder / "upstream.json").read_bytes()),
        operation=functools.partial(endpoint, old),
        heard=lambda name, body: json.loads(interpreter.answered(name, json.dumps(body).encode())),
    )


def _replace(place: Any, **instead: Any) -> None:
    for name, value in instead.items():
        setattr(place, name, value)
