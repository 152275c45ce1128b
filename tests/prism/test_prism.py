"""The client against a server by other authors. It keeps no state, so calls are independent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from proteiniq import (
    APIError,
    AsyncProteinIQ,
    Conflict,
    File,
    JobState,
    JobStatus,
    NotFound,
    ProteinIQ,
    RateLimited,
    WaitTimeout,
    errors,
)
from proteiniq._policy.retry import RetryBudget, RetryPolicy
from proteiniq._sync.pipeline import Pipeline
from proteiniq._sync.wire import Wire
from proteiniq._wire.clock import MachineClock
from proteiniq._wire.config import Config
from proteiniq._wire.key import ApiKey
from proteiniq._wire.pacers import LocalPacer
from proteiniq.contract import operation, upstream

from ..support import ENTRY, KEY, UBIQUITIN, operations

pytestmark = pytest.mark.prism

INPUTS = {"protein": UBIQUITIN}
UNPACED: dict[str, Any] = {"rate_limit": 100_000, "job_read_interval": 0.0}

CALLS: dict[str, Callable[[ProteinIQ], object]] = {
    "get_account": lambda client: client.account.get(),
    "list_tools": lambda client: next(client.tools.list().pages()),
    "get_tool": lambda client: client.tools.get("esmfold"),
    "quote_job": lambda client: client.jobs.quote("esmfold", [ENTRY]),
    "submit_job": lambda client: client.jobs.submit("esmfold", [ENTRY], name="ubiquitin"),
    "list_jobs": lambda client: next(client.jobs.list().pages()),
    "get_job_status": lambda client: client.jobs.get("job_123"),
    "cancel_job": lambda client: client.jobs.cancel("job_123"),
    "get_result": lambda client: client.results.get("job_123"),
    "list_files": lambda client: next(client.files.list().pages()),
    "upload_file": lambda client: client.files.upload(UBIQUITIN.encode(), filename="ubiquitin.fasta"),
    "get_file": lambda client: client.files.get("file_123"),
    "delete_file": lambda client: client.files.delete("file_123"),
    "get_openapi": lambda client: client.openapi(),
}
"""Every operation but the event stream, as a user calls it."""


class Preferring(httpx.HTTPTransport):
    """Requests a certain response from Prism by a header."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self._status = status

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers["Prefer"] = f"code={self._status}"
        return super().handle_request(request)


@contextmanager
def preferring(url: str, status: int) -> Iterator[ProteinIQ]:
    """A client whose requests get `status`, without retries."""
    key = ApiKey.parse(KEY)
    assert key is not None
    config = Config(key=key, base_url=url, retry=RetryPolicy(max_retries=0))
    wire = Wire(Preferring(status))
    pacer = LocalPacer(100_000, job_interval=0.0)
    with ProteinIQ._over(Pipeline(config, wire, MachineClock(), pacer, RetryBudget())) as client:
        yield client


def refusals() -> Iterator[tuple[str, int]]:
    """Every error that the service documents for an operation."""
    for name in CALLS:
        route = operation(name)
        for path, item in upstream()["paths"].items():
            described = item.get(route.method.lower())
            if described is not None and _same(path, route.path):
                for status in described["responses"]:
                    if status.startswith(("4", "5")):
                        yield name, int(status)


def _same(one: str, other: str) -> bool:
    parts = [path.strip("/").split("/") for path in (one, other)]
    return len(parts[0]) == len(parts[1]) and all(
        first == second or first.startswith("{") for first, second in zip(*parts, strict=True)
    )


@pytest.fixture
def client(prism: str) -> Iterator[ProteinIQ]:
    with ProteinIQ(KEY, prism, **UNPACED) as connected:
        yield connected


def test_every_operation_is_called() -> None:
    assert {*CALLS, "stream_job_events"} == set(operations())


@pytest.mark.parametrize("name", CALLS)
def test_every_request_is_valid_and_every_response_is_read(client: ProteinIQ, name: str) -> None:
    assert CALLS[name](client) is not None


@pytest.mark.parametrize(("name", "status"), list(refusals()))
def test_every_error_is_the_one_that_is_documented(prism: str, name: str, status: int) -> None:
    with preferring(prism, status) as client, pytest.raises(APIError) as caught:
        CALLS[name](client)
    assert caught.value.status == status
    assert isinstance(caught.value, errors.BY_CODE[caught.value.code or ""])


def test_values_of_the_examples(client: ProteinIQ) -> None:
    account = client.account.get()
    assert account.workspace.id == "team_123"
    assert account.workspace.credits is not None
    assert account.workspace.credits.available == 500
    assert [tool.id for tool in client.tools.list()] == ["esmfold"]
    assert client.jobs.quote("esmfold", INPUTS).estimated_credits == 50
    assert client.jobs.submit("esmfold", INPUTS).status in JobStatus
    assert client.jobs.get("job_123").status is JobStatus.PROCESSING
    assert client.results.get("job_123").files.names == ("prediction.pdb",)
    assert client.files.delete("file_123").deleted


def test_inputs_follow_the_contract_of_the_tool(client: ProteinIQ) -> None:
    assert client.jobs.submit("esmfold", INPUTS, max_credits=50, name="ubiquitin").id == "job_123"


@pytest.mark.parametrize("name", ["ubiquitin.fasta", 'Hühnerei "1".fasta'])
def test_an_upload_of_every_kind_is_a_form_that_prism_reads(
    client: ProteinIQ, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "ubiquitin.fasta"
    path.write_text(UBIQUITIN)
    for source in (path, UBIQUITIN.encode(), iter([UBIQUITIN.encode()])):
        # Prism takes a list in a form for no list, though OpenAPI repeats the part for each item: no tags here.
        stored = client.files.upload(source, filename=name, description="any")
        assert isinstance(stored, File)


def test_a_timed_out_wait_leaves_the_job_running(client: ProteinIQ) -> None:
    seen: list[JobState] = []
    with pytest.raises(WaitTimeout, match="job_123"):
        client.jobs.wait("job_123", timeout=1.5, on_update=seen.append)
    assert {job.status for job in seen} == {JobStatus.PROCESSING}


def test_missing_forbidden_and_limited_requests_raise(prism: str) -> None:
    for status, kind in ((404, NotFound), (409, Conflict), (429, RateLimited)):
        with preferring(prism, status) as client, pytest.raises(kind):
            client.jobs.cancel("job_123")


@pytest.mark.parametrize("name", CALLS)
def test_responses_generated_from_the_schemas_are_read(inventive: str, name: str) -> None:
    with ProteinIQ(KEY, inventive, max_retries=0, **UNPACED) as client:
        for _ in range(25):
            assert CALLS[name](client) is not None


@pytest.mark.anyio
async def test_the_async_client(prism: str) -> None:
    async with AsyncProteinIQ(KEY, prism, **UNPACED) as client:
        assert (await client.account.get()).workspace.id == "team_123"
        job = await client.jobs.submit("esmfold", INPUTS)
        assert (await client.jobs.get(job.id)).status is JobStatus.PROCESSING
        assert (await client.jobs.cancel(job.id)).id == job.id
        assert (await client.results.get(job.id)).files.names == ("prediction.pdb",)
        assert (await client.files.upload(UBIQUITIN.encode(), filename="a.fasta")).id
        assert [file.id async for file in client.files.list()] == ["file_123"]
