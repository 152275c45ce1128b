"""Scripted faults of a sandbox, as a client meets them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from proteiniq import InternalError, NotFound, ProteinIQ, ProteinIQError, RateLimited, TransportError
from proteiniq.testing import Sandbox

from ..certificates import Certificates

TRANSLATE = ("translate", {"nucleotide": ">a\nATGGCC\n"})


@pytest.fixture(scope="module")
def started() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def faulty(started: Sandbox) -> Iterator[Sandbox]:
    yield started
    started.reset()


@pytest.fixture
def once(faulty: Sandbox) -> Iterator[ProteinIQ]:
    """A client that tries once."""
    with faulty.client(max_retries=0) as client:
        yield client


def test_a_status_replaces_the_response(faulty: Sandbox, once: ProteinIQ) -> None:
    rule = faulty.faults.add("GET", "/account", status=429, retry_after=2.5)
    with pytest.raises(RateLimited) as raised:
        once.account.get()
    assert (raised.value.retry_after, rule.count) == (3.0, 1)
    assert once.account.get().workspace.id == "team_sandbox"
    faulty.faults.add("GET", "/account", status=404, code="user_not_found", message="Gone.")
    with pytest.raises(NotFound, match="Gone"):
        once.account.get()
    faulty.faults.add(status=599)
    with pytest.raises(ProteinIQError) as unknown:
        once.account.get()
    assert (unknown.value.status, unknown.value.code) == (599, "error")


def test_an_error_that_passes_is_retried_without_waiting_long(faulty: Sandbox) -> None:
    rule = faulty.faults.add("GET", "/account", status=500, times=2)
    with faulty.client() as client:
        assert client.account.get().workspace.id == "team_sandbox"
    assert rule.count == 2


@pytest.mark.anyio
async def test_the_pauses_of_an_async_client_are_short_too(faulty: Sandbox) -> None:
    rule = faulty.faults.add("GET", "/account", status=500, times=2)
    async with faulty.async_client() as client:
        assert (await client.account.get()).workspace.id == "team_sandbox"
    assert rule.count == 2


def test_clients_trust_the_certificate_of_their_sandbox(certificates: Certificates) -> None:
    options: dict[str, Any] = {"certificate": certificates.server, "private_key": certificates.key}
    with Sandbox(**options) as sandbox, sandbox.client() as client:
        files = client.run(*TRANSLATE, timeout=60).files
        assert any(file.read() for file in files)


def test_a_page_of_a_proxy(faulty: Sandbox, once: ProteinIQ) -> None:
    faulty.faults.add("GET", "/account", html=True)
    with pytest.raises(ProteinIQError) as raised:
        once.account.get()
    assert raised.value.status == 502
    faulty.faults.add("GET", "/account", html=True, status=200)
    with pytest.raises(ProteinIQError, match="JSON"):
        once.account.get()


@pytest.mark.parametrize(("cut", "jobs"), [("before", 0), ("after", 1)])
def test_an_interrupted_connection(faulty: Sandbox, once: ProteinIQ, cut: Any, jobs: int) -> None:
    faulty.faults.add("POST", "/jobs", cut=cut)
    with pytest.raises(TransportError) as raised:
        once.jobs.submit(*TRANSLATE)
    assert raised.value.in_doubt
    assert len(list(once.jobs.list())) == jobs


def test_a_lost_response_does_not_make_a_second_job(faulty: Sandbox) -> None:
    faulty.faults.add("POST", "/jobs", cut="after")
    with faulty.client() as client:
        result = client.run(*TRANSLATE, timeout=60)
        assert [job.id for job in client.jobs.list()] == [result.job_id]


def test_a_body_that_is_truncated(faulty: Sandbox, once: ProteinIQ) -> None:
    faulty.faults.add("GET", "/**", truncate=10, times=None)
    with pytest.raises(TransportError):
        once.account.get()
    with pytest.raises(TransportError):
        once.tools.get("translate")
    faulty.faults.clear()
    faulty.faults.add("GET", "/account", truncate=1 << 20)
    assert once.account.get().workspace.id == "team_sandbox"


def test_interrupted_downloads_and_streams_are_resumed(faulty: Sandbox) -> None:
    stream = faulty.faults.add("GET", "/jobs/*/events", truncate=30)
    download = faulty.faults.add("GET", "/storage/**", truncate=5)
    with faulty.client() as client:
        result = client.run(*TRANSLATE, timeout=60)
        contents = [file.read() for file in result.files]
        assert any(contents)
    assert (stream.count, download.count) == (1, 1)


def test_a_delay_comes_before_the_response(faulty: Sandbox) -> None:
    faulty.faults.add("GET", "/account", delay=30.0)
    with faulty.client(timeout=0.2, max_retries=0) as client, pytest.raises(TransportError):
        client.account.get()
    faulty.faults.add("GET", "/account", delay=0.01)
    with faulty.client() as client:
        assert client.account.get().workspace.id == "team_sandbox"


def test_a_star_is_one_segment_and_two_are_any(faulty: Sandbox, once: ProteinIQ) -> None:
    rule = faulty.faults.add("*", "/jobs/*", status=500)
    with pytest.raises(NotFound):
        once.jobs.get("nothing")  # /jobs/nothing/status
    assert rule.count == 0
    faulty.faults.add("GET", "/jobs/**", status=500)
    with pytest.raises(InternalError):
        once.jobs.get("nothing")
    assert httpx.delete(f"{faulty.url}/api/v1/jobs/x").status_code == 500
    assert rule.count == 1


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({}, "needs a delay, status"),
        ({"status": 500, "cut": "after"}, "has one of"),
        ({"status": 200}, "must be an error's"),
        ({"cut": "midway"}, "must be 'before' or 'after'"),
        ({"delay": 1, "times": 0}, "times must be at least 1"),
        ({"delay": -1}, "delay must be a non-negative number of seconds"),
        ({"delay": float("nan")}, "delay must be a non-negative number of seconds"),
        ({"delay": 1, "path": "jobs"}, "must start with /"),
        ({"delay": 1, "path": "/api/v1/jobs"}, "path must be without /api/v1"),
        ({"delay": 1, "method": "/jobs"}, r"method must be \* or one of GET, .*, got '/jobs'"),
        ({"delay": 1, "method": "get"}, "method must be"),
    ],
)
def test_a_fault_that_contradicts_itself_or_could_never_happen_is_refused(
    faulty: Sandbox, options: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        faulty.faults.add(**options)
