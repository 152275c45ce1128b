"""Shared by the facade's tests: fast clocks, stubs of the service, and sequences with their sources."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import attrs
import httpx
import pytest

from proteiniq import contract
from proteiniq.contract import document, operation as operation, upstream

SPEED = 100
"""How much faster than real the tests' clocks run: the 5 s between two reads of a job become 50 ms."""

SECRET = "Zq7Secret0fTheTests"
KEY = f"pq_live_tests_{SECRET}"
URL = "https://service.test"
"""The URL of a service that is stubbed in the process."""

REFERENCE = Path(__file__).parent / "reference"


def sequence(accession: str) -> str:
    """A record of tests/reference/sequences.fasta, as FASTA."""
    text = (REFERENCE / "sequences.fasta").read_text()
    return next(">" + record for record in text.split(">")[1:] if record.startswith(accession))


LYSOZYME, UBIQUITIN = sequence("P00698"), sequence("P0CG48")
ALPHA, BETA = sequence("P69905"), sequence("P68871")


# ---- time


class FastClock:
    """The machine's clock, SPEED times as fast. All of them agree, as those of one machine do. It keeps its sleeps."""

    def __init__(self) -> None:
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return time.monotonic() * SPEED

    def utcnow(self) -> datetime:
        return datetime.now(UTC)

    def random(self) -> float:
        return 0.5

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        time.sleep(seconds / SPEED)


class AsyncFastClock(FastClock):
    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        self.sleeps.append(seconds)
        await anyio.sleep(seconds / SPEED)


class StillClock:
    """A clock that only a sleep moves, and at once. It keeps the sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def utcnow(self) -> datetime:
        return datetime(2026, 6, 12, 8, tzinfo=UTC) + timedelta(seconds=self.now)

    def random(self) -> float:
        return 0.5

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class AsyncStillClock(StillClock):
    async def sleep(self, seconds: float) -> None:  # type: ignore[override]
        super().sleep(seconds)
        await anyio.lowlevel.checkpoint()


# ---- a service in the process

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Stub:
    """Responds with `answers` in order, repeats the last one, and keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):  # a response can be read once
            return httpx.Response(answer.status_code, headers=_headers(answer), content=answer.content)
        return answer(request)

    @property
    def routes(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]


class Routes:
    """Answers requests by method and path, as `Stub` does each; keeps all requests in order."""

    def __init__(self, routes: Mapping[str, Answer | list[Answer]]) -> None:
        self._stubs = {
            route: Stub(*answers) if isinstance(answers, list) else Stub(answers)
            for route, answers in routes.items()
        }
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self._stubs[f"{request.method} {request.url.path}"](request)

    @property
    def routes(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    made = ("content-length", "transfer-encoding")
    return [(name, value) for name, value in answer.headers.multi_items() if name not in made]


def answer(body: Any, status: int = 200, **headers: str) -> httpx.Response:
    """A JSON response. Names of headers are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, content=json.dumps(body).encode(), headers=named)


def refusal(
    status: int, code: str, message: str = "No.", details: Any = None, **headers: str
) -> httpx.Response:
    """The error envelope."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details is not None:
        error["details"] = details
    return answer({"error": error}, status, **headers)


def events(*data: Any) -> httpx.Response:
    """An event stream with these data, each in an event of its own, that ends."""
    text = "".join(f"data: {each if isinstance(each, str) else json.dumps(each)}\n\n" for each in data)
    return httpx.Response(200, content=text.encode(), headers={"content-type": "text/event-stream"})


def job(status: str = "QUEUED", **changes: Any) -> dict[str, Any]:
    """A job as the service sends it."""
    return {**documented("get_job_status"), "id": "job_1", "status": status, **changes}


STATUS = "GET /api/v1/jobs/job_1/status"
EVENTS = "GET /api/v1/jobs/job_1/events"
RESULT = "GET /api/v1/results/job_1"
SUBMIT = "POST /api/v1/jobs"
QUOTE = "POST /api/v1/jobs/quote"
ACCOUNT = "GET /api/v1/account"

ENTRY = {
    "id": "protein-1",
    "slotId": "protein",
    "kind": "protein",
    "format": "fasta",
    "content": ">a\nMK\n",
    "source": {"type": "text"},
}
"""An API entry that needs no request for its tool."""


# ---- the contract


def operations() -> Iterator[str]:
    """The ids of all operations that the contract has."""
    for item in document()["paths"].values():
        for described in item.values():
            if not described.get("x-absent"):
                yield described["operationId"]


def change_operation(monkeypatch: pytest.MonkeyPatch, name: str, **changes: Any) -> None:
    """Let the contract describe an operation in another way; `changes` are fields of its `Endpoint`."""
    known = contract.operation
    changed = attrs.evolve(known(name), **changes)
    monkeypatch.setattr(contract, "operation", lambda asked: changed if asked == name else known(asked))


def refusals(name: str) -> list[tuple[int, str]]:
    """The statuses and codes of the errors that the contract documents for an operation."""
    for item in document()["paths"].values():
        for described in item.values():
            if described["operationId"] == name:
                errors: Mapping[str, list[str]] = described["x-errors"]
                return [(int(status), code) for status, codes in errors.items() for code in codes]
    raise LookupError(name)


def documented(name: str) -> Any:
    """The example of a success response in the contract."""
    if name == "get_openapi":
        return {"openapi": "3.1.0", "info": {"title": "ProteinIQ", "version": "1"}, "paths": {}}
    wanted = operation(name)
    for path, item in upstream()["paths"].items():
        if re.sub(r"\{.*?\}", "{}", path) == re.sub(r"\{.*?\}", "{}", wanted.path):
            for status, described in item[wanted.method.lower()]["responses"].items():
                if status.startswith("2"):
                    return json.loads(json.dumps(described["content"]["application/json"]["example"]))
    raise LookupError(name)
