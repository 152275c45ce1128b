"""Scripted faults: what happens to the next requests to a route, in place of their response or to it.

They stand before everything else, as a proxy does: a fault that replaces the response needs no key and counts for no
limit.
"""

from __future__ import annotations

import asyncio
import json
import math
import re
import threading
from typing import Literal, TypedDict, Unpack

import attrs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ._errors import STATUS

_PREFIX = "/api/v1"
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_PAGE = b"<!doctype html><title>Be right back</title><h1>Be right back</h1>"


class FaultOptions(TypedDict, total=False):
    """What happens to the requests that a rule is for; see `Fault`."""

    times: int | None
    delay: float
    status: int | None
    code: str | None
    message: str
    retry_after: float | None
    html: bool
    cut: Literal["before", "after"] | None
    truncate: int | None


@attrs.define(kw_only=True, eq=False)
class Fault:
    """A rule: which requests it is for, and what happens to them.

    `method` is a method, or `*` for any. `path` is a pattern of paths below `/api/v1`, such as `/jobs/*/status`, where
    `*` stands for one segment and `**` for any number; files are below `/storage/**`. The rule is for the first `times`
    requests that match; None is for all.

    `delay` comes first, in seconds. Then one of:

    - `status`: this error, in the service's envelope, with `code`, `message` and `retry_after` (in seconds)
    - `html`: a web page as of a proxy, with `status` 502 unless it is given
    - `cut`: the connection is closed without a response, `before` or `after` the request was carried out
    - `truncate`: the connection is closed after so many bytes of the response's body

    Raises ValueError for arguments that contradict each other, and for a method or path that no request has.
    """

    method: str = "*"
    path: str = "/**"
    times: int | None = 1
    delay: float = 0.0
    status: int | None = None
    code: str | None = None
    message: str = "A fault of the test."
    retry_after: float | None = None
    html: bool = False
    cut: Literal["before", "after"] | None = None
    truncate: int | None = None
    count: int = attrs.field(default=0, init=False)
    """How many requests it was applied to."""

    def __attrs_post_init__(self) -> None:
        replacing = [self.status is not None or self.html, self.cut is not None, self.truncate is not None]
        if sum(replacing) > 1:
            raise ValueError("a fault has one of status (with or without html), cut and truncate")
        if not any(replacing) and not self.delay:
            raise ValueError("a fault needs a delay, status, html, cut or truncate")
        if not 0 <= self.delay < math.inf:
            raise ValueError(f"delay must be a non-negative number of seconds, got {self.delay}")
        if self.cut not in (None, "before", "after"):
            raise ValueError(f"cut must be 'before' or 'after', got {self.cut!r}")
        if self.status is not None and not 400 <= self.status <= 599 and not self.html:
            raise ValueError(f"status must be an error's, from 400 to 599, got {self.status}")
        if self.times is not None and self.times < 1:
            raise ValueError(f"times must be at least 1 or None, got {self.times}")
        if self.method != "*" and self.method not in _METHODS:
            raise ValueError(f"method must be * or one of {', '.join(_METHODS)}, got {self.method!r}")
        if not self.path.startswith("/"):
            raise ValueError(f"path must start with /, as in /jobs/*/status, got {self.path!r}")
        if self.path.startswith(_PREFIX + "/"):
            raise ValueError(f"path must be without {_PREFIX}, as in /jobs/*/status, got {self.path!r}")

    def matches(self, method: str, path: str) -> bool:
        """Whether the rule is for this request, and not used up."""
        if self.times is not None and self.count >= self.times:
            return False
        pattern = re.escape(self.path).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
        return self.method in ("*", method) and re.fullmatch(pattern, path) is not None


class Faults:
    """The faults of a sandbox. The first rule that is for a request is applied. It is safe for threads."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, method: str = "*", path: str = "/**", **options: Unpack[FaultOptions]) -> Fault:
        """Add a rule after those that there are; the options are those of `Fault`."""
        rule = Fault(method=method, path=path, **options)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def claim(self, method: str, path: str) -> Fault | None:
        """The rule for a request, which counts as applied."""
        with self._lock:
            for rule in self._rules:
                if rule.matches(method, path.removeprefix(_PREFIX)):
                    rule.count += 1
                    return rule
        return None


class Faulty:
    """An ASGI application that applies faults to the requests of another."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = self._faults.claim(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.status is not None or fault.html:
            await _replace(fault, receive, send)
        elif fault.cut is not None:
            if fault.cut == "after":
                await self._app(scope, receive, _swallow)
            scope["state"]["transport"].abort()
            await _until_gone(receive)
        elif fault.truncate is not None:
            await self._app(scope, receive, _Truncated(fault.truncate, scope, send))
            await _until_gone(receive)
        else:
            await self._app(scope, receive, send)


async def _replace(fault: Fault, receive: Receive, send: Send) -> None:
    while (await receive()).get("more_body"):  # A client that is still sending may miss the response.
        pass
    status = fault.status or 502
    content, kind = _PAGE, b"text/html"
    if not fault.html:
        code = fault.code or next((code for code, known in STATUS.items() if known == status), "error")
        content = json.dumps({"error": {"code": code, "message": fault.message}}).encode()
        kind = b"application/json"
    headers = [(b"content-type", kind), (b"content-length", str(len(content)).encode())]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(math.ceil(fault.retry_after)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _swallow(message: Message) -> None:
    """Sends nothing."""


async def _until_gone(receive: Receive) -> None:
    """Return when the server knows that the connection is closed, and so sends nothing in our place."""
    while (await receive())["type"] != "http.disconnect":
        pass


class _Truncated:
    """Sends so many bytes of a body, then closes the connection."""

    def __init__(self, left: int, scope: Scope, send: Send) -> None:
        self._left = left
        self._transport = scope["state"]["transport"]
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")[: self._left]
            ends = len(message.get("body", b"")) >= self._left or not message.get("more_body")
            self._left -= len(body)
            message = {"type": "http.response.body", "body": body, "more_body": True}
            await self._send(message)
            if ends:
                self._transport.close()
            return
        await self._send(message)
