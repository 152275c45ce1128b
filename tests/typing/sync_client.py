"""What each call of the sync client gives."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, assert_type

from proteiniq import (
    Account,
    DeletedFile,
    File,
    Job,
    JobFailure,
    JobState,
    JobStatus,
    Page,
    Pager,
    ProteinIQ,
    Quote,
    Result,
    ResultFile,
    ResultFileInfo,
    ResultFiles,
    Tool,
    ToolSummary,
    TransportRequest,
    TransportResponse,
)


def client_and_account() -> None:
    with ProteinIQ("pq_live_a_b", timeout=10, max_retries=2, deadline=60.0) as client:
        assert_type(client, ProteinIQ)
        assert_type(client.with_options(timeout=5.0), ProteinIQ)
        assert_type(client.account.get(), Account)
        assert_type(client.account.get().workspace.id, str)
        assert_type(client.openapi(), dict[str, Any])
        assert_type(client.run("esmfold", {"protein": ">a\nMK"}), Result)
        assert_type(client.run("esmfold", {"protein": "MK"}, wait_for_slot=False, partial=True), Result)
        assert_type(client.request("GET", "/api/v1/projects", params={"q": "x"}), Any)


def tools(client: ProteinIQ) -> None:
    assert_type(client.tools.list(q="fold"), Pager[ToolSummary])
    assert_type(client.tools.get("esmfold"), Tool)
    client.tools.get("esmfold").validate({"protein": "MK"})


def jobs(client: ProteinIQ) -> None:
    assert_type(client.jobs.quote("esmfold", {"protein": "MK"}), Quote)
    job = client.jobs.submit("esmfold", {"protein": Path("a.fasta")}, {"steps": 3}, max_credits=5)
    assert_type(job, Job)
    assert_type(job.status, JobStatus)
    assert_type(job.created_at, datetime | None)
    assert_type(job.wait(timeout=60), Job)
    assert_type(job.result(), Result)
    assert_type(job.cancel(), Job)
    assert_type(client.jobs.get(job.id), Job)
    assert_type(client.jobs.wait(job, on_update=lambda state: print(state.progress)), Job)  # noqa: T201
    assert_type(client.jobs.result(job.id), Result)
    events: Iterator[JobState] = client.jobs.events(job)
    for state in events:
        assert_type(state.is_terminal, bool)
    for ended in client.jobs.wait_all([job, "job_2"]):
        assert_type(ended, Job)


def pages(client: ProteinIQ) -> None:
    listed = client.jobs.list(status="COMPLETED", created_after=datetime(2026, 1, 1))
    assert_type(listed, Pager[Job])
    assert_type(listed.list(), list[Job])
    assert_type(client.jobs.list(max_items=5, page_size=5, starting_after="x").first(), Job | None)
    for page in listed.pages():
        assert_type(page, Page[Job])
        assert_type(page.items, tuple[Job, ...])
    assert_type([job.id for job in listed], list[str])


def files(client: ProteinIQ) -> None:
    file = client.files.upload(b"MK", filename="a.fasta", on_progress=lambda done, total: None)
    assert_type(file, File)
    assert_type(client.files.list(), Pager[File])
    assert_type(client.files.get("file_1"), File)
    assert_type(client.files.delete("file_1"), DeletedFile)


def results(client: ProteinIQ) -> None:
    result = client.results.get("job_1")
    assert_type(result, Result)
    assert_type(client.results.get(result), Result)
    assert_type(result.files, ResultFiles)
    assert_type(result.files[0].info, ResultFileInfo)
    assert_type(result.error, JobFailure | None)
    assert_type(result.to_dict(), dict[str, Any])
    assert_type(result.save_all("folder", overwrite=True), list[Path])
    assert_type(result.files["a.pdb"], ResultFile)
    assert_type(result.files[0].read(), bytes)
    assert_type(result.files[0].text(), str)
    assert_type(result.files[0].save(Path("a.pdb")), Path)
    assert_type([file.name for file in result.files], list[str])


class InProcess:
    def send(self, request: TransportRequest) -> TransportResponse:
        assert_type(request.headers, tuple[tuple[str, str], ...])
        return TransportResponse(status=200, headers=[("Content-Type", "text/plain")], body=self._body())

    def _body(self) -> Iterator[bytes]:
        yield b""


def connections() -> None:
    ProteinIQ(proxy="http://proxy.test", verify=Path("ca.pem"), headers={"X-Team": "a"}, app=("a", "1"))
    ProteinIQ(proxy=False, verify=ssl.create_default_context())
    ProteinIQ(transport=InProcess())
