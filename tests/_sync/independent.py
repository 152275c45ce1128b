# Generated from tests/_async/independent.py by scripts/unasync.py. Edit that file instead.

"""The whole facade against a service that publishes another document: from the account to the last file.

Its name keeps it out of the default run, because it needs a client that was made from that document. The nox session
`independent` makes one from each of `tests/independent/documents/` and runs these tests with it; the environment
variable PROTEINIQ_TESTS_DOCUMENT names the document.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from proteiniq import (
    Conflict,
    InsufficientCredits,
    InvalidInput,
    JobFailed,
    NotFound,
    ProteinIQ,
    SpendLimitExceeded,
)
from proteiniq._sync.job import Job
from proteiniq.errors import ProteinIQError

from ..independent.server import VARIABLE, Server, named_document
from ..independent.values import SCOPES, WORKSPACE
from ..independent.workspace import CREDITS, OUTPUT, PRICE, RESULTS, TOOLS, Workspace
from ..support import ENTRY, FastClock

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
def client(server: Server, key: str) -> Iterator[ProteinIQ]:
    with ProteinIQ(
        key,
        server.url,
        timeout=PATIENCE,
        max_retries=0,
        rate_limit=100_000,
        job_read_interval=0.05,
        clock=FastClock(),
    ) as connected:
        yield connected


def submitted(client: ProteinIQ, **settings: Any) -> Job:
    """A new job of ESMFold."""
    return client.jobs.submit("esmfold", INPUTS, settings)


def finished(client: ProteinIQ, **settings: Any) -> Job:
    """A new job of ESMFold, when it has ended."""
    return client.jobs.wait(submitted(client, **settings), timeout=PATIENCE)


# ---- account


def test_the_account_has_its_workspace_and_credits(client: ProteinIQ) -> None:
    workspace = (client.account.get()).workspace
    assert workspace.credits is not None
    assert (workspace.id, workspace.credits.available) == (WORKSPACE, CREDITS)


def test_the_account_has_the_keys_scopes(client: ProteinIQ, key: str) -> None:
    info = (client.account.get()).api_key
    assert info is not None
    assert info.scopes == SCOPES
    assert info.prefix is not None
    assert key.startswith(info.prefix)


# ---- tools


def test_all_tools_are_listed_over_all_pages(client: ProteinIQ) -> None:
    listed = [(tool.id, tool.name) for tool in client.tools.list()]
    assert listed == [(tool.id, tool.name) for tool in TOOLS.values()]


def test_a_tool_has_its_slots(client: ProteinIQ) -> None:
    tool = client.tools.get("boltz-2")
    assert [(slot.id, slot.kind, slot.formats, slot.required) for slot in tool.slots] == [
        ("protein", "protein", ("fasta",), True),
        ("ligand", "ligand", ("smiles", "sdf"), False),
    ]


# ---- quotes


def test_a_quote_has_the_cost_of_a_job(client: ProteinIQ) -> None:
    quote = client.jobs.quote("esmfold", INPUTS)
    assert (quote.estimated_credits, quote.available_credits, quote.blocking_errors) == (PRICE, CREDITS, ())


def test_a_quote_has_the_blocking_errors(client: ProteinIQ) -> None:
    quote = client.jobs.quote("esmfold", INPUTS, {"block": True})
    assert [error.code for error in quote.blocking_errors] == ["insufficient_credits"]


# ---- submit


def test_a_job_arrives_as_it_was_submitted(client: ProteinIQ, workspace: Workspace) -> None:
    job = client.jobs.submit("esmfold", INPUTS, {"num_recycles": 3}, name="a fold")
    assert (job.tool, job.name) == ("esmfold", "a fold")
    order = workspace.jobs[job.id].order
    assert (order["tool"], order["name"], order["settings"]) == ("esmfold", "a fold", {"num_recycles": 3})
    (entry,) = order["input"]["inputs"]
    assert (entry["slotId"], entry["kind"], entry["format"]) == ("protein", "protein", "fasta")
    assert (entry["content"], entry["source"]) == (INPUTS["protein"], {"type": "text"})


@but("d")
def test_a_submitted_job_has_its_time(client: ProteinIQ) -> None:
    job = submitted(client)
    assert job.created_at is not None
    assert abs(job.created_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_list_of_entries_is_submitted_as_it_is(client: ProteinIQ, workspace: Workspace) -> None:
    job = client.jobs.submit("esmfold", [ENTRY])
    assert workspace.jobs[job.id].order["input"] == {"inputs": [ENTRY]}


def test_an_idempotency_key_makes_one_job(client: ProteinIQ, workspace: Workspace) -> None:
    first = client.jobs.submit("esmfold", INPUTS, idempotency_key="k1")
    second = client.jobs.submit("esmfold", INPUTS, idempotency_key="k1")
    assert first.id == second.id
    assert len(workspace.jobs) == 1


def test_an_idempotency_key_of_another_job_is_a_conflict(client: ProteinIQ) -> None:
    client.jobs.submit("esmfold", INPUTS, idempotency_key="k1")
    with pytest.raises(Conflict):
        client.jobs.submit("chai-1", INPUTS, idempotency_key="k1")


def test_a_job_above_max_credits_is_not_submitted(client: ProteinIQ, workspace: Workspace) -> None:
    with pytest.raises(SpendLimitExceeded) as caught:
        client.jobs.submit("esmfold", INPUTS, max_credits=PRICE - 1)
    assert caught.value.estimated_credits == PRICE
    assert workspace.jobs == {}


def test_a_job_that_cannot_be_paid_is_refused(client: ProteinIQ, workspace: Workspace) -> None:
    with pytest.raises(InsufficientCredits):
        client.jobs.submit("esmfold", INPUTS, {"block": True})
    assert workspace.jobs == {}


@but("e")
def test_max_reserved_credits_reach_the_service(client: ProteinIQ, workspace: Workspace) -> None:
    job = client.jobs.submit("esmfold", INPUTS, max_reserved_credits=60)
    assert workspace.jobs[job.id].order["billing"] == {"max_reserved_credits": 60}


@only("e")
def test_undocumented_max_reserved_credits_are_not_silently_dropped(
    client: ProteinIQ, workspace: Workspace
) -> None:
    with suppress(InvalidInput):
        client.jobs.submit("esmfold", INPUTS, max_reserved_credits=60)
    arrived = [job.order.get("billing") for job in workspace.jobs.values()]
    assert arrived in ([], [{"max_reserved_credits": 60}])


def test_entries_refused_by_the_service_have_its_message(client: ProteinIQ, workspace: Workspace) -> None:
    with pytest.raises(ProteinIQError, match="esmfold has no slot 'receptor'"):
        client.jobs.submit("esmfold", [{**ENTRY, "slotId": "receptor"}])
    assert workspace.jobs == {}


# ---- following a job


def test_events_report_every_status_to_the_end(client: ProteinIQ) -> None:
    job = submitted(client)
    states = [(state.status, state.progress) for state in client.jobs.events(job, timeout=PATIENCE)]
    assert states == [("QUEUED", 0), ("PROCESSING", 42), ("COMPLETED", 100)]


@pytest.mark.parametrize("streams", [True, False], ids=["events", "polling"])
def test_a_wait_ends_with_the_job(client: ProteinIQ, streams: bool) -> None:
    job = client.jobs.wait(submitted(client), timeout=PATIENCE, streams=streams)
    assert (job.status, job.progress, job.credits_used) == ("COMPLETED", 100, PRICE)


def test_a_finished_job_has_the_time_of_its_end(client: ProteinIQ) -> None:
    job = finished(client)
    assert job.created_at is not None
    assert job.completed_at is not None
    assert timedelta() < job.completed_at - job.created_at < timedelta(minutes=1)


def test_three_jobs_are_waited_for_together(client: ProteinIQ) -> None:
    jobs = [submitted(client) for _ in range(3)]
    ended = [job for job in client.jobs.wait_all(jobs, timeout=PATIENCE)]
    assert {job.id for job in ended} == {job.id for job in jobs}
    assert {job.status.value for job in ended} == {"COMPLETED"}


# ---- results


def test_run_submits_waits_and_returns_the_result(client: ProteinIQ) -> None:
    assert (client.run("esmfold", INPUTS, timeout=PATIENCE)).data == RESULTS


def test_a_result_names_its_job(client: ProteinIQ) -> None:
    job = submitted(client)
    result = client.jobs.result(job, timeout=PATIENCE)
    assert (result.job_id, result.tool, result.status) == (job.id, "esmfold", "COMPLETED")
    assert result.completed_at is not None


def test_a_file_of_a_result_is_read(client: ProteinIQ) -> None:
    result = client.jobs.result(submitted(client), timeout=PATIENCE)
    assert result.files.names == ("prediction.pdb",)
    assert result.files["prediction.pdb"].content_type == "chemical/x-pdb"
    assert result.files["prediction.pdb"].read() == OUTPUT


def test_a_failed_job_has_its_error(client: ProteinIQ) -> None:
    job = finished(client, fail=True)
    assert job.status == "FAILED"
    assert job.error is not None
    assert job.error.message == "CUDA out of memory"


def test_the_result_of_a_failed_job_raises_with_its_error(client: ProteinIQ) -> None:
    job = submitted(client, fail=True)
    with pytest.raises(JobFailed, match="CUDA out of memory"):
        client.jobs.result(job, timeout=PATIENCE)


# ---- cancel


@but("e")
def test_a_queued_job_is_cancelled(client: ProteinIQ) -> None:
    job = submitted(client, slow=True)
    assert (client.jobs.cancel(job.id)).status == "CANCELLED"
    assert (client.jobs.get(job.id)).status == "CANCELLED"


@but("e")
def test_the_cancel_of_a_job_that_has_ended_is_a_conflict(client: ProteinIQ) -> None:
    job = finished(client)
    with pytest.raises(Conflict):
        client.jobs.cancel(job.id)


@only("e")
def test_without_a_cancel_route_a_cancel_is_unsupported(client: ProteinIQ) -> None:
    job = submitted(client, slow=True)
    with pytest.raises(ProteinIQError, match="cancel"):
        client.jobs.cancel(job.id)


# ---- lists of jobs


def test_all_jobs_are_listed_newest_first(client: ProteinIQ) -> None:
    jobs = [submitted(client) for _ in range(5)]
    listed = [(job.id, job.tool) for job in client.jobs.list()]
    assert listed == [(job.id, "esmfold") for job in reversed(jobs)]


def test_all_jobs_are_listed_one_a_page(client: ProteinIQ) -> None:
    jobs = [submitted(client) for _ in range(3)]
    assert {job.id for job in client.jobs.list(limit=1)} == {job.id for job in jobs}


@but("e")
def test_jobs_are_listed_by_status(client: ProteinIQ) -> None:
    done = finished(client)
    submitted(client, slow=True)
    assert [job.id for job in client.jobs.list(status="COMPLETED")] == [done.id]


@only("e")
def test_an_undocumented_filter_is_not_silently_dropped(client: ProteinIQ) -> None:
    submitted(client, slow=True)
    with pytest.raises(ProteinIQError, match="status"):
        client.jobs.list(status="COMPLETED").list()


@but("e")
def test_jobs_are_listed_by_tool(client: ProteinIQ) -> None:
    submitted(client)
    other = client.jobs.submit("chai-1", INPUTS)
    assert [job.id for job in client.jobs.list(tool="chai-1")] == [other.id]


# ---- files


def test_binary_content_arrives_unchanged(client: ProteinIQ, workspace: Workspace) -> None:
    content = bytes(range(256))
    file = client.files.upload(content, filename="x.bin")
    assert workspace.files[file.id].content == content


def test_a_path_is_uploaded(client: ProteinIQ, workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "lysozyme.fasta"
    path.write_bytes(FASTA)
    file = client.files.upload(path)
    assert (file.filename, file.size_bytes) == ("lysozyme.fasta", len(FASTA))
    assert workspace.files[file.id].content == FASTA


@but("e")
def test_an_upload_has_a_description(client: ProteinIQ, workspace: Workspace) -> None:
    file = client.files.upload(FASTA, filename="x.fasta", description='two "chains"')
    assert workspace.files[file.id].description == 'two "chains"'


@only("e")
def test_a_description_that_is_not_documented_is_refused(client: ProteinIQ, workspace: Workspace) -> None:
    with pytest.raises(ProteinIQError, match="description"):
        client.files.upload(FASTA, filename="x.fasta", description="two chains")
    assert workspace.files == {}


def test_an_upload_has_tags(client: ProteinIQ, workspace: Workspace) -> None:
    file = client.files.upload(FASTA, filename="x.fasta", tags=["a", "b"])
    assert list(workspace.files[file.id].tags) == ["a", "b"]


@but("e")
def test_an_upload_has_collections(client: ProteinIQ, workspace: Workspace) -> None:
    file = client.files.upload(FASTA, filename="x.fasta", collection_ids=["col_1"])
    assert list(workspace.files[file.id].collection_ids) == ["col_1"]


@but("c", "e")
def test_a_file_has_its_description_and_tags(client: ProteinIQ) -> None:
    file = client.files.upload(FASTA, filename="x.fasta", description="two chains", tags=["a"])
    assert (file.description, file.tags) == ("two chains", ("a",))


def test_all_files_are_listed_over_all_pages(client: ProteinIQ) -> None:
    names = ["a.fasta", "b.fasta", "c.fasta", "d.fasta", "e.fasta"]
    for name in names:
        client.files.upload(FASTA, filename=name)
    listed = [(file.filename, file.size_bytes) for file in client.files.list()]
    assert listed == [(name, len(FASTA)) for name in reversed(names)]


def test_files_are_listed_by_format(client: ProteinIQ) -> None:
    client.files.upload(FASTA, filename="x.fasta")
    client.files.upload(OUTPUT, filename="x.pdb")
    assert [file.filename for file in client.files.list(format="PDB")] == ["x.pdb"]


def test_an_uploaded_file_is_an_input_under_the_documents_name(
    client: ProteinIQ, workspace: Workspace
) -> None:
    file = client.files.upload(FASTA, filename="x.fasta")
    job = client.jobs.submit("esmfold", {"protein": file})
    (entry,) = workspace.jobs[job.id].order["input"]["inputs"]
    assert entry["source"] == {"type": "library" if LETTER == "c" else "file", "file_id": file.id}


def test_a_file_is_deleted(client: ProteinIQ, workspace: Workspace) -> None:
    file = client.files.upload(FASTA, filename="x.fasta")
    deleted = client.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    assert workspace.files == {}


def test_a_file_that_was_deleted_is_not_found(client: ProteinIQ) -> None:
    file = client.files.upload(FASTA, filename="x.fasta")
    client.files.delete(file.id)
    with pytest.raises(NotFound):
        client.files.get(file.id)


# ---- the document


@only("a")
def test_the_document_is_read(client: ProteinIQ, server: Server) -> None:
    assert client.openapi() == server.document.content


@but("a")
def test_without_a_document_route_the_contract_is_unsupported(client: ProteinIQ) -> None:
    with pytest.raises(ProteinIQError, match="openapi"):
        client.openapi()
