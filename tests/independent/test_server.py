"""The server of the independent documents: it refuses requests and responses that don't match them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs
import httpx
import pytest

from ..support import ENTRY
from .document import DOCUMENTS, BrokenDocument, Document
from .server import VARIABLE, Server, named_document
from .values import Thing
from .workspace import QUEUED_FOR, RUNS_FOR

ORDER = {"tool": "esmfold", "name": "a job", "input": {"inputs": [ENTRY]}}


@attrs.define
class Clock:
    """The clock of the server."""

    now: float = 1_781_251_500.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture(scope="module", params=sorted(path.stem for path in DOCUMENTS.glob("*.json")))
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with Server(Document(DOCUMENTS / f"{request.param}.json"), clock=CLOCK) as running:
        yield running


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {server.new_key()}"}
    with httpx.Client(base_url=server.api, headers=headers, trust_env=False, verify=False) as client:
        yield client


def test_a_response_that_does_not_match_the_document_raises() -> None:
    document = Document(DOCUMENTS / "a.json")
    bad = Thing("Account", {"workspace.id": 3})
    with pytest.raises(BrokenDocument, match="GET /account, 200"):
        document.filled(document.operations["GET /account"], 200, bad)


@pytest.mark.parametrize("path", ["", "nowhere/b.json", str(DOCUMENTS / "README.md")])
def test_without_a_document_the_message_names_the_variable(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, path)
    with pytest.raises(LookupError, match=f"set {VARIABLE}"):
        named_document()


REFUSED: dict[str, dict[str, Any]] = {
    "a request without a key": {"method": "GET", "url": "/account", "headers": {"Authorization": ""}},
    "an unknown query parameter": {"method": "GET", "url": "/jobs", "params": {"order": "asc"}},
    "a page that is too large": {"method": "GET", "url": "/jobs", "params": {"limit": 101, "pageSize": 101}},
    "a query parameter twice": {"method": "GET", "url": "/files", "params": {"q": ["a", "b"]}},
    "a body without a name": {"method": "POST", "url": "/jobs", "json": {**ORDER, "name": 1}},
    "a body with an unknown field": {"method": "POST", "url": "/jobs", "json": {**ORDER, "priority": 1}},
    "another media type": {"method": "POST", "url": "/jobs", "content": b"tool=esmfold"},
    "an unknown part of a form": {
        "method": "POST", "url": "/files", "files": {"file": ("x.fasta", b"MK")}, "data": {"folder": "mine"},
    },
    "an unknown route": {"method": "GET", "url": "/collections"},
}  # fmt: skip


def test_an_undescribed_request_is_refused(http: httpx.Client) -> None:
    statuses = {case: http.request(**request).status_code for case, request in REFUSED.items()}
    assert {case for case, status in statuses.items() if status not in (400, 401, 404, 415, 422)} == set()


def test_a_described_request_is_accepted(http: httpx.Client) -> None:
    assert http.post("/jobs", json=ORDER).is_success


def test_workspaces_only_see_their_own_jobs(server: Server, http: httpx.Client) -> None:
    http.post("/jobs", json=ORDER)
    other = {"Authorization": f"Bearer {server.new_key()}"}
    assert http.get("/jobs", headers=other).json()["data"] == []


def test_a_job_goes_from_queued_to_completed(http: httpx.Client) -> None:
    job = http.post("/jobs", json=ORDER).json()["id"]
    seen = []
    for seconds in (QUEUED_FOR, RUNS_FOR, 0):
        seen.append(http.get(f"/jobs/{job}/status").json()["status"].upper())
        CLOCK.now += seconds
    assert seen == ["QUEUED", "PROCESSING", "COMPLETED"]
