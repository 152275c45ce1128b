"""A thin client for tests: paths of the contract in, plain JSON out."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, Self

import httpx

from proteiniq.sandbox import Sandbox

from .fake_tools import ALL

Json = dict[str, Any]
START = 1_800_000_000.0


class Clock:
    """A clock that only moves when it is advanced."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> float:
        return self.now


class Api(httpx.Client):
    """The API of a sandbox, with a key."""

    def __init__(self, sandbox: Sandbox, key: str | None = None) -> None:
        self.sandbox = sandbox
        self.key = sandbox.api_key if key is None else key
        super().__init__(
            base_url=f"{sandbox.url}/api/v1/",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=30,
        )

    def __enter__(self) -> Self:
        super().__enter__()
        return self

    def submit(self, tool: str = "plain", **changes: Any) -> Json:
        """The job of an accepted submission."""
        response = self.post("jobs", json=job(tool, **changes))
        assert response.status_code == 201, response.text
        return body(response)

    def events(self, job_id: str) -> Generator[Json, None, None]:
        """The job after each change, until the stream ends."""
        with self.stream("GET", f"jobs/{job_id}/events") as response:
            assert response.status_code == 200, response.read()
            for line in response.iter_lines():
                if line.startswith("data:"):
                    yield json.loads(line.removeprefix("data:"))

    def until(self, job_id: str, **state: Any) -> Json:
        """Poll until the job is in this state, and return it."""
        with contextlib.closing(self.events(job_id)) as events:
            for found in events:
                if all(found[name] == value for name, value in state.items()):
                    return found
        raise AssertionError(f"the job never was {state}, but {found}")

    def ended(self, job_id: str) -> Json:
        """Poll until the job has ended, and return it."""
        return list(self.events(job_id))[-1]

    def run(self, tool: str = "plain", **changes: Any) -> Json:
        """Submit a job and wait until it has ended."""
        return self.ended(self.submit(tool, **changes)["id"])

    def credits(self) -> int:
        available = body(self.get("account"))["workspace"]["credits"]["available"]
        assert isinstance(available, int)
        return available

    def upload(self, name: str = "a.fasta", content: bytes = b">a\nMK\n", **fields: Any) -> Json:
        response = self.post("files", files={"file": (name, content)}, data=fields)
        assert response.status_code == 201, response.text
        return body(response)


def entry(content: str = ">a\nMK\n", **changes: Any) -> Json:
    """An input entry. A change to None removes the property."""
    made = {
        "id": "entry",
        "slotId": "text",
        "kind": "protein",
        "format": "fasta",
        "content": content,
        "source": {"type": "text"},
        **changes,
    }
    return {name: value for name, value in made.items() if value is not None}


def file_entry(file_id: str, **changes: Any) -> Json:
    return entry(content=None, source={"type": "file", "file_id": file_id}, **changes)  # type: ignore[arg-type]


def job(tool: object = "plain", **changes: Any) -> Json:
    """The body of a submission with `inputs` as entries. A change to None removes the property."""
    entries = changes.pop("inputs", [entry()])
    made = {"tool": tool, "name": "a job", "input": {"inputs": entries}, **changes}
    return {name: value for name, value in made.items() if value is not None}


def body(response: httpx.Response) -> Json:
    parsed = response.json()
    assert isinstance(parsed, dict)
    return parsed


def error(response: httpx.Response) -> Json:
    """The error in a response, which must be an envelope and nothing else."""
    envelope = body(response)
    assert list(envelope) == ["error"]
    assert isinstance(envelope["error"], dict)
    assert response.status_code >= 400
    return envelope["error"]


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, str(error(response)["code"])


def issues(response: httpx.Response) -> dict[str, str]:
    """Path → message of every issue in a response."""
    return {issue["path"]: issue["message"] for issue in error(response)["details"]["issues"]}


def generous(data: Path | None = None, **changes: Any) -> Sandbox:
    """A sandbox with every test tool, and with limits that no test reaches by accident."""
    settings: Mapping[str, Any] = {
        "tools": ALL,
        "rate_limit": 1_000_000,
        "job_read_interval": 0.0,
        "max_concurrent_jobs": 1000,
        "daily_limit": 100_000,
        **changes,
    }
    return Sandbox(data, **settings)


def gone(pid: int) -> bool:
    """Whether a process has ended, even if its parent has not reaped it yet."""
    try:
        os.kill(pid, 0)
        if not Path("/proc/self/stat").exists():
            return False
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (ProcessLookupError, FileNotFoundError):
        return True
