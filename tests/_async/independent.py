"""The whole facade against a service that publishes another document: from the account to the last file.

Its name keeps it out of the default run, because it needs a client that was made from that document. The nox session
`independent` makes one from each of `tests/independent/documents/` and runs these tests with it; the environment
variable PROTEINIQ_TESTS_DOCUMENT names the document.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proteiniq import (
    AsyncProteinIQ,
    Conflict,
    InsufficientCredits,
    InvalidInput,
    JobFailed,
    NotFound,
    SpendLimitExceeded,
)
from proteiniq._async.job import AsyncJob
from proteiniq.errors import ProteinIQError

from ..independent.server import VARIABLE, Server, named_document
from ..independent.values import SCOPES, WORKSPACE
from ..independent.workspace import CREDITS, OUTPUT, PRICE, RESULTS, TOOLS, Workspace
from ..support import ENTRY, AsyncFastClock

pytestmark = pytest.mark.anyio

LETTER = Path(os.environ.get(VARIABLE, "")).stem
INPUTS = {"protein": ">seq\nMKTAYIAKQR\n"}
FASTA = b">x\nMKT\n"
PATIENCE = 1000.0
"""How long a wait may take, s of the tests' clocks: a hundredth of it in real time."""


def only(*letters: str) -> pytest.MarkDecorator:
    """A test of what these documents alone have."""
    return pytest.mark.skipif(LETTER not in letters, reason=f"about {' and '.join(letters)} only")


def but(*letters: str) -> pytest.MarkDecorator:
    """A test of what these documents alone don't have."""
    return pytest.mark.skipif(LETTER in letters, reason=f"about all but {' and '.join(letters)}")


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    try:
        document = named_document()
    except LookupError as error:
        pytest.fail(str(error))
    with Server(document) as running:
        yield running


@pytest.fixture
def key(server: Server) -> str:
    """The key of a workspace that no other test has."""
    return server.new_key()


@pytest.fixture
def workspace(server: Server, key: str) -> Workspace:
    """What has arrived at the service."""
    return server.workspace(key)


@pytest.fixture
async def client(server: Server, key: str) -> AsyncIterator[AsyncProteinIQ]:
    async with AsyncProteinIQ(
        key,
        server.url,
        timeout=PATIENCE,
        max_retries=0,
        rate_limit=100_000,
        job_read_interval=0.05,
        clock=AsyncFastClock(),
    ) as connected:
        yield connected


async def submitted(client: AsyncProteinIQ, **settings: Any) -> AsyncJob:
    """A new job of ESMFold."""
    return await client.jobs.submit("esmfold", INPUTS, settings)


async def finished(client: AsyncProteinIQ, **settings: Any) -> AsyncJob:
    """A new job of ESMFold, when it has ended."""
    return await client.jobs.wait(await submitted(client, **settings), timeout=PATIENCE)


# ---- account


async def test_the_account_has_its_workspace_and_credits(client: AsyncProteinIQ) -> None:
    workspace = (await client.account.get()).workspace
    assert workspace.credits is not None
    assert (workspace.id, workspace.credits.available) == (WORKSPACE, CREDITS)


async def test_the_account_has_the_keys_scopes(client: AsyncProteinIQ, key: str) -> None:
    info = (await client.account.get()).api_key
    assert info is not None
    assert info.scopes == SCOPES
    assert info.prefix is not None
    assert key.startswith(info.prefix)


# ---- tools


async def test_all_tools_are_listed_over_all_pages(client: AsyncProteinIQ) -> None:
    listed = [(tool.id, tool.name) async for tool in client.tools.list()]
    assert listed == [(tool.id, tool.name) for tool in TOOLS.values()]


async def test_a_tool_has_its_slots(client: AsyncProteinIQ) -> None:
    tool = await client.tools.get("boltz-2")
    assert [(slot.id, slot.kind, slot.formats, slot.required) for slot in tool.slots] == [
        ("protein", "protein", ("fasta",), True),
        ("ligand", "ligand", ("smiles", "sdf"), False),
    ]


# ---- quotes


async def test_a_quote_has_the_cost_of_a_job(client: AsyncProteinIQ) -> None:
    quote = await client.jobs.quote("esmfold", INPUTS)
    assert (quote.estimated_credits, quote.available_credits, quote.blocking_errors) == (PRICE, CREDITS, ())


async def test_a_quote_has_the_blocking_errors(client: AsyncProteinIQ) -> None:
    quote = await client.jobs.quote("esmfold", INPUTS, {"block": True})
    assert [error.code for error in quote.blocking_errors] == ["insufficient_credits"]


# ---- submit


async def test_a_job_arrives_as_it_was_submitted(client: AsyncProteinIQ, workspace: Workspace) -> None:
    job = await client.jobs.submit("esmfold", INPUTS, {"num_recycles": 3}, name="a fold")
    assert (job.tool, job.name) == ("esmfold", "a fold")
    order = workspace.jobs[job.id].order
    assert (order["tool"], order["name"], order["settings"]) == ("esmfold", "a fold", {"num_recycles": 3})
    (entry,) = order["input"]["inputs"]
    assert (entry["slotId"], entry["kind"], entry["format"]) == ("protein", "protein", "fasta")
    assert (entry["content"], entry["source"]) == (INPUTS["protein"], {"type": "text"})


@but("d")
async def test_a_submitted_job_has_its_time(client: AsyncProteinIQ) -> None:
    job = await submitted(client)
    assert job.created_at is not None
    assert abs(job.created_at - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_list_of_entries_is_submitted_as_it_is(client: AsyncProteinIQ, workspace: Workspace) -> None:
    job = await client.jobs.submit("esmfold", [ENTRY])
    assert workspace.jobs[job.id].order["input"] == {"inputs": [ENTRY]}


async def test_an_idempotency_key_makes_one_job(client: AsyncProteinIQ, workspace: Workspace) -> None:
    first = await client.jobs.submit("esmfold", INPUTS, idempotency_key="k1")
    second = await client.jobs.submit("esmfold", INPUTS, idempotency_key="k1")
    assert first.id == second.id
    assert len(workspace.jobs) == 1


async def test_an_idempotency_key_of_another_job_is_a_conflict(client: AsyncProteinIQ) -> None:
    await client.jobs.submit("esmfold", INPUTS, idempotency_key="k1")
    with pytest.raises(Conflict):
        await client.jobs.submit("chai-1", INPUTS, idempotency_key="k1")


async def test_a_job_above_max_credits_is_not_submitted(client: AsyncProteinIQ, workspace: Workspace) -> None:
    with pytest.raises(SpendLimitExceeded) as caught:
        await client.jobs.submit("esmfold", INPUTS, max_credits=PRICE - 1)
    assert caught.value.estimated_credits == PRICE
    assert workspace.jobs == {}


async def test_a_job_that_cannot_be_paid_is_refused(client: AsyncProteinIQ, workspace: Workspace) -> None:
    with pytest.raises(InsufficientCredits):
        await client.jobs.submit("esmfold", INPUTS, {"block": True})
    assert workspace.jobs == {}


@but("e")
async def test_max_reserved_credits_reach_the_service(client: AsyncProteinIQ, workspace: Workspace) -> None:
    job = await client.jobs.submit("esmfold", INPUTS, max_reserved_credits=60)
    assert workspace.jobs[job.id].order["billing"] == {"max_reserved_credits": 60}


@only("e")
async def test_undocumented_max_reserved_credits_are_not_silently_dropped(
    client: AsyncProteinIQ, workspace: Workspace
) -> None:
    with suppress(InvalidInput):
        await client.jobs.submit("esmfold", INPUTS, max_reserved_credits=60)
    arrived = [job.order.get("billing") for job in workspace.jobs.values()]
    assert arrived in ([], [{"max_reserved_credits": 60}])


async def test_entries_refused_by_the_service_have_its_message(
    client: AsyncProteinIQ, workspace: Workspace
) -> None:
    with pytest.raises(ProteinIQError, match="esmfold has no slot 'receptor'"):
        await client.jobs.submit("esmfold", [{**ENTRY, "slotId": "receptor"}])
    assert workspace.jobs == {}


# ---- following a job


async def test_events_report_every_status_to_the_end(client: AsyncProteinIQ) -> None:
    job = await submitted(client)
    states = [(state.status, state.progress) async for state in client.jobs.events(job, timeout=PATIENCE)]
    assert states == [("QUEUED", 0), ("PROCESSING", 42), ("COMPLETED", 100)]


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
async def test_a_wait_ends_with_the_job(client: AsyncProteinIQ, streams: bool) -> None:
    job = await client.jobs.wait(await submitted(client), timeout=PATIENCE, streams=streams)
    assert (job.status, job.progress, job.credits_used) == ("COMPLETED", 100, PRICE)


async def test_a_finished_job_has_the_time_of_its_end(client: AsyncProteinIQ) -> None:
    job = await finished(client)
    assert job.created_at is not None
    assert job.completed_at is not None
    assert timedelta() < job.completed_at - job.created_at < timedelta(minutes=1)


async def test_three_jobs_are_waited_for_together(client: AsyncProteinIQ) -> None:
    jobs = [await submitted(client) for _ in range(3)]
    ended = [job async for job in client.jobs.wait_all(jobs, timeout=PATIENCE)]
    assert {job.id for job in ended} == {job.id for job in jobs}
    assert {job.status.value for job in ended} == {"COMPLETED"}


# ---- results


async def test_run_submits_waits_and_returns_the_result(client: AsyncProteinIQ) -> None:
    assert (await client.run("esmfold", INPUTS, timeout=PATIENCE)).data == RESULTS


async def test_a_result_names_its_job(client: AsyncProteinIQ) -> None:
    job = await submitted(client)
    result = await client.jobs.result(job, timeout=PATIENCE)
    assert (result.job_id, result.tool, result.status) == (job.id, "esmfold", "COMPLETED")
    assert result.completed_at is not None


async def test_a_file_of_a_result_is_read(client: AsyncProteinIQ) -> None:
    result = await client.jobs.result(await submitted(client), timeout=PATIENCE)
    assert result.files.names == ("prediction.pdb",)
    assert result.files["prediction.pdb"].content_type == "chemical/x-pdb"
    assert await result.files["prediction.pdb"].read() == OUTPUT


async def test_a_failed_job_has_its_error(client: AsyncProteinIQ) -> None:
    job = await finished(client, fail=True)
    assert job.status == "FAILED"
    assert job.error is not None
    assert job.error.message == "CUDA out of memory"


async def test_the_result_of_a_failed_job_raises_with_its_error(client: AsyncProteinIQ) -> None:
    job = await submitted(client, fail=True)
    with pytest.raises(JobFailed, match="CUDA out of memory"):
        await client.jobs.result(job, timeout=PATIENCE)


# ---- cancel


@but("e")
async def test_a_queued_job_is_cancelled(client: AsyncProteinIQ) -> None:
    job = await submitted(client, slow=True)
    assert (await client.jobs.cancel(job.id)).status == "CANCELLED"
    assert (await client.jobs.get(job.id)).status == "CANCELLED"


@but("e")
async def test_the_cancel_of_a_job_that_has_ended_is_a_conflict(client: AsyncProteinIQ) -> None:
    job = await finished(client)
    with pytest.raises(Conflict):
        await client.jobs.cancel(job.id)


@only("e")
async def test_without_a_cancel_route_a_cancel_is_unsupported(client: AsyncProteinIQ) -> None:
    job = await submitted(client, slow=True)
    with pytest.raises(ProteinIQError, match="cancel"):
        await client.jobs.cancel(job.id)


# ---- lists of jobs


async def test_all_jobs_are_listed_newest_first(client: AsyncProteinIQ) -> None:
    jobs = [await submitted(client) for _ in range(5)]
    listed = [(job.id, job.tool) async for job in client.jobs.list()]
    assert listed == [(job.id, "esmfold") for job in reversed(jobs)]


async def test_all_jobs_are_listed_one_a_page(client: AsyncProteinIQ) -> None:
    jobs = [await submitted(client) for _ in range(3)]
    assert {job.id async for job in client.jobs.list(limit=1)} == {job.id for job in jobs}


@but("e")
async def test_jobs_are_listed_by_status(client: AsyncProteinIQ) -> None:
    done = await finished(client)
    await submitted(client, slow=True)
    assert [job.id async for job in client.jobs.list(status="COMPLETED")] == [done.id]


@only("e")
async def test_an_undocumented_filter_is_not_silently_dropped(client: AsyncProteinIQ) -> None:
    await submitted(client, slow=True)
    with pytest.raises(ProteinIQError, match="status"):
        await client.jobs.list(status="COMPLETED").list()


@but("e")
async def test_jobs_are_listed_by_tool(client: AsyncProteinIQ) -> None:
    await submitted(client)
    other = await client.jobs.submit("chai-1", INPUTS)
    assert [job.id async for job in client.jobs.list(tool="chai-1")] == [other.id]


# ---- files


async def test_binary_content_arrives_unchanged(client: AsyncProteinIQ, workspace: Workspace) -> None:
    content = bytes(range(256))
    file = await client.files.upload(content, filename="x.bin")
    assert workspace.files[file.id].content == content


async def test_a_path_is_uploaded(client: AsyncProteinIQ, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_bytes(FASTA)
    file = await client.files.upload(path)
    assert (file.filename, file.size_bytes) == ("lysozyme.fasta", len(FASTA))
    assert workspace.files[file.id].content == FASTA


@but("e")
async def test_an_upload_has_a_description(client: AsyncProteinIQ, workspace: Workspace) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta", description='two "chains"')
    assert workspace.files[file.id].description == 'two "chains"'


@only("e")
async def test_a_description_that_is_not_documented_is_refused(
    client: AsyncProteinIQ, workspace: Workspace
) -> None:
    with pytest.raises(ProteinIQError, match="description"):
        await client.files.upload(FASTA, filename="x.fasta", description="two chains")
    assert workspace.files == {}


async def test_an_upload_has_tags(client: AsyncProteinIQ, workspace: Workspace) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta", tags=["a", "b"])
    assert list(workspace.files[file.id].tags) == ["a", "b"]


@but("e")
async def test_an_upload_has_collections(client: AsyncProteinIQ, workspace: Workspace) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta", collection_ids=["col_1"])
    assert list(workspace.files[file.id].collection_ids) == ["col_1"]


@but("c", "e")
async def test_a_file_has_its_description_and_tags(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta", description="two chains", tags=["a"])
    assert (file.description, file.tags) == ("two chains", ("a",))


async def test_all_files_are_listed_over_all_pages(client: AsyncProteinIQ) -> None:
    names = ["a.fasta", "b.fasta", "c.fasta", "d.fasta", "e.fasta"]
    for name in names:
        await client.files.upload(FASTA, filename=name)
    listed = [(file.filename, file.size_bytes) async for file in client.files.list()]
    assert listed == [(name, len(FASTA)) for name in reversed(names)]


async def test_files_are_listed_by_format(client: AsyncProteinIQ) -> None:
    await client.files.upload(FASTA, filename="x.fasta")
    await client.files.upload(OUTPUT, filename="x.pdb")
    assert [file.filename async for file in client.files.list(format="PDB")] == ["x.pdb"]


async def test_an_uploaded_file_is_an_input_under_the_documents_name(
    client: AsyncProteinIQ, workspace: Workspace
) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta")
    job = await client.jobs.submit("esmfold", {"protein": file})
    (entry,) = workspace.jobs[job.id].order["input"]["inputs"]
    assert entry["source"] == {"type": "library" if LETTER == "c" else "file", "file_id": file.id}


async def test_a_file_is_deleted(client: AsyncProteinIQ, workspace: Workspace) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta")
    deleted = await client.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    assert workspace.files == {}


async def test_a_file_that_was_deleted_is_not_found(client: AsyncProteinIQ) -> None:
    file = await client.files.upload(FASTA, filename="x.fasta")
    await client.files.delete(file.id)
    with pytest.raises(NotFound):
        await client.files.get(file.id)


# ---- the document


@only("a")
async def test_the_document_is_read(client: AsyncProteinIQ, server: Server) -> None:
    assert await client.openapi() == server.document.content


@but("a")
async def test_without_a_document_route_the_contract_is_unsupported(client: AsyncProteinIQ) -> None:
    with pytest.raises(ProteinIQError, match="openapi"):
        await client.openapi()
