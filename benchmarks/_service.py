"""A service in this process and in virtual time, with a rate limit, job slots, and other people who use both.

service = Service(Plan(slots=20, duration=lambda number: 60.0))
run(lambda: use(service.client()))
"""

from __future__ import annotations

import asyncio
import json
import math
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
from _virtual import EPOCH, VirtualClock

from proteiniq import AsyncProteinIQ, AsyncTransport, AsyncTransportRequest, AsyncTransportResponse

KEY = "pq_live_virtual_secret"
URL = "https://service.test"
STORAGE = "https://storage.test/"
TOOL = "fold"

LATENCY = 0.05
HEARTBEAT = 15.0
PRICE = 2.0
WINDOW = 60.0
URL_LIFE = 60.0
READ_INTERVAL = 5.0


@attrs.define(eq=False)
class VirtualJob:
    """A job at the service. `key` is None for one of other people. Times are those of the loop."""

    id: str
    number: int
    key: str | None
    name: str
    body: Any
    created: float
    end: float
    status: str = "PROCESSING"
    is_followed: bool = False
    """Whether a job of other people is followed by another one."""
    changed: asyncio.Event = attrs.field(factory=asyncio.Event)
    ending: asyncio.TimerHandle | None = None

    @property
    def has_ended(self) -> bool:
        return self.status != "PROCESSING"


@attrs.frozen
class Refusal:
    """An error response, and whether the service acted on the request all the same."""

    status: int
    code: str | None = None
    headers: Mapping[str, str] = {}
    after: bool = False


@attrs.frozen
class Lost:
    """A response that never arrives, and whether the service acted on the request."""

    after: bool


Fault = Refusal | Lost | None


@attrs.frozen(kw_only=True)
class Plan:
    """What the service is like.

    `duration` is how long the nth submitted job runs, in seconds, and `ends_as` how it ends; jobs of other people are
    counted down from -1. `other_jobs` slots are always taken by those, and `other_rate` requests a minute come from
    other clients of the key, evenly. A result appears `result_delay` seconds after the end, and has `files`. An
    idempotency key is known for `key_life` seconds.
    """

    duration: Callable[[int], float]
    ends_as: Callable[[int], str] = lambda number: "COMPLETED"
    slots: int = 3
    rate: int = 120
    other_jobs: int = 0
    other_rate: int = 0
    result_delay: float = 0.0
    files: int = 0
    key_life: float = math.inf


class Service:
    """Answers the requests of a batch. It is an `AsyncTransport`."""

    def __init__(
        self, plan: Plan, fault: Callable[[str, Service], Fault] = lambda operation, service: None
    ) -> None:
        self.plan = plan
        self._fault = fault
        self.jobs: dict[str, VirtualJob] = {}
        self.order: list[VirtualJob] = []
        self.ours: list[VirtualJob] = []
        self.by_key: dict[str, VirtualJob] = {}
        self.active: set[str] = set()
        self.counts: dict[str, int] = {}
        self.refused: dict[str, int] = {}
        self.too_many = 0
        """How many requests were over the rate limit, or too early for another read of their job."""
        self.last_result = 0.0
        self._reads: dict[str, float] = {}
        self._ours: deque[float] = deque()
        self._others: deque[float] = deque()
        self._other_number = 0
        self._begun = False

    def client(self, seed: int = 0, *, transport: AsyncTransport | None = None) -> AsyncProteinIQ:
        """A client of this service, in virtual time."""
        return AsyncProteinIQ(KEY, URL, transport=transport or self, clock=VirtualClock(seed))

    # ---- time

    @property
    def now(self) -> float:
        return asyncio.get_running_loop().time()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            for _ in range(self.plan.other_jobs):
                self.add_other(is_followed=True)

    def add_other(self, *, is_followed: bool = False) -> None:
        """Start a job of other people, which may be followed by another one."""
        self._other_number += 1
        job = self._make(None, "another one", None, -self._other_number)
        job.is_followed = is_followed

    def _make(self, key: str | None, name: str, body: Any, nth: int) -> VirtualJob:
        number, end = len(self.order), self.now + self.plan.duration(nth)
        made = VirtualJob(f"job_{number}", number, key, name, body, self.now, end)
        self.jobs[made.id] = made
        self.order.append(made)
        self.active.add(made.id)
        made.ending = asyncio.get_running_loop().call_at(end, self.finish, made, self.plan.ends_as(nth))
        return made

    def finish(self, job: VirtualJob, status: str) -> None:
        """Let a job end, now."""
        if job.has_ended:
            return
        assert job.ending is not None
        job.ending.cancel()
        job.status, job.end = status, self.now
        self.active.discard(job.id)
        job.changed.set()
        if job.is_followed:
            self.add_other(is_followed=True)

    def _window(self) -> int:
        """Count the requests in the last 60 s, those of other clients too."""
        now, period = self.now, WINDOW
        if self.plan.other_rate:
            gap = 60.0 / self.plan.other_rate
            due = (self._others[-1] if self._others else now - period) + gap
            while due <= now:
                self._others.append(due)
                due += gap
        for stamps in (self._ours, self._others):
            while stamps and stamps[0] <= now - period:
                stamps.popleft()
        return len(self._ours) + len(self._others)

    # ---- requests

    async def send(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
        self._begin()
        await asyncio.sleep(LATENCY / 2)
        response = self._respond(request)
        if isinstance(response, Lost):
            await asyncio.sleep(LATENCY / 2)
            raise ConnectionResetError("the connection was reset")
        await asyncio.sleep(LATENCY / 2)
        return response

    def _respond(self, request: AsyncTransportRequest) -> AsyncTransportResponse | Lost:
        if request.url.startswith(STORAGE):
            return self._stored(request)
        parts = urlsplit(request.url)
        path = parts.path.removeprefix("/api/v1/")
        operation = _operation(request.method, path)
        self.counts[operation] = self.counts.get(operation, 0) + 1
        used = self._window()
        if used >= self.plan.rate:
            first = min(stamps[0] for stamps in (self._ours, self._others) if stamps)
            return self._limited(first + WINDOW - self.now)
        self._ours.append(self.now)
        fault = self._fault(operation, self)
        if isinstance(fault, Lost) and not fault.after:
            return fault
        if isinstance(fault, Refusal) and not fault.after:
            return self._refusal(fault)
        made = self._route(operation, path, parse_qs(parts.query), request)
        if isinstance(fault, Refusal):
            return self._refusal(fault)
        return fault if isinstance(fault, Lost) else made

    def _route(
        self, operation: str, path: str, query: Mapping[str, list[str]], request: AsyncTransportRequest
    ) -> AsyncTransportResponse:
        name = path.split("/")[1] if "/" in path else ""
        match operation:
            case "account":
                return self._json(self._account())
            case "tool":
                return self._json(_TOOL)
            case "quote":
                return self._json(self._quote())
            case "submit":
                assert isinstance(request.body, bytes)
                headers = {key.lower(): value for key, value in request.headers}
                return self._submit(headers["idempotency-key"], json.loads(request.body))
            case "list":
                return self._list(query)
        job = self.jobs.get(name)
        if job is None:
            return self._refusal(Refusal(404, "not_found"))
        if operation == "events":
            return AsyncTransportResponse(
                status=200, headers=[("content-type", "text/event-stream")], body=self._events(job)
            )
        if (
            early := self._reads.get(name, -math.inf) + READ_INTERVAL - self.now
        ) > 1e-6 and operation != "job":
            return self._limited(early)
        self._reads[name] = self.now
        return self._result(job) if operation == "result" else self._json(_resource(job))

    def _submit(self, key: str, body: Mapping[str, Any]) -> AsyncTransportResponse:
        known = self.by_key.get(key)
        if known is not None and self.now < known.created + self.plan.key_life:
            same = known.body == body
            return self._json(_resource(known)) if same else self._refusal(Refusal(409, "conflict"))
        if len(self.active) >= self.plan.slots:
            return self._refusal(Refusal(402, "concurrent_job_limit_exceeded"))
        made = self.by_key[key] = self._make(key, body["name"], body, len(self.ours))
        self.ours.append(made)
        return self._json(_resource(made), 201)

    def _list(self, query: Mapping[str, list[str]]) -> AsyncTransportResponse:
        size = int(query.get("limit", ["20"])[0])
        end = len(self.order)
        if after := query.get("starting_after"):
            end = self.jobs[after[0]].number
        start = max(0, end - size)
        page = self.order[start:end][::-1]
        more = start > 0
        data = [_resource(job) for job in page]
        cursor = page[-1].id if more else None
        return self._json({"object": "list", "data": data, "has_more": more, "next_cursor": cursor})

    def _result(self, job: VirtualJob) -> AsyncTransportResponse:
        if not job.has_ended:
            return self._refusal(Refusal(409, "job_not_completed", {"Retry-After": "5"}))
        if job.status != "COMPLETED" or self.now < job.end + self.plan.result_delay:
            return self._refusal(Refusal(404, "not_found"))
        self.last_result = self.now
        signed = f"?expires={self.now + URL_LIFE:.3f}"
        files = [
            {
                "name": f"{number}.txt",
                "key": f"{job.id}/{number}.txt",
                "content_type": "text/plain",
                "url": f"{STORAGE}{job.id}/{number}.txt{signed}",
            }
            for number in range(self.plan.files)
        ]
        body = {
            "object": "job_result",
            "job_id": job.id,
            "tool": TOOL,
            "status": job.status,
            "completed_at": _time(job.end),
            "data_source": "r2",
            "files": files,
            "results": {"content": job.body["input"]["inputs"][0]["content"]} if job.body else {},
        }
        return self._json(body)

    def _stored(self, request: AsyncTransportRequest) -> AsyncTransportResponse:
        parts = urlsplit(request.url)
        self.counts["file"] = self.counts.get("file", 0) + 1
        fault = self._fault("file", self)
        if isinstance(fault, Lost):
            return AsyncTransportResponse(status=502)
        if isinstance(fault, Refusal):
            return AsyncTransportResponse(status=fault.status)
        if self.now > float(parse_qs(parts.query)["expires"][0]):
            return AsyncTransportResponse(status=403)
        content = parts.path.encode()
        return AsyncTransportResponse(
            status=200, headers=[("content-length", str(len(content)))], body=content
        )

    async def _events(self, job: VirtualJob) -> AsyncIterator[bytes]:
        while True:
            yield f"data: {json.dumps(_resource(job))}\n\n".encode()
            while not job.has_ended:
                if isinstance(self._fault("event", self), Lost):
                    raise ConnectionResetError("the connection was reset")
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        await job.changed.wait()
                except TimeoutError:
                    yield b": heartbeat\n\n"
            await asyncio.sleep(LATENCY / 2)
            yield f"data: {json.dumps(_resource(job))}\n\n".encode()
            return

    def _account(self) -> Mapping[str, Any]:
        slots, active = self.plan.slots, len(self.active)
        return {
            "object": "account",
            "workspace": {
                "id": "team_1",
                "plan": {"tier": "pro", "paid": True},
                "credits": {"available": 10**6},
            },
            "limits": {
                "active_jobs": active,
                "concurrent_jobs": {"max": slots, "remaining": max(0, slots - active)},
                "public_api_rate_limit": {"limit": self.plan.rate, "window_seconds": 60},
            },
            "api_key": {
                "id": "key_1",
                "env": "LIVE",
                "prefix": "pq_live_virtual",
                "scopes": ["jobs:read", "jobs:write"],
            },
        }

    def _quote(self) -> Mapping[str, Any]:
        return {
            "object": "job_quote",
            "tool": TOOL,
            "estimated_credits": PRICE,
            "available_credits": 10**6,
            "billable_credits": PRICE,
            "blocking_errors": [],
            "limits": {
                "active_concurrent_jobs": len(self.active),
                "max_concurrent_jobs": self.plan.slots,
                "daily_limit_used": 0,
                "daily_limit_max": 10**6,
            },
            "billing": {"mode": "fixed"},
        }

    # ---- responses

    def _json(self, body: Any, status: int = 200, headers: Mapping[str, str] = {}) -> AsyncTransportResponse:
        first = min((stamps[0] for stamps in (self._ours, self._others) if stamps), default=self.now)
        reset = EPOCH + timedelta(seconds=first + WINDOW)
        given = {
            "Content-Type": "application/json",
            "Date": format_datetime(EPOCH + timedelta(seconds=self.now), usegmt=True),
            "X-RateLimit-Limit": str(self.plan.rate),
            "X-RateLimit-Remaining": str(max(0, self.plan.rate - len(self._ours) - len(self._others))),
            "X-RateLimit-Reset": reset.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **headers,
        }
        return AsyncTransportResponse(
            status=status, headers=list(given.items()), body=json.dumps(body).encode()
        )

    def _limited(self, wait: float) -> AsyncTransportResponse:
        self.too_many += 1
        return self._refusal(Refusal(429, "rate_limited", {"Retry-After": str(max(1, math.ceil(wait)))}))

    def _refusal(self, refusal: Refusal) -> AsyncTransportResponse:
        code = refusal.code or str(refusal.status)
        self.refused[code] = self.refused.get(code, 0) + 1
        body = {"error": {"code": refusal.code, "message": f"No: {code}."}} if refusal.code else {}
        return self._json(body, refusal.status, refusal.headers)


def _operation(method: str, path: str) -> str:
    if path == "jobs":
        return "submit" if method == "POST" else "list"
    first, *rest = path.split("/")
    match first, rest:
        case "tools", _:
            return "tool"
        case "results", _:
            return "result"
        case "jobs", ["quote"]:
            return "quote"
        case "jobs", [_]:
            return "job"
        case "jobs", [_, what]:
            return what
    return first


def _time(at: float) -> str:
    return (EPOCH + timedelta(seconds=at)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _resource(job: VirtualJob) -> dict[str, Any]:
    ended = job.has_ended
    failed = ended and job.status != "COMPLETED"
    return {
        "id": job.id,
        "object": "job",
        "tool": TOOL,
        "name": job.name,
        "status": job.status,
        "progress": None,
        "created_at": _time(job.created),
        "started_at": _time(job.created),
        "completed_at": _time(job.end) if ended else None,
        "credits_used": PRICE if ended else None,
        "error": {"code": "job_failed", "message": f"The job ended as {job.status}."} if failed else None,
    }


_TOOL: dict[str, Any] = {
    "id": TOOL,
    "object": "tool",
    "name": "Fold",
    "description": "A tool.",
    "category": "folding",
    "tags": [],
    "credit_model": {"is_free": False},
    "subcategory": None,
    "version": "1",
    "beta": False,
    "processing": {},
    "input": {
        "slots": [{"id": "protein", "kind": "protein", "formats": ["fasta"], "required": True}],
        "settings": [],
    },
    "output": {},
    "limits": {},
}
